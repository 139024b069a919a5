//! What stands in Redis: foreign values, other schemas, too large ones, wrong types.

use std::time::Duration;

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheError, OnFailure};
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

#[cfg(feature = "json")]
#[tokio::test]
async fn another_codec_counts_as_not_there() {
    let (builder, client, namespace) = builder().await;
    let old = builder.build().await.unwrap();
    let new = Cache::<String>::builder(&client, redlane::cache::codec::Json).namespace(namespace, 1);
    let new = new.build().await.unwrap();
    let loads = Loads::default();
    old.set("a", &"\"would be read by either\"".to_owned()).await.unwrap();

    assert_eq!(new.get("a").await.unwrap(), None);
    assert_eq!(text(&new.get_or_load("a", loads.giving("new")).await.unwrap()), Some("new"));

    assert_eq!((new.stats().unreadable, loads.count()), (2, 1));
    assert_eq!(old.get("a").await.unwrap(), None, "and the other way round");
}

#[tokio::test]
async fn a_value_that_lost_its_end_is_served_and_one_that_lost_its_bytes_is_not() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.build().await.unwrap();
    let key = |id: &str| format!("{namespace}:{id}");
    for id in ["a", "b"] {
        cache.set(id, &"x".to_owned()).await.unwrap();
    }
    client.persist(key("a")).await.unwrap();
    let stored: Vec<u8> = client.get(key("b")).read_as().await.unwrap();
    client.set(key("b"), &stored[..20]).await.unwrap();

    for _ in 0..2 {
        assert_eq!(text(&cache.get("a").await.unwrap()), Some("x"));
    }
    assert_eq!(cache.get("b").await.unwrap(), None);
    let loads = Loads::default();
    assert_eq!(text(&cache.get_or_load("b", loads.giving("y")).await.unwrap()), Some("y"));
}

#[tokio::test]
async fn times_without_an_end_are_stored_for_a_century() {
    let (builder, client, namespace) = builder().await;
    let cache = builder.ttl(Duration::MAX).stale(Duration::MAX).early(f64::MAX).build().await.unwrap();
    let loads = Loads::default();

    cache.get_or_load("a", loads.giving("x")).await.unwrap();
    cache.set_for("b", &"x".to_owned(), Duration::MAX).await.unwrap();

    for id in ["a", "b"] {
        assert_eq!(text(&cache.get(id).await.unwrap()), Some("x"));
        let left = client.ttl(format!("{namespace}:{id}")).read_as::<u64>().await.unwrap();
        assert!(left > 99 * 365 * 24 * 3600, "{left}");
    }
}

#[tokio::test]
async fn what_is_larger_than_an_entry_may_be_stays_in_redis() {
    let (builder, _, _) = builder().await;
    let cache = builder.max_l1_entry(10).build().await.unwrap();
    cache.set("small", &"x".repeat(10)).await.unwrap();
    cache.set("large", &"x".repeat(11)).await.unwrap();

    for _ in 0..5 {
        assert!(cache.get("large").await.unwrap().is_some());
    }
    assert_eq!((cache.stats().l1_hit, cache.stats().l2_hit), (0, 5));
    let deadline = std::time::Instant::now() + crate::SOON;
    while cache.stats().l1_hit == 0 {
        assert!(cache.get("small").await.unwrap().is_some());
        assert!(std::time::Instant::now() < deadline, "{:?}", cache.stats());
    }
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
    let strict = Cache::<String>::builder(&client, Raw).namespace(namespace, 1).on_failure(OnFailure::Fail);
    let strict = strict.build().await.unwrap();
    let told = strict.get_or_load("a", loads.giving("never")).await;
    assert!(matches!(told, Err(CacheError::Redis(_))), "{told:?}");
    cache.set("a", &"a text".to_owned()).await.unwrap();
    assert_eq!(text(&strict.get("a").await.unwrap()), Some("a text"), "a write replaces it, as any SET does");
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
