//! What a transaction's closure is given: the watched connection, and the MULTI … EXEC on it.
//!
//! The handle is owned, so that the closure's future can be sent to another thread. What surprises: it ends with the
//! closure. Whoever kept it is refused, since the connection may be somebody else's by then.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use redlane_pool::connector::Dirt;
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;
use redlane_resp::to_args::ToRedisArgs;
use tokio::time::Instant;

use crate::client::Client;
use crate::client::execute::{self, SlowFuture};
use crate::client::leases::Leased;
use crate::commands::command::Command;
use crate::commands::executor::Executor;
use crate::commands::facts::{self, Lane};
use crate::error::{Error, Failure, Result};
use crate::pipeline::{Commands, FromReplies};

/// The watched connection of one try of a [transaction](Client::transaction). Commands called on it run at once, before
/// those of [`multi`](Self::multi).
pub struct Tx(Arc<Held>);

struct Held {
    client: Client,
    lease: Leased,
    deadline: Instant,
    /// How often keys were watched by [`Tx::watch`].
    watched: AtomicU32,
    over: AtomicBool,
}

impl Tx {
    pub(super) fn new(client: Client, lease: Leased, deadline: Instant) -> Self {
        Self(Arc::new(Held {
            client,
            lease,
            deadline,
            watched: AtomicU32::new(0),
            over: AtomicBool::new(false),
        }))
    }

    /// For the loop, which ends the try with it.
    pub(super) fn clone_handle(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Ends the try, and gives the connection back unless somebody has kept the handle.
    pub(super) fn end(self) -> Option<Leased> {
        self.0.over.store(true, Ordering::Release);
        Arc::try_unwrap(self.0).ok().map(|held| held.lease)
    }

    /// Begins the commands that run together, or not at all when a watched key has changed.
    pub fn multi(&self) -> Multi<'_> {
        Multi { held: &self.0, commands: Commands::default() }
    }

    /// Watches more keys from now on, such as those that a read has named.
    ///
    /// # Errors
    /// As for any command.
    pub async fn watch<K: ToRedisArgs>(&self, keys: K) -> Result<()> {
        let command = Command::known(const { facts::of("WATCH") }).arg(keys);
        self.0.left()?;
        self.0.watched.fetch_add(1, Ordering::AcqRel);
        self.0.lease.mark(Dirt::WATCH);
        self.send(command).await.map(|_| ())
    }

    /// Sends any command on the watched connection. See [`cmd`](crate::commands::command::cmd).
    pub fn execute<R: FromReply>(&self, command: impl Into<Command>) -> Within<'_, R> {
        self.run(command.into())
    }

    pub(super) async fn send(&self, command: Command) -> Result<Reply> {
        let held = &*self.0;
        let left = held.left()?;
        execute::on_held(&held.client, &held.lease, command, left).await
    }
}

impl Held {
    /// The time that is left.
    fn left(&self) -> Result<Duration> {
        if self.over.load(Ordering::Acquire) {
            return Err(Error::usage("the transaction is over, and its connection with it"));
        }
        Ok(self.deadline.saturating_duration_since(Instant::now()))
    }
}

/// Sends the command on the watched connection.
impl<'t> Executor for &'t Tx {
    type Output<R: FromReply> = Within<'t, R>;

    fn run<R: FromReply>(self, command: Command) -> Within<'t, R> {
        let call: SlowFuture<'t> = Box::pin(async move {
            match command.lane() {
                Lane::Shared | Lane::Lease => self.send(command).await,
                Lane::Held(instead) | Lane::Subscription(instead) | Lane::Refused(instead) => {
                    Err(execute::refused(&command, instead))
                }
            }
        });
        Within { call: Mutex::new(call), reads: PhantomData }
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("over", &self.0.over).finish_non_exhaustive()
    }
}

/// A command on the watched connection of a transaction; resolves to its reply, read as `R`. It is sent once.
///
/// # Errors
/// As for any command. A lost connection ends the try: what was watched is no more.
#[must_use = "a command is sent when it is polled"]
pub struct Within<'t, R> {
    /// Never locked, only there for `Sync`.
    call: Mutex<SlowFuture<'t>>,
    reads: PhantomData<fn() -> R>,
}

impl<'t, R> Within<'t, R> {
    /// Reads the reply as another type than the natural one.
    pub fn read_as<T: FromReply>(self) -> Within<'t, T> {
        Within { call: self.call, reads: PhantomData }
    }
}

impl<R: FromReply> Future for Within<'_, R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R>> {
        let call = self.call.get_mut().unwrap_or_else(PoisonError::into_inner);
        call.as_mut().poll(cx).map(|reply| reply?.into_read().map_err(Error::from))
    }
}

impl<R> fmt::Debug for Within<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").finish_non_exhaustive()
    }
}

/// The commands of a transaction: they are chained as in a [`Pipeline`](crate::pipeline::Pipeline) and run together.
#[must_use = "a transaction does nothing before `exec`"]
pub struct Multi<'t> {
    held: &'t Held,
    commands: Commands,
}

impl Multi<'_> {
    /// Adds any command. See [`cmd`](crate::commands::command::cmd).
    #[expect(clippy::should_implement_trait, reason = "a transaction is no number")]
    pub fn add(mut self, command: impl Into<Command>) -> Self {
        self.push(command);
        self
    }

    /// Adds any command, in place.
    pub fn push(&mut self, command: impl Into<Command>) -> &mut Self {
        self.commands.take(&command.into());
        self
    }

    /// Leaves the reply to the last command out of what [`exec`](Self::exec) reads. An error reply still counts.
    pub fn ignore(mut self) -> Self {
        self.commands.ignore_last();
        self
    }

    /// Writes MULTI, the commands and EXEC, and reads all replies as `T`: a tuple or an array with one type for each
    /// reply, a `Vec`, or `()`. `None` when a watched key has changed: nothing ran.
    ///
    /// # Errors
    /// As for an atomic pipeline. An error while the commands run undoes nothing.
    pub async fn exec<T: FromReplies>(self) -> Result<Option<T>> {
        let held = self.held;
        let left = held.left()?;
        self.commands.check_count::<T>()?;
        let watched = held.watched.load(Ordering::Acquire);
        held.lease.mark(Dirt::MULTI);
        let result = self.commands.exec_on(&held.client, &held.lease, left).await;
        let told = match &result {
            Ok(_) => true,
            Err(error) => matches!(error.failure(), Failure::Aborted | Failure::Discarded { .. }),
        };
        if told {
            // The server has left MULTI, and watches nothing but what may have been asked for behind EXEC.
            held.lease.mark_clean();
            if held.watched.load(Ordering::Acquire) != watched {
                held.lease.mark(Dirt::WATCH);
            }
        }
        if let Err(error) = &result {
            execute::leave_with(&held.lease, error);
        }
        match result {
            Ok(replies) => replies.read_all().map(Some),
            Err(error) if matches!(error.failure(), Failure::Aborted) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Adds the command and gives the transaction back.
impl Executor for Multi<'_> {
    type Output<R: FromReply> = Self;

    fn run<R: FromReply>(mut self, command: Command) -> Self {
        self.commands.take(&command);
        self
    }
}

/// Adds the command in place.
impl Executor for &mut Multi<'_> {
    type Output<R: FromReply> = Self;

    fn run<R: FromReply>(self, command: Command) -> Self {
        self.commands.take(&command);
        self
    }
}

impl fmt::Debug for Multi<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multi").field("commands", &self.commands.len()).finish_non_exhaustive()
    }
}
