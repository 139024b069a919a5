//! A server that is away for a while: how soon it is found again, and how often it is asked meanwhile.
//!
//! It stays away for a second twice and for three once; with `REDLANE_OUTAGES=N` for a second N times and for ten a quarter
//! as often, as for the figures.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redlane::error::CloseReason;
use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Options, RawReply, Server, eventually_async};

use crate::measured;

async fn connect(url: &str) -> Client {
    let config = Config::builder().url(url).socket_timeout(Duration::from_secs(1));
    Client::connect(config.build().unwrap()).await.unwrap()
}

/// How long after the server was back a call got through.
async fn back(client: &Client, began: Instant) -> Duration {
    client.set("back", 1).deadline(Duration::from_secs(5)).await.unwrap();
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_away_is_found_soon_and_not_stormed() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    let plan = match std::env::var("REDLANE_OUTAGES").ok().map(|text| text.parse::<usize>().unwrap()) {
        Some(count) => [vec![1; count], vec![10; count / 4]].concat(),
        None => vec![1, 1, 3],
    };
    let mut times: BTreeMap<u64, Vec<(Duration, u64)>> = BTreeMap::new();
    for away in plan.into_iter().map(Duration::from_secs) {
        // A connection that is lost within its first second goes on with the outage before it.
        let connected = Instant::now();
        let settled = || connected.elapsed() > Duration::from_millis(1_100);
        eventually_async("the connection has settled", Duration::from_secs(2), settled).await;
        proxy.change(|plan| plan.accept = Accept::Refuse).await;
        proxy.cut(Cut::Reset);
        eventually_async("the cut is seen", Duration::from_secs(2), || !client.is_connected()).await;
        let began = Instant::now();
        let failures = client.link_stats().connect_failures;
        // What is called meanwhile fails at its own deadline, unsent.
        while began.elapsed() < away {
            let called = Instant::now();
            let error = client.incr("n", 1).deadline(Duration::from_millis(150)).await.unwrap_err();
            assert_eq!(error.outcome(), Outcome::NotSent);
            assert!(called.elapsed() < Duration::from_millis(1_150), "{:?}", called.elapsed());
        }
        let attempts = client.link_stats().connect_failures - failures;
        proxy.heal().await;
        let took = back(&client, Instant::now()).await;
        times.entry(away.as_secs()).or_default().push((took, attempts));
        // Two seconds at ten to twenty a second, then at most some five.
        let most = 90 + 7 * away.as_secs().saturating_sub(2);
        assert!(attempts <= most, "{attempts} attempts in {away:?}");
    }
    for (seconds, mut times) in times {
        times.sort_unstable();
        let (median, longest) = (times[times.len() / 2].0, times[times.len() - 1].0);
        let most = times.iter().map(|(_, attempts)| attempts).max().unwrap();
        let of = times.len();
        measured(
            "outages",
            &format!(
                "{of} of {seconds} s: back within {median:.0?}, at worst {longest:.0?}, {most} attempts"
            ),
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_of_fifty_clients_comes_back_spread_out() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let mut herd = Vec::new();
    for _ in 0..50 {
        herd.push(connect(&proxy.url()).await);
    }
    proxy.change(|plan| plan.accept = Accept::Close).await;
    proxy.cut(Cut::Reset);
    let away = Duration::from_secs(4);
    let began = Instant::now();
    tokio::time::sleep(away).await;

    // Past the first two seconds a client dials some four times a second.
    let late = proxy.accepted().iter().filter(|at| at.duration_since(began) > away / 2).count();
    proxy.heal().await;
    let healed = Instant::now();
    let mut slowest = Duration::ZERO;
    for client in &herd {
        slowest = slowest.max(back(client, healed).await);
    }

    measured("50 clients", &format!("{late} attempts in the last 2 s of 4, all back within {slowest:.0?}"));
    assert!(late <= 50 * 2 * 7, "{late} attempts in two seconds");
    assert!(late >= 50, "{late} attempts in two seconds: somebody has given up");
    eventually_async("one connection each", Duration::from_secs(5), || server.clients().len() <= 51).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_loading_is_told_by_its_code_and_found_when_it_is_done() {
    // It looks at its sockets between parts of what it loads.
    let slow =
        Options::new().set("key-load-delay", "200").set("loading-process-events-interval-bytes", "1024");
    let server = Arc::new(Server::start(slow.line("save 3600 1")));
    let client = connect(&server.url()).await;
    for part in 0..10u32 {
        let items: Vec<(String, u32)> = (0..1_000).map(|n| (format!("k:{part}:{n}"), n)).collect();
        client.mset(&items).await.unwrap();
    }
    server.command(&["SAVE"]);
    server.kill();
    // Ten thousand keys at 200 us each: two seconds, in which it answers with LOADING.
    let starting = tokio::task::spawn_blocking({
        let server = Arc::clone(&server);
        move || server.start_again()
    });
    let began = Instant::now();
    let mut refused = 0u32;
    let value = loop {
        match client.get("k:9:999").read_as::<Option<u32>>().await {
            Ok(value) => break value,
            Err(error) => {
                let loading = error.kind() == ErrorKind::Loading || error.kind() == ErrorKind::Connect;
                assert!(loading, "{error}");
                // The first attempt of the first call may have gone to the socket that was just dying.
                assert!(error.outcome() != Outcome::MaybeExecuted || error.attempts() > 1, "{error:?}");
                refused += u32::from(error.kind() == ErrorKind::Loading || error.code() == Some("LOADING"));
            }
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it never came back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    measured("LOADING", &format!("told {refused} times in {:.1?}, then answered", began.elapsed()));
    assert_eq!(value, Some(999));
    assert!(refused > 0, "it was never told");
    starting.await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_save_refuses_writes_and_answers_reads() {
    let server = Server::start(Options::new().set("dbfilename", "folder.rdb").line("save 3600 1"));
    let client = connect(&server.url()).await;
    client.set("k", "v").await.unwrap();
    // The child that saves cannot replace a folder by a file.
    std::fs::create_dir(server.folder().join("folder.rdb")).unwrap();
    server.command(&["BGSAVE"]);
    eventually_async("saving has failed", Duration::from_secs(10), || {
        server.info("rdb_last_bgsave_status") == "err"
    })
    .await;

    let error = client.set("k", "w").await.unwrap_err();

    assert_eq!(error.code(), Some("MISCONF"));
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Refused, 1));
    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("v"));
    assert_eq!(client.link_stats().connects, 1);
}

#[tokio::test]
async fn writes_follow_an_address_that_leads_to_another_server_though_the_old_one_lives_on() {
    // Given a primary that becomes a replica, as in a failover, while the address moves on to the new primary.
    let (old, new) = (Server::start(Options::new()), Server::start(Options::new()));
    let proxy = FaultProxy::start(old.port());
    let client = connect(&proxy.url()).await;
    client.set("k", "old").await.unwrap();
    let port = new.port().to_string();
    old.command(&["REPLICAOF", "127.0.0.1", port.as_str()]);
    proxy.redirect(new.port());

    let began = Instant::now();
    while let Err(error) = client.set("k", "new").await {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::ReadOnly, Outcome::Refused));
        assert!(began.elapsed() < Duration::from_secs(10), "it stays with the old one");
    }

    measured("READONLY, then the new primary", &format!("{:.0?}", began.elapsed()));
    assert_eq!(new.command(&["GET", "k"]).text(), "new");
    assert_eq!(client.link_stats().closed_by(CloseReason::Renewed), 1);
}

#[tokio::test]
async fn a_full_server_is_dialled_seldom_and_found_when_it_has_room() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;
    let mut admin = server.raw();
    admin.command(&["CONFIG", "SET", "maxclients", "1"]);
    proxy.cut(Cut::Reset);
    eventually_async("the cut is seen", Duration::from_secs(2), || !client.is_connected()).await;

    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        let error = client.incr("n", 1).deadline(Duration::from_millis(100)).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
    }
    let dials = proxy.accepted();
    admin.command(&["CONFIG", "SET", "maxclients", "100"]);
    let took = back(&client, Instant::now()).await;

    // The first two are the one that was cut, and the one that was turned away first.
    let pauses: Vec<_> = dials[1..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    measured("maxclients", &format!("dialled after {pauses:.0?}, back after {took:.0?}"));
    assert!(pauses.len() >= 3, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause >= Duration::from_millis(230)), "a storm: {pauses:?}");
    assert_eq!(admin.command(&["GET", "n"]), RawReply::Null, "none of those was sent");
}
