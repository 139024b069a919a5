//! Back-pressure: who may enter, who waits for room, in which order.
//!
//! Only the first waiter is called, and the next once it is in: order of arrival is kept whatever the runtime
//! does with wake-ups. A waiter that goes away passes the call on.

use std::task::{Poll, Waker};

use super::{Core, Tick, lasting};
use crate::error::LinkError;
use crate::payload::Payload;

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
        if at < self.late {
            let error = self.full(entered);
            self.leave_room(number);
            return Poll::Ready(Err(error));
        }
        if at == self.late && self.has_room(payload) {
            self.room.remove(at);
            let ticket = self.issue(payload, entered, deadline, waker);
            self.call_next();
            return Poll::Ready(Ok(ticket));
        }
        if let Some(waiter) = self.room.get_mut(at) {
            waiter.waker.clone_from(waker);
        }
        Poll::Pending
    }

    /// Leaves the queue for room; whoever stands behind moves up.
    pub(crate) fn leave_room(&mut self, number: u64) {
        if let Ok(at) = self.room.binary_search_by_key(&number, |waiter| waiter.number) {
            self.room.remove(at);
            if at < self.late {
                self.late = self.late.saturating_sub(1);
            } else if at == self.late {
                self.call_next();
            }
        }
    }

    /// Tells those whose time is over. They are in nobody's way from here on, polled or not.
    pub(super) fn expire_waiters(&mut self, wakers: &mut Vec<Waker>) {
        let before = self.late;
        while let Some(waiter) = self.room.get(self.late) {
            if waiter.deadline.is_none_or(|deadline| deadline > self.now) {
                break;
            }
            wakers.push(waiter.waker.clone());
            self.late = self.late.saturating_add(1);
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
        let frames = payload.frames();
        let replies_fit =
            self.in_flight == 0 || self.in_flight.saturating_add(frames) <= self.bounds.in_flight;
        let queued = self.queued_bytes();
        replies_fit
            && (queued == 0 || queued.saturating_add(payload.encoded_len()) <= self.bounds.queued_bytes)
    }

    /// Calls the first of those who wait for room; whoever holds the lock wakes it after unlocking.
    #[inline]
    pub(super) fn call_next(&mut self) {
        if let Some(first) = self.room.get(self.late) {
            self.called = Some(first.waker.clone());
        }
    }

    /// Who has to be woken after unlocking.
    #[inline]
    pub(crate) fn take_called(&mut self) -> Option<Waker> {
        self.called.take()
    }

    /// Submissions waiting for room.
    #[inline]
    pub(crate) fn waiting_for_room(&self) -> usize {
        self.room.len().saturating_sub(self.late)
    }
}
