//! A semaphore: a lock that so many may hold at once.
//!
//! Each permit has a time to live of its own, by the server's clock, and is renewed, lost and given back as a lock is.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::acquire;
use super::claim::{Claim, ReleaseOutcome};
use super::core::Core;
use super::error::LockError;
use super::guard::Guard;
use super::loss::{LockLost, LossReason};
use super::options::{Options, lease_options};
use super::terms::{Fencing, Kind, LockKeys, Terms};
use crate::client::Client;
use crate::error::Outcome;

/// At most so many at once, in all processes together.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::lock::LockError> {
/// let exports = client.locks().semaphore("exports", 3).ttl(Duration::from_secs(30)).watchdog(true);
/// let permit = exports.acquire(Duration::from_secs(5)).await?;
/// // … one of three …
/// permit.release().await?;
/// # Ok(()) }
/// ```
///
/// **What it does not promise.** As a [lock](crate::lock) it holds while clocks, pauses and failovers stay within the time
/// to live: a holder that was suspended for longer, or a primary that fails before its replica knows of a permit, lets one
/// more in than the limit says. It has no fences to find that out with, since a number tells nothing where several are in
/// at a time: it is for limits that may be exceeded for a moment, such as a load, and not for what must never be. All who
/// use it should name the same limit, for each is held to his own. Those who wait have no order across processes, and
/// permits do not wait for replicas. Nor is it reentrant: each acquisition takes a permit.
#[derive(Clone)]
#[must_use = "a permit is asked for by `try_acquire` or `acquire`"]
pub struct Semaphore {
    client: Client,
    core: Arc<Core>,
    keys: Arc<LockKeys>,
    name: String,
    limit: u32,
    options: Options,
}

/// How a permit is had and held.
impl Semaphore {
    lease_options!(options);
}

impl Semaphore {
    pub(crate) fn new(
        client: &Client,
        core: &Arc<Core>,
        prefix: &str,
        name: String,
        limit: u32,
        options: Options,
    ) -> Self {
        let keys = Arc::new(LockKeys::of_semaphore(prefix, &name, client.config().db()));
        // Replicas and queues are a lock's.
        let options = Options { replicas: None, fair: false, fencing: false, ..options };
        Self { client: client.clone(), core: Arc::clone(core), keys, name, limit, options }
    }

    /// Its name, without the prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tries once; `None` when all permits are held. One round trip.
    ///
    /// # Errors
    /// [`LockError`]; that the server cannot be asked is never told as "all are held".
    ///
    /// # Cancel safety
    /// A dropped future leaves no permit behind: one that it may have won is given back in the background.
    pub async fn try_acquire(&self) -> Result<Option<Permit>, LockError> {
        Ok(acquire::try_once(self.claim()?, &self.name).await?.map(Permit))
    }

    /// Tries until there is a permit, at most for `wait`; zero tries once.
    ///
    /// # Errors
    /// [`LockError::Timeout`] when all were held for all the time.
    ///
    /// # Cancel safety
    /// As for [`try_acquire`](Self::try_acquire).
    pub async fn acquire(&self, wait: Duration) -> Result<Permit, LockError> {
        if wait.is_zero() {
            let permit = self.try_acquire().await?;
            return permit.ok_or(LockError::Timeout { wait, outcome: Outcome::Refused });
        }
        acquire::wait_for(self.claim()?, &self.name, wait).await.map(Permit)
    }

    fn claim(&self) -> Result<Claim, LockError> {
        if self.name.is_empty() {
            return Err(LockError::Name);
        }
        if self.limit == 0 {
            return Err(LockError::NoPermits);
        }
        let terms = Terms {
            keys: Arc::clone(&self.keys),
            kind: Kind::Semaphore { limit: self.limit },
            fencing: Fencing::None,
            wake_up: self.options.wake_up,
        };
        Claim::new(&self.client, &self.core, terms, &self.options)
    }
}

/// Without the name.
impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("limit", &self.limit)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// One permit of a semaphore, until it is [released](Self::release) or dropped.
#[derive(Debug)]
#[must_use = "a permit is given back when it is dropped"]
pub struct Permit(Guard);

impl Permit {
    /// Gives it back and says what was found; [`ReleaseOutcome::Expired`] when its time was over before.
    ///
    /// # Errors
    /// When the server could not be asked; it will be asked on in the background.
    ///
    /// # Cancel safety
    /// A dropped future leaves the rest to the background.
    pub async fn release(self) -> Result<ReleaseOutcome, LockError> {
        self.0.release().await
    }

    /// For how long it can still be relied on; see [`GuardHandle::valid_for`](super::guard::GuardHandle::valid_for).
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.0.valid_for()
    }

    /// Whether it can be relied on right now, by the clocks alone.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.is_valid()
    }

    /// Lets it live for `ttl` from now on; see [`GuardHandle::extend`](super::guard::GuardHandle::extend).
    ///
    /// # Errors
    /// [`LockError::NotHeld`] when its time was over.
    ///
    /// # Cancel safety
    /// As when the server could not be asked.
    pub async fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        self.0.extend(ttl).await
    }

    /// Waits until it is not ours any more; see [`GuardHandle::lost`](super::guard::GuardHandle::lost).
    ///
    /// # Cancel safety
    /// A dropped future misses nothing.
    pub async fn lost(&self) -> LossReason {
        self.0.lost().await
    }

    /// A token that is cancelled when it is lost.
    #[must_use]
    pub fn cancellation(&self) -> CancellationToken {
        self.0.cancellation()
    }

    /// Runs `body` for as long as it is ours; see [`GuardHandle::run`](super::guard::GuardHandle::run).
    ///
    /// # Errors
    /// [`LockLost`] when it was lost first.
    ///
    /// # Cancel safety
    /// That of `body`.
    pub async fn run<F: Future>(&self, body: F) -> Result<F::Output, LockLost> {
        self.0.run(body).await
    }
}
