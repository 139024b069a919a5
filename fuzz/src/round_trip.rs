//! There and back: arguments through a command's encoding, frames of every type through scanner and cursor.

use std::io::Write as _;

use bytes::{BufMut, Bytes};
use redlane_resp::command::{Command, SEGMENT_BYTES, WireSink};
use redlane_resp::limits::Limits;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::to_args::RedisWrite;

use crate::frames::{self, Frame};
use crate::source::Source;

/// Encodes what the input chooses, reads it back and compares.
pub fn round_trip(data: &[u8]) {
    let mut source = Source::new(data);
    if source.below(2) == 0 {
        command(source);
    } else {
        replies(source);
    }
}

/// A sink that joins the pieces, segments kept apart until then.
#[derive(Default)]
struct Joined(Vec<u8>);

impl WireSink for Joined {
    fn put_slice(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn put_segment(&mut self, segment: Bytes) {
        assert!(segment.len() >= SEGMENT_BYTES);
        self.0.extend_from_slice(&segment);
    }
}

fn command(mut source: Source<'_>) {
    let (mut command, mut expected) = if source.below(2) == 0 {
        let name = String::from_utf8_lossy(source.bytes(12)).into_owned();
        (Command::new(&name), vec![name.into_bytes()])
    } else {
        (Command::with_prefix(b"$6\r\nCONFIG\r\n$3\r\nGET\r\n", 2), vec![b"CONFIG".to_vec(), b"GET".to_vec()])
    };
    while !source.is_empty() && expected.len() < 40 {
        let arg = argument(&mut source);
        append(&mut command, &arg, source.below(7));
        expected.push(arg);
    }

    assert_eq!(command.arg_count(), expected.len());
    assert_eq!(command.name(), expected[0]);
    assert!(command.args().eq(&expected));
    let mut joined = Joined::default();
    command.clone().encode(&mut joined);
    let bytes = command.to_bytes();
    assert_eq!(joined.0, bytes);
    assert_eq!(command.encoded_len(), bytes.len());
    // A server reads an array of bulk strings.
    let scan = Scanner::new(Limits::default()).scan(&bytes);
    assert_eq!(scan, Ok(Scan::Whole { len: bytes.len(), push: false }));
    assert_eq!(Reply::from_frame(bytes).read::<Vec<Vec<u8>>>(), Ok(expected));
}

/// Mostly short; sometimes at the boundaries of the inline room and of a segment.
fn argument(source: &mut Source<'_>) -> Vec<u8> {
    match source.below(16) {
        0 => vec![source.byte(); SEGMENT_BYTES - 2 + source.below(5)],
        1 => vec![source.byte(); 90 + source.below(120)],
        2 => vec![source.byte(); 990 + source.below(20)],
        _ => source.bytes(30).to_vec(),
    }
}

fn append(command: &mut Command, arg: &[u8], way: usize) {
    match way {
        0 => command.write_arg(arg),
        1 => drop(command.push_bytes(Bytes::copy_from_slice(arg))),
        2 => command.writer_for_next_arg().write_all(arg).expect("a writer to memory"),
        3 => command.bufmut_for_next_arg(arg.len() / 2).put_slice(arg),
        4 => {
            // In pieces of every kind, against the one piece of unsafe code in the crate.
            let mut buffer = command.bufmut_for_next_arg(0);
            let (head, tail) = arg.split_at(arg.len() / 2);
            buffer.put(head);
            for byte in tail {
                buffer.put_u8(*byte);
            }
        }
        5 => {
            command.reserve_space_for_args([arg.len(), 0, usize::MAX % 300]);
            command.push_arg(Bytes::copy_from_slice(arg));
        }
        _ => drop(command.push_arg(arg)),
    }
}

/// A stream of frames: found one by one, read one by one, and read as a block.
fn replies(mut source: Source<'_>) {
    let mut stream = Vec::new();
    let mut expected = Vec::new();
    while !source.is_empty() && expected.len() < 8 {
        let start = stream.len();
        let push = source.below(8) == 0;
        let frame = if push {
            frames::make_push(&mut source, &mut stream)
        } else {
            frames::make(&mut source, 5, &mut stream)
        };
        expected.push((frame.normal(), push, stream.len() - start));
    }

    let stream = Bytes::from(stream);
    let mut scanner = Scanner::new(Limits::default());
    let mut from = 0;
    for (frame, push, length) in &expected {
        let scan = scanner.scan(&stream[from..]);
        assert_eq!(scan, Ok(Scan::Whole { len: *length, push: *push }));
        let reply = Reply::from_frame(stream.slice(from..from + length));
        assert!(same(&frames::read(&mut reply.cursor()), frame));
        let mut cursor = reply.cursor();
        cursor.skip().expect("a frame that the scanner passed");
        assert!(cursor.is_at_end());
        from += length;
    }
    assert!(scanner.is_idle());

    let mut block = Replies::default();
    block.push_block(stream, expected.len());
    for (frame, _, length) in &expected {
        let reply = block.next_reply().expect("as many as were pushed");
        assert_eq!(reply.as_bytes().len(), *length);
        assert!(same(&frames::read(&mut reply.cursor()), frame));
    }
    assert!(block.is_empty() && block.next_reply().is_none());
}

/// Equality, with the frames in the panic's message.
fn same(found: &Frame, expected: &Frame) -> bool {
    assert_eq!(found, expected);
    true
}
