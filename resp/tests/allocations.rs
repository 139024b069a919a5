//! What reading costs in memory: nothing for the scanner and the cursor, the bytes' worth for a tree.
//!
//! The allocator counts for the whole process, so the measurements stand in one test.

#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bytes::Bytes;
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::limits::Limits;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::Value;

struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything to the system's allocator and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Relaxed);
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from `alloc` above, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations made by `work`, and the bytes held at its peak.
fn cost<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    let (calls, live) = (CALLS.load(Relaxed), LIVE.load(Relaxed));
    PEAK.store(live, Relaxed);
    drop(black_box(work()));
    (CALLS.load(Relaxed) - calls, PEAK.load(Relaxed) - live)
}

fn walk(cursor: &mut Cursor<'_>) -> usize {
    match cursor.read().unwrap() {
        Token::Array(mut elements) | Token::Map(mut elements) | Token::Set(mut elements) => {
            let mut count = 1;
            while elements.more(cursor).unwrap() {
                count += walk(cursor);
            }
            count
        }
        _ => 1,
    }
}

#[test]
fn reading_allocates_what_the_caller_keeps_and_no_more() {
    // A reply of every frequent shape, scanned in pieces and walked: nothing.
    let entry = "*2\r\n$3\r\n1-0\r\n%2\r\n$1\r\na\r\n:1\r\n+b\r\n,2.5\r\n";
    let frame = Bytes::from(format!("*1000\r\n{}", entry.repeat(1000)));
    let mut scanner = Scanner::new(Limits::default());
    let scanned = cost(|| {
        for end in (0..frame.len()).step_by(100) {
            assert!(matches!(scanner.scan(frame.get(..end).unwrap()), Ok(Scan::Partial { .. })));
        }
        assert!(matches!(scanner.scan(&frame), Ok(Scan::Whole { .. })));
    });
    assert_eq!(scanned.0, 0, "scanning");
    assert_eq!(cost(|| assert_eq!(walk(&mut Cursor::new(&frame)), 7001)).0, 0, "walking");
    assert_eq!(cost(|| Cursor::new(&frame).skip().unwrap()).0, 0, "skipping");
    assert_eq!(cost(Replies::default).0, 0, "no replies");
    let second = frame.clone();
    assert_eq!(cost(|| Replies::from(Reply::from_frame(second.clone()))).0, 0, "one reply");

    // One value is one allocation; numbers and short payloads of a tree are none.
    let small = Reply::from_frame("$5\r\nhello\r\n".into());
    assert_eq!(cost(|| small.read::<Vec<u8>>().unwrap()).0, 1);
    assert_eq!(cost(|| small.read::<String>().unwrap()).0, 1);
    assert_eq!(cost(|| small.read::<Value>().unwrap()).0, 0);
    let numbers = Reply::from_frame("*3\r\n:1\r\n:2\r\n:3\r\n".into());
    assert_eq!(cost(|| numbers.read::<Vec<i64>>().unwrap()).0, 1);
    assert_eq!(cost(|| numbers.read::<(i64, i64, i64)>().unwrap()).0, 0);
    assert_eq!(cost(|| numbers.read::<()>().unwrap()).0, 0);

    // A large value is read with the memory it came in.
    let large = Bytes::from([b"$1048576\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat());
    let (calls, bytes) = cost(|| Reply::from_frame(large).into_read::<Vec<u8>>().unwrap());
    assert!(bytes < 1000, "{calls} allocations of {bytes} bytes");

    // Bombs: two million empty arrays and a million integers.
    let arrays = Reply::from_frame(format!("*2000000\r\n{}", "*0\r\n".repeat(2_000_000)).into());
    assert!(cost(|| arrays.read::<Value>().unwrap()).1 <= 64_000_000);
    let integers = Reply::from_frame(format!("*1000000\r\n{}", ":1\r\n".repeat(1_000_000)).into());
    assert!(cost(|| integers.read::<Value>().unwrap()).1 <= 32_000_000);
    // What was announced and never came sizes nothing.
    let bomb = Reply::from_frame("*134217728\r\n:1\r\n".into());
    assert!(cost(|| bomb.read::<Value>().unwrap_err()).1 < 1000);
    let streamed = Reply::from_frame(format!("*?\r\n{}.\r\n", ":1\r\n".repeat(1_000_000)).into());
    assert!(cost(|| streamed.read::<Value>().unwrap()).1 <= 128_000_000, "a Vec that doubles");
}
