//! Replies after which a connection cannot be believed any more, and what of it callers see: one error at most.

use std::time::{Duration, Instant};

use redlane::error::CloseReason;
use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server, eventually_async};

use crate::measured;
use crate::scripted::Scripted;

const TIMEOUT: Duration = Duration::from_millis(400);

async fn connect(url: &str) -> Client {
    Client::connect(Config::builder().url(url).socket_timeout(TIMEOUT).build().unwrap()).await.unwrap()
}

/// Echoes what it is asked to; the words `bad` get `answer`.
async fn spoiling(answer: &'static str) -> Scripted {
    Scripted::start(move |words, _| match words {
        [_, word] if word == "bad" => answer.to_owned(),
        [_, word] => format!("${}\r\n{word}\r\n", word.len()),
        _ => "+PONG\r\n".to_owned(),
    })
    .await
}

#[tokio::test]
async fn half_a_reply_and_silence_is_over_within_two_timeouts() {
    let server = spoiling("$1000\r\nhalf").await;
    let client = connect(&server.url()).await;
    let began = Instant::now();

    let error = client.echo("bad").no_retry().await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
    assert_eq!(client.echo("good").read_as::<String>().await.unwrap(), "good");
    let took = began.elapsed();
    measured(
        "half a reply, then silence",
        &format!("healthy again after {took:.0?} of a timeout of {TIMEOUT:?}"),
    );
    assert!(took <= TIMEOUT * 2 + Duration::from_millis(100), "{took:?}");
    assert_eq!(client.link_stats().closed_by(CloseReason::FrameOverdue), 1);
}

#[tokio::test]
async fn a_reply_that_nobody_asked_for_ends_the_socket_and_is_given_to_nobody() {
    let server = spoiling("+bad\r\n$6\r\nforged\r\n").await;
    let client = connect(&server.url()).await;

    // Whoever asked may have the first of the two; the other is nobody's.
    let first = client.echo("bad").read_as::<String>().no_retry().await;
    eventually_async("the socket is given up", Duration::from_secs(2), || {
        client.link_stats().closed_by(CloseReason::UnaskedReply) == 1
    })
    .await;

    assert!(first.is_err() || first.is_ok_and(|text| text == "bad"));
    for word in ["one", "two", "three"] {
        assert_eq!(client.echo(word).read_as::<String>().await.unwrap(), word);
    }
    assert_eq!(client.link_stats().connects, 2);
}

#[tokio::test]
async fn a_malformed_reply_is_a_typed_error_and_costs_one_socket() {
    for answer in ["$3\r\ntext\r\n", ":12a\r\n", "?\r\n", "*-7\r\n", "$99999999999999999999\r\n", "+line\n"] {
        let server = spoiling(answer).await;
        let client = connect(&server.url()).await;

        let error = client.echo("bad").no_retry().await.unwrap_err();

        let kinds = [ErrorKind::Disconnected, ErrorKind::Timeout];
        assert!(kinds.contains(&error.kind()), "{answer:?}: {error}");
        assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{answer:?}");
        assert_eq!(client.echo("good").read_as::<String>().await.unwrap(), "good", "{answer:?}");
        eventually_async("one socket was given up", Duration::from_secs(2), || {
            client.link_stats().connects == 2
        })
        .await;
    }
}

#[tokio::test]
async fn connections_that_a_restart_has_killed_cost_no_blocking_command_an_error() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let queue = Keys::new().key("queue");
    let all: Vec<_> = (0..4)
        .map(|_| {
            let (client, queue) = (client.clone(), queue.clone());
            tokio::spawn(async move { client.blpop(&queue, 0.05).await.unwrap() })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert!(client.pool_stats().idle >= 1, "{:?}", client.pool_stats());

    server.restart();
    // This thread drives the connections too, and was busy with the restart.
    eventually_async("the runtime has looked around", Duration::from_secs(5), || {
        client.link_stats().connects == 2
    })
    .await;

    for _ in 0..4 {
        server.command(&["RPUSH", &queue, "entry"]);
        assert!(client.blpop(&queue, 1.0).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_blocked_caller_who_is_freed_by_hand_is_told_and_its_connection_serves_on() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let blocked = tokio::spawn({
        let client = client.clone();
        async move { client.blpop("queue", 0.0).await }
    });
    eventually_async("it is blocked", Duration::from_secs(2), || server.info("blocked_clients") == "1").await;

    let list = server.command(&["CLIENT", "LIST"]).text();
    let line = list.lines().find(|line| line.contains("cmd=blpop")).unwrap();
    let id = line.split_whitespace().find_map(|word| word.strip_prefix("id=")).unwrap();
    server.command(&["CLIENT", "UNBLOCK", id, "ERROR"]);

    let error = blocked.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::Unblocked, Outcome::Refused, 1)
    );
    assert_eq!(client.blpop("queue", 0.05).await.unwrap(), None);
    assert_eq!(client.pool_stats().created, 1, "the same connection");
}
