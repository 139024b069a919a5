//! Pushes in RESP3: messages, confirmations, and the end of the connection.

use std::time::Duration;

use redlane::compat::{AsyncCommands, AsyncConnectionConfig, Client, PushInfo, PushKind, Value, cmd, pipe};
use redlane_test_support::keys::Keys;
use redlane_test_support::server::Server;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::{connect, connect_resp3};

/// The next push of a kind.
async fn next(pushes: &mut UnboundedReceiver<PushInfo>, kind: PushKind) -> Vec<Value> {
    loop {
        let push = timeout(Duration::from_secs(10), pushes.recv()).await.unwrap().unwrap();
        if push.kind == kind {
            return push.data;
        }
    }
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

#[tokio::test]
async fn messages_and_confirmations_go_to_the_push_sender() {
    let keys = Keys::new();
    let (sender, mut pushes) = unbounded_channel();
    let mut con = connect_resp3(&AsyncConnectionConfig::new().set_push_sender(sender)).await;
    let mut publisher = connect().await;
    let (one, two) = (keys.key("one"), keys.key("two"));

    con.subscribe(&[&one, &two]).await.unwrap();
    con.psubscribe(keys.pattern()).await.unwrap();
    let receivers: usize = publisher.publish(&two, "hello").await.unwrap();

    assert_eq!(receivers, 2);
    assert_eq!(next(&mut pushes, PushKind::Subscribe).await, [bulk(&one), Value::Int(1)]);
    assert_eq!(next(&mut pushes, PushKind::Subscribe).await, [bulk(&two), Value::Int(2)]);
    assert_eq!(next(&mut pushes, PushKind::PSubscribe).await, [bulk(&keys.pattern()), Value::Int(3)]);
    assert_eq!(next(&mut pushes, PushKind::Message).await, [bulk(&two), bulk("hello")]);
    assert_eq!(next(&mut pushes, PushKind::PMessage).await[1..], [bulk(&two), bulk("hello")]);
}

#[tokio::test]
async fn commands_and_subscriptions_keep_their_answers_apart() {
    let keys = Keys::new();
    let (sender, mut pushes) = unbounded_channel();
    let con = connect_resp3(&AsyncConnectionConfig::new().set_push_sender(sender)).await;

    let mut tasks = Vec::new();
    for number in 0..20_u32 {
        let (mut con, keys) = (con.clone(), keys.clone());
        tasks.push(tokio::spawn(async move {
            con.subscribe(keys.key(&format!("c{number}"))).await.unwrap();
            let _: () = con.set(keys.key(&format!("k{number}")), number).await.unwrap();
            con.unsubscribe(keys.key(&format!("c{number}"))).await.unwrap();
            con.get::<_, u32>(keys.key(&format!("k{number}"))).await.unwrap()
        }));
    }
    for (number, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap(), number);
    }

    let mut con = con;
    con.subscribe(keys.key("last")).await.unwrap();
    con.subscribe(keys.key("really")).await.unwrap();
    con.unsubscribe(None::<String>).await.unwrap();
    while next(&mut pushes, PushKind::Unsubscribe).await[1] != Value::Int(0) {}
}

#[tokio::test]
async fn subscriptions_and_push_senders_need_resp3() {
    let mut con = connect().await;
    let error = con.subscribe("channel").await.unwrap_err();
    assert_eq!(error.to_string(), "RESP3 is required for this command - InvalidClientConfig");

    let (sender, _pushes) = unbounded_channel();
    let config = AsyncConnectionConfig::new().set_push_sender(sender);
    let client = Client::open(Server::shared().url()).unwrap();
    let error = client.get_multiplexed_async_connection_with_config(&config).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Can only pass push sender to a connection using RESP3 - InvalidClientConfig"
    );
}

#[tokio::test]
async fn a_subscription_in_a_pipeline_has_one_reply() {
    let keys = Keys::new();
    let (sender, mut pushes) = unbounded_channel();
    let mut con = connect_resp3(&AsyncConnectionConfig::new().set_push_sender(sender)).await;
    let mut pipeline = pipe();
    pipeline.set(keys.key("k"), 7).cmd("SUBSCRIBE").arg(keys.key("a")).arg(keys.key("b")).get(keys.key("k"));

    let replies: Vec<Value> = pipeline.query_async(&mut con).await.unwrap();
    let after: i32 = con.get(keys.key("k")).await.unwrap();

    assert_eq!(replies.len(), 3);
    assert_eq!((&replies[0], &replies[2]), (&Value::Okay, &bulk("7")));
    assert!(matches!(replies[1], Value::Push { kind: PushKind::Subscribe, .. }));
    assert_eq!(after, 7);
    assert_eq!(next(&mut pushes, PushKind::Subscribe).await, [bulk(&keys.key("a")), Value::Int(1)]);
    assert_eq!(next(&mut pushes, PushKind::Subscribe).await, [bulk(&keys.key("b")), Value::Int(2)]);
}

#[tokio::test]
async fn a_subscription_after_a_raw_hello_takes_no_reply_of_others() {
    let keys = Keys::new();
    let mut con = connect().await;
    let _: Value = cmd("HELLO").arg(3).query_async(&mut con).await.unwrap();
    let _: () = con.set(keys.key("k"), 7).await.unwrap();

    let confirmed: Value =
        cmd("SUBSCRIBE").arg(keys.key("a")).arg(keys.key("b")).query_async(&mut con).await.unwrap();

    assert!(matches!(confirmed, Value::Push { kind: PushKind::Subscribe, .. }), "{confirmed:?}");
    assert_eq!(con.get::<_, i32>(keys.key("k")).await.unwrap(), 7);
}
