#![allow(clippy::arithmetic_side_effects)]

use super::*;

fn scan(input: impl AsRef<[u8]>) -> Result<Scan, FramingError> {
    Scanner::new(Limits::default()).scan(input.as_ref())
}

fn scan_within(limits: Limits, input: &str) -> Result<Scan, FramingError> {
    Scanner::new(limits).scan(input.as_bytes())
}

fn whole(input: &str) -> Result<Scan, FramingError> {
    Ok(Scan::Whole { len: input.len(), push: false })
}

#[test]
fn every_type_ends_where_it_ends() {
    for frame in [
        "+OK\r\n",
        "+\r\n",
        "-ERR no\r\n",
        ":-12\r\n",
        ":+12\r\n",
        ":9223372036854775807\r\n",
        ":-9223372036854775808\r\n",
        ":00000000000000000012\r\n",
        "$3\r\nabc\r\n",
        "$0\r\n\r\n",
        "$00003\r\nabc\r\n",
        "$2\r\n\r\n\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        "*2\r\n:1\r\n$0\r\n\r\n",
        "*3\r\n*-1\r\n*0\r\n*1\r\n*-1\r\n",
        "_\r\n",
        "#t\r\n",
        "#f\r\n",
        ",0\r\n",
        ",1.5e-3\r\n",
        ",+1E+10\r\n",
        ",-0.5\r\n",
        ",-inf\r\n",
        ",inf\r\n",
        ",nan\r\n",
        ",-nan\r\n",
        "(12345678901234567890123\r\n",
        "(-1\r\n",
        "!5\r\nERR x\r\n",
        "!0\r\n\r\n",
        "=5\r\ntxt:a\r\n",
        "=4\r\nmkd:\r\n",
        "%1\r\n+a\r\n:1\r\n",
        "%0\r\n",
        "~2\r\n:1\r\n:2\r\n",
        "|1\r\n+k\r\n+v\r\n:1\r\n",
        "|0\r\n|1\r\n+k\r\n|0\r\n+v\r\n*1\r\n|0\r\n:1\r\n",
        "$?\r\n;2\r\nab\r\n;0\r\n",
        "$?\r\n;0\r\n",
        "*?\r\n:1\r\n.\r\n",
        "*?\r\n.\r\n",
        "%?\r\n:1\r\n:2\r\n.\r\n",
        "%?\r\n.\r\n",
        "~?\r\n.\r\n",
        "*2\r\n*?\r\n%?\r\n*?\r\n.\r\n~?\r\n.\r\n.\r\n.\r\n$?\r\n;0\r\n",
        "*1\r\n+a status that is longer than the short loop takes in one go\r\n",
    ] {
        assert_eq!(scan(frame), whole(frame), "{frame:?}");
        assert_eq!(scan(format!("{frame}+next\r\n")), whole(frame), "{frame:?} before another");
        let mut scanner = Scanner::new(Limits::default());
        for end in 0..frame.len() {
            let partial = scanner.scan(&frame.as_bytes()[..end]);
            assert!(
                matches!(partial, Ok(Scan::Partial { missing }) if missing <= frame.len() - end),
                "{frame:?} {end}"
            );
            assert_eq!(scanner.is_idle(), end == 0);
        }
        assert_eq!(scanner.scan(frame.as_bytes()), whole(frame), "{frame:?} byte by byte");
        assert!(scanner.is_idle());
    }
}

#[test]
fn a_push_is_told_from_a_reply() {
    for (frame, push) in [
        (">2\r\n+message\r\n*1\r\n:1\r\n", true),
        (">0\r\n", true),
        ("|1\r\n+a\r\n+b\r\n>1\r\n+a\r\n", true),
        ("*1\r\n+a\r\n", false),
    ] {
        let mut scanner = Scanner::new(Limits::default());
        assert_eq!(scanner.scan(frame.as_bytes()), Ok(Scan::Whole { len: frame.len(), push }));
        assert_eq!(
            scanner.scan(b":1\r\n"),
            Ok(Scan::Whole { len: 4, push: false }),
            "the next is a reply again"
        );
    }
}

#[test]
fn a_payload_says_how_much_of_it_is_missing() {
    let mut scanner = Scanner::new(Limits::default());

    assert_eq!(scanner.scan(b"*2\r\n$1000\r\n"), Ok(Scan::Partial { missing: 1002 }));
    assert_eq!(scanner.scan(b"*2\r\n$1000\r\nabc"), Ok(Scan::Partial { missing: 999 }));
    assert!(!scanner.is_idle());
}

#[test]
fn what_is_just_within_a_limit_passes() {
    let depth = Limits::default().with_depth(3);
    assert_eq!(
        scan_within(depth, "*1\r\n%1\r\n:1\r\n~1\r\n*-1\r\n"),
        whole("*1\r\n%1\r\n:1\r\n~1\r\n*-1\r\n")
    );
    let bulk = Limits::default().with_bulk_bytes(5);
    for frame in [
        "$5\r\nhello\r\n",
        "!5\r\nhello\r\n",
        "=5\r\ntxt:a\r\n",
        "$?\r\n;5\r\nhello\r\n;5\r\nhello\r\n;0\r\n",
    ] {
        assert_eq!(scan_within(bulk, frame), whole(frame));
    }
    let elements = Limits::default().with_elements(4);
    for frame in [
        "*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n",
        "%2\r\n:1\r\n:1\r\n:1\r\n:1\r\n",
        "*?\r\n:1\r\n*?\r\n:1\r\n.\r\n:1\r\n.\r\n",
    ] {
        assert_eq!(scan_within(elements, frame), whole(frame), "{frame:?}");
    }
    let line = Limits::default().with_line_bytes(5);
    for frame in ["+hello\r\n", "-hello\r\n", "(12345\r\n", ",1.234\r\n"] {
        assert_eq!(scan_within(line, frame), whole(frame));
    }
    let frame = "*2\r\n$5\r\nhello\r\n*2\r\n_\r\n+a\r\n";
    assert_eq!(scan_within(Limits::default().with_frame_bytes(frame.len()), frame), whole(frame));
    let streamed = "*?\r\n+a\r\n$5\r\nhello\r\n.\r\n";
    assert_eq!(scan_within(Limits::default().with_streamed_bytes(streamed.len()), streamed), whole(streamed));
}

#[test]
fn limits_are_per_frame() {
    let limits = Limits::default().with_elements(2).with_frame_bytes(12).with_streamed_bytes(10);
    let stream = b"*2\r\n:1\r\n:2\r\n*?\r\n.\r\n*2\r\n:1\r\n:2\r\n";
    let mut scanner = Scanner::new(limits);
    let mut at = 0;
    for len in [12, 7, 12] {
        assert_eq!(scanner.scan(&stream[at..]), Ok(Scan::Whole { len, push: false }));
        at += len;
    }
    assert_eq!(at, stream.len());
}

#[test]
fn a_depth_beyond_the_stack_counts_as_all_of_it() {
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let deep = "*1\r\n".repeat(128);

    assert_eq!(scan_within(limits, &format!("{deep}:1\r\n")), whole(&format!("{deep}:1\r\n")));
    let error = scan_within(limits, &format!("{deep}*1\r\n:1\r\n")).unwrap_err();
    assert_eq!(error, FramingError { kind: FramingErrorKind::Depth { limit: 128 }, offset: 512 });
}

#[test]
fn an_error_says_what_and_where() {
    let error = scan("*2\r\n:1\r\n$x\r\n").unwrap_err();
    assert_eq!(error.to_string(), "malformed length at byte 9 of the reply");
    let error = scan("HTTP/1.1 400\r\n").unwrap_err();
    assert_eq!(error.to_string(), "unknown marker 0x48 at byte 0 of the reply");
    let error = scan("$536870913\r\n").unwrap_err();
    assert_eq!(error.to_string(), "payload over the limit of 536870912 bytes at byte 0 of the reply");
}

#[test]
fn an_error_lasts_until_the_reset() {
    let mut scanner = Scanner::new(Limits::default());
    let error = scanner.scan(b"*1\r\n?").unwrap_err();

    assert_eq!(scanner.scan(b"*1\r\n?"), Err(error));
    assert_eq!(scanner.scan(b"+OK\r\n"), Err(error));
    scanner.reset();
    assert_eq!(scanner.scan(b"+OK\r\n"), Ok(Scan::Whole { len: 5, push: false }));
}

#[test]
fn the_default_limits_are_those_of_the_documentation() {
    let limits = Limits::default();

    assert_eq!(limits.depth, 128);
    assert_eq!(limits.bulk_bytes, 512 * 1024 * 1024);
    assert_eq!(limits.frame_bytes, 1024 * 1024 * 1024);
    assert_eq!(limits.line_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.streamed_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.elements, 134_217_728);
}

#[test]
fn an_endless_line_and_an_endless_stream_are_refused_at_their_limit() {
    let line = [b"+".as_slice(), &vec![b'a'; 17 << 20]].concat();
    assert!(matches!(scan(line).unwrap_err().kind, FramingErrorKind::LineBytes { .. }));

    let stream = "*?\r\n".to_owned() + &"_\r\n".repeat(6 << 20);
    assert!(matches!(scan(stream).unwrap_err().kind, FramingErrorKind::StreamedBytes { .. }));
}

#[test]
fn a_dropped_header_is_missed_by_nobody() {
    let stream = "$12\r\n-ERR\r\n$3\r\nab\r\n+OK\r\n";
    for cut in 0..stream.len() {
        let mut scanner = Scanner::new(Limits::default());
        let first = scanner.scan(&stream.as_bytes()[..cut]).unwrap();

        let header = scanner.drop_header();

        // While the payload is under way there is one to drop, once.
        assert_eq!(header, if (5..18).contains(&cut) { 5 } else { 0 }, "cut at {cut}");
        assert_eq!(scanner.drop_header(), 0);
        if header > 0 {
            assert_eq!(first, Scan::Partial { missing: 19 - cut });
            assert_eq!(scanner.scan(&stream.as_bytes()[5..]), Ok(Scan::Whole { len: 14, push: false }));
            assert_eq!(scanner.scan(b"+OK\r\n"), whole("+OK\r\n"));
        }
    }
}

#[test]
fn only_the_header_of_a_lone_bulk_string_is_dropped() {
    for part in [
        "*1\r\n$9\r\nabc",
        "|1\r\n+k\r\n+v\r\n$9\r\nabc",
        "=9\r\ntxt:abc",
        "!9\r\nabc",
        "$?\r\n;9\r\nabc",
        ":12",
        "+OK\r",
    ] {
        let mut scanner = Scanner::new(Limits::default());
        assert!(matches!(scanner.scan(part.as_bytes()), Ok(Scan::Partial { .. })), "{part:?}");

        assert_eq!(scanner.drop_header(), 0, "{part:?}");
    }
}

#[test]
fn an_error_behind_a_dropped_header_stands_where_it_stands_in_the_stream() {
    let stream = b"$3\r\nabcX\r\n";
    let expected = scan(stream);
    let mut scanner = Scanner::new(Limits::default());
    scanner.scan(&stream[..6]).unwrap();
    assert_eq!(scanner.drop_header(), 4);

    assert_eq!(scanner.scan(&stream[4..]), expected);

    scanner.reset();
    assert_eq!(scanner.scan(b"$3\r\nabcX"), expected);
}
