//! The line of callers that wait for a connection: first come, first served, and leaving from the middle costs nothing.
//!
//! A doubly linked list through a slab, so that ten thousand callers who give up leave no trace and a caller finds its own
//! place without a search. Nothing here locks, waits or wakes; it is the pool's, under the pool's lock.

use std::mem;
use std::task::Waker;

/// Callers in line, each of whom is given one `G` or leaves.
#[derive(Debug)]
pub(crate) struct Waiters<G> {
    places: Vec<Place<G>>,
    vacant: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    waiting: usize,
}

#[derive(Debug)]
enum Place<G> {
    Vacant {
        next: Option<usize>,
    },
    Waiting {
        waker: Waker,
        before: Option<usize>,
        after: Option<usize>,
    },
    /// Out of the line; the caller has yet to come and take it.
    Granted(G),
}

impl<G> Waiters<G> {
    pub(crate) const fn new() -> Self {
        Waiters { places: Vec::new(), vacant: None, first: None, last: None, waiting: 0 }
    }

    /// Callers in line; those that were given something and have not come for it do not count.
    pub(crate) fn len(&self) -> usize {
        self.waiting
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Joins the line, at its end or, for a caller who was served badly, at its front. The key is valid until
    /// [`take`](Self::take) gives something or [`leave`](Self::leave).
    pub(crate) fn join(&mut self, waker: Waker, front: bool) -> usize {
        let (before, after) = if front { (None, self.first) } else { (self.last, None) };
        let place = Place::Waiting { waker, before, after };
        let key = match self.vacant {
            Some(key) => {
                if let Some(slot) = self.places.get_mut(key)
                    && let Place::Vacant { next } = mem::replace(slot, place)
                {
                    self.vacant = next;
                }
                key
            }
            None => {
                self.places.push(place);
                self.places.len().saturating_sub(1)
            }
        };
        self.link(before, after, Some(key), Some(key));
        self.waiting = self.waiting.saturating_add(1);
        key
    }

    /// Gives `grant` to the first in line, who is to be woken; gives it back when nobody waits.
    pub(crate) fn serve(&mut self, grant: G) -> Result<Waker, G> {
        let Some(first) = self.first else { return Err(grant) };
        let Some(place) = self.places.get_mut(first) else { return Err(grant) };
        let Place::Waiting { waker, before, after } = mem::replace(place, Place::Granted(grant)) else {
            // Only waiting places are linked, so `first` was one; a grant that was overwritten would be lost.
            return Ok(Waker::noop().clone());
        };
        self.link(before, after, after, before);
        self.waiting = self.waiting.saturating_sub(1);
        Ok(waker)
    }

    /// What the caller at `key` was given; else `waker` is woken when it is.
    pub(crate) fn take(&mut self, key: usize, waker: &Waker) -> Option<G> {
        match self.places.get_mut(key) {
            Some(Place::Waiting { waker: known, .. }) => {
                known.clone_from(waker);
                None
            }
            _ => self.leave(key),
        }
    }

    /// Leaves the line, with whatever was given already.
    pub(crate) fn leave(&mut self, key: usize) -> Option<G> {
        let place = self.places.get_mut(key)?;
        let left = mem::replace(place, Place::Vacant { next: self.vacant });
        self.vacant = Some(key);
        match left {
            Place::Waiting { before, after, .. } => {
                self.link(before, after, after, before);
                self.waiting = self.waiting.saturating_sub(1);
                None
            }
            Place::Granted(grant) => Some(grant),
            Place::Vacant { .. } => None,
        }
    }

    /// Makes `right` follow `before` and `left` precede `after`; at the ends, the line's own.
    fn link(
        &mut self,
        before: Option<usize>,
        after: Option<usize>,
        right: Option<usize>,
        left: Option<usize>,
    ) {
        match before.and_then(|key| self.places.get_mut(key)) {
            Some(Place::Waiting { after, .. }) => *after = right,
            _ => self.first = right,
        }
        match after.and_then(|key| self.places.get_mut(key)) {
            Some(Place::Waiting { before, .. }) => *before = left,
            _ => self.last = left,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn noop() -> Waker {
        Waker::noop().clone()
    }

    #[test]
    fn callers_are_served_in_the_order_in_which_they_came() {
        let mut line = Waiters::new();
        let keys: Vec<_> = (0..3).map(|_| line.join(noop(), false)).collect();

        for grant in 0..3 {
            line.serve(grant).unwrap();
        }

        assert_eq!(line.serve(3).unwrap_err(), 3);
        let taken: Vec<_> = keys.into_iter().map(|key| line.take(key, &noop()).unwrap()).collect();
        assert_eq!(taken, [0, 1, 2]);
    }

    #[test]
    fn a_caller_that_leaves_hands_back_what_it_was_given() {
        let mut line = Waiters::new();
        let key = line.join(noop(), false);
        line.serve("connection").unwrap();

        assert_eq!(line.leave(key), Some("connection"));
        assert_eq!(line.serve("connection").unwrap_err(), "connection");
    }

    #[test]
    fn ten_thousand_callers_who_give_up_leave_no_trace() {
        let mut line: Waiters<()> = Waiters::new();

        for _ in 0..10_000 {
            let (one, other) = (line.join(noop(), false), line.join(noop(), false));
            line.leave(one);
            line.leave(other);
        }

        assert_eq!((line.len(), line.places.len(), line.first, line.last), (0, 2, None, None));
    }

    proptest! {
        #[test]
        fn it_behaves_like_a_queue_that_can_be_left(steps in prop::collection::vec((0..4_u8, any::<prop::sample::Index>()), 0..200)) {
            let mut line = Waiters::new();
            let mut model = VecDeque::new();
            let mut granted = Vec::new();
            for (grant, (step, index)) in steps.into_iter().enumerate() {
                match step {
                    0 => model.push_back(line.join(noop(), false)),
                    1 => model.push_front(line.join(noop(), true)),
                    2 => match model.pop_front() {
                        Some(key) => {
                            line.serve(grant).unwrap();
                            granted.push((key, grant));
                        }
                        None => prop_assert!(line.serve(grant).is_err()),
                    },
                    _ if !model.is_empty() => {
                        let key = model.remove(index.index(model.len())).unwrap();
                        prop_assert_eq!(line.take(key, &noop()), None);
                        prop_assert_eq!(line.leave(key), None);
                    }
                    _ => for (key, grant) in granted.drain(..) {
                        prop_assert_eq!(line.take(key, &noop()), Some(grant));
                    },
                }
                prop_assert_eq!(line.len(), model.len());
            }
        }
    }
}
