//! Caches that tell each other by a channel, on connections that speak RESP2 alone.

use std::time::{Duration, Instant};

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheBuilder, CacheError, Coherence, OnFailure};
use redlane::config::Protocol;
use redlane::prelude::*;
use redlane_test_support::{FaultProxy, Flow, Keys, Options, Plan, Server, Way, eventually_async};

use crate::{Loads, SOON, text};

async fn resp2(url: &str) -> Client {
    let config = Config::builder().url(url).protocol(Protocol::Resp2);
    Client::connect(config.socket_timeout(Duration::from_millis(500)).build().unwrap()).await.unwrap()
}

fn published(client: &Client, namespace: &str) -> CacheBuilder<String> {
    Cache::builder(client, Raw).namespace(namespace, 1).early(0.0).coherence(Coherence::PubSub)
}

/// Has `id` in this process's memory.
async fn warm(cache: &Cache<String>, id: &str, value: &str) {
    let deadline = Instant::now() + SOON;
    let before = cache.stats().l1_hit;
    while cache.stats().l1_hit == before {
        assert_eq!(text(&cache.get(id).await.unwrap()), Some(value));
        assert!(Instant::now() < deadline, "never kept: {:?}", cache.stats());
        tokio::task::yield_now().await;
    }
}

async fn becomes(cache: &Cache<String>, id: &str, expected: Option<&str>) {
    let deadline = Instant::now() + SOON;
    while text(&cache.get(id).await.unwrap()) != expected {
        assert!(Instant::now() < deadline, "{id} never became {expected:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn whatever_a_cache_changes_the_others_hear() {
    let url = Server::shared().url();
    let namespace = Keys::new().key("c");
    let (mine, theirs) = (resp2(&url).await, resp2(&url).await);
    let mine = published(&mine, &namespace).build().await.unwrap();
    let theirs = published(&theirs, &namespace).build().await.unwrap();
    assert!(mine.stats().tracked);
    theirs.set("a", &"old".to_owned()).await.unwrap();
    warm(&mine, "a", "old").await;

    theirs.set("a", &"new".to_owned()).await.unwrap();
    becomes(&mine, "a", Some("new")).await;
    warm(&mine, "a", "new").await;
    assert!(theirs.invalidate("a").await.unwrap());
    assert!(!theirs.invalidate("a").await.unwrap());
    becomes(&mine, "a", None).await;

    let loads = Loads::default();
    theirs.get_or_load("a", loads.giving("loaded")).tags(["t"]).await.unwrap();
    theirs.get_or_load("b", loads.giving("loaded")).await.unwrap();
    for id in ["a", "b"] {
        mine.get(id).await.unwrap();
        becomes(&mine, id, Some("loaded")).await;
    }
    warm(&mine, "b", "loaded").await;
    theirs.invalidate_tag("t").await.unwrap();
    becomes(&mine, "a", None).await;
    assert_eq!(text(&mine.get("b").await.unwrap()), Some("loaded"));
    theirs.invalidate_all().await.unwrap();
    becomes(&mine, "b", None).await;
}

#[tokio::test]
async fn who_waits_for_another_cache_s_load_is_told_of_its_end() {
    let url = Server::shared().url();
    let namespace = Keys::new().key("c");
    let (mine, theirs) = (resp2(&url).await, resp2(&url).await);
    let mine = published(&mine, &namespace).build().await.unwrap();
    let theirs = published(&theirs, &namespace).build().await.unwrap();
    let (go, goes) = tokio::sync::oneshot::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let loading = tokio::spawn(async move {
        let load = move |_| async move {
            begun.send(()).unwrap();
            goes.await.unwrap();
            Ok::<_, std::io::Error>(Some("theirs".to_owned()))
        };
        theirs.get_or_load("a", load).await
    });
    has_begun.await.unwrap();
    let loads = Loads::default();
    let waiting = {
        let (mine, load) = (mine.clone(), loads.giving("mine"));
        tokio::spawn(async move { mine.get_or_load("a", load).await })
    };
    eventually_async("it waits", SOON, || mine.stats().lease_wait == 1).await;
    let heard = mine.stats().inval_push;

    go.send(()).unwrap();

    assert_eq!(text(&waiting.await.unwrap().unwrap()), Some("theirs"));
    assert_eq!(text(&loading.await.unwrap().unwrap()), Some("theirs"));
    assert_eq!(loads.count(), 0);
    assert!(mine.stats().inval_push > heard);
}

#[tokio::test]
async fn a_lost_subscription_drops_everything_and_is_made_again() {
    let server = Server::start(Options::new());
    let (mine, theirs) = (resp2(&server.url()).await, resp2(&server.url()).await);
    let mine = published(&mine, "c").build().await.unwrap();
    let theirs = published(&theirs, "c").build().await.unwrap();
    theirs.set("a", &"old".to_owned()).await.unwrap();

    for round in 0..5 {
        warm(&mine, "a", if round == 0 { "old" } else { "new" }).await;
        let losses = mine.stats().flush;
        server.raw().command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        eventually_async("it is noticed", SOON, || mine.stats().flush > losses).await;
        assert_eq!(mine.stats().entries, 0);
        // Perhaps unheard.
        theirs.set("a", &"new".to_owned()).await.unwrap();
        becomes(&mine, "a", Some("new")).await;
        eventually_async("it is heard again", SOON, || mine.stats().tracked).await;
    }
}

#[tokio::test]
async fn nothing_is_served_from_here_while_nothing_is_heard() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let mine = resp2(&proxy.url()).await;
    let mine = published(&mine, "c").on_failure(OnFailure::Fail).build().await.unwrap();
    let theirs = published(&resp2(&server.url()).await, "c").build().await.unwrap();
    theirs.set("a", &"old".to_owned()).await.unwrap();
    warm(&mine, "a", "old").await;

    let gone = Way { flow: Flow::Swallow, ..Way::default() };
    proxy.set(Plan { requests: gone, replies: gone, ..Plan::default() }).await;
    theirs.set("a", &"new".to_owned()).await.unwrap();
    let began = Instant::now();
    eventually_async("the silence is noticed", SOON * 2, || !mine.stats().tracked).await;
    // SEMANTICS 3: a subscriber's socket that died without a word is found within 5 s.
    let found = began.elapsed();
    assert!(found < Duration::from_secs(5) + Duration::from_millis(500), "{found:?}");
    println!("measured: a silent subscription is noticed after {found:?}");

    proxy.set(Plan::default()).await;
    let deadline = Instant::now() + SOON * 2;
    while !mine.get("a").await.is_ok_and(|value| text(&value) == Some("new")) {
        assert!(Instant::now() < deadline, "it does not come back: {:?}", mine.get("a").await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_user_who_may_not_subscribe_is_told_so() {
    let server = Server::start(Options::new());
    server.raw().command(&["ACL", "SETUSER", "deaf", "on", "nopass", "~*", "+@all", "resetchannels"]);
    let config =
        Config::builder().url(&server.url()).protocol(Protocol::Resp2).username("deaf").password("x");
    let client = Client::connect(config.build().unwrap()).await.unwrap();

    let refused = published(&client, "c").build().await;

    assert!(matches!(refused, Err(CacheError::Redis(_))), "{refused:?}");
}

#[tokio::test]
async fn a_cache_that_is_dropped_listens_no_longer() {
    let server = Server::start(Options::new());
    let client = resp2(&server.url()).await;
    let writer = published(&resp2(&server.url()).await, "c").build().await.unwrap();

    // Dropped while messages come, so that the connection's task may be the last to hold one.
    for _ in 0..50 {
        let cache = published(&client, "c").build().await.unwrap();
        let writing = {
            let writer = writer.clone();
            tokio::spawn(async move { writer.set("a", &"x".to_owned()).await.unwrap() })
        };
        tokio::task::yield_now().await;
        drop(cache);
        writing.await.unwrap();
    }

    let listeners = || server.raw().command(&["PUBSUB", "NUMSUB", "c:inv"]);
    eventually_async("the writer alone listens", SOON, || {
        format!("{:?}", listeners()).contains("Integer(1)")
    })
    .await;
}
