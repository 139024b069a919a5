//! The same handshakes by a connection that blocks.

use redlane_resp::command::Command;

use super::*;
use crate::blocking::{BlockingConfig, BlockingConnection};

/// Opens a connection in a thread where waiting is allowed.
async fn open(
    host: &'static str,
    port: u16,
    options: TlsOptions,
    limit: Option<Duration>,
) -> Result<BlockingConnection, ConnectError> {
    let config = BlockingConfig { connect_timeout: limit, ..BlockingConfig::default() };
    let open = move || BlockingConnection::open(&Target::tls(host, port, Tls::new(options)), &config);
    tokio::task::spawn_blocking(open).await.unwrap()
}

/// Answers every PING, and everything else at full length.
async fn answer(mut stream: TlsStream<TcpStream>) {
    let mut bytes = vec![0; 100_000];
    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
        let reply = if bytes.starts_with(b"*1\r\n$4\r\nPING") { b"+PONG\r\n" } else { &bytes[..read] };
        if stream.write_all(reply).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_large_replies_travel_in_every_version() {
    let authority = Authority::new("ours");
    for version in [&version::TLS12, &version::TLS13] {
        let manner = Manner { versions: vec![version], ..authority.identity(&["localhost"]).into() };
        let port = serve(manner, answer).await;
        let mut connection =
            open("localhost", port, trusting(&authority.certificate), Some(LIMIT)).await.unwrap();

        let asked = tokio::task::spawn_blocking(move || {
            let pong = connection.request(&Command::new("PING")).unwrap();
            let value = vec![b'x'; 1_000_000];
            let echo = connection.request(&Command::new("ECHO").arg(&value[..])).unwrap();
            (pong, echo, value)
        });
        let (pong, echo, value) = asked.await.unwrap();

        assert_eq!(pong.into_single().unwrap().read(), Ok("PONG".to_owned()));
        let echo: (String, Vec<u8>) = echo.into_single().unwrap().read().unwrap();
        assert_eq!(echo, ("ECHO".to_owned(), value));
    }
}

#[tokio::test]
async fn a_server_nobody_vouches_for_or_of_another_name_is_refused() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let foreign = serve(theirs.identity(&["localhost"]), answer).await;
    let elsewhere = serve(ours.identity(&["elsewhere.example"]), answer).await;

    let untrusted = open("localhost", foreign, trusting(&ours.certificate), Some(LIMIT)).await;
    let misnamed = open("localhost", elsewhere, trusting(&ours.certificate), Some(LIMIT)).await;

    assert!(matches!(untrusted, Err(ConnectError::Tls(TlsFailure::UnknownAuthority))), "{untrusted:?}");
    assert!(matches!(misnamed, Err(ConnectError::Tls(TlsFailure::WrongHost { .. }))), "{misnamed:?}");
}

#[tokio::test]
async fn a_server_that_speaks_in_the_clear_is_told_from_one_that_is_silent() {
    let clear = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clear_port = clear.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            let (mut stream, _) = clear.accept().await.unwrap();
            let mut first = [0; 4];
            // What is no handshake is a command, and this one is wrong.
            if stream.read_exact(&mut first).await.is_ok() && first == *b"*x\r\n" {
                stream.write_all(b"-ERR Protocol error\r\n").await.unwrap();
            }
            held.push(stream);
        }
    });
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_port = silent.local_addr().unwrap().port();

    let told = open("localhost", clear_port, TlsOptions::default(), Some(LIMIT)).await;
    let limit = Duration::from_millis(200);
    let waited = open("localhost", silent_port, TlsOptions::default(), Some(limit)).await;

    assert!(matches!(told, Err(ConnectError::Tls(TlsFailure::NotTls))), "{told:?}");
    assert!(matches!(waited, Err(ConnectError::Timeout { step: Step::Tls, .. })), "{waited:?}");
}
