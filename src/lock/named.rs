//! A lock by its name, and the three ways to have it: try, wait, or run something under it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::acquire;
use super::claim::{Claim, ReleaseOutcome};
use super::core::Core;
use super::error::LockError;
use super::guard::{Guard, GuardHandle};
use super::options::{Options, lease_options, lock_options};
use super::terms::{LockKeys, Terms};
use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::Outcome;

/// A lock that can be acquired, any number of times: each time is an acquisition of its own, also within one task.
#[derive(Clone)]
#[must_use = "a lock is asked for by `try_acquire`, `acquire` or `hold`"]
pub struct Lock {
    client: Client,
    core: Arc<Core>,
    keys: Arc<LockKeys>,
    name: String,
    options: Options,
}

/// How it is had and held.
impl Lock {
    lease_options!(options);
    lock_options!(options);
}

impl Lock {
    pub(crate) fn new(
        client: &Client,
        core: &Arc<Core>,
        prefix: &str,
        name: String,
        options: Options,
    ) -> Self {
        let keys = Arc::new(LockKeys::of_lock(prefix, &name, client.config().db()));
        Self { client: client.clone(), core: Arc::clone(core), keys, name, options }
    }

    /// Its name, without the prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tries once; `None` when somebody else holds it. One round trip.
    ///
    /// # Errors
    /// [`LockError`]; that the server cannot be asked is never told as "held by somebody else".
    ///
    /// # Cancel safety
    /// A dropped future leaves no lock behind: one that it may have won is given back in the background.
    pub async fn try_acquire(&self) -> Result<Option<Guard>, LockError> {
        acquire::try_once(self.claim()?, &self.name).await
    }

    /// Tries until it is ours, at most for `wait`, connecting included; zero tries once, for as long as any command
    /// may take.
    ///
    /// The waiters of one client are served in the order in which they came, though one that only
    /// [tries](Self::try_acquire), or one of another process, may be faster at the moment of a release;
    /// [`fair`](Self::fair) serves those of all processes in order. A release wakes the one whose turn it is; no questions
    /// are asked meanwhile, but for one a second in case that a message was lost. So one who waits, or who comes less than
    /// a second after somebody has got it, can be late by that second where it ends without a message: deleted by hand, or
    /// given back by another program. Whoever cannot wait for that long asks at once.
    ///
    /// # Errors
    /// [`LockError::Timeout`] when somebody else held it for all the time; [`LockError::Failed`] when the server has not
    /// answered anybody here for the last two seconds of it, so that nobody knows.
    ///
    /// # Cancel safety
    /// As for [`try_acquire`](Self::try_acquire).
    pub async fn acquire(&self, wait: Duration) -> Result<Guard, LockError> {
        if wait.is_zero() {
            let guard = self.try_acquire().await?;
            return guard.ok_or(LockError::Timeout { wait, outcome: Outcome::Refused });
        }
        acquire::wait_for(self.claim()?, &self.name, wait).await
    }

    /// Runs `body` under the lock, which it waits for at most for `wait`, and gives it back when the body is done.
    ///
    /// Whatever the body returns is returned, an error of its own as well, whatever becomes of the release: that the
    /// lock could not be given back, or was lost before, is only logged, for the body can ask its [`GuardHandle`] at
    /// any time.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(client: &redlane::client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let lock = client.locks().lock("report");
    /// let pages = lock
    ///     .hold(Duration::from_secs(5), |guard| async move {
    ///         println!("ours, with the fence {}", guard.fence());
    ///         Ok::<_, std::io::Error>(12)
    ///     })
    ///     .await??;
    /// # let _ = pages;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`LockError`] when the lock is not ours; the body has not run then.
    ///
    /// # Cancel safety
    /// A future dropped, and a body that panics, give the lock back in the background.
    pub async fn hold<F, Fut>(&self, wait: Duration, body: F) -> Result<Fut::Output, LockError>
    where
        F: FnOnce(GuardHandle) -> Fut,
        Fut: Future,
    {
        let guard = self.acquire(wait).await?;
        let output = body(guard.handle()).await;
        match guard.release().await {
            Ok(ReleaseOutcome::Released) => {}
            Ok(outcome) => {
                tracing::warn!(target: "redlane::lock", ?outcome, "a lock was lost before it was released");
            }
            Err(error) => tracing::warn!(
                target: "redlane::lock",
                error = &error as &dyn std::error::Error,
                "a lock is released in the background",
            ),
        }
        Ok(output)
    }

    /// Whether anybody holds it now, which may have changed by the time one knows.
    ///
    /// # Errors
    /// When the server cannot be asked.
    ///
    /// # Cancel safety
    /// It changes nothing, dropped or not.
    pub async fn is_locked(&self) -> Result<bool, LockError> {
        let exists = Command::known(const { facts::of("EXISTS") }).arg(&self.keys.holder);
        self.client.execute(exists).await.map_err(LockError::failed("looked at"))
    }

    fn claim(&self) -> Result<Claim, LockError> {
        if self.name.is_empty() {
            return Err(LockError::Name);
        }
        let terms = Terms {
            keys: Arc::clone(&self.keys),
            kind: self.options.lock_kind()?,
            fencing: self.options.fencing(),
            wake_up: self.options.wake_up,
        };
        Claim::new(&self.client, &self.core, terms, &self.options)
    }
}

/// Without the name.
impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("options", &self.options).finish_non_exhaustive()
    }
}
