#![allow(clippy::arithmetic_side_effects)]

use bytes::Bytes;

use super::*;
use crate::limits::Limits;
use crate::reply::Reply;
use crate::scan::{Scan, Scanner};

fn read(wire: impl AsRef<[u8]>) -> Result<Value, ConversionError> {
    Reply::from_frame(Bytes::copy_from_slice(wire.as_ref())).read()
}

#[test]
fn a_node_takes_32_bytes() {
    assert!(size_of::<Value>() <= 32);
    assert_eq!(size_of::<Payload>(), 24);
}

#[test]
fn each_type_has_its_node() {
    for (wire, value) in [
        ("$2\r\nhi\r\n", Value::from("hi")),
        ("$-1\r\n", Value::Null),
        ("*-1\r\n", Value::Null),
        ("_\r\n", Value::Null),
        ("+OK\r\n", Value::Simple("OK".into())),
        ("-ERR no\r\n", Value::Error(ServerError::from_line(b"ERR no"))),
        ("!6\r\nERR no\r\n", Value::Error(ServerError::from_line(b"ERR no"))),
        (":-1\r\n", Value::Integer(-1)),
        (",1.5\r\n", Value::Double(1.5)),
        ("#t\r\n", Value::Boolean(true)),
        ("(-12\r\n", Value::BigNumber("-12".into())),
        ("=6\r\nmkd:hi\r\n", Value::Verbatim { format: *b"mkd", text: "hi".into() }),
        ("*1\r\n:1\r\n", Value::Array(vec![Value::Integer(1)])),
        ("~1\r\n:1\r\n", Value::Set(vec![Value::Integer(1)])),
        (">1\r\n:1\r\n", Value::Push(vec![Value::Integer(1)])),
        ("%1\r\n:1\r\n:2\r\n", Value::Map(vec![(Value::Integer(1), Value::Integer(2))])),
        ("*?\r\n:1\r\n.\r\n", Value::Array(vec![Value::Integer(1)])),
        ("$?\r\n;1\r\nh\r\n;1\r\ni\r\n;0\r\n", Value::from("hi")),
    ] {
        assert_eq!(read(wire).as_ref(), Ok(&value), "{wire:?}");
    }
}

#[test]
fn a_chain_of_attributes_is_one_list_on_one_node() {
    let chain = "|1\r\n:1\r\n:2\r\n".repeat(10_000);

    let Ok(Value::Attributed(attributed)) = read(format!("{chain}+a\r\n")) else { panic!("no attributes") };

    assert_eq!(attributed.attributes.len(), 10_000);
    assert_eq!(attributed.value, Value::Simple("a".into()));
}

/// The deepest reply that the default limits let pass, of every aggregate, attributes on each level.
#[test]
fn the_deepest_reply_can_be_read_cloned_compared_shown_and_dropped() {
    for (open, close, levels) in [
        ("*1\r\n", "", MAX_DEPTH),
        ("%1\r\n:1\r\n", "", MAX_DEPTH),
        ("~1\r\n", "", MAX_DEPTH),
        ("*?\r\n", ".\r\n", MAX_DEPTH),
        // Attributes take a level of their own.
        ("*1\r\n|1\r\n:1\r\n:2\r\n", "", MAX_DEPTH - 1),
    ] {
        let wire = open.repeat(levels) + ":1\r\n" + &close.repeat(levels);
        let scan = Scanner::new(Limits::default()).scan(wire.as_bytes());
        assert_eq!(scan, Ok(Scan::Whole { len: wire.len(), push: false }), "{open:?}");

        // A quarter of what a runtime's workers have, and this is the slowest and largest code.
        let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
            let value = read(wire).unwrap();
            let twin = value.clone();
            assert_eq!(value, twin);
            assert!(format!("{value:?}").len() > MAX_DEPTH);
            let mut out = bytes::BytesMut::new();
            value.encode(&mut out);
            drop((value, twin));
        });
        thread.unwrap().join().unwrap();
    }
}

#[test]
fn what_is_deeper_is_refused_without_recursion() {
    let wire = "*1\r\n".repeat(1_000_000) + ":1\r\n";

    assert_eq!(read(wire), Err(ConversionError::Malformed));
}

#[test]
fn a_bomb_of_empty_arrays_takes_as_much_as_it_must() {
    let count = 2_000_000;
    let wire = format!("*{count}\r\n{}", "*0\r\n".repeat(count));

    let Ok(Value::Array(values)) = read(wire) else { panic!("no array") };

    assert_eq!(values.len(), count);
    assert!(values.capacity() * size_of::<Value>() <= 64_000_000);
}

#[test]
fn payloads_are_inline_own_or_shared_by_their_size() {
    for length in [0, 1, 22, 23, 100, 8 * 1024 - 1, 8 * 1024, 20_000] {
        let text = "x".repeat(length);
        let frame = Bytes::from(format!("${length}\r\n{text}\r\n"));
        let range = frame.as_ptr_range();

        let Ok(Value::Bulk(payload)) = Reply::from_frame(frame.clone()).read() else { panic!("no bulk") };

        assert_eq!(payload, text.as_str());
        assert_eq!(payload.clone(), payload);
        assert_eq!(Payload::from(text.clone()), payload);
        assert_eq!(Payload::from(Bytes::from(text.clone())), payload);
        let bytes = payload.into_bytes();
        assert_eq!(bytes, text);
        assert_eq!(range.contains(&bytes.as_ptr()), length >= 8 * 1024);
    }
}

#[test]
fn debug_shows_contents_readably() {
    let value = Value::Array(vec![Value::from("a\r\n\"b"), Value::Integer(1)]);

    assert_eq!(format!("{value:?}"), r#"Array([Bulk(b"a\r\n\"b"), Integer(1)])"#);
}

#[test]
fn attributes_are_looked_through() {
    let value = read("|1\r\n+ttl\r\n:1\r\n$1\r\na\r\n").unwrap();

    assert_eq!(value.as_bytes(), Some(&b"a"[..]));
    assert_eq!(value.kind(), Kind::Bulk);
    assert!(read("|1\r\n+ttl\r\n:1\r\n_\r\n").unwrap().is_null());
    assert_eq!(read("|1\r\n+ttl\r\n:1\r\n*1\r\n:7\r\n").unwrap().as_slice(), Some(&[Value::Integer(7)][..]));
}
