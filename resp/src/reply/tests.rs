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
