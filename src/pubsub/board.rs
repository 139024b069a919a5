//! The wish list: who wants to hear what, and what the server was told of it. No I/O, one lock.
//!
//! The wishes are the truth, and the server's state is led to them. An entry knows what the server will hold once
//! everything said so far is answered (`said`) and how many answers are still to come (`asked`): it holds when it was
//! said and nothing is awaited. Answers come in the order of the words, so a refusal, which names nothing, belongs
//! to the oldest of them. When a socket is lost all of that is void and every wish is said again, which is all that
//! resubscribing takes. A subscriber that heard something before is then mute until all it heard is confirmed again; its
//! gap is told at that moment, once.

mod members;
mod wishes;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use redlane_resp::reply::Reply;
use tokio::time::Instant;

use super::event::{Ended, GapReason, PubSubStats};
use super::frame::Frame;
use super::inbox::{Gap, Inbox, Message};
use super::topic::{Kind, Topic};
use crate::error::{ConnectError, Error};

/// A socket that nobody needs is kept for so long: whoever waits for a lock subscribes often and briefly.
const LINGER: Duration = Duration::from_secs(5);

/// What is shared between the subscribers and the connection's task.
#[derive(Default)]
pub(super) struct Board {
    state: Mutex<State>,
    /// Something is to be said.
    stirred: AtomicBool,
    /// The subscriber whose full buffer stops the reading.
    gate: OnceLock<Arc<Inbox>>,
    unknown: AtomicU64,
}

#[derive(Default)]
struct State {
    topics: [HashMap<Bytes, Entry>; Kind::ALL.len()],
    members: HashMap<u64, Member>,
    asks: HashMap<u64, Ask>,
    /// Topics whose wish may differ from what was said, while there is a connection.
    changed: Vec<Topic>,
    /// Topics of all subscribers, counted for each of them.
    wishes: usize,
    /// What was said on this socket and not answered yet.
    unanswered: VecDeque<Said>,
    link: Standing,
    last_heard: Option<Instant>,
    /// Since when nobody wants anything.
    unused: Option<Instant>,
    closed: bool,
    last_id: u64,
    /// To be woken after unlocking.
    called: Vec<Waker>,
}

/// How it stands with the connection.
#[derive(Default)]
struct Standing {
    /// Which session's reports count; 0: there is none.
    session: u64,
    up: bool,
    /// Why the last attempt failed, while there is no connection.
    failure: Option<ConnectError>,
    /// The server refuses us, so it makes no sense to wait.
    refusing: bool,
    /// The server did not answer when it was asked, and nothing was heard since.
    silent: bool,
}

/// One topic.
#[derive(Default)]
struct Entry {
    /// Who wants it.
    holders: Vec<Arc<Inbox>>,
    /// Asks that wait for it.
    waiters: Vec<u64>,
    /// Whether the server has it, once all that was said is answered.
    said: bool,
    /// Words about it still to be answered.
    asked: u32,
    /// A command that named it was refused: next time it is said alone.
    alone: bool,
}

impl Entry {
    fn holds(&self) -> bool {
        self.said && self.asked == 0
    }
}

/// One subscriber.
struct Member {
    inbox: Arc<Inbox>,
    topics: HashSet<Topic>,
    /// What it heard before the break and does not hear again yet.
    regain: HashSet<Topic>,
    gap: Option<Gap>,
}

/// Somebody who waits until what was wished for holds.
struct Ask {
    member: u64,
    left: usize,
    /// Some word of it may be out.
    said: bool,
    failed: Option<Error>,
    waker: Option<Waker>,
}

/// A command on its way.
enum Said {
    Ping,
    Names { kind: Kind, on: bool, names: VecDeque<Bytes> },
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unlocks, notes whether something is to be said, and wakes whom it concerns.
    fn unlock(&self, mut state: MutexGuard<'_, State>) {
        self.stirred.store(state.link.up && !state.changed.is_empty(), Ordering::Release);
        let called = std::mem::take(&mut state.called);
        drop(state);
        for waker in called {
            waker.wake();
        }
    }

    pub(super) fn stats(&self) -> PubSubStats {
        let state = self.lock();
        PubSubStats {
            up: state.link.up && !state.link.silent,
            subscribers: state.members.len(),
            topics: state.topics.iter().map(HashMap::len).fold(0, usize::saturating_add),
            unknown_frames: self.unknown.load(Ordering::Relaxed),
        }
    }

    // What the connection's task calls, each with the number of its session; reports of an old one count for nothing.

    /// Begins a session and gives its number; `None` when one is under way.
    pub(super) fn begin(&self) -> Option<u64> {
        let mut state = self.lock();
        if state.link.session != 0 || state.closed {
            return None;
        }
        let session = state.next_id();
        state.link = Standing { session, ..Standing::default() };
        Some(session)
    }

    /// The session has ended by itself, and all subscriptions with it; the next wish begins another one.
    pub(super) fn over(&self, session: u64, why: &Ended) {
        {
            let mut state = self.lock();
            if state.link.session != session {
                return;
            }
            state.link = Standing::default();
        }
        self.finish(why);
    }

    /// Whether nobody needs the connection any more; if so the session is over.
    pub(super) fn retire(&self, session: u64) -> bool {
        let mut state = self.lock();
        if state.link.session != session {
            return true;
        }
        let lingers = state.link.up && state.unused.is_some_and(|since| since.elapsed() < LINGER);
        if state.unused.is_none() || lingers {
            return false;
        }
        state.link = Standing::default();
        true
    }

    pub(super) fn up(&self, session: u64) {
        let mut state = self.lock();
        if state.link.session != session {
            return;
        }
        state.link = Standing { session, up: true, ..Standing::default() };
        state.wish_all();
        state.last_heard = Some(Instant::now());
        self.unlock(state);
    }

    pub(super) fn down(&self, session: u64) {
        let mut state = self.lock();
        if state.link.session == session && state.link.up {
            state.link.up = false;
            state.forget_socket();
            self.unlock(state);
        }
    }

    /// The socket may be dead. Streams go on: nothing need be lost yet, and their gap is told when another socket has
    /// taken over. Who must not trust in silence is told, and the figures say so.
    pub(super) fn silent(&self, session: u64) {
        let mut state = self.lock();
        if state.link.session == session && state.link.up && !state.link.silent {
            state.link.silent = true;
            state.members.values().for_each(|member| member.inbox.doubt());
        }
        self.unlock(state);
    }

    pub(super) fn failed(&self, session: u64, error: &ConnectError) {
        let mut state = self.lock();
        if state.link.session != session || state.link.up {
            return;
        }
        state.link.failure = Some(error.clone());
        state.link.refusing = !error.is_transient();
        if state.link.refusing {
            let refused: Vec<u64> = state.asks.keys().copied().collect();
            for id in refused {
                state.fail_ask(id, &Error::connect(error.clone()));
            }
        }
        self.unlock(state);
    }

    /// Whether another frame may be read.
    pub(super) fn is_ready(&self) -> bool {
        self.gate.get().is_none_or(|inbox| inbox.ended().is_some() || inbox.has_room())
    }

    pub(super) fn has_words(&self) -> bool {
        self.stirred.load(Ordering::Acquire)
    }

    /// Appends what leads the server to the wishes, and a PING if it was silent.
    pub(super) fn words(&self, session: u64, silent: bool, out: &mut Vec<u8>) {
        let mut state = self.lock();
        if state.link.session == session && state.link.up {
            state.say_wishes(out);
            if silent {
                state.say_ping(out);
            }
        }
        self.unlock(state);
    }

    /// Takes one frame.
    pub(super) fn hear(&self, session: u64, reply: &Reply) {
        let frame = Frame::of(reply);
        let mut state = self.lock();
        if state.link.session != session {
            return;
        }
        state.last_heard = Some(Instant::now());
        if std::mem::take(&mut state.link.silent) {
            state.members.values().for_each(|member| member.inbox.trust());
        }
        match frame {
            Frame::Message { kind, topic, channel, payload } => {
                state.deliver(kind, &topic, channel, payload);
            }
            Frame::Settled { kind, on, name } => state.settle_named(kind, on, name.as_deref()),
            Frame::Error(error) => state.refuse(&Error::server(error, false)),
            Frame::Pong => state.settle_ping(),
            Frame::Unknown => {
                let _ = self.unknown.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.unlock(state);
    }
}

impl State {
    fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    fn entry(&mut self, topic: &Topic) -> Option<&mut Entry> {
        self.topics.get_mut(topic.kind.index())?.get_mut(&topic.name)
    }

    fn deliver(&mut self, kind: Kind, topic: &[u8], channel: Option<Bytes>, payload: Bytes) {
        let Self { topics, called, .. } = self;
        let Some((name, entry)) = topics.get(kind.index()).and_then(|known| known.get_key_value(topic))
        else {
            return;
        };
        let (channel, pattern) = match channel {
            Some(channel) => (channel, Some(name.clone())),
            None => (name.clone(), None),
        };
        let message = Arc::new(Message { channel, pattern, payload });
        let mut over = Vec::new();
        for inbox in &entry.holders {
            if !inbox.push(&message, called) {
                over.push(inbox.id);
            }
        }
        drop(message);
        for id in over {
            self.end(id, Ended::Overflow);
        }
    }

    fn gap(&self, reason: GapReason) -> Gap {
        let silence = self.last_heard.map(|at| at.elapsed()).unwrap_or_default();
        let now = SystemTime::now();
        Gap { since: now.checked_sub(silence).unwrap_or(now), reason }
    }
}

#[cfg(test)]
mod tests;
