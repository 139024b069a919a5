//! What those of one process who wait for a plain lock know of it without asking: which words on its channel are news, who
//! has it, and who else wants it.
//!
//! Questions and words travel on two connections, so word of an end can come after the answer to a question that the
//! server was asked since. **The rule:** word that a holding of this very process has ended is no reason to ask once a
//! question was sent after its release was answered, for that question is the newer one. Measured between three processes
//! these are all the words that come late: of whoever gives a lock back and comes again. Every other word is heeded: of a
//! holding that was never one of ours, also where we could guess that it is over, one that names none (older versions,
//! other programs, an operator), and whatever cannot be read. Nothing is concluded from numbers, so that a counter of
//! fences that was lost, or a server that was flushed, cannot make a new holding look like an old one. What surprises: a
//! holding can come back, when a question on a lost socket is executed late. One of which that is possible is not
//! remembered as ended.
//!
//! Word of a beginning is worth as much as an answer of that moment, to one who has not asked yet: he waits, and asks when
//! one who was refused then would ask again. It takes back no reason that a word of an end has given: whoever is slower
//! than all others would else never ask at all, and so never win by chance.
//!
//! Whoever has just given the lock back while others wanted it lets them go first, for a moment: he cannot know yet who
//! has it, and his question would be refused, or take the lock from those whom his release has called.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::word::HoldingId;

/// Holdings of ours that are remembered when they have ended. A word is late by a few of them at most, and one that was
/// forgotten costs a question.
const REMEMBERED: usize = 16;

/// For how long one who has given the lock back lets others go first: they hear of it, ask, and their word comes back, two
/// round trips in all. When they have gone away without a word it is lost once.
const YIELD: Duration = Duration::from_millis(10);

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// What a win in this process, or somebody's word, tells those who have not asked yet; until anybody calls.
    taken: Option<Taken>,
    /// Somebody has called since the last question was sent.
    called: bool,
    ended: VecDeque<Ended>,
    /// When this process gave the lock back, until anybody calls or asks.
    given_back: Option<Instant>,
    /// The last question was refused, and nobody was let go first in vain since then.
    wanted: bool,
    /// When the server last told us anything.
    answered: Option<Instant>,
}

/// Somebody has it, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    by: HoldingId,
    /// By word, and so known to be newer than all words before.
    heard: bool,
    /// Since when that is known.
    pub(crate) since: Instant,
    /// Until when, if he does not renew it.
    pub(crate) until: Instant,
}

/// A holding of ours that was given back.
#[derive(Clone, Copy, Debug)]
struct Ended {
    id: HoldingId,
    /// A question was sent since its release was answered.
    asked: bool,
}

impl News {
    /// Anybody calls, for whatever reason: it may be free.
    pub(crate) fn call(&mut self) {
        (self.taken, self.called) = (None, true);
        self.given_back = None;
    }

    /// Word has come that a holding has ended. Gives whether that is a reason to ask.
    pub(crate) fn free(&mut self, id: HoldingId) -> bool {
        let Some(ended) = self.ended.iter().find(|ended| ended.id == id).copied() else {
            self.call();
            return true;
        };
        // What is said after a beginning is no older than that.
        let is_late = ended.asked && self.taken.is_none_or(|taken| !taken.heard);
        if !is_late {
            (self.taken, self.called) = (None, true);
        }
        !is_late
    }

    /// Word has come that a holding has begun. Gives whether that is news.
    pub(crate) fn held(&mut self, id: HoldingId, ttl: Duration, now: Instant) -> bool {
        self.answered = Some(now);
        if self.ended.iter().any(|ended| ended.id == id) {
            return false;
        }
        self.taken = now.checked_add(ttl).map(|until| Taken { by: id, heard: true, since: now, until });
        true
    }

    /// A question is about to be sent.
    pub(crate) fn ask(&mut self) {
        self.ended.iter_mut().for_each(|ended| ended.asked = true);
        (self.taken, self.given_back, self.called) = (None, None, false);
    }

    /// The answer: somebody else has it.
    pub(crate) fn refused(&mut self) {
        self.wanted = true;
    }

    /// The answer: it is ours, until then if it is not renewed.
    pub(crate) fn won(&mut self, id: HoldingId, until: Option<Instant>, now: Instant) {
        // What has called may be newer than the answer: somebody has deleted ours, and others have had it since.
        let until = until.filter(|_| !self.called);
        self.taken = until.map(|until| Taken { by: id, heard: false, since: now, until });
    }

    /// The server has answered.
    pub(crate) fn answered(&mut self, now: Instant) {
        self.answered = Some(now);
    }

    /// When the server last told us anything.
    pub(crate) fn last_answer(&self) -> Option<Instant> {
        self.answered
    }

    /// This process has given it back, the server has said so, and it cannot come back.
    pub(crate) fn gave_back(&mut self, id: HoldingId, now: Instant) {
        self.given_back = Some(now);
        self.taken = self.taken.filter(|taken| taken.by != id);
        if self.ended.len() >= REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended { id, asked: false });
    }

    /// Who has it, as far as is known to those who have not asked yet.
    pub(crate) fn taken(&self) -> Option<Taken> {
        self.taken
    }

    /// Until when others go first: `None` when nobody else wants it, or it is not we who gave it back just now. Whoever
    /// is told a moment asks when it has come, unless he hears that it is taken.
    pub(crate) fn let_others_go_first(&mut self, now: Instant) -> Option<Instant> {
        let until = self.given_back.take()?.checked_add(YIELD)?;
        let yields = self.wanted && self.taken.is_none() && now < until;
        if yields {
            // Word of our own release says nothing new to one who will ask anyway.
            self.ended.iter_mut().for_each(|ended| ended.asked = true);
        }
        yields.then_some(until)
    }

    /// Nobody has gone first.
    pub(crate) fn nobody_wanted_it(&mut self) {
        self.wanted = false;
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
