//! An allocator that counts. A benchmark installs it with `#[global_allocator]`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

/// The system's allocator with counters.
#[derive(Debug)]
pub struct Counting;

impl Counting {
    fn taken(size: usize) {
        CALLS.fetch_add(1, Relaxed);
        BYTES.fetch_add(size as u64, Relaxed);
        let live = LIVE.fetch_add(size as u64, Relaxed) + size as u64;
        if live > PEAK.load(Relaxed) {
            PEAK.fetch_max(live, Relaxed);
        }
    }

    fn given(size: usize) {
        LIVE.fetch_sub(size as u64, Relaxed);
    }
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::taken(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::taken(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::given(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // By what it adds: large blocks grow by having their pages moved, not copied.
        CALLS.fetch_add(1, Relaxed);
        let live = if let Some(more) = size.checked_sub(layout.size()) {
            BYTES.fetch_add(more as u64, Relaxed);
            LIVE.fetch_add(more as u64, Relaxed) + more as u64
        } else {
            LIVE.fetch_sub((layout.size() - size) as u64, Relaxed)
        };
        PEAK.fetch_max(live, Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Allocations (growing one counts again) and bytes asked for (growing counts what it adds) since the process began, over all threads.
pub fn allocations() -> (u64, u64) {
    (CALLS.load(Relaxed), BYTES.load(Relaxed))
}

/// Memory in use.
#[derive(Clone, Copy, Debug)]
pub struct Heap {
    /// Bytes in use now.
    pub live: u64,
    /// The most that were in use at once since the last call of [`heap`].
    pub peak: u64,
}

/// What is in use now, and what was at most since the last call.
pub fn heap() -> Heap {
    let live = LIVE.load(Relaxed);
    Heap { live, peak: PEAK.swap(live, Relaxed).max(live) }
}
