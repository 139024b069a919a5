//! One acquisition from before its first question to its very end, whatever happens in between.
//!
//! A claim is armed before a byte is sent. Dropped at any moment, in the middle of a question, with the lock held, or
//! in the middle of giving it back, it hands what may be left on the server to the janitor.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::core::{Core, Place, Remains, epoch};
use super::error::LockError;
use super::scripts::{self, Acquired, LockKeys, Released};
use super::token::Token;
use super::ttl::Ttl;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};

/// What became of a lock that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseOutcome {
    /// It was ours to the end.
    Released,
    /// It was gone: its time was over before, or somebody deleted it.
    Expired,
    /// Its time was over before, and somebody else has it now; theirs is untouched.
    NotOwner,
}

/// An acquisition under way, or one that has succeeded.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) client: Client,
    pub(crate) core: Arc<Core>,
    pub(crate) keys: Arc<LockKeys>,
    pub(crate) token: Token,
    pub(crate) ttl: Ttl,
    runtime: Handle,
    /// Until it is handed over.
    place: Option<Place>,
    /// The lock may be ours.
    held: bool,
    /// The socket of the first question that may still be executed.
    unsettled: Option<u32>,
}

impl Claim {
    /// Begins an acquisition; nothing is sent yet.
    pub(crate) fn new(
        client: &Client,
        core: &Arc<Core>,
        keys: &Arc<LockKeys>,
        ttl: Ttl,
    ) -> Result<Self, LockError> {
        let place = core.enter()?;
        let runtime = Handle::try_current()
            .map_err(|_| Error::usage("a lock is acquired inside a tokio runtime, which then releases it"))
            .map_err(LockError::failed("acquired"))?;
        core.check_eviction(client, &runtime);
        Ok(Self {
            client: client.clone(),
            core: Arc::clone(core),
            keys: Arc::clone(keys),
            token: Token::new()?,
            ttl,
            runtime,
            place: Some(place),
            held: false,
            unsettled: None,
        })
    }

    /// Asks for the lock, always with the same token.
    pub(crate) async fn ask(&mut self, limit: Option<std::time::Duration>) -> Result<Acquired> {
        let before = (self.held, self.unsettled);
        self.unsettled = self.unsettled.or_else(|| Some(epoch(&self.client)));
        self.held = true;
        match scripts::acquire(&self.client, &self.keys, &self.token, self.ttl, limit).await {
            Ok(answer) => {
                self.held = matches!(answer, Acquired::Won { .. });
                if self.unsettled == Some(epoch(&self.client)) {
                    self.unsettled = None;
                }
                Ok(answer)
            }
            Err(error) => {
                if error.outcome() != Outcome::MaybeExecuted {
                    (self.held, self.unsettled) = before;
                }
                Err(error)
            }
        }
    }

    /// Gives the lock back. `valid`: its time was not over when that began.
    pub(crate) async fn release(mut self, valid: bool) -> Result<ReleaseOutcome> {
        let began = Instant::now();
        let first = scripts::release(&self.client, &self.keys, &self.token, None).await;
        let mut repeated = false;
        let answer = match first {
            Err(error) if is_unanswered(&error) => {
                let left = self.client.call_timeout().saturating_sub(began.elapsed());
                if left.is_zero() {
                    return Err(error);
                }
                repeated = true;
                scripts::release(&self.client, &self.keys, &self.token, Some(left)).await
            }
            answer => answer,
        }?;
        self.held = false;
        self.core.gates.wake(&self.keys.holder);
        Ok(match answer {
            Released::Now => ReleaseOutcome::Released,
            Released::NotOurs => ReleaseOutcome::NotOwner,
            // The first question, whose answer was lost, has done it.
            Released::Gone if repeated && valid => ReleaseOutcome::Released,
            Released::Gone => ReleaseOutcome::Expired,
        })
    }
}

/// Whether a question got no answer, though the server may have heard it.
fn is_unanswered(error: &Error) -> bool {
    error.outcome() == Outcome::MaybeExecuted
        && matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Disconnected)
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.held && self.unsettled.is_none() {
            return;
        }
        if let Some(place) = self.place.take() {
            let remains = Remains {
                client: self.client.clone(),
                keys: Arc::clone(&self.keys),
                token: self.token,
                ttl: self.ttl,
                held: self.held,
                unsettled: self.unsettled,
                place,
            };
            self.core.hand_over(remains, &self.runtime);
        }
    }
}
