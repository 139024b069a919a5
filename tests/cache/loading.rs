//! Lookups, loads, and what becomes of them when somebody goes away.

use std::future::{Future as _, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheError, Coherence, OnFailure};
use redlane::prelude::*;
use redlane_test_support::{Options, Server, eventually_async};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::{Loads, SOON, builder, connect, text};

#[tokio::test]
async fn a_value_is_loaded_once_and_then_found() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();

    let first = cache.get_or_load("a", loads.giving("one")).await.unwrap();
    let second = cache.get_or_load("a", loads.giving("two")).await.unwrap();
    let third = cache.get("a").await.unwrap();

    assert_eq!([text(&first), text(&second), text(&third)], [Some("one"); 3]);
    assert_eq!(loads.count(), 1);
    let stats = cache.stats();
    assert_eq!((stats.miss, stats.load_ok), (1, 1));
    assert!(stats.l2_hit >= 1 && stats.l1_hit + stats.l2_hit == 2, "{stats:?}");
    let key = format!("{namespace}:a");
    let left = client.pttl(&key).read_as::<i64>().await.unwrap();
    assert!((200_000..=330_000).contains(&left), "{left} ms of 300 s, give or take a tenth");
    assert!(client.get(&key).read_as::<Vec<u8>>().await.unwrap().ends_with(b"one"));
}

#[tokio::test]
async fn what_is_nowhere_is_none_and_loads_nothing() {
    let (builder, _, _) = builder().await;
    let cache = builder.build().await.unwrap();

    assert_eq!(cache.get("a").await.unwrap(), None);
    assert_eq!(cache.stats().miss, 1);
    assert_eq!(cache.stats().hit_ratio(), Some(0.0));
}

#[tokio::test]
async fn an_empty_text_is_a_value() {
    let (builder, _, _) = builder().await;
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();

    for _ in 0..2 {
        assert_eq!(text(&cache.get_or_load("a", loads.giving("")).await.unwrap()), Some(""));
    }

    assert_eq!(loads.count(), 1);
}

#[tokio::test]
async fn that_there_is_nothing_is_remembered_for_its_time() {
    let (builder, _, _) = builder().await;
    let cache = builder.negative(Duration::from_millis(300)).build().await.unwrap();
    let nothing = |_| async { Ok::<Option<String>, io::Error>(None) };

    assert_eq!(cache.get_or_load("a", nothing).await.unwrap(), None);
    assert_eq!(
        cache.get_or_load("a", |_| async { panic!("known") as Result<_, io::Error> }).await.unwrap(),
        None
    );
    assert!(cache.stats().negative_hit >= 1);

    let loads = Loads::default();
    let cache = &cache;
    let deadline = std::time::Instant::now() + SOON;
    while text(&cache.get_or_load("a", loads.giving("came")).await.unwrap()) != Some("came") {
        assert!(std::time::Instant::now() < deadline, "forgotten after its time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_error_goes_to_all_who_waited_and_is_not_cached() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let go = Arc::new(Notify::new());
    let failing = {
        let (cache, go) = (cache.clone(), Arc::clone(&go));
        tokio::spawn(async move {
            let load = move |_| async move {
                go.notified().await;
                Err::<Option<String>, _>(io::Error::other("the database is away"))
            };
            cache.get_or_load("a", load).await
        })
    };
    let key = format!("{namespace}:a");
    while client.exists(&key).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    let loads = Loads::default();
    // From its first poll on it waits for the flight, which cannot land before it is told to.
    let mut waiting = Box::pin(async { cache.get_or_load("a", loads.giving("never")).await });
    assert!(poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await);
    go.notify_one();

    for outcome in [failing.await.unwrap(), waiting.await] {
        let CacheError::Load(error) = outcome.unwrap_err() else { panic!("another error") };
        assert_eq!(error.to_string(), "the database is away");
    }
    assert_eq!(loads.count(), 0);
    assert_eq!(client.exists(&key).await.unwrap(), 0, "the lease was given back");
    assert_eq!(text(&cache.get_or_load("a", loads.giving("now")).await.unwrap()), Some("now"));
}

/// A task whose load of `a` has begun and never ends.
async fn endless_load(cache: &Cache<String>) -> JoinHandle<()> {
    let cache = cache.clone();
    let (begun, has_begun) = oneshot::channel();
    let load = move |_| async move {
        begun.send(()).unwrap();
        std::future::pending::<Result<Option<String>, io::Error>>().await
    };
    let task = tokio::spawn(async move {
        let _ = cache.get_or_load("a", load).await;
    });
    has_begun.await.unwrap();
    task
}

#[tokio::test]
async fn a_leader_that_goes_away_hands_over() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let leader = endless_load(&cache).await;
    let loads = Loads::default();
    let heir = {
        let (cache, load) = (cache.clone(), loads.giving("second"));
        tokio::spawn(async move { cache.get_or_load("a", load).await })
    };

    leader.abort();

    assert_eq!(text(&heir.await.unwrap().unwrap()), Some("second"));
    assert_eq!(loads.count(), 1);
    assert_eq!(client.exists(format!("{namespace}:a")).await.unwrap(), 1);
}

#[tokio::test]
async fn a_value_that_was_deleted_while_it_loaded_is_not_stored() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let key = format!("{namespace}:a");
    let load = {
        let (client, key) = (client.clone(), key.clone());
        move |_| async move {
            client.del(&key).await.map_err(|error| io::Error::other(error.to_string()))?;
            Ok::<_, io::Error>(Some("old".to_owned()))
        }
    };

    let value = cache.get_or_load("a", load).await.unwrap();

    assert_eq!(text(&value), Some("old"), "its callers have it");
    assert_eq!(client.exists(&key).await.unwrap(), 0, "and nobody else");
    assert_eq!(cache.stats().fill_raced, 1);
    assert_eq!(cache.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn a_value_that_somebody_wrote_while_it_loaded_is_not_overwritten() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let theirs = Cache::<String>::builder(&client, Raw).namespace(namespace, 1).build().await.unwrap();
    let load = {
        let theirs = theirs.clone();
        move |_| async move {
            theirs.set("a", &"theirs".to_owned()).await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(Some("loaded before".to_owned()))
        }
    };

    let value = cache.get_or_load("a", load).await.unwrap();

    assert_eq!(text(&value), Some("loaded before"), "its caller asked before it was written");
    assert_eq!(text(&cache.get("a").await.unwrap()), Some("theirs"));
    assert_eq!(cache.stats().fill_raced, 1);
}

#[tokio::test]
async fn who_comes_after_a_write_is_not_given_what_was_being_loaded_before_it() {
    let (builder, _, _) = builder().await;
    let cache = builder.build().await.unwrap();
    let (go, goes) = oneshot::channel::<()>();
    let (begun, has_begun) = oneshot::channel();
    let leader = {
        let cache = cache.clone();
        let load = move |_| async move {
            begun.send(()).unwrap();
            goes.await.unwrap();
            Ok::<_, io::Error>(Some("old".to_owned()))
        };
        tokio::spawn(async move { cache.get_or_load("a", load).await })
    };
    has_begun.await.unwrap();
    cache.set("a", &"new".to_owned()).await.unwrap();
    let loads = Loads::default();
    let mut later = Box::pin(cache.get_or_load("a", loads.giving("never")).into_future());
    let aboard = tokio::time::timeout(Duration::ZERO, &mut later).await;
    assert!(aboard.is_err(), "it waits with the leader");

    go.send(()).unwrap();

    assert_eq!(text(&leader.await.unwrap().unwrap()), Some("old"));
    assert_eq!(text(&later.await.unwrap()), Some("new"));
    assert_eq!(loads.count(), 0);
}

#[tokio::test]
async fn a_load_that_nobody_waits_for_any_more_gives_its_lease_back() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.lease(Duration::from_secs(60)).build().await.unwrap();
    let key = format!("{namespace}:a");
    let loading = endless_load(&cache).await;
    assert_eq!(client.exists(&key).await.unwrap(), 1);

    loading.abort();

    let deadline = std::time::Instant::now() + SOON;
    while client.exists(&key).await.unwrap() == 1 {
        assert!(std::time::Instant::now() < deadline, "the lease is still there");
    }
    let loads = Loads::default();
    assert_eq!(text(&cache.get_or_load("a", loads.giving("x")).await.unwrap()), Some("x"));
}

#[tokio::test]
async fn lookups_that_are_dropped_anywhere_leave_nothing_in_the_way() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.lease(Duration::from_secs(60)).build().await.unwrap();
    let mut random = fastrand::Rng::with_seed(7);

    for round in 0..300 {
        let id = random.usize(0..3).to_string();
        if round % 5 == 0 {
            client.del(format!("{namespace}:{id}")).await.unwrap();
        }
        let load = |_| async {
            tokio::task::yield_now().await;
            Ok::<_, io::Error>(Some("x".to_owned()))
        };
        let lookups = [(); 3].map(|()| Box::pin(cache.get_or_load(&id, load).into_future()));
        let limit = Duration::from_micros(random.u64(0..1500));
        for lookup in lookups {
            let _ = tokio::time::timeout(limit, lookup).await;
        }
    }

    for id in ["0", "1", "2"] {
        let loads = Loads::default();
        let value = tokio::time::timeout(SOON, cache.get_or_load(id, loads.giving("x")).into_future()).await;
        assert_eq!(text(&value.unwrap().unwrap()), Some("x"));
    }
}

#[tokio::test]
async fn a_load_that_outlasts_its_lease_keeps_it() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.lease(Duration::from_millis(150)).build().await.unwrap();
    let load = |_| async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        Ok::<_, io::Error>(Some("slow".to_owned()))
    };

    let value = cache.get_or_load("a", load).await.unwrap();

    assert_eq!(text(&value), Some("slow"));
    assert_eq!(cache.stats().fill_raced, 0);
    assert_eq!(client.exists(format!("{namespace}:a")).await.unwrap(), 1);
}

#[tokio::test]
async fn a_dead_loader_is_taken_over_from_after_its_lease() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.lease(Duration::from_millis(200)).build().await.unwrap();
    // What a process leaves that died while it loaded.
    let (began, has_begun) = std::sync::mpsc::channel();
    let url = Server::shared().url();
    let name = namespace.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = connect(&url).await;
            let other = Cache::<String>::builder(&client, Raw);
            let other = other.namespace(name, 1).lease(Duration::from_millis(200)).build().await.unwrap();
            let begun = Arc::new(Notify::new());
            let loading = Arc::clone(&begun);
            let load = move |_| async move {
                loading.notify_one();
                began.send(()).unwrap();
                // It never comes to renew its lease.
                std::thread::sleep(Duration::from_millis(50));
                std::future::pending::<Result<Option<String>, io::Error>>().await
            };
            tokio::select! {
                biased;
                () = begun.notified() => {}
                _ = other.get_or_load("a", load).into_future() => {}
            }
        });
        runtime.shutdown_background();
    });
    has_begun.recv().unwrap();
    let loads = Loads::default();

    let value = cache.get_or_load("a", loads.giving("mine")).await.unwrap();

    assert_eq!(text(&value), Some("mine"));
    assert_eq!(client.exists(format!("{namespace}:a")).await.unwrap(), 1);
}

#[tokio::test]
async fn no_more_loads_run_than_may() {
    let (builder, _, _) = builder().await;
    let cache = builder.max_loads(1, Duration::from_millis(50)).build().await.unwrap();
    let busy = endless_load(&cache).await;
    let loads = Loads::default();

    let refused = cache.get_or_load("b", loads.giving("x")).await;

    assert!(matches!(refused, Err(CacheError::Busy { .. })), "{refused:?}");
    assert_eq!(loads.count(), 0);
    busy.abort();
    let _ = busy.await;
    assert_eq!(text(&cache.get_or_load("b", loads.giving("x")).await.unwrap()), Some("x"));
}

#[tokio::test]
async fn without_redis_values_are_loaded_and_not_cached() {
    let server = Server::start(Options::new());
    let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_millis(200));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let cache = Cache::builder(&client, Raw);
    let cache = cache.build().await.unwrap();
    let closed = Cache::<String>::builder(&client, Raw);
    let closed = closed.namespace("closed", 0).on_failure(OnFailure::Fail).build().await.unwrap();
    server.kill();
    let loads = Loads::default();

    for count in 1..=2 {
        assert_eq!(text(&cache.get_or_load("a", loads.giving("x")).await.unwrap()), Some("x"));
        assert_eq!(loads.count(), count);
    }

    assert!(cache.stats().l2_err >= 2);
    let refused = closed.get_or_load("a", loads.giving("x")).await;
    assert!(matches!(refused, Err(CacheError::Redis(_))), "{refused:?}");
    let refused = cache.set("a", &"y".to_owned()).await;
    assert!(matches!(refused, Err(CacheError::Redis(_))), "{refused:?}");
}

#[tokio::test]
async fn a_removal_that_failed_is_made_up_for() {
    let server = Server::start(Options::new());
    let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_millis(300));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let cache = Cache::<String>::builder(&client, Raw);
    let cache = cache.build().await.unwrap();
    cache.set("a", &"old".to_owned()).await.unwrap();
    server.pause();

    assert!(cache.invalidate("a").await.is_err());
    server.resume();

    eventually_async("the key is gone", SOON * 2, || {
        server.raw().command(&["EXISTS", "cache:a"]).text() == "0"
    })
    .await;
    assert_eq!(cache.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let client = connect(&Server::shared().url()).await;
    let builder = || Cache::<String>::builder(&client, Raw);

    for wrong in [
        builder().namespace("", 0),
        builder().ttl(Duration::ZERO),
        builder().lease(Duration::from_millis(1)),
        builder().lookup_timeout(Duration::ZERO),
        builder().jitter(1.5),
        builder().jitter(f64::NAN),
        builder().early(-1.0),
        builder().max_loads(0, Duration::ZERO),
    ] {
        assert!(matches!(wrong.build().await, Err(CacheError::Usage(_))));
    }
    let cache = builder().coherence(Coherence::Off).build().await.unwrap();
    let refused = cache.set_for("a", &String::new(), Duration::ZERO).await;
    assert!(matches!(refused, Err(CacheError::Usage(_))));
}
