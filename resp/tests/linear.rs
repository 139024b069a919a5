//! The scanner's cost grows with the bytes, however many reads they come in: its own counter proves it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use redlane_resp::limits::Limits;
use redlane_resp::scan::{Scan, Scanner};

/// The work of scanning one frame that arrives in pieces of `piece` bytes.
fn work(frame: &[u8], piece: usize) -> u64 {
    let mut scanner = Scanner::new(Limits::default());
    let mut arrived = 0;
    loop {
        arrived = (arrived + piece).min(frame.len());
        match scanner.scan(&frame[..arrived]).unwrap() {
            Scan::Whole { len, .. } => {
                assert_eq!(len, frame.len());
                return scanner.work();
            }
            Scan::Partial { .. } => assert!(arrived < frame.len(), "a whole frame was not found"),
        }
    }
}

fn array(elements: usize, element: &str) -> Vec<u8> {
    format!("*{elements}\r\n{}", element.repeat(elements)).into_bytes()
}

#[test]
fn an_element_costs_the_same_in_a_large_reply_cut_small() {
    for element in [
        "$10\r\n0123456789\r\n",
        ":1234567\r\n",
        "+a status that is longer than the short loop takes\r\n",
        ",3.14159e10\r\n",
        "*2\r\n$15\r\n1526919030474-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
        "%1\r\n+k\r\n~1\r\n#t\r\n",
        "*?\r\n:1\r\n.\r\n",
        "$?\r\n;4\r\nabcd\r\n;0\r\n",
        "|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n",
    ] {
        let small = work(&array(1_000, element), usize::MAX / 2) as f64 / 1_000.0;
        for piece in [1, 7, 1024, 8 * 1024, usize::MAX / 2] {
            let elements = 30_000;
            let each = work(&array(elements, element), piece) as f64 / elements as f64;
            // A cut costs a few looks more at the line it goes through; in pieces of one byte, every line is cut.
            let most = if piece < 8 { small * 1.6 } else { small * 1.05 + 0.1 };
            assert!(each <= most, "{element:?} in {piece}s: {each} instead of {small}");
        }
    }
}

#[test]
fn a_payload_is_jumped_however_it_drips_in() {
    let frame = [b"$4194304\r\n".as_slice(), &vec![b'x'; 4 << 20], b"\r\n"].concat();

    assert!(work(&frame, 512) < 32);
}

#[test]
fn a_long_line_is_looked_at_once() {
    let frame = [b"+".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();

    assert!(work(&frame, 100) <= frame.len() as u64 + 64);
}

#[test]
fn a_hundred_levels_cost_their_bytes() {
    let frame = ["*1\r\n".repeat(127), ":1\r\n".to_owned()].concat().into_bytes();

    assert!(work(&frame, 1) <= 2 * frame.len() as u64);
}
