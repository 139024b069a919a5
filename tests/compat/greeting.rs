//! What a new connection says, byte by byte, and what becomes of a server's no.

use redlane::compat::{AsyncCommands, Client, ErrorKind, cmd};
use redlane_test_support::server::{Options, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Accepts one connection, answers `answers` to whatever it says first, and gives what that was.
async fn first_words(url: impl Fn(u16) -> String, answers: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let listening = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut said = vec![0; 4096];
        let length = stream.read(&mut said).await.unwrap();
        stream.write_all(answers).await.unwrap();
        said.truncate(length);
        (String::from_utf8(said).unwrap(), stream)
    });
    let client = Client::open(url(port)).unwrap();
    let _con = client.get_multiplexed_async_connection().await.unwrap();
    let (said, _stream) = listening.await.unwrap();
    said
}

#[tokio::test]
async fn a_connection_greets_word_for_word_as_redis_rs() {
    const INFO: &str = "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n$8\r\nredis-rs\r\n\
                        *4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$7\r\nLIB-VER\r\n$5\r\n1.8.1\r\n";

    let plain = first_words(|port| format!("redis://127.0.0.1:{port}"), b"+OK\r\n+OK\r\n").await;
    let resp2 = first_words(
        |port| format!("redis://u:p@127.0.0.1:{port}/2"),
        b"+OK\r\n+OK\r\n-ERR no\r\n-ERR no\r\n",
    );
    let resp2 = resp2.await;
    let resp3 = first_words(
        |port| format!("redis://:p@127.0.0.1:{port}/2?protocol=resp3"),
        b"%0\r\n+OK\r\n+OK\r\n+OK\r\n",
    );
    let resp3 = resp3.await;

    assert_eq!(plain, INFO);
    assert_eq!(
        resp2,
        format!("*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n{INFO}")
    );
    assert_eq!(
        resp3,
        format!(
            "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$1\r\np\r\n\
             *2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n{INFO}"
        )
    );
}

#[tokio::test]
async fn a_wrong_password_is_an_authentication_error() {
    let server = Server::start(Options::new().password("right"));
    let port = server.port();

    let wrong = Client::open(format!("redis://:wrong@127.0.0.1:{port}")).unwrap();
    let error = wrong.get_multiplexed_async_connection().await.unwrap_err();
    let right = Client::open(format!("redis://:right@127.0.0.1:{port}")).unwrap();
    let mut con = right.get_multiplexed_async_connection().await.unwrap();

    assert_eq!(error.to_string(), "Password authentication failed - AuthenticationFailed");
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
    assert_eq!(con.ping::<String>().await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_named() {
    let client = Client::open(format!("{}/9999", Server::shared().url())).unwrap();

    let error = client.get_multiplexed_async_connection().await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "Redis server refused to switch database - Server(ResponseError): DB index is out of range"
    );
}

#[tokio::test]
async fn a_connection_in_resp3_gets_maps() {
    let client = Client::open(format!("{}?protocol=resp3", Server::shared().url())).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();

    let value: redlane::compat::Value =
        cmd("CONFIG").arg("GET").arg("maxmemory").query_async(&mut con).await.unwrap();

    assert!(matches!(value, redlane::compat::Value::Map(_)), "{value:?}");
}
