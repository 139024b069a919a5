//! How a command is executed: its lane, its deadline, its attempts, and when to give up. All of it stands here.
//!
//! Two clocks bound a command. One attempt may take `socket_timeout` from submission to reply; the link keeps that
//! one. The call as a whole (waiting for room or a connection, attempts, pauses) may take twice that, or what
//! [`Pending::deadline`](crate::client::pending::Pending::deadline) says. Whether there is another attempt follows
//! from the outcome of the last and from the command's class: after *not sent* and transient refusals any
//! command, after *maybe executed* only a read, or one that the caller declared idempotent, and that once.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redlane_pool::connector::Dirt;
use redlane_pool::error::Outcome;
use redlane_pool::link::Link;
use redlane_pool::retry::Jitter;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Reply;
use tokio::time::Instant;

use crate::client::Client;
use crate::client::leases::{Leased, dirt_of};
use crate::client::span::CommandSpan;
use crate::client::submission;
use crate::commands::command::Command;
use crate::commands::facts::{Class, Lane};
use crate::error::{Error, ErrorKind, Failure, Result};

/// What a call may override.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) idempotent: bool,
    pub(crate) no_retry: bool,
}

/// The continuation of a call beyond its first, plain attempt.
pub(crate) type SlowFuture<'c> = Pin<Box<dyn Future<Output = Result<Reply>> + Send + 'c>>;

/// Where the first attempt of a command goes.
pub(crate) enum Route<'c> {
    Link(&'c Link),
    Slow,
    Refused(Error),
}

/// Decides by the command's lane.
#[inline]
pub(crate) fn route<'c>(client: &'c Client, command: &Command, options: CallOptions) -> Route<'c> {
    match command.lane() {
        Lane::Shared if options.deadline.is_none() => Route::Link(client.router().link()),
        Lane::Shared | Lane::Lease => Route::Slow,
        Lane::Held(instead) | Lane::Subscription(instead) | Lane::Refused(instead) => {
            Route::Refused(refused(command, instead))
        }
    }
}

/// The error of a command that its lane keeps from the shared link, with the name of what does its job.
#[cold]
pub(crate) fn refused(command: &Command, instead: &'static str) -> Error {
    let name = command.name();
    Error::usage(format!("{name} would change a shared connection: use {instead}"))
}

/// A place-holder for a command that was moved on, which is never sent. It needs a name, as every command does.
pub(crate) fn nothing() -> Command {
    Command::known(const { crate::commands::facts::of("PING") })
}

/// The name for errors, without a copy when it is a known one.
pub(crate) fn name_of(command: &Command) -> Cow<'static, str> {
    match command.facts().name {
        "" => Cow::Owned(command.name().into_owned()),
        known => Cow::Borrowed(known),
    }
}

/// The error in a reply that is one.
#[cold]
pub(crate) fn reply_error(reply: Option<Reply>, command: &Command) -> Error {
    let error =
        reply.and_then(|reply| reply.error()).unwrap_or_else(|| ServerError::from_line(b"ERR no reply"));
    Error::server(error, command.facts().late_errors)
}

/// Something that can be tried again: a command, or several that go out together.
pub(crate) trait Attempt: Send {
    /// What it comes to.
    type Reply: Send;

    /// The name for errors.
    fn name(&self) -> Cow<'static, str>;

    /// Whether it goes to another connection than the shared one, whose figures do not count its replies.
    fn is_apart(&self) -> bool;

    /// Tries once, within `bounds`.
    fn attempt(
        &mut self,
        client: &Client,
        bounds: Bounds,
    ) -> impl Future<Output = Result<Self::Reply>> + Send;
}

/// What bounds one attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    limits: Limits,
    /// The end of the call as a whole, waits for a connection included.
    pub(crate) deadline: Option<Instant>,
}

impl Bounds {
    /// The end of what is submitted now.
    pub(crate) fn until(&self) -> Option<Instant> {
        match (self.limits.attempt.and_then(|limit| Instant::now().checked_add(limit)), self.deadline) {
            (Some(attempt), Some(call)) => Some(attempt.min(call)),
            (one, other) => one.or(other),
        }
    }

    /// The limit that an error names.
    pub(crate) fn shown(&self) -> Duration {
        self.limits.shown()
    }
}

/// What bounds a call and its repetition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    limits: Limits,
    /// May be repeated though it may have run.
    repeatable: bool,
    /// Can answer with an error after it has changed something.
    late_errors: bool,
    retries: bool,
}

impl Terms {
    fn of(client: &Client, command: &Command, options: CallOptions) -> Self {
        Self {
            limits: Limits::of(client, command, options),
            repeatable: options.idempotent || command.class() == Class::Read,
            late_errors: command.facts().late_errors,
            retries: !options.no_retry,
        }
    }

    /// The terms of several commands that go out together.
    pub(crate) fn of_batch(
        client: &Client,
        repeatable: bool,
        late_errors: bool,
        options: CallOptions,
    ) -> Self {
        Self { limits: Limits::plain(client, options), repeatable, late_errors, retries: !options.no_retry }
    }
}

/// Goes on with a call: after its first attempt failed, or because it needs more than the fast path has.
pub(crate) fn slow(
    client: &Client,
    command: Command,
    options: CallOptions,
    first: Option<Error>,
    waited: Duration,
    span: CommandSpan,
) -> SlowFuture<'_> {
    Box::pin(async move {
        let terms = Terms::of(client, &command, options);
        attempts(client, &mut One { command, held: None }, &terms, first, waited, span).await
    })
}

/// Executes a command once, on a connection that its caller holds, within `limit`.
pub(crate) async fn on_held(
    client: &Client,
    lease: &Leased,
    command: Command,
    limit: Duration,
) -> Result<Reply> {
    let options = CallOptions { deadline: Some(limit), no_retry: true, idempotent: false };
    let terms = Terms::of(client, &command, options);
    let span = CommandSpan::begin(client, &command);
    attempts(client, &mut One { command, held: Some(lease) }, &terms, None, Duration::ZERO, span).await
}

/// Whether the connection is to be left: what it leads to is no primary any more, or wants another greeting.
fn is_to_be_left(error: &Error) -> bool {
    matches!(error.cause(), ErrorKind::ReadOnly | ErrorKind::Auth)
}

/// Sees to it that nobody is given the connection of `lease` again when `error` says that it is to be left.
pub(crate) fn leave_with(lease: &Leased, error: &Error) {
    if is_to_be_left(error) {
        lease.mark(Dirt::OTHER);
    }
}

/// Tries until it succeeds or the decision is to stop; begins with `first`, the error of an attempt made before.
pub(crate) async fn attempts<A: Attempt>(
    client: &Client,
    call: &mut A,
    terms: &Terms,
    first: Option<Error>,
    waited: Duration,
    mut span: CommandSpan,
) -> Result<A::Reply> {
    let now = Instant::now();
    let started = now.checked_sub(waited).unwrap_or(now);
    let limits = terms.limits;
    let deadline = limits.call.and_then(|limit| started.checked_add(limit));
    let mut retries = Retries::new(client, terms, deadline);
    let mut last = first;
    let mut tried = u32::from(last.is_some());
    loop {
        if let Some(error) = last.take() {
            if matches!(error.failure(), Failure::Server(_) | Failure::Auth(_) | Failure::Discarded { .. })
                && error.outcome() != Outcome::NotSent
            {
                client.metrics().replied_with_error();
                if call.is_apart() {
                    client.metrics().replied_apart();
                }
            }
            if is_to_be_left(&error) && error.outcome() == Outcome::Refused {
                // The name may point to another server by now; the greeting may be wanted again.
                client.router().link().renew();
            }
            match retries.after(&error, tried) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => {
                    let error = retries.of_all(error);
                    let error =
                        error.with_command(call.name()).with_attempts(tried).repeatable(terms.repeatable);
                    span.failed(&error);
                    return Err(error);
                }
            }
        }
        tried = tried.saturating_add(1);
        match call.attempt(client, Bounds { limits, deadline }).await {
            Ok(reply) => {
                if call.is_apart() {
                    client.metrics().replied_apart();
                }
                span.succeeded();
                return Ok(reply);
            }
            Err(error) => last = Some(error),
        }
    }
}

/// One command, as something to try.
struct One<'a> {
    command: Command,
    /// The connection that it must go to.
    held: Option<&'a Leased>,
}

impl Attempt for One<'_> {
    type Reply = Reply;

    fn name(&self) -> Cow<'static, str> {
        name_of(&self.command)
    }

    fn is_apart(&self) -> bool {
        self.held.is_some() || self.command.lane() == Lane::Lease
    }

    async fn attempt(&mut self, client: &Client, bounds: Bounds) -> Result<Reply> {
        let command = &self.command;
        match (self.held, command.lane()) {
            (Some(lease), _) => answer_apart(lease, command, bounds).await,
            (None, Lane::Lease) => {
                // Waiting for a connection takes nothing from the time that the command was given to block.
                let lease = client.lease(bounds.deadline).await?;
                lease.mark(dirt_of(command));
                answer_apart(&lease, command, bounds).await
            }
            _ => answer(client.router().link(), command, bounds).await,
        }
    }
}

/// What comes back for a command that is sent now.
async fn answer(link: &Link, command: &Command, bounds: Bounds) -> Result<Reply> {
    let reply = submission::command(link, command, bounds.until(), bounds.shown()).await?;
    if reply.is_error() { Err(reply_error(Some(reply), command)) } else { Ok(reply) }
}

/// The same on a connection in exclusive use, which is left when it has to be.
async fn answer_apart(lease: &Leased, command: &Command, bounds: Bounds) -> Result<Reply> {
    answer(lease, command, bounds).await.inspect_err(|error| leave_with(lease, error))
}

/// The two clocks of one call.
#[derive(Clone, Copy, Debug)]
struct Limits {
    attempt: Option<Duration>,
    call: Option<Duration>,
}

impl Limits {
    /// The clocks of what answers at once.
    fn plain(client: &Client, options: CallOptions) -> Self {
        let call = options.deadline.unwrap_or_else(|| client.call_timeout());
        Self { attempt: Some(client.config().socket_timeout()), call: Some(call) }
    }

    fn of(client: &Client, command: &Command, options: CallOptions) -> Self {
        use crate::commands::facts::BlockTime;
        match command.block_time() {
            None => Self::plain(client, options),
            // It may block for ever, and then only the connection's own keepalive watches.
            Some(BlockTime::Forever) => Self { attempt: options.deadline, call: options.deadline },
            Some(BlockTime::For(block)) => {
                /// What a reply may take on top of the time that the server was told to wait.
                const MARGIN: Duration = Duration::from_millis(500);
                let attempt = block.saturating_add(MARGIN);
                let call = client.config().acquire_timeout().saturating_add(attempt);
                Self { attempt: Some(attempt), call: Some(options.deadline.unwrap_or(call)) }
            }
        }
    }

    /// The limit that an error names.
    fn shown(&self) -> Duration {
        match (self.attempt, self.call) {
            (Some(attempt), Some(call)) => attempt.min(call),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }
}

/// Decides about another attempt.
struct Retries<'a> {
    client: &'a Client,
    repeatable: bool,
    late_errors: bool,
    allowed: bool,
    deadline: Option<Instant>,
    backoff: redlane_pool::retry::Backoff,
    unknown_fates: u32,
}

impl<'a> Retries<'a> {
    fn new(client: &'a Client, terms: &Terms, deadline: Option<Instant>) -> Self {
        Self {
            client,
            repeatable: terms.repeatable,
            late_errors: terms.late_errors,
            allowed: terms.retries,
            deadline,
            backoff: client.retry().backoff(),
            unknown_fates: 0,
        }
    }

    /// The last error, with an outcome that speaks of all attempts: what may have run once may have run.
    fn of_all(&self, error: Error) -> Error {
        if self.unknown_fates > 0 { error.with_outcome(Outcome::MaybeExecuted) } else { error }
    }

    /// The pause before another attempt; `None`: there is none.
    fn after(&mut self, error: &Error, tried: u32) -> Option<Duration> {
        if !self.allowed || tried >= self.client.retry().max_attempts {
            return None;
        }
        match error.outcome() {
            Outcome::NotSent if !self.may_pass(error) => return None,
            Outcome::NotSent => {}
            Outcome::Refused if !self.is_passing_refusal(error) => return None,
            Outcome::Refused => {}
            Outcome::MaybeExecuted => {
                let transport = matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Disconnected);
                if !transport || !self.repeatable || self.unknown_fates > 0 {
                    return None;
                }
                self.unknown_fates = self.unknown_fates.saturating_add(1);
            }
        }
        let jitter = match error.cause() {
            // Half of it fixed, so that waits do not collapse to nothing while the server cannot answer anyway.
            ErrorKind::Loading | ErrorKind::Busy | ErrorKind::ClusterDown => Jitter::Equal,
            _ => Jitter::Full,
        };
        let pause = self.backoff.next_with(jitter)?;
        let left = self.deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left < pause.saturating_add(Duration::from_millis(1))) {
            return None;
        }
        self.client.spend_retry().then_some(pause)
    }

    /// Whether what kept a command from being sent may pass within its deadline.
    fn may_pass(&self, error: &Error) -> bool {
        match error.failure() {
            Failure::Timeout { .. } | Failure::Disconnected { .. } => true,
            Failure::Connect(connect) => connect.is_transient(),
            _ => false,
        }
    }

    /// Refusals that pass. Of a script or a transaction only those that are raised before it begins.
    fn is_passing_refusal(&self, error: &Error) -> bool {
        let late_errors = self.late_errors && !matches!(error.failure(), Failure::Discarded { .. });
        match error.cause() {
            ErrorKind::Loading => true,
            ErrorKind::PrimaryDown
            | ErrorKind::ClusterDown
            | ErrorKind::TryAgain
            | ErrorKind::ReadOnly
            | ErrorKind::Busy => !late_errors,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
