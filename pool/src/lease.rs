//! A lease: the only handle on a pooled connection, and what brings it back.
//!
//! It exists before anything is awaited, so that no connection is ever between two owners. Dropping it gives the connection
//! to the next in line at once, or closes it when what was done over it cannot be undone.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::connector::Dirt;
use crate::pool::grant::Entry;
use crate::pool::shared::{Manage, Shared};
use crate::stats::Retired;
use crate::sync::{Mutex, PoisonError};

/// A connection in exclusive use; dropping it gives it back.
///
/// # Cancel safety
/// A future that is dropped with its lease leaves whatever it had under way to [`Manage::is_usable`]: a connection on which
/// a reply is still awaited is closed.
pub struct Lease<M: Manage> {
    shared: Arc<Shared<M>>,
    /// Taken by dropping only.
    entry: Option<Entry<M::Connection>>,
    dirt: Mutex<Dirt>,
    /// Not handed out yet: it is being cleaned or checked.
    pending: bool,
    discard: bool,
}

impl<M: Manage> Lease<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>, entry: Entry<M::Connection>) -> Self {
        Lease { shared, entry: Some(entry), dirt: Mutex::new(Dirt::NONE), pending: false, discard: false }
    }

    /// Notes what the next command leaves behind on the connection.
    pub fn mark(&self, dirt: Dirt) {
        *self.dirt.lock().unwrap_or_else(PoisonError::into_inner) |= dirt;
    }

    /// Notes that nothing is left behind any more: the caller has cleaned up by itself.
    pub fn mark_clean(&self) {
        *self.dirt.lock().unwrap_or_else(PoisonError::into_inner) = Dirt::NONE;
    }

    /// What was left behind so far.
    pub fn dirt(&self) -> Dirt {
        *self.dirt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the connection instead of giving it back.
    pub fn discard(mut self) {
        self.discard = true;
    }

    /// While this is set, dropping the lease closes the connection.
    pub(crate) fn set_pending(&mut self, pending: bool) {
        self.pending = pending;
    }

    /// Gives the connection up before its caller has had it.
    pub(crate) fn reject(mut self, reason: Retired) {
        if let Some(entry) = self.entry.take() {
            self.shared.reject(entry, reason);
        }
    }
}

impl<M: Manage> Deref for Lease<M> {
    type Target = M::Connection;

    #[expect(
        clippy::expect_used,
        reason = "the entry is taken by `drop` and `reject` only, which end the lease"
    )]
    fn deref(&self) -> &M::Connection {
        &self.entry.as_ref().expect("a lease has its connection until it ends").connection
    }
}

impl<M: Manage> DerefMut for Lease<M> {
    #[expect(
        clippy::expect_used,
        reason = "the entry is taken by `drop` and `reject` only, which end the lease"
    )]
    fn deref_mut(&mut self) -> &mut M::Connection {
        &mut self.entry.as_mut().expect("a lease has its connection until it ends").connection
    }
}

impl<M: Manage> Drop for Lease<M> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            if self.pending {
                return self.shared.reject(entry, Retired::RecycleFailed);
            }
            let dirt = *self.dirt.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.shared.give_back(entry, dirt, self.discard.then_some(Retired::Dirty));
        }
    }
}

impl<M: Manage> fmt::Debug for Lease<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("dirt", &self.dirt()).finish_non_exhaustive()
    }
}
