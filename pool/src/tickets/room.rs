//! Back-pressure: who may enter, who waits for room, in which order.
//!
//! They enter in the order in which they came, whatever the runtime does with wake-ups. As many are called at once as
//! there is room for, and each enters when it is polled and first; who comes before its turn is called again when
//! those before it are in. One call at a time would cost a turn of the runtime's whole queue for each of them, and under
//! load the line would grow while the connection lay idle. A waiter that goes away passes its call on.

use std::task::{Poll, Waker};

use super::{Core, Need, RoomWaiter, Tick, lasting};
use crate::error::LinkError;
use crate::payload::Payload;

impl Need {
    #[inline]
    pub(super) fn of<P: Payload + ?Sized>(payload: &P) -> Self {
        Need { frames: payload.frames(), bytes: payload.encoded_len() }
    }

    fn add(&mut self, other: Need) {
        self.frames = self.frames.saturating_add(other.frames);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    fn sub(&mut self, other: Need) {
        self.frames = self.frames.saturating_sub(other.frames);
        self.bytes = self.bytes.saturating_sub(other.bytes);
    }
}

impl Core {
    /// Asks again for a submission that waits for room.
    pub(crate) fn ask_room<P: Payload + ?Sized>(
        &mut self,
        number: u64,
        payload: &P,
        waker: &Waker,
    ) -> Poll<Result<u32, LinkError>> {
        let Ok(at) = self.room.binary_search_by_key(&number, |waiter| waiter.number) else {
            return Poll::Ready(Err(self.ended()));
        };
        if let Err(error) = self.refuse() {
            self.leave_room(number);
            return Poll::Ready(Err(error));
        }
        let Some(waiter) = self.room.get(at) else { return Poll::Ready(Err(self.ended())) };
        let (entered, deadline) = (waiter.entered, waiter.deadline);
        if at < self.late || deadline.is_some_and(|deadline| deadline <= self.now) {
            let error = self.full(entered);
            self.leave_room(number);
            return Poll::Ready(Err(error));
        }
        if at == self.late && self.has_room(payload) {
            self.remove_waiter(at);
            let ticket = self.issue(payload, entered, deadline, waker);
            self.call_next();
            return Poll::Ready(Ok(ticket));
        }
        let called = at.saturating_sub(self.late) < self.calls;
        if let Some(waiter) = self.room.get_mut(at) {
            waiter.waker.clone_from(waker);
            waiter.refused |= called;
        }
        Poll::Pending
    }

    /// Leaves the queue for room; whoever stands behind moves up.
    pub(crate) fn leave_room(&mut self, number: u64) {
        if let Ok(at) = self.room.binary_search_by_key(&number, |waiter| waiter.number) {
            self.remove_waiter(at);
            self.call_next();
        }
    }

    /// Takes a waiter out of the line, with its call if it had one.
    fn remove_waiter(&mut self, at: usize) {
        let Some(waiter) = self.room.remove(at) else { return };
        if at < self.late {
            self.late = self.late.saturating_sub(1);
        } else if at.saturating_sub(self.late) < self.calls {
            self.uncall(waiter.need);
        }
    }

    fn uncall(&mut self, need: Need) {
        self.calls = self.calls.saturating_sub(1);
        self.promised.sub(need);
    }

    /// Tells those whose time is over. They are in nobody's way from here on, polled or not.
    pub(super) fn expire_waiters(&mut self, wakers: &mut Vec<Waker>) {
        let before = self.late;
        while let Some(waiter) = self.room.get(self.late) {
            if waiter.deadline.is_none_or(|deadline| deadline > self.now) {
                break;
            }
            wakers.push(waiter.waker.clone());
            let need = waiter.need;
            if self.calls > 0 {
                self.uncall(need);
            }
            self.late = self.late.saturating_add(1);
        }
        if self.own_limits {
            // They keep their places until they have come.
            let behind = self.room.iter().skip(self.late);
            let overdue =
                behind.filter(|waiter| waiter.deadline.is_some_and(|deadline| deadline <= self.now));
            wakers.extend(overdue.map(|waiter| waiter.waker.clone()));
        }
        if self.late != before {
            self.call_next();
        }
    }

    pub(super) fn full(&mut self, entered: Tick) -> LinkError {
        self.counts.full = self.counts.full.wrapping_add(1);
        LinkError::Full {
            waited: lasting(self.now.saturating_sub(entered)),
            in_flight: self.in_flight,
            in_flight_limit: self.bounds.in_flight,
            queued_bytes: self.queued_bytes(),
            queued_bytes_limit: self.bounds.queued_bytes,
            waiters: self.waiting_for_room(),
        }
    }

    fn queued_bytes(&self) -> usize {
        usize::try_from(self.end.saturating_sub(self.written)).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) fn has_room<P: Payload + ?Sized>(&self, payload: &P) -> bool {
        self.fits(Need::default(), Need::of(payload))
    }

    /// Whether `need` finds room besides what is `promised`. What is larger than a bound is let in alone.
    #[inline]
    fn fits(&self, promised: Need, need: Need) -> bool {
        let replies = self.in_flight.saturating_add(promised.frames);
        let queued = self.queued_bytes().saturating_add(promised.bytes);
        (replies == 0 || replies.saturating_add(need.frames) <= self.bounds.in_flight)
            && (queued == 0 || queued.saturating_add(need.bytes) <= self.bounds.queued_bytes)
    }

    /// Calls those for whom there is room, in order; whoever holds the lock wakes them after unlocking.
    #[inline]
    pub(super) fn call_next(&mut self) {
        if self.room.len() > self.late {
            self.call();
        }
    }

    fn call(&mut self) {
        let first = self.room.get(self.late).filter(|first| first.refused && self.calls > 0);
        if first.is_some_and(|first| self.fits(Need::default(), first.need))
            && let Some(RoomWaiter { refused, waker, .. }) = self.room.get_mut(self.late)
        {
            *refused = false;
            self.called.push(waker.clone());
        }
        while let Some(next) = self.room.get(self.late.saturating_add(self.calls))
            && self.fits(self.promised, next.need)
        {
            self.called.push(next.waker.clone());
            self.promised.add(next.need);
            self.calls = self.calls.saturating_add(1);
        }
    }

    /// Whether anybody has to be woken after unlocking.
    #[inline]
    pub(crate) fn has_called(&self) -> bool {
        !self.called.is_empty()
    }

    /// Who has to be woken after unlocking.
    #[inline]
    pub(crate) fn take_called(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.called)
    }

    /// Submissions waiting for room.
    #[inline]
    pub(crate) fn waiting_for_room(&self) -> usize {
        self.room.len().saturating_sub(self.late)
    }
}
