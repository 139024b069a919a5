//! The reference's `CacheManager`.

use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

use redlane::cache::CacheError;
use redlane::cache::manager::CacheManager;
use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server};

use crate::{SOON, connect, text};

const TTL: Duration = Duration::from_secs(300);

#[tokio::test]
async fn texts_are_set_got_and_deleted_as_they_are() {
    let client = connect(&Server::shared().url()).await;
    let key = Keys::new().key("k");
    let cache = CacheManager::new(&client).await.unwrap();

    cache.set(&key, "value", TTL).await.unwrap();

    assert_eq!(client.get(&key).await.unwrap().as_deref(), Some("value"), "nothing before it");
    assert_eq!(client.ttl(&key).read_as::<i64>().await.unwrap(), 300);
    for _ in 0..3 {
        assert_eq!(text(&cache.get(&key).await.unwrap()), Some("value"));
    }
    assert!(cache.delete(&key).await.unwrap());
    assert!(!cache.delete(&key).await.unwrap());
    assert_eq!(cache.get(&key).await.unwrap(), None);
    cache.set(&key, "", TTL).await.unwrap();
    assert_eq!(text(&cache.get(&key).await.unwrap()), Some(""), "an empty text is a hit");
}

#[tokio::test]
async fn what_others_change_is_seen_and_what_has_ended_is_gone() {
    let client = connect(&Server::shared().url()).await;
    let key = Keys::new().key("k");
    let cache = CacheManager::new(&client).await.unwrap();
    let becomes = async |expected: Option<&str>| {
        let deadline = Instant::now() + SOON;
        while text(&cache.get(&key).await.unwrap()) != expected {
            assert!(Instant::now() < deadline, "never {expected:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    cache.set(&key, "mine", TTL).await.unwrap();
    cache.get(&key).await.unwrap();

    client.set(&key, "theirs").await.unwrap();
    becomes(Some("theirs")).await;
    cache.set(&key, "short", Duration::from_millis(100)).await.unwrap();
    cache.get(&key).await.unwrap();
    becomes(None).await;
}

#[tokio::test]
async fn a_text_that_was_written_or_removed_while_it_loaded_is_left_so() {
    let client = connect(&Server::shared().url()).await;
    let key = Keys::new().key("k");
    let manager = CacheManager::new(&client).await.unwrap();
    let theirs = {
        let (client, key) = (client.clone(), key.clone());
        move |_| async move {
            client.set(&key, "theirs").await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(Some("loaded before".to_owned()))
        }
    };
    let removed = {
        let (manager, key) = (manager.clone(), key.clone());
        move |_| async move {
            manager.delete(&key).await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(Some("loaded before".to_owned()))
        }
    };

    let first = manager.cache().get_or_load(&key, theirs).await.unwrap();

    assert_eq!(text(&first), Some("loaded before"), "its caller asked before");
    assert_eq!(client.get(&key).await.unwrap().as_deref(), Some("theirs"));
    client.del(&key).await.unwrap();

    let deadline = Instant::now() + SOON;
    while manager.get(&key).await.unwrap().is_some() {
        assert!(Instant::now() < deadline, "it is told that there is nothing any more");
    }
    manager.cache().get_or_load(&key, removed).await.unwrap();

    assert_eq!(client.get(&key).await.unwrap(), None);
    assert_eq!(manager.cache().stats().fill_raced, 2);
}

#[tokio::test]
async fn errors_are_told_or_swallowed_as_one_likes() {
    let server = Server::start(Options::new());
    let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_millis(200));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let cache = CacheManager::new(&client).await.unwrap();
    server.kill();

    assert!(matches!(cache.get("k").await, Err(CacheError::Redis(_))));
    assert!(matches!(cache.set("k", "v", TTL).await, Err(CacheError::Redis(_))));
    let lenient = cache.lenient();
    assert_eq!(lenient.get("k", TTL).await, None);
    assert!(!lenient.set("k", "v", TTL).await);
    assert!(!lenient.delete("k").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_loaded_before_a_removal_is_not_stored_after_it() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let manager = CacheManager::new(&client).await.unwrap();
    for round in 0..100 {
        // Given a load whose text is being stored, by a script that the server does not know.
        server.command(&["SCRIPT", "FLUSH"]);
        let (loaded, has_loaded) = tokio::sync::oneshot::channel();
        let loading = tokio::spawn({
            let manager = manager.clone();
            let load = move |_| async move {
                loaded.send(()).unwrap();
                Ok::<_, Infallible>(Some("old".to_owned()))
            };
            async move { manager.cache().get_or_load("a", load).await.unwrap() }
        });
        has_loaded.await.unwrap();
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }

        // When it is removed.
        manager.delete("a").await.unwrap();

        // Then it stays away.
        assert_eq!(manager.get("a").await.unwrap(), None, "{round}");
        assert_eq!(text(&loading.await.unwrap()), Some("old"));
        assert_eq!(manager.get("a").await.unwrap(), None, "{round}");
    }
}

#[tokio::test]
async fn a_lookup_that_nobody_drives_holds_up_no_removal() {
    let client = connect(&Server::shared().url()).await;
    let key = Keys::new().key("k");
    let manager = CacheManager::new(&client).await.unwrap();
    let (loaded, has_loaded) = tokio::sync::oneshot::channel();
    let load = move |_| async move {
        loaded.send(()).unwrap();
        Ok::<_, Infallible>(Some("old".to_owned()))
    };
    // Its text is on its way to Redis.
    let mut lookup = std::pin::pin!(manager.cache().get_or_load(&key, load).into_future());
    tokio::select! {
        biased;
        _ = &mut lookup => panic!("it has not been stored yet"),
        loaded = has_loaded => loaded.unwrap(),
    }

    let removed = tokio::time::timeout(SOON, manager.delete(&key)).await;

    removed.expect("it waits no longer than a lookup may").unwrap();
    assert_eq!(text(&lookup.await.unwrap()), Some("old"));
}
