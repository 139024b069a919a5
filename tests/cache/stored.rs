//! What stands in Redis: foreign values, other schemas, too large ones, wrong types.

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheError};
use redlane::prelude::*;

use crate::{Loads, builder, text};

#[tokio::test]
async fn what_no_cache_wrote_is_replaced() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();

    for (id, foreign) in [("a", "by hand"), ("b", "longer than the twenty-four bytes of a header"), ("c", "")]
    {
        client.set(format!("{namespace}:{id}"), foreign).await.unwrap();
        assert_eq!(cache.get(id).await.unwrap(), None);
        for _ in 0..2 {
            assert_eq!(text(&cache.get_or_load(id, loads.giving("loaded")).await.unwrap()), Some("loaded"));
        }
    }

    assert_eq!(loads.count(), 3);
}

#[tokio::test]
async fn foreign_values_can_be_read_as_they_are() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.read_foreign(true).build().await.unwrap();
    client.set(format!("{namespace}:a"), "by hand").await.unwrap();

    assert_eq!(text(&cache.get("a").await.unwrap()), Some("by hand"));
    client.set(format!("{namespace}:b"), b"\xff").await.unwrap();
    assert_eq!(cache.get("b").await.unwrap(), None, "no text");
    assert_eq!(cache.stats().unreadable, 1);
}

#[tokio::test]
async fn another_schema_counts_as_not_there() {
    let (builder, client, namespace) = builder().await;
    let old = builder.build().await.unwrap();
    let new = Cache::builder(&client, Raw).namespace(namespace, 2).build().await.unwrap();
    let loads = Loads::default();
    old.get_or_load("a", loads.giving("old")).await.unwrap();

    let value = new.get_or_load("a", loads.giving("new")).await.unwrap();

    assert_eq!(text(&value), Some("new"));
    assert_eq!(loads.count(), 2);
}

#[tokio::test]
async fn a_value_that_is_too_large_is_refused_and_still_served() {
    let (builder, _, _) = builder().await;
    let cache = builder.max_value(10).build().await.unwrap();
    let loads = Loads::default();

    let refused = cache.set("a", &"x".repeat(11)).await;
    assert!(matches!(refused, Err(CacheError::TooLarge { size: 11, limit: 10 })), "{refused:?}");
    let large = "x".repeat(11);
    let value = cache.get_or_load("a", loads.giving(&large)).await.unwrap();

    assert_eq!(text(&value), Some(large.as_str()));
    assert_eq!(cache.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn a_key_of_another_type_is_nobody_s_loss() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let key = format!("{namespace}:a");
    client.rpush(&key, "x").await.unwrap();
    let loads = Loads::default();

    let value = cache.get_or_load("a", loads.giving("loaded")).await.unwrap();

    assert_eq!(text(&value), Some("loaded"));
    assert_eq!(client.llen(&key).await.unwrap(), 1, "it is left alone");
    assert!(cache.stats().l2_err >= 1);
}

#[tokio::test]
async fn scripts_that_were_flushed_are_sent_again() {
    let (builder, client, _) = builder().await;
    let cache = builder.build().await.unwrap();
    let loads = Loads::default();

    for id in ["a", "b"] {
        client.execute::<()>(cmd("SCRIPT").arg("FLUSH")).await.unwrap();
        cache.get_or_load(id, loads.giving("x")).await.unwrap();
        assert_eq!(text(&cache.get(id).await.unwrap()), Some("x"));
    }
}

#[cfg(feature = "json")]
#[tokio::test]
async fn values_of_any_type_are_cached_by_serde() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct User {
        name: String,
        age: Option<u8>,
    }
    let (_, client, namespace) = builder().await;
    let cache = Cache::<User>::builder(&client, redlane::cache::codec::Json).namespace(namespace, 1);
    let cache = cache.build().await.unwrap();
    let ada = User { name: "Ada".into(), age: Some(36) };

    cache.set("7", &ada).await.unwrap();

    assert_eq!(cache.get("7").await.unwrap().as_deref(), Some(&ada));
}
