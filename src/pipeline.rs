//! Pipelines: many commands in one go, plain or as a transaction.
//!
//! A [`Pipeline`] collects commands, encoded as they are added, and sends them as one submission with one deadline. It
//! decides nothing about time and repetition: `client/execute.rs` does, as for a single command. What surprises: a
//! command that has no place in a pipeline (one that waits, or that changes its connection) does not compile, and if it
//! comes as raw [`cmd`](crate::commands::command::cmd), the whole pipeline is refused before anything is sent.

mod batch;
mod commands;
mod exec;
mod replies;
mod wire;

use std::fmt;
use std::time::Duration;

use redlane_resp::from_reply::FromReply;
use redlane_resp::value::Value;

pub use self::replies::{FromReplies, PipelineReplies};

pub(crate) use self::commands::Commands;

use self::batch::{Batch, Fate, PartLimit};
use crate::client::Client;
use crate::client::execute::{self, CallOptions, Terms};
use crate::client::span::CommandSpan;
use crate::commands::command::Command;
use crate::commands::executor::Executor;
use crate::error::Result;

impl Client {
    /// Begins a pipeline. See [`Pipeline`].
    pub fn pipeline(&self) -> Pipeline<'_> {
        Pipeline {
            client: self,
            commands: Commands::default(),
            atomic: false,
            options: CallOptions::default(),
        }
    }
}

/// Commands that go out together; their replies come together.
///
/// All commands of the [`prelude`](crate::prelude) can be chained, and any other one [added](Self::add):
///
/// ```no_run
/// use redlane::prelude::*;
///
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let (name, visits): (Option<String>, i64) =
///     client.pipeline().get("name").incr("visits", 1).query().await?;
///
/// // A transaction: both or nothing, and nobody sees one without the other.
/// client.pipeline().atomic().set("from", 5).set("to", 15).exec().await?;
///
/// // One result for each command, whatever becomes of the others.
/// for result in client.pipeline().get("a").lpush("b", 1).try_all().await? {
///     match result {
///         Ok(value) => println!("{value:?}"),
///         Err(error) => println!("{error}: {}", error.outcome()),
///     }
/// }
/// # Ok(()) }
/// ```
///
/// A loop keeps it in a variable: `pipeline = pipeline.get(key);`, or `(&mut pipeline).get(key);`.
///
/// # Plain
/// The commands run in their order. Those of other callers may run between them, and each one succeeds or fails by
/// itself: an error reply stops nothing.
///
/// A pipeline that would take more than half of the room on the shared connection (`max_in_flight` replies awaited,
/// `max_in_flight_bytes`) goes out in parts, each when the one before is answered, so that a pipeline of 100,000
/// commands neither has to wait for an empty connection nor keeps others out. One deadline bounds all parts.
///
/// # Atomic
/// MULTI, the commands and EXEC are written as one block. The commands run together or not at all; but
/// **an error while they run undoes nothing**: `INCR` on a text fails, and the `SET`s around it stay. A command that the
/// server refuses already while it is queued (a wrong number of arguments, no permission, out of memory) discards the
/// transaction: [`Failure::Discarded`](crate::error::Failure::Discarded), nothing ran.
///
/// # Failure
/// [`query`](Self::query) and [`exec`](Self::exec) fail with the first error in the order of the commands;
/// [`index`](crate::error::Error::index) of the error tells which one, and its
/// [`outcome`](crate::error::Error::outcome) speaks of the pipeline as a whole. [`try_all`](Self::try_all)
/// tells of each command: replies that arrived before a connection was lost are there, the other commands are
/// [not sent or maybe executed](crate::error::Outcome), one by one.
///
/// What was not sent for lack of a connection is sent again within the deadline. What may have run is repeated only
/// when the pipeline holds nothing but reads, or is [declared idempotent](Self::idempotent); a transaction never, unless
/// declared. Commands that were answered are not repeated.
///
/// # Cancel safety
/// Dropped before it was sent, nothing runs. Dropped later, the replies are read and thrown away, and nobody else
/// notices; of a pipeline in parts, those that were not sent never will be.
///
/// # What has no place here
/// Commands that wait have no place in a pipeline:
///
/// ```compile_fail,E0277
/// # use redlane::prelude::*;
/// # fn example(client: &Client) {
/// client.pipeline().blpop("queue", 5.0);
/// # }
/// ```
#[must_use = "a pipeline does nothing before `query`, `try_all` or `exec`"]
#[derive(Clone)]
pub struct Pipeline<'c> {
    client: &'c Client,
    commands: Commands,
    atomic: bool,
    options: CallOptions,
}

impl<'c> Pipeline<'c> {
    /// Makes a transaction of it: MULTI before its commands, EXEC behind them.
    pub fn atomic(mut self) -> Self {
        self.atomic = true;
        self
    }

    /// Adds any command. See [`cmd`](crate::commands::command::cmd).
    #[expect(
        clippy::should_implement_trait,
        reason = "a pipeline is no number, and nobody would write a sum of one"
    )]
    pub fn add(mut self, command: impl Into<Command>) -> Self {
        self.push(command);
        self
    }

    /// Adds any command, in place.
    pub fn push(&mut self, command: impl Into<Command>) -> &mut Self {
        self.commands.take(&command.into());
        self
    }

    /// Leaves the reply to the last command out of what [`query`](Self::query) reads. An error reply still counts.
    pub fn ignore(mut self) -> Self {
        self.commands.ignore_last();
        self
    }

    /// Bounds the whole call, attempts and waits between them included. Without it the bound is twice
    /// `socket_timeout`, or once when `retry_on_timeout` is off.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.options.deadline = Some(limit);
        self
    }

    /// Declares that running the commands twice does no harm, so that they may be repeated when their fate is unknown.
    pub fn idempotent(mut self) -> Self {
        self.options.idempotent = true;
        self
    }

    /// Tries once, whatever happens.
    pub fn no_retry(mut self) -> Self {
        self.options.no_retry = true;
        self
    }

    /// How many commands there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there is no command. Such a pipeline succeeds without a round trip.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is a transaction.
    #[must_use]
    pub fn is_atomic(&self) -> bool {
        self.atomic
    }

    /// Sends the commands and reads all replies as `T`: a tuple or an array with one type for each reply, or a `Vec`.
    ///
    /// # Errors
    /// The first error in the order of the commands. That `T` reads another number of replies is found before
    /// anything is sent.
    ///
    /// # Cancel safety
    /// See [`Pipeline`].
    pub async fn query<T: FromReplies>(self) -> Result<T> {
        self.commands.check_count::<T>()?;
        self.send().await?.read_all()
    }

    /// Sends the commands and gives one result for each of them, [ignored](Self::ignore) or not.
    ///
    /// # Errors
    /// When nothing can be told of the single commands: the pipeline was refused before it was sent, or it is a
    /// transaction and did not run, or nobody knows whether it ran.
    ///
    /// # Cancel safety
    /// See [`Pipeline`].
    pub async fn try_all(self) -> Result<Vec<Result<Value>>> {
        Ok(self.send().await?.into_results())
    }

    /// Sends the commands and checks that all succeeded.
    ///
    /// # Errors
    /// The first error in the order of the commands.
    ///
    /// # Cancel safety
    /// See [`Pipeline`].
    pub async fn exec(self) -> Result<()> {
        self.send().await?.read_all()
    }

    /// Adds a call of a script by its SHA-1; ahead of the first one the command that loads it, whose reply is ignored.
    pub(crate) fn push_script(&mut self, sha1: &str, load: impl FnOnce() -> Command, call: &Command) {
        if !self.commands.loads(sha1) {
            self.commands.take(&load());
            self.commands.ignore_last();
        }
        self.commands.take(call);
    }

    async fn send(self) -> Result<PipelineReplies> {
        self.commands.check(self.atomic)?;
        let repeatable = self.options.idempotent || (self.commands.only_reads() && !self.atomic);
        if self.is_empty() {
            return Ok(PipelineReplies::new(Fate::default(), None, repeatable));
        }
        let name = if self.atomic { "MULTI" } else { "PIPELINE" };
        let span = CommandSpan::begin_batch(self.client, name, self.len());
        let terms = Terms::of_batch(self.client, repeatable, self.atomic, self.options);
        let limit = PartLimit::of(self.client);
        let link_keeps_time = self.options.deadline.is_none();
        let mut batch = Batch::new(self.commands.into_plan(), self.atomic, limit, link_keeps_time);
        let result = execute::attempts(self.client, &mut batch, &terms, None, Duration::ZERO, span).await;
        match result {
            Ok(()) => Ok(PipelineReplies::new(batch.into_fate(), None, repeatable)),
            Err(error) if self.atomic => Err(error),
            Err(error) => Ok(PipelineReplies::new(batch.into_fate(), Some(error), repeatable)),
        }
    }
}

/// Adds the command and gives the pipeline back.
impl Executor for Pipeline<'_> {
    type Output<R: FromReply> = Self;

    fn run<R: FromReply>(mut self, command: Command) -> Self {
        self.commands.take(&command);
        self
    }
}

/// Adds the command in place.
impl Executor for &mut Pipeline<'_> {
    type Output<R: FromReply> = Self;

    fn run<R: FromReply>(self, command: Command) -> Self {
        self.commands.take(&command);
        self
    }
}

impl fmt::Debug for Pipeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("commands", &self.len())
            .field("atomic", &self.atomic)
            .finish_non_exhaustive()
    }
}
