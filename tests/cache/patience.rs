//! A Redis that does not answer in time: lookups go on without it, and what arrives late does no harm.
//!
//! The clients here would wait for an hour, so whatever comes back in time came back by the cache's own limit.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redlane::cache::codec::Raw;
use redlane::cache::manager::CacheManager;
use redlane::cache::{Cache, CacheBuilder, CacheError, OnFailure};
use redlane::prelude::*;
use redlane_test_support::{FaultProxy, Flow, Keys, Options, Server};
use tokio::time::timeout;

use crate::{Loads, SOON, connect, text};

const HOUR: Duration = Duration::from_secs(3600);

/// Long against a round trip on a busy machine, and short enough to be waited out.
pub(crate) const LIMIT: Duration = Duration::from_millis(400);

/// A client that waits for as long as it takes.
pub(crate) async fn patient(url: &str) -> Client {
    let config = Config::builder().url(url).socket_timeout(HOUR);
    Client::connect(config.build().unwrap()).await.unwrap()
}

pub(crate) fn impatient(client: &Client) -> CacheBuilder<String> {
    Cache::builder(client, Raw).early(0.0).lookup_timeout(LIMIT)
}

/// Looks up `a`, which must come back by the limit.
async fn in_time(cache: &Cache<String>, loads: &Loads, value: &str) -> Option<String> {
    let lookup = cache.get_or_load("a", loads.giving(value)).into_future();
    let found = timeout(SOON, lookup).await.expect("not waited for Redis");
    found.unwrap().map(|value| value.to_string())
}

/// Has the server know the scripts: a late call of an unknown one would do nothing.
async fn know_scripts(cache: &Cache<String>) {
    let load = |_| async { Ok::<_, io::Error>(Some("b".to_owned())) };
    assert_eq!(text(&cache.get_or_load("b", load).await.unwrap()), Some("b"));
}

fn hold_writes(server: &Server) {
    assert_eq!(server.command(&["CLIENT", "PAUSE", "3600000", "WRITE"]).text(), "OK");
}

fn let_writes_go(server: &Server) {
    assert_eq!(server.command(&["CLIENT", "UNPAUSE"]).text(), "OK");
}

#[tokio::test]
async fn a_silent_server_is_waited_for_no_longer_than_is_said() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    let loads = Loads::default();
    server.pause();

    let both = tokio::join!(in_time(&cache, &loads, "one"), in_time(&cache, &loads, "two"));
    let looked = timeout(SOON, cache.get("a")).await.expect("not waited for Redis").unwrap();

    assert_eq!(both, (Some("one".to_owned()), Some("one".to_owned())));
    assert_eq!((loads.count(), looked), (1, None), "one load for both");
    let stats = cache.stats();
    assert_eq!((stats.l2_late, stats.load_coalesced), (2, 1), "{stats:?}");
    assert!(stats.l2_err >= 2, "{stats:?}");

    server.resume();

    // The answers to what was given up are still to come, and are nobody's.
    for n in 0..20 {
        cache.set(&n.to_string(), &format!("value {n}")).await.unwrap();
    }
    for n in 0..20 {
        assert_eq!(text(&cache.get(&n.to_string()).await.unwrap()), Some(format!("value {n}").as_str()));
    }
    assert_eq!(in_time(&cache, &loads, "three").await.as_deref(), Some("three"), "nothing was stored");
    assert_eq!(in_time(&cache, &loads, "four").await.as_deref(), Some("three"), "and now it is");
}

#[tokio::test]
async fn a_server_that_is_down_is_waited_for_no_longer_than_is_said() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    let closed = impatient(&client).namespace("closed", 0).on_failure(OnFailure::Fail).build().await.unwrap();
    let loads = Loads::default();
    server.kill();

    for count in 1..=2 {
        assert_eq!(in_time(&cache, &loads, "x").await.as_deref(), Some("x"));
        assert_eq!(loads.count(), count);
    }
    let refused = timeout(SOON, closed.get_or_load("a", loads.giving("x")).into_future()).await;
    let looked = timeout(SOON, closed.get("a")).await;

    assert!(matches!(refused, Ok(Err(CacheError::Redis(_)))), "{refused:?}");
    assert!(matches!(looked, Ok(Err(CacheError::Redis(_)))), "{looked:?}");
    assert_eq!(loads.count(), 2);

    server.start_again();

    let deadline = Instant::now() + SOON;
    while cache.stats().l2_hit + cache.stats().l1_hit == 0 {
        assert_eq!(in_time(&cache, &loads, "x").await.as_deref(), Some("x"));
        assert!(Instant::now() < deadline, "never cached again: {:?}", cache.stats());
    }
}

#[tokio::test]
async fn the_right_to_load_that_comes_too_late_is_given_back() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).lease(HOUR).build().await.unwrap();
    let loads = Loads::default();
    know_scripts(&cache).await;
    hold_writes(&server);

    assert_eq!(in_time(&cache, &loads, "one").await.as_deref(), Some("one"));
    assert_eq!(cache.stats().l2_late, 1, "{:?}", cache.stats());

    let_writes_go(&server);

    // Whoever still had it would keep everybody waiting for an hour.
    assert_eq!(in_time(&cache, &loads, "two").await.as_deref(), Some("two"));
    assert_eq!(in_time(&cache, &loads, "three").await.as_deref(), Some("two"));
}

#[tokio::test]
async fn a_value_is_returned_though_it_cannot_be_stored_in_time() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    know_scripts(&cache).await;
    let mut raw = server.raw();
    let load = move |_| async move {
        raw.command(&["CLIENT", "PAUSE", "3600000", "WRITE"]);
        Ok::<_, io::Error>(Some("loaded".to_owned()))
    };

    let value =
        timeout(SOON, cache.get_or_load("a", load).into_future()).await.expect("not waited for Redis");

    assert_eq!(text(&value.unwrap()), Some("loaded"));
    let stats = cache.stats();
    assert_eq!((stats.load_ok, stats.l2_late), (2, 1), "{stats:?}");

    let_writes_go(&server);

    let loads = Loads::default();
    assert_eq!(in_time(&cache, &loads, "no").await.as_deref(), Some("loaded"), "it had only been late");
    assert_eq!(loads.count(), 0);
}

/// Loads `a` while what is stored of it is held up on its way, has somebody else write it, and lets the late one arrive.
/// What is there then.
async fn late_against_a_newer(
    cache: &Cache<String>,
    client: &Client,
    server: &Server,
    proxy: FaultProxy,
    key: &str,
) -> String {
    know_scripts(cache).await;
    let proxy = Arc::new(proxy);
    let load = {
        let proxy = Arc::clone(&proxy);
        move |_| async move {
            proxy.change(|plan| plan.requests.flow = Flow::Hold).await;
            Ok::<_, io::Error>(Some("loaded before".to_owned()))
        }
    };
    let value =
        timeout(SOON, cache.get_or_load("a", load).into_future()).await.expect("not waited for Redis");
    assert_eq!(text(&value.unwrap()), Some("loaded before"));
    assert_eq!(cache.stats().l2_late, 1, "{:?}", cache.stats());
    server.command(&["SET", key, "newer"]);

    proxy.heal().await;

    // On the same link as what was late, and so behind it.
    let _ = client.ping().await.unwrap();
    server.command(&["GET", key]).text()
}

#[tokio::test]
async fn what_is_stored_late_does_not_overwrite_what_is_newer() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = patient(&proxy.url()).await;
    let cache = impatient(&client).build().await.unwrap();

    assert_eq!(late_against_a_newer(&cache, &client, &server, proxy, "cache:a").await, "newer");
}

#[tokio::test]
async fn what_the_manager_stores_late_does_not_overwrite_what_is_newer() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = patient(&proxy.url()).await;
    let manager = CacheManager::new(&client).await.unwrap();

    assert_eq!(late_against_a_newer(manager.cache(), &client, &server, proxy, "a").await, "newer");
}

#[tokio::test]
async fn a_load_of_another_process_is_waited_for_longer_than_redis_is() {
    let url = Server::shared().url();
    let (mine, other) = (patient(&url).await, connect(&url).await);
    let namespace = Keys::new().key("c");
    let mine = impatient(&mine).namespace(namespace.as_str(), 0).build().await.unwrap();
    let theirs = impatient(&other).namespace(namespace.as_str(), 0).build().await.unwrap();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let slow = tokio::spawn(async move {
        let load = |_| async move {
            begun.send(()).unwrap();
            tokio::time::sleep(LIMIT * 2).await;
            Ok::<_, io::Error>(Some("theirs".to_owned()))
        };
        theirs.get_or_load("a", load).await.map(|_| ())
    });
    has_begun.await.unwrap();
    let loads = Loads::default();

    assert_eq!(in_time(&mine, &loads, "mine").await.as_deref(), Some("theirs"));

    slow.await.unwrap().unwrap();
    assert_eq!((loads.count(), mine.stats().l2_late), (0, 0), "{:?}", mine.stats());
}
