//! Each rule by the tree and by the bytes; the texts are those that redis-rs 1.8.1 gives.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::compat::error::RedisError;
use crate::compat::value::parse_redis_value;

/// Reads a reply both ways, which must agree.
fn read<T: FromRedisValue + PartialEq + Debug>(bytes: &[u8]) -> Result<T, RedisError> {
    let by_tree = parse_redis_value(bytes)
        .and_then(Value::extract_error)
        .and_then(|value| T::from_redis_value(value).map_err(RedisError::from));
    let by_ref = parse_redis_value(bytes)
        .and_then(Value::extract_error)
        .and_then(|value| T::from_redis_value_ref(&value).map_err(RedisError::from));
    let by_bytes = read_command_reply::<T>(Reply::from_frame(Bytes::copy_from_slice(bytes)));
    assert_eq!(by_tree.as_ref().ok(), by_bytes.as_ref().ok(), "{}", bytes.escape_ascii());
    assert_eq!(by_tree.as_ref().ok(), by_ref.as_ref().ok(), "{}", bytes.escape_ascii());
    let text = |result: &Result<T, RedisError>| result.as_ref().err().map(RedisError::to_string);
    assert_eq!(text(&by_tree), text(&by_bytes));
    by_bytes
}

fn fails<T: FromRedisValue + PartialEq + Debug>(bytes: &str) -> String {
    read::<T>(bytes.as_bytes()).unwrap_err().to_string()
}

fn reads<T: FromRedisValue + PartialEq + Debug>(bytes: &str, expected: T) {
    assert_eq!(read::<T>(bytes.as_bytes()).unwrap(), expected, "{bytes:?}");
}

#[test]
fn numbers_come_from_integers_texts_and_doubles() {
    reads(":-7\r\n", -7_i64);
    reads("$2\r\n42\r\n", 42_u8);
    reads("+42\r\n", 42_u128);
    reads(",2.9\r\n", 2_i32);
    reads(",2.5\r\n", 2.5_f64);
    reads(":3\r\n", 3.0_f32);
    reads("$4\r\n-1.5\r\n", -1.5_f64);
    reads("|1\r\n+a\r\n:1\r\n:7\r\n", 7_u16);
}

#[test]
fn a_number_that_does_not_fit_is_an_error_and_never_wraps() {
    assert_eq!(
        fails::<u64>(":-1\r\n"),
        "Incompatible type - \"Could not convert from integer.\" (value was int(-1))"
    );
    assert!(read::<u8>(b":256\r\n").is_err());
    assert!(read::<i64>(b",9223372036854775808\r\n").is_err());
    assert!(read::<u8>(b",-1\r\n").is_err());
    assert!(read::<i32>(b",nan\r\n").is_err());
    reads(",-9223372036854775808\r\n", i64::MIN);
    assert!(read::<i8>(b"$3\r\n128\r\n").is_err());
}

#[test]
fn a_wrong_type_is_named_with_its_value() {
    assert_eq!(
        fails::<i64>("$-1\r\n"),
        "Incompatible type - \"Response type not convertible to numeric.\" (value was nil)"
    );
    assert_eq!(
        fails::<i64>("$3\r\nabc\r\n"),
        "Incompatible type - \"Could not convert from string.\" (value was bulk-string('\"abc\"'))"
    );
    assert_eq!(
        fails::<String>("*0\r\n"),
        "Incompatible type - \"Response type not string compatible.\" (value was array([]))"
    );
    assert_eq!(
        fails::<Vec<u8>>(":1\r\n"),
        "Incompatible type - \"Response type not vector compatible.\" (value was int(1))"
    );
    assert_eq!(
        fails::<bool>("$2\r\nno\r\n"),
        "Incompatible type - \"Response type not bool compatible.\" (value was bulk-string('\"no\"'))"
    );
    assert_eq!(
        fails::<(i32, i32)>("*1\r\n:1\r\n"),
        "Incompatible type - \"Array response of wrong dimension\" (value was array([int(1)]))"
    );
    assert_eq!(
        fails::<HashMap<String, String>>("*1\r\n:1\r\n"),
        "Incompatible type - \"Response type not map compatible\" (value was array([int(1)]))"
    );
    assert_eq!(
        fails::<[i32; 2]>("*1\r\n:1\r\n"),
        "Incompatible type - \"Response has wrong dimension, expected 2, got 1\" (value was array([int(1)]))"
    );
    assert_eq!(
        fails::<Vec<(i32, i32)>>("*3\r\n:1\r\n:2\r\n:3\r\n"),
        "Incompatible type - Vector with length 3 doesn't have arity of 2"
    );
}

#[test]
fn text_that_is_no_utf8_is_an_error_and_bytes_are_not() {
    let error = read::<String>(b"$2\r\n\xff\xfe\r\n").unwrap_err();

    assert_eq!(
        error.to_string(),
        "Incompatible type - Cannot convert from UTF-8: invalid utf-8 sequence of 1 bytes from index 0"
    );
    assert_eq!(read::<Vec<u8>>(b"$2\r\n\xff\xfe\r\n").unwrap(), [0xff, 0xfe]);
    assert_eq!(read::<Bytes>(b"$2\r\n\xff\xfe\r\n").unwrap(), &b"\xff\xfe"[..]);
}

#[test]
fn a_long_text_is_read_whole() {
    let text = "x".repeat(100_000);
    let reply = format!("${}\r\n{text}\r\n", text.len());

    reads(&reply, text.clone());
    reads(&reply, text.clone().into_bytes());
    reads(&reply, Some(Bytes::from(text)));
    let mut broken = reply.into_bytes();
    broken[500] = 0xff;
    assert!(read::<String>(&broken).is_err());
}

#[test]
fn nil_is_empty_false_or_none_and_an_error_elsewhere() {
    reads("$-1\r\n", Vec::<u8>::new());
    reads("*-1\r\n", Vec::<String>::new());
    reads("_\r\n", HashMap::<String, String>::new());
    reads("$-1\r\n", HashSet::<String>::new());
    reads("$-1\r\n", false);
    reads("$-1\r\n", None::<String>);
    reads("$-1\r\n", ());
    assert!(read::<String>(b"$-1\r\n").is_err());
    assert!(read::<(i32,)>(b"$-1\r\n").is_err());
}

#[test]
fn texts_come_from_whatever_can_be_spelled() {
    reads("+OK\r\n", "OK".to_owned());
    reads("+PONG\r\n", "PONG".to_owned());
    reads(":-12\r\n", "-12".to_owned());
    reads(",2.5\r\n", "2.5".to_owned());
    reads("=7\r\ntxt:abc\r\n", "abc".to_owned());
    reads("+OK\r\n", true);
    reads("+1\r\n", true);
    reads("$1\r\n0\r\n", false);
    reads("#t\r\n", true);
    reads("+OK\r\n", c"OK".to_owned());
}

#[test]
fn lists_come_from_lists_sets_single_strings_and_maps() {
    reads("*2\r\n:1\r\n:2\r\n", vec![1, 2]);
    reads("~2\r\n:1\r\n:2\r\n", vec![1_u8, 2]);
    reads("$2\r\n12\r\n", vec![12]);
    reads("$2\r\n12\r\n", b"12".to_vec());
    reads("*2\r\n$1\r\na\r\n$-1\r\n", vec![Some("a".to_owned()), None]);
    reads("%1\r\n+a\r\n:1\r\n", vec![("a".to_owned(), 1)]);
    reads("%1\r\n+a\r\n:1\r\n", vec![HashMap::from([("a".to_owned(), 1)])]);
    reads("*2\r\n:1\r\n:2\r\n", [1, 2]);
    reads("*2\r\n:1\r\n:2\r\n", Arc::<[i32]>::from([1, 2]));
    reads("*2\r\n:1\r\n:2\r\n", Box::new(vec![Box::new(1), Box::new(2)]));
}

#[test]
fn tuples_come_one_by_one_or_from_a_flat_list() {
    reads("*2\r\n+a\r\n:1\r\n", ("a".to_owned(), 1));
    reads("%1\r\n+a\r\n:1\r\n", ("a".to_owned(), 1));
    reads("*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n", vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
    reads("*2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n", vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
    reads("*2\r\n*1\r\n:1\r\n:2\r\n", vec![(vec![1], 2)]);
    reads("*0\r\n", Vec::<(i32, i32)>::new());
    reads("*3\r\n:1\r\n:2\r\n:3\r\n", vec![(1,), (2,), (3,)]);
}

#[test]
fn maps_come_from_maps_and_even_lists() {
    let expected = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    reads("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", expected.clone());
    reads("*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n", expected);
    reads("*2\r\n+a\r\n+b\r\n", HashSet::from(["a".to_owned(), "b".to_owned()]));
}

#[test]
fn an_error_anywhere_is_the_servers() {
    let expected = "NoPerm: no";
    assert_eq!(fails::<Vec<i32>>("*2\r\n+a\r\n-NOPERM no\r\n"), expected);
    assert_eq!(fails::<()>("*2\r\n+a\r\n-NOPERM no\r\n"), expected);
    assert_eq!(fails::<Value>("*2\r\n+a\r\n-NOPERM no\r\n"), expected);
    assert_eq!(fails::<String>("-NOPERM no\r\n"), expected);
    assert_eq!(fails::<Option<String>>("!9\r\nNOPERM no\r\n"), expected);
}

/// What a third party writes.
#[derive(Debug, PartialEq)]
struct Point(i32, i32);

impl FromRedisValue for Point {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let (x, y) = from_redis_value(v)?;
        Ok(Self(x, y))
    }
}

#[test]
fn a_foreign_type_is_read_wherever_a_std_type_is() {
    reads("*2\r\n:1\r\n:2\r\n", Point(1, 2));
    reads("*1\r\n*2\r\n:1\r\n:2\r\n", vec![Some(Point(1, 2))]);
    reads("%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n", HashMap::from([("a".to_owned(), Point(1, 2))]));
    assert!(read::<Point>(b"$-1\r\n").is_err());
}
