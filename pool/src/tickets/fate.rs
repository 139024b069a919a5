//! What becomes of tickets: answered, overdue, cut.

use std::task::Waker;

use redlane_resp::reply::Replies;

use super::{Core, Failure, State, Status, Tick, to_len};
use crate::block::ReadBlock;
use crate::error::{CloseReason, Outcome};
use crate::outbox::Outbox;

/// The frames at hand that belong to one ticket.
struct Part {
    count: usize,
    len: usize,
    /// Where the last of them begins.
    last: usize,
}

impl Part {
    #[inline]
    fn of(frames: &[usize], wanted: usize) -> Self {
        match frames {
            [len, ..] if wanted == 1 => Part { count: 1, len: *len, last: 0 },
            _ => Self::of_many(frames, wanted),
        }
    }

    fn of_many(frames: &[usize], wanted: usize) -> Self {
        let count = wanted.min(frames.len());
        let (last, before) = frames.get(..count).and_then(<[usize]>::split_last).unwrap_or((&0, &[]));
        let before = before.iter().fold(0, |sum: usize, len| sum.saturating_add(*len));
        Part { count, len: before.saturating_add(*last), last: before }
    }
}

impl Core {
    /// Gives `frames` whole replies, the first bytes of `block`, to their tickets.
    pub(crate) fn deliver(
        &mut self,
        block: &mut ReadBlock,
        frames: &[usize],
        wakers: &mut Vec<Waker>,
    ) -> Result<(), CloseReason> {
        self.hear();
        // What a caller is writing right now may be out already.
        let sent = if self.writing { self.swapped } else { self.written };
        let mut frames = frames;
        while !frames.is_empty() {
            let Some(&index) = self.fifo.front() else { return Err(CloseReason::UnaskedReply) };
            let Some(ticket) = self.tickets.get_mut(index as usize) else {
                return Err(CloseReason::UnaskedReply);
            };
            if ticket.start >= sent && ticket.start < ticket.end {
                return Err(CloseReason::UnaskedReply);
            }
            let part = Part::of(frames, ticket.frames_left);
            // An answer before the end of the question; only a complaint about its form can be meant for it.
            let early = ticket.end > sent && part.count == ticket.frames_left;
            if early && !block.is_error_at(part.last) {
                return Err(CloseReason::UnaskedReply);
            }
            let count = part.count;
            frames = frames.get(count..).unwrap_or_default();
            let waiting = matches!(ticket.state, State::Waiting);
            if block.is_large() {
                let reply = block.take_large(part.len);
                ticket.replies.push(reply, if waiting { count } else { 0 });
            } else {
                // Straight to its place: a reply that is put together elsewhere is waited for when it moves.
                let bytes = block.take_small(part.len);
                if waiting {
                    ticket.replies.push_block(bytes, count);
                }
            }
            ticket.frames_left = ticket.frames_left.saturating_sub(count);
            self.in_flight = self.in_flight.saturating_sub(count);
            if ticket.frames_left > 0 {
                break;
            }
            ticket.in_fifo = false;
            self.last_read = self.last_read.saturating_add(1);
            if !matches!(ticket.state, State::Own) {
                self.counts.completed = self.counts.completed.wrapping_add(1);
            }
            match ticket.state {
                State::Waiting => {
                    ticket.state = State::Complete;
                    wakers.extend(ticket.waker.take());
                }
                State::Failed(_) => {}
                _ => {
                    ticket.state = State::Free;
                    self.free.push(index);
                }
            }
            self.fifo.pop_front();
            self.overdue = self.overdue.saturating_sub(1);
            if early {
                return Err(CloseReason::UnaskedReply);
            }
        }
        self.call_next();
        Ok(())
    }

    /// Whether the next answer is all that its submission waits for.
    pub(crate) fn awaits_one(&self) -> bool {
        let next = self.fifo.front().and_then(|index| self.tickets.get(*index as usize));
        next.is_some_and(|ticket| ticket.frames == 1)
    }

    /// Whether the next answer is for a submission that pushes can answer.
    pub(crate) fn awaits_push(&self) -> bool {
        let next = self.fifo.front().and_then(|index| self.tickets.get(*index as usize));
        next.is_some_and(|ticket| ticket.by_pushes)
    }

    /// It is `now`, as far as the clock that is asked once a tick can know.
    pub(crate) fn tell(&mut self, now: Tick) {
        let lost = now.saturating_sub(self.now).saturating_sub(1);
        if lost > 0 {
            self.make_up(lost);
        }
        // Two may tell the time, and the later one may have looked at the clock first.
        self.now = self.now.max(now);
    }

    /// The time was told late by so many ticks. What was submitted, sent or heard since it was last told may be younger than
    /// it seems by as many: no call must fail before its deadline for that, and no server be taken for a silent one.
    #[cold]
    fn make_up(&mut self, lost: Tick) {
        let told = self.now;
        let put_off = |entered: &mut Tick, deadline: &mut Option<Tick>| {
            if *entered == told {
                *entered = entered.saturating_add(lost);
                *deadline = deadline.map(|deadline| deadline.saturating_add(lost));
            }
        };
        for time in [&mut self.last_heard, &mut self.front_sent] {
            put_off(time, &mut None);
        }
        for &index in &self.fifo {
            if let Some(ticket) = self.tickets.get_mut(index as usize) {
                put_off(&mut ticket.entered, &mut ticket.deadline);
            }
        }
        for waiter in &mut self.room {
            put_off(&mut waiter.entered, &mut waiter.deadline);
        }
    }

    /// Fails what is overdue by now, both awaited and waiting for room.
    pub(crate) fn expire(&mut self, wakers: &mut Vec<Waker>) {
        let now = self.now;
        let unsent = match &self.status {
            Status::Connecting(Some(error)) => Failure::NotConnected(error.clone()),
            _ => Failure::Timeout(Outcome::NotSent),
        };
        let mut withdrawn = 0usize;
        for &index in self.fifo.iter().skip(self.overdue) {
            let Some(ticket) = self.tickets.get_mut(index as usize) else { continue };
            let waiting = matches!(ticket.state, State::Waiting);
            let young = ticket.deadline.map_or(waiting, |deadline| deadline > now);
            match (young, self.own_limits) {
                (true, true) => continue,
                (true, false) => break,
                (false, true) => {}
                (false, false) => self.overdue = self.overdue.saturating_add(1),
            }
            if !waiting {
                continue;
            }
            let failure = if ticket.start < self.swapped {
                self.counts.tombstones = self.counts.tombstones.wrapping_add(1);
                Failure::Timeout(Outcome::MaybeExecuted)
            } else {
                withdrawn = withdrawn.saturating_add(1);
                unsent.clone()
            };
            self.counts.timeouts = self.counts.timeouts.wrapping_add(1);
            ticket.state = State::Failed(Box::new(failure));
            wakers.extend(ticket.waker.take());
        }
        self.withdrawn = self.withdrawn.saturating_add(withdrawn);
        if self.withdrawn > 0 {
            // While nothing can be written nobody else makes room of them.
            self.forget_withdrawn();
        }
        self.expire_waiters(wakers);
    }

    /// The ticks for which the oldest sent submission has heard nothing at all; `None` when none is awaited.
    pub(crate) fn silence(&self) -> Option<Tick> {
        let first = self.fifo.front().and_then(|&index| self.tickets.get(index as usize))?;
        (first.start < self.swapped).then(|| {
            // What waited long for being sent counts from the moment when the last of it was.
            self.now.saturating_sub(self.last_heard.max(first.entered).max(self.front_sent))
        })
    }

    /// The socket is gone: what was sent fails now, what was not stays for the next one.
    pub(crate) fn cut(&mut self, reason: CloseReason, wakers: &mut Vec<Waker>) {
        if self.writing {
            // A caller is writing right now; what it holds may get out.
            self.written = self.swapped;
        }
        let (written, swapped, base) = (self.written, self.swapped, self.batch_base);
        let batch = self.batch.take().map(|batch| batch.outbox).unwrap_or_default();
        let outbox = std::mem::take(&mut *self.outbox);
        let mut sources = [(base, batch.ranges()), (swapped, outbox.ranges())];
        let mut kept = Outbox::default();
        let new_base = self.end;
        let mut fifo = std::mem::take(&mut self.fifo);
        fifo.retain(|&index| {
            let Some(ticket) = self.tickets.get_mut(index as usize) else { return false };
            let waiting = matches!(ticket.state, State::Waiting);
            let untouched = ticket.start >= written;
            let half = !untouched && ticket.end > written;
            if waiting && ticket.start < ticket.end && (untouched || (half && ticket.whole)) {
                let start = new_base.wrapping_add(kept.len() as u64);
                for (from_base, source) in &mut sources {
                    let from = to_len(ticket.start.saturating_sub(*from_base));
                    let to = to_len(ticket.end.saturating_sub(*from_base));
                    if ticket.end > *from_base {
                        source.copy(from, to, &mut kept);
                    }
                }
                ticket.start = start;
                ticket.end = new_base.wrapping_add(kept.len() as u64);
                // A transaction is answered while it is still being written; the new socket answers all of it.
                self.in_flight =
                    self.in_flight.saturating_add(ticket.frames.saturating_sub(ticket.frames_left));
                ticket.frames_left = ticket.frames;
                ticket.replies = Replies::default();
                return true;
            }
            self.in_flight = self.in_flight.saturating_sub(ticket.frames_left);
            ticket.in_fifo = false;
            if waiting {
                self.counts.lost = self.counts.lost.wrapping_add(1);
                let taken = to_len(written.min(ticket.end).saturating_sub(ticket.start));
                // Of a pipeline that is half out the first commands may have run.
                let maybe = ticket.end <= written || (half && !ticket.whole);
                let outcome = if maybe { Outcome::MaybeExecuted } else { Outcome::NotSent };
                let failure = Failure::Lost { reason, outcome, written: taken };
                ticket.state = State::Failed(Box::new(failure));
                wakers.extend(ticket.waker.take());
            } else if matches!(ticket.state, State::Tombstone | State::Own) {
                ticket.state = State::Free;
                self.free.push(index);
            }
            false
        });
        self.fifo = fifo;
        *self.outbox = kept;
        self.end = new_base.wrapping_add(self.outbox.len() as u64);
        (self.batch_base, self.written, self.swapped) = (new_base, new_base, new_base);
        self.writing = false;
        self.withdrawn = 0;
        self.overdue = 0;
        self.checking = false;
        self.handing_over = false;
        self.last_read = 0;
        self.epoch = self.epoch.wrapping_add(1);
        self.status = Status::Connecting(None);
        self.call_next();
    }

    /// Fails everything that has not been sent, because the server refuses us or the link ends.
    pub(crate) fn fail_unsent(&mut self, status: Status, wakers: &mut Vec<Waker>) {
        let failure = match &status {
            Status::Refusing(error) | Status::Connecting(Some(error)) => Failure::NotConnected(error.clone()),
            Status::Ended(reason) => Failure::Closed(*reason),
            Status::Connecting(None) | Status::Up => Failure::Closed(CloseReason::Closed),
        };
        for index in std::mem::take(&mut self.fifo) {
            let Some(ticket) = self.tickets.get_mut(index as usize) else { continue };
            ticket.in_fifo = false;
            self.in_flight = self.in_flight.saturating_sub(ticket.frames_left);
            match ticket.state {
                State::Waiting => {
                    ticket.state = State::Failed(Box::new(failure.clone()));
                    wakers.extend(ticket.waker.take());
                }
                State::Failed(_) => {}
                _ => {
                    ticket.state = State::Free;
                    self.free.push(index);
                }
            }
        }
        *self.outbox = Outbox::default();
        self.end = self.swapped;
        self.withdrawn = 0;
        self.overdue = 0;
        self.status = status;
        for waiter in &self.room {
            wakers.push(waiter.waker.clone());
        }
    }
}
