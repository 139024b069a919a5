//! Any bytes, none, and many: what goes in comes out, whatever its size.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::slice;

use bytes::Bytes;
use redlane::commands::native::*;
use redlane::commands::types::{LexBound, ScanOptions};
use redlane::error::{ErrorKind, Failure};
use redlane_resp::error::ConversionError;
use redlane_resp::value::Value;
use redlane_test_support::{Options, Server};

use super::wire::both;

/// Every byte there is.
fn all_bytes() -> Vec<u8> {
    (0..=u8::MAX).collect()
}

/// So many bytes, with a pattern that tells a shifted or swapped piece.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// A key that holds every byte.
fn binary(key: String) -> Vec<u8> {
    [key.into_bytes(), all_bytes()].concat()
}

#[tokio::test]
async fn keys_and_values_may_hold_any_byte() {
    both(Server::shared(), async |redis, keys| {
        let (key, value) = (&binary(keys.key("k")), &all_bytes());

        redis.set(key, value).await;

        assert_eq!(redis.get(key).read_as::<Vec<u8>>().await, *value);
        assert_eq!(redis.get(key).read_as::<Bytes>().await, *value);
        assert_eq!(redis.getrange(key, 250, 255).read_as::<Vec<u8>>().await, value[250..]);
        assert_eq!(redis.keys(keys.pattern()).read_as::<Vec<Vec<u8>>>().await, slice::from_ref(key));
        let (mut cursor, mut found) = (0, Vec::new());
        loop {
            let options = ScanOptions::default().with_pattern(keys.pattern()).with_count(1_000);
            let (next, some): (u64, Vec<Vec<u8>>) = redis.scan_step(cursor, options).read_as().await;
            found.extend(some);
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(found, slice::from_ref(key));
    })
    .await;
}

#[tokio::test]
async fn every_single_byte_is_a_key_and_a_value_of_its_own() {
    both(Server::shared(), async |redis, keys| {
        let key = |byte| [keys.key("k").as_bytes(), &[byte]].concat();
        let pairs: Vec<(Vec<u8>, [u8; 1])> =
            all_bytes().into_iter().map(|byte| (key(byte), [byte])).collect();
        let names: Vec<&[u8]> = pairs.iter().map(|(key, _)| key.as_slice()).collect();

        redis.mset(&pairs.iter().map(|(key, value)| (key, value.as_slice())).collect::<Vec<_>>()).await;

        assert_eq!(redis.mget(names).read_as::<Vec<Vec<u8>>>().await.concat(), all_bytes());
    })
    .await;
}

#[tokio::test]
async fn fields_elements_and_members_may_hold_any_byte() {
    both(Server::shared(), async |redis, keys| {
        let value = &all_bytes();
        let [hash, list, set, zset] = &["h", "l", "s", "z"].map(|name| binary(keys.key(name)));

        redis.hset(hash, value, value).await;
        redis.rpush(list, value).await;
        redis.sadd(set, value).await;
        redis.zadd(zset, value, 1.5).await;

        let map: HashMap<Vec<u8>, Vec<u8>> = redis.hgetall(hash).read_as().await;
        assert_eq!(map, HashMap::from([(value.clone(), value.clone())]));
        assert_eq!(redis.hget(hash, value).read_as::<Option<Vec<u8>>>().await.as_ref(), Some(value));
        assert_eq!(redis.lrange(list, 0, -1).read_as::<Vec<Vec<u8>>>().await, slice::from_ref(value));
        assert_eq!(redis.smembers(set).read_as::<HashSet<Vec<u8>>>().await, HashSet::from([value.clone()]));
        let scored: Vec<(Vec<u8>, f64)> = redis.zrange_withscores(zset, 0, -1).read_as().await;
        assert_eq!(scored, [(value.clone(), 1.5)]);
        let (from, to) = (LexBound::including(value), LexBound::Highest);
        assert_eq!(redis.zrangebylex(zset, from, to).read_as::<Vec<Vec<u8>>>().await, slice::from_ref(value));
        let popped: Option<(Vec<u8>, Vec<u8>)> = redis.blpop(list, 1.0).read_as().await;
        assert_eq!(popped, Some((list.clone(), value.clone())));
    })
    .await;
}

#[tokio::test]
async fn keys_and_values_may_be_empty() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        redis.set("", "").await;
        redis.hset(keys.key("h"), "", "").await;
        redis.rpush(keys.key("l"), "").await;
        redis.sadd(keys.key("s"), "").await;
        redis.zadd(keys.key("z"), "", 0).await;

        assert_eq!(redis.get("").await, Some(String::new()));
        assert_eq!(redis.get("").read_as::<Option<Vec<u8>>>().await, Some(Vec::new()));
        assert_eq!(redis.exists("").await, 1);
        assert_eq!(redis.hgetall(keys.key("h")).await, HashMap::from([(String::new(), String::new())]));
        assert_eq!(redis.lrange(keys.key("l"), 0, -1).await, [""]);
        assert_eq!(redis.smembers(keys.key("s")).await, HashSet::from([String::new()]));
        assert_eq!(redis.zrange_withscores(keys.key("z"), 0, -1).await, [(String::new(), 0.0)]);
    })
    .await;
}

#[tokio::test]
async fn a_value_that_is_no_text_is_told_with_its_bytes() {
    both(Server::shared(), async |redis, keys| {
        let (small, large) = (&keys.key("small"), &keys.key("large"));
        let long = [b"hunter2".as_slice(), &bytes(100_000)].concat();
        redis.mset(&[(small, b"\xff\x00hunter2".as_slice()), (large, &long)]).await;

        for (key, value) in [(small, b"\xff\x00hunter2".as_slice()), (large, &long)] {
            let error = redis.get(key).error().await;

            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Conversion, false));
            let Failure::Conversion(ConversionError::Utf8 { bytes }) = error.failure() else {
                panic!("{error:?}")
            };
            assert_eq!(bytes, value);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "it shows no payload");
        }
        let error = redis.mget([small, large].as_slice()).error().await;
        assert_eq!(error.kind(), ErrorKind::Conversion);
        assert_eq!(redis.get(small).read_as::<Vec<u8>>().await, b"\xff\x00hunter2", "the connection goes on");
    })
    .await;
}

#[tokio::test]
async fn a_reply_of_another_type_is_told_and_harms_nobody() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        redis.set(key, "300").await;

        assert_eq!(redis.get(key).read_as::<u8>().error().await.kind(), ErrorKind::Conversion);
        assert_eq!(redis.get(key).read_as::<Vec<Vec<String>>>().error().await.kind(), ErrorKind::Conversion);
        assert_eq!(
            redis.get(key).read_as::<HashMap<String, i64>>().error().await.kind(),
            ErrorKind::Conversion
        );
        assert_eq!(redis.strlen(key).read_as::<(u8, u8)>().error().await.kind(), ErrorKind::Conversion);
        let absent = redis.get(keys.key("absent")).read_as::<u64>();
        assert_eq!(absent.error().await.kind(), ErrorKind::Conversion);
        assert_eq!(redis.get(key).read_as::<u16>().await, 300);
    })
    .await;
}

#[tokio::test]
async fn a_value_of_a_mebibyte_comes_back_whole() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let (value, text) = (bytes(1 << 20), "Lanes of glass, ".repeat(1 << 16));

        redis.set(key, &value).await;
        assert_eq!(redis.strlen(key).await, 1 << 20);
        assert!(redis.get(key).read_as::<Vec<u8>>().await == value);
        assert!(redis.get(key).read_as::<Bytes>().await == value);
        redis.set(key, Bytes::from(value)).await;
        assert_eq!(redis.append(key, "!").await, (1 << 20) + 1);
        redis.set(key, &text).await;
        assert!(redis.get(key).await == Some(text));
    })
    .await;
}

#[tokio::test]
async fn arguments_of_every_size_keep_their_places() {
    /// Around what a command keeps inline, what becomes a segment of its own, and what a read block holds.
    const SIZES: [usize; 14] =
        [0, 1, 100, 191, 192, 193, 8_191, 8_192, 16_383, 16_384, 16_385, 65_535, 65_536, 300_000];
    both(Server::shared(), async |redis, keys| {
        let list = &keys.key("l");
        let values: Vec<Vec<u8>> = SIZES.iter().map(|size| bytes(*size)).collect();

        assert_eq!(redis.rpush(list, &values).await, SIZES.len());
        assert!(redis.lrange(list, 0, -1).read_as::<Vec<Vec<u8>>>().await == values);
        let shared: Vec<Bytes> = values.iter().rev().map(|value| Bytes::copy_from_slice(value)).collect();
        assert_eq!(redis.lpush(list, &shared).await, 2 * SIZES.len());
        assert!(redis.lrange(list, 0, 13).read_as::<Vec<Vec<u8>>>().await == values);
        for value in &values {
            assert!(redis.echo(value).read_as::<Vec<u8>>().await == *value);
        }
        let key = [list.as_bytes(), &bytes(20_000)].concat();
        redis.set(&key, "long key").await;
        assert_eq!(redis.get(&key).await.as_deref(), Some("long key"));
    })
    .await;
}

#[tokio::test]
async fn large_values_of_several_callers_are_not_mixed() {
    both(Server::shared(), async |redis, keys| {
        let [a, b, c, d] = &["a", "b", "c", "d"].map(|name| keys.key(name));
        let set = async |key: &String, length: usize| redis.set(key, vec![key.as_bytes()[0]; length]).await;
        tokio::join!(set(a, 300_000), set(b, 10), set(c, 70_000), set(d, 20_000));
        let get = async |key: &String| redis.get(key).read_as::<Vec<u8>>().await.len();

        for _ in 0..10 {
            assert_eq!(tokio::join!(get(a), get(b), get(c), get(d)), (300_000, 10, 70_000, 20_000));
        }
    })
    .await;
}

#[tokio::test]
async fn a_thousand_elements_are_read() {
    both(Server::shared(), async |redis, keys| {
        let [hash, list, set, zset] = &["h", "l", "s", "z"].map(|name| keys.key(name));
        let names: Vec<String> = (0..1_000).map(|n| keys.key(&format!("k{n:03}"))).collect();
        let pairs: Vec<(&str, usize)> = names.iter().enumerate().map(|(n, key)| (key.as_str(), n)).collect();
        let scored: Vec<(usize, &str)> = pairs.iter().map(|(name, n)| (*n, *name)).collect();

        redis.mset(&pairs).await;
        redis.hset_multiple(hash, &pairs).await;
        redis.rpush(list, &names).await;
        redis.sadd(set, &names).await;
        redis.zadd_multiple(zset, &scored).await;

        let numbers: Vec<usize> = (0..1_000).collect();
        assert_eq!(redis.mget(&names).read_as::<Vec<usize>>().await, numbers);
        let fields: BTreeMap<String, usize> = redis.hgetall(hash).read_as().await;
        assert!(fields.into_iter().eq(names.iter().cloned().zip(numbers)));
        assert_eq!(redis.hgetall(hash).await.len(), 1_000);
        assert_eq!(redis.lrange(list, 0, -1).await, names);
        assert_eq!(redis.smembers(set).await, names.iter().cloned().collect());
        let read = redis.zrange_withscores(zset, 0, -1).await;
        assert!(read.into_iter().eq(names.iter().cloned().zip((0..1_000).map(f64::from))));
        assert_eq!(redis.del(&names).await, 1_000);
    })
    .await;
}

#[tokio::test]
async fn a_command_of_fifty_thousand_arguments_is_sent() {
    both(Server::shared(), async |redis, keys| {
        let elements: Vec<u32> = (0..50_000).collect();

        assert_eq!(redis.rpush(keys.key("l"), &elements).await, 50_000);

        assert!(redis.lrange(keys.key("l"), 0, -1).read_as::<Vec<u32>>().await == elements);
    })
    .await;
}

#[tokio::test]
async fn a_reply_may_be_nested() {
    both(Server::shared(), async |redis, _| {
        let script = format!("return {}1{}", "{".repeat(60), "}".repeat(60));

        let mut value = redis.eval(script, [""; 0].as_slice(), [""; 0].as_slice()).await;

        let mut depth = 0;
        while let Value::Array(mut elements) = value {
            value = elements.remove(0);
            depth += 1;
        }
        assert_eq!((depth, value), (60, Value::Integer(1)));
    })
    .await;
}
