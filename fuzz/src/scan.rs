//! The scanner: any bytes give whole frames, a wait for more, or one typed error, however they arrive.

use bytes::{Bytes, BytesMut};
use redlane_resp::error::FramingError;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::Value;

use crate::reference::{self, Stop};
use crate::source::Source;

/// Frames of an input, and what came after them.
#[derive(Debug, PartialEq)]
struct Scanned {
    /// Length of each frame and whether it is a push.
    frames: Vec<(usize, bool)>,
    /// The error that ended the input, if one did.
    error: Option<FramingError>,
}

/// Scans the input in one piece and looks at everything the scanner says.
pub fn scan(data: &[u8]) {
    let mut source = Source::new(data);
    let limits = limits(source.byte());
    let input = source.rest();

    let scanned = scan_whole(input, limits);

    let mut rest = input;
    for (length, push) in scanned.frames {
        if limits == Limits::default() {
            agrees(reference::frame(rest), Ok((length, push)));
        }
        let (frame, after) = rest.split_at(length);
        rest = after;
        check_frame(frame, push, limits);
    }
    if limits == Limits::default() && !rest.is_empty() {
        agrees(reference::frame(rest), Err(if scanned.error.is_some() { Stop::Wrong } else { Stop::More }));
    }
}

/// The scanner may see that a line is wrong before it is whole; apart from that the two say the same.
fn agrees(reference: Result<(usize, bool), Stop>, scanner: Result<(usize, bool), Stop>) {
    match (reference, scanner) {
        (Err(Stop::Unsure), _) | (Err(Stop::More), Err(Stop::Wrong)) => {}
        (reference, scanner) => assert_eq!(scanner, reference),
    }
}

/// Scans the same input in one piece and in pieces; both must come to the same frames and the same error.
pub fn scan_in_pieces(data: &[u8]) {
    let mut source = Source::new(data);
    let limits = limits(source.byte());
    let mut cuts = Source::new(source.bytes(16));
    let input = source.rest();

    let whole = scan_whole(input, limits);

    let mut scanner = Scanner::new(limits);
    let mut pieces = Scanned { frames: Vec::new(), error: None };
    let (mut start, mut end) = (0, 0);
    'input: while end < input.len() {
        let step = if cuts.is_empty() { 1 } else { 1 + cuts.below(64) };
        end = (end + step).min(input.len());
        loop {
            let window = &input[start..end];
            match scanner.scan(window) {
                Ok(Scan::Whole { len, push }) => {
                    assert!(len > 0 && len <= window.len(), "a frame of {len} in {} bytes", window.len());
                    assert!(scanner.is_idle());
                    pieces.frames.push((len, push));
                    start += len;
                    if start == end {
                        continue 'input;
                    }
                }
                Ok(Scan::Partial { missing }) => {
                    assert!(missing > 0, "nothing is missing");
                    // No frame may be found before that many bytes more.
                    if let Some((length, _)) = whole.frames.get(pieces.frames.len()) {
                        assert!(window.len() + missing <= *length, "asked for bytes beyond the frame's end");
                    }
                    continue 'input;
                }
                Err(error) => {
                    pieces.error = Some(error);
                    break 'input;
                }
            }
        }
    }

    assert_eq!(pieces, whole);
    assert_eq!(scan_without_headers(input, limits, data.len()), whole);
    // Lines may be looked at twice where they are cut (once for the end, once for what they say), nothing else is.
    assert!(scanner.work() <= 4 * input.len() as u64 + 64, "{} for {} bytes", scanner.work(), input.len());
}

/// Scans in pieces, and takes the header off whatever lets it go; it is counted all the same.
fn scan_without_headers(input: &[u8], limits: Limits, seed: usize) -> Scanned {
    let mut scanner = Scanner::new(limits);
    let mut scanned = Scanned { frames: Vec::new(), error: None };
    let (mut start, mut dropped) = (0, 0);
    for end in 1..=input.len() {
        // Not at every byte, so that headers are let go with and without parts of the payload.
        if end < input.len() && (end ^ seed).is_multiple_of(3) {
            continue;
        }
        while start < end {
            match scanner.scan(&input[start..end]) {
                Ok(Scan::Whole { len, push }) => {
                    scanned.frames.push((dropped + len, push));
                    (start, dropped) = (start + len, 0);
                }
                Ok(Scan::Partial { .. }) => {
                    let header = scanner.drop_header();
                    assert!(header <= end - start, "a header that is not there");
                    (start, dropped) = (start + header, dropped + header);
                    break;
                }
                Err(error) => {
                    scanned.error = Some(error);
                    return scanned;
                }
            }
        }
    }
    scanned
}

fn scan_whole(input: &[u8], limits: Limits) -> Scanned {
    let mut scanner = Scanner::new(limits);
    let mut scanned = Scanned { frames: Vec::new(), error: None };
    let mut rest = input;
    while !rest.is_empty() {
        match scanner.scan(rest) {
            Ok(Scan::Whole { len, push }) => {
                assert!(len > 0 && len <= rest.len(), "a frame of {len} in {} bytes", rest.len());
                scanned.frames.push((len, push));
                rest = &rest[len..];
            }
            Ok(Scan::Partial { missing }) => {
                assert!(missing > 0, "nothing is missing");
                assert!(missing <= limits.frame_bytes, "asked for more than a frame may have");
                break;
            }
            Err(error) => {
                assert!(error.offset <= rest.len() as u64, "an error beyond the input");
                scanned.error = Some(error);
                break;
            }
        }
    }
    scanned
}

/// A frame that the scanner let pass: it stands alone, keeps the limits, and everything reads it.
fn check_frame(frame: &[u8], push: bool, limits: Limits) {
    assert!(frame.len() <= limits.frame_bytes);
    let mut scanner = Scanner::new(limits);
    assert_eq!(scanner.scan(frame), Ok(Scan::Whole { len: frame.len(), push }));
    assert!(matches!(scanner.scan(&frame[..frame.len() - 1]), Ok(Scan::Partial { missing: 1.. })));

    let reply = Reply::from_frame(Bytes::copy_from_slice(frame));
    assert_eq!(reply.as_bytes(), frame);
    let _ = (format!("{reply:?}"), reply.kind(), reply.is_error(), reply.error());
    let value: Value = reply.read().expect("every sound frame is a value");

    // The value's own encoding says the same. Compared as text, since NaN equals nothing.
    let mut encoded = BytesMut::new();
    value.encode(&mut encoded);
    let encoded = encoded.freeze();
    let scan = Scanner::new(Limits::default()).scan(&encoded);
    assert_eq!(scan, Ok(Scan::Whole { len: encoded.len(), push }));
    let again: Value = Reply::from_frame(encoded).read().expect("every sound frame is a value");
    assert_eq!(format!("{again:?}"), format!("{value:?}"));
}

/// The default limits, or such that short inputs reach them.
fn limits(choice: u8) -> Limits {
    if choice.is_multiple_of(2) {
        return Limits::default();
    }
    Limits::default()
        .with_depth(4)
        .with_bulk_bytes(64)
        .with_elements(16)
        .with_frame_bytes(256)
        .with_line_bytes(32)
        .with_streamed_bytes(96)
}
