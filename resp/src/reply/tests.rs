use super::*;

fn reply(wire: &'static str) -> Reply {
    Reply::from_frame(wire.into())
}

#[test]
fn a_reply_knows_its_type_behind_attributes() {
    for (wire, kind) in [
        ("+OK\r\n", Kind::Simple),
        ("-ERR\r\n", Kind::Error),
        ("!3\r\nERR\r\n", Kind::Error),
        (":1\r\n", Kind::Integer),
        ("$1\r\na\r\n", Kind::Bulk),
        ("$?\r\n;0\r\n", Kind::Bulk),
        ("$-1\r\n", Kind::Null),
        ("*-1\r\n", Kind::Null),
        ("_\r\n", Kind::Null),
        ("*0\r\n", Kind::Array),
        ("#t\r\n", Kind::Boolean),
        (",1\r\n", Kind::Double),
        ("(1\r\n", Kind::BigNumber),
        ("=4\r\ntxt:\r\n", Kind::Verbatim),
        ("%0\r\n", Kind::Map),
        ("~0\r\n", Kind::Set),
        (">0\r\n", Kind::Push),
        ("|1\r\n+a\r\n*1\r\n:1\r\n|0\r\n_\r\n", Kind::Null),
    ] {
        assert_eq!(reply(wire).kind(), Some(kind), "{wire:?}");
        assert_eq!(reply(wire).is_null(), kind == Kind::Null);
    }
    assert_eq!(reply("").kind(), None);
    assert_eq!(reply("x").kind(), None);
}

#[test]
fn an_error_is_told_from_a_reply_with_an_error_inside() {
    let error = Some(ServerError::from_line(b"ERR no"));

    assert_eq!(reply("-ERR no\r\n").error(), error);
    assert_eq!(reply("!6\r\nERR no\r\n").error(), error);
    assert_eq!(reply("|1\r\n+a\r\n+b\r\n-ERR no\r\n").error(), error);
    assert_eq!(reply("*1\r\n-ERR no\r\n").error(), None);
    assert!(!reply("|1\r\n+a\r\n-ERR no\r\n+OK\r\n").is_error());
}

#[test]
fn debug_shows_neither_a_reply_nor_its_size_in_words() {
    assert_eq!(format!("{:?}", reply("$6\r\nsecret\r\n")), "Reply { kind: Some(Bulk), len: 12 }");
    let mut replies = Replies::default();
    replies.push_block("$6\r\nsecret\r\n".into(), 1);
    assert_eq!(format!("{replies:?}"), "Replies { frames: 1, len: 12 }");
}

#[test]
fn blocks_are_cut_into_their_frames_in_order() {
    let mut replies = Replies::default();
    replies.push_block("+a\r\n*2\r\n:1\r\n*?\r\n.\r\n|1\r\n+x\r\n+y\r\n+b\r\n".into(), 3);
    replies.push_block("".into(), 0);
    replies.push_block("$?\r\n;1\r\nc\r\n;0\r\n".into(), 1);
    replies.push_block("%1\r\n+k\r\n~1\r\n:1\r\n:7\r\n".into(), 2);
    assert_eq!(replies.len(), 6);

    let frames: Vec<Bytes> = replies.iter().map(Reply::into_bytes).collect();

    assert_eq!(
        frames,
        [
            "+a\r\n",
            "*2\r\n:1\r\n*?\r\n.\r\n",
            "|1\r\n+x\r\n+y\r\n+b\r\n",
            "$?\r\n;1\r\nc\r\n;0\r\n",
            "%1\r\n+k\r\n~1\r\n:1\r\n",
            ":7\r\n",
        ]
    );
    for left in (0..6).rev() {
        assert!(replies.next_reply().is_some());
        assert_eq!(replies.len(), left);
    }
    assert_eq!(replies.next_reply(), None);
    assert!(replies.is_empty());
}

#[test]
fn only_a_single_reply_is_single() {
    let mut replies = Replies::from(reply(":1\r\n"));
    assert_eq!(replies.clone().into_single(), Some(reply(":1\r\n")));
    replies.push_block(":2\r\n".into(), 1);

    assert_eq!(replies.into_single(), None);
    assert_eq!(Replies::default().into_single(), None);
}

#[test]
fn a_block_that_is_not_what_it_says_ends_in_errors() {
    let mut replies = Replies::default();
    replies.push_block("+a\r\n$100\r\nshort".into(), 4);
    replies.push_block(":1\r\n".into(), 1);

    let read: Vec<Result<String, ConversionError>> = replies.into_iter().map(|reply| reply.read()).collect();

    let whole = |text: &str| Ok(text.to_owned());
    assert_eq!(read, [whole("a"), Err(ConversionError::Malformed), whole("1")]);
}

#[test]
fn blocks_come_out_whole_and_in_their_order() {
    let mut replies = Replies::default();
    replies.push_block(":1\r\n:2\r\n".into(), 2);
    replies.push_block(":3\r\n".into(), 1);
    replies.next_reply().unwrap();

    assert_eq!(replies.next_block(), Some((":2\r\n".into(), 1)));
    assert_eq!((replies.len(), replies.next_block()), (1, Some((":3\r\n".into(), 1))));
    assert_eq!((replies.len(), replies.next_block()), (0, None));
}

/// A bulk string as it comes with its header and without.
fn both(payload: &str) -> [Reply; 2] {
    let frame = format!("${}\r\n{payload}\r\n", payload.len());
    [Reply::from_frame(frame.into()), Reply::from_payload(payload.to_owned().into())]
}

#[test]
fn a_payload_reads_as_its_frame_does() {
    fn alike<T: FromReply + PartialEq + fmt::Debug>(payload: &str) {
        let [frame, bare] = both(payload);
        assert_eq!(bare.read::<T>(), frame.read::<T>(), "{payload:?}");
        assert_eq!(bare.into_read::<T>(), frame.into_read::<T>(), "{payload:?}");
    }
    for payload in ["", "12", "1.5", "-ERR no", "!x", "text \r\n of lines\r\n", "1"] {
        alike::<Vec<u8>>(payload);
        alike::<Box<[u8]>>(payload);
        alike::<Option<Vec<u8>>>(payload);
        alike::<Result<String, ServerError>>(payload);
        alike::<std::sync::Arc<String>>(payload);
        alike::<Bytes>(payload);
        alike::<i64>(payload);
        alike::<f64>(payload);
        alike::<bool>(payload);
        alike::<()>(payload);
        alike::<crate::value::Value>(payload);
        alike::<Vec<String>>(payload);
        alike::<std::collections::HashMap<String, String>>(payload);
        let [frame, bare] = both(payload);
        assert_eq!(
            (bare.kind(), bare.is_null(), bare.error()),
            (frame.kind(), frame.is_null(), frame.error())
        );
        assert_eq!(bare, frame);
        assert_eq!(bare.clone().into_bytes(), frame.as_bytes());
        assert_eq!(bare.payload().map(|payload| &payload[..]), Some(payload.as_bytes()));
        assert_eq!(frame.payload(), None);
    }
    let broken = Reply::from_payload(Bytes::from_static(b"\xff"));
    assert!(
        matches!(broken.into_read::<String>(), Err(ConversionError::Utf8 { bytes }) if bytes == b"\xff"[..])
    );
}

#[test]
fn a_payload_that_nobody_shares_becomes_a_vector_where_it_is() {
    let payload = vec![b'v'; 100_000];
    let place = payload.as_ptr();

    let value: Vec<u8> = Reply::from_payload(payload.into()).into_read().unwrap();

    assert_eq!((value.as_ptr(), value.len()), (place, 100_000));
}

#[test]
fn a_payload_stands_among_blocks_as_one_reply() {
    let mut replies = Replies::default();
    replies.push_block(":1\r\n:2\r\n".into(), 2);
    replies.push(Reply::from_payload("abc".into()), 1);
    replies.push(Reply::from_payload("".into()), 0);
    assert_eq!((replies.len(), replies.byte_len()), (3, 11));

    let texts: Vec<String> = replies.iter().map(|reply| reply.read().unwrap()).collect();

    assert_eq!(texts, ["1", "2", "abc"]);
    assert_eq!(replies.next_block(), Some((":1\r\n:2\r\n".into(), 2)));
    assert_eq!(replies.clone().next_block(), Some(("$3\r\nabc\r\n".into(), 1)));
    assert_eq!(replies.into_single(), Some(Reply::from_payload("abc".into())));
}
