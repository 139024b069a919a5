//! A link: one connection's engine. It outlives its sockets.
//!
//! Callers copy their command into the link's buffer under a short lock and take a ticket; the driver task
//! writes a batch at a time, reads, and fills tickets in order. When nothing else is under way the caller
//! writes by itself, which saves two task switches. No channel, no boxed message, no timer per command.
//! What is sent when, and to whom a reply belongs, is decided in `tickets.rs`; sockets live in `driver.rs`;
//! reconnecting in `supervisor.rs`.

mod call;
#[cfg(all(test, loom))]
mod model;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use redlane_resp::reply::{Replies, Reply};
use tokio::time::Instant;

use crate::config::LinkConfig;
use crate::connection::open;
use crate::connector::{Connector, PushSink};
use crate::error::{CloseReason, LinkError, Outcome};
use crate::payload::Payload;
use crate::shared::{Shared, ticks_after};
use crate::stats::LinkStats;
use crate::supervisor;
use crate::tickets::{Admission, Picked, Status, Tick, lasting};
use crate::transport::ConnectError;

pub use self::call::Call;

/// A connection that spoke within so many ticks (100 ms) is not looked at again before it changes hands.
const RECENT: Tick = 4;

/// A caller's place in a link. Give it back with [`Link::abandon`] when the caller goes away early.
#[derive(Debug, Default)]
pub struct Entry {
    place: Place,
    entered: Tick,
    /// Its own time for an answer; else the link's.
    limit: Option<Tick>,
}

#[derive(Debug, Default)]
enum Place {
    #[default]
    New,
    Room(u64),
    Ticket(u32),
    Spent,
}

impl Entry {
    /// An entry that has not been submitted yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { place: Place::New, entered: 0, limit: None }
    }

    /// An entry whose answer is awaited for `limit`, in the place of the link's own time.
    #[must_use]
    pub fn within(limit: Duration) -> Self {
        Self { limit: Some(ticks_after(limit)), ..Self::new() }
    }

    /// Whether the link still knows it.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.place, Place::Room(_) | Place::Ticket(_))
    }
}

/// One auto-pipelining connection that reconnects by itself, or a single socket of the pool.
///
/// # Cancel safety
/// Dropping a caller between two polls loses nothing but its reply, if [`abandon`](Self::abandon) is called.
pub struct Link {
    shared: Arc<Shared>,
}

impl Link {
    /// Starts a link that reconnects until it is dropped or closed. It begins to connect at once, in tasks of
    /// the current runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn<C: Connector>(
        connector: Arc<C>,
        config: LinkConfig,
        sink: Option<Arc<dyn PushSink>>,
    ) -> Self {
        let shared = Shared::new(config, sink, true);
        supervisor::spawn(Arc::clone(&shared), connector);
        Self { shared }
    }

    /// Without a task to drive it.
    #[cfg(test)]
    pub(crate) fn over(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Connects one socket and returns the link over it, which ends when the socket does.
    ///
    /// # Errors
    /// [`ConnectError`] when dialling or greeting fails within the connect timeout.
    ///
    /// # Cancel safety
    /// A dropped future closes the socket.
    pub async fn connect<C: Connector>(
        connector: Arc<C>,
        config: LinkConfig,
        sink: Option<Arc<dyn PushSink>>,
    ) -> Result<Self, ConnectError> {
        let shared = Shared::new(config, sink, false);
        let connection = open(&*connector, &shared.config).await?;
        supervisor::spawn_single(Arc::clone(&shared), connector, connection);
        Ok(Self { shared })
    }

    /// Submits `payload` at the first poll and resolves to its replies.
    ///
    /// # Errors
    /// [`LinkError`]; each says whether the submission may have been executed.
    #[inline]
    pub fn poll_call<P: Payload + ?Sized>(
        &self,
        cx: &mut Context<'_>,
        payload: &P,
        entry: &mut Entry,
    ) -> Poll<Result<Replies, LinkError>> {
        match entry.place {
            Place::Ticket(index) => {
                let mut inner = self.shared.lock();
                let reply = inner.core.poll_reply(index, self.shared.limit(), cx.waker());
                drop(inner);
                if reply.is_ready() {
                    entry.place = Place::Spent;
                }
                reply
            }
            _ => self.poll_submit(cx, payload, entry),
        }
    }

    /// [`poll_call`](Self::poll_call) for a submission of one command, whose reply is put into `slot`; that stays
    /// empty when it was answered by anything but one reply.
    ///
    /// # Errors
    /// As for [`poll_call`](Self::poll_call); boxed, since it is passed on by the fast path.
    #[inline]
    pub fn poll_one<P: Payload + ?Sized>(
        &self,
        cx: &mut Context<'_>,
        payload: &P,
        entry: &mut Entry,
        slot: &mut Option<Reply>,
    ) -> Poll<Result<(), Box<LinkError>>> {
        if let Place::Ticket(index) = entry.place {
            match self.shared.lock().core.pick_up(index, cx.waker(), slot) {
                Picked::Waiting => return Poll::Pending,
                Picked::Taken => {
                    entry.place = Place::Spent;
                    return Poll::Ready(Ok(()));
                }
                Picked::Other => {}
            }
        }
        self.poll_rest(cx, payload, entry, slot)
    }

    /// What [`poll_one`](Self::poll_one) does at first, and when it fails.
    #[inline(never)]
    fn poll_rest<P: Payload + ?Sized>(
        &self,
        cx: &mut Context<'_>,
        payload: &P,
        entry: &mut Entry,
        slot: &mut Option<Reply>,
    ) -> Poll<Result<(), Box<LinkError>>> {
        match self.poll_call(cx, payload, entry) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(replies)) => {
                *slot = replies.into_single();
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(Box::new(error))),
        }
    }

    /// [`poll_call`](Self::poll_call) as a future.
    pub fn call<'a, P: Payload + ?Sized>(&'a self, payload: &'a P) -> Call<'a, P> {
        Call::new(self, payload, Entry::new())
    }

    /// [`call`](Self::call) that waits for `limit` in the place of the link's own time; see [`Entry::within`].
    pub fn call_within<'a, P: Payload + ?Sized>(&'a self, payload: &'a P, limit: Duration) -> Call<'a, P> {
        Call::new(self, payload, Entry::within(limit))
    }

    /// How long ago `entry` was submitted, within 25 ms.
    #[must_use]
    pub fn waited(&self, entry: &Entry) -> Duration {
        lasting(self.shared.clock().saturating_sub(entry.entered))
    }

    fn poll_submit<P: Payload + ?Sized>(
        &self,
        cx: &mut Context<'_>,
        payload: &P,
        entry: &mut Entry,
    ) -> Poll<Result<Replies, LinkError>> {
        let shared = &*self.shared;
        let mut inner = shared.lock();
        let asleep = shared.rouse(&mut inner);
        let entered = match entry.place {
            Place::New => {
                entry.entered = inner.core.now;
                shared.check_long_idle(&mut inner);
                inner.core.own_limits |= entry.limit.is_some();
                inner.core.enter(payload, entry.limit.or(shared.attempt_ticks), cx.waker())
            }
            Place::Room(number) => match inner.core.ask_room(number, payload, cx.waker()) {
                Poll::Ready(ticket) => ticket.map(Admission::Ticket),
                Poll::Pending => Ok(Admission::Room(number)),
            },
            Place::Ticket(_) | Place::Spent => {
                return Poll::Ready(Err(LinkError::Closed { reason: CloseReason::Closed }));
            }
        };
        match entered {
            Ok(Admission::Ticket(index)) => {
                entry.place = Place::Ticket(index);
                shared.send(inner, asleep);
                Poll::Pending
            }
            Ok(Admission::Room(number)) => {
                entry.place = Place::Room(number);
                shared.unlock(inner, asleep);
                Poll::Pending
            }
            Err(error) => {
                entry.place = Place::Spent;
                // A supervisor that waits between attempts learns that somebody asks.
                inner.asked = true;
                shared.unlock(inner, true);
                Poll::Ready(Err(error))
            }
        }
    }

    /// Lets go of `entry`: it is taken back if it has not been sent, else its reply will be dropped.
    ///
    /// Returns what that means for the server.
    pub fn abandon(&self, entry: &mut Entry) -> Outcome {
        self.give_up(entry).0
    }

    /// [`abandon`](Self::abandon), with the replies of a pipeline that had arrived by then.
    pub fn give_up(&self, entry: &mut Entry) -> (Outcome, Replies) {
        match std::mem::replace(&mut entry.place, Place::Spent) {
            Place::Ticket(index) => self.shared.lock().core.abandon(index),
            Place::Room(number) => {
                let mut inner = self.shared.lock();
                inner.core.leave_room(number);
                self.shared.unlock(inner, false);
                (Outcome::NotSent, Replies::default())
            }
            Place::New | Place::Spent => (Outcome::NotSent, Replies::default()),
        }
    }

    /// Whether it is connected and greeted right now.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.shared.is_up()
    }

    /// Whether it has ended for good, and why.
    #[must_use]
    pub fn ended(&self) -> Option<CloseReason> {
        self.shared.ended()
    }

    /// Whether nothing is awaited, queued or waiting: a leased connection may go back.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.shared.lock().core.is_idle()
    }

    /// Whether it can change hands: connected, nothing under way, and, after some silence, nothing on the socket that the
    /// driver has yet to see: its end, or bytes that nobody asked for.
    #[must_use]
    pub fn is_reusable(&self) -> bool {
        let inner = self.shared.lock();
        if !matches!(inner.core.status, Status::Up) || !inner.core.is_idle() || inner.broken.is_some() {
            return false;
        }
        let last = inner.core.last_heard.max(inner.core.last_sent);
        if self.shared.clock().saturating_sub(last) <= RECENT {
            return true;
        }
        let socket = inner.writer.clone().or_else(|| inner.watch.clone());
        drop(inner);
        socket.is_none_or(|socket| socket.is_quiet())
    }

    /// Asks for a new socket: the name may have moved, or the greeting must be said again. The present one serves
    /// on until the new one has greeted and what was sent on the present one is answered, for a quarter of an
    /// attempt's time at most. Asked again within a second, it does nothing.
    pub fn renew(&self) {
        self.shared.renew();
    }

    /// Why the last attempt to connect failed, while there is no connection.
    #[must_use]
    pub fn last_failure(&self) -> Option<ConnectError> {
        match &self.shared.lock().core.status {
            Status::Connecting(failure) => failure.clone(),
            Status::Refusing(failure) => Some(failure.clone()),
            Status::Up | Status::Ended(_) => None,
        }
    }

    /// Which socket it is on, counted from its first connection; state bound to a socket ends with its epoch.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.shared.lock().core.epoch
    }

    /// How long nothing has been sent or read.
    #[must_use]
    pub fn idle_for(&self) -> Duration {
        let inner = self.shared.lock();
        let last = inner.core.last_heard.max(inner.core.last_sent);
        lasting(self.shared.clock().saturating_sub(last))
    }

    /// Figures of this link.
    #[must_use]
    pub fn stats(&self) -> LinkStats {
        self.shared.stats()
    }

    /// Takes no more submissions, waits up to `limit` for those under way, then ends.
    ///
    /// # Cancel safety
    /// A dropped future leaves the link closing; it ends when it is dropped.
    pub async fn close(&self, limit: Duration) {
        {
            let mut inner = self.shared.lock();
            inner.core.closing = true;
            self.shared.unlock(inner, true);
        }
        let deadline = Instant::now().checked_add(limit);
        while self.shared.lock().core.has_callers() && deadline.is_none_or(|at| Instant::now() < at) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.shared.end(CloseReason::Closed);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.end(CloseReason::Closed);
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("stats", &self.stats()).finish()
    }
}
