//! Subscriptions on the shared connection, whose messages come as pushes.

use redlane::compat::aio::MultiplexedConnection;
use redlane::compat::{AsyncConnectionConfig, ErrorKind, PushInfo, PushKind, Value, cmd};
use redlane_test_support::{Keys, Options, Server};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::{LIMIT, resp2, resp3};

async fn connect(server: &Server) -> (MultiplexedConnection, UnboundedReceiver<PushInfo>) {
    let (sender, pushes) = unbounded_channel();
    let config = AsyncConnectionConfig::new().set_push_sender(sender);
    let con = resp3(server).get_multiplexed_async_connection_with_config(&config).await.unwrap();
    (con, pushes)
}

async fn next(pushes: &mut UnboundedReceiver<PushInfo>) -> PushInfo {
    timeout(LIMIT, pushes.recv()).await.expect("a push comes in time").unwrap()
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

#[tokio::test]
async fn messages_come_to_the_sender_while_commands_run() {
    let (server, keys) = (Server::shared(), Keys::new());
    let (mut con, mut pushes) = connect(server).await;
    let (a, b) = (keys.key("a"), keys.key("b"));

    con.subscribe(&[&a, &b]).await.unwrap();
    con.psubscribe(format!("{}*", keys.key("p"))).await.unwrap();
    let replies: Vec<String> = {
        let mut many = redlane::compat::pipe();
        (0..100).for_each(|n| {
            many.cmd("ECHO").arg(n);
        });
        server.command(&["PUBLISH", &a, "one"]);
        many.query_async(&mut con).await.unwrap()
    };
    server.command(&["PUBLISH", &keys.key("p1"), "two"]);

    assert_eq!(replies.len(), 100);
    let mut seen = Vec::new();
    while seen.len() < 5 {
        seen.push(next(&mut pushes).await);
    }
    let kinds: Vec<PushKind> = seen.iter().map(|push| push.kind.clone()).collect();
    use PushKind::{Message, PMessage, PSubscribe, Subscribe};
    assert_eq!(kinds, [Subscribe, Subscribe, PSubscribe, Message, PMessage]);
    assert_eq!(seen[3].data, [bulk(&a), bulk("one")]);
}

#[tokio::test]
async fn ending_all_subscriptions_waits_for_each_of_them() {
    let (server, keys) = (Server::shared(), Keys::new());
    let (mut con, mut pushes) = connect(server).await;
    con.subscribe(&[keys.key("a"), keys.key("b"), keys.key("c")]).await.unwrap();

    con.unsubscribe(None::<&str>).await.unwrap();

    let mut kinds = Vec::new();
    while kinds.len() < 6 {
        kinds.push(next(&mut pushes).await.kind);
    }
    assert!(kinds[3..].iter().all(|kind| *kind == PushKind::Unsubscribe), "{kinds:?}");
    con.unsubscribe(None::<&str>).await.unwrap();
    assert_eq!(cmd("ECHO").arg("in step").query_async(&mut con).await, Ok("in step".to_owned()));
}

#[tokio::test]
async fn a_refused_subscription_is_an_error_and_the_connection_goes_on() {
    let server = Server::start(Options::new());
    server.command(&["ACL", "SETUSER", "listener", "on", ">secret", "+@all", "resetchannels", "&open"]);
    let url = format!("redis://listener:secret@{}/?protocol=resp3", server.address());
    let client = redlane::compat::Client::open(url).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();

    let refused = con.subscribe(&["open", "closed"]).await.unwrap_err();

    assert_eq!(refused.code(), Some("NOPERM"));
    assert_eq!(cmd("ECHO").arg("in step").query_async(&mut con).await, Ok("in step".to_owned()));
}

#[tokio::test]
async fn the_end_of_the_connection_is_a_push() {
    let server = Server::start(Options::new());
    let (_con, mut pushes) = connect(&server).await;

    server.kill();

    assert_eq!(next(&mut pushes).await.kind, PushKind::Disconnection);
}

#[tokio::test]
async fn subscribing_on_the_shared_connection_takes_resp3() {
    let mut con = resp2(Server::shared()).get_multiplexed_async_connection().await.unwrap();

    let refused = con.subscribe("news").await.unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::InvalidClientConfig);
}
