//! Keys of any type.

use std::time::{Duration, SystemTime};

use redlane::commands::native::{
    BlockingCommands, HashesCommands, KeysCommands, ListsCommands, StringsCommands,
};
use redlane::commands::types::{
    CopyOptions, ExpireOption, IntegerReplyOrNoOp, MigrateOptions, RestoreOptions, ScanOptions, SortOptions,
    ValueType,
};
use redlane_test_support::{Options, Server};

use super::wire::both;

#[tokio::test]
async fn keys_are_counted_renamed_copied_and_deleted() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, c) = (&keys.key("a"), &keys.key("b"), &keys.key("c"));
        redis.mset(&[(a, 1), (b, 2)]).await;

        assert!(redis.exists(a).read_as::<bool>().await);
        assert_eq!(redis.exists([a, b, a, c].as_slice()).await, 3);
        assert_eq!(redis.touch([a, c].as_slice()).await, 1);
        assert_eq!(redis.key_type(a).await, ValueType::String);
        assert_eq!(redis.key_type(c).await, ValueType::None);
        assert!(!redis.rename_nx(a, b).await);
        redis.rename(a, c).await;
        assert!(redis.rename_nx(c, a).await);
        assert_eq!(redis.rename(c, a).code().await, "ERR");
        assert!(!redis.copy(a, b, CopyOptions::default()).await);
        assert!(redis.copy(a, b, CopyOptions::default().replace(true)).await);
        assert!(redis.copy(a, c, CopyOptions::default().db(0)).await);
        let mut found = redis.keys(keys.pattern()).await;
        found.sort();
        assert_eq!(found, [a.as_str(), b, c]);
        assert!(redis.randomkey().await.is_some());
        assert_eq!(redis.unlink([a, b].as_slice()).await, 2);
        assert_eq!(redis.del([a, c].as_slice()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn keys_expire_when_they_are_told() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("k"), &keys.key("absent"));
        redis.set(key, 1).await;

        assert_eq!(redis.ttl(absent).await, IntegerReplyOrNoOp::NotExists);
        assert_eq!(redis.pttl(key).await, IntegerReplyOrNoOp::ExistsButNotRelevant);
        assert!(redis.expire(key, 100).await);
        assert!(!redis.expire(absent, 100).await);
        assert!(redis.pexpire(key, 200_000).await);
        assert!(redis.expire_after(key, Duration::from_millis(300_500)).await);
        assert!(matches!(redis.pttl(key).await, IntegerReplyOrNoOp::IntegerReply(300_000..=300_500)));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
        assert!(redis.expire_at(key, now + 1_000).await);
        assert!(redis.pexpire_at(key, (now + 2_000) * 1_000).await);
        assert!(redis.persist(key).await);
        assert!(!redis.persist(key).await);
        assert!(redis.expire_after(key, Duration::ZERO).await);
        assert_eq!(redis.exists(key).await, 0);
    })
    .await;
}

#[tokio::test]
async fn expiries_obey_their_option() {
    let server = Server::shared();
    if server.predates("EXPIRE NX", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(server, async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, 1).await;

        assert!(!redis.expire_options(key, 100, ExpireOption::XX).await);
        assert!(redis.expire_options(key, 100, ExpireOption::NX).await);
        assert!(!redis.pexpire_options(key, 1_000, ExpireOption::GT).await);
        assert!(redis.pexpire_options(key, 50_000, ExpireOption::LT).await);
        assert!(redis.expire_at_options(key, 4_000_000_000, ExpireOption::GT).await);
        assert_eq!(redis.expire_time(key).await, IntegerReplyOrNoOp::IntegerReply(4_000_000_000));
        assert!(redis.pexpire_at_options(key, 3_900_000_000_000, ExpireOption::NONE).await);
        assert_eq!(redis.pexpire_time(key).await, IntegerReplyOrNoOp::IntegerReply(3_900_000_000_000));
    })
    .await;
}

#[tokio::test]
async fn a_scan_finds_every_key_once_it_is_through() {
    both(Server::shared(), async |redis, keys| {
        for n in 0..30 {
            redis.set(keys.key(&n.to_string()), n).await;
        }
        redis.hset(keys.key("hash"), "f", "v").await;
        let options = ScanOptions::default().with_pattern(keys.pattern()).with_count(100).with_type("string");

        let (mut cursor, mut found) = (0, std::collections::BTreeSet::new());
        loop {
            let (next, some) = redis.scan_step(cursor, options.clone()).await;
            found.extend(some);
            cursor = next;
            if cursor == 0 {
                break;
            }
        }

        assert_eq!(found.len(), 30);
    })
    .await;
}

#[tokio::test]
async fn a_dumped_value_is_restored() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        redis.set(a, "value").await;
        let dump = redis.dump(a).await.unwrap();
        assert_eq!(redis.dump(b).await, None);

        redis.restore(b, &dump, RestoreOptions::default()).await;
        assert_eq!(redis.restore(b, &dump, RestoreOptions::default()).code().await, "BUSYKEY");
        let options = RestoreOptions::default().replace().expire_after(Duration::from_secs(100));
        redis.restore(b, &dump, options.idle_time(Duration::from_secs(60))).await;

        assert!(redis.object_idletime(b).await.unwrap() >= 60);
        assert_eq!(redis.get(b).await.as_deref(), Some("value"));
        assert!(matches!(redis.ttl(b).await, IntegerReplyOrNoOp::IntegerReply(_)));
    })
    .await;
}

#[tokio::test]
async fn values_are_sorted_by_other_keys() {
    both(Server::shared(), async |redis, keys| {
        let (list, out) = (&keys.key("list"), &keys.key("out"));
        redis.rpush(list, ["3", "1", "2"].as_slice()).await;
        for n in 1..=3 {
            redis.set(keys.key(&format!("name{n}")), format!("n{n}")).await;
        }
        let names = SortOptions::default().get("#").get(keys.key("name*")).descending();

        assert_eq!(redis.sort(list, SortOptions::default()).await, ["1", "2", "3"]);
        assert_eq!(redis.sort(list, names).await, ["3", "n3", "2", "n2", "1", "n1"]);
        assert_eq!(redis.sort(list, SortOptions::default().alpha().limit(1, 1)).await, ["2"]);
        assert_eq!(redis.sort_store(list, out, SortOptions::default()).await, 3);
        assert_eq!(redis.lrange(out, 0, -1).await, ["1", "2", "3"]);
    })
    .await;
}

#[tokio::test]
async fn values_are_sorted_without_writing() {
    if Server::shared().lacks("SORT_RO") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        redis.rpush(keys.key("list"), ["b", "a"].as_slice()).await;

        assert_eq!(redis.sort_ro(keys.key("list"), SortOptions::default().alpha()).await, ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn objects_tell_how_they_are_kept() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("k"), &keys.key("absent"));
        redis.set(key, 7).await;

        assert_eq!(redis.object_encoding(key).await.as_deref(), Some("int"));
        assert!(redis.object_refcount(key).await.unwrap() >= 1);
        assert!(redis.object_idletime(key).await.unwrap() < 60);
        assert_eq!(redis.object_freq(key).code().await, "ERR");
        assert_eq!(redis.object_encoding(absent).await, None);
        assert_eq!(redis.object_idletime(absent).await, None);
    })
    .await;
}

#[tokio::test]
async fn keys_move_to_another_database_and_another_server() {
    let (here, there) = (Server::start(Options::new()), Server::start(Options::new()));
    both(&here, async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        redis.mset(&[(a, 1), (b, 2)]).await;

        assert!(redis.move_key(a, 5).await);
        assert!(!redis.move_key(a, 5).await);
        let limit = Duration::from_secs(5);
        let options = MigrateOptions::default().copy().replace();
        let told = redis.migrate("127.0.0.1", there.port(), [a, b].as_slice(), 0, limit, options).await;
        let absent = redis.migrate("127.0.0.1", there.port(), a, 0, limit, MigrateOptions::default()).await;

        assert_eq!((told.as_str(), absent.as_str()), ("OK", "NOKEY"));
        assert_eq!(there.command(&["GET", b]).text(), "2");
    })
    .await;
}

#[tokio::test]
async fn a_wait_for_no_replica_ends_in_time() {
    both(Server::shared(), async |redis, keys| {
        redis.set(keys.key("k"), 1).await;

        assert_eq!(redis.wait(0, Duration::from_millis(1)).await, 0);
        assert_eq!(redis.wait(1, Duration::from_micros(1)).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_wait_for_the_append_only_file_tells_both_counts() {
    if Server::shared().lacks("WAITAOF") {
        return;
    }
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.waitaof(0, 0, Duration::from_millis(1)).await, (0, 0));
        assert_eq!(redis.waitaof(1, 0, Duration::from_millis(1)).code().await, "ERR");
    })
    .await;
}
