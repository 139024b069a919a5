//! A submission as a future, for everything that is not the fast path.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use redlane_resp::reply::{Replies, Reply};

use super::{Entry, Link};
use crate::error::{LinkError, Outcome};
use crate::payload::Payload;

/// Submits at the first poll and resolves to the replies.
///
/// # Cancel safety
/// Dropped before it was sent, it is taken back; after that its reply is dropped when it comes.
#[must_use = "nothing is sent before the first poll"]
pub struct Call<'a, P: ?Sized> {
    link: &'a Link,
    payload: &'a P,
    entry: Entry,
}

impl<'a, P: Payload + ?Sized> Call<'a, P> {
    pub(super) fn new(link: &'a Link, payload: &'a P, entry: Entry) -> Self {
        Self { link, payload, entry }
    }

    /// Gives up now, says what that means for the server, and gives the replies of a pipeline that had arrived.
    pub fn give_up(mut self) -> (Outcome, Replies) {
        self.link.give_up(&mut self.entry)
    }

    /// Polls a submission of one command, in haste; see [`Link::poll_one`].
    ///
    /// # Errors
    /// [`LinkError`], as from the future itself.
    #[inline]
    pub fn poll_one(
        &mut self,
        cx: &mut Context<'_>,
        slot: &mut Option<Reply>,
    ) -> Poll<Result<(), Box<LinkError>>> {
        self.link.poll_one(cx, self.payload, &mut self.entry, slot)
    }
}

impl<P: Payload + ?Sized> Future for Call<'_, P> {
    type Output = Result<Replies, LinkError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.link.poll_call(cx, this.payload, &mut this.entry)
    }
}

impl<P: ?Sized> Drop for Call<'_, P> {
    fn drop(&mut self) {
        if self.entry.is_pending() {
            self.link.abandon(&mut self.entry);
        }
    }
}

impl<P: ?Sized> fmt::Debug for Call<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("entry", &self.entry).finish_non_exhaustive()
    }
}
