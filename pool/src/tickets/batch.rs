//! What goes out next: swapping the outbox for a batch, giving it back, and our own few bytes.

use redlane_resp::command::WireSink as _;
use redlane_resp::reply::Replies;

use super::{Batch, Core, State, Status, Ticket, to_len};
use crate::outbox::Outbox;

impl Core {
    /// Whether a caller may write its own command: nothing awaited before it, nobody writing.
    #[inline]
    pub(crate) fn alone(&self) -> bool {
        self.is_one_caller()
            && !self.writing
            && !self.flush_wanted
            && !self.checking
            && !self.handing_over
            && matches!(self.status, Status::Up)
    }

    /// Whether one call is all that is under way, and so it was before: there is nobody to wait for.
    #[inline]
    pub(crate) fn is_one_caller(&self) -> bool {
        self.fifo.len() == 1 && self.last_read <= 1
    }

    /// Whether more hangs on the next replies than their callers: the check of an idle connection, or another socket that
    /// is ready to take over.
    pub(crate) fn is_busy_otherwise(&self) -> bool {
        self.checking || self.handing_over
    }

    /// Answers of a new read are about to be given out.
    pub(crate) fn begin_read(&mut self) {
        self.last_read = 0;
        self.submitted_before = self.counts.submitted;
    }

    /// Whether three of four of those who were answered by the last read have submitted something since, or others in
    /// their place.
    pub(crate) fn most_came_again(&self) -> bool {
        let came = self.counts.submitted.wrapping_sub(self.submitted_before);
        came.saturating_mul(4) >= (self.last_read as u64).saturating_mul(3)
    }

    /// Whether there is something to write and nobody on it.
    pub(crate) fn has_unwritten(&self) -> bool {
        let fresh = !self.handing_over && !self.outbox.is_empty();
        !self.writing && !self.checking && (self.batch.is_some() || fresh)
    }

    /// Takes the bytes to write; submissions given up before leave no trace in them.
    pub(crate) fn begin_batch(&mut self) -> Option<Batch> {
        if self.writing || self.checking {
            return None;
        }
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.swap_out()?,
        };
        self.writing = true;
        Some(batch)
    }

    /// Makes a batch of all that is still ours.
    #[inline]
    fn swap_out(&mut self) -> Option<Batch> {
        if self.withdrawn > 0 {
            self.forget_withdrawn();
        }
        if self.outbox.is_empty() || self.handing_over {
            return None;
        }
        let spare = self.spare.take().unwrap_or_default();
        let outbox = std::mem::replace(&mut self.outbox, spare);
        self.batch_base = self.swapped;
        self.swapped = self.end;
        self.counts.batches = self.counts.batches.wrapping_add(1);
        Some(Batch { outbox, done: 0, epoch: self.epoch })
    }

    /// Whether replies are awaited to what was swapped out for the present socket.
    pub(crate) fn awaits_sent(&self) -> bool {
        let first = self.fifo.front().and_then(|&index| self.tickets.get(index as usize));
        self.writing || first.is_some_and(|ticket| ticket.start < self.swapped || ticket.start == ticket.end)
    }

    /// Whether the socket that the batch was taken for is still the link's.
    pub(crate) fn is_current(&self, batch: &Batch) -> bool {
        batch.epoch == self.epoch
    }

    /// Gives the batch back after a write; `true` when it went out whole.
    pub(crate) fn end_batch(&mut self, mut batch: Batch) -> bool {
        if !self.is_current(&batch) {
            // The socket was given up meanwhile, and with it all that had been swapped out.
            return true;
        }
        self.writing = false;
        let written = self.batch_base.wrapping_add(batch.done as u64);
        if written != self.written {
            self.last_sent = self.now;
            let front = self.fifo.front().and_then(|&index| self.tickets.get(index as usize));
            if front.is_some_and(|front| front.end > self.written) {
                self.front_sent = self.now;
            }
            self.written = written;
        }
        if batch.done >= batch.outbox.len() {
            batch.outbox.clear();
            self.spare = Some(batch.outbox);
            self.call_next();
            return true;
        }
        self.batch = Some(batch);
        false
    }

    /// Rebuilds the outbox without the submissions that were given up in it.
    pub(super) fn forget_withdrawn(&mut self) {
        let mut kept = Outbox::default();
        let base = self.swapped;
        let outbox = std::mem::take(&mut *self.outbox);
        let mut ranges = outbox.ranges();
        let mut fifo = std::mem::take(&mut self.fifo);
        fifo.retain(|&index| {
            let Some(ticket) = self.tickets.get_mut(index as usize) else { return false };
            // Sent, or the check of an idle connection, which has no bytes in the stream.
            if ticket.start < base || ticket.start == ticket.end {
                return true;
            }
            if matches!(ticket.state, State::Waiting | State::Own) {
                let from = to_len(ticket.start.saturating_sub(base));
                let to = to_len(ticket.end.saturating_sub(base));
                ticket.start = base.wrapping_add(kept.len() as u64);
                ranges.copy(from, to, &mut kept);
                ticket.end = base.wrapping_add(kept.len() as u64);
                return true;
            }
            ticket.in_fifo = false;
            self.in_flight = self.in_flight.saturating_sub(ticket.frames_left);
            if matches!(ticket.state, State::Tombstone) {
                ticket.state = State::Free;
                self.free.push(index);
            }
            false
        });
        self.fifo = fifo;
        self.end = base.wrapping_add(kept.len() as u64);
        *self.outbox = kept;
        self.withdrawn = 0;
        self.overdue = 0;
        self.call_next();
    }

    /// Appends bytes of our own (a probe); their reply is dropped.
    pub(crate) fn append_probe(&mut self, bytes: &[u8]) {
        let start = self.end;
        self.outbox.put_slice(bytes);
        self.end = start.wrapping_add(bytes.len() as u64);
        let index = self.place_own(start, self.end);
        self.fifo.push_back(index);
        self.in_flight = self.in_flight.saturating_add(1);
        self.flush_wanted = true;
    }

    /// Appends bytes that nobody awaits a reply to: the words of a feed. They end with their socket.
    pub(crate) fn append_words(&mut self, bytes: &[u8]) {
        self.outbox.put_slice(bytes);
        self.end = self.end.wrapping_add(bytes.len() as u64);
    }

    /// Expects the reply to a probe that was written past the stream, ahead of everything unsent.
    pub(crate) fn expect_check(&mut self) {
        let index = self.place_own(self.swapped, self.swapped);
        self.fifo.push_front(index);
        self.in_flight = self.in_flight.saturating_add(1);
        self.overdue = 0;
    }

    fn place_own(&mut self, start: u64, end: u64) -> u32 {
        let entered = self.now;
        let index = self.free.pop().unwrap_or_else(|| self.add_place());
        if let Some(ticket) = self.tickets.get_mut(index as usize) {
            *ticket = Ticket {
                state: State::Own,
                waker: None,
                replies: Replies::default(),
                frames: 1,
                frames_left: 1,
                whole: true,
                by_pushes: false,
                in_fifo: true,
                start,
                end,
                entered,
                deadline: None,
            };
        }
        index
    }
}
