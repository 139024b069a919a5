//! Counters that the client keeps itself. What a link or the pool counts is in their own statistics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one client; they only rise.
#[derive(Debug, Default)]
pub struct Metrics {
    retries: AtomicU64,
    retries_denied: AtomicU64,
    error_replies: AtomicU64,
    replies_apart: AtomicU64,
}

impl Metrics {
    /// Commands sent again.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Retries that the budget did not allow.
    #[must_use]
    pub fn retries_denied(&self) -> u64 {
        self.retries_denied.load(Ordering::Relaxed)
    }

    /// Error replies to commands; those inside a pipeline are not among them.
    #[must_use]
    pub fn error_replies(&self) -> u64 {
        self.error_replies.load(Ordering::Relaxed)
    }

    pub(crate) fn replied_with_error(&self) {
        self.error_replies.fetch_add(1, Ordering::Relaxed);
    }

    /// Replies on other connections than the shared one.
    pub(crate) fn replies_apart(&self) -> u64 {
        self.replies_apart.load(Ordering::Relaxed)
    }

    pub(crate) fn replied_apart(&self) {
        self.replies_apart.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retry_denied(&self) {
        self.retries_denied.fetch_add(1, Ordering::Relaxed);
    }
}
