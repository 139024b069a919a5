//! The questions to the server that only a script can ask, and what their answers mean.

use std::time::Duration;

use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

use super::terms::{Fencing, Kind, Terms};
use super::token::Token;
use super::ttl::Ttl;
use super::word::{HoldingId, Word};
use crate::client::Client;
use crate::commands::command::Command;
use crate::error::{Error, Result};
use crate::script::{Script, ScriptCall};

/// Puts the functions for fences ahead of a script.
macro_rules! with_fence {
    ($script:literal) => {
        concat!(include_str!("fence.lua"), include_str!($script))
    };
}

static ACQUIRE: Script = Script::new(with_fence!("acquire.lua")).idempotent(true);
static FAIR_ACQUIRE: Script = Script::new(with_fence!("fair_acquire.lua")).idempotent(true);
static SEMAPHORE_ACQUIRE: Script = Script::new(include_str!("semaphore_acquire.lua")).idempotent(true);

static EXTEND: Script = Script::new(include_str!("extend.lua")).idempotent(true);
static SEMAPHORE_EXTEND: Script = Script::new(include_str!("semaphore_extend.lua")).idempotent(true);

// Not idempotent: the second answer differs from the first, and the caller must know which one it has.
static RELEASE: Script = Script::new(include_str!("release.lua"));
static FAIR_RELEASE: Script = Script::new(include_str!("fair_release.lua"));
static SEMAPHORE_RELEASE: Script = Script::new(include_str!("semaphore_release.lua"));

/// How the wake-up is sent. In a cluster it will be SPUBLISH, which stays in the channel's shard.
const PUBLISH: &str = "PUBLISH";

/// What came of asking for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    /// It is ours. Without a fence when none is wanted, or the server has lost the counter.
    Won { fence: Option<u64> },
    /// It is somebody else's.
    Busy {
        /// How long it makes sense to wait when nobody calls; `None`: there is no saying.
        again: Option<Duration>,
    },
}

/// What came of asking for more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extended {
    Ours,
    NotOurs,
    Gone,
}

/// What came of giving a lock back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Released {
    Now,
    /// And those who wait could not be told: that is forbidden.
    Silently,
    NotOurs,
    Gone,
}

/// Whether a message tells those who wait that the lock may be free. None does when it had ended before, by the clock or
/// deleted; but for a fair one, where that is what whoever leaves its queue hears.
pub(crate) fn is_told(terms: &Terms, released: Option<Released>) -> bool {
    let told = match released {
        Some(Released::Now | Released::NotOurs) => true,
        Some(Released::Gone) => matches!(terms.kind, Kind::Fair { .. }),
        Some(Released::Silently) | None => false,
    };
    terms.wake_up && told
}

/// The holding that is over, when a plain lock was given back whose releases are told.
pub(crate) fn ended(terms: &Terms, token: &Token, released: Option<Released>) -> Option<HoldingId> {
    let ended = matches!(released, Some(Released::Now | Released::Silently));
    (ended && terms.wake_up && terms.kind == Kind::Plain).then(|| HoldingId::of(token))
}

/// Whether the one who asks will wait, and so stands in the queue if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Waits,
    AsksOnce,
}

/// The call that asks for the lock. [`acquired`] reads its answer. `tells`: others are told when it is ours; a plain
/// lock's, the queue of a fair one does without.
pub(crate) fn acquire(
    terms: &Terms,
    token: &Token,
    ttl: Ttl,
    patience: Patience,
    tells: bool,
) -> ScriptCall<'static> {
    let keys = &*terms.keys;
    match terms.kind {
        Kind::Plain => {
            let call = ACQUIRE.key(&keys.holder).key(&keys.fence);
            let call = if tells { call.key(&keys.channel) } else { call };
            let call = call.arg(token.as_bytes()).arg(ttl.millis()).arg(terms.fencing.word());
            if tells { call.arg(PUBLISH).arg(Word::held(token, ttl)) } else { call }
        }
        Kind::Fair { waiter_ttl } => FAIR_ACQUIRE
            .key(&keys.holder)
            .key(&keys.fence)
            .key(&keys.queue)
            .key(&keys.alive)
            .arg(token.as_bytes())
            .arg(ttl.millis())
            .arg(terms.fencing.word())
            .arg(if patience == Patience::Waits { waiter_ttl.millis() } else { 0 }),
        Kind::Semaphore { limit } => {
            SEMAPHORE_ACQUIRE.key(&keys.holder).arg(token.as_bytes()).arg(ttl.millis()).arg(limit)
        }
    }
}

/// Reads the answer to [`acquire`].
pub(crate) fn acquired(terms: &Terms, answer: &[i64]) -> Result<Acquired> {
    let millis = |left: i64| u64::try_from(left).ok().map(Duration::from_millis);
    match *answer {
        [1] => Ok(Acquired::Won { fence: None }),
        [1, _] if terms.fencing == Fencing::None => Ok(Acquired::Won { fence: None }),
        [1, fence] => Ok(Acquired::Won { fence: u64::try_from(fence).ok() }),
        [0, left] => Ok(Acquired::Busy { again: millis(left) }),
        // Behind others only their death brings us forward without a call.
        [0, left, rank, death] => {
            let dies = millis(death);
            let again = if rank == 0 { millis(left) } else { None };
            Ok(Acquired::Busy { again: again.into_iter().chain(dies).min() })
        }
        _ => Err(unexpected()),
    }
}

/// The call that asks for more time. [`Extended`] reads its answer.
pub(crate) fn extend(terms: &Terms, token: &Token, ttl: Ttl) -> ScriptCall<'static> {
    let script = match terms.kind {
        Kind::Plain | Kind::Fair { .. } => &EXTEND,
        Kind::Semaphore { .. } => &SEMAPHORE_EXTEND,
    };
    script.key(&terms.keys.holder).arg(token.as_bytes()).arg(ttl.millis())
}

/// Gives the lock back, or leaves its queue.
pub(crate) async fn release(
    client: &Client,
    terms: &Terms,
    token: &Token,
    limit: Option<Duration>,
) -> Result<Released> {
    let call = release_call(terms, token);
    let call = match limit {
        Some(limit) => call.deadline(limit),
        None => call,
    };
    match call.call::<i64>(client).await? {
        1 => Ok(Released::Now),
        2 => Ok(Released::Silently),
        0 => Ok(Released::NotOurs),
        -1 => Ok(Released::Gone),
        _ => Err(unexpected()),
    }
}

fn release_call(terms: &Terms, token: &Token) -> ScriptCall<'static> {
    let keys = &*terms.keys;
    let call = match terms.kind {
        Kind::Plain => RELEASE.key(&keys.holder).key(&keys.channel),
        Kind::Fair { .. } => {
            FAIR_RELEASE.key(&keys.holder).key(&keys.queue).key(&keys.alive).key(&keys.channel)
        }
        Kind::Semaphore { .. } => SEMAPHORE_RELEASE.key(&keys.holder).key(&keys.channel),
    };
    let call = call.arg(token.as_bytes()).arg(if terms.wake_up { PUBLISH } else { "" });
    if terms.wake_up && terms.kind == Kind::Plain { call.arg(Word::free(token)) } else { call }
}

/// Calls that ask for more time as commands of one pipeline. The first of each script brings the text along, so that
/// those behind it find it known: a pipeline cannot answer NOSCRIPT.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    lock_known: bool,
    semaphore_known: bool,
}

impl Extensions {
    pub(crate) fn command(&mut self, terms: &Terms, token: &Token, ttl: Ttl) -> Command {
        let known = match terms.kind {
            Kind::Plain | Kind::Fair { .. } => &mut self.lock_known,
            Kind::Semaphore { .. } => &mut self.semaphore_known,
        };
        let call = extend(terms, token, ttl);
        if std::mem::replace(known, true) { call.named() } else { call.whole() }
    }
}

impl FromReply for Extended {
    fn from_reply(
        cursor: &mut redlane_resp::cursor::Cursor<'_>,
    ) -> std::result::Result<Self, ConversionError> {
        match i64::from_reply(cursor)? {
            1 => Ok(Self::Ours),
            0 => Ok(Self::NotOurs),
            -1 => Ok(Self::Gone),
            _ => Err(ConversionError::other(UNEXPECTED)),
        }
    }
}

const UNEXPECTED: &str = "not an answer of the lock's script";

#[cold]
fn unexpected() -> Error {
    ConversionError::other(UNEXPECTED).into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lock::terms::LockKeys;

    #[test]
    fn those_who_wait_here_are_called_when_no_message_does() {
        let fair = Kind::Fair { waiter_ttl: Ttl::new(Duration::from_secs(3)).unwrap() };
        for (kind, gone) in [(Kind::Plain, false), (Kind::Semaphore { limit: 1 }, false), (fair, true)] {
            let keys = Arc::new(LockKeys::of_lock("lock:", "a", 0));
            let terms = Terms { keys, kind, fencing: Fencing::None, wake_up: true };

            assert!(is_told(&terms, Some(Released::Now)) && is_told(&terms, Some(Released::NotOurs)));
            assert!(!is_told(&terms, Some(Released::Silently)) && !is_told(&terms, None));
            assert_eq!(is_told(&terms, Some(Released::Gone)), gone, "{kind:?}");
            let silent = Terms { wake_up: false, ..terms };
            assert!(!is_told(&silent, Some(Released::Now)));
        }
    }
}
