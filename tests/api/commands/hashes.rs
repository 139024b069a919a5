//! Hashes.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use redlane::commands::native::HashesCommands;
use redlane::commands::types::{
    ExpireOption, Expiry, FieldExistenceCheck, HashFieldExpirationOptions, IntegerReplyOrNoOp, ScanOptions,
    SetExpiry,
};
use redlane_test_support::Server;

use super::wire::both;

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values
}

#[tokio::test]
async fn fields_are_set_read_and_deleted() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("h"), &keys.key("absent"));

        assert_eq!(redis.hset(key, "a", 1).await, 1);
        assert_eq!(redis.hset(key, "a", 2).await, 0);
        assert_eq!(redis.hset_all(key, BTreeMap::from([("b", "x"), ("c", "y")])).await, 2);
        redis.hset_multiple(key, &[("d", 4)]).await;
        assert!(!redis.hset_nx(key, "d", 5).await);

        assert_eq!(redis.hget(key, "a").await.as_deref(), Some("2"));
        assert_eq!(redis.hget(key, "z").await, None);
        assert_eq!(redis.hmget(key, ["a", "z"].as_slice()).await, [Some("2".to_owned()), None]);
        let pairs = [("a", "2"), ("b", "x"), ("c", "y"), ("d", "4")];
        assert_eq!(redis.hgetall(key).await, HashMap::from(pairs.map(|(f, v)| (f.to_owned(), v.to_owned()))));
        assert!(redis.hgetall(absent).await.is_empty());
        assert!(redis.hexists(key, "b").await);
        assert_eq!(sorted(redis.hkeys(key).await), ["a", "b", "c", "d"]);
        assert_eq!(sorted(redis.hvals(key).await), ["2", "4", "x", "y"]);
        assert_eq!((redis.hlen(key).await, redis.hlen(absent).await), (4, 0));
        assert_eq!(redis.hstrlen(key, "a").await, 1);
        assert_eq!(redis.hdel(key, ["a", "z"].as_slice()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn fields_are_counted_up() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");

        assert_eq!(redis.hincr_by(key, "n", 5).await, 5);
        assert_eq!(redis.hincr(key, "n", -2).await, 3.0);
        assert_eq!(redis.hincr(key, "n", 0.5).await, 3.5);
        assert_eq!(redis.hincr_by_float(key, "n", 0.25).await, 3.75);
        assert_eq!(redis.hincr_by(key, "n", 1).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn some_fields_are_drawn() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("h"), &keys.key("absent"));
        redis.hset_all(key, [("a", "1"), ("b", "2")].as_slice()).await;

        assert!(redis.hrandfield(key).await.is_some());
        assert_eq!(redis.hrandfield(absent).await, None);
        assert_eq!(redis.hrandfield_multiple(key, 5).await.len(), 2);
        assert_eq!(redis.hrandfield_multiple(key, -5).await.len(), 5);
        let mut pairs = redis.hrandfield_withvalues(key, 5).await;
        pairs.sort();
        assert_eq!(pairs, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_scan_gives_fields_with_their_values() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.hset_all(key, [("a", "1"), ("b", "2")].as_slice()).await;

        let (cursor, pairs) = redis.hscan_step(key, 0, ScanOptions::default().with_pattern("a*")).await;

        assert_eq!((cursor, pairs), (0, vec![("a".to_owned(), "1".to_owned())]));
    })
    .await;
}

#[tokio::test]
async fn a_scan_gives_fields_alone() {
    if Server::shared().predates("HSCAN NOVALUES", Some((7, 4)), Some((8, 0))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        redis.hset(keys.key("h"), "a", 1).await;

        let found = redis.hscan_step_novalues(keys.key("h"), 0, ScanOptions::default()).await;

        assert_eq!(found, (0, vec!["a".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn fields_expire_by_themselves() {
    if Server::shared().lacks("HEXPIRE") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        use IntegerReplyOrNoOp::{ExistsButNotRelevant, IntegerReply, NotExists};
        let key = &keys.key("h");
        let fields = ["a", "z"].as_slice();
        redis.hset_all(key, [("a", "1"), ("b", "2")].as_slice()).await;

        assert_eq!(redis.httl(key, fields).await, [ExistsButNotRelevant, NotExists]);
        assert_eq!(redis.hexpire(key, 100, ExpireOption::NONE, fields).await, [IntegerReply(1), NotExists]);
        assert_eq!(redis.hpexpire(key, 50_000, ExpireOption::GT, "a").await, [IntegerReply(0)]);
        assert!(matches!(redis.httl(key, "a").await.as_slice(), [IntegerReply(90..=100)]));
        assert!(matches!(redis.hpttl(key, "a").await.as_slice(), [IntegerReply(90_000..=100_000)]));
        assert_eq!(redis.hexpire_at(key, 4_000_000_000, ExpireOption::NONE, "a").await, [IntegerReply(1)]);
        assert_eq!(redis.hexpire_time(key, "a").await, [IntegerReply(4_000_000_000)]);
        assert_eq!(redis.hpexpire_at(key, 3_900_000_000_000, ExpireOption::XX, "a").await, [IntegerReply(1)]);
        assert_eq!(redis.hpexpire_time(key, "a").await, [IntegerReply(3_900_000_000_000)]);
        assert_eq!(redis.hpersist(key, ["a", "b"].as_slice()).await, [IntegerReply(1), ExistsButNotRelevant]);
    })
    .await;
}

#[tokio::test]
async fn fields_are_set_and_read_with_a_time_to_live() {
    if Server::shared().lacks("HSETEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let new = HashFieldExpirationOptions::default()
            .set_existence_check(FieldExistenceCheck::FNX)
            .set_expiration(SetExpiry::EX(100));

        assert!(redis.hset_ex(key, &new, &[("a", 1), ("b", 2)]).await);
        assert!(!redis.hset_ex(key, &new, &[("a", 3)]).await);
        assert!(redis.hset_ex(key, &HashFieldExpirationOptions::default(), &[("c", 3)]).await);
        let read = redis.hget_ex(key, ["a", "z"].as_slice(), Expiry::after(Duration::from_secs(9))).await;
        assert_eq!(read, [Some("1".to_owned()), None]);
        assert!(matches!(redis.httl(key, "a").await.as_slice(), [IntegerReplyOrNoOp::IntegerReply(0..=9)]));
    })
    .await;
}

#[tokio::test]
async fn fields_are_read_and_deleted_at_once() {
    if Server::shared().lacks("HGETDEL") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.hset(key, "a", 1).await;

        assert_eq!(redis.hget_del(key, ["a", "z"].as_slice()).await, [Some("1".to_owned()), None]);
        assert_eq!(redis.hlen(key).await, 0);
    })
    .await;
}
