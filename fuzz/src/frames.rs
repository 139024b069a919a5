//! Well-formed frames of every type, made from choices, with the encoder that the scanner and cursor are held to.

use redlane_resp::cursor::{Cursor, Token};

use crate::source::Source;

/// What a frame says, whatever form it takes on the wire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    Null,
    Integer(i64),
    Boolean(bool),
    Double(f64),
    Simple(Vec<u8>),
    Error(Vec<u8>),
    Bulk(Vec<u8>),
    BigNumber(Vec<u8>),
    Verbatim([u8; 3], Vec<u8>),
    Array(Vec<Frame>),
    Map(Vec<Frame>),
    Set(Vec<Frame>),
    Push(Vec<Frame>),
}

/// Makes one frame and writes it, in one of the forms it can take, to `out`.
pub(crate) fn make(source: &mut Source<'_>, depth: usize, out: &mut Vec<u8>) -> Frame {
    let aggregates = depth > 0 && !source.is_empty();
    if aggregates && source.below(16) == 0 {
        let count = source.below(3);
        out.extend_from_slice(format!("|{count}\r\n").as_bytes());
        for _ in 0..2 * count {
            make(source, depth - 1, out);
        }
        return make_bare(source, false, 0, out);
    }
    make_bare(source, aggregates, depth, out)
}

fn make_bare(source: &mut Source<'_>, aggregates: bool, depth: usize, out: &mut Vec<u8>) -> Frame {
    match source.below(if aggregates { 14 } else { 11 }) {
        0 => {
            out.extend_from_slice([&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"][source.below(3)]);
            Frame::Null
        }
        1 => {
            let number = source.number();
            out.extend_from_slice(format!(":{number}\r\n").as_bytes());
            Frame::Integer(number)
        }
        2 => {
            let truth = source.below(2) == 1;
            out.extend_from_slice(if truth { b"#t\r\n" } else { b"#f\r\n" });
            Frame::Boolean(truth)
        }
        3 => {
            let number =
                [0.0, -0.5, 1e300, f64::INFINITY, f64::NEG_INFINITY, source.number() as f64][source.below(6)];
            out.extend_from_slice(format!(",{number}\r\n").as_bytes());
            Frame::Double(number)
        }
        4 => {
            let text = line(source);
            push_line(b'+', &text, out);
            Frame::Simple(text)
        }
        5 => {
            let text = line(source);
            push_line(b'-', &text, out);
            Frame::Error(text)
        }
        6 => {
            let text = source.bytes(40).to_vec();
            push_bulk(b'!', &text, out);
            Frame::Error(text)
        }
        7 => {
            let bytes = source.bytes(80).to_vec();
            push_bulk(b'$', &bytes, out);
            Frame::Bulk(bytes)
        }
        8 => {
            let mut whole = Vec::new();
            out.extend_from_slice(b"$?\r\n");
            for _ in 0..source.below(4) {
                let chunk = source.bytes(20);
                if !chunk.is_empty() {
                    push_bulk(b';', chunk, out);
                    whole.extend_from_slice(chunk);
                }
            }
            out.extend_from_slice(b";0\r\n");
            Frame::Bulk(whole)
        }
        9 => {
            let digits = format!("{}{}", source.number(), source.number().unsigned_abs()).into_bytes();
            push_line(b'(', &digits, out);
            Frame::BigNumber(digits)
        }
        10 => {
            let format = [*b"txt", *b"mkd"][source.below(2)];
            let text = source.bytes(40).to_vec();
            push_bulk(b'=', &[&format[..], b":", &text].concat(), out);
            Frame::Verbatim(format, text)
        }
        11 => Frame::Array(elements(source, b'*', 1, depth, out)),
        12 => Frame::Map(elements(source, b'%', 2, depth, out)),
        _ => Frame::Set(elements(source, b'~', 1, depth, out)),
    }
}

/// Makes a push, which stands at the top only.
pub(crate) fn make_push(source: &mut Source<'_>, out: &mut Vec<u8>) -> Frame {
    let count = 1 + source.below(4);
    out.extend_from_slice(format!(">{count}\r\n").as_bytes());
    Frame::Push((0..count).map(|_| make(source, 3, out)).collect())
}

fn elements(
    source: &mut Source<'_>,
    marker: u8,
    per_entry: usize,
    depth: usize,
    out: &mut Vec<u8>,
) -> Vec<Frame> {
    let entries = source.below(6);
    let streamed = source.below(4) == 0;
    if streamed {
        out.extend_from_slice(&[marker, b'?', b'\r', b'\n']);
    } else {
        push_line(marker, entries.to_string().as_bytes(), out);
    }
    let elements = (0..entries * per_entry).map(|_| make(source, depth - 1, out)).collect();
    if streamed {
        out.extend_from_slice(b".\r\n");
    }
    elements
}

fn line(source: &mut Source<'_>) -> Vec<u8> {
    source.bytes(40).iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}

fn push_line(marker: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(marker);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn push_bulk(marker: u8, bytes: &[u8], out: &mut Vec<u8>) {
    push_line(marker, bytes.len().to_string().as_bytes(), out);
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// Reads a frame back with the cursor.
pub(crate) fn read(cursor: &mut Cursor<'_>) -> Frame {
    match cursor.read().expect("a frame that the scanner passed") {
        Token::Null => Frame::Null,
        Token::Integer(number) => Frame::Integer(number),
        Token::Boolean(truth) => Frame::Boolean(truth),
        Token::Double(number) => Frame::Double(number),
        Token::Simple(text) => Frame::Simple(text.to_vec()),
        Token::Error(error) => Frame::Error(error.line().as_bytes().to_vec()),
        Token::Bulk(bytes) => Frame::Bulk(bytes.into_owned()),
        Token::BigNumber(digits) => Frame::BigNumber(digits.to_vec()),
        Token::Verbatim { format, text } => Frame::Verbatim(format, text.to_vec()),
        Token::Array(elements) => Frame::Array(read_elements(cursor, elements)),
        Token::Map(elements) => Frame::Map(read_elements(cursor, elements)),
        Token::Set(elements) => Frame::Set(read_elements(cursor, elements)),
        Token::Push(elements) => Frame::Push(read_elements(cursor, elements)),
        other => panic!("a token without a frame: {other:?}"),
    }
}

fn read_elements(cursor: &mut Cursor<'_>, mut elements: redlane_resp::cursor::Elements) -> Vec<Frame> {
    let mut frames = Vec::new();
    while elements.more(cursor).expect("an aggregate that the scanner passed") {
        frames.push(read(cursor));
    }
    frames
}

impl Frame {
    /// The frame as it reads back: an error's bytes that are not UTF-8 are replaced.
    pub(crate) fn normal(self) -> Frame {
        let all = |frames: Vec<Frame>| frames.into_iter().map(Frame::normal).collect();
        match self {
            Frame::Error(text) => Frame::Error(String::from_utf8_lossy(&text).into_owned().into_bytes()),
            Frame::Array(frames) => Frame::Array(all(frames)),
            Frame::Map(frames) => Frame::Map(all(frames)),
            Frame::Set(frames) => Frame::Set(all(frames)),
            Frame::Push(frames) => Frame::Push(all(frames)),
            other => other,
        }
    }
}
