//! Whether the core's figures agree with each other; asked by the simulations at every step.
#![allow(clippy::arithmetic_side_effects)]

use std::collections::BTreeSet;

use super::{Core, State, to_len};

impl Core {
    /// Panics when one figure contradicts another.
    pub(crate) fn audit(&self) {
        self.audit_tickets();
        self.audit_stream();
        assert!(self.late <= self.room.len());
        assert!(self.late + self.calls <= self.room.len());
        let promised = self.room.iter().skip(self.late).take(self.calls);
        let promised =
            promised.fold((0, 0), |sum, waiter| (sum.0 + waiter.need.frames, sum.1 + waiter.need.bytes));
        assert_eq!(promised, (self.promised.frames, self.promised.bytes));
        assert!(self.room.iter().zip(self.room.iter().skip(1)).all(|(one, next)| one.number < next.number));
    }

    fn audit_tickets(&self) {
        let unique: BTreeSet<u32> = self.fifo.iter().copied().collect();
        assert_eq!(unique.len(), self.fifo.len(), "a ticket stands in line twice");
        let free: BTreeSet<u32> = self.free.iter().copied().collect();
        assert_eq!(free.len(), self.free.len(), "a ticket was freed twice");
        for (index, ticket) in (0..).zip(&self.tickets) {
            assert_eq!(ticket.in_fifo, unique.contains(&index), "{ticket:?}");
            assert_eq!(matches!(ticket.state, State::Free), free.contains(&index), "{ticket:?}");
            assert!(!matches!(ticket.state, State::Free) || ticket.replies.is_empty(), "{ticket:?}");
            assert_eq!(ticket.waker.is_some(), matches!(ticket.state, State::Waiting), "{ticket:?}");
        }
        let line = || self.fifo.iter().map(|&index| &self.tickets[index as usize]);
        assert_eq!(self.in_flight, line().map(|ticket| ticket.frames_left).sum::<usize>());
        assert!(self.overdue <= self.fifo.len());
        for ticket in line().take(self.overdue) {
            assert!(!matches!(ticket.state, State::Waiting), "{ticket:?} was passed by");
        }
        let withdrawn = line().filter(|ticket| {
            let unsent = ticket.start >= self.swapped && ticket.start < ticket.end;
            unsent && !matches!(ticket.state, State::Waiting | State::Own)
        });
        assert_eq!(self.withdrawn, withdrawn.count());
    }

    /// Every byte has its place.
    fn audit_stream(&self) {
        assert!(self.batch_base <= self.written && self.written <= self.swapped && self.swapped <= self.end);
        assert_eq!(to_len(self.end - self.swapped), self.outbox.len());
        if let Some(batch) = &self.batch {
            assert!(!self.writing);
            assert_eq!(to_len(self.swapped - self.batch_base), batch.outbox.len());
            assert_eq!(to_len(self.written - self.batch_base), batch.done);
        } else if !self.writing {
            assert_eq!(self.written, self.swapped);
        }
        let mut at = 0;
        for ticket in self.fifo.iter().map(|&index| &self.tickets[index as usize]) {
            assert!(ticket.start >= at || ticket.start == ticket.end, "{ticket:?} begins before {at}");
            at = at.max(ticket.end);
        }
        assert!(at <= self.end);
        let unsent = self.fifo.iter().map(|&index| &self.tickets[index as usize]);
        let unsent = unsent.filter(|ticket| ticket.start >= self.swapped);
        assert_eq!(unsent.map(|ticket| to_len(ticket.end - ticket.start)).sum::<usize>(), self.outbox.len());
    }

    /// Whether no answer can be under way: nothing was written that has none yet.
    pub(crate) fn awaits_nothing(&self) -> bool {
        !self.writing
            && self.fifo.front().is_none_or(|&index| {
                let front = &self.tickets[index as usize];
                front.start >= self.written && front.start < front.end
            })
    }

    /// Whether everything has been given back.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_idle() && self.tickets_in_use() == 0 && self.in_flight == 0 && self.room.is_empty()
    }
}
