//! The shared connection and the pool before a faulty network and a troubled server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redlane::config::ConfigBuilder;
use redlane::error::CloseReason;
use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Keys, Options, Server, eventually_async};

use crate::measured;

/// Short, so that a fault is over soon; long against a round trip on a loaded machine.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(400);

pub(crate) fn config(url: &str) -> ConfigBuilder {
    Config::builder().url(url).socket_timeout(TIMEOUT)
}

pub(crate) async fn connect(url: &str) -> Client {
    Client::connect(config(url).build().unwrap()).await.unwrap()
}

/// A client behind a proxy before the server that all tests share.
async fn proxied() -> (FaultProxy, Client) {
    let proxy = FaultProxy::start(Server::shared().port());
    let client = connect(&proxy.url()).await;
    (proxy, client)
}

fn closed_by(client: &Client, reason: CloseReason) -> u64 {
    client.link_stats().closed_by(reason)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_tasks_never_see_each_others_replies() {
    let client = connect(&Server::shared().url()).await;
    let mismatches = Arc::new(AtomicU64::new(0));
    let answered = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for task in 0..200u64 {
        let (client, mismatches, answered) = (client.clone(), Arc::clone(&mismatches), Arc::clone(&answered));
        tasks.push(tokio::spawn(async move {
            for round in 0..100u64 {
                let tag = format!("{task}-{round}");
                let call = client.echo(tag.as_str());
                if (task + round) % 3 == 0 {
                    let patience = Duration::from_micros((task * 7 + round * 13) % 300);
                    let _ = tokio::time::timeout(patience, call).await;
                } else {
                    let reply: String = call.await.unwrap();
                    answered.fetch_add(1, Ordering::Relaxed);
                    if reply != tag {
                        mismatches.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }

    assert_eq!(mismatches.load(Ordering::Relaxed), 0);
    assert!(answered.load(Ordering::Relaxed) > 10_000);
    eventually_async("all tickets are free again", Duration::from_secs(5), || {
        client.link_stats().tickets == 0
    })
    .await;
    assert_eq!(client.link_stats().connects, 1, "no cancellation costs a connection");
}

#[tokio::test]
async fn a_held_reply_fails_its_write_at_the_deadline_and_is_not_repeated() {
    let (proxy, client) = proxied().await;
    let key = Keys::new().key("counter");
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let began = Instant::now();

    let error = client.incr(&key, 1).await.unwrap_err();

    let took = began.elapsed();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
    assert!(!error.is_retryable());
    assert_eq!(error.to_string(), "no reply to INCRBY within 400ms (maybe executed)");
    assert!(took >= TIMEOUT && took < TIMEOUT * 2, "{took:?}");
    proxy.heal().await;
    assert_eq!(client.get(&key).read_as::<i64>().await.unwrap(), 1, "it ran once");
    assert_eq!(client.link_stats().connects, 1, "a late reply costs no connection");
}

#[tokio::test]
async fn a_read_whose_reply_was_lost_is_asked_again() {
    let (proxy, client) = proxied().await;
    let key = Keys::new().key("value");
    client.set(&key, "here").await.unwrap();
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let reader = tokio::spawn({
        let (client, key) = (client.clone(), key.clone());
        async move { client.get(&key).await }
    });
    eventually_async("the GET is under way", Duration::from_secs(2), || client.link_stats().in_flight == 1)
        .await;

    proxy.cut(Cut::Reset);
    proxy.heal().await;

    assert_eq!(reader.await.unwrap().unwrap().as_deref(), Some("here"));
    assert_eq!(client.metrics().retries(), 1);
}

#[tokio::test]
async fn a_connection_reset_in_the_middle_of_a_reply_fails_writes_at_once_and_heals() {
    let (proxy, client) = proxied().await;
    let key = Keys::new().key("value");
    client.set(&key, "x".repeat(1000)).await.unwrap();
    for cut in [Cut::Reset, Cut::Close] {
        proxy.change(|plan| plan.replies.cut_after = Some((100, cut))).await;
        let began = Instant::now();

        let error = client.getset(&key, "y".repeat(1000)).await.unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Disconnected, Outcome::MaybeExecuted));
        assert!(began.elapsed() < TIMEOUT, "at once, not at the deadline");
        proxy.heal().await;
        assert!(client.get(&key).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_reply_that_drips_for_too_long_costs_its_connection() {
    let (proxy, client) = proxied().await;
    let key = Keys::new().key("value");
    client.set(&key, "x".repeat(1000)).await.unwrap();
    proxy.change(|plan| plan.replies.drip = Some(Duration::from_millis(20))).await;
    let began = Instant::now();

    // Twenty milliseconds a byte: the frame stays open far beyond the timeout.
    let error = client.get(&key).no_retry().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    eventually_async("the socket is given up", TIMEOUT * 3, || {
        closed_by(&client, CloseReason::FrameOverdue) > 0
    })
    .await;

    proxy.heal().await;
    assert!(client.get(&key).await.unwrap().is_some());
    assert!(began.elapsed() < TIMEOUT * 6, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_half_open_connection_is_replaced() {
    let (proxy, client) = proxied().await;
    let dialled = proxy.accepted_count();
    proxy.mute();
    let began = Instant::now();
    let error = client.incr(Keys::new().key("n"), 1).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));

    eventually_async("it is replaced", TIMEOUT * 4, || closed_by(&client, CloseReason::Silent) == 1).await;

    assert_eq!(client.ping().await.unwrap(), "PONG");
    let found = proxy.accepted()[dialled] - began;
    measured("half-open", &format!("another is dialled after {found:.0?}, with a timeout of {TIMEOUT:?}"));
    assert!(found >= TIMEOUT && found < TIMEOUT * 2, "{found:?}: half a timeout after the first was over");
    assert_eq!(proxy.accepted_count(), dialled + 1);
}

#[tokio::test]
async fn replies_that_come_byte_by_byte_are_read_all_the_same() {
    let (proxy, client) = proxied().await;
    let key = Keys::new().key("hash");
    proxy.change(|plan| plan.replies.drip = Some(Duration::ZERO)).await;

    client.hset_multiple(&key, &[("a", "1"), ("b", "2"), ("c", "3")]).await.unwrap();

    let all = client.hgetall(&key).await.unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all.get("b").map(String::as_str), Some("2"));
}

#[tokio::test]
async fn a_server_that_is_back_after_a_second_is_found_at_once() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    server.kill();
    eventually_async("the cut is seen", Duration::from_secs(2), || !client.is_connected()).await;
    let error = client.incr("n", 1).deadline(Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
    assert!(error.is_retryable());
    tokio::time::sleep(Duration::from_millis(800)).await;

    server.start_again();
    let began = Instant::now();
    client.set("k", "v").deadline(Duration::from_secs(2)).await.unwrap();

    assert!(began.elapsed() < Duration::from_millis(600), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_dead_server_is_asked_at_most_five_times_a_second() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    proxy.change(|plan| plan.accept = Accept::Close).await;
    proxy.cut(Cut::Reset);
    let from = Instant::now() + Duration::from_millis(2_000);

    tokio::time::sleep(Duration::from_millis(4_000)).await;

    let attempts = proxy.accepted().iter().filter(|at| **at > from).count();
    assert!((2..=10).contains(&attempts), "{attempts} attempts in two seconds");
    drop(client);
}

#[tokio::test]
async fn a_rotated_password_is_told_at_once_and_forgotten_when_it_is_put_right() {
    let server = Server::start(Options::new().password("first"));
    let proxy = FaultProxy::start(server.port());
    let url = proxy.url().replace("redis://", "redis://:first@");
    let client = connect(&url).await;
    let mut admin = server.raw();
    admin.command(&["CONFIG", "SET", "requirepass", "second"]);
    assert_eq!(client.ping().await.unwrap(), "PONG", "who is in stays in");
    proxy.cut(Cut::Close);
    eventually_async("the cut is seen", Duration::from_secs(2), || {
        closed_by(&client, CloseReason::Ended) == 1
    })
    .await;

    let began = Instant::now();
    let error = client.incr("n", 1).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Auth, Outcome::NotSent));
    assert!(began.elapsed() < TIMEOUT, "{:?}", began.elapsed());
    assert!(!format!("{error} {error:?}").contains("first"));
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_secs(3) {
        assert_eq!(client.incr("n", 1).await.unwrap_err().kind(), ErrorKind::Auth);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The first two connections are the one that was cut and the one that was first turned away.
    let attempts = proxy.accepted();
    let pauses: Vec<_> = attempts[1..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.len() >= 2, "nobody tried again: {pauses:?}");
    let too_soon = pauses.iter().any(|pause| *pause < Duration::from_millis(450));
    assert!(!too_soon, "more than two attempts a second: {pauses:?}");

    admin.command(&["CONFIG", "SET", "requirepass", "first"]);
    let fixed = Instant::now();
    while client.incr("n", 1).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let back = fixed.elapsed();
    measured("a password put right", &format!("back after {back:.0?}, pauses of {pauses:.0?} before"));
    assert!(back < Duration::from_millis(1_100), "{back:?}: within a second while callers ask");
}

#[tokio::test]
async fn a_busy_server_is_waited_for_and_its_script_is_left_alone() {
    let server = Server::start(Options::new().line("lua-time-limit 20"));
    let client = Client::connect(
        Config::builder().url(&server.url()).retry_base(Duration::from_millis(300)).build().unwrap(),
    )
    .await
    .unwrap();
    client.set("k", "v").await.unwrap();
    let mut busy = server.raw();
    busy.write(b"*3\r\n$4\r\nEVAL\r\n$17\r\nwhile true do end\r\n$1\r\n0\r\n").unwrap();
    let began = Instant::now();
    let error = loop {
        match client.get("k").no_retry().await {
            Ok(_) => assert!(began.elapsed() < Duration::from_secs(5)),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Busy, Outcome::Refused));
    assert!(error.is_retryable());

    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.get("k").await }
    });
    server.raw().command(&["SCRIPT", "KILL"]);

    assert_eq!(waiting.await.unwrap().unwrap().as_deref(), Some("v"));
    let commands = server.command(&["INFO", "commandstats"]).text();
    let scripts: Vec<_> = commands.lines().filter(|line| line.starts_with("cmdstat_script")).collect();
    assert_eq!(scripts.len(), 1, "{scripts:?}");
    assert!(scripts[0].contains(":calls=1,"), "the one that killed it was ours: {scripts:?}");
}

#[tokio::test]
async fn a_replica_refuses_writes_and_the_link_looks_for_the_primary_anew() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    client.set("k", "v").await.unwrap();
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);

    let error = client.set("k", "w").await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ReadOnly, Outcome::Refused));
    assert!(error.attempts() > 1);
    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("v"), "reads still work");
    eventually_async("another socket was tried", Duration::from_secs(2), || {
        closed_by(&client, CloseReason::Renewed) > 0
    })
    .await;
    server.command(&["REPLICAOF", "NO", "ONE"]);
    client.set("k", "w").await.unwrap();
}

#[tokio::test]
async fn a_replica_without_its_primary_is_told_by_its_code() {
    let server = Server::start(Options::new().set("replica-serve-stale-data", "no"));
    let client = connect(&server.url()).await;
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);

    let error = client.get("k").await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::PrimaryDown, Outcome::Refused));
    assert_eq!(error.code(), Some("MASTERDOWN"));
}

#[tokio::test]
async fn a_full_server_refuses_writes_once_and_still_answers_reads() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    client.set("k", "v").await.unwrap();
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);

    let error = client.set("big", "x".repeat(1000)).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::OutOfMemory, Outcome::Refused));
    assert_eq!(error.attempts(), 1, "never retried");
    assert!(!error.is_retryable());
    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("v"));
}

#[tokio::test]
async fn a_forbidden_command_is_told_as_such() {
    let server = Server::start(Options::new());
    server.command(&["ACL", "SETUSER", "guest", "on", ">pw", "~*", "+@all", "-set"]);
    let url = server.url().replace("redis://", "redis://guest:pw@");
    let client = connect(&url).await;

    let error = client.set("k", "v").await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::NoPermission, Outcome::Refused));
    assert_eq!(client.get("k").await.unwrap(), None);
}

#[tokio::test]
async fn too_many_clients_is_a_failure_to_connect_and_spares_who_is_in() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    server.command(&["CONFIG", "SET", "maxclients", "1"]);

    let error = client.blpop("list", 0.1).deadline(Duration::from_secs(1)).await.unwrap_err();

    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::PoolTimeout), "{error:?}");
    client.set("k", "v").await.unwrap();
    assert_eq!(client.link_stats().connects, 1);
}

#[tokio::test]
async fn a_killed_client_comes_back_by_itself() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    client.set("k", "v").await.unwrap();

    server.command(&["CLIENT", "KILL", "TYPE", "normal"]);

    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("v"));
    assert_eq!(client.link_stats().connects, 2);
}

#[tokio::test]
async fn a_paused_server_causes_timeouts_and_no_storm() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    server.command(&["CLIENT", "PAUSE", "3000", "ALL"]);
    let began = Instant::now();

    let mut tasks = Vec::new();
    for _ in 0..50 {
        let client = client.clone();
        tasks.push(tokio::spawn(async move { client.incr("n", 1).await }));
    }
    for task in tasks {
        let error = task.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
    }

    assert!(began.elapsed() < TIMEOUT * 3);
    eventually_async("the pause ends", Duration::from_secs(5), || {
        began.elapsed() > Duration::from_millis(3_100)
    })
    .await;
    assert_eq!(client.ping().await.unwrap(), "PONG");
    let dialled = proxy.accepted_count();
    measured("connections to a paused server", &format!("{dialled}, the first included"));
    assert!(dialled <= 3, "{dialled} connections: one replacement at a time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn increments_under_cuts_are_never_applied_twice_nor_lost() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    let (acknowledged, unknown) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let until = Instant::now() + Duration::from_secs(3);
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let (client, acknowledged, unknown) =
            (client.clone(), Arc::clone(&acknowledged), Arc::clone(&unknown));
        tasks.push(tokio::spawn(async move {
            while Instant::now() < until {
                match client.incr("n", 1).await {
                    Ok(_) => acknowledged.fetch_add(1, Ordering::SeqCst),
                    Err(error) if error.outcome() == Outcome::MaybeExecuted => {
                        unknown.fetch_add(1, Ordering::SeqCst)
                    }
                    Err(_) => 0,
                };
            }
        }));
    }
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
        proxy.cut(Cut::Reset);
    }
    for task in tasks {
        task.await.unwrap();
    }

    let counted: u64 = server.command(&["GET", "n"]).text().parse().unwrap();
    let (acknowledged, unknown) = (acknowledged.load(Ordering::SeqCst), unknown.load(Ordering::SeqCst));
    assert!(acknowledged > 100, "{acknowledged}");
    assert!(counted >= acknowledged, "an acknowledged write was lost: {counted} < {acknowledged}");
    assert!(counted <= acknowledged + unknown, "twice: {counted} > {acknowledged} + {unknown}");
}

#[tokio::test]
async fn a_wrong_password_is_an_error_at_connect_and_is_shown_nowhere() {
    let server = Server::start(Options::new().password("right"));
    let url = server.url().replace("redis://", "redis://:hunter2hunter2@");
    let config = config(&url).build().unwrap();
    let began = Instant::now();

    let error = Client::connect(config.clone()).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Auth, Outcome::NotSent));
    assert!(began.elapsed() < TIMEOUT * 2);
    let shown = format!("{error} {error:?} {config} {config:?} {}", config.explain());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_closed_client_says_so_at_once() {
    let client = connect(&Server::shared().url()).await;
    let clone = client.clone();

    client.close().await;
    client.close().await;

    for error in [clone.ping().await.unwrap_err(), clone.blpop("k", 0.1).await.map(|_| ()).unwrap_err()] {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Closed, Outcome::NotSent));
    }
}

#[test]
fn a_client_whose_runtime_is_gone_fails_instead_of_hanging() {
    let url = Server::shared().url();
    let gone = tokio::runtime::Runtime::new().unwrap();
    let client = gone.block_on(connect(&url));
    drop(gone);
    let here = tokio::runtime::Runtime::new().unwrap();

    let error = here.block_on(async { client.ping().await }).unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RuntimeGone, Outcome::NotSent));
}
