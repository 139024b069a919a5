//! One acquisition from before its first question to its very end, whatever happens in between.
//!
//! A claim is armed before a byte is sent. Dropped at any moment, in the middle of a question, with the lock held, or
//! in the middle of giving it back, it hands what may be left on the server to the janitor.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::bare::{self, Dialect};
use super::core::{Core, Place, Remains};
use super::error::LockError;
use super::held::{Acquisition, Holding, Win};
use super::options::{Options, Replicas};
use super::replicated;
use super::scripts::{self, Acquired, Patience, Released};
use super::socket::Socket;
use super::terms::{Kind, Terms};
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
    pub(crate) terms: Terms,
    pub(crate) token: Token,
    pub(crate) ttl: Ttl,
    holding: Holding,
    pub(crate) runtime: Handle,
    replicas: Option<Replicas>,
    /// Plain commands will do, if the server has them.
    bare: bool,
    /// The plain commands in which the lock was asked for.
    dialect: Option<Dialect>,
    /// Until it is handed over.
    place: Option<Place>,
    /// The lock, or a place in its queue, may be ours.
    held: bool,
    /// The socket of the first question that may still be executed.
    unsettled: Option<Socket>,
}

impl Claim {
    /// Begins an acquisition; nothing is sent yet.
    pub(crate) fn new(
        client: &Client,
        core: &Arc<Core>,
        terms: Terms,
        options: &Options,
    ) -> Result<Self, LockError> {
        let ttl = options.ttl()?;
        let place = core.enter()?;
        let runtime = Handle::try_current()
            .map_err(|_| Error::usage("a lock is acquired inside a tokio runtime, which then releases it"))
            .map_err(LockError::failed("acquired"))?;
        core.check_eviction(client, &runtime);
        Ok(Self {
            client: client.clone(),
            core: Arc::clone(core),
            bare: options.is_bare(&terms),
            terms,
            token: Token::new()?,
            ttl,
            holding: Holding { watchdog: options.watchdog, max_hold: options.max_hold },
            runtime,
            replicas: options.replicas,
            dialect: None,
            place: Some(place),
            held: false,
            unsettled: None,
        })
    }

    /// What was acquired.
    pub(crate) fn won(&self, name: String, win: Win) -> Acquisition {
        Acquisition {
            client: self.client.clone(),
            name,
            terms: self.terms.clone(),
            token: self.token,
            ttl: self.ttl,
            bare: self.dialect.is_some(),
            holding: self.holding,
            win,
        }
    }

    /// Asks for the lock, always with the same token, at most until `until`.
    pub(crate) async fn ask(
        &mut self,
        patience: Patience,
        until: Option<Instant>,
    ) -> Result<Acquired, LockError> {
        let before = (self.held, self.unsettled);
        let socket = if self.replicas.is_some() { Socket::Own } else { Socket::now(&self.client) };
        self.unsettled = self.unsettled.or(Some(socket));
        self.held = true;
        let result = match self.replicas {
            Some(replicas) => self.ask_on_own(patience, until, replicas).await,
            None => self.ask_on_shared(patience, until).await.map_err(LockError::failed("acquired")),
        };
        match &result {
            Ok(answer) => {
                let queues = patience == Patience::Waits && matches!(self.terms.kind, Kind::Fair { .. });
                self.held = queues || matches!(answer, Acquired::Won { .. });
                if socket == Socket::Own {
                    // The answer says nothing of other sockets.
                    self.unsettled = before.1;
                } else if self.unsettled.is_some_and(|socket| socket.is_settled(&self.client)) {
                    self.unsettled = None;
                }
            }
            Err(error) if error.outcome() != Outcome::MaybeExecuted => {
                (self.held, self.unsettled) = before;
            }
            Err(_) => {}
        }
        result
    }

    async fn ask_on_shared(&mut self, patience: Patience, until: Option<Instant>) -> Result<Acquired> {
        if self.bare
            && let Some(answer) = self.ask_barely(until).await?
        {
            return Ok(answer);
        }
        let mut call = scripts::acquire(&self.terms, &self.token, self.ttl, patience, self.tells());
        if let Some(limit) = self.limit(until) {
            call = call.deadline(limit);
        }
        let answer: Vec<i64> = call.call(&self.client).await?;
        scripts::acquired(&self.terms, &answer)
    }

    /// Whether others should be told when it is ours: somebody has waited for it here not long ago, and so may others
    /// elsewhere.
    fn tells(&self) -> bool {
        self.terms.wake_up && self.core.gates.hears(&self.terms.keys.holder)
    }

    /// Asks with a plain command; `None` when only a script can tell.
    async fn ask_barely(&mut self, until: Option<Instant>) -> Result<Option<Acquired>> {
        let core = Arc::clone(&self.core);
        let dialect = core.known.dialect(&self.client, self.limit(until)).await?;
        self.dialect = (dialect != Dialect::Scripts).then_some(dialect);
        if self.dialect.is_none() {
            return Ok(None);
        }
        let limit = self.limit(until);
        match bare::acquire(&self.client, &self.terms.keys, &self.token, self.ttl, limit).await {
            Err(error) if bare::is_unknown(&error) => {
                core.known.forget();
                self.dialect = None;
                Ok(None)
            }
            answer => answer,
        }
    }

    /// Asks on a connection of its own, and waits there for replicas and disks.
    async fn ask_on_own(
        &mut self,
        patience: Patience,
        until: Option<Instant>,
        replicas: Replicas,
    ) -> Result<Acquired, LockError> {
        let call = scripts::acquire(&self.terms, &self.token, self.ttl, patience, self.tells());
        let until = until.or_else(|| Instant::now().checked_add(self.client.call_timeout()));
        let asked = async {
            let (answer, lease) = replicated::ask(&self.client, call, until).await?;
            let answer = scripts::acquired(&self.terms, &answer)?;
            let copies = match answer {
                Acquired::Won { .. } => Some(replicated::wait(&self.client, &lease, replicas, until).await?),
                Acquired::Busy { .. } => None,
            };
            Ok((answer, copies))
        };
        match asked.await.map_err(LockError::failed("acquired"))? {
            (_, Some(copies)) if !copies.here => Err(LockError::NotOnDisk),
            (_, Some(copies)) if copies.replicas < replicas.count => {
                Err(LockError::NotReplicated { acked: copies.replicas, wanted: replicas.count })
            }
            (answer, _) => Ok(answer),
        }
    }

    /// What is left, if that is less than a call has anyway.
    fn limit(&self, until: Option<Instant>) -> Option<Duration> {
        let left = until?.saturating_duration_since(Instant::now());
        (left < self.client.call_timeout()).then_some(left)
    }

    /// Gives the lock back. `valid`: its time was not over when that began.
    pub(crate) async fn release(mut self, valid: bool) -> Result<ReleaseOutcome> {
        let began = Instant::now();
        let first = self.give_back().await;
        let mut repeated = false;
        let answer = match first {
            Err(error) if is_unanswered(&error) => {
                let left = self.client.call_timeout().saturating_sub(began.elapsed());
                if left.is_zero() {
                    return Err(error);
                }
                repeated = true;
                scripts::release(&self.client, &self.terms, &self.token, Some(left)).await
            }
            answer => answer,
        }?;
        self.held = false;
        let told = scripts::is_told(&self.terms, Some(answer));
        let ended = scripts::ended(&self.terms, &self.token, Some(answer));
        // A question that may be executed late can bring it back.
        let ended = ended.filter(|_| self.unsettled.is_none());
        self.core.gates.wake(&self.terms.keys.holder, told, ended);
        Ok(match answer {
            Released::Now | Released::Silently => ReleaseOutcome::Released,
            Released::NotOurs => ReleaseOutcome::NotOwner,
            // The first question, whose answer was lost, has done it.
            Released::Gone if repeated && valid => ReleaseOutcome::Released,
            Released::Gone => ReleaseOutcome::Expired,
        })
    }

    async fn give_back(&self) -> Result<Released> {
        if let Some(dialect) = self.dialect {
            match bare::release(&self.client, dialect, &self.terms.keys, &self.token).await {
                Ok(Some(released)) => return Ok(released),
                Err(error) if !bare::is_unknown(&error) => return Err(error),
                Ok(None) | Err(_) => self.core.known.forget(),
            }
        }
        scripts::release(&self.client, &self.terms, &self.token, None).await
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
                terms: self.terms.clone(),
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
