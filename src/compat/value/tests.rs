//! The forms are those that redis-rs 1.8.1 prints for the same bytes.

use super::*;
use crate::compat::error::ErrorKind;

fn debug(bytes: &str) -> String {
    format!("{:?}", parse_redis_value(bytes.as_bytes()).unwrap())
}

#[test]
fn every_kind_of_reply_has_its_form() {
    for (bytes, form) in [
        ("$-1\r\n", "nil"),
        ("*-1\r\n", "nil"),
        ("_\r\n", "nil"),
        (":-42\r\n", "int(-42)"),
        ("$3\r\na\"b\r\n", r#"bulk-string('"a\"b"')"#),
        ("+PONG\r\n", r#"simple-string("PONG")"#),
        ("+OK\r\n", "ok"),
        ("*2\r\n:1\r\n$1\r\na\r\n", r#"array([int(1), bulk-string('"a"')])"#),
        ("%1\r\n+a\r\n:1\r\n", r#"map([(simple-string("a"), int(1))])"#),
        ("~1\r\n#t\r\n", "set([boolean(true)])"),
        (",1.5\r\n", "double(1.5)"),
        (",inf\r\n", "double(inf)"),
        ("=7\r\ntxt:abc\r\n", r#"verbatim-string(Text,"abc")"#),
        ("=7\r\nmkd:abc\r\n", r#"verbatim-string(Markdown,"abc")"#),
        ("=7\r\nxyz:abc\r\n", r#"verbatim-string(Unknown("xyz"),"abc")"#),
        ("|1\r\n+a\r\n:1\r\n:7\r\n", "attribute(int(7))"),
        (">2\r\n+message\r\n:1\r\n", "push(Message, [int(1)])"),
        (">2\r\n$3\r\nfoo\r\n:1\r\n", r#"push(Other("foo"), [int(1)])"#),
        ("-ERR no\r\n", "Server error: `ERR: no`"),
        ("-WHAT\r\n", "Server error: `WHAT`"),
        ("!8\r\nERR no m\r\n", "Server error: `ERR: no m`"),
    ] {
        assert_eq!(debug(bytes), form, "{bytes:?}");
    }
    let binary = parse_redis_value(b"$2\r\n\xff\x00\r\n").unwrap();
    assert_eq!(format!("{binary:?}"), "binary-data([255, 0])");
}

#[cfg(feature = "num-bigint")]
#[test]
fn a_big_number_is_read_as_one() {
    assert_eq!(
        debug("(3492890328409238509324850943850943825024385\r\n"),
        "big-number(3492890328409238509324850943850943825024385)"
    );
}

#[test]
fn an_error_at_any_level_is_extracted() {
    let value = parse_redis_value(b"*2\r\n:1\r\n%1\r\n+a\r\n-NOPERM no\r\n").unwrap();

    let error = value.extract_error().unwrap_err();

    assert_eq!(error.to_string(), "NoPerm: no");
    assert_eq!(
        parse_redis_value(b"*1\r\n:1\r\n").unwrap().extract_error().unwrap(),
        Value::Array(vec![Value::Int(1)])
    );
}

#[test]
fn a_list_of_even_length_is_a_map_too() {
    let flat = Value::Array(vec![Value::Int(1), Value::Okay, Value::Int(2), Value::Nil]);
    let odd = Value::Array(vec![Value::Int(1)]);

    let pairs: Vec<_> = flat.as_map_iter().unwrap().collect();

    assert_eq!(pairs, [(&Value::Int(1), &Value::Okay), (&Value::Int(2), &Value::Nil)]);
    assert!(odd.as_map_iter().is_none());
    assert_eq!(odd.clone().into_map_iter().unwrap_err(), odd);
    assert_eq!(flat.into_map_iter().unwrap().count(), 2);
}

#[test]
fn a_cursor_is_a_text_and_a_list() {
    assert!(parse_redis_value(b"*2\r\n$1\r\n0\r\n*0\r\n").unwrap().looks_like_cursor());
    assert!(!parse_redis_value(b"*2\r\n:0\r\n*0\r\n").unwrap().looks_like_cursor());
    assert!(!parse_redis_value(b"*1\r\n$1\r\n0\r\n").unwrap().looks_like_cursor());
}

#[test]
fn a_parser_keeps_what_it_read_too_much() {
    let mut parser = Parser::new();
    let mut bytes = &b":1\r\n:2\r\n:"[..];

    assert_eq!(parser.parse_value(&mut bytes).unwrap(), Value::Int(1));
    assert_eq!(parser.parse_value(&mut bytes).unwrap(), Value::Int(2));
    let end = parser.parse_value(&mut bytes).unwrap_err();
    assert_eq!(end.to_string(), "unexpected end of file");
}

#[test]
fn bytes_that_are_no_reply_are_a_parse_error() {
    assert_eq!(parse_redis_value(b"hello\r\n").unwrap_err().kind(), ErrorKind::Parse);
    let deep = [&b"*1\r\n".repeat(101)[..], b":1\r\n"].concat();
    assert_eq!(parse_redis_value(&deep).unwrap_err().kind(), ErrorKind::Parse);
    let deep = [&b"*1\r\n".repeat(99)[..], b":1\r\n"].concat();
    assert!(parse_redis_value(&deep).is_ok());
}
