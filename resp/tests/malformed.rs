//! Every malformed, hostile or cut reply of `malformed.txt`: the same verdict at the same byte, however it is cut.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::str::FromStr;

use bytes::Bytes;
use redlane_resp::error::FramingErrorKind;
use redlane_resp::from_reply::FromReply;
use redlane_resp::limits::Limits;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::Value;

struct Case {
    kind: String,
    offset: u64,
    input: Vec<u8>,
}

fn limits() -> Limits {
    Limits::default()
        .with_depth(8)
        .with_bulk_bytes(1024)
        .with_elements(64)
        .with_frame_bytes(4096)
        .with_line_bytes(128)
        .with_streamed_bytes(512)
}

fn corpus() -> Vec<Case> {
    let lines = include_str!("malformed.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(parse).collect()
}

fn parse(line: &str) -> Case {
    let mut words = line.splitn(3, ' ');
    Case {
        kind: words.next().unwrap().to_owned(),
        offset: u64::from_str(words.next().unwrap()).unwrap(),
        input: unescape(words.next().unwrap_or_default()),
    }
}

fn unescape(mut text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((plain, rest)) = text.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        text = &rest[1..];
        match rest.as_bytes()[0] {
            b'r' => bytes.push(b'\r'),
            b'n' => bytes.push(b'\n'),
            b'\\' => bytes.push(b'\\'),
            b'x' => {
                bytes.push(u8::from_str_radix(&text[..2], 16).unwrap());
                text = &text[2..];
            }
            b'{' => {
                let (repeat, after) = text.split_once('}').unwrap();
                let (count, unit) = repeat.split_once('*').unwrap();
                bytes.extend_from_slice(&unescape(unit).repeat(count.parse().unwrap()));
                text = after;
            }
            other => panic!("unknown escape {other}"),
        }
    }
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// What a scanner says that sees the input grow to each of `ends` in turn.
fn verdict(input: &[u8], ends: impl Iterator<Item = usize>) -> (String, u64) {
    let mut scanner = Scanner::new(limits());
    let mut last = ("Nothing".to_owned(), 0);
    for end in ends {
        last = match scanner.scan(&input[..end]) {
            Ok(Scan::Partial { missing }) => ("Partial".to_owned(), missing as u64),
            Ok(Scan::Whole { len, .. }) => return ("Whole".to_owned(), len as u64),
            Err(error) => {
                assert_eq!(scanner.scan(&input[..end]), Err(error), "an error repeats until the reset");
                return (name(error.kind), error.offset);
            }
        };
    }
    last
}

fn name(kind: FramingErrorKind) -> String {
    let debug = format!("{kind:?}");
    debug.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap().to_owned()
}

#[test]
fn the_corpus_is_large_and_touches_every_kind_of_error() {
    let corpus = corpus();
    assert!(corpus.len() >= 300, "{}", corpus.len());
    for kind in [
        "Marker",
        "Length",
        "Integer",
        "IntegerRange",
        "Double",
        "Boolean",
        "Null",
        "BigNumber",
        "Verbatim",
        "Terminator",
        "Streamed",
        "OddMap",
        "DanglingAttribute",
        "NestedPush",
        "Depth",
        "BulkBytes",
        "Elements",
        "FrameBytes",
        "LineBytes",
        "StreamedBytes",
        "Partial",
    ] {
        assert!(corpus.iter().any(|case| case.kind == kind), "{kind}");
    }
}

#[test]
fn each_fault_is_found_where_it_is() {
    let mut wrong = Vec::new();
    for case in corpus() {
        let found = verdict(&case.input, std::iter::once(case.input.len()));
        if found != (case.kind.clone(), case.offset) {
            wrong.push(format!(
                "{} {}: {} found {found:?}",
                case.kind,
                case.offset,
                case.input.escape_ascii()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_fault_is_the_same_byte_by_byte_and_at_every_cut() {
    for case in corpus() {
        let (input, expected) = (&case.input, (case.kind.clone(), case.offset));
        assert_eq!(verdict(input, 0..=input.len()), expected, "{}", input.escape_ascii());
        for cut in 0..input.len() {
            let found = verdict(input, [cut, input.len()].into_iter());
            assert_eq!(found, expected, "{} cut at {cut}", input.escape_ascii());
        }
    }
}

#[test]
fn a_reset_scanner_reads_on_as_if_nothing_had_been() {
    for case in corpus() {
        let mut scanner = Scanner::new(limits());
        let _ = scanner.scan(&case.input);
        scanner.reset();
        assert!(scanner.is_idle());
        assert_eq!(scanner.scan(b"*1\r\n:1\r\n"), Ok(Scan::Whole { len: 8, push: false }));
    }
}

/// No scanner stands before them here: whatever comes out, nothing panics or hangs.
#[test]
fn reading_unscanned_bytes_does_no_harm() {
    fn read<T: FromReply>(reply: &Reply) {
        let _ = reply.read::<T>();
        let _ = reply.clone().into_read::<T>();
    }
    for case in corpus() {
        let reply = Reply::from_frame(Bytes::from(case.input));
        read::<Value>(&reply);
        read::<()>(&reply);
        read::<String>(&reply);
        read::<Vec<u8>>(&reply);
        read::<i64>(&reply);
        read::<f64>(&reply);
        read::<Option<Vec<String>>>(&reply);
        read::<std::collections::HashMap<String, Value>>(&reply);
        read::<Vec<(String, Vec<(String, String)>)>>(&reply);
        read::<(Value, Value)>(&reply);
        let _ = (reply.kind(), reply.error(), format!("{reply:?}"));

        let mut replies = Replies::default();
        replies.push_block(reply.into_bytes(), 3);
        assert!(replies.into_iter().count() <= 3);
    }
}
