//! Back-pressure: who may enter, who waits for room, in which order.
//!
//! Only the first waiter is woken, and it wakes the next once it is in: order of arrival is kept whatever the
//! runtime does with wake-ups.

use std::task::{Poll, Waker};

use super::{Core, TICK, Tick};
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
        let Some(waiter) = self.room.get_mut(at) else { return Poll::Ready(Err(self.ended())) };
        let (entered, deadline, expired) = (waiter.entered, waiter.deadline, waiter.expired);
        if expired {
            let error = self.full(entered);
            self.leave_room(number);
            return Poll::Ready(Err(error));
        }
        if at == 0 && self.has_room(payload) {
            self.room.pop_front();
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
            if at == 0 {
                self.call_next();
            }
        }
    }

    pub(super) fn full(&mut self, entered: Tick) -> LinkError {
        self.counts.full = self.counts.full.wrapping_add(1);
        LinkError::Full {
            waited: TICK.saturating_mul(self.now.saturating_sub(entered)),
            in_flight: self.in_flight,
            in_flight_limit: self.bounds.in_flight,
            queued_bytes: self.queued_bytes(),
            queued_bytes_limit: self.bounds.queued_bytes,
            waiters: self.room.len(),
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

    /// Wakes the first of those who wait for room.
    pub(super) fn call_next(&mut self) {
        if let Some(first) = self.room.front() {
            first.waker.wake_by_ref();
        }
    }

    /// Submissions waiting for room.
    pub(crate) fn waiting_for_room(&self) -> usize {
        self.room.len()
    }
}
