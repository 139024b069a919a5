//! What building and copying out a command allocates: nothing, while it is small.
//!
//! One test only, so that no other thread counts along.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bytes::{Bytes, BytesMut};
use redlane_resp::command::{Command, SEGMENT_BYTES, WireSink};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is; only counters are added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(size, Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` and returns how many allocations it made, and of how many bytes together.
fn allocations<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    let before = (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed));
    let kept = work();
    let after = (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed));
    drop(kept);
    (after.0.wrapping_sub(before.0), after.1.wrapping_sub(before.1))
}

/// Keeps segments without a copy, as the link's write buffer does.
struct Vectored {
    copied: BytesMut,
    kept: Vec<Bytes>,
}

impl WireSink for Vectored {
    fn put_slice(&mut self, bytes: &[u8]) {
        self.copied.put_slice(bytes);
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.kept.push(segment);
    }
}

#[test]
fn small_commands_allocate_nothing_and_big_arguments_are_not_copied() {
    let value = [b'v'; 64];
    let mut out = BytesMut::with_capacity(4096);
    let small = allocations(|| Command::new("SET").arg("key:000000123456").arg(&value).encode(&mut out));
    assert_eq!(small, (0, 0), "SET of 64 bytes");

    let numbers =
        allocations(|| Command::new("SETRANGE").arg(u64::MAX).arg(f64::MIN).arg(true).encode(&mut out));
    assert_eq!(numbers, (0, 0), "numbers");

    let cloned = Command::new("SET").arg("key").arg(&value);
    assert_eq!(allocations(|| cloned.clone()), (0, 0), "a clone for a retry");

    let long = allocations(|| Command::new("SET").arg("key").arg([b'v'; 300].as_slice()));
    assert!(long.0 <= 2 && long.1 < 1024, "a longer command goes to the heap once: {long:?}");

    let payload = Bytes::from(vec![b'v'; 64 * SEGMENT_BYTES]);
    let mut sink = Vectored { copied: BytesMut::with_capacity(4096), kept: Vec::with_capacity(4) };
    let shared = allocations(|| Command::new("SET").arg("key").arg(&payload).encode(&mut sink));
    assert!(shared.1 < 1024, "a megabyte given as Bytes was copied: {shared:?}");

    let borrowed = allocations(|| Command::new("SET").arg("key").arg(&payload[..]).encode(&mut sink));
    assert!(borrowed.1 < payload.len() + 1024, "a megabyte given as a slice is copied once: {borrowed:?}");
}
