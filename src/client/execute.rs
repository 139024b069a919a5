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

use redlane_pool::error::Outcome;
use redlane_pool::link::Link;
use redlane_pool::retry::Jitter;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Reply;
use tokio::time::{Instant, timeout_at};

use crate::client::Client;
use crate::client::span::CommandSpan;
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

#[cold]
fn refused(command: &Command, instead: &'static str) -> Error {
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

/// Whether the command may be repeated though it may have run.
fn is_repeatable(command: &Command, options: CallOptions) -> bool {
    options.idempotent || command.class() == Class::Read
}

/// Goes on with a call: after its first attempt failed, or because it needs more than the fast path has.
pub(crate) fn slow(
    client: &Client,
    command: Command,
    options: CallOptions,
    first: Option<Error>,
    waited: Duration,
    mut span: CommandSpan,
) -> SlowFuture<'_> {
    Box::pin(async move {
        let result = attempts(client, &command, options, first, waited).await;
        match &result {
            Ok(_) => span.succeeded(),
            Err(error) => span.failed(error),
        }
        result
    })
}

async fn attempts(
    client: &Client,
    command: &Command,
    options: CallOptions,
    first: Option<Error>,
    waited: Duration,
) -> Result<Reply> {
    let now = Instant::now();
    let started = now.checked_sub(waited).unwrap_or(now);
    let limits = Limits::of(client, command, options);
    let deadline = limits.call.and_then(|limit| started.checked_add(limit));
    let mut retries = Retries::new(client, command, options, deadline);
    let mut last = first;
    let mut tried = u32::from(last.is_some());
    loop {
        if let Some(error) = last.take() {
            if matches!(error.failure(), Failure::Server(_) | Failure::Auth(_))
                && error.outcome() != Outcome::NotSent
            {
                client.metrics().replied_with_error();
            }
            if matches!(error.kind(), ErrorKind::ReadOnly | ErrorKind::Auth)
                && error.outcome() == Outcome::Refused
            {
                // The name may point to another server by now; the greeting may be wanted again.
                client.router().link().renew();
            }
            match retries.after(&error, tried) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => {
                    let repeatable = is_repeatable(command, options);
                    return Err(error
                        .with_command(name_of(command))
                        .with_attempts(tried)
                        .repeatable(repeatable));
                }
            }
        }
        tried = tried.saturating_add(1);
        let until = match (limits.attempt.and_then(|limit| Instant::now().checked_add(limit)), deadline) {
            (Some(attempt), Some(call)) => Some(attempt.min(call)),
            (one, other) => one.or(other),
        };
        let result = match command.lane() {
            Lane::Lease => client.leases().call(command, until, limits.shown()).await,
            _ => on_link(client.router().link(), command, until, limits.shown()).await,
        };
        match result {
            Ok(reply) if !reply.is_error() => return Ok(reply),
            Ok(reply) => last = Some(reply_error(Some(reply), command)),
            Err(error) => last = Some(error),
        }
    }
}

/// One attempt on a link, bounded by `until` besides the link's own timeout.
pub(crate) async fn on_link(
    link: &Link,
    command: &Command,
    until: Option<Instant>,
    shown: Duration,
) -> Result<Reply> {
    let mut call = link.call(command.wire());
    let replies = match until {
        None => (&mut call).await,
        Some(until) => match timeout_at(until, &mut call).await {
            Ok(result) => result,
            Err(_) => {
                let outcome = call.give_up();
                return Err(match link.last_failure() {
                    Some(failure) if outcome == Outcome::NotSent => Error::connect(failure),
                    _ => Error::new(Failure::Timeout { limit: shown }, outcome),
                });
            }
        },
    };
    match replies {
        Ok(replies) => replies.into_single().ok_or_else(|| reply_error(None, command)),
        Err(error) => Err(Error::link(error)),
    }
}

/// The two clocks of one call.
#[derive(Clone, Copy, Debug)]
struct Limits {
    attempt: Option<Duration>,
    call: Option<Duration>,
}

impl Limits {
    fn of(client: &Client, command: &Command, options: CallOptions) -> Self {
        use crate::commands::facts::BlockTime;
        let attempt = client.config().socket_timeout();
        let call = if client.config().retry_on_timeout() { attempt.saturating_mul(2) } else { attempt };
        match command.block_time() {
            None => Self { attempt: Some(attempt), call: Some(options.deadline.unwrap_or(call)) },
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
pub(crate) struct Retries<'a> {
    client: &'a Client,
    repeatable: bool,
    late_errors: bool,
    allowed: bool,
    deadline: Option<Instant>,
    backoff: redlane_pool::retry::Backoff,
    unknown_fates: u32,
}

impl<'a> Retries<'a> {
    pub(crate) fn new(
        client: &'a Client,
        command: &Command,
        options: CallOptions,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            client,
            repeatable: is_repeatable(command, options),
            late_errors: command.facts().late_errors,
            allowed: !options.no_retry,
            deadline,
            backoff: client.retry().backoff(),
            unknown_fates: 0,
        }
    }

    /// The pause before another attempt; `None`: there is none.
    pub(crate) fn after(&mut self, error: &Error, tried: u32) -> Option<Duration> {
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
        let jitter = match error.kind() {
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

    /// Refusals that pass. Of a script only those that are raised before it begins.
    fn is_passing_refusal(&self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Loading => true,
            ErrorKind::PrimaryDown
            | ErrorKind::ClusterDown
            | ErrorKind::TryAgain
            | ErrorKind::ReadOnly
            | ErrorKind::Busy => !self.late_errors,
            _ => false,
        }
    }
}
