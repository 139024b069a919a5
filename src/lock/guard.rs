//! A held lock: the [`Guard`] that gives it back, and the [`GuardHandle`] that looks at it.
//!
//! Renewal by itself (a watchdog) and the news of a loss will register with what both share, [`Held`].

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::claim::{Claim, ReleaseOutcome};
use super::error::LockError;
use super::scripts::{self, LockKeys};
use super::token::Token;
use super::ttl::Ttl;
use super::validity::{Moment, Validity};
use crate::client::Client;

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
pub struct GuardHandle(Arc<Held>);

struct Held {
    client: Client,
    name: String,
    keys: Arc<LockKeys>,
    token: Token,
    fence: u64,
    validity: Mutex<Validity>,
    /// The longest time to live that the server was asked for.
    longest: Mutex<Ttl>,
    /// One extension at a time: of two under way nobody could tell which one the server did last.
    extending: tokio::sync::Mutex<()>,
}

impl Guard {
    pub(crate) fn new(name: String, claim: Claim, fence: u64, validity: Validity) -> Self {
        let held = Held {
            client: claim.client.clone(),
            name,
            keys: Arc::clone(&claim.keys),
            token: claim.token,
            fence,
            validity: Mutex::new(validity),
            longest: Mutex::new(claim.ttl),
            extending: tokio::sync::Mutex::new(()),
        };
        Self { handle: GuardHandle(Arc::new(held)), claim: Some(claim) }
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

    /// From now on no handle says that it is held. Gives whether it was valid.
    fn end(&mut self) -> bool {
        if let Some(claim) = &mut self.claim {
            claim.ttl = *self.handle.0.longest();
        }
        self.handle.0.validity().end(Moment::now())
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
        &self.0.name
    }

    /// The fencing token: larger than that of everybody who held the lock before.
    ///
    /// Clocks and pauses can make two processes believe that they hold a lock. What it protects stays correct when it
    /// refuses every fence smaller than the largest it has seen.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.0.fence
    }

    /// For how long the lock can still be relied on, by the clocks alone: less than what is left on the server. Zero
    /// once it is over or given back.
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.0.validity().left(Moment::now())
    }

    /// Whether the lock can be relied on right now, by the clocks alone.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.valid_for().is_zero()
    }

    /// Lets the lock live for `ttl` from now on, if it is still ours.
    ///
    /// # Errors
    /// [`LockError::NotHeld`] when it is not ours any more. When the server could not be asked, the lock is valid for
    /// the shorter of the old and the new time.
    ///
    /// # Cancel safety
    /// As when the server could not be asked.
    pub async fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        let held = &*self.0;
        let ttl = Ttl::new(ttl)?;
        let _alone = held.extending.lock().await;
        if !self.is_valid() {
            return Err(LockError::NotHeld);
        }
        let validity = Validity::of(Moment::now(), ttl);
        // If the answer is lost, the server may have taken the new time.
        held.validity().shorten(validity);
        let longest = ttl.max(*held.longest());
        *held.longest() = longest;
        let extended = scripts::extend(&held.client, &held.keys, &held.token, ttl).await;
        if extended.map_err(LockError::failed("extended"))? {
            held.validity().renew(validity);
            Ok(())
        } else {
            held.validity().end(Moment::now());
            Err(LockError::NotHeld)
        }
    }
}

impl Held {
    fn validity(&self) -> MutexGuard<'_, Validity> {
        self.validity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn longest(&self) -> MutexGuard<'_, Ttl> {
        self.longest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Neither the name nor the token.
impl fmt::Debug for GuardHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardHandle")
            .field("fence", &self.fence())
            .field("valid_for", &self.valid_for())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("fence", &self.fence())
            .field("valid_for", &self.valid_for())
            .finish_non_exhaustive()
    }
}
