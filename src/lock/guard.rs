//! A held lock: the [`Guard`] that gives it back, and the [`GuardHandle`] that looks at it.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::claim::{Claim, ReleaseOutcome};
use super::core::Core;
use super::error::LockError;
use super::held::{Held, Win};
use super::loss::{LockLost, LossReason};
use super::race::{First, race};
use super::validity::Moment;

/// A lock that is held, until it is [released](Self::release) or dropped.
///
/// Dropping it never waits: the lock is given back in the background, within milliseconds while the server answers.
/// Its time to live is the last resort. All that a [`GuardHandle`] can do, it can do too.
#[must_use = "a lock is given back when its guard is dropped"]
pub struct Guard {
    handle: GuardHandle,
    /// Until it is released.
    claim: Option<Claim>,
}

/// A view of a held lock, for the code that runs under it. It does not keep the lock.
#[derive(Clone)]
pub struct GuardHandle {
    held: Arc<Held>,
    core: Arc<Core>,
    runtime: Handle,
}

impl Guard {
    pub(crate) fn new(name: String, claim: Claim, win: Win) -> Self {
        let held = Arc::new(Held::new(claim.won(name, win)));
        let handle = GuardHandle { held, core: Arc::clone(&claim.core), runtime: claim.runtime.clone() };
        if handle.held.renewed || handle.held.has_end() {
            handle.watch();
        }
        Self { handle, claim: Some(claim) }
    }

    /// Gives the lock back and says what was found.
    ///
    /// # Errors
    /// When the server could not be asked; it will be asked on in the background.
    ///
    /// # Cancel safety
    /// A dropped future leaves the rest to the background.
    pub async fn release(mut self) -> Result<ReleaseOutcome, LockError> {
        let valid = self.end();
        match self.claim.take() {
            Some(claim) => claim.release(valid).await.map_err(LockError::failed("released")),
            None => Ok(ReleaseOutcome::Expired),
        }
    }

    /// A view of it, for code that must not release it.
    #[must_use]
    pub fn handle(&self) -> GuardHandle {
        self.handle.clone()
    }

    /// From now on it is not renewed, and no handle says that it is held. Gives whether it was valid.
    fn end(&mut self) -> bool {
        self.handle.core.unwatch(&self.handle.held);
        let (valid, longest) = self.handle.held.give_back();
        // Watched by somebody who asked to be told just then.
        self.handle.core.unwatch(&self.handle.held);
        if let Some(claim) = &mut self.claim {
            claim.ttl = longest;
        }
        valid
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

impl Deref for Guard {
    type Target = GuardHandle;

    fn deref(&self) -> &GuardHandle {
        &self.handle
    }
}

impl GuardHandle {
    /// The lock's name, without the prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.held.name
    }

    /// The fencing token: larger than that of everybody who held the lock before. Zero, which is smaller than any, when
    /// the lock was taken without.
    ///
    /// Clocks and pauses can make two processes believe that they hold a lock. What it protects stays correct when it
    /// refuses every fence smaller than the largest it has seen.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.held.fence.unwrap_or_default()
    }

    /// For how long the lock can still be relied on, by the clocks alone: less than what is left on the server. Zero
    /// once it is over or given back.
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.held.left(Moment::now())
    }

    /// Whether the lock can be relied on right now, by the clocks alone.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.valid_for().is_zero()
    }

    /// Lets the lock live for `ttl` from now on, if it is still ours. The watchdog, if there is one, goes on with that.
    ///
    /// # Errors
    /// [`LockError::NotHeld`] when it is not ours any more. When the server could not be asked, the lock is valid for
    /// the shorter of the old and the new time; and when the connection was lost over it, also a longer time that is asked
    /// for in the next seconds counts for no more than that, since the question may be executed late.
    ///
    /// # Cancel safety
    /// As when the server could not be asked.
    pub async fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        // However it ends, also by being dropped: what is to live shorter is to be renewed sooner.
        let _hastens = Hastens(self);
        self.held.extend(ttl).await
    }

    /// Waits until the lock is not ours any more, and says why: a hundredth of its time to live before the server would
    /// give it to somebody else, at the latest. Of a lock that was given back it says [`LossReason::Closed`].
    ///
    /// Any number of tasks may wait.
    ///
    /// # Cancel safety
    /// A dropped future misses nothing.
    pub async fn lost(&self) -> LossReason {
        self.watch();
        self.held.loss.wait().await
    }

    /// Why the lock was lost, if it is known by now.
    #[must_use]
    pub fn loss(&self) -> Option<LossReason> {
        self.held.loss.reason()
    }

    /// A token that is cancelled when the lock is [lost](Self::lost), for code that takes one. Cancelling it does
    /// nothing to the lock.
    #[must_use]
    pub fn cancellation(&self) -> CancellationToken {
        self.watch();
        self.held.loss.token()
    }

    /// Has `callback` called when the lock is [lost](Self::lost), at once if it is, and not when it is given back. It runs
    /// in the task that looks after all locks of the client, and so must not wait for anything.
    pub fn on_lost(&self, callback: impl FnOnce(LossReason) + Send + 'static) {
        self.held.loss.subscribe(Box::new(callback));
        self.watch();
    }

    /// Runs `body` for as long as the lock is ours.
    ///
    /// ```no_run
    /// # use redlane::lock::{Guard, LockLost};
    /// # async fn write(fence: u64) {}
    /// # async fn example(guard: &Guard) -> Result<(), LockLost> {
    /// guard.run(write(guard.fence())).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`LockLost`] when the lock was lost first; `body` was dropped then, at whatever it was waiting for.
    ///
    /// # Cancel safety
    /// That of `body`.
    pub async fn run<F: Future>(&self, body: F) -> Result<F::Output, LockLost> {
        match race(self.lost(), body).await {
            First::Left(reason) => Err(LockLost { reason }),
            First::Right(output) => Ok(output),
        }
    }

    fn watch(&self) {
        self.core.watch(&self.held, &self.runtime);
    }
}

/// Has the watchdog look at the time to live again.
struct Hastens<'g>(&'g GuardHandle);

impl Drop for Hastens<'_> {
    fn drop(&mut self) {
        self.0.core.hasten(&self.0.held);
    }
}

/// Neither the name nor the token.
impl fmt::Debug for GuardHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardHandle")
            .field("fence", &self.fence())
            .field("valid_for", &self.valid_for())
            .field("loss", &self.loss())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("fence", &self.fence())
            .field("valid_for", &self.valid_for())
            .field("loss", &self.loss())
            .finish_non_exhaustive()
    }
}
