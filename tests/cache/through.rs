//! Strategies over a store.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redlane::cache::CacheError;
use redlane::cache::through::{Store, StoreError, WriteBehind};
use redlane_test_support::eventually_async;

use crate::{SOON, builder, text};

/// A database in memory that can be told to refuse.
#[derive(Clone, Default)]
struct Base(Arc<Inner>);

#[derive(Default)]
struct Inner {
    rows: Mutex<HashMap<String, String>>,
    writes: AtomicU32,
    away: AtomicBool,
}

impl Base {
    fn row(&self, id: &str) -> Option<String> {
        self.0.rows.lock().unwrap().get(id).cloned()
    }

    fn writes(&self) -> u32 {
        self.0.writes.load(Ordering::SeqCst)
    }

    fn set_away(&self, away: bool) {
        self.0.away.store(away, Ordering::SeqCst);
    }
}

impl Store<String> for Base {
    async fn load(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.row(id))
    }

    async fn save(&self, id: &str, value: Option<&String>) -> Result<(), StoreError> {
        if self.0.away.load(Ordering::SeqCst) {
            return Err("the base is away".into());
        }
        self.0.writes.fetch_add(1, Ordering::SeqCst);
        let mut rows = self.0.rows.lock().unwrap();
        match value {
            Some(value) => rows.insert(id.to_owned(), value.clone()),
            None => rows.remove(id),
        };
        Ok(())
    }
}

#[tokio::test]
async fn write_through_writes_the_store_first() {
    let (builder, _, _) = builder().await;
    let base = Base::default();
    let cache = builder.build().await.unwrap().write_through(base.clone());

    cache.put("a", "one".into()).await.unwrap();
    assert_eq!(base.row("a").as_deref(), Some("one"));
    assert_eq!(text(&cache.get("a").await.unwrap()), Some("one"));

    base.set_away(true);
    let refused = cache.put("a", "two".into()).await;
    assert!(matches!(refused, Err(CacheError::Store(_))), "{refused:?}");
    assert_eq!(text(&cache.get("a").await.unwrap()), Some("one"));

    base.set_away(false);
    cache.remove("a").await.unwrap();
    assert_eq!(cache.get("a").await.unwrap(), None);
    assert_eq!(base.row("a"), None);
}

#[tokio::test]
async fn what_the_cache_has_not_is_read_through() {
    let (builder, _, _) = builder().await;
    let base = Base::default();
    base.0.rows.lock().unwrap().insert("a".into(), "there before".into());
    let cache = builder.build().await.unwrap().write_through(base.clone());

    assert_eq!(text(&cache.get("a").await.unwrap()), Some("there before"));
    assert_eq!(text(&cache.cache().get("a").await.unwrap()), Some("there before"));
    assert_eq!(cache.get("b").await.unwrap(), None);
}

#[tokio::test]
async fn write_behind_writes_the_last_value_of_each_id() {
    let (builder, _, _) = builder().await;
    let base = Base::default();
    let behind = WriteBehind { interval: Duration::from_millis(200), ..WriteBehind::default() };
    let cache = builder.build().await.unwrap().write_behind(base.clone(), behind);

    for n in 0..20 {
        cache.put("a", n.to_string()).await.unwrap();
    }
    cache.put("b", "x".into()).await.unwrap();
    assert_eq!(text(&cache.get("a").await.unwrap()), Some("19"), "what waits is what is read");

    eventually_async("both are written", SOON, || cache.waiting() == 0).await;
    assert_eq!((base.row("a").as_deref(), base.row("b").as_deref()), (Some("19"), Some("x")));
    assert!(base.writes() < 10, "{} writes of 21", base.writes());
}

#[tokio::test]
async fn write_behind_is_bounded_and_waits_for_room() {
    let (builder, _, _) = builder().await;
    let base = Base::default();
    base.set_away(true);
    let behind = WriteBehind { capacity: 2, interval: Duration::from_millis(10) };
    let cache = builder.build().await.unwrap().write_behind(base.clone(), behind);
    cache.put("a", "1".into()).await.unwrap();
    cache.put("b", "1".into()).await.unwrap();

    let third = cache.put("c", "1".into());
    assert!(tokio::time::timeout(Duration::from_millis(50), third).await.is_err(), "there is no room");
    cache.put("a", "2".into()).await.unwrap();
    base.set_away(false);

    cache.put("c", "1".into()).await.unwrap();
    eventually_async("all are written", SOON, || cache.waiting() == 0).await;
    assert_eq!(base.row("a").as_deref(), Some("2"));
    assert_eq!(base.row("c").as_deref(), Some("1"));
}

#[tokio::test]
async fn closing_writes_what_waits_and_tells_what_it_could_not() {
    let (builder, _, _) = builder().await;
    let base = Base::default();
    let behind = WriteBehind { interval: Duration::from_secs(3600), ..WriteBehind::default() };
    let cache = builder.build().await.unwrap().write_behind(base.clone(), behind);
    cache.put("a", "1".into()).await.unwrap();

    assert_eq!(cache.close(SOON).await, 0);
    assert_eq!(base.row("a").as_deref(), Some("1"));
    assert!(matches!(cache.put("b", "1".into()).await, Err(CacheError::Closed)));

    let (builder, _, _) = crate::builder().await;
    let lost = builder.build().await.unwrap().write_behind(base.clone(), behind);
    lost.put("c", "1".into()).await.unwrap();
    base.set_away(true);
    assert_eq!(lost.close(Duration::from_millis(300)).await, 1);
}
