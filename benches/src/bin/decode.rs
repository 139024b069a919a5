//! Decoding and encoding: Redlane's codec against redis-rs's, redis-protocol's and rustis's.
//!
//! Two ways to decode. *Reply*: bytes are appended to a connection's read buffer, and out comes what the library hands
//! to the caller's task (Redlane: the frame, scanned and validated; rustis: the frame and a tape; the others: a tree).
//! *Typed*: from whole bytes to the caller's own type, which is the same work for all. rustis's private decoder is
//! reached through its `bench` feature, whose typed entry copies the reply and begins a new tape each time; its
//! connection would share the one and keep the other.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::Read;

use bench::{Contest, Counting, Settings};
use bytes::{Bytes, BytesMut};
use redis_protocol::resp3::decode::streaming::decode_bytes_mut;
use redlane_resp::command::Command;
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::Kind;
use redlane_resp::from_reply::FromReply;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use rustis::resp::bench_support::{
    BenchDecoder, BenchTape, bench_decode_stream_grow, bench_decode_to, bench_encode_command,
    bench_parse_only,
};
use rustis::resp::{FastPathCommandBuilder, RefBulkString};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Fields = HashMap<String, String>;
type Entries = Vec<(String, Fields)>;

fn main() {
    let settings = Settings::from_args();
    let shapes = [
        ("bulk string of 64 bytes", bulk(&[b'x'; 64])),
        ("integer", b":1234567\r\n".to_vec()),
        ("array of 100 integers", array((0..100).map(|n| format!(":{}\r\n", n * 7919).into_bytes()))),
        ("HGETALL of 100 fields", hgetall()),
        ("XRANGE of 100 entries", xrange()),
    ];
    println!("# Decode: reply");
    for (title, reply) in &shapes {
        self::reply(title, reply, settings);
    }
    println!("\n# Decode: typed");
    typed_bytes(&shapes[0].1, settings);
    typed_integers(&shapes[2].1, settings);
    typed_map(&shapes[3].1, settings);
    typed_entries(&shapes[4].1, settings);
    println!("\n# Growth: ns an element of an array of 16-byte strings, in reads of 1 and 8 KiB");
    growth(settings);
    println!("\n# Encode");
    encode(settings);
}

fn reply(title: &str, reply: &[u8], settings: Settings) {
    let shared = Bytes::copy_from_slice(reply);
    let [mut scanner, mut scan_alone, mut scan_and_walk] = [(); 3].map(|()| Scanner::new(Limits::default()));
    let [mut block, mut rival_block] = [(); 2].map(|()| BytesMut::with_capacity(64 * 1024));
    let mut decoder = BenchDecoder::new();
    let mut tape = BenchTape::new();
    Contest::new(title, 1)
        .with("Redlane", || {
            block.extend_from_slice(black_box(reply));
            let Ok(Scan::Whole { len, .. }) = scanner.scan(&block) else { panic!("a whole reply") };
            drop(black_box(Reply::from_frame(block.split_to(len).freeze())));
        })
        .with("rustis", || {
            black_box(decoder.feed(black_box(reply)).expect("a whole reply"));
        })
        .with("redis-protocol", || {
            rival_block.extend_from_slice(black_box(reply));
            drop(black_box(decode_bytes_mut(&mut rival_block).expect("a whole reply")));
        })
        .with("redis-rs", || {
            drop(black_box(redis::parse_redis_value(black_box(reply)).expect("a whole reply")));
        })
        .with("Redlane, scan in place", || {
            let _ = black_box(scan_alone.scan(black_box(reply)));
        })
        .with("Redlane, scan and walk in place", || {
            let frame = black_box(&shared);
            let Ok(Scan::Whole { .. }) = scan_and_walk.scan(frame) else { panic!("a whole reply") };
            walk(&mut Cursor::new(frame));
        })
        .with("rustis, tape in place", || bench_parse_only(black_box(reply), &mut tape))
        .run(settings);
}

/// Visits every element by reference.
fn walk(cursor: &mut Cursor<'_>) {
    match cursor.kind().expect("a sound reply") {
        Kind::Bulk => drop(black_box(cursor.payload().expect("a bulk string"))),
        Kind::Integer => {
            black_box(i64::from_reply(cursor).expect("an integer"));
        }
        _ => match cursor.read().expect("a sound reply") {
            Token::Array(mut elements) | Token::Map(mut elements) => {
                while elements.more(cursor).expect("a sound reply") {
                    walk(cursor);
                }
            }
            other => drop(black_box(other)),
        },
    }
}

/// Scans and reads, as the link and the caller do between them.
fn redlane<T: FromReply>(scanner: &mut Scanner, bytes: &Bytes) -> T {
    let Ok(Scan::Whole { len, .. }) = scanner.scan(black_box(bytes)) else { panic!("a whole reply") };
    Reply::from_frame(bytes.slice(..len)).into_read().expect("the type asked for")
}

fn redis_rs<T: redis::FromRedisValue>(bytes: &[u8]) -> T {
    let value = redis::parse_redis_value(black_box(bytes)).expect("a whole reply");
    T::from_redis_value(value).expect("the type asked for")
}

fn rustis<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> T {
    bench_decode_to(black_box(bytes)).expect("the type asked for")
}

macro_rules! typed {
    ($name:ident, $title:literal, $ours:ty, $rustis:ty) => {
        fn $name(reply: &[u8], settings: Settings) {
            let shared = Bytes::copy_from_slice(reply);
            let mut scanner = Scanner::new(Limits::default());
            Contest::new($title, 1)
                .with("Redlane", || drop(black_box(redlane::<$ours>(&mut scanner, &shared))))
                .with("rustis", || drop(black_box(rustis::<$rustis>(reply))))
                .with("redis-rs", || drop(black_box(redis_rs::<$ours>(reply))))
                .run(settings);
        }
    };
}

typed!(typed_bytes, "64 bytes to Vec<u8>", Vec<u8>, rustis::resp::BulkString);
typed!(typed_integers, "100 integers to Vec<i64>", Vec<i64>, Vec<i64>);
typed!(typed_map, "100 fields to HashMap<String, String>", Fields, Fields);
typed!(typed_entries, "100 entries to Vec<(String, HashMap)>", Entries, Entries);

/// One big array that arrives in small reads; the time an element takes must not grow with the array.
fn growth(settings: Settings) {
    for read in [1024, 8192] {
        let mut nanos = Vec::new();
        for count in [1_000_u32, 10_000, 100_000] {
            let reply = array((0..count).map(|n| bulk(format!("{n:016}").as_bytes())));
            let title = format!("{count} elements, reads of {} KiB", read / 1024);
            let contest = Contest::new(&title, count.into())
                .with("Redlane", || redlane_in_reads(&reply, read))
                .with("rustis", || {
                    black_box(bench_decode_stream_grow(&reply, read).expect("a whole reply"));
                })
                .with("redis-rs", || redis_rs_in_reads(&reply, read));
            // Quadratic: at 100,000 elements one run in 1 KiB reads takes seconds.
            let contest = if count < 100_000 {
                contest.with("redis-protocol", || redis_protocol_in_reads(&reply, read))
            } else {
                contest
            };
            nanos.push(contest.run(settings));
        }
        println!("\nGrowth from 1,000 to 100,000 elements in reads of {} KiB:", read / 1024);
        for (small, big) in nanos[0].iter().zip(&nanos[2]) {
            println!("- {}: {:.2}x an element", small.name, big.nanos / small.nanos);
        }
    }
}

fn redlane_in_reads(reply: &[u8], read: usize) {
    let mut scanner = Scanner::new(Limits::default());
    let mut block = BytesMut::with_capacity(64 * 1024);
    for piece in reply.chunks(read) {
        block.extend_from_slice(piece);
        if let Scan::Whole { len, .. } = scanner.scan(&block).expect("a sound reply") {
            return drop(black_box(block.split_to(len).freeze()));
        }
    }
    panic!("a whole reply");
}

fn redis_protocol_in_reads(reply: &[u8], read: usize) {
    let mut block = BytesMut::with_capacity(64 * 1024);
    for piece in reply.chunks(read) {
        block.extend_from_slice(piece);
        let frame = decode_bytes_mut(&mut block).expect("a sound reply");
        if frame.is_some() {
            return drop(black_box(frame));
        }
    }
    panic!("a whole reply");
}

fn redis_rs_in_reads(reply: &[u8], read: usize) {
    /// Gives at most so many bytes a call.
    struct Reads<'a>(&'a [u8], usize);

    impl Read for Reads<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let most = into.len().min(self.1);
            self.0.read(&mut into[..most])
        }
    }

    let value = redis::Parser::new().parse_value(Reads(reply, read)).expect("a sound reply");
    drop(black_box(value));
}

/// SET of 64 bytes: from the arguments to bytes in a reused write buffer.
fn encode(settings: Settings) {
    let (key, value) = ("key:000000123456", [b'x'; 64]);
    let mut out = BytesMut::with_capacity(4096);
    let mut chained = BytesMut::with_capacity(4096);
    let mut raw = BytesMut::with_capacity(4096);
    let mut rustis_out = BytesMut::with_capacity(4096);
    let mut redis_out = Vec::with_capacity(4096);
    Contest::new("SET of 64 bytes into a write buffer", 1)
        .with("Redlane", || {
            out.clear();
            let mut command = Command::with_prefix(b"$3\r\nSET\r\n", 1);
            command.push_arg(black_box(key)).push_arg(black_box(&value));
            command.encode(&mut out);
            black_box(&out);
        })
        .with("Redlane, by value", || {
            chained.clear();
            let command =
                Command::with_prefix(b"$3\r\nSET\r\n", 1).arg(black_box(key)).arg(black_box(&value));
            command.encode(&mut chained);
            black_box(&chained);
        })
        .with("no command, bytes by hand", || {
            raw.clear();
            raw.extend_from_slice(b"*3\r\n$3\r\nSET\r\n$16\r\n");
            raw.extend_from_slice(black_box(key).as_bytes());
            raw.extend_from_slice(b"\r\n$64\r\n");
            raw.extend_from_slice(black_box(&value));
            raw.extend_from_slice(b"\r\n");
            black_box(&raw);
        })
        .with("rustis", || {
            let value = RefBulkString::from(black_box(&value));
            let command = FastPathCommandBuilder::set(black_box(key), value);
            bench_encode_command(&command, &mut rustis_out);
        })
        .with("redis-rs", || {
            redis_out.clear();
            let mut command = redis::cmd("SET");
            command.arg(black_box(key)).arg(black_box(&value));
            redis_out.extend_from_slice(&command.get_packed_command());
            black_box(&redis_out);
        })
        .run(settings);
}

fn bulk(bytes: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn array(elements: impl ExactSizeIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = format!("*{}\r\n", elements.len()).into_bytes();
    elements.for_each(|element| out.extend(element));
    out
}

/// RESP3's map, fields and values as a session or a profile has them.
fn hgetall() -> Vec<u8> {
    let mut out = b"%100\r\n".to_vec();
    for n in 0..100 {
        out.extend(bulk(format!("field:{n:04}").as_bytes()));
        out.extend(bulk(format!("value of field {n:04}, some 32 bytes").as_bytes()));
    }
    out
}

fn xrange() -> Vec<u8> {
    array((0..100).map(|n| {
        let id = bulk(format!("17000000{n:05}-0").as_bytes());
        let fields = ["sensor", "4711", "temperature", "21.5"].map(|text| bulk(text.as_bytes()));
        array([id, array(fields.into_iter())].into_iter())
    }))
}
