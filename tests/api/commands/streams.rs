//! Streams and their consumer groups.

use std::collections::BTreeMap;

use redlane::commands::native::StreamsCommands;
use redlane::commands::types::{
    StreamAddOptions, StreamAutoClaimOptions, StreamAutoClaimReply, StreamClaimOptions, StreamClaimReply,
    StreamConfigOptions, StreamDeletionPolicy, StreamId, StreamMaxlen, StreamNackMode, StreamNackOptions,
    StreamPendingReply, StreamRangeReply, StreamReadOptions, StreamReadReply, StreamTrimOptions,
    StreamTrimStrategy, StreamTrimmingMode, XAckDelStatusCode, XDelExStatusCode,
};
use redlane_test_support::Server;

use super::wire::{Wire, both};

/// Adds entries 1-0, 2-0 and so on, each with the field `n`.
async fn filled(redis: &Wire, key: &str, count: u64) {
    for n in 1..=count {
        let id = format!("{n}-0");
        assert_eq!(redis.xadd(key, &id, &[("n", n)]).await, Some(id));
    }
}

/// The ids, one after the other.
fn ids<V>(entries: &[StreamId<V>]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

/// A group that has given entries 1-0 to `count`-0 to ada.
async fn delivered(redis: &Wire, key: &str, count: u64) {
    filled(redis, key, count).await;
    redis.xgroup_create(key, "g", 0).await;
    let options = StreamReadOptions::default().group("g", "ada");
    let reply = redis.xread_options(&[key], &[">"], &options).await.unwrap();
    assert_eq!(reply.keys[0].ids.len(), usize::try_from(count).unwrap());
}

#[tokio::test]
async fn entries_are_added_and_read_in_order() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");

        assert_eq!(redis.xadd(key, "1-0", &[("name", "Ada"), ("n", "1")]).await.as_deref(), Some("1-0"));
        let map = BTreeMap::from([("name", "Bob"), ("n", "2")]);
        assert_eq!(redis.xadd_map(key, "2-0", &map).await.as_deref(), Some("2-0"));
        let made = redis.xadd(key, "*", &[("n", 3)]).await.unwrap();

        assert_eq!(redis.xlen(key).await, 3);
        let all: StreamRangeReply<String> = redis.xrange_all(key).read_as().await;
        assert_eq!(ids(&all.ids), ["1-0", "2-0", &made]);
        assert_eq!((all.ids[0].map["name"].as_str(), all.ids[1].map["n"].as_str()), ("Ada", "2"));
        assert_eq!(ids(&redis.xrange(key, "(1-0", 2).await.ids), ["2-0"]);
        assert_eq!(ids(&redis.xrange_count(key, "-", "+", 1).await.ids), ["1-0"]);
        assert_eq!(ids(&redis.xrevrange(key, 2, "-").await.ids), ["2-0", "1-0"]);
        assert_eq!(ids(&redis.xrevrange_all(key).await.ids), [made.as_str(), "2-0", "1-0"]);
        assert_eq!(ids(&redis.xrevrange_count(key, "+", "-", 1).await.ids), [&made]);
        assert_eq!(redis.xdel(key, &["1-0", "9-0"]).await, 1);
        assert!(redis.xrange_all(keys.key("absent")).await.ids.is_empty());
        assert_eq!(redis.xlen(keys.key("absent")).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_read_from_behind_an_entry_and_null_says_that_there_is_nothing() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        filled(redis, a, 3).await;
        filled(redis, b, 1).await;

        let both = redis.xread(&[a, b], &["1-0", "0"]).await.unwrap();
        let few = StreamReadOptions::default().count(1).block(1);
        let first: StreamReadReply<u64> =
            redis.xread_options(&[a], &["0"], &few).read_as::<Option<_>>().await.unwrap();

        let found: BTreeMap<&str, Vec<&str>> =
            both.keys.iter().map(|stream| (stream.key.as_str(), ids(&stream.ids))).collect();
        assert_eq!(found, BTreeMap::from([(a.as_str(), vec!["2-0", "3-0"]), (b.as_str(), vec!["1-0"])]));
        assert_eq!((ids(&first.keys[0].ids), first.keys[0].ids[0].map["n"]), (vec!["1-0"], 1));
        assert_eq!(redis.xread(&[a], &["3-0"]).await, None);
        assert_eq!(redis.xread_options(&[a], &["$"], &few).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_trimmed_with_an_addition_or_alone() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        filled(redis, key, 5).await;
        let exact = StreamTrimmingMode::Exact;

        redis.xadd_maxlen(key, StreamMaxlen::Equals(4), "6-0", &[("n", 6)]).await;
        assert_eq!(redis.xlen(key).await, 4);
        redis.xadd_maxlen_map(key, StreamMaxlen::Approx(1), "7-0", BTreeMap::from([("n", 7)])).await;
        assert_eq!(redis.xlen(key).await, 5, "a near trim drops whole blocks only");
        let options = StreamAddOptions::default().trim(StreamTrimStrategy::minid(exact, "6-0"));
        redis.xadd_options(key, "8-0", [("n", 8)].as_slice(), &options).await;
        assert_eq!(ids(&redis.xrange_all(key).await.ids), ["6-0", "7-0", "8-0"]);
        let near = StreamTrimStrategy::maxlen(StreamTrimmingMode::Approx, 1).limit(10);
        redis.xadd_options(key, "9-0", [("n", 9)].as_slice(), &StreamAddOptions::default().trim(near)).await;

        assert_eq!(redis.xtrim(key, StreamMaxlen::Equals(3)).await, 1);
        assert_eq!(redis.xtrim_options(key, &StreamTrimOptions::maxlen(exact, 2)).await, 1);
        assert_eq!(redis.xtrim_options(key, &StreamTrimOptions::minid(exact, "9-0")).await, 1);
        let near = StreamTrimOptions::maxlen(StreamTrimmingMode::Approx, 1).limit(10);
        assert_eq!(redis.xtrim_options(key, &near).await, 0);
        let none = StreamAddOptions::default().nomkstream();
        assert_eq!(redis.xadd_options(keys.key("absent"), "*", ("n", 1), &none).await, None);
    })
    .await;
}

#[tokio::test]
async fn members_of_a_group_get_different_entries_and_acknowledge_them() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        redis.xgroup_create_mkstream(key, "g", "$").await;
        assert_eq!(redis.xgroup_create(key, "g", "$").code().await, "BUSYGROUP");
        filled(redis, key, 3).await;
        let of = |name| StreamReadOptions::default().group("g", name).count(2);

        let ada = redis.xread_options(&[key], &[">"], &of("ada")).await.unwrap();
        let bob = redis.xread_options(&[key], &[">"], &of("bob").block(1)).await.unwrap();
        assert_eq!((ids(&ada.keys[0].ids), ids(&bob.keys[0].ids)), (vec!["1-0", "2-0"], vec!["3-0"]));
        assert_eq!(redis.xread_options(&[key], &[">"], &of("bob")).await, None);

        assert_eq!(redis.xack(key, "g", &["1-0", "9-0"]).await, 1);
        redis.xdel(key, &["2-0"]).await;
        let own = redis.xread_options(&[key], &["0"], &of("ada")).await.unwrap();
        assert_eq!(ids(&own.keys[0].ids), ["2-0"]);
        assert!(own.keys[0].ids[0].is_empty(), "it was deleted");
        redis.xadd(key, "4-0", &[("n", 4)]).await;
        let gone = redis.xread_options(&[key], &[">"], &of("ada").noack()).await.unwrap();
        assert_eq!(ids(&gone.keys[0].ids), ["4-0"]);

        let StreamPendingReply::Data(pending) = redis.xpending(key, "g").await else { panic!("nothing") };
        assert_eq!((pending.count, pending.start_id.as_str(), pending.end_id.as_str()), (2, "2-0", "3-0"));
        let each: BTreeMap<&str, usize> =
            pending.consumers.iter().map(|consumer| (consumer.name.as_str(), consumer.pending)).collect();
        assert_eq!(each, BTreeMap::from([("ada", 1), ("bob", 1)]));
        let one = redis.xpending_count(key, "g", "-", "+", 1).await.ids;
        assert_eq!((one[0].id.as_str(), one[0].consumer.as_str()), ("2-0", "ada"));
        assert!(one[0].times_delivered >= 1, "a deleted entry is not counted again");
        let his = redis.xpending_consumer_count(key, "g", "-", "+", 9, "bob").await.ids;
        assert_eq!((his.len(), his[0].id.as_str()), (1, "3-0"));

        assert_eq!(redis.xgroup_delconsumer(key, "g", "bob").await, 1);
        assert!(redis.xgroup_createconsumer(key, "g", "eve").await);
        assert!(!redis.xgroup_createconsumer(key, "g", "eve").await);
        redis.xgroup_setid(key, "g", "3-0").await;
        assert_eq!(redis.xinfo_groups(key).await.groups[0].last_delivered_id, "3-0");
        assert_eq!(redis.xack(key, "g", &["2-0"]).await, 1);
        assert_eq!(redis.xpending(key, "g").await.count(), 0);
        assert!(redis.xgroup_destroy(key, "g").await);
        assert!(!redis.xgroup_destroy(key, "g").await);
        let none = redis.xread_options(&[key], &[">"], &of("ada")).code().await;
        assert_eq!(none, "NOGROUP");
    })
    .await;
}

#[tokio::test]
async fn entries_of_a_lost_member_are_claimed_by_another() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        delivered(redis, key, 4).await;

        let one = redis.xclaim(key, "g", "bob", 0, &["1-0", "9-0"]).await;
        assert_eq!(ids(&one.ids), ["1-0"]);
        let options = StreamClaimOptions::default().idle(5_000).retry(7).with_lastid("4-0");
        let two: StreamClaimReply<u8> =
            redis.xclaim_options(key, "g", "bob", 0, &["2-0"], options).read_as().await;
        assert_eq!(two.ids[0].map["n"], 2);
        let known = redis.xpending_count(key, "g", "2-0", "2-0", 1).await.ids;
        assert_eq!((known[0].consumer.as_str(), known[0].times_delivered), ("bob", 7));
        assert!(known[0].last_delivered_ms >= 5_000);
        let names = StreamClaimOptions::default().with_justid().with_force().time(1);
        assert_eq!(ids(&redis.xclaim_options(key, "g", "eve", 0, &["3-0"], names).await.ids), ["3-0"]);

        let some = StreamAutoClaimOptions::default().count(1);
        let first: StreamAutoClaimReply<u8> =
            redis.xautoclaim_options(key, "g", "eve", 0, "0-0", some).read_as().await;
        assert_eq!((first.claimed[0].id.as_str(), first.claimed[0].map["n"]), ("1-0", 1));
        assert_ne!(first.next_stream_id, "0-0");
        let rest = StreamAutoClaimOptions::default().with_justid();
        let rest = redis.xautoclaim_options(key, "g", "eve", 0, first.next_stream_id, rest).await;
        assert_eq!((rest.next_stream_id.as_str(), ids(&rest.claimed)), ("0-0", vec!["2-0", "3-0", "4-0"]));
        let busy = StreamAutoClaimOptions::default();
        assert!(redis.xautoclaim_options(key, "g", "ada", 60_000, 0, busy).await.claimed.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_claim_tells_of_entries_that_were_deleted() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        delivered(redis, key, 2).await;
        redis.xdel(key, &["1-0"]).await;

        let all = StreamAutoClaimOptions::default();
        let reply = redis.xautoclaim_options(key, "g", "bob", 0, 0, all).await;

        assert_eq!(ids(&reply.claimed), ["2-0"]);
        assert!(reply.deleted_ids == ["1-0"] || reply.invalid_entries, "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn streams_groups_and_consumers_are_described() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        delivered(redis, key, 3).await;
        redis.xack(key, "g", &["1-0"]).await;

        let stream = redis.xinfo_stream(key).await;
        assert_eq!((stream.length, stream.groups, stream.last_generated_id.as_str()), (3, 1, "3-0"));
        assert_eq!((stream.first_entry.id.as_str(), stream.last_entry.id.as_str()), ("1-0", "3-0"));
        assert_eq!(stream.radix_tree_keys, 1);
        assert_eq!(redis.xinfo_stream_with_idempotency(key).await.base, stream);
        assert!(redis.xinfo_stream_full(key, 1).await.contains_key("entries"));
        let groups = redis.xinfo_groups(key).await.groups;
        assert_eq!((groups.len(), groups[0].name.as_str(), groups[0].consumers), (1, "g", 1));
        assert_eq!((groups[0].pending, groups[0].last_delivered_id.as_str()), (2, "3-0"));
        if Server::shared().version().at_least(Some((7, 0)), Some((1, 0))) {
            assert_eq!((groups[0].entries_read, groups[0].lag), (Some(3), Some(0)));
        }
        let consumers = redis.xinfo_consumers(key, "g").await.consumers;
        assert_eq!((consumers.len(), consumers[0].name.as_str(), consumers[0].pending), (1, "ada", 2));
        assert_eq!(redis.xinfo_stream(keys.key("absent")).code().await, "ERR");

        redis.xsetid(key, "9-0").await;
        assert_eq!(redis.xinfo_stream(key).await.last_generated_id, "9-0");
        redis.xtrim(key, StreamMaxlen::Equals(0)).await;
        assert_eq!(redis.xinfo_stream(key).await.first_entry, StreamId::default());
    })
    .await;
}

#[tokio::test]
async fn deletions_mind_who_still_refers_to_an_entry() {
    if Server::shared().lacks("XDELEX") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        use XDelExStatusCode::{Deleted, IdNotFound, NotDeletedUnacknowledgedOrStillReferenced};
        let key = &keys.key("s");
        delivered(redis, key, 5).await;
        redis.xack(key, "g", &["1-0"]).await;

        let acked = redis.xdel_ex(key, &["1-0", "2-0"], StreamDeletionPolicy::Acked).await;
        assert_eq!(acked, [Deleted, NotDeletedUnacknowledgedOrStillReferenced]);
        assert_eq!(redis.xdel_ex(key, &["9-0"], StreamDeletionPolicy::KeepRef).await, [IdNotFound]);
        assert_eq!(redis.xdel_ex(key, &["2-0"], StreamDeletionPolicy::DelRef).await, [Deleted]);
        assert_eq!(redis.xpending(key, "g").await.count(), 3, "the reference is gone with it");
        let kept = redis.xack_del(key, "g", &["3-0", "9-0"], StreamDeletionPolicy::KeepRef).await;
        assert_eq!(kept, [XAckDelStatusCode::AcknowledgedAndDeleted, XAckDelStatusCode::IdNotFound]);
        let trim = StreamTrimOptions::maxlen(StreamTrimmingMode::Exact, 1);
        let trim = trim.set_deletion_policy(StreamDeletionPolicy::DelRef);
        assert_eq!(redis.xtrim_options(key, &trim).await, 1);
        assert_eq!(redis.xpending(key, "g").await.count(), 1);
        let trim = StreamTrimStrategy::maxlen(StreamTrimmingMode::Exact, 1);
        let options = StreamAddOptions::default().trim(trim).set_deletion_policy(StreamDeletionPolicy::Acked);
        redis.xadd_options(key, "6-0", ("n", 6), &options).await;
        assert_eq!(redis.xlen(key).await, 2, "5-0 is not acknowledged");
    })
    .await;
}

#[tokio::test]
async fn a_read_claims_entries_that_were_left_alone() {
    if Server::shared().predates("XREADGROUP CLAIM", Some((8, 4)), None) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        delivered(redis, key, 1).await;

        let options = StreamReadOptions::default().group("g", "bob").claim(0);
        let reply = redis.xread_options(&[key], &[">"], &options).await.unwrap();

        assert_eq!(reply.keys[0].ids[0].delivered_count, Some(1));
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_a_producer_adds_twice_is_there_once() {
    if Server::shared().lacks("XCFGSET") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        let twice = async |options: StreamAddOptions| {
            let first = redis.xadd_options(key, "*", ("n", 1), &options).await;
            first == redis.xadd_options(key, "*", ("n", 1), &options).await
        };

        assert!(twice(StreamAddOptions::default().idmp("p", "7")).await);
        assert!(twice(StreamAddOptions::default().idmpauto("q")).await);
        assert!(!twice(StreamAddOptions::default()).await);
        assert_eq!(redis.xinfo_stream_with_idempotency(key).await.iids_duplicates, 2);
        let seconds = StreamConfigOptions::with_idempotency_seconds(300).unwrap();
        assert_eq!(redis.xcfgset(key, &seconds.idempotency_maxsize(10).unwrap()).await, "OK");
        let size = StreamConfigOptions::with_idempotency_maxsize(9).unwrap();
        assert_eq!(redis.xcfgset(key, &size.idempotency_seconds(200).unwrap()).await, "OK");
        assert_eq!(redis.xinfo_stream_with_idempotency(key).await.idmp_duration, 200);
    })
    .await;
}

#[tokio::test]
async fn entries_are_given_back_for_a_reason() {
    if Server::shared().lacks("XNACK") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("s");
        delivered(redis, key, 3).await;

        for (id, mode) in
            [("1-0", StreamNackMode::Silent), ("2-0", StreamNackMode::Fail), ("3-0", StreamNackMode::Fatal)]
        {
            assert_eq!(redis.xnack(key, "g", &[id], &StreamNackOptions::new(mode)).await, 1);
        }

        let options = StreamAutoClaimOptions::default();
        assert_eq!(redis.xautoclaim_options(key, "g", "bob", 60_000, 0, options).await.claimed.len(), 3);
    })
    .await;
}
