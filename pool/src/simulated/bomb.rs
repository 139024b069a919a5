//! The worst of foreign code: it panics, and again when what it panicked with is dropped.

use std::panic::panic_any;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Whatever holds it must not drop it.
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("not even dropped in peace");
    }
}

impl Bomb {
    /// Panics.
    pub(crate) fn explode() -> ! {
        panic_any(Bomb)
    }

    /// A waker that explodes.
    pub(crate) fn waker() -> Waker {
        Waker::from(Arc::new(Fuse))
    }
}

struct Fuse;

impl Wake for Fuse {
    fn wake(self: Arc<Self>) {
        Bomb::explode();
    }
}
