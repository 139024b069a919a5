//! HyperLogLogs.

use redlane::commands::native::{HyperLogLogsCommands, KeysCommands};
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn different_elements_are_counted() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));

        assert!(redis.pfadd(a, ["x", "y"].as_slice()).await);
        assert!(!redis.pfadd(a, "x").await);
        assert!(redis.pfadd(b, "z").await);
        assert_eq!(redis.pfcount(a).await, 2);
        assert_eq!(redis.pfcount([a, b, absent].as_slice()).await, 3);
        assert_eq!(redis.pfcount(absent).await, 0);
    })
    .await;
}

#[tokio::test]
async fn counts_are_merged() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, out) = (&keys.key("a"), &keys.key("b"), &keys.key("out"));
        redis.pfadd(a, ["x", "y"].as_slice()).await;
        redis.pfadd(b, ["y", "z"].as_slice()).await;

        redis.pfmerge(a, b).await;
        assert_eq!(redis.pfcount(a).await, 3);
        redis.pfmerge(out, [a, b].as_slice()).await;
        assert_eq!(redis.pfcount(out).await, 3);
        redis.pfmerge(keys.key("new"), keys.key("absent")).await;
        assert_eq!(redis.exists(keys.key("new")).await, 1);
    })
    .await;
}

#[tokio::test]
async fn many_elements_are_counted_within_the_promised_error() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.pfadd(key, (0..10_000).collect::<Vec<u32>>()).await;

        // Three times the standard error of 0.81 %.
        assert!((9_757..=10_243).contains(&redis.pfcount(key).await));
    })
    .await;
}
