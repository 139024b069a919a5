//! cached: one cache over a connection of its own, one over a pool by `r2d2`.

use std::time::Duration;

use cached::{AsyncRedisCache, ConcurrentCached, ConcurrentCachedAsync, RedisCache};

fn blocking(url: &str) {
    let cache: RedisCache<String, String> = RedisCache::builder("sync")
        .ttl(Duration::from_secs(60))
        .connection_string(url)
        .build()
        .unwrap();
    assert_eq!(cache.cache_get(&"k".to_owned()).unwrap(), None);
    assert_eq!(cache.cache_set("k".to_owned(), "v".to_owned()).unwrap(), None);
    assert_eq!(cache.cache_get(&"k".to_owned()).unwrap().as_deref(), Some("v"));
    assert_eq!(cache.cache_remove(&"k".to_owned()).unwrap().as_deref(), Some("v"));
    assert_eq!(cache.cache_get(&"k".to_owned()).unwrap(), None);
}

#[tokio::main]
async fn main() {
    let url = std::env::var("REDIS_URL").unwrap();
    let cache: AsyncRedisCache<u64, Vec<u64>> = AsyncRedisCache::builder("async")
        .ttl(Duration::from_secs(60))
        .refresh_on_hit(true)
        .connection_string(&url)
        .build()
        .await
        .unwrap();
    assert_eq!(cache.async_cache_get(&1).await.unwrap(), None);
    cache.async_cache_set(1, vec![1, 2, 3]).await.unwrap();
    assert_eq!(cache.async_cache_get(&1).await.unwrap(), Some(vec![1, 2, 3]));
    assert!(cache.async_cache_remove(&1).await.unwrap().is_some());

    tokio::task::spawn_blocking(move || blocking(&url)).await.unwrap();
    println!("cached: ok");
}
