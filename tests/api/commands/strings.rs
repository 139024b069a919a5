//! Strings.

use std::time::Duration;

use redlane::commands::native::{KeysCommands, StringsCommands};
use redlane::commands::types::{
    ExistenceCheck, Expiry, IntegerReplyOrNoOp, LcsMatch, LcsOptions, MSetOptions, SetExpiry, SetOptions,
    ValueComparison,
};
use redlane_test_support::Server;

use super::wire::both;

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
        assert_eq!(redis.append(a, "!").await, 4);
        assert_eq!(redis.strlen(a).await, 4);
        assert_eq!(redis.getrange(a, 1, -2).await, "ne");
        assert_eq!(redis.setrange(a, 3, "ly").await, 5);
        assert_eq!(redis.getset(a, "two").await.as_deref(), Some("onely"));
        assert_eq!(redis.get_del(a).await.as_deref(), Some("two"));
        assert_eq!(redis.get_del(a).await, None);
    })
    .await;
}

#[tokio::test]
async fn set_keeps_its_conditions_and_expiries() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let nx = SetOptions::default().conditional_set(ExistenceCheck::NX);
        let xx = SetOptions::default().conditional_set(ExistenceCheck::XX);

        assert_eq!(redis.set_options(key, "1", xx.clone()).await, None);
        assert_eq!(redis.set_options(key, "1", nx.clone()).await.as_deref(), Some("OK"));
        assert_eq!(redis.set_options(key, "2", nx).await, None);
        assert_eq!(redis.set_options(key, "2", xx.get(true)).await.as_deref(), Some("1"));
        let soon = SetOptions::default().with_expiration(SetExpiry::after(Duration::from_millis(90_500)));
        redis.set_options(key, "3", soon).await;
        let IntegerReplyOrNoOp::IntegerReply(left) = redis.pttl(key).await else { panic!("no time to live") };
        assert!((80_000..=90_500).contains(&left), "{left}");
        redis.set_options(key, "4", SetOptions::default().with_expiration(SetExpiry::KEEPTTL)).await;
        assert!(matches!(redis.ttl(key).await, IntegerReplyOrNoOp::IntegerReply(_)));
        redis.set(key, "5").await;
        assert_eq!(redis.ttl(key).await, IntegerReplyOrNoOp::ExistsButNotRelevant);

        redis.set_ex(key, "6", 100).await;
        redis.pset_ex(key, "7", 100_000).await;
        assert!(!redis.set_nx(key, "8").await);
        assert_eq!(redis.get_ex(key, Expiry::PERSIST).await.as_deref(), Some("7"));
        assert_eq!(redis.ttl(key).await, IntegerReplyOrNoOp::ExistsButNotRelevant);
        assert_eq!(redis.get_ex(key, Expiry::after(Duration::from_secs(9))).await.as_deref(), Some("7"));
        assert!(matches!(redis.ttl(key).await, IntegerReplyOrNoOp::IntegerReply(_)));
        assert_eq!(redis.set_ex(key, "9", 0).code().await, "ERR");
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
    })
    .await;
}

#[tokio::test]
async fn common_subsequences_tell_their_places() {
    if Server::shared().lacks("LCS") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        redis.mset(&[(a, "ohmytext"), (b, "mynewtext")]).await;

        assert_eq!(redis.lcs(a, b).await, "mytext");
        assert_eq!(redis.lcs_len(a, b).await, 6);
        let all = redis.lcs_matches(a, b, LcsOptions::default()).await;
        let long = redis.lcs_matches(a, b, LcsOptions::default().min_match_len(4)).await;

        let text = LcsMatch { first: (4, 7), second: (5, 8), length: 4 };
        assert_eq!(all.matches, [text, LcsMatch { first: (2, 3), second: (0, 1), length: 2 }]);
        assert_eq!((long.matches.as_slice(), long.length), ([text].as_slice(), 6));
    })
    .await;
}

#[tokio::test]
async fn values_are_compared_and_deleted() {
    if Server::shared().lacks("DELIFEQ") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, "mine").await;
        let ours = SetOptions::default().value_comparison(ValueComparison::ifeq("mine"));

        assert_eq!(redis.set_options(key, "still mine", ours.clone()).await.as_deref(), Some("OK"));
        assert_eq!(redis.set_options(key, "again", ours).await, None);
        assert!(!redis.del_if_eq(key, "mine").await);
        assert!(redis.del_if_eq(key, "still mine").await);
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
        let nx =
            MSetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::EX(100));

        assert!(redis.mset_ex(&[(a, 1)], nx).await);
        assert!(!redis.mset_ex(&[(a, 2), (b, 2)], nx).await);
        assert!(redis.mset_ex(&[(a, 2), (b, 2)], MSetOptions::default()).await);
        assert_eq!(redis.get(b).await.as_deref(), Some("2"));
    })
    .await;
}

#[tokio::test]
async fn a_digest_deletes_a_value() {
    if Server::shared().lacks("DELEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, "v").await;
        let digest = redis.digest(key).await.unwrap();

        assert_eq!(redis.del_ex(key, ValueComparison::ifdne(&digest)).await, 0);
        assert_eq!(redis.del_ex(key, ValueComparison::ifdeq(&digest)).await, 1);
        assert_eq!(redis.digest(key).await, None);
    })
    .await;
}
