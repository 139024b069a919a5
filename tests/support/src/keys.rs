//! Keys of one test. All tests of a binary share a server and run at once, so each takes its own prefix.

use std::fmt;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// A prefix that no other test has; [`key`](Keys::key) puts it before a name.
#[derive(Clone, Debug)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// Takes a fresh prefix. It holds the process id, since several test processes may share one server.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each call gives another prefix")]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { prefix: format!("t{}-{number}", process::id()) }
    }

    /// The full key for `name`.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// The full key for `name`; all such keys of one test share a hash slot.
    #[must_use]
    pub fn tagged(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.prefix)
    }

    /// A glob pattern that matches every [`key`](Keys::key) of this test.
    #[must_use]
    pub fn pattern(&self) -> String {
        format!("{}:*", self.prefix)
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)
    }
}
