//! One submission under way, and how far it has come.

use std::task::Waker;

use redlane_resp::reply::Replies;

use super::Tick;
use crate::error::{CloseReason, Outcome};
use crate::transport::ConnectError;

/// Why a ticket failed; becomes a [`LinkError`] when its owner asks.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    Timeout(Outcome),
    Lost { reason: CloseReason, outcome: Outcome, written: usize },
    NotConnected(ConnectError),
    Closed(CloseReason),
}

#[derive(Debug)]
pub(super) enum State {
    Free,
    Waiting,
    Complete,
    /// Boxed, since it is rare and every ticket has room for it.
    Failed(Box<Failure>),
    /// The owner is gone; the reply is dropped when it comes.
    Tombstone,
    /// A probe of ours; its reply is dropped.
    Own,
}

/// One submission under way.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) state: State,
    /// Whom to wake, while it is waited for. Apart from the state, so that it is moved in registers: what has just
    /// been written in halves must not be read as a whole, which waits for the memory.
    pub(super) waker: Option<Waker>,
    pub(super) replies: Replies,
    pub(super) frames: usize,
    pub(super) frames_left: usize,
    /// Half of it executes nothing: a command, or MULTI to EXEC.
    pub(super) whole: bool,
    /// Pushes answer it, where a sink takes them for answers.
    pub(super) by_pushes: bool,
    pub(super) in_fifo: bool,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) entered: Tick,
    pub(super) deadline: Option<Tick>,
}

impl Ticket {
    /// Has `waker` woken when the replies are there.
    #[inline]
    pub(super) fn wake(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            None => self.waker = Some(waker.clone()),
        }
    }
}
