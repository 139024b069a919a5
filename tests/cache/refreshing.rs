//! Values that are loaded anew, before or after their time, while they are served.

use std::io;
use std::time::Duration;

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, Coherence};
use redlane_test_support::eventually_async;
use tokio::sync::oneshot;

use crate::{Loads, SOON, builder, text};

#[tokio::test]
async fn a_stale_value_is_served_while_it_is_loaded_anew() {
    let (builder, _, _) = builder().await;
    let builder = builder.ttl(Duration::from_millis(200)).jitter(0.0).stale(Duration::from_secs(60));
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();
    cache.get_or_load("a", loads.giving("old")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(250)).await;

    let served = cache.get_or_load("a", loads.giving("new")).await.unwrap();

    assert_eq!(text(&served), Some("old"));
    eventually_async("the new one is there", SOON, || loads.count() == 2).await;
    let deadline = std::time::Instant::now() + SOON;
    while text(&cache.get("a").await.unwrap()) != Some("new") {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(cache.stats().refresh >= 1);
}

#[tokio::test]
async fn one_load_is_enough_for_all_who_are_served_a_stale_value() {
    let (builder, _, _) = builder().await;
    let builder = builder.ttl(Duration::from_millis(50)).jitter(0.0).stale(Duration::from_secs(60));
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();
    cache.get_or_load("a", loads.giving("old")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(60)).await;
    let (go, goes) = oneshot::channel::<()>();
    let slow = move |_| async move {
        goes.await.unwrap();
        Ok::<_, io::Error>(Some("new".to_owned()))
    };

    assert_eq!(text(&cache.get_or_load("a", slow).await.unwrap()), Some("old"));
    for _ in 0..100 {
        assert_eq!(text(&cache.get_or_load("a", loads.giving("never")).await.unwrap()), Some("old"));
    }

    assert_eq!(loads.count(), 1, "the first of them is loading");
    go.send(()).unwrap();
    eventually_async("it has loaded", SOON, || cache.stats().refresh == 1).await;
}

#[tokio::test]
async fn what_another_process_has_loaded_anew_is_not_loaded_once_more() {
    let (builder, client, namespace) = builder().await;
    let ttl = Duration::from_millis(300);
    let stale = Duration::from_secs(60);
    // Nothing tells this one of changes, so that it serves what it has.
    let mine = builder.ttl(ttl).jitter(0.0).stale(stale).coherence(Coherence::TtlOnly).build().await.unwrap();
    let theirs = Cache::<String>::builder(&client, Raw).namespace(namespace, 1).stale(stale);
    let theirs = theirs.build().await.unwrap();
    let loads = Loads::default();
    mine.get_or_load("a", loads.giving("old")).await.unwrap();
    mine.get("a").await.unwrap();
    tokio::time::sleep(ttl).await;
    theirs.set("a", &"theirs".to_owned()).await.unwrap();

    assert_eq!(text(&mine.get_or_load("a", loads.giving("never")).await.unwrap()), Some("old"));

    let deadline = std::time::Instant::now() + SOON;
    while text(&mine.get_or_load("a", loads.giving("never")).await.unwrap()) == Some("old") {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(loads.count(), 1);
}

#[tokio::test]
async fn a_popular_value_is_loaded_anew_before_it_ends() {
    let (builder, _, _) = builder().await;
    let cache = builder.ttl(Duration::from_secs(2)).jitter(0.0).early(1.0).build().await.unwrap();
    let slow = |_| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok::<_, io::Error>(Some("first".to_owned()))
    };
    cache.get_or_load("a", slow).await.unwrap();
    let loads = Loads::default();
    let began = std::time::Instant::now();

    // Nobody ever waits for a load: the value is there all the time.
    while loads.count() == 0 && began.elapsed() < Duration::from_secs(3) {
        cache.get_or_load("a", loads.giving("second")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    assert_eq!(loads.count(), 1);
    assert_eq!(cache.stats().miss, 1, "only the first was missed: {:?}", cache.stats());
}
