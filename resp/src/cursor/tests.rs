#![allow(clippy::arithmetic_side_effects)]

use super::*;
use crate::limits::MAX_DEPTH;

#[test]
fn a_cursor_walks_an_aggregate_element_by_element() {
    let frame = Bytes::from("%2\r\n+a\r\n~1\r\n:1\r\n|1\r\n+x\r\n+y\r\n=5\r\ntxt:b\r\n_\r\n");
    let mut cursor = Cursor::new(&frame);

    let Ok(Token::Map(mut entries)) = cursor.read() else { panic!("no map") };
    assert_eq!(entries.left(), Some(4));
    assert_eq!(entries.more(&mut cursor), Ok(true));
    assert_eq!(cursor.read(), Ok(Token::Simple(b"a")));
    assert_eq!(entries.more(&mut cursor), Ok(true));
    assert_eq!(cursor.skip(), Ok(()));
    assert_eq!(entries.more(&mut cursor), Ok(true));
    assert_eq!(cursor.kind(), Ok(Kind::Verbatim));
    assert_eq!(cursor.read(), Ok(Token::Verbatim { format: *b"txt", text: b"b" }));
    assert_eq!(entries.more(&mut cursor), Ok(true));
    assert_eq!(cursor.take_null(), Ok(true));
    assert_eq!(entries.more(&mut cursor), Ok(false));
    assert!(cursor.is_at_end());
    assert_eq!(cursor.position(), frame.len());
}

#[test]
fn a_streamed_aggregate_tells_its_end_when_it_comes() {
    let frame = Bytes::from("*?\r\n:1\r\n:2\r\n.\r\n");
    let mut cursor = Cursor::new(&frame);

    let Ok(Token::Array(mut elements)) = cursor.read() else { panic!("no array") };
    assert_eq!(elements.left(), None);
    let mut numbers = Vec::new();
    while elements.more(&mut cursor).unwrap() {
        numbers.push(cursor.integer().unwrap());
    }

    assert_eq!(numbers, [1, 2]);
    assert_eq!(elements.more(&mut cursor), Ok(false));
    assert!(cursor.is_at_end());
}

#[test]
fn every_frame_is_skipped_whole() {
    for frame in [
        "+OK\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*3\r\n*0\r\n%1\r\n:1\r\n:2\r\n$3\r\n\r\n\r\r\n",
        "|2\r\n:1\r\n|1\r\n:2\r\n:3\r\n:4\r\n:5\r\n*1\r\n:6\r\n:7\r\n",
        "*?\r\n*?\r\n*2\r\n:1\r\n*?\r\n.\r\n.\r\n|1\r\n:1\r\n*?\r\n.\r\n:1\r\n.\r\n",
        "*2\r\n%?\r\n$?\r\n;1\r\na\r\n;0\r\n:1\r\n.\r\n:2\r\n",
        ">2\r\n+message\r\n(1\r\n",
    ] {
        let bytes = Bytes::from(format!("{frame}:99\r\n"));
        for report in [false, true] {
            let mut cursor = Cursor::new(&bytes);
            let skipped = if report { cursor.skip_sound() } else { cursor.skip() };
            assert_eq!(skipped, Ok(()), "{frame:?}");
            assert_eq!(cursor.integer(), Ok(99), "{frame:?}");
        }
    }
}

#[test]
fn depth_and_length_of_unscanned_bytes_end_in_an_error() {
    let deep = Bytes::from("*?\r\n".repeat(MAX_DEPTH * 2));
    assert_eq!(Cursor::new(&deep).skip(), Err(ConversionError::Malformed));
    let nested = Bytes::from("*1\r\n".repeat(1_000_000) + ":1\r\n");
    assert_eq!(Cursor::new(&nested).skip(), Ok(()));
    for bomb in [
        "*18446744073709551615\r\n",
        "%9223372036854775808\r\n",
        "$18446744073709551615\r\n",
        "*999999999999999999\r\n*999999999999999999\r\n",
    ] {
        let bomb = Bytes::from(bomb);
        assert_eq!(Cursor::new(&bomb).skip(), Err(ConversionError::Malformed));
        let _ = Cursor::new(&bomb).read();
    }
}

#[test]
fn integers_are_read_up_to_the_last_bit() {
    for (text, number) in [
        (":0\r\n", 0),
        (":-0\r\n", 0),
        (":+7\r\n", 7),
        (":9223372036854775807\r\n", i64::MAX),
        (":-9223372036854775808\r\n", i64::MIN),
        (":00000000000000000012\r\n", 12),
    ] {
        let frame = Bytes::from(text);
        assert_eq!(Cursor::new(&frame).read(), Ok(Token::Integer(number)));
    }
    for text in [":\r\n", ":-\r\n", ":9223372036854775808\r\n", ":1a\r\n", ":1", ":1\r"] {
        let frame = Bytes::from(text);
        assert_eq!(Cursor::new(&frame).read(), Err(ConversionError::Malformed), "{text:?}");
    }
}

#[test]
fn lengths_are_read_up_to_twenty_digits() {
    for text in ["$0000000000000000001\r\nx\r\n", "$00000000000000000001\r\nx\r\n"] {
        let frame = Bytes::from(text);
        assert_eq!(Cursor::new(&frame).read(), Ok(Token::Bulk(b"x".into())), "{text:?}");
    }
    for text in ["$\r\nx\r\n", "$99999999999999999999\r\nx\r\n", "$+1\r\nx\r\n"] {
        let frame = Bytes::from(text);
        assert_eq!(Cursor::new(&frame).read(), Err(ConversionError::Malformed), "{text:?}");
    }
}

#[test]
fn a_shared_payload_outlives_its_reply() {
    let long = "x".repeat(SHARE_FROM);
    let frame = Bytes::from(format!("${SHARE_FROM}\r\n{long}\r\n"));
    let mut cursor = Cursor::new(&frame);
    let payload = cursor.payload().unwrap();

    let shared = cursor.share(payload);
    drop(frame);

    assert_eq!(shared, long);
}
