//! Subscriptions: confirmed before they return, one socket for all, buffers that tell what they lost.

use std::time::Duration;

use redlane::prelude::*;
use redlane::pubsub::{Ended, Event, OnFull, Subscription};
use redlane_test_support::{Keys, Options, Server, eventually_async};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

async fn client() -> Client {
    of(Server::shared()).await
}

async fn of(server: &Server) -> Client {
    Client::connect(Config::from_url(&server.url()).unwrap()).await.unwrap()
}

/// The next event, which must come.
async fn next(subscription: &mut Subscription) -> Event {
    timeout(SOON, subscription.next()).await.expect("an event comes").expect("the stream goes on")
}

/// The payload of the next event, which must be a message.
async fn payload(subscription: &mut Subscription) -> String {
    match next(subscription).await {
        Event::Message { payload, .. } => String::from_utf8(payload.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The clients that the server counts as subscribers.
fn subscribers(server: &Server) -> usize {
    server.clients().iter().filter(|line| !line.contains(" sub=0 psub=0")).count()
}

#[tokio::test]
async fn a_message_published_right_after_subscribing_arrives() {
    let client = client().await;
    let channel = Keys::new().key("news");

    let mut subscription = client.subscribe([&channel]).await.unwrap();
    let heard = client.publish(&channel, "hello").await.unwrap();

    assert_eq!(heard, 1);
    assert_eq!(
        next(&mut subscription).await,
        Event::Message { channel: channel.into(), pattern: None, payload: "hello".into() }
    );
}

#[tokio::test]
async fn a_channel_and_a_pattern_that_both_match_deliver_twice() {
    let client = client().await;
    let keys = Keys::new();
    let (channel, pattern) = (keys.key("news"), keys.pattern());
    let mut subscription = client.subscribe([&channel]).await.unwrap();
    subscription.psubscribe([&pattern]).await.unwrap();

    client.publish(&channel, "hello").await.unwrap();

    let message =
        |pattern| Event::Message { channel: channel.clone().into(), pattern, payload: "hello".into() };
    assert_eq!(next(&mut subscription).await, message(None));
    assert_eq!(next(&mut subscription).await, message(Some(pattern.clone().into())));
}

#[tokio::test]
async fn many_subscribers_share_one_socket_and_one_subscription() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let mut subscriptions = Vec::new();
    for _ in 0..20 {
        subscriptions.push(client.subscribe(["a", "b"]).await.unwrap());
    }

    let heard = client.publish("a", "hello").await.unwrap();

    assert_eq!((heard, subscribers(&server)), (1, 1));
    for subscription in &mut subscriptions {
        assert_eq!(payload(subscription).await, "hello");
    }
}

#[tokio::test]
async fn the_last_one_dropped_unsubscribes_and_the_socket_is_closed_after_a_while() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let first = client.subscribe(["a"]).await.unwrap();
    let second = client.subscribe(["a"]).await.unwrap();

    drop(first);
    assert_eq!(client.publish("a", "still heard").await.unwrap(), 1);
    drop(second);

    eventually_async("the server knows no subscriber", SOON, || subscribers(&server) == 0).await;
    eventually_async("the socket is closed", SOON * 3, || server.clients().len() == 1).await;
    let mut again = client.subscribe(["a"]).await.unwrap();
    client.publish("a", "hello").await.unwrap();
    assert_eq!(payload(&mut again).await, "hello");
}

#[tokio::test]
async fn a_dropped_subscribe_leaves_no_subscription_behind() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let kept = client.subscribe(["kept"]).await.unwrap();

    for round in 0..200_u64 {
        let subscribing = client.subscribe([format!("channel:{round}")]).into_future();
        let _ = timeout(Duration::from_micros(round * 7 % 1_000), subscribing).await;
    }

    eventually_async("only what is kept is left", SOON, || client.pubsub_stats().topics == 1).await;
    let channels: Vec<String> = client.pubsub_channels(None).await.unwrap();
    assert_eq!(channels, ["kept"]);
    drop(kept);
}

#[tokio::test]
async fn channels_come_and_go_while_the_stream_runs() {
    let client = client().await;
    let keys = Keys::new();
    let (first, second) = (keys.key("first"), keys.key("second"));
    let mut subscription = client.subscribe([&first]).await.unwrap();
    let handle = subscription.handle();

    handle.subscribe([&second]).await.unwrap();
    client.publish(&second, "on the second").await.unwrap();
    assert_eq!(payload(&mut subscription).await, "on the second");
    handle.unsubscribe([&first]);
    client.publish(&first, "unheard").await.unwrap();
    client.publish(&second, "again").await.unwrap();

    assert_eq!(payload(&mut subscription).await, "again");
    assert_eq!(subscription.topics(), 1);
}

#[tokio::test]
async fn a_subscription_without_channels_does_not_end() {
    let client = client().await;
    let channel = Keys::new().key("news");
    let mut subscription = client.subscribe([&channel]).await.unwrap();

    subscription.unsubscribe([&channel]);
    let handle = subscription.handle();
    let listening = tokio::spawn(async move { payload(&mut subscription).await });
    handle.subscribe([&channel]).await.unwrap();
    client.publish(&channel, "hello").await.unwrap();

    assert_eq!(listening.await.unwrap(), "hello");
    assert_eq!(handle.subscribe([&channel]).await.unwrap_err().kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn a_stalled_subscriber_is_told_exactly_what_it_missed_and_delays_nobody() {
    let client = client().await;
    let channel = Keys::new().key("flood");
    let mut stalled = client.subscribe([&channel]).buffer(16).await.unwrap();
    let mut newest = client.subscribe([&channel]).buffer(16).on_full(OnFull::DropNewest).await.unwrap();
    let mut brisk = client.subscribe([&channel]).await.unwrap();

    for number in 0..1000 {
        client.publish(&channel, number.to_string()).await.unwrap();
        assert_eq!(payload(&mut brisk).await, number.to_string());
    }

    assert_eq!(next(&mut stalled).await, Event::Lagged(1000 - 16));
    assert_eq!(payload(&mut stalled).await, "984");
    for _ in 0..16 {
        payload(&mut newest).await;
    }
    assert_eq!(next(&mut newest).await, Event::Lagged(1000 - 16));
    client.publish(&channel, "after").await.unwrap();
    assert_eq!(payload(&mut newest).await, "after");
}

#[tokio::test]
async fn a_stalled_subscriber_of_large_messages_holds_no_more_bytes_than_it_may() {
    let client = client().await;
    let channel = Keys::new().key("flood");
    let large = vec![b'x'; 1 << 20];
    let mut stalled = client.subscribe([&channel]).buffer_bytes(4 << 20).await.unwrap();
    let mut blocking =
        client.subscribe([&channel]).buffer_bytes(4 << 20).on_full(OnFull::Block).await.unwrap();
    let mut brisk = client.subscribe([&channel]).await.unwrap();

    for _ in 0..10 {
        client.publish(&channel, &large[..]).await.unwrap();
        assert_eq!(payload(&mut brisk).await.len(), large.len());
    }

    // Names count, so three of them fit.
    assert_eq!(next(&mut stalled).await, Event::Lagged(7));
    for _ in 0..3 {
        assert_eq!(payload(&mut stalled).await.len(), large.len());
    }
    for _ in 0..10 {
        assert_eq!(payload(&mut blocking).await.len(), large.len());
    }
}

#[tokio::test]
async fn a_subscriber_that_asked_for_it_ends_when_its_buffer_is_full() {
    let client = client().await;
    let channel = Keys::new().key("flood");
    let mut subscription = client.subscribe([&channel]).buffer(2).on_full(OnFull::Disconnect).await.unwrap();

    for number in 0..3 {
        client.publish(&channel, number.to_string()).await.unwrap();
    }
    eventually_async("it has ended", SOON, || subscription.ended().is_some()).await;

    assert_eq!(payload(&mut subscription).await, "0");
    assert_eq!(payload(&mut subscription).await, "1");
    assert_eq!(next(&mut subscription).await, Event::Lagged(1));
    assert_eq!(subscription.next().await, None);
    assert!(matches!(subscription.ended(), Some(Ended::Overflow)));
    eventually_async("nothing is subscribed to", SOON, || client.pubsub_stats().topics == 0).await;
}

#[tokio::test]
async fn a_blocking_subscriber_loses_nothing_and_holds_up_only_itself() {
    let client = client().await;
    let channel = Keys::new().key("flood");
    let mut blocking = client.subscribe([&channel]).buffer(4).on_full(OnFull::Block).await.unwrap();
    let mut brisk = client.subscribe([&channel]).await.unwrap();

    for number in 0..5_000 {
        client.publish(&channel, number.to_string()).await.unwrap();
        assert_eq!(payload(&mut brisk).await, number.to_string());
    }

    for number in 0..5_000 {
        assert_eq!(payload(&mut blocking).await, number.to_string());
    }
}

#[tokio::test]
async fn a_blocking_subscriber_that_is_dropped_while_full_takes_its_connection_along() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let blocking = client.subscribe(["flood"]).buffer(1).on_full(OnFull::Block).await.unwrap();
    for number in 0..100 {
        client.publish("flood", number).await.unwrap();
    }

    drop(blocking);

    eventually_async("the server knows no subscriber", SOON, || subscribers(&server) == 0).await;
    eventually_async("only the shared connection is left", SOON, || server.clients().len() == 1).await;
}

#[tokio::test]
async fn closing_the_client_ends_its_streams() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let mut shared = client.subscribe(["a"]).await.unwrap();
    let mut own = client.subscribe(["a"]).dedicated().await.unwrap();
    client.publish("a", "last").await.unwrap();
    assert_eq!((payload(&mut shared).await, payload(&mut own).await), ("last".into(), "last".into()));

    client.close().await;

    for subscription in [&mut shared, &mut own] {
        assert_eq!(timeout(SOON, subscription.next()).await.unwrap(), None);
        assert!(matches!(subscription.ended(), Some(Ended::Closed)));
        assert_eq!(subscription.subscribe(["b"]).await.unwrap_err().kind(), ErrorKind::Closed);
    }
    assert_eq!(client.subscribe(["a"]).await.unwrap_err().kind(), ErrorKind::Closed);
    eventually_async("the server has no client left", SOON, || server.clients().is_empty()).await;
}

#[tokio::test]
async fn a_user_without_rights_to_a_channel_is_told_and_nobody_else_is_disturbed() {
    let server = Server::start(Options::new());
    server.command(&["ACL", "SETUSER", "u", "on", ">p", "+@all", "~*", "resetchannels", "&open*"]);
    let url = server.url().replace("redis://", "redis://u:p@");
    let client = Client::connect(Config::from_url(&url).unwrap()).await.unwrap();

    let (open, secret, mixed) = tokio::join!(
        client.subscribe(["open"]).into_future(),
        client.subscribe(["secret"]).into_future(),
        client.subscribe(["open:2", "secret:2"]).into_future(),
    );

    let mut open = open.unwrap();
    for refused in [secret, mixed] {
        let error = refused.unwrap_err();
        assert_eq!(error.code(), Some("NOPERM"));
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    client.publish("open", "hello").await.unwrap();
    assert_eq!(payload(&mut open).await, "hello");
    eventually_async("nothing else is left", SOON, || client.pubsub_stats().topics == 1).await;
}

#[tokio::test]
async fn channels_of_shards_are_heard_apart_from_others() {
    let server = Server::shared();
    if server.predates("SSUBSCRIBE", Some((7, 0)), Some((7, 2))) {
        return;
    }
    let client = client().await;
    let channel = Keys::new().key("orders");
    let mut sharded = client.ssubscribe([&channel]).await.unwrap();
    let mut plain = client.subscribe([&channel]).await.unwrap();

    client.spublish(&channel, "to the shard").await.unwrap();
    client.publish(&channel, "to all").await.unwrap();

    assert_eq!(payload(&mut sharded).await, "to the shard");
    assert_eq!(payload(&mut plain).await, "to all");
}

#[tokio::test]
async fn resp2_does_the_same() {
    let server = Server::start(Options::new());
    let config = Config::from_url(&format!("{}?protocol=2", server.url())).unwrap();
    let client = Client::connect(config).await.unwrap();
    let mut subscription = client.subscribe(["a", "b"]).await.unwrap();
    let mut by_pattern = client.psubscribe(["a*"]).await.unwrap();

    client.publish("a", "hello").await.unwrap();

    assert_eq!(payload(&mut subscription).await, "hello");
    assert_eq!(payload(&mut by_pattern).await, "hello");
    // Nothing is subscribed to for a moment, and the connection is no subscriber's any more.
    drop(by_pattern);
    subscription.unsubscribe(["a", "b"]);
    eventually_async("the server knows no subscriber", SOON, || subscribers(&server) == 0).await;
    subscription.subscribe(["c"]).await.unwrap();
    client.publish("c", "again").await.unwrap();
    assert_eq!(payload(&mut subscription).await, "again");
}

#[tokio::test]
async fn a_subscription_may_outlive_the_client() {
    let client = client().await;
    let channel = Keys::new().key("news");
    let publisher = client.clone();
    let mut subscription = client.subscribe([&channel]).await.unwrap();
    drop(client);
    publisher.publish(&channel, "one").await.unwrap();
    drop(publisher);

    assert_eq!(payload(&mut subscription).await, "one");
    of(Server::shared()).await.publish(&channel, "two").await.unwrap();
    assert_eq!(payload(&mut subscription).await, "two");
}

#[tokio::test]
async fn a_name_may_be_empty_or_hold_any_bytes() {
    let server = Server::start(Options::new());
    let client = of(&server).await;
    let names: [&[u8]; 3] = [b"", b"\r\n+OK\r\n", &[0, 0xff, b'*', b'?']];
    let mut subscription = client.subscribe(names).await.unwrap();

    for name in names {
        assert_eq!(client.publish(name, "hello").await.unwrap(), 1);
        let Event::Message { channel, .. } = next(&mut subscription).await else { panic!("a message") };
        assert_eq!(&channel[..], name);
    }
}

#[tokio::test]
async fn a_message_of_megabytes_arrives_whole() {
    let client = client().await;
    let channel = Keys::new().key("large");
    let mut subscription = client.subscribe([&channel]).await.unwrap();
    let large = bytes_without_order(5 << 20);

    client.publish(&channel, &large[..]).await.unwrap();
    client.publish(&channel, "small").await.unwrap();

    let Event::Message { payload: heard, .. } = next(&mut subscription).await else { panic!("a message") };
    assert!(heard == large, "{} bytes", heard.len());
    assert_eq!(payload(&mut subscription).await, "small");
}

/// Bytes that are no text, the same ones each time.
fn bytes_without_order(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[tokio::test]
async fn calls_of_next_that_are_dropped_lose_no_message() {
    const MESSAGES: u64 = 2_000;
    let client = client().await;
    let channel = Keys::new().key("run");
    let mut subscription = client.subscribe([&channel]).buffer(MESSAGES as usize).await.unwrap();
    let publishing = tokio::spawn(async move {
        for number in 0..MESSAGES {
            client.publish(&channel, number).await.unwrap();
        }
    });

    let (mut heard, mut dropped) = (0, 0);
    while heard < MESSAGES {
        let patience = Duration::from_micros((heard + dropped) * 7 % 300);
        match timeout(patience, subscription.next()).await {
            Ok(Some(Event::Message { payload, .. })) => {
                assert_eq!(payload, heard.to_string());
                heard += 1;
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => dropped += 1,
        }
    }

    publishing.await.unwrap();
}

#[tokio::test]
async fn subscribers_take_no_place_of_the_pool() {
    let server = Server::start(Options::new());
    let config = Config::builder().url(&server.url()).max_connections(2).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let queue = Keys::new().key("queue");

    let mut shared = client.subscribe(["a"]).await.unwrap();
    let mut own = client.subscribe(["a"]).dedicated().await.unwrap();
    client.lpush(&queue, "job").await.unwrap();
    let popped = client.blpop(&queue, 5.0).await.unwrap();

    // The shared one, that of the subscribers, one more of a subscriber, and the one that blocked.
    assert_eq!((popped.unwrap().1.as_str(), server.clients().len()), ("job", 4));
    assert_eq!(client.publish("a", "hello").await.unwrap(), 2);
    assert_eq!((payload(&mut shared).await, payload(&mut own).await), ("hello".into(), "hello".into()));
}

#[tokio::test]
async fn a_server_without_channels_of_shards_says_so_and_disturbs_nobody() {
    let known = Server::shared().has("SSUBSCRIBE");
    let options = if known { Options::new().line("rename-command SSUBSCRIBE \"\"") } else { Options::new() };
    let server = Server::start(options);
    let client = of(&server).await;
    let mut plain = client.subscribe(["orders"]).await.unwrap();

    let error = client.ssubscribe(["orders"]).await.unwrap_err();

    assert_eq!((error.code(), error.command()), (Some("ERR"), Some("SSUBSCRIBE")));
    client.publish("orders", "hello").await.unwrap();
    assert_eq!(payload(&mut plain).await, "hello");
    eventually_async("nothing else is left", SOON, || client.pubsub_stats().topics == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_come_and_go_on_the_same_channels_hear_what_they_publish() {
    let client = client().await;
    let keys = Keys::new();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let client = client.clone();
        let channels: Vec<String> = (0..6).map(|number| keys.key(&number.to_string())).collect();
        tasks.spawn(async move {
            for round in 0..200 {
                let [first, second] = [round * 5 + task * 7, round + task].map(|at| &channels[at % 6]);
                let mut subscription = client.subscribe([first]).await.unwrap();
                hear_own(&client, &mut subscription, first, &format!("{task}:{round}")).await;
                subscription.subscribe([second]).await.unwrap();
                subscription.unsubscribe([first]);
                subscription.subscribe([first]).await.unwrap();
                hear_own(&client, &mut subscription, first, &format!("{task}:{round} again")).await;
            }
        });
    }

    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }

    eventually_async("nothing is left", SOON, || client.pubsub_stats().topics == 0).await;
}

/// Publishes and waits until it is heard, among what others publish.
async fn hear_own(client: &Client, subscription: &mut Subscription, channel: &str, text: &str) {
    client.publish(channel, text).await.unwrap();
    while payload(subscription).await != text {}
}

#[tokio::test]
async fn a_server_that_knows_no_hello_is_subscribed_to_all_the_same() {
    let server = Server::start(Options::new().line("rename-command HELLO \"\""));
    let client = of(&server).await;
    let mut subscription = client.subscribe(["a"]).await.unwrap();
    let mut by_pattern = client.psubscribe(["a*"]).await.unwrap();

    client.publish("a", "hello").await.unwrap();

    assert_eq!(payload(&mut subscription).await, "hello");
    assert_eq!(payload(&mut by_pattern).await, "hello");
}

#[tokio::test]
async fn nothing_to_listen_to_is_a_mistake() {
    let client = client().await;

    let error = client.subscribe(Vec::<String>::new()).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Usage, Outcome::NotSent));
}

#[tokio::test]
async fn no_name_or_payload_is_shown() {
    let client = client().await;
    let channel = Keys::new().key("secret-channel");
    let mut subscription = client.subscribe([&channel]).await.unwrap();
    client.publish(&channel, "secret-payload").await.unwrap();

    let event = next(&mut subscription).await;
    let shown = format!("{event:?} {subscription:?} {:?}", client.subscribe([&channel]));

    assert!(!shown.contains("secret"), "{shown}");
}
