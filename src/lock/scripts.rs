//! The questions to the server: the lock's scripts with their keys, and what their answers mean.
//!
//! All keys of one lock share a slot, so that its scripts run in a cluster too.

use std::time::Duration;

use redlane_resp::error::ConversionError;
use redlane_resp::slot::companion;

use super::token::Token;
use super::ttl::Ttl;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::script::{Script, ScriptCall};

static ACQUIRE: Script = Script::new(include_str!("acquire.lua")).idempotent(true);
static EXTEND: Script = Script::new(include_str!("extend.lua")).idempotent(true);
/// Not idempotent: its second answer differs from the first, and the caller must know which one it has.
static RELEASE: Script = Script::new(include_str!("release.lua"));

/// How the wake-up is sent. In a cluster it will be SPUBLISH, which stays in the channel's shard.
const PUBLISH: &str = "PUBLISH";

/// The keys of one lock.
#[derive(Debug)]
pub(crate) struct LockKeys {
    /// Holds the token of the owner.
    pub(crate) holder: Vec<u8>,
    /// Counts the fencing tokens; it has no time to live.
    fence: Vec<u8>,
    /// Where a release is told.
    channel: Vec<u8>,
}

impl LockKeys {
    pub(crate) fn new(prefix: &str, name: &str) -> Self {
        let holder = [prefix.as_bytes(), name.as_bytes()].concat();
        let (fence, channel) = (companion(&holder, "f"), companion(&holder, "c"));
        Self { holder, fence, channel }
    }
}

/// What ACQUIRE says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    /// The lock is ours. Without a fence when the server has lost the counter.
    Won { fence: Option<u64> },
    /// It is somebody else's, for so long; `None`: for ever, as far as the server knows.
    Busy { expires: Option<Duration> },
}

/// What RELEASE says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Released {
    Now,
    NotOurs,
    Gone,
}

pub(crate) async fn acquire(
    client: &Client,
    keys: &LockKeys,
    token: &Token,
    ttl: Ttl,
    limit: Option<Duration>,
) -> Result<Acquired> {
    let call = ACQUIRE.key(&keys.holder).key(&keys.fence).arg(token.as_bytes()).arg(ttl.millis());
    let answer: Vec<i64> = bounded(call, limit).call(client).await?;
    match *answer.as_slice() {
        [0, left] => Ok(Acquired::Busy { expires: u64::try_from(left).ok().map(Duration::from_millis) }),
        [1, fence] => Ok(Acquired::Won { fence: u64::try_from(fence).ok() }),
        [1] => Ok(Acquired::Won { fence: None }),
        _ => Err(unexpected()),
    }
}

/// Whether the lock is still ours, with its new time to live.
pub(crate) async fn extend(client: &Client, keys: &LockKeys, token: &Token, ttl: Ttl) -> Result<bool> {
    EXTEND.key(&keys.holder).arg(token.as_bytes()).arg(ttl.millis()).call(client).await
}

pub(crate) async fn release(
    client: &Client,
    keys: &LockKeys,
    token: &Token,
    limit: Option<Duration>,
) -> Result<Released> {
    let call = RELEASE.key(&keys.holder).key(&keys.channel).arg(token.as_bytes()).arg(PUBLISH);
    match bounded(call, limit).call::<i64>(client).await? {
        1 => Ok(Released::Now),
        0 => Ok(Released::NotOurs),
        -1 => Ok(Released::Gone),
        _ => Err(unexpected()),
    }
}

fn bounded(call: ScriptCall<'_>, limit: Option<Duration>) -> ScriptCall<'_> {
    match limit {
        Some(limit) => call.deadline(limit),
        None => call,
    }
}

#[cold]
fn unexpected() -> Error {
    ConversionError::other("not an answer of the lock's script").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_lock_share_a_slot() {
        for name in ["order:7", "{order}:7", "a}b", ""] {
            let keys = LockKeys::new("lock:", name);
            let slots = [&keys.holder, &keys.fence, &keys.channel].map(|key| redlane_resp::slot::slot(key));

            assert!(slots.iter().all(|slot| *slot == slots[0]), "{name}");
        }
        let keys = LockKeys::new("lock:", "order:7");
        assert_eq!(keys.holder, b"lock:order:7");
        assert_eq!(
            (keys.fence.as_slice(), keys.channel.as_slice()),
            (&b"{lock:order:7}:f"[..], &b"{lock:order:7}:c"[..])
        );
    }
}
