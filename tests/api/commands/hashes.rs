//! Hashes.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use redlane::commands::native::HashesCommands;
use redlane::commands::types::{
    ExistenceCheck, ExpireOption, Expiry, FieldExistenceCheck, HashFieldExpirationOptions,
    IntegerReplyOrNoOp, ScanOptions, SetExpiry,
};
use redlane_test_support::Server;

use super::wire::{Wire, both};

use IntegerReplyOrNoOp::{ExistsButNotRelevant, IntegerReply, NotExists};

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values
}

fn pair(field: &str, value: &str) -> (String, String) {
    (field.to_owned(), value.to_owned())
}

#[tokio::test]
async fn fields_are_set_read_and_deleted() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");

        assert_eq!(redis.hset(key, "a", 1).await, 1);
        assert_eq!(redis.hset(key, "a", 2).await, 0);
        assert_eq!(redis.hset_all(key, BTreeMap::from([("b", "x"), ("c", "y")])).await, 2);
        redis.hset_multiple(key, &[("d", 4)]).await;
        assert!(!redis.hset_nx(key, "d", 5).await);
        assert!(redis.hset_nx(key, "e", "").await);

        assert_eq!(redis.hget(key, "a").await.as_deref(), Some("2"));
        assert_eq!(redis.hmget(key, ["a", "z"].as_slice()).await, [Some("2".to_owned()), None]);
        let pairs = [("a", "2"), ("b", "x"), ("c", "y"), ("d", "4"), ("e", "")];
        assert_eq!(redis.hgetall(key).await, HashMap::from(pairs.map(|(f, v)| pair(f, v))));
        assert!(redis.hexists(key, "b").await);
        assert_eq!(sorted(redis.hkeys(key).await), ["a", "b", "c", "d", "e"]);
        assert_eq!(sorted(redis.hvals(key).await), ["", "2", "4", "x", "y"]);
        assert_eq!(redis.hlen(key).await, 5);
        assert_eq!((redis.hstrlen(key, "a").await, redis.hstrlen(key, "z").await), (1, 0));
        assert_eq!(redis.hdel(key, ["a", "z", "b"].as_slice()).await, 2);
        assert_eq!((redis.hget(key, "a").await, redis.hexists(key, "a").await), (None, false));
    })
    .await;
}

#[tokio::test]
async fn a_hash_that_is_not_there_is_empty() {
    both(Server::shared(), async |redis, keys| {
        let absent = &keys.key("absent");

        assert_eq!(redis.hget(absent, "a").await, None);
        assert_eq!(redis.hmget(absent, ["a", "b"].as_slice()).await, [None, None]);
        assert!(redis.hgetall(absent).await.is_empty());
        assert!(!redis.hexists(absent, "a").await);
        assert!(redis.hkeys(absent).await.is_empty());
        assert!(redis.hvals(absent).await.is_empty());
        assert_eq!((redis.hlen(absent).await, redis.hstrlen(absent, "a").await), (0, 0));
        assert_eq!(redis.hdel(absent, "a").await, 0);
        assert_eq!(redis.hrandfield(absent).await, None);
        assert!(redis.hrandfield_multiple(absent, 3).await.is_empty());
        assert!(redis.hrandfield_withvalues(absent, -3).await.is_empty());
        assert_eq!(redis.hscan_step(absent, 0, ScanOptions::default()).await, (0, Vec::new()));
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
        assert_eq!(redis.hincr_by(key, "m", i64::MIN).await, i64::MIN);
        assert_eq!(redis.hincr_by(key, "m", -1).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn some_fields_are_drawn() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.hset_all(key, [("a", "1"), ("b", "2")].as_slice()).await;

        assert!(["a", "b"].contains(&redis.hrandfield(key).await.unwrap().as_str()));
        assert_eq!(sorted(redis.hrandfield_multiple(key, 5).await), ["a", "b"]);
        assert_eq!(redis.hrandfield_multiple(key, -5).await.len(), 5);
        let pairs = [pair("a", "1"), pair("b", "2")];
        assert_eq!(sorted(redis.hrandfield_withvalues(key, 5).await), pairs);
        let drawn = redis.hrandfield_withvalues(key, -5).await;
        assert!(drawn.len() == 5 && drawn.iter().all(|drawn| pairs.contains(drawn)), "{drawn:?}");
    })
    .await;
}

#[tokio::test]
async fn a_scan_gives_fields_with_their_values() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.hset_all(key, [("a", "1"), ("ab", "2"), ("b", "3")].as_slice()).await;

        let options = ScanOptions::default().with_pattern("a*").with_count(50);
        let (cursor, pairs) = redis.hscan_step(key, 0, options).await;

        assert_eq!((cursor, sorted(pairs)), (0, vec![pair("a", "1"), pair("ab", "2")]));
    })
    .await;
}

#[tokio::test]
async fn a_scan_gives_fields_alone() {
    if Server::shared().predates("HSCAN NOVALUES", Some((7, 4)), Some((8, 0))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        redis.hset_all(keys.key("h"), [("a", "1"), ("b", "2")].as_slice()).await;

        let (cursor, fields) = redis.hscan_step_novalues(keys.key("h"), 0, ScanOptions::default()).await;

        assert_eq!((cursor, sorted(fields)), (0, vec!["a".to_owned(), "b".to_owned()]));
        let absent = redis.hscan_step_novalues(keys.key("absent"), 0, ScanOptions::default()).await;
        assert_eq!(absent, (0, Vec::new()));
    })
    .await;
}

/// The milliseconds that a field has left.
async fn left(redis: &Wire, key: &str, field: &str) -> usize {
    match redis.hpttl(key, field).await.as_slice() {
        [IntegerReply(left)] => *left,
        other => panic!("no time to live: {other:?}"),
    }
}

#[tokio::test]
async fn fields_expire_by_themselves() {
    if Server::shared().lacks("HEXPIRE") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let fields = ["a", "z"].as_slice();
        redis.hset_all(key, [("a", "1"), ("b", "2")].as_slice()).await;

        assert_eq!(redis.httl(key, fields).await, [ExistsButNotRelevant, NotExists]);
        assert_eq!(redis.hpttl(key, fields).await, [ExistsButNotRelevant, NotExists]);
        assert_eq!(redis.hexpire_time(key, fields).await, [ExistsButNotRelevant, NotExists]);
        assert_eq!(redis.hpexpire_time(key, fields).await, [ExistsButNotRelevant, NotExists]);
        assert_eq!(redis.hpersist(key, fields).await, [ExistsButNotRelevant, NotExists]);

        assert_eq!(redis.hexpire(key, 100, ExpireOption::NONE, fields).await, [IntegerReply(1), NotExists]);
        assert!(matches!(redis.httl(key, "a").await.as_slice(), [IntegerReply(90..=100)]));
        assert_eq!(redis.hpexpire(key, 50_000, ExpireOption::NONE, "a").await, [IntegerReply(1)]);
        assert!((40_000..=50_000).contains(&left(redis, key, "a").await));
        assert_eq!(redis.hexpire_at(key, 4_000_000_000, ExpireOption::NONE, "a").await, [IntegerReply(1)]);
        assert_eq!(redis.hexpire_time(key, "a").await, [IntegerReply(4_000_000_000)]);
        let end = 3_900_000_000_123;
        assert_eq!(redis.hpexpire_at(key, end, ExpireOption::NONE, "a").await, [IntegerReply(1)]);
        assert_eq!(redis.hpexpire_time(key, "a").await, [IntegerReply(3_900_000_000_123)]);
        assert_eq!(redis.hpersist(key, "a").await, [IntegerReply(1)]);
        assert_eq!(redis.hexpire(key, 0, ExpireOption::NONE, "a").await, [IntegerReply(2)]);
        assert_eq!(redis.hkeys(key).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn expiries_of_fields_obey_their_option() {
    if Server::shared().lacks("HEXPIRE") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        redis.hset(key, "a", 1).await;
        let set = [IntegerReply(1)];
        let refused = [IntegerReply(0)];

        assert_eq!(redis.hexpire(key, 100, ExpireOption::XX, "a").await, refused);
        assert_eq!(redis.hexpire(key, 100, ExpireOption::NX, "a").await, set);
        assert_eq!(redis.hpexpire(key, 50_000, ExpireOption::GT, "a").await, refused);
        assert_eq!(redis.hpexpire(key, 50_000, ExpireOption::LT, "a").await, set);
        assert_eq!(redis.hexpire_at(key, 4_000_000_000, ExpireOption::NX, "a").await, refused);
        assert_eq!(redis.hexpire_at(key, 4_000_000_000, ExpireOption::GT, "a").await, set);
        assert_eq!(redis.hpexpire_at(key, 4_000_000_000_001, ExpireOption::LT, "a").await, refused);
        assert_eq!(redis.hpexpire_at(key, 3_900_000_000_000, ExpireOption::XX, "a").await, set);
    })
    .await;
}

#[tokio::test]
async fn fields_of_no_hash_do_not_exist() {
    if Server::shared().lacks("HEXPIRE") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let absent = &keys.key("absent");
        let fields = ["a", "b"].as_slice();
        let none = [NotExists, NotExists];

        assert_eq!(redis.hexpire(absent, 100, ExpireOption::NONE, fields).await, none);
        assert_eq!(redis.hpexpire(absent, 100, ExpireOption::NONE, fields).await, none);
        assert_eq!(redis.hexpire_at(absent, 4_000_000_000, ExpireOption::NONE, fields).await, none);
        assert_eq!(redis.hpexpire_at(absent, 4_000_000_000_000, ExpireOption::NONE, fields).await, none);
        assert_eq!(redis.httl(absent, fields).await, none);
        assert_eq!(redis.hpttl(absent, fields).await, none);
        assert_eq!(redis.hexpire_time(absent, fields).await, none);
        assert_eq!(redis.hpexpire_time(absent, fields).await, none);
        assert_eq!(redis.hpersist(absent, fields).await, none);
    })
    .await;
}

#[tokio::test]
async fn fields_are_set_with_a_time_to_live() {
    if Server::shared().lacks("HSETEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let soon = SystemTime::now() + Duration::from_secs(50);
        let unix = soon.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let milli = u64::try_from(unix.as_millis()).unwrap();
        let set = async |expiry| {
            let options = HashFieldExpirationOptions::default().set_expiration(expiry);
            assert!(redis.hset_ex(key, &options, &[("a", 1), ("b", 2)]).await);
            left(redis, key, "a").await
        };

        assert!((90_000..=100_000).contains(&set(SetExpiry::EX(100)).await));
        assert!((80_000..=90_001).contains(&set(SetExpiry::PX(90_001)).await));
        assert!((80_000..=90_001).contains(&set(SetExpiry::KEEPTTL).await));
        assert!((40_000..=50_000).contains(&set(SetExpiry::EXAT(unix.as_secs())).await));
        assert!((60_000..=70_500).contains(&set(SetExpiry::after(Duration::from_millis(70_500))).await));
        assert!((40_000..=50_000).contains(&set(SetExpiry::PXAT(milli)).await));
        assert!(redis.hset_ex(key, &HashFieldExpirationOptions::default(), &[("a", 3)]).await);
        assert_eq!(redis.httl(key, "a").await, [ExistsButNotRelevant]);
        assert_eq!(redis.hmget(key, ["a", "b"].as_slice()).read_as::<Vec<u8>>().await, [3, 2]);
    })
    .await;
}

#[tokio::test]
async fn fields_are_set_all_or_none() {
    if Server::shared().lacks("HSETEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let when = |check| HashFieldExpirationOptions::default().set_existence_check(check);
        let (new, old) = (when(FieldExistenceCheck::FNX), when(FieldExistenceCheck::FXX));

        assert!(!redis.hset_ex(key, &old, &[("a", 1)]).await);
        assert!(redis.hset_ex(key, &new, &[("a", 1), ("b", 2)]).await);
        assert!(!redis.hset_ex(key, &new, &[("b", 3), ("c", 3)]).await);
        assert!(redis.hset_ex(key, &old, &[("a", 4), ("b", 5)]).await);
        assert!(!redis.hset_ex(key, &old, &[("b", 6), ("c", 6)]).await);
        assert_eq!(redis.hgetall(key).await, HashMap::from([pair("a", "4"), pair("b", "5")]));
    })
    .await;
}

#[tokio::test]
async fn fields_are_set_when_their_hash_is_there_or_not() {
    if Server::shared().predates("HSETEX NX", None, Some((9, 1))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let when = |check| HashFieldExpirationOptions::default().conditional_set(check);
        let (new, old) = (when(ExistenceCheck::NX), when(ExistenceCheck::XX));

        assert!(!redis.hset_ex(key, &old, &[("a", 1)]).await);
        assert!(redis.hset_ex(key, &new.set_expiration(SetExpiry::EX(100)), &[("a", 1)]).await);
        assert!(!redis.hset_ex(key, &new, &[("b", 1)]).await);
        let absent = old.set_existence_check(FieldExistenceCheck::FNX);
        assert!(!redis.hset_ex(key, &absent, &[("a", 2)]).await);
        assert!(redis.hset_ex(key, &absent, &[("b", 2)]).await);
    })
    .await;
}

#[tokio::test]
async fn a_read_of_fields_changes_their_time_to_live() {
    if Server::shared().lacks("HGETEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("h");
        let soon = SystemTime::now() + Duration::from_secs(50);
        let unix = soon.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let milli = u64::try_from(unix.as_millis()).unwrap();
        redis.hset(key, "a", 1).await;
        let read = async |expiry| {
            let read = redis.hget_ex(key, ["a", "z"].as_slice(), expiry).await;
            assert_eq!(read, [Some("1".to_owned()), None]);
            left(redis, key, "a").await
        };

        assert!((90_000..=100_000).contains(&read(Expiry::EX(100)).await));
        assert!((190_000..=200_000).contains(&read(Expiry::PX(200_000)).await));
        assert!((40_000..=50_000).contains(&read(Expiry::EXAT(unix.as_secs())).await));
        assert!((8_000..=9_000).contains(&read(Expiry::after(Duration::from_secs(9))).await));
        assert!((40_000..=50_000).contains(&read(Expiry::PXAT(milli)).await));
        assert_eq!(redis.hget_ex(key, "a", Expiry::PERSIST).await, [Some("1".to_owned())]);
        assert_eq!(redis.httl(key, "a").await, [ExistsButNotRelevant]);
        let absent = redis.hget_ex(keys.key("absent"), ["a", "b"].as_slice(), Expiry::PERSIST).await;
        assert_eq!(absent, [None, None]);
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
        assert_eq!(redis.hget_del(key, ["a", "z"].as_slice()).await, [None, None]);
    })
    .await;
}
