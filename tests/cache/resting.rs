//! A Redis that stays silent: after a few lookups that waited for it the others do not, and it is used again by itself.
//!
//! Nothing here measures time. A lookup that waited is counted as late, one that did not as rested; on a busy machine a
//! probe or two may be among those that are to be rested.

use std::time::{Duration, Instant};

use redlane::cache::{Cache, CacheError, Coherence, OnFailure};
use redlane::client::Client;
use redlane::config::Config;
use redlane::error::{ErrorKind, Outcome};
use redlane_test_support::{Log, Options, Server, eventually_async};
use tokio::time::timeout;

use crate::patience::{impatient, patient};
use crate::{Loads, SOON, text};

/// Enough to tell resting from waiting, whatever probes are among them.
const MANY: u64 = 30;

/// Looks up so many ids that nobody has looked up before, one after the other.
async fn cold(cache: &Cache<String>, loads: &Loads, count: u64) {
    for _ in 0..count {
        let id = format!("cold:{}", loads.count());
        let found = cache.get_or_load(&id, loads.giving("loaded")).await.unwrap();
        assert_eq!(text(&found), Some("loaded"));
    }
}

/// A server that is silent, and a cache that gives it a rest; the client is to be kept.
async fn at_rest(loads: &Loads) -> (Server, Client, Cache<String>) {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    server.pause();
    cold(&cache, loads, 3 + MANY).await;
    (server, client, cache)
}

/// Looks `id` up until Redis has answered it, and then some; what is found is never `old`.
async fn until_redis_answers(cache: &Cache<String>, id: &str) {
    let (before, deadline) = (cache.stats(), Instant::now() + SOON);
    let look = async || {
        let found = cache.get_or_load(id, Loads::default().giving("new")).await.unwrap();
        assert_eq!(text(&found), Some("new"), "{id}: {:?}", cache.stats());
        // Who rests does not wait for anything.
        tokio::task::yield_now().await;
    };
    while cache.stats().l2_hit + cache.stats().l1_hit == before.l2_hit + before.l1_hit {
        assert!(Instant::now() < deadline, "never asked again: {:?}", cache.stats());
        look().await;
    }
    for _ in 0..MANY {
        look().await;
    }
}

#[tokio::test]
async fn a_frozen_server_is_waited_for_by_the_first_few_and_used_again_when_it_thaws() {
    // Given values in both levels, of which this process can no longer be told that they changed.
    let server = Server::start(Options::new());
    let (client, other) = (patient(&server.url()).await, patient(&server.url()).await);
    let cache = impatient(&client).build().await.unwrap();
    let theirs = impatient(&other).build().await.unwrap();
    for id in ["a", "b"] {
        cache.set(id, &"old".to_owned()).await.unwrap();
        assert_eq!(text(&cache.get(id).await.unwrap()), Some("old"));
    }
    server.pause();
    eventually_async("the silence is noticed", SOON, || !cache.stats().tracked).await;

    // When it is written to and looked into meanwhile.
    let writing = tokio::spawn(async move { theirs.set("a", &"new".to_owned()).await });
    let removing = tokio::spawn({
        let cache = cache.clone();
        async move { cache.invalidate("b").await }
    });
    let loads = Loads::default();
    cold(&cache, &loads, 3 + MANY).await;

    // Then most have not waited for it, each was loaded, and the writes have not been spared.
    let stats = cache.stats();
    assert_eq!(stats.l2_late + stats.l2_rested, 3 + MANY, "{stats:?}");
    assert!(stats.l2_late >= 3 && stats.l2_rested >= MANY / 2, "{stats:?}");
    assert_eq!(u64::from(loads.count()), 3 + MANY);
    assert_eq!(stats.load_ok, 3 + MANY, "{stats:?}");
    assert!(!writing.is_finished() && !removing.is_finished());
    server.resume();
    while !removing.is_finished() {
        // What it finds now may be of before the removal, and must not outlast it.
        cache.get_or_load("b", Loads::default().giving("new")).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(removing.await.unwrap().is_ok());
    writing.await.unwrap().unwrap();
    until_redis_answers(&cache, "b").await;
    until_redis_answers(&cache, "a").await;
    let rested = cache.stats().l2_rested;
    cold(&cache, &Loads::default(), 1).await;
    assert_eq!(cache.stats().l2_rested, rested, "the rest is over");
    eventually_async("changes are heard again", SOON, || cache.stats().tracked).await;
}

#[tokio::test]
async fn a_server_that_is_down_is_waited_for_by_the_first_few() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    server.kill();

    cold(&cache, &Loads::default(), 3 + MANY).await;

    let stats = cache.stats();
    assert_eq!(stats.l2_late + stats.l2_rested, 3 + MANY, "{stats:?}");
    assert!(stats.l2_late >= 3 && stats.l2_rested >= MANY / 2, "{stats:?}");
    server.start_again();
    until_redis_answers(&cache, "a").await;
}

#[tokio::test]
async fn a_server_is_given_a_rest_also_by_a_client_that_waits_for_less_than_the_cache_may() {
    for (coherence, is_frozen) in [
        (Coherence::Tracking, true),
        (Coherence::Tracking, false),
        (Coherence::Off, true),
        (Coherence::Off, false),
    ] {
        let server = Server::start(Options::new());
        let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_millis(50));
        let client = Client::connect(config.build().unwrap()).await.unwrap();
        let cache = impatient(&client).coherence(coherence).build().await.unwrap();
        if is_frozen {
            server.pause()
        } else {
            server.kill()
        }

        cold(&cache, &Loads::default(), 3 + MANY).await;

        let stats = cache.stats();
        assert_eq!(stats.l2_late + stats.l2_rested, 3 + MANY, "{coherence:?} {is_frozen} {stats:?}");
        assert!(stats.l2_late >= 3 && stats.l2_rested >= MANY / 2, "{stats:?}");
        if is_frozen {
            server.resume()
        } else {
            server.start_again()
        }
        until_redis_answers(&cache, "a").await;
    }
}

#[tokio::test]
async fn a_cache_that_fails_closed_fails_at_once_during_a_rest() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).on_failure(OnFailure::Fail).build().await.unwrap();
    let loads = Loads::default();
    server.pause();

    for _ in 0..3 + MANY {
        let Err(CacheError::Redis(error)) = cache.get_or_load("a", loads.giving("x")).await else {
            panic!("there is no Redis");
        };
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
    let Err(CacheError::Redis(error)) = cache.get("a").await else { panic!("there is no Redis") };

    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(loads.count(), 0);
    let stats = cache.stats();
    assert_eq!(stats.l2_late + stats.l2_rested, 4 + MANY, "{stats:?}");
    assert!(stats.l2_rested >= MANY / 2, "{stats:?}");
    // A question that is not asked does not fail.
    assert_eq!(stats.l2_err, stats.l2_late, "{stats:?}");
    server.resume();
    let deadline = Instant::now() + SOON;
    while let Err(error) = cache.get_or_load("a", loads.giving("x")).await {
        assert!(matches!(&error, CacheError::Redis(error) if error.outcome() != Outcome::Refused), "{error}");
        assert!(Instant::now() < deadline, "never asked again: {:?}", cache.stats());
    }
}

#[tokio::test]
async fn one_load_serves_all_who_ask_during_a_rest_and_none_who_ask_after_a_change() {
    // Given a rest.
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    server.pause();
    cold(&cache, &Loads::default(), 3).await;
    let rested = cache.stats().l2_rested;

    // When a load is under way, another one asks, the value changes, and a third one asks.
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (finish, finished) = tokio::sync::oneshot::channel::<()>();
    let slow = move |_| async move {
        begun.send(()).unwrap();
        finished.await.unwrap();
        Ok::<_, std::io::Error>(Some("before".to_owned()))
    };
    let ask = |value: &str| {
        let (cache, load) = (cache.clone(), Loads::default().giving(value));
        tokio::spawn(async move { cache.get_or_load("a", load).await.unwrap() })
    };
    let first = tokio::spawn({
        let cache = cache.clone();
        async move { cache.get_or_load("a", slow).await.unwrap() }
    });
    has_begun.await.unwrap();
    let second = ask("second");
    tokio::task::yield_now().await;
    let removing = tokio::spawn({
        let cache = cache.clone();
        async move { cache.invalidate("a").await }
    });
    tokio::task::yield_now().await;
    let third = ask("after");
    tokio::task::yield_now().await;
    finish.send(()).unwrap();

    assert_eq!(text(&first.await.unwrap()), Some("before"));
    assert_eq!(text(&second.await.unwrap()), Some("before"));
    assert_eq!(text(&third.await.unwrap()), Some("after"));
    assert!(cache.stats().l2_rested > rested, "{:?}", cache.stats());
    removing.abort();
}

#[tokio::test]
async fn a_probe_that_was_answered_ends_the_rest_however_long_it_loads() {
    // Given a rest, and a server that is back.
    let loads = Loads::default();
    let (server, _client, cache) = at_rest(&loads).await;
    server.resume();

    // When lookups load, until one has the lease of its key, and so has been let through.
    let deadline = Instant::now() + SOON;
    let (finish, lookup) = loop {
        assert!(Instant::now() < deadline, "never asked again: {:?}", cache.stats());
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let lookup = tokio::spawn({
            let cache = cache.clone();
            let load = move |_| async move {
                begun.send(()).unwrap();
                finished.await.unwrap();
                Ok::<_, std::io::Error>(Some("slow".to_owned()))
            };
            async move { cache.get_or_load("slow", load).await.unwrap() }
        });
        has_begun.await.unwrap();
        if server.command(&["EXISTS", "cache:slow"]).text() == "1" {
            break (finish, lookup);
        }
        finish.send(()).unwrap();
        lookup.await.unwrap();
    };

    // Then the others ask Redis though it is still loading.
    let rested = cache.stats().l2_rested;
    cold(&cache, &loads, MANY).await;
    assert_eq!(cache.stats().l2_rested, rested);
    finish.send(()).unwrap();
    assert_eq!(text(&lookup.await.unwrap()), Some("slow"));
}

#[tokio::test]
async fn a_probe_whose_caller_goes_away_is_followed_by_another() {
    // Given a rest.
    let loads = Loads::default();
    let (server, _client, cache) = at_rest(&loads).await;
    assert!(cache.stats().l2_rested >= MANY / 2, "{:?}", cache.stats());

    // When each probe is dropped: whoever has to wait is one.
    let (mut dropped, deadline) = (0, Instant::now() + SOON);
    while dropped < 2 {
        assert!(Instant::now() < deadline, "{dropped} probes");
        let lookup = cache.get_or_load("a", loads.giving("loaded")).into_future();
        dropped += u32::from(timeout(Duration::from_millis(20), lookup).await.is_err());
    }
    server.resume();

    // Then another one finds the server back.
    until_redis_answers(&cache, "b").await;
}

#[tokio::test]
async fn a_server_that_refuses_is_asked_each_time() {
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).build().await.unwrap();
    server.command(&["LPUSH", "cache:a", "no text"]);
    let loads = Loads::default();

    for _ in 0..MANY {
        let found = cache.get_or_load("a", loads.giving("loaded")).await.unwrap();
        assert_eq!(text(&found), Some("loaded"));
    }

    let stats = cache.stats();
    assert_eq!((stats.l2_err, stats.l2_late, stats.l2_rested), (MANY, 0, 0), "{stats:?}");
}

#[tokio::test]
async fn the_beginning_and_the_end_of_a_rest_are_logged_once() {
    let log = Log::of("redlane::cache");
    let _logging = tracing::subscriber::set_default(log.clone());
    let server = Server::start(Options::new());
    let client = patient(&server.url()).await;
    let cache = impatient(&client).namespace("names", 0).build().await.unwrap();

    server.pause();
    cold(&cache, &Loads::default(), 3 + MANY).await;
    let begun = log.text();
    server.resume();
    until_redis_answers(&cache, "a").await;

    assert_eq!(begun.lines().count(), 1, "{begun}");
    assert!(begun.contains("names") && begun.contains("400ms") && begun.ends_with("WARN\n"), "{begun}");
    let both = log.text();
    assert_eq!(both.lines().count(), 2, "{both}");
    assert!(both.ends_with("INFO\n") && !both.contains("cold"), "{both}");
}
