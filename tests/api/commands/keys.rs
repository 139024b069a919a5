//! Keys of any type.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use redlane::commands::native::{
    BlockingCommands, HashesCommands, KeysCommands, ListsCommands, SetsCommands, StringsCommands,
};
use redlane::commands::types::{
    CopyOptions, ExpireOption, IntegerReplyOrNoOp, MigrateOptions, RestoreOptions, ScanOptions, SortOptions,
    ValueType,
};
use redlane_test_support::{Options, Server};

use super::wire::both;

use IntegerReplyOrNoOp::{ExistsButNotRelevant, IntegerReply, NotExists};

#[tokio::test]
async fn keys_are_counted_and_deleted() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, c) = (&keys.key("a"), &keys.key("b"), &keys.key("c"));
        redis.mset(&[(a, 1), (b, 2)]).await;

        assert!(redis.exists(a).read_as::<bool>().await);
        assert_eq!(redis.exists([a, b, a, c].as_slice()).await, 3);
        assert_eq!(redis.exists(c).await, 0);
        assert_eq!(redis.touch([a, c].as_slice()).await, 1);
        let mut found = redis.keys(keys.pattern()).await;
        found.sort();
        assert_eq!(found, [a.as_str(), b]);
        assert!(redis.randomkey().await.is_some());
        assert_eq!(redis.unlink([a, c].as_slice()).await, 1);
        assert_eq!(redis.del([a, b].as_slice()).await, 1);
        assert!(redis.keys(keys.pattern()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_has_no_key_to_give() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| assert_eq!(redis.randomkey().await, None)).await;
}

#[tokio::test]
async fn the_type_of_a_value_is_named() {
    both(Server::shared(), async |redis, keys| {
        redis.set(keys.key("string"), 1).await;
        redis.rpush(keys.key("list"), 1).await;
        redis.sadd(keys.key("set"), 1).await;
        redis.hset(keys.key("hash"), 1, 1).await;
        Server::shared().command(&["ZADD", &keys.key("zset"), "1", "a"]);
        Server::shared().command(&["XADD", &keys.key("stream"), "*", "a", "b"]);

        for expected in [
            ValueType::String,
            ValueType::List,
            ValueType::Set,
            ValueType::Hash,
            ValueType::ZSet,
            ValueType::Stream,
            ValueType::None,
        ] {
            assert_eq!(redis.key_type(keys.key(expected.name())).await, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn keys_are_renamed_and_copied() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, c) = (&keys.key("a"), &keys.key("b"), &keys.key("c"));
        redis.mset(&[(a, 1), (b, 2)]).await;

        assert!(!redis.rename_nx(a, b).await);
        redis.rename(a, c).await;
        assert!(redis.rename_nx(c, a).await);
        assert_eq!(redis.rename(c, a).code().await, "ERR");
        assert_eq!(redis.rename_nx(c, a).code().await, "ERR");
        assert!(!redis.copy(a, b, CopyOptions::default()).await);
        assert!(redis.copy(a, b, CopyOptions::default().replace(true)).await);
        assert!(!redis.copy(c, a, CopyOptions::default().replace(true)).await);
        assert!(redis.copy(a, a, CopyOptions::default().db(1)).await);
        assert!(!redis.copy(a, a, CopyOptions::default().db("1")).await);
        assert_eq!(redis.mget([a, b].as_slice()).read_as::<Vec<u8>>().await, [1, 1]);
    })
    .await;
}

#[tokio::test]
async fn keys_expire_when_they_are_told() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("k"), &keys.key("absent"));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
        redis.set(key, 1).await;

        assert_eq!((redis.ttl(absent).await, redis.pttl(absent).await), (NotExists, NotExists));
        assert_eq!(
            (redis.ttl(key).await, redis.pttl(key).await),
            (ExistsButNotRelevant, ExistsButNotRelevant)
        );
        assert!(redis.expire(key, 100).await);
        assert!(matches!(redis.ttl(key).await, IntegerReply(90..=100)));
        assert!(redis.pexpire(key, 200_000).await);
        assert!(matches!(redis.pttl(key).await, IntegerReply(190_000..=200_000)));
        assert!(redis.expire_after(key, Duration::from_micros(300_499_001)).await);
        assert!(matches!(redis.pttl(key).await, IntegerReply(300_000..=300_500)));
        assert!(redis.expire_at(key, now + 1_000).await);
        assert!(matches!(redis.ttl(key).await, IntegerReply(990..=1_000)));
        assert!(redis.pexpire_at(key, (now + 2_000) * 1_000).await);
        assert!(matches!(redis.ttl(key).await, IntegerReply(1_990..=2_000)));
        assert!(redis.persist(key).await);
        assert!(!redis.persist(key).await);
        assert!(redis.expire_after(key, Duration::ZERO).await);
        assert_eq!(redis.exists(key).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_not_there_cannot_expire() {
    both(Server::shared(), async |redis, keys| {
        let absent = &keys.key("absent");

        assert!(!redis.expire(absent, 100).await);
        assert!(!redis.pexpire(absent, 100).await);
        assert!(!redis.expire_after(absent, Duration::from_secs(1)).await);
        assert!(!redis.expire_at(absent, 4_000_000_000).await);
        assert!(!redis.pexpire_at(absent, 4_000_000_000_000).await);
        assert!(!redis.persist(absent).await);
    })
    .await;
}

#[tokio::test]
async fn an_expiry_in_the_past_deletes_the_key() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");

        redis.set(key, 1).await;
        assert!(redis.expire(key, -1).await);
        assert_eq!(redis.exists(key).await, 0);
        redis.set(key, 1).await;
        assert!(redis.pexpire(key, 0).await);
        assert_eq!(redis.exists(key).await, 0);
        redis.set(key, 1).await;
        assert!(redis.expire_at(key, 1).await);
        assert_eq!(redis.exists(key).await, 0);
        redis.set(key, 1).await;
        assert!(redis.pexpire_at(key, 1).await);
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
        assert!(!redis.expire_at_options(key, 4_000_000_000, ExpireOption::NX).await);
        assert!(redis.pexpire_at_options(key, 3_900_000_000_000, ExpireOption::NONE).await);
        assert!(!redis.pexpire_at_options(keys.key("absent"), 3_900_000_000_000, ExpireOption::NONE).await);
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_key_is_told() {
    let server = Server::shared();
    if server.lacks("EXPIRETIME") {
        return;
    }
    both(server, async |redis, keys| {
        let (key, absent) = (&keys.key("k"), &keys.key("absent"));
        redis.set(key, 1).await;
        assert_eq!(redis.expire_time(key).await, ExistsButNotRelevant);
        assert_eq!(redis.pexpire_time(key).await, ExistsButNotRelevant);

        redis.pexpire_at(key, 3_900_000_000_123).await;

        assert_eq!(redis.expire_time(key).await, IntegerReply(3_900_000_000));
        assert_eq!(redis.pexpire_time(key).await, IntegerReply(3_900_000_000_123));
        assert_eq!(redis.expire_time(absent).await, NotExists);
        assert_eq!(redis.pexpire_time(absent).await, NotExists);
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
        let options = ScanOptions::default().with_pattern(keys.pattern()).with_count(7).with_type("string");

        let (mut cursor, mut found) = (0, BTreeSet::new());
        loop {
            let (next, some) = redis.scan_step(cursor, options.clone()).await;
            found.extend(some);
            cursor = next;
            if cursor == 0 {
                break;
            }
        }

        assert_eq!(found, (0..30).map(|n: u8| keys.key(&n.to_string())).collect());
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
        assert_eq!(redis.ttl(b).await, ExistsButNotRelevant);
        assert_eq!(redis.restore(b, &dump, RestoreOptions::default()).code().await, "BUSYKEY");
        let again = RestoreOptions::default().replace();
        let after = again.expire_after(Duration::from_secs(100)).idle_time(Duration::from_secs(60));
        redis.restore(b, &dump, after).await;

        assert!(redis.object_idletime(b).await.unwrap() >= 60);
        assert_eq!(redis.get(b).await.as_deref(), Some("value"));
        assert!(matches!(redis.ttl(b).await, IntegerReply(90..=100)));
        redis.restore(b, &dump, again.expire_at(SystemTime::now() + Duration::from_secs(50))).await;
        assert!(matches!(redis.ttl(b).await, IntegerReply(40..=50)));
        assert_eq!(redis.restore(b, "no dump", again).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn values_are_sorted() {
    both(Server::shared(), async |redis, keys| {
        let (list, out, absent) = (&keys.key("list"), &keys.key("out"), &keys.key("absent"));
        redis.rpush(list, ["3", "10", "2"].as_slice()).await;

        assert_eq!(redis.sort(list, SortOptions::default()).await, ["2", "3", "10"]);
        assert_eq!(redis.sort(list, SortOptions::default().alpha()).await, ["10", "2", "3"]);
        assert_eq!(redis.sort(list, SortOptions::default().descending()).await, ["10", "3", "2"]);
        assert_eq!(redis.sort(list, SortOptions::default().limit(1, 1)).await, ["3"]);
        assert_eq!(redis.sort(list, SortOptions::default().limit(1, -1)).await, ["3", "10"]);
        assert!(redis.sort(absent, SortOptions::default()).await.is_empty());
        assert_eq!(redis.sort_store(list, out, SortOptions::default()).await, 3);
        assert_eq!(redis.lrange(out, 0, -1).await, ["2", "3", "10"]);
        assert_eq!(redis.sort_store(absent, out, SortOptions::default()).await, 0);
        assert_eq!(redis.exists(out).await, 0);
        redis.rpush(list, "word").await;
        assert_eq!(redis.sort(list, SortOptions::default()).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn values_are_sorted_by_other_keys_and_give_others() {
    both(Server::shared(), async |redis, keys| {
        let list = &keys.key("list");
        redis.rpush(list, ["1", "2", "3"].as_slice()).await;
        for (n, weight) in [(1, 30), (2, 10), (3, 20)] {
            redis.set(keys.key(&format!("weight{n}")), weight).await;
        }
        redis.set(keys.key("name2"), "two").await;
        let by = SortOptions::default().by(keys.key("weight*"));
        let names = by.clone().get("#").get(keys.key("name*"));

        assert_eq!(redis.sort(list, by).await, ["2", "3", "1"]);
        let read: Vec<Option<String>> = redis.sort(list, names).read_as().await;
        let read: Vec<Option<&str>> = read.iter().map(Option::as_deref).collect();
        assert_eq!(read, [Some("2"), Some("two"), Some("3"), None, Some("1"), None]);
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
        assert!(redis.sort_ro(keys.key("absent"), SortOptions::default()).await.is_empty());
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
        assert_eq!(redis.object_refcount(absent).await, None);
        assert_eq!(redis.object_idletime(absent).await, None);
        assert_eq!(redis.object_freq(absent).await, None);
    })
    .await;
}

#[tokio::test]
async fn objects_tell_how_often_they_are_used() {
    let server = Server::start(Options::new().set("maxmemory-policy", "allkeys-lfu"));
    both(&server, async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, 7).await;
        let dump = redis.dump(key).await.unwrap();

        redis.restore(key, &dump, RestoreOptions::default().replace().frequency(200)).await;

        assert_eq!(redis.object_freq(key).await, Some(200));
        assert_eq!(redis.object_idletime(key).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn keys_move_to_another_database() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, 1).await;

        assert!(redis.move_key(key, 5).await);
        assert!(!redis.move_key(key, 5).await);
        redis.set(key, 2).await;
        assert!(!redis.move_key(key, 5).await);
        assert_eq!(redis.move_key(key, 99).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn keys_move_to_another_server() {
    let (here, there) = (Server::start(Options::new()), Server::start(Options::new()));
    both(&here, async |redis, keys| {
        let (a, b, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("absent"));
        redis.mset(&[(a, 1), (b, 2)]).await;
        let limit = Duration::from_secs(5);
        let copy = MigrateOptions::default().copy();

        let told = redis.migrate("127.0.0.1", there.port(), [a, b].as_slice(), 0, limit, copy.clone()).await;
        assert_eq!(told, "OK");
        assert_eq!((redis.exists(b).await, there.command(&["GET", b]).text()), (1, "2".to_owned()));
        let busy = redis.migrate("127.0.0.1", there.port(), a, 0, limit, copy);
        assert_eq!(busy.code().await, "ERR");
        let moved = MigrateOptions::default().replace();
        assert_eq!(redis.migrate("127.0.0.1", there.port(), a, 3, limit, moved).await, "OK");
        assert_eq!(redis.exists(a).await, 0);
        let none = redis.migrate("127.0.0.1", there.port(), absent, 0, limit, MigrateOptions::default());
        assert_eq!(none.await, "NOKEY");
    })
    .await;
}

#[tokio::test]
async fn keys_move_to_a_server_that_wants_a_password() {
    let here = Server::start(Options::new());
    let there = Server::start(Options::new().line("user ada on >lovelace ~* +@all").password("hunter2"));
    both(&here, async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, 1).await;
        let limit = Duration::from_secs(5);
        let copy = MigrateOptions::default().copy().replace();

        let wrong = copy.clone().password("wrong");
        let refused = redis.migrate("127.0.0.1", there.port(), key, 0, limit, wrong).error().await;
        assert!(refused.to_string().contains("WRONGPASS"), "{refused}");
        let password = copy.clone().password("hunter2");
        assert_eq!(redis.migrate("127.0.0.1", there.port(), key, 0, limit, password).await, "OK");
        let user = copy.user("ada", "lovelace");
        assert_eq!(redis.migrate("127.0.0.1", there.port(), key, 0, limit, user).await, "OK");
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
    let server = Server::start(Options::new().set("appendonly", "yes"));
    if server.lacks("WAITAOF") {
        return;
    }
    both(&server, async |redis, keys| {
        redis.set(keys.key("k"), 1).await;

        assert_eq!(redis.waitaof(1, 0, Duration::from_secs(5)).await, (1, 0));
        assert_eq!(redis.waitaof(0, 1, Duration::from_millis(1)).await, (1, 0));
        assert_eq!(redis.waitaof(2, 0, Duration::from_millis(1)).code().await, "ERR");
    })
    .await;
}
