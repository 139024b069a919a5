#![allow(clippy::arithmetic_side_effects)]

use super::*;

fn scan(input: &[u8]) -> Result<Scan, FramingError> {
    Scanner::new(Limits::default()).scan(input)
}

#[test]
fn every_type_ends_where_it_ends() {
    for frame in [
        "+OK\r\n",
        "-ERR no\r\n",
        ":-12\r\n",
        "$3\r\nabc\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        "*2\r\n:1\r\n$0\r\n\r\n",
        "_\r\n",
        "#t\r\n",
        ",1.5e-3\r\n",
        ",-inf\r\n",
        "(12345678901234567890123\r\n",
        "!5\r\nERR x\r\n",
        "=5\r\ntxt:a\r\n",
        "%1\r\n+a\r\n:1\r\n",
        "~2\r\n:1\r\n:2\r\n",
        "|1\r\n+k\r\n+v\r\n:1\r\n",
        "$?\r\n;2\r\nab\r\n;0\r\n",
        "*?\r\n:1\r\n.\r\n",
        "%?\r\n:1\r\n:2\r\n.\r\n",
        "~?\r\n.\r\n",
    ] {
        let whole = Ok(Scan::Whole { len: frame.len(), push: false });
        assert_eq!(scan(frame.as_bytes()), whole, "{frame:?}");
        assert_eq!(scan(format!("{frame}+next\r\n").as_bytes()), whole, "{frame:?}");
        let mut scanner = Scanner::new(Limits::default());
        for end in 0..frame.len() {
            assert!(
                matches!(scanner.scan(&frame.as_bytes()[..end]), Ok(Scan::Partial { .. })),
                "{frame:?} cut at {end}"
            );
        }
        assert_eq!(scanner.scan(frame.as_bytes()), whole, "{frame:?} byte by byte");
        assert!(scanner.is_idle());
    }
}
