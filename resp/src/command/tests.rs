#![allow(clippy::arithmetic_side_effects)]
use proptest::prelude::*;

use super::*;

/// What a command must look like, written the long way round.
fn naive(args: &[Vec<u8>]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Keeps the pieces apart, as a sink with vectored writes does.
#[derive(Default)]
struct Pieces(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Copied(Vec<u8>),
    Kept(Bytes),
}

impl WireSink for Pieces {
    fn put_slice(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            Some(Piece::Copied(copied)) => copied.extend_from_slice(bytes),
            _ => self.0.push(Piece::Copied(bytes.to_vec())),
        }
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.0.push(Piece::Kept(segment));
    }
}

#[test]
fn a_command_is_an_array_of_bulk_strings() {
    let command = Command::new("SET").arg("k").arg(-7).arg(Some("x")).arg(None::<&str>).arg(vec![1, 2]);

    let mut out = Vec::new();
    command.encode(&mut out);
    assert_eq!(out, b"*6\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n-7\r\n$1\r\nx\r\n$1\r\n1\r\n$1\r\n2\r\n");
}

#[test]
fn a_new_command_is_never_empty() {
    let command = Command::new("");

    assert_eq!((command.arg_count(), command.name()), (1, &b""[..]));
    assert_eq!(command.to_bytes(), "*1\r\n$0\r\n\r\n");
}

#[test]
fn ready_words_are_taken_as_they_are() {
    const WORDS: &[u8] = b"$6\r\nCLIENT\r\n$2\r\nID\r\n";
    const COUNT: usize = count_words(WORDS).unwrap();

    let command = Command::with_prefix(WORDS, COUNT);

    assert_eq!((command.arg_count(), command.name()), (2, &b"CLIENT"[..]));
    assert_eq!(command.to_bytes(), "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n");
}

#[test]
fn words_are_counted_only_when_they_are_whole() {
    let cases: [(&[u8], Option<usize>); 10] = [
        (b"", Some(0)),
        (b"$3\r\nGET\r\n", Some(1)),
        (b"$6\r\nCONFIG\r\n$3\r\nGET\r\n", Some(2)),
        (b"$0\r\n\r\n", Some(1)),
        (b"$3\r\nGET\r", None),
        (b"$3\r\nGETS\r\n", None),
        (b"$4\r\nGET\r\n", None),
        (b"3\r\nGET\r\n", None),
        (b"$-1\r\n", None),
        (b"$99999999999999999999999999\r\n", None),
    ];

    for (words, expected) in cases {
        assert_eq!(count_words(words), expected, "{}", words.escape_ascii());
    }
}

#[test]
fn a_big_argument_is_a_segment_between_copies() {
    let big = Bytes::from(vec![b'x'; SEGMENT_BYTES]);
    let command = Command::new("SET").arg("k").arg(&big).arg("NX");

    let mut out = Pieces::default();
    command.encode(&mut out);

    let [Piece::Copied(before), Piece::Kept(kept), Piece::Copied(after)] = &out.0[..] else {
        panic!("{} pieces", out.0.len());
    };
    assert_eq!(&before[..], b"*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$16384\r\n");
    assert_eq!(kept.as_ptr(), big.as_ptr(), "the payload was copied");
    assert_eq!(&after[..], b"\r\n$2\r\nNX\r\n");
}

#[test]
fn the_boundary_of_a_segment_is_16_kib() {
    for (size, segments) in [(SEGMENT_BYTES - 1, 0), (SEGMENT_BYTES, 1)] {
        for arg in [
            Command::new("X").arg(vec![0_u8; size]),
            Command::new("X").arg(Bytes::from(vec![0_u8; size])),
            Command::new("X").arg(vec![0_u8; size].as_slice()),
        ] {
            let mut out = Pieces::default();
            arg.encode(&mut out);
            assert_eq!(out.0.iter().filter(|piece| matches!(piece, Piece::Kept(_))).count(), segments);
        }
    }
}

#[test]
fn debug_shows_the_name_and_the_count_only() {
    let command = Command::new("AUTH").arg("user").arg("hunter2");

    let shown = format!("{command:?} {:?}", command.args());

    assert!(shown.starts_with("Command { name: \"AUTH\", args: 3, .. }"), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("user"), "{shown}");
}

#[test]
fn the_size_of_a_command_is_known() {
    assert_eq!(size_of::<Command>(), 232);
}

proptest! {
    #[test]
    fn any_arguments_encode_as_the_plain_encoder_has_them(
        args in proptest::collection::vec(argument(), 1..12),
        ways in proptest::collection::vec(0_u8..6, 12),
        ready in any::<bool>(),
    ) {
        let mut command = Command::empty();
        let mut args = args;
        if ready {
            command = Command::with_prefix(b"$6\r\nCONFIG\r\n$3\r\nGET\r\n", 2);
            args.splice(0..0, [b"CONFIG".to_vec(), b"GET".to_vec()]);
        }
        for (arg, way) in args.iter().skip(command.arg_count()).zip(ways) {
            append(&mut command, arg, way);
        }

        let expected = naive(&args);
        prop_assert_eq!(command.encoded_len(), expected.len());
        prop_assert_eq!(&command.to_bytes()[..], &expected[..]);
        prop_assert_eq!(command.arg_count(), args.len());
        prop_assert_eq!(command.args().map(<[u8]>::to_vec).collect::<Vec<_>>(), &args[..]);
        prop_assert_eq!(command.name(), &args[0][..]);
        prop_assert_eq!(&command.clone().to_bytes()[..], &expected[..]);
    }
}

fn argument() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => proptest::collection::vec(any::<u8>(), 0..40),
        2 => proptest::collection::vec(any::<u8>(), 90..300),
        1 => (SEGMENT_BYTES - 3..SEGMENT_BYTES + 3).prop_map(|size| vec![b'\r'; size]),
    ]
}

fn append(command: &mut Command, arg: &[u8], way: u8) {
    match way {
        0 => command.write_arg(arg),
        1 => drop(command.push_bytes(Bytes::copy_from_slice(arg))),
        2 => io::Write::write_all(&mut command.writer_for_next_arg(), arg).unwrap(),
        3 => command.bufmut_for_next_arg(arg.len()).put_slice(arg),
        4 => {
            command.reserve_space_for_args([arg.len()]);
            command.write_shared_arg(&Bytes::copy_from_slice(arg));
        }
        _ => drop(command.push_arg(arg)),
    }
}
