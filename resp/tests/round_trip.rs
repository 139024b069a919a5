//! Any value, in any of its spellings on the wire, cut in any way: the same replies, or the same error.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use bytes::{BufMut, Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::{ConversionError, FramingError, ServerError};
use redlane_resp::limits::Limits;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::{Attributed, Value};

/// Free of line breaks, now and then longer than what the scanner's short loop takes.
fn line() -> impl Strategy<Value = String> {
    vec(any::<char>().prop_filter("line break", |c| !matches!(c, '\r' | '\n')), 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Boolean),
        any::<f64>().prop_filter("nan", |number| !number.is_nan()).prop_map(Value::Double),
        vec(any::<u8>(), 0..60).prop_map(|bytes| Value::Bulk(bytes.into())),
        vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'$')], 0..8).prop_map(|b| Value::Bulk(b.into())),
        line().prop_map(|text| Value::Simple(text.into())),
        line().prop_map(|text| Value::Error(ServerError::from_line(text.as_bytes()))),
        (any::<bool>(), vec(0u8..10, 1..50)).prop_map(|(negative, digits)| {
            let sign = if negative { "-" } else { "" };
            let digits: String = digits.iter().map(ToString::to_string).collect();
            Value::BigNumber(format!("{sign}{digits}").into())
        }),
        vec(any::<u8>(), 0..30).prop_map(|text| Value::Verbatim { format: *b"txt", text: text.into() }),
    ]
}

fn nested() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 60, 6, |inner| {
        let pairs = || vec((inner.clone(), inner.clone()), 0..4);
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            vec(inner.clone(), 0..6).prop_map(Value::Set),
            pairs().prop_map(Value::Map),
            (vec((inner.clone(), inner.clone()), 1..3), inner.clone()).prop_map(|(attributes, value)| {
                // Attributes of attributed values are one list.
                match value {
                    Value::Attributed(_) => value,
                    value => Value::Attributed(Box::new(Attributed { attributes, value })),
                }
            }),
        ]
    })
}

fn reply() -> impl Strategy<Value = Value> {
    prop_oneof![4 => nested(), 1 => vec(nested(), 0..4).prop_map(Value::Push)]
}

/// Writes a value in one of its spellings, as `choices` say.
fn spell(value: &Value, choices: &mut impl Iterator<Item = u8>, out: &mut BytesMut) {
    let choice = choices.next().unwrap_or(0);
    let streamed = choice % 3 == 1;
    let mut many = |marker: char, values: &[&Value], entries: usize, out: &mut BytesMut| {
        let streamed = streamed && !matches!(marker, '>' | '|');
        let length = if streamed { "?".to_owned() } else { entries.to_string() };
        out.put_slice(format!("{marker}{length}\r\n").as_bytes());
        for value in values {
            spell(value, choices, out);
        }
        if streamed {
            out.put_slice(b".\r\n");
        }
    };
    let flat = |pairs: &[(Value, Value)]| -> Vec<Value> {
        pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
    };
    match value {
        Value::Null => out.put_slice([&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"][usize::from(choice % 3)]),
        Value::Bulk(bytes) if streamed => {
            out.put_slice(b"$?\r\n");
            for chunk in bytes.chunks(usize::from(choice / 8).max(1)) {
                out.put_slice(format!(";{}\r\n", chunk.len()).as_bytes());
                out.put_slice(chunk);
                out.put_slice(b"\r\n");
            }
            out.put_slice(b";0\r\n");
        }
        Value::Error(error) if streamed => {
            out.put_slice(format!("!{}\r\n{}\r\n", error.line().len(), error.line()).as_bytes());
        }
        Value::Integer(number) if streamed && *number >= 0 => {
            out.put_slice(format!(":+{number}\r\n").as_bytes());
        }
        Value::Array(values) => many('*', &values.iter().collect::<Vec<_>>(), values.len(), out),
        Value::Set(values) => many('~', &values.iter().collect::<Vec<_>>(), values.len(), out),
        Value::Push(values) => many('>', &values.iter().collect::<Vec<_>>(), values.len(), out),
        Value::Map(pairs) => many('%', &flat(pairs).iter().collect::<Vec<_>>(), pairs.len(), out),
        Value::Attributed(attributed) => {
            let Attributed { attributes, value } = &**attributed;
            if streamed {
                // A chain instead of one list.
                for pair in attributes {
                    many('|', &flat(std::slice::from_ref(pair)).iter().collect::<Vec<_>>(), 1, out);
                }
            } else {
                many('|', &flat(attributes).iter().collect::<Vec<_>>(), attributes.len(), out);
            }
            spell(value, choices, out);
        }
        other => other.encode(out),
    }
}

fn spelled(value: &Value, choices: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    spell(value, &mut choices.iter().copied().cycle(), &mut out);
    out.freeze()
}

type Frames = Vec<(Bytes, bool)>;

/// Reads a stream that arrives in pieces of the given sizes, as a connection does.
fn in_pieces(stream: &Bytes, pieces: &[usize]) -> (Frames, Result<(), FramingError>) {
    in_pieces_within(Limits::default(), stream, pieces)
}

fn in_pieces_within(limits: Limits, stream: &Bytes, pieces: &[usize]) -> (Frames, Result<(), FramingError>) {
    let mut scanner = Scanner::new(limits);
    let (mut frames, mut start, mut arrived) = (Vec::new(), 0, 0);
    let mut pieces = pieces.iter().copied().cycle();
    while arrived < stream.len() {
        arrived = (arrived + pieces.next().unwrap_or(usize::MAX).max(1)).min(stream.len());
        loop {
            match scanner.scan(&stream[start..arrived]) {
                Ok(Scan::Whole { len, push }) => {
                    frames.push((stream.slice(start..start + len), push));
                    start += len;
                    if start == arrived {
                        assert!(scanner.is_idle());
                        break;
                    }
                }
                Ok(Scan::Partial { missing }) => {
                    assert!(missing >= 1);
                    break;
                }
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, Ok(()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_survives_the_wire(value in reply()) {
        let mut wire = BytesMut::new();
        value.encode(&mut wire);
        let wire = wire.freeze();

        let push = matches!(value, Value::Push(_));
        let scan = Scanner::new(Limits::default()).scan(&wire);
        prop_assert_eq!(scan, Ok(Scan::Whole { len: wire.len(), push }));
        prop_assert_eq!(Reply::from_frame(wire).read::<Value>(), Ok(value));
    }

    #[test]
    fn any_spelling_reads_as_the_same_value(value in reply(), choices in vec(any::<u8>(), 1..40)) {
        let wire = spelled(&value, &choices);

        let scan = Scanner::new(Limits::default()).scan(&wire);
        prop_assert_eq!(scan, Ok(Scan::Whole { len: wire.len(), push: matches!(value, Value::Push(_)) }));
        prop_assert_eq!(Reply::from_frame(wire.clone()).read::<Value>(), Ok(value));
        let mut cursor = Cursor::new(&wire);
        prop_assert_eq!(cursor.skip(), Ok(()));
        prop_assert_eq!(cursor.position(), wire.len());
    }

    #[test]
    fn any_cut_gives_the_same_replies(
        values in vec((reply(), vec(any::<u8>(), 1..20)), 1..5),
        pieces in vec(1usize..50, 1..8),
    ) {
        let mut wire = BytesMut::new();
        for (value, choices) in &values {
            wire.put(spelled(value, choices));
        }
        let wire = wire.freeze();

        let whole = in_pieces(&wire, &[usize::MAX / 2]);
        prop_assert_eq!(&in_pieces(&wire, &pieces), &whole);
        prop_assert_eq!(&in_pieces(&wire, &[1]), &whole);
        let (frames, end) = whole;
        prop_assert_eq!(end, Ok(()));
        let read: Vec<Value> =
            frames.iter().map(|(frame, _)| Reply::from_frame(frame.clone()).read().unwrap()).collect();
        let values: Vec<Value> = values.into_iter().map(|(value, _)| value).collect();
        prop_assert_eq!(read, values.clone());

        // The same frames as blocks of a pipeline.
        let mut replies = Replies::default();
        replies.push_block(wire.clone(), values.len());
        replies.push_block(wire, values.len());
        let twice: Vec<Value> = replies.into_iter().map(|reply| reply.read().unwrap()).collect();
        prop_assert_eq!(&twice[..values.len()], &values[..]);
        prop_assert_eq!(&twice[values.len()..], &values[..]);
    }

    #[test]
    fn any_damage_gives_the_same_error_at_any_cut(
        value in reply(),
        choices in vec(any::<u8>(), 1..20),
        damage in vec((any::<prop::sample::Index>(), 0u8..3, prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b'?'), Just(b'-')]), 1..4),
        pieces in vec(1usize..20, 1..8),
    ) {
        let mut wire = spelled(&value, &choices).to_vec();
        for (place, how, byte) in damage {
            let at = place.index(wire.len());
            match how {
                0 => wire[at] = byte,
                1 => wire.insert(at, byte),
                _ if wire.len() > 1 => drop(wire.remove(at)),
                _ => {}
            }
        }
        let wire = Bytes::from(wire);

        let whole = in_pieces(&wire, &[usize::MAX / 2]);
        prop_assert_eq!(&in_pieces(&wire, &pieces), &whole);
        prop_assert_eq!(&in_pieces(&wire, &[1]), &whole);
        if let (_, Err(error)) = whole {
            prop_assert!(error.offset <= wire.len() as u64);
        }
        // What the scanner would have refused does no harm to a reader either.
        let reply = Reply::from_frame(wire);
        let _ = reply.read::<Value>();
        let _ = reply.read::<Vec<(String, String)>>();
        let _ = reply.read::<()>();
    }

    #[test]
    fn any_limit_is_met_at_the_same_byte_at_any_cut(
        values in vec((reply(), vec(any::<u8>(), 1..20)), 1..4),
        limits in (0usize..6, 0usize..40, 0usize..20, 0usize..300, 0usize..40, 0usize..200),
        pieces in vec(1usize..20, 1..8),
    ) {
        let (depth, bulk, elements, frame, line, streamed) = limits;
        let limits = Limits::default()
            .with_depth(depth)
            .with_bulk_bytes(bulk)
            .with_elements(elements)
            .with_frame_bytes(frame)
            .with_line_bytes(line)
            .with_streamed_bytes(streamed);
        let mut wire = BytesMut::new();
        for (value, choices) in &values {
            wire.put(spelled(value, choices));
        }
        let wire = wire.freeze();

        let whole = in_pieces_within(limits, &wire, &[usize::MAX / 2]);
        prop_assert_eq!(&in_pieces_within(limits, &wire, &pieces), &whole);
        prop_assert_eq!(&in_pieces_within(limits, &wire, &[1]), &whole);
        for (passed, _) in whole.0 {
            prop_assert!(passed.len() <= frame);
        }
    }

    #[test]
    fn a_cut_reply_is_malformed_and_never_another_value(
        value in reply(),
        choices in vec(any::<u8>(), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let wire = spelled(&value, &choices);
        let reply = Reply::from_frame(wire.slice(..cut.index(wire.len())));
        prop_assert_eq!(reply.read::<Value>(), Err(ConversionError::Malformed));
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..80)) {
        let bytes = Bytes::from(bytes);
        prop_assert_eq!(in_pieces(&bytes, &[1]), in_pieces(&bytes, &[usize::MAX / 2]));
        let reply = Reply::from_frame(bytes);
        let _ = reply.read::<Value>();
        let _ = reply.read::<Vec<Option<i64>>>();
    }
}
