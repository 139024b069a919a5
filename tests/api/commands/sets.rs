//! Sets.

use std::collections::HashSet;

use redlane::commands::native::SetsCommands;
use redlane::commands::types::ScanOptions;
use redlane_test_support::Server;

use super::wire::both;

fn set(members: &[&str]) -> HashSet<String> {
    members.iter().map(|member| (*member).to_owned()).collect()
}

#[tokio::test]
async fn members_are_added_found_and_removed() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));

        assert_eq!(redis.sadd(a, ["x", "y", "z"].as_slice()).await, 3);
        assert_eq!(redis.sadd(a, "x").await, 0);
        assert_eq!(redis.smembers(a).await, set(&["x", "y", "z"]));
        assert!(redis.smembers(absent).await.is_empty());
        assert_eq!(redis.scard(a).await, 3);
        assert!(redis.sismember(a, "x").await);
        assert_eq!(redis.smismember(a, ["x", "q"].as_slice()).await, [true, false]);
        assert!(redis.smove(a, b, "z").await);
        assert!(!redis.smove(a, b, "q").await);
        assert!(redis.srandmember(a).await.is_some());
        assert_eq!(redis.srandmember(absent).await, None);
        assert_eq!(redis.srandmember_multiple(a, -5).await.len(), 5);
        assert_eq!(redis.sscan_step(b, 0, ScanOptions::default()).await, (0, vec!["z".to_owned()]));
        assert_eq!(redis.srem(a, ["x", "q"].as_slice()).await, 1);
        assert_eq!(redis.spop(a).await.as_deref(), Some("y"));
        assert_eq!(redis.spop(a).await, None);
        assert_eq!(redis.spop_multiple(b, 5).await, ["z"]);
    })
    .await;
}

#[tokio::test]
async fn sets_are_combined() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, out) = (&keys.key("a"), &keys.key("b"), &keys.key("out"));
        let both = &[a, b];
        redis.sadd(a, ["1", "2"].as_slice()).await;
        redis.sadd(b, ["2", "3"].as_slice()).await;

        assert_eq!(redis.sdiff(both).await, set(&["1"]));
        assert_eq!(redis.sinter(both).await, set(&["2"]));
        assert_eq!(redis.sunion(both).await, set(&["1", "2", "3"]));
        assert_eq!(redis.sdiffstore(out, both).await, 1);
        assert_eq!(redis.sinterstore(out, both).await, 1);
        assert_eq!(redis.sunionstore(out, both).await, 3);
    })
    .await;
}

#[tokio::test]
async fn shared_members_are_counted() {
    if Server::shared().lacks("SINTERCARD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        redis.sadd(a, ["1", "2", "3"].as_slice()).await;
        redis.sadd(b, ["2", "3"].as_slice()).await;

        assert_eq!(redis.sintercard([a, b].as_slice(), 0).await, 2);
        assert_eq!(redis.sintercard([a, b].as_slice(), 1).await, 1);
    })
    .await;
}
