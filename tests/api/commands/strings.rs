//! Strings.

use std::time::{Duration, SystemTime};

use redlane::commands::native::{KeysCommands, StringsCommands};
use redlane::commands::types::{
    ExistenceCheck, Expiry, IntegerReplyOrNoOp, LcsMatch, LcsMatches, LcsOptions, MSetOptions, SetExpiry,
    SetOptions, ValueComparison,
};
use redlane_test_support::Server;

use super::wire::{Wire, both};

/// The milliseconds that a key has left.
async fn left(redis: &Wire, key: &str) -> usize {
    match redis.pttl(key).await {
        IntegerReplyOrNoOp::IntegerReply(left) => left,
        other => panic!("no time to live: {other:?}"),
    }
}

#[tokio::test]
async fn values_are_set_and_read() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));

        redis.set(a, "one").await;
        redis.mset(&[(b, "2")]).await;

        assert_eq!(redis.get(a).await.as_deref(), Some("one"));
        assert_eq!(redis.get(absent).await, None);
        assert_eq!(redis.get(b).read_as::<u8>().await, 2);
        assert_eq!(
            redis.mget([a, absent, b].as_slice()).await,
            [Some("one".to_owned()), None, Some("2".to_owned())]
        );
        assert_eq!(redis.getset(a, "two").await.as_deref(), Some("one"));
        assert_eq!(redis.get_del(a).await.as_deref(), Some("two"));
        assert_eq!(redis.get_del(a).await, None);
        assert_eq!(redis.getset(a, "three").await, None);
        assert!(redis.set_nx(absent, "now").await);
        assert!(!redis.set_nx(absent, "again").await);
        assert_eq!(redis.get(absent).await.as_deref(), Some("now"));
    })
    .await;
}

#[tokio::test]
async fn parts_of_values_are_read_and_written() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("k"), &keys.key("absent"));

        assert_eq!((redis.strlen(absent).await, redis.getrange(absent, 0, -1).await), (0, String::new()));
        assert_eq!(redis.append(key, "one").await, 3);
        assert_eq!(redis.append(key, "!").await, 4);
        assert_eq!(redis.strlen(key).await, 4);
        assert_eq!(redis.getrange(key, 1, -2).await, "ne");
        assert_eq!(redis.getrange(key, 9, 12).await, "");
        assert_eq!(redis.setrange(key, 3, "ly").await, 5);
        assert_eq!(redis.get(key).await.as_deref(), Some("onely"));
        assert_eq!(redis.setrange(absent, 2, "x").await, 3);
        assert_eq!(redis.get(absent).read_as::<Vec<u8>>().await, b"\0\0x");
    })
    .await;
}

#[tokio::test]
async fn set_keeps_its_conditions() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let nx = SetOptions::default().conditional_set(ExistenceCheck::NX);
        let xx = SetOptions::default().conditional_set(ExistenceCheck::XX);

        assert_eq!(redis.set_options(key, "1", xx.clone()).await, None);
        assert_eq!(redis.set_options(key, "0", SetOptions::default().get(true)).await, None);
        assert_eq!(redis.del(key).await, 1);
        assert_eq!(redis.set_options(key, "1", nx.clone()).await.as_deref(), Some("OK"));
        assert_eq!(redis.set_options(key, "2", nx).await, None);
        assert_eq!(redis.set_options(key, "2", xx.clone()).await.as_deref(), Some("OK"));
        assert_eq!(redis.set_options(key, "3", xx.get(true)).await.as_deref(), Some("2"));
        assert_eq!(redis.set_options(key, "4", SetOptions::default()).await.as_deref(), Some("OK"));
        assert_eq!(redis.get(key).await.as_deref(), Some("4"));
    })
    .await;
}

#[tokio::test]
async fn set_gives_the_old_value_though_it_sets_none() {
    if Server::shared().predates("SET NX GET", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let options = SetOptions::default().conditional_set(ExistenceCheck::NX).get(true);

        assert_eq!(redis.set_options(key, "1", options.clone()).await, None);
        assert_eq!(redis.set_options(key, "2", options).await.as_deref(), Some("1"));
        assert_eq!(redis.get(key).await.as_deref(), Some("1"));
    })
    .await;
}

#[tokio::test]
async fn set_takes_every_expiry() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let soon = SystemTime::now() + Duration::from_secs(50);
        let unix = soon.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let set = async |expiry| {
            redis.set_options(key, "v", SetOptions::default().with_expiration(expiry)).await.unwrap();
            left(redis, key).await
        };

        assert!((90_000..=100_000).contains(&set(SetExpiry::EX(100)).await));
        assert!((80_000..=90_001).contains(&set(SetExpiry::PX(90_001)).await));
        assert!((80_000..=90_001).contains(&set(SetExpiry::KEEPTTL).await));
        assert!((40_000..=50_000).contains(&set(SetExpiry::EXAT(unix.as_secs())).await));
        let milli = u64::try_from(unix.as_millis()).unwrap();
        assert!((40_000..=50_000).contains(&set(SetExpiry::PXAT(milli)).await));
        assert!((60_000..=70_500).contains(&set(SetExpiry::after(Duration::from_millis(70_500))).await));
        assert!((40_000..=50_001).contains(&set(SetExpiry::at(soon)).await));
        redis.set(key, "v").await;
        assert_eq!(redis.ttl(key).await, IntegerReplyOrNoOp::ExistsButNotRelevant);
        redis.set_ex(key, "v", 100).await;
        assert!((90_000..=100_000).contains(&left(redis, key).await));
        redis.pset_ex(key, "v", 200_000).await;
        assert!((190_000..=200_000).contains(&left(redis, key).await));
        assert_eq!(redis.set_ex(key, "v", 0).code().await, "ERR");
        assert_eq!(redis.pset_ex(key, "v", 0).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn a_read_changes_the_time_to_live() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let soon = SystemTime::now() + Duration::from_secs(50);
        let unix = soon.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let milli = u64::try_from(unix.as_millis()).unwrap();
        redis.set(key, "v").await;
        let read = async |expiry| {
            assert_eq!(redis.get_ex(key, expiry).await.as_deref(), Some("v"));
            left(redis, key).await
        };

        assert!((90_000..=100_000).contains(&read(Expiry::EX(100)).await));
        assert!((190_000..=200_000).contains(&read(Expiry::PX(200_000)).await));
        assert!((40_000..=50_000).contains(&read(Expiry::EXAT(unix.as_secs())).await));
        assert!((8_000..=9_000).contains(&read(Expiry::after(Duration::from_secs(9))).await));
        assert!((40_000..=50_000).contains(&read(Expiry::PXAT(milli)).await));
        assert!((40_000..=50_001).contains(&read(Expiry::at(soon)).await));
        assert_eq!(redis.get_ex(key, Expiry::PERSIST).await.as_deref(), Some("v"));
        assert_eq!(redis.ttl(key).await, IntegerReplyOrNoOp::ExistsButNotRelevant);
        assert_eq!(redis.get_ex(keys.key("absent"), Expiry::EX(1)).await, None);
    })
    .await;
}

#[tokio::test]
async fn several_keys_are_set_at_once_or_not_at_all() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, c) = (&keys.key("a"), &keys.key("b"), &keys.key("c"));

        assert!(redis.mset_nx(&[(a, 1), (b, 2)]).await);
        assert!(!redis.mset_nx(&[(b, 3), (c, 4)]).await);

        assert_eq!(
            redis.mget([a, b, c].as_slice()).read_as::<Vec<Option<i32>>>().await,
            [Some(1), Some(2), None]
        );
    })
    .await;
}

#[tokio::test]
async fn numbers_are_counted_up_and_down() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("n");

        assert_eq!(redis.incr(key, 5).await, 5);
        assert_eq!(redis.incr_one(key).await, 6);
        assert_eq!(redis.decr(key, 4).await, 2);
        assert_eq!(redis.decr_one(key).await, 1);
        assert_eq!(redis.incr(key, 0.5).read_as::<f64>().await, 1.5);
        assert_eq!(redis.incr_by_float(key, -3.0).await, -1.5);
        assert_eq!(redis.incr_one(key).code().await, "ERR");
        redis.set(key, i64::MAX).await;
        assert_eq!(redis.incr_one(key).code().await, "ERR");
        assert_eq!(redis.get(key).read_as::<i64>().await, i64::MAX);
        redis.set(key, i64::MIN + 1).await;
        assert_eq!(redis.decr_one(key).await, i64::MIN);
        assert_eq!(redis.decr_one(keys.key("absent")).await, -1);
        assert_eq!(redis.incr_by_float(keys.key("none"), 0.1).await, 0.1);
    })
    .await;
}

#[tokio::test]
async fn common_subsequences_tell_their_places() {
    if Server::shared().lacks("LCS") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));
        redis.mset(&[(a, "ohmytext"), (b, "mynewtext")]).await;

        assert_eq!(redis.lcs(a, b).await, "mytext");
        assert_eq!(redis.lcs_len(a, b).await, 6);
        let all = redis.lcs_matches(a, b, LcsOptions::default()).await;
        let long = redis.lcs_matches(a, b, LcsOptions::default().min_match_len(4)).await;

        let text = LcsMatch { first: (4, 7), second: (5, 8), length: 4 };
        assert_eq!(all.matches, [text, LcsMatch { first: (2, 3), second: (0, 1), length: 2 }]);
        assert_eq!((long.matches.as_slice(), long.length), ([text].as_slice(), 6));
        assert_eq!((redis.lcs(a, absent).await.as_str(), redis.lcs_len(a, absent).await), ("", 0));
        assert_eq!(redis.lcs_matches(a, absent, LcsOptions::default()).await, LcsMatches::default());
    })
    .await;
}

#[tokio::test]
async fn values_are_set_when_they_compare_so() {
    if Server::shared().predates("SET IFEQ", Some((8, 4)), Some((8, 1))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let when = |comparison| SetOptions::default().value_comparison(comparison);
        let (text, bytes) = (ValueComparison::ifeq("mine"), ValueComparison::ifeq(b"\xff".as_slice()));
        redis.set(key, "mine").await;

        assert_eq!(redis.set_options(key, b"\xff", when(text.clone())).await.as_deref(), Some("OK"));
        assert_eq!(redis.set_options(key, "again", when(text)).await, None);
        assert_eq!(redis.set_options(key, "text", when(bytes)).await.as_deref(), Some("OK"));
        let given = when(ValueComparison::IFEQ("text".to_owned())).get(true);
        assert_eq!(redis.set_options(key, "last", given).await.as_deref(), Some("text"));
        assert_eq!(redis.get(key).await.as_deref(), Some("last"));
    })
    .await;
}

#[tokio::test]
async fn values_are_deleted_when_they_are_as_expected() {
    if Server::shared().lacks("DELIFEQ") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, "mine").await;

        assert!(!redis.del_if_eq(key, "yours").await);
        assert!(redis.del_if_eq(key, "mine").await);
        assert!(!redis.del_if_eq(key, "mine").await);
    })
    .await;
}

#[tokio::test]
async fn several_keys_are_set_with_one_time_to_live() {
    if Server::shared().lacks("MSETEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        let when = |check| MSetOptions::default().conditional_set(check);
        let nx = when(ExistenceCheck::NX).with_expiration(SetExpiry::EX(100));

        assert!(redis.mset_ex(&[(a, 1)], nx).await);
        assert!((90_000..=100_000).contains(&left(redis, a).await));
        assert!(!redis.mset_ex(&[(a, 2), (b, 2)], nx).await);
        assert!(!redis.mset_ex(&[(a, 2), (b, 2)], when(ExistenceCheck::XX)).await);
        let keep = MSetOptions::default().with_expiration(SetExpiry::KEEPTTL);
        assert!(redis.mset_ex(&[(a, 2), (b, 2)], keep).await);
        assert!((80_000..=100_000).contains(&left(redis, a).await));
        assert_eq!(redis.get(b).await.as_deref(), Some("2"));
        assert!(redis.mset_ex(&[(a, 3)], MSetOptions::default()).await);
        assert_eq!(redis.ttl(a).await, IntegerReplyOrNoOp::ExistsButNotRelevant);
    })
    .await;
}

#[tokio::test]
async fn a_comparison_deletes_a_value() {
    if Server::shared().lacks("DELEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, "v").await;
        let digest = redis.digest(key).await.unwrap();

        assert_eq!(redis.del_ex(key, ValueComparison::ifdne(&digest)).await, 0);
        assert_eq!(redis.del_ex(key, ValueComparison::ifne("v")).await, 0);
        assert_eq!(redis.del_ex(key, ValueComparison::ifeq("w")).await, 0);
        assert_eq!(redis.del_ex(key, ValueComparison::ifdeq(&digest)).await, 1);
        assert_eq!(redis.digest(key).await, None);
    })
    .await;
}
