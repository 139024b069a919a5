//! Sets.

use std::collections::HashSet;

use redlane::commands::native::{KeysCommands, SetsCommands};
use redlane::commands::types::ScanOptions;
use redlane_test_support::Server;

use super::wire::both;

fn set(members: &[&str]) -> HashSet<String> {
    members.iter().map(|member| (*member).to_owned()).collect()
}

#[tokio::test]
async fn members_are_added_found_and_removed() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));

        assert_eq!(redis.sadd(a, ["x", "y", "z"].as_slice()).await, 3);
        assert_eq!(redis.sadd(a, "x").await, 0);
        assert_eq!(redis.smembers(a).await, set(&["x", "y", "z"]));
        assert_eq!(redis.scard(a).await, 3);
        assert!(redis.sismember(a, "x").await);
        assert!(!redis.sismember(a, "q").await);
        assert_eq!(redis.smismember(a, ["x", "q"].as_slice()).await, [true, false]);
        assert!(redis.smove(a, b, "z").await);
        assert!(!redis.smove(a, b, "q").await);
        assert_eq!(redis.smembers(b).await, set(&["z"]));
        assert_eq!(redis.srem(a, ["x", "q"].as_slice()).await, 1);
        assert_eq!(redis.smembers(a).await, set(&["y"]));
    })
    .await;
}

#[tokio::test]
async fn members_are_drawn_and_taken() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        let all = set(&["x", "y", "z"]);
        redis.sadd(key, ["x", "y", "z"].as_slice()).await;

        assert!(all.contains(&redis.srandmember(key).await.unwrap()));
        assert_eq!(redis.srandmember_multiple(key, 9).await.into_iter().collect::<HashSet<_>>(), all);
        assert_eq!(redis.srandmember_multiple(key, -5).await.len(), 5);
        let first = redis.spop(key).await.unwrap();
        let rest: HashSet<String> = redis.spop_multiple(key, 5).await.into_iter().collect();
        assert!(all.contains(&first) && rest.len() == 2 && !rest.contains(&first), "{first} {rest:?}");
        assert_eq!(redis.exists(key).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_set_that_is_not_there_is_empty() {
    both(Server::shared(), async |redis, keys| {
        let (absent, out) = (&keys.key("absent"), &keys.key("out"));

        assert!(redis.smembers(absent).await.is_empty());
        assert_eq!(redis.scard(absent).await, 0);
        assert!(!redis.sismember(absent, "x").await);
        assert_eq!(redis.smismember(absent, ["x", "y"].as_slice()).await, [false, false]);
        assert!(!redis.smove(absent, out, "x").await);
        assert_eq!(redis.srem(absent, "x").await, 0);
        assert_eq!(redis.srandmember(absent).await, None);
        assert!(redis.srandmember_multiple(absent, 3).await.is_empty());
        assert_eq!(redis.spop(absent).await, None);
        assert!(redis.spop_multiple(absent, 3).await.is_empty());
        assert_eq!(redis.sscan_step(absent, 0, ScanOptions::default()).await, (0, Vec::new()));
        assert!(redis.sdiff(absent).await.is_empty());
        assert!(redis.sinter(absent).await.is_empty());
        assert!(redis.sunion(absent).await.is_empty());
        assert_eq!(redis.sdiffstore(out, absent).await, 0);
        assert_eq!(redis.sinterstore(out, absent).await, 0);
        assert_eq!(redis.sunionstore(out, absent).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_scan_finds_every_member() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        let wanted: HashSet<String> = (0..300).map(|n| format!("member{n}")).collect();
        redis.sadd(key, wanted.iter().collect::<Vec<_>>()).await;
        redis.sadd(key, "other").await;
        let options = ScanOptions::default().with_pattern("member*").with_count(50);

        let (mut cursor, mut found) = (0, HashSet::new());
        loop {
            let (next, some) = redis.sscan_step(key, cursor, options.clone()).await;
            found.extend(some);
            cursor = next;
            if cursor == 0 {
                break;
            }
        }

        assert_eq!(found, wanted);
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
        let stored = async || redis.smembers(out).await;

        assert_eq!(redis.sdiff(both).await, set(&["1"]));
        assert_eq!(redis.sinter(both).await, set(&["2"]));
        assert_eq!(redis.sunion(both).await, set(&["1", "2", "3"]));
        assert_eq!((redis.sdiffstore(out, both).await, stored().await), (1, set(&["1"])));
        assert_eq!((redis.sinterstore(out, both).await, stored().await), (1, set(&["2"])));
        assert_eq!((redis.sunionstore(out, both).await, stored().await), (3, set(&["1", "2", "3"])));
    })
    .await;
}

#[tokio::test]
async fn shared_members_are_counted() {
    if Server::shared().lacks("SINTERCARD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));
        redis.sadd(a, ["1", "2", "3"].as_slice()).await;
        redis.sadd(b, ["2", "3"].as_slice()).await;

        assert_eq!(redis.sintercard([a, b].as_slice(), 0).await, 2);
        assert_eq!(redis.sintercard([a, b].as_slice(), 1).await, 1);
        assert_eq!(redis.sintercard([a, absent].as_slice(), 0).await, 0);
    })
    .await;
}
