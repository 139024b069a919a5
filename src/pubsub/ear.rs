//! Hearing without a buffer: for whoever must know of a message before anything is read that came after it.
//!
//! The connection's task calls it, in wire order and under the board's lock: it must neither wait nor call back. There is
//! nothing to overflow, so nothing is ever missed but what a lost connection swallowed, and that is told when it is lost
//! and not only when there is another one.

use std::fmt;
use std::sync::Weak;

use bytes::Bytes;

/// Listens to a channel on the connection that all subscribers of a client share.
pub(crate) trait Ear: Send + Sync {
    /// A message was published.
    fn hear(&self, payload: &Bytes);

    /// From now on nothing is heard, or nothing may be: the connection is lost, or silent though it was asked.
    fn go_deaf(&self);

    /// Everything is heard again from now on; what was published in between may be lost.
    fn hear_again(&self);
}

/// An ear that somebody else keeps.
#[derive(Clone)]
pub(super) struct Lent(pub(super) Weak<dyn Ear>);

impl Lent {
    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Ear)) {
        if let Some(ear) = self.0.upgrade() {
            tell(&*ear);
        }
    }
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lent")
    }
}
