//! Subscribers and what they wish: they join, want, wait, let go and leave.

use std::collections::HashSet;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::{Ask, Board, Member, State};
use crate::error::{Error, Failure, Outcome, Result};
#[cfg(feature = "cache")]
use crate::pubsub::ear::Lent;
use crate::pubsub::event::{Ended, OnFull};
use crate::pubsub::inbox::{Inbox, Room};
use crate::pubsub::topic::Topic;

impl Board {
    /// A new subscriber, who wants nothing yet.
    ///
    /// # Errors
    /// The client was closed.
    pub(in crate::pubsub) fn join(&self, room: Room, on_full: OnFull) -> Result<Arc<Inbox>> {
        self.join_as(|id| Inbox::new(id, room, on_full))
    }

    /// A new subscriber, who is told at once.
    ///
    /// # Errors
    /// The client was closed.
    #[cfg(feature = "cache")]
    pub(in crate::pubsub) fn lend(&self, ear: Lent) -> Result<Arc<Inbox>> {
        self.join_as(|id| Inbox::of_ear(id, ear))
    }

    fn join_as(&self, inbox: impl FnOnce(u64) -> Inbox) -> Result<Arc<Inbox>> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::closed());
        }
        let id = state.next_id();
        let inbox = Arc::new(inbox(id));
        if inbox.blocks() {
            let _ = self.gate.set(Arc::clone(&inbox));
        }
        let member =
            Member { inbox: Arc::clone(&inbox), topics: HashSet::new(), regain: HashSet::new(), gap: None };
        state.members.insert(id, member);
        Ok(inbox)
    }

    /// Adds to what a subscriber wants. Gives what it did not want before, and an ask that is answered when all of it
    /// holds; [`drop_ask`](Self::drop_ask) must follow.
    pub(in crate::pubsub) fn want(&self, member: u64, topics: Vec<Topic>) -> (u64, Vec<Topic>) {
        let mut state = self.lock();
        let id = state.next_id();
        let mut ask = Ask { member, left: 0, said: false, failed: None, waker: None };
        let mut added = Vec::new();
        if state.closed {
            ask.failed = Some(Error::closed());
        } else if !state.members.contains_key(&member) {
            ask.failed = Some(Error::usage("the subscription is over"));
        } else if let Some(failure) = state.link.failure.clone().filter(|_| state.link.refusing) {
            ask.failed = Some(Error::connect(failure));
        } else {
            for topic in topics {
                let (fresh, holds) = state.hold(member, &topic, id);
                ask.left = ask.left.saturating_add(usize::from(!holds));
                if fresh {
                    added.push(topic);
                }
            }
            state.note_use();
        }
        state.asks.insert(id, ask);
        self.unlock(state);
        (id, added)
    }

    /// Whether an ask was answered.
    pub(in crate::pubsub) fn poll_ask(&self, id: u64, waker: &Waker) -> Poll<Result<()>> {
        let mut state = self.lock();
        let Some(ask) = state.asks.get_mut(&id) else { return Poll::Ready(Err(Error::closed())) };
        if let Some(error) = ask.failed.take() {
            return Poll::Ready(Err(error));
        }
        if ask.left == 0 {
            return Poll::Ready(Ok(()));
        }
        match &mut ask.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        Poll::Pending
    }

    /// The error of an ask that was not answered within `limit`.
    pub(in crate::pubsub) fn late(&self, id: u64, limit: Duration) -> Error {
        let state = self.lock();
        if let Some(failure) = &state.link.failure {
            return Error::connect(failure.clone());
        }
        let said = state.asks.get(&id).is_some_and(|ask| ask.said);
        let outcome = if said { Outcome::MaybeExecuted } else { Outcome::NotSent };
        Error::new(Failure::Timeout { limit }, outcome)
    }

    pub(in crate::pubsub) fn drop_ask(&self, id: u64) {
        self.lock().asks.remove(&id);
    }

    /// Takes topics off a subscriber's wishes.
    pub(in crate::pubsub) fn release(&self, member: u64, topics: &[Topic]) {
        let mut state = self.lock();
        for topic in topics {
            state.let_go(member, topic);
        }
        self.unlock(state);
    }

    /// A subscriber is gone.
    pub(in crate::pubsub) fn leave(&self, member: u64) {
        let mut state = self.lock();
        state.leave(member);
        self.unlock(state);
    }

    /// How many topics a subscriber has.
    pub(in crate::pubsub) fn wishes(&self, member: u64) -> usize {
        self.lock().members.get(&member).map_or(0, |member| member.topics.len())
    }

    /// Ends all subscriptions; with `Closed` nobody can join any more.
    pub(in crate::pubsub) fn finish(&self, why: &Ended) {
        let mut state = self.lock();
        state.closed |= matches!(why, Ended::Closed);
        let ids: Vec<u64> = state.members.keys().copied().collect();
        for id in ids {
            state.end(id, why.clone());
        }
        self.unlock(state);
    }
}

impl State {
    /// Puts a subscriber on a topic. Gives whether it was not there before, and whether the topic holds already; if not,
    /// the ask waits for it.
    fn hold(&mut self, member: u64, topic: &Topic, ask: u64) -> (bool, bool) {
        let Self { topics, members, asks, wishes, .. } = self;
        let (Some(member), Some(known)) = (members.get_mut(&member), topics.get_mut(topic.kind.index()))
        else {
            return (false, true);
        };
        let fresh = member.topics.insert(topic.clone());
        let entry = known.entry(topic.name.clone()).or_default();
        if fresh {
            entry.holders.push(Arc::clone(&member.inbox));
            *wishes = wishes.saturating_add(1);
        }
        let holds = entry.holds();
        if !holds {
            if entry.waiters.len() == entry.waiters.capacity() {
                // Asks that were given up during a long outage.
                entry.waiters.retain(|id| asks.contains_key(id));
            }
            entry.waiters.push(ask);
            self.note_change(topic);
        }
        (fresh, holds)
    }

    fn let_go(&mut self, id: u64, topic: &Topic) {
        let Some(member) = self.members.get_mut(&id) else { return };
        if !member.topics.remove(topic) {
            return;
        }
        self.regained(id, topic);
        self.drop_holder(id, topic);
    }

    fn drop_holder(&mut self, id: u64, topic: &Topic) {
        self.wishes = self.wishes.saturating_sub(1);
        if let Some(entry) = self.entry(topic) {
            entry.holders.retain(|inbox| inbox.id != id);
            if entry.holders.is_empty() {
                self.note_change(topic);
            }
        }
        self.forget(topic);
        self.note_use();
    }

    pub(super) fn leave(&mut self, id: u64) {
        let Some(member) = self.members.get_mut(&id) else { return };
        for topic in std::mem::take(&mut member.topics) {
            self.drop_holder(id, &topic);
        }
        self.members.remove(&id);
    }

    pub(super) fn end(&mut self, id: u64, why: Ended) {
        let Self { members, called, asks, .. } = self;
        if let Some(member) = members.get(&id) {
            member.inbox.end(why, called);
        }
        for ask in asks.values_mut().filter(|ask| ask.member == id) {
            let _ = ask.failed.get_or_insert_with(Error::closed);
            called.extend(ask.waker.take());
        }
        self.leave(id);
    }

    /// The server refused a topic. Whoever just asked for it is told so; for whoever had it before it is the end.
    pub(super) fn refused(&mut self, topic: &Topic, error: &Error) {
        let Some(entry) = self.entry(topic) else { return };
        let error = error.clone().with_command(topic.kind.word(true).into());
        let waiters = std::mem::take(&mut entry.waiters);
        let holders: Vec<u64> = entry.holders.iter().map(|inbox| inbox.id).collect();
        let asking: HashSet<u64> =
            waiters.iter().filter_map(|ask| self.asks.get(ask)).map(|ask| ask.member).collect();
        for ask in waiters {
            self.fail_ask(ask, &error);
        }
        for member in holders {
            if asking.contains(&member) {
                self.let_go(member, topic);
            } else {
                self.end(member, Ended::Refused(error.clone()));
            }
        }
    }

    pub(super) fn fail_ask(&mut self, id: u64, error: &Error) {
        let Self { asks, called, .. } = self;
        if let Some(ask) = asks.get_mut(&id) {
            let _ = ask.failed.get_or_insert_with(|| error.clone());
            called.extend(ask.waker.take());
        }
    }

    /// One of the topics that an ask waits for holds.
    pub(super) fn answer_ask(&mut self, id: u64) {
        let Self { asks, called, .. } = self;
        if let Some(ask) = asks.get_mut(&id) {
            ask.left = ask.left.saturating_sub(1);
            if ask.left == 0 {
                called.extend(ask.waker.take());
            }
        }
    }

    /// Notes whether anybody wants anything.
    fn note_use(&mut self) {
        if self.wishes > 0 {
            self.unused = None;
        } else {
            let _ = self.unused.get_or_insert_with(Instant::now);
        }
    }
}
