//! The core of a link without any I/O: tickets, the order of replies, what was sent, and when to give up.
//!
//! Every byte that callers submit has a place in one endless stream, which survives reconnects:
//!
//! ```text
//!        batch (swapped out)      outbox (still ours)
//!   ...|----------|----------|---------------------|
//!              written    swapped                 end
//! ```
//!
//! What lies before `written` was taken by the kernel: at a cut it may have been executed. What lies behind
//! `swapped` can still be taken back without a trace. Between them a caller that goes away leaves a
//! tombstone: its reply is read and dropped. Replies belong to tickets in the order of `fifo`, and to nobody
//! else; a reply without a ticket ends the socket. Time is a count of ticks that is passed in.

#[cfg(test)]
mod audit;
mod batch;
mod fate;
mod room;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod ticket;

use std::collections::VecDeque;
use std::task::{Poll, Waker};
use std::time::Duration;

use redlane_resp::reply::{Replies, Reply};

use crate::error::{CloseReason, LinkError, Outcome};
use crate::outbox::Outbox;
use crate::payload::Payload;
use crate::transport::ConnectError;

use self::ticket::{Failure, State, Ticket};

/// The grain of the link's clock. Deadlines of attempts are met within two of it.
pub(crate) const TICK: Duration = Duration::from_millis(25);

/// A point in time, in ticks of the link's clock. 32 bits would end after three years.
pub(crate) type Tick = u64;

/// How long so many ticks last.
pub(crate) fn lasting(ticks: Tick) -> Duration {
    TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
}

/// What came of the look for a single reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picked {
    /// It is still to come.
    Waiting,
    /// It was moved.
    Taken,
    /// Failed, or more than one reply.
    Other,
}

/// A submission that waits for room, in order of arrival.
#[derive(Debug)]
struct RoomWaiter {
    number: u64,
    entered: Tick,
    deadline: Option<Tick>,
    need: Need,
    /// It was called and came before its turn, or when there was no room: it has to be called again.
    refused: bool,
    waker: Waker,
}

/// What a submission takes of the bounds.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    frames: usize,
    bytes: usize,
}

/// Whether and how the link can carry commands.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    /// Not connected; the last failure, if there was one since.
    Connecting(Option<ConnectError>),
    /// The server refuses us (authentication): callers are told at once.
    Refusing(ConnectError),
    /// Connected and greeted.
    Up,
    /// Ended for good.
    Ended(CloseReason),
}

/// Bounds of the core; see [`LinkConfig`](crate::config::LinkConfig).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) in_flight: usize,
    pub(crate) queued_bytes: usize,
    pub(crate) waiters: usize,
}

/// What a new submission was given.
#[derive(Debug)]
pub(crate) enum Admission {
    Ticket(u32),
    Room(u64),
}

/// Bytes swapped out for writing.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) outbox: Box<Outbox>,
    pub(crate) done: usize,
    epoch: u32,
}

/// Counts that only ever rise, read by the statistics.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) submitted: u64,
    pub(crate) completed: u64,
    pub(crate) timeouts: u64,
    pub(crate) cancelled: u64,
    pub(crate) tombstones: u64,
    pub(crate) lost: u64,
    pub(crate) full: u64,
    pub(crate) batches: u64,
}

/// The link's state behind its one lock.
#[derive(Debug)]
pub(crate) struct Core {
    /// Boxed, as all that is swapped with it: a swap moves a pointer.
    outbox: Box<Outbox>,
    /// What was swapped out and is not written whole, while nobody holds it.
    batch: Option<Batch>,
    /// Somebody holds the batch and writes it.
    writing: bool,
    spare: Option<Box<Outbox>>,
    batch_base: u64,
    written: u64,
    swapped: u64,
    end: u64,

    tickets: Vec<Ticket>,
    free: Vec<u32>,
    fifo: VecDeque<u32>,
    /// Replies awaited.
    in_flight: usize,
    /// Tickets in `fifo` that were given up before they were sent.
    withdrawn: usize,
    /// Entries at the head of `fifo` whose deadline is already behind them.
    overdue: usize,

    room: VecDeque<RoomWaiter>,
    /// Waiters at the head of `room` whose deadline is already behind them: they are only still to be told.
    late: usize,
    next_waiter: u64,
    /// How many of them, from the first that is not late, were called to come in.
    calls: usize,
    /// What those will take.
    promised: Need,
    /// Who has to be woken, after unlocking.
    called: Vec<Waker>,

    bounds: Bounds,
    pub(crate) status: Status,
    pub(crate) epoch: u32,
    pub(crate) now: Tick,
    pub(crate) ticking: bool,
    pub(crate) flush_wanted: bool,
    /// An idle connection is being checked: nothing is written until it has answered.
    pub(crate) checking: bool,
    /// Another socket is ready to take over: nothing new is written until what was sent has been answered.
    pub(crate) handing_over: bool,
    pub(crate) closing: bool,
    /// Submissions have brought limits of their own, so that those behind may be overdue before those ahead.
    pub(crate) own_limits: bool,
    pub(crate) last_heard: Tick,
    /// How often that was.
    pub(crate) heard: u64,
    pub(crate) last_sent: Tick,
    /// When the kernel last took bytes of the oldest ticket.
    front_sent: Tick,
    /// Submissions whose last reply came in the last read: one or none means that nobody shares the connection just now.
    pub(crate) last_read: usize,
    /// How many had been submitted by then.
    submitted_before: u64,
    pub(crate) counts: Counts,
}

impl Core {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            outbox: Box::default(),
            batch: None,
            writing: false,
            spare: None,
            batch_base: 0,
            written: 0,
            swapped: 0,
            end: 0,
            tickets: Vec::new(),
            free: Vec::new(),
            fifo: VecDeque::new(),
            in_flight: 0,
            withdrawn: 0,
            overdue: 0,
            room: VecDeque::new(),
            late: 0,
            next_waiter: 0,
            calls: 0,
            promised: Need::default(),
            called: Vec::new(),
            bounds,
            status: Status::Connecting(None),
            epoch: 0,
            now: 0,
            ticking: false,
            flush_wanted: false,
            checking: false,
            handing_over: false,
            closing: false,
            own_limits: false,
            last_heard: 0,
            heard: 0,
            last_sent: 0,
            front_sent: 0,
            last_read: 0,
            submitted_before: 0,
            counts: Counts::default(),
        }
    }

    /// Takes a submission: a ticket at once, a place among those who wait for room, or an error.
    #[inline]
    pub(crate) fn enter<P: Payload + ?Sized>(
        &mut self,
        payload: &P,
        timeout: Option<Tick>,
        waker: &Waker,
    ) -> Result<Admission, LinkError> {
        if self.closing {
            return Err(self.ended());
        }
        self.refuse()?;
        let deadline = timeout.map(|ticks| self.now.saturating_add(ticks));
        if self.waiting_for_room() == 0 && self.has_room(payload) {
            return Ok(Admission::Ticket(self.issue(payload, self.now, deadline, waker)));
        }
        if self.room.len() >= self.bounds.waiters {
            return Err(self.full(self.now));
        }
        let number = self.next_waiter;
        self.next_waiter = number.wrapping_add(1);
        self.room.push_back(RoomWaiter {
            number,
            entered: self.now,
            deadline,
            need: Need::of(payload),
            refused: false,
            waker: waker.clone(),
        });
        Ok(Admission::Room(number))
    }

    /// The error for a submission that cannot even wait.
    #[inline]
    fn refuse(&self) -> Result<(), LinkError> {
        match &self.status {
            Status::Ended(reason) => Err(LinkError::Closed { reason: *reason }),
            Status::Refusing(error) => Err(LinkError::NotConnected { source: error.clone() }),
            Status::Connecting(_) | Status::Up => Ok(()),
        }
    }

    fn ended(&self) -> LinkError {
        match self.status {
            Status::Ended(reason) => LinkError::Closed { reason },
            _ => LinkError::Closed { reason: CloseReason::Closed },
        }
    }

    #[inline]
    fn issue<P: Payload + ?Sized>(
        &mut self,
        payload: &P,
        entered: Tick,
        deadline: Option<Tick>,
        waker: &Waker,
    ) -> u32 {
        let start = self.end;
        let before = self.outbox.len();
        payload.encode(self.outbox.as_mut());
        let len = self.outbox.len().saturating_sub(before);
        self.end = start.wrapping_add(len as u64);
        let frames = payload.frames();
        self.in_flight = self.in_flight.saturating_add(frames);
        self.counts.submitted = self.counts.submitted.wrapping_add(1);
        let end = self.end;
        let index = self.free.pop().unwrap_or_else(|| self.add_place());
        self.fifo.push_back(index);
        if let Some(ticket) = self.tickets.get_mut(index as usize) {
            // Field by field: a free ticket holds no replies, and a whole new one would have them looked for.
            ticket.state = State::Waiting;
            ticket.waker = Some(waker.clone());
            ticket.frames = frames;
            ticket.frames_left = frames;
            ticket.whole = payload.whole();
            ticket.by_pushes = payload.answered_by_pushes();
            ticket.in_fifo = true;
            ticket.start = start;
            ticket.end = end;
            ticket.entered = entered;
            ticket.deadline = deadline;
        }
        index
    }

    /// Makes room for one ticket more.
    #[cold]
    fn add_place(&mut self) -> u32 {
        self.tickets.push(Ticket {
            state: State::Free,
            waker: None,
            replies: Replies::default(),
            frames: 0,
            frames_left: 0,
            whole: true,
            by_pushes: false,
            in_fifo: false,
            start: 0,
            end: 0,
            entered: 0,
            deadline: None,
        });
        // The in-flight bound keeps the slab far below this.
        u32::try_from(self.tickets.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Moves the only reply of `index` to `slot`, if it has come, and spends the ticket. The short form of
    /// [`poll_reply`](Self::poll_reply), which says all else.
    #[inline]
    pub(crate) fn pick_up(&mut self, index: u32, waker: &Waker, slot: &mut Option<Reply>) -> Picked {
        let Some(ticket) = self.tickets.get_mut(index as usize) else { return Picked::Other };
        match ticket.state {
            State::Waiting => {
                ticket.wake(waker);
                Picked::Waiting
            }
            State::Complete if ticket.replies.take_single(slot) => {
                ticket.state = State::Free;
                self.free.push(index);
                Picked::Taken
            }
            _ => Picked::Other,
        }
    }

    /// The reply of `index`, if it has come or will never come. The ticket is spent by `Ready`.
    pub(crate) fn poll_reply(
        &mut self,
        index: u32,
        limit: Duration,
        waker: &Waker,
    ) -> Poll<Result<Replies, LinkError>> {
        let Some(ticket) = self.tickets.get_mut(index as usize) else {
            return Poll::Ready(Err(self.ended()));
        };
        match ticket.state {
            State::Waiting => {
                ticket.wake(waker);
                return Poll::Pending;
            }
            State::Complete => {
                let replies = std::mem::take(&mut ticket.replies);
                ticket.state = State::Free;
                self.free.push(index);
                return Poll::Ready(Ok(replies));
            }
            State::Failed(_) => {}
            State::Free | State::Tombstone | State::Own => return Poll::Ready(Err(self.ended())),
        }
        let replies = std::mem::take(&mut ticket.replies);
        let left = if ticket.in_fifo { State::Tombstone } else { State::Free };
        let State::Failed(failure) = std::mem::replace(&mut ticket.state, left) else {
            return Poll::Ready(Err(self.ended()));
        };
        if !ticket.in_fifo {
            self.free.push(index);
        }
        Poll::Ready(Err(match *failure {
            Failure::Timeout(outcome) => LinkError::Timeout { limit, outcome, replies },
            Failure::Lost { reason, outcome, written } => {
                LinkError::Lost { reason, outcome, written, replies }
            }
            Failure::NotConnected(source) => LinkError::NotConnected { source },
            Failure::Closed(reason) => LinkError::Closed { reason },
        }))
    }

    /// Lets go of a ticket: taken back when unsent, else a tombstone. Says which, and gives the replies that came.
    pub(crate) fn abandon(&mut self, index: u32) -> (Outcome, Replies) {
        let swapped = self.swapped;
        let Some(ticket) = self.tickets.get_mut(index as usize) else {
            return (Outcome::NotSent, Replies::default());
        };
        let sent = ticket.start < swapped;
        let was_waiting = matches!(ticket.state, State::Waiting);
        ticket.waker = None;
        let replies = std::mem::take(&mut ticket.replies);
        if ticket.in_fifo {
            ticket.state = State::Tombstone;
            if was_waiting && sent {
                self.counts.tombstones = self.counts.tombstones.wrapping_add(1);
            } else if was_waiting {
                self.counts.cancelled = self.counts.cancelled.wrapping_add(1);
                self.withdrawn = self.withdrawn.saturating_add(1);
            }
        } else if !matches!(ticket.state, State::Free) {
            ticket.state = State::Free;
            self.free.push(index);
        }
        (if sent { Outcome::MaybeExecuted } else { Outcome::NotSent }, replies)
    }

    /// Gives memory back that a burst had needed. Called when the clock comes to rest.
    pub(crate) fn rest(&mut self) {
        if !self.is_idle() {
            return;
        }
        self.spare = None;
        *self.outbox = Outbox::default();
        self.fifo = VecDeque::new();
        if self.room.is_empty() {
            self.room = VecDeque::new();
            self.called = Vec::new();
        }
        if self.tickets_in_use() == 0 {
            self.tickets = Vec::new();
            self.free = Vec::new();
        }
    }

    /// Bytes and places held for later.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        let places = [self.tickets.capacity(), self.fifo.capacity(), self.room.capacity()];
        let spare = self.spare.as_ref().map_or(0, |spare| spare.memory());
        places.into_iter().chain([spare, self.outbox.memory()]).sum()
    }

    /// Bytes came.
    pub(crate) fn hear(&mut self) {
        self.last_heard = self.now;
        self.heard = self.heard.wrapping_add(1);
    }

    /// Nothing awaited, nothing queued.
    pub(crate) fn is_idle(&self) -> bool {
        self.fifo.is_empty() && self.waiting_for_room() == 0 && self.outbox.is_empty() && !self.writing
    }

    /// Somebody waits for a reply or for room.
    pub(crate) fn has_callers(&self) -> bool {
        let waits = |ticket: &Ticket| matches!(ticket.state, State::Waiting);
        self.waiting_for_room() > 0
            || self.fifo.iter().any(|&index| self.tickets.get(index as usize).is_some_and(waits))
    }

    /// Replies awaited.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Tickets in use, for the leak tests and the statistics.
    pub(crate) fn tickets_in_use(&self) -> usize {
        self.tickets.len().saturating_sub(self.free.len())
    }
}

/// A distance within the outbox; it came from a length, so it fits.
fn to_len(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

/// A limit in ticks, rounded up.
pub(crate) fn ticks(limit: Duration) -> Tick {
    Tick::try_from(limit.as_nanos().div_ceil(TICK.as_nanos().max(1))).unwrap_or(Tick::MAX)
}
