//! Async subscriptions over a connection of their own.

use redlane::compat::aio::PubSub;
use redlane::compat::{Client, ErrorKind, Msg, RedisConnectionInfo};
use redlane_test_support::{Keys, Options, Server, eventually_async};

use crate::monitor::next;
use crate::{LIMIT, resp2, resp3};

fn payload(message: Option<Msg>) -> String {
    message.expect("the stream goes on").get_payload().unwrap()
}

#[tokio::test]
async fn messages_of_channels_and_patterns_come_in_their_order() {
    let (server, keys) = (Server::shared(), Keys::new());
    let (news, pattern) = (keys.key("news"), format!("{}*", keys.key("weather")));
    for client in [resp2(server), resp3(server)] {
        let mut pubsub = client.get_async_pubsub().await.unwrap();
        pubsub.subscribe(&[&news, &keys.key("other")]).await.unwrap();
        pubsub.psubscribe(&pattern).await.unwrap();

        server.command(&["PUBLISH", &news, "one"]);
        server.command(&["PUBLISH", &keys.key("weather:today"), "sunny"]);
        server.command(&["PUBLISH", &news, "two"]);

        assert_eq!(payload(next(pubsub.on_message()).await), "one");
        let weather = next(pubsub.on_message()).await.unwrap();
        assert_eq!(weather.get_pattern(), Ok(Some(pattern.clone())));
        assert_eq!(payload(next(pubsub.on_message()).await), "two");
        pubsub.unsubscribe(&news).await.unwrap();
        server.command(&["PUBLISH", &news, "nobody hears it"]);
        server.command(&["PUBLISH", &keys.key("other"), "three"]);
        assert_eq!(payload(next(pubsub.on_message()).await), "three");
    }
}

#[tokio::test]
async fn the_halves_work_apart_and_many_commands_at_once() {
    let (server, keys) = (Server::shared(), Keys::new());
    let (mut sink, mut stream) = resp2(server).get_async_pubsub().await.unwrap().split();
    let channels: Vec<String> = (0..50).map(|n| keys.key(&format!("channel:{n}"))).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for channel in channels.clone() {
        let mut sink = sink.clone();
        tasks.spawn(async move { sink.subscribe(channel).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }

    for channel in &channels {
        server.command(&["PUBLISH", channel, channel]);
    }

    for channel in &channels {
        assert_eq!(payload(next(&mut stream).await), *channel);
    }
    let pong: (String, String) = sink.ping_message("hi").await.unwrap();
    assert_eq!(pong, ("pong".to_owned(), "hi".to_owned()));
    sink.unsubscribe(None::<&str>).await.unwrap();
    assert_eq!(server.command(&["PUBLISH", &channels[0], "x"]).text(), "0");
    drop(sink);
    server.command(&["PUBLISH", &channels[1], "x"]);
}

#[tokio::test]
async fn a_stream_that_is_open_already_can_be_handed_in() {
    let (server, keys) = (Server::shared(), Keys::new());
    let stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let settings = RedisConnectionInfo::default().set_lib_name("mine", "1");

    let mut pubsub = PubSub::new(&settings, stream).await.unwrap();
    pubsub.subscribe(keys.key("news")).await.unwrap();

    server.command(&["PUBLISH", &keys.key("news"), "hello"]);
    let mut messages = pubsub.into_on_message();
    assert_eq!(payload(next(&mut messages).await), "hello");
}

#[tokio::test]
async fn a_greeting_that_is_refused_is_an_error() {
    let server = Server::start(Options::new().password("s3cret"));
    let url = format!("redis://:nonsense@{}", server.address());

    let refused = Client::open(url).unwrap().get_async_pubsub().await.unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::AuthenticationFailed);
}

#[tokio::test]
async fn the_connection_ends_with_the_stream() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let (mut sink, stream) = resp2(&server).get_async_pubsub().await.unwrap().split();
    sink.subscribe(keys.key("news")).await.unwrap();

    drop(stream);

    assert!(sink.subscribe(keys.key("more")).await.unwrap_err().is_connection_dropped());
    eventually_async("the server has no client", LIMIT, || server.clients().is_empty()).await;
}

#[tokio::test]
async fn the_stream_ends_with_the_server() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let mut pubsub = resp2(&server).get_async_pubsub().await.unwrap();
    pubsub.subscribe(keys.key("news")).await.unwrap();
    server.kill();

    assert!(next(pubsub.on_message()).await.is_none());
    assert!(pubsub.ping::<()>().await.unwrap_err().is_connection_dropped());
}

#[tokio::test]
async fn what_the_server_refuses_is_an_error_and_the_rest_goes_on() {
    let server = Server::start(Options::new());
    server.command(&["ACL", "SETUSER", "listener", "on", ">secret", "+@all", "resetchannels", "&open"]);
    let url = format!("redis://listener:secret@{}", server.address());
    let client = Client::open(url).unwrap();
    let mut pubsub = client.get_async_pubsub().await.unwrap();

    let refused = pubsub.subscribe("closed").await.unwrap_err();
    pubsub.subscribe("open").await.unwrap();

    assert_eq!(refused.code(), Some("NOPERM"));
    server.command(&["PUBLISH", "open", "hello"]);
    assert_eq!(payload(next(pubsub.on_message()).await), "hello");
}
