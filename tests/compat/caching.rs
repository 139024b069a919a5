//! Replies that are kept until the server says that their keys have changed.

use redlane::compat::caching::{CacheConfig, CacheMode, CacheStatistics};
use redlane::compat::{AsyncCommands, AsyncConnectionConfig, CommandCacheConfig, cmd};
use redlane_test_support::{Keys, Server, eventually_async};

use crate::{LIMIT, connect, connect_resp3, resp2};

fn cached() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_cache_config(CacheConfig::new())
}

#[tokio::test]
async fn a_reply_is_kept_until_somebody_writes() {
    let keys = Keys::new();
    let (mut con, mut other) = (connect_resp3(&cached()).await, connect().await);
    let _: () = other.set(keys.key("a"), 1).await.unwrap();

    for _ in 0..10 {
        assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 1);
    }
    assert_eq!(con.get_cache_statistics().unwrap(), CacheStatistics { hit: 9, miss: 1, invalidate: 0 });

    let _: () = other.set(keys.key("a"), 2).await.unwrap();
    let told = || con.get_cache_statistics().unwrap().invalidate == 1;
    eventually_async("the change is told", LIMIT, told).await;
    assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 2);
}

#[tokio::test]
async fn a_connection_reads_what_it_has_written() {
    let keys = Keys::new();
    let mut con = connect_resp3(&cached()).await;

    for number in 0..200 {
        let _: () = con.set(keys.key("a"), number).await.unwrap();
        assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), number);
        assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), number);
    }
    assert!(con.get_cache_statistics().unwrap().hit > 100);
}

#[tokio::test]
async fn only_what_opts_in_is_kept_in_that_mode() {
    let keys = Keys::new();
    let mode = CacheConfig::new().set_mode(CacheMode::OptIn);
    let mut con = connect_resp3(&AsyncConnectionConfig::new().set_cache_config(mode)).await;
    let mut other = connect().await;
    let _: () = other.set(keys.key("a"), 1).await.unwrap();
    let mut wanted = cmd("GET");
    wanted.arg(keys.key("a")).set_cache_config(CommandCacheConfig::new());

    for _ in 0..3 {
        assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 1);
        assert_eq!(wanted.query_async::<i32>(&mut con).await.unwrap(), 1);
    }
    assert_eq!(con.get_cache_statistics().unwrap(), CacheStatistics { hit: 2, miss: 1, invalidate: 0 });

    let _: () = other.set(keys.key("a"), 2).await.unwrap();
    let told = || con.get_cache_statistics().unwrap().invalidate == 1;
    eventually_async("the change is told", LIMIT, told).await;
    assert_eq!(wanted.query_async::<i32>(&mut con).await.unwrap(), 2);
}

#[tokio::test]
async fn after_a_select_nothing_is_kept() {
    let keys = Keys::new();
    let mut con = connect_resp3(&cached()).await;
    let _: () = con.set(keys.key("a"), 1).await.unwrap();
    assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 1);

    let _: () = cmd("SELECT").arg(9).query_async(&mut con).await.unwrap();

    assert_eq!(con.get::<_, Option<i32>>(keys.key("a")).await.unwrap(), None);
}

#[tokio::test]
async fn a_cache_needs_resp3() {
    let client = resp2(Server::shared());

    let error = client.get_multiplexed_async_connection_with_config(&cached()).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "Can only enable client side caching in a connection using RESP3 - InvalidClientConfig"
    );
}
