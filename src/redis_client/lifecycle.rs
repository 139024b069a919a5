//! From nothing to connected and back: one attempt at a time, shared by all who ask for it, and all or nothing.
//!
//! The attempt belongs to the caller who began it and runs in that caller's future. If it is dropped, the next of those
//! who wait begins anew, so no task is left behind, and none has to stay. What surprises: a client whose runtime is
//! gone counts as not initialized, so that it can be initialized again on the runtime of whoever asks.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use redlane_pool::error::CloseReason;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::RedisClient;
use super::lenient::Lenient;
use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Failure, Outcome, Result};

/// What a [`RedisClient`] is right now.
pub(super) struct Lifecycle {
    /// As given by code; without one the environment is read at each attempt.
    config: Option<Config>,
    state: RwLock<State>,
}

enum State {
    New,
    Connecting(Arc<Attempt>),
    Ready(Client),
    Closed,
}

/// An attempt under way.
struct Attempt {
    progress: watch::Sender<Progress>,
    cancelled: CancellationToken,
}

#[derive(Clone, Debug)]
enum Progress {
    UnderWay,
    Ended(Result<()>),
    /// Its caller has gone away.
    Abandoned,
}

impl RedisClient {
    /// A client without a connection, to be set up by the environment; see
    /// [`Config::from_env`](crate::config::Config::from_env). Nothing is read or opened before
    /// [`initialize`](Self::initialize).
    #[must_use]
    pub const fn new() -> Self {
        Self { lifecycle: Lifecycle { config: None, state: RwLock::new(State::New) } }
    }

    /// A client without a connection, to be set up by `config`; the environment has no say.
    #[must_use]
    pub const fn with_config(config: Config) -> Self {
        Self { lifecycle: Lifecycle { config: Some(config), state: RwLock::new(State::New) } }
    }

    /// Reads the settings, connects, and waits until the server has answered a PING, at most the connect timeout.
    /// Nothing happens when that was done before; calls at the same time share one attempt and its result.
    ///
    /// A server that cannot be reached yet is tried again until then. After [`close`](Self::close), and when the
    /// runtime that drove the connection is gone, it connects anew, on the runtime of this call.
    ///
    /// # Errors
    /// Whatever kept the server from answering, or what is wrong with the settings. Nothing is left open then, and the
    /// next call tries again. `Closed` when the client is closed meanwhile.
    ///
    /// # Cancel safety
    /// A dropped future leaves nothing behind; if others wait for the same attempt, one of them begins anew.
    pub async fn initialize(&self) -> Result<()> {
        loop {
            let mut progress = match self.lifecycle.join() {
                Part::Done => return Ok(()),
                Part::Lead(lead) => return lead.run().await,
                Part::Follow(attempt) => attempt.progress.subscribe(),
            };
            let ended = progress.wait_for(|progress| !matches!(progress, Progress::UnderWay)).await;
            match ended.as_deref() {
                Ok(Progress::Ended(result)) => return result.clone(),
                // Whoever made the attempt went away.
                _ => continue,
            }
        }
    }

    /// Whether [`initialize`](Self::initialize) has succeeded and the client still works: it was not closed, and the
    /// runtime that drives it is there. It says nothing about the server.
    #[must_use]
    pub fn is_initialized(&self) -> bool {
        self.check().is_ok()
    }

    /// The native client, with every command, pipelines and the like. A clone of it is cheap; all of them are closed
    /// with this client.
    ///
    /// # Errors
    /// `NotInitialized` before [`initialize`](Self::initialize), `Closed` after [`close`](Self::close).
    pub fn client(&self) -> Result<Client> {
        match &*self.lifecycle.read() {
            State::Ready(client) => Ok(client.clone()),
            other => Err(other.error()),
        }
    }

    /// Takes no more commands, lets those under way finish for up to the setting `close_timeout`, locks being given back
    /// in the background among them, and closes all connections, those of every [`client`](Self::client) handed out
    /// too. Closing twice is nothing, and an attempt under way ends with `Closed`.
    ///
    /// # Cancel safety
    /// A dropped future leaves the client closing: new commands are refused.
    pub async fn close(&self) {
        let before = std::mem::replace(&mut *self.lifecycle.write(), State::Closed);
        match before {
            State::Ready(client) => {
                let (began, limit) = (Instant::now(), client.config().close_timeout());
                client.locks().close(limit).await;
                client.close_within(limit.saturating_sub(began.elapsed())).await;
            }
            State::Connecting(attempt) => {
                attempt.progress.send_replace(Progress::Ended(Err(Error::closed())));
                attempt.cancelled.cancel();
            }
            State::New | State::Closed => {}
        }
    }

    /// The view that answers as the reference does: errors are logged, and the answer is `false` or `None`.
    #[must_use]
    pub fn lenient(&self) -> Lenient<'_> {
        Lenient::new(self)
    }

    /// Like [`client`](Self::client) without giving it, and with an error when its runtime is gone.
    pub(crate) fn check(&self) -> Result<()> {
        match &*self.lifecycle.read() {
            State::Ready(client) => usable(client),
            other => Err(other.error()),
        }
    }

    /// The settings: those in use, else those that [`initialize`](Self::initialize) would use.
    pub(super) fn settings(&self) -> Result<Config> {
        if let State::Ready(client) = &*self.lifecycle.read() {
            return Ok(client.config().clone());
        }
        self.lifecycle.settings()
    }
}

impl Default for RedisClient {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether commands on `client` can work.
fn usable(client: &Client) -> Result<()> {
    if client.is_closed() {
        return Err(Error::closed());
    }
    match client.router().link().ended() {
        Some(CloseReason::RuntimeGone) => Err(Error::new(Failure::RuntimeGone, Outcome::NotSent)),
        _ => Ok(()),
    }
}

/// A caller's part in getting initialized.
enum Part<'a> {
    Done,
    Lead(Lead<'a>),
    Follow(Arc<Attempt>),
}

impl Lifecycle {
    fn join(&self) -> Part<'_> {
        let mut state = self.write();
        match &*state {
            State::Ready(client) if usable(client).is_ok() => Part::Done,
            State::Connecting(attempt) => Part::Follow(Arc::clone(attempt)),
            _ => {
                let progress = watch::Sender::new(Progress::UnderWay);
                let attempt = Arc::new(Attempt { progress, cancelled: CancellationToken::new() });
                *state = State::Connecting(Arc::clone(&attempt));
                Part::Lead(Lead { lifecycle: self, attempt })
            }
        }
    }

    fn settings(&self) -> Result<Config> {
        match &self.config {
            Some(config) => Ok(config.clone()),
            None => Ok(Config::from_env()?),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The error of whatever is asked of a client in this state.
    fn error(&self) -> Error {
        match self {
            Self::Closed => Error::closed(),
            _ => Error::not_initialized(),
        }
    }
}

/// Makes the attempt. Dropped before it has ended, it leaves the client as new.
struct Lead<'a> {
    lifecycle: &'a Lifecycle,
    attempt: Arc<Attempt>,
}

impl Lead<'_> {
    async fn run(self) -> Result<()> {
        let connected = match self.lifecycle.settings() {
            Ok(config) => self.attempt.cancelled.run_until_cancelled(Client::connect(config)).await,
            Err(error) => Some(Err(error)),
        };
        let (next, result) = match connected {
            Some(Ok(client)) => (State::Ready(client), Ok(())),
            Some(Err(error)) => (State::New, Err(error)),
            None => (State::New, Err(Error::closed())),
        };
        self.end(next, Progress::Ended(result.clone()));
        // Closed in the meantime: what was opened goes with `next`, and everybody has been told.
        match &*self.attempt.progress.borrow() {
            Progress::Ended(result) => result.clone(),
            _ => result,
        }
    }

    /// Puts the outcome in place and tells it, unless somebody has closed the client meanwhile.
    fn end(&self, next: State, progress: Progress) {
        let mut state = self.lifecycle.write();
        if matches!(&*state, State::Connecting(attempt) if Arc::ptr_eq(attempt, &self.attempt)) {
            *state = next;
            self.attempt.progress.send_replace(progress);
        }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.end(State::New, Progress::Abandoned);
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.read() {
            State::New => f.write_str("New"),
            State::Connecting(_) => f.write_str("Connecting"),
            State::Ready(client) => client.fmt(f),
            State::Closed => f.write_str("Closed"),
        }
    }
}
