//! The one error type of the client: what failed, what the caller can do, and whether the command may have run.
//!
//! An [`Error`] is one pointer wide, so that results stay small on the fast path. It holds a [`Failure`] (match on
//! it), the command's name, and how often the command was tried. Neither keys nor values nor credentials are ever
//! in it. [`ErrorKind`] is the flat view for those who only want to branch.

mod kind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use self::kind::ErrorKind;
pub use redlane_pool::error::{CloseReason, Outcome};
pub use redlane_pool::transport::{ConnectError, TlsFailure};
pub use redlane_resp::error::{ConversionError, ServerError};

use redlane_pool::error::LinkError;

/// `Result` with the client's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command, or a step around it, failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// No reply in time.
    Timeout {
        /// The limit that was reached: of one attempt, or of the whole call.
        limit: Duration,
    },
    /// The connection was lost while the command was under way.
    Disconnected {
        /// Why the connection was given up.
        reason: CloseReason,
    },
    /// There is no connection, and this is why.
    Connect(ConnectError),
    /// The server turned down our credentials or asked for some.
    Auth(ServerError),
    /// The server answered with an error.
    Server(ServerError),
    /// The reply is not what was asked for. It has been read whole: the connection is in step.
    Conversion(ConversionError),
    /// Too much is under way already; the text names the limit and the figures.
    Overloaded(Cow<'static, str>),
    /// No connection of the pool came free in time; the text names the limit and the figures.
    PoolTimeout(Cow<'static, str>),
    /// The call itself is wrong; nothing was sent.
    Usage(Cow<'static, str>),
    /// The configuration is wrong.
    Config(Cow<'static, str>),
    /// The client was closed.
    Closed,
    /// The client was not initialized.
    NotInitialized,
    /// The runtime that made the client is gone; make a new client on this one.
    RuntimeGone,
    /// A watched key changed: EXEC ran nothing.
    Aborted,
    /// The server refused a command while a transaction was queued: EXEC ran nothing.
    Discarded {
        /// Which command it was, counted from 0; `None` when EXEC itself was refused.
        index: Option<usize>,
        /// What the server said to it.
        error: ServerError,
    },
}

/// What every method of the client fails with.
///
/// ```
/// # use redlane::error::{Error, Outcome};
/// fn report(error: &Error) -> &'static str {
///     match error.outcome() {
///         Outcome::NotSent => "nothing happened: try again as you like",
///         Outcome::Refused => "the server said no, and why is in error.code()",
///         Outcome::MaybeExecuted => "it may have run: look before you repeat it",
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    failure: Failure,
    outcome: Outcome,
    command: Option<Cow<'static, str>>,
    index: Option<usize>,
    attempts: u32,
    repeatable: bool,
}

impl Error {
    pub(crate) fn new(failure: Failure, outcome: Outcome) -> Self {
        Self(Box::new(Inner { failure, outcome, command: None, index: None, attempts: 1, repeatable: false }))
    }

    /// A call that is wrong in itself; nothing was sent.
    pub(crate) fn usage(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Failure::Usage(text.into()), Outcome::NotSent)
    }

    /// A setting that is wrong; nothing was sent.
    pub(crate) fn config(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Failure::Config(text.into()), Outcome::NotSent)
    }

    pub(crate) fn closed() -> Self {
        Self::new(Failure::Closed, Outcome::NotSent)
    }

    pub(crate) fn not_initialized() -> Self {
        Self::new(Failure::NotInitialized, Outcome::NotSent)
    }

    /// An error reply. `may_have_run`: the command can fail half-way, so that only some codes prove that it did
    /// nothing.
    pub(crate) fn server(error: ServerError, may_have_run: bool) -> Self {
        let error = without_arguments(error);
        let outcome = if may_have_run && !proves_nothing_ran(error.code()) {
            Outcome::MaybeExecuted
        } else {
            Outcome::Refused
        };
        match error.code() {
            "NOAUTH" | "WRONGPASS" => Self::new(Failure::Auth(error), Outcome::Refused),
            _ => Self::new(Failure::Server(error), outcome),
        }
    }

    /// A transaction of which nothing ran, for what the server said to the command at `index`, or to EXEC.
    pub(crate) fn discarded(index: Option<usize>, error: ServerError) -> Self {
        Self::new(Failure::Discarded { index, error: without_arguments(error) }, Outcome::Refused)
    }

    pub(crate) fn link(error: LinkError) -> Self {
        let outcome = error.outcome();
        let failure = match error {
            LinkError::Timeout { limit, .. } => Failure::Timeout { limit },
            LinkError::Lost { reason, .. } => Failure::Disconnected { reason },
            LinkError::NotConnected { source } => return Self::connect(source),
            LinkError::Closed { reason: CloseReason::Closed } => Failure::Closed,
            LinkError::Closed { reason: CloseReason::RuntimeGone } => Failure::RuntimeGone,
            LinkError::Closed { reason } => Failure::Disconnected { reason },
            full => Failure::Overloaded(full.to_string().into()),
        };
        Self::new(failure, outcome)
    }

    pub(crate) fn connect(source: ConnectError) -> Self {
        let is_auth = source.is_auth();
        let failure = match source {
            ConnectError::Refused(error) if is_auth => Failure::Auth(error),
            other => Failure::Connect(other),
        };
        Self::new(failure, Outcome::NotSent)
    }

    pub(crate) fn with_command(mut self, name: Cow<'static, str>) -> Self {
        self.0.command = Some(name);
        self
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// The place of the command in its pipeline.
    pub(crate) fn with_index(mut self, index: usize) -> Self {
        self.0.index = Some(index);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Marks the error of a command that may be repeated whatever became of it.
    pub(crate) fn repeatable(mut self, repeatable: bool) -> Self {
        self.0.repeatable = repeatable;
        self
    }

    /// What failed, to match on.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// What failed, as a flat kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0.failure {
            Failure::Timeout { .. } => ErrorKind::Timeout,
            Failure::Disconnected { .. } => ErrorKind::Disconnected,
            Failure::Connect(_) => ErrorKind::Connect,
            Failure::Auth(_) => ErrorKind::Auth,
            Failure::Server(error) => ErrorKind::of_code(error.code()),
            Failure::Conversion(ConversionError::Server(error)) => ErrorKind::of_code(error.code()),
            Failure::Conversion(_) => ErrorKind::Conversion,
            Failure::Overloaded(_) => ErrorKind::Overloaded,
            Failure::PoolTimeout(_) => ErrorKind::PoolTimeout,
            Failure::Usage(_) => ErrorKind::Usage,
            Failure::Config(_) => ErrorKind::Config,
            Failure::Closed => ErrorKind::Closed,
            Failure::NotInitialized => ErrorKind::NotInitialized,
            Failure::RuntimeGone => ErrorKind::RuntimeGone,
            Failure::Aborted => ErrorKind::Aborted,
            Failure::Discarded { .. } => ErrorKind::ExecAbort,
        }
    }

    /// [`kind`](Self::kind), or of a discarded transaction the kind of what discarded it.
    pub(crate) fn cause(&self) -> ErrorKind {
        match &self.0.failure {
            Failure::Discarded { error, .. } => ErrorKind::of_code(error.code()),
            _ => self.kind(),
        }
    }

    /// Whether the server may have run the command.
    ///
    /// Of a pipeline's error it speaks of the pipeline as a whole: [`Outcome::NotSent`] and [`Outcome::Refused`] say
    /// that none of its commands ran.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Whether sending the same command again is safe *and* may help: it cannot have run (or running it twice does
    /// no harm), and the trouble is of a kind that passes.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.cause().is_transient() && (self.0.outcome != Outcome::MaybeExecuted || self.0.repeatable)
    }

    /// The code of an error reply, such as `WRONGTYPE`; empty when the server sent none.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.server_error().map(ServerError::code)
    }

    /// The error reply itself.
    #[must_use]
    pub fn server_error(&self) -> Option<&ServerError> {
        match &self.0.failure {
            Failure::Server(error)
            | Failure::Auth(error)
            | Failure::Connect(ConnectError::Refused(error) | ConnectError::Busy(error))
            | Failure::Conversion(ConversionError::Server(error))
            | Failure::Discarded { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The command that failed, such as `CONFIG GET`; `None` when it was no command.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        self.0.command.as_deref()
    }

    /// The place of the failed command in its pipeline, counted from 0; `None` when it was in none, or when all of
    /// the pipeline failed.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        match &self.0.failure {
            Failure::Discarded { index, .. } => *index,
            _ => self.0.index,
        }
    }

    /// How often the command was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

/// The error without the arguments that a server quotes when it does not know their command.
fn without_arguments(error: ServerError) -> ServerError {
    match error.line().split_once(", with args beginning with") {
        Some((text, _)) => ServerError::from_line(text.as_bytes()),
        None => error,
    }
}

/// Codes that are raised before a script or transaction begins. All others can come from its middle.
fn proves_nothing_ran(code: &str) -> bool {
    matches!(
        code,
        "NOSCRIPT"
            | "LOADING"
            | "MOVED"
            | "ASK"
            | "TRYAGAIN"
            | "CLUSTERDOWN"
            | "CROSSSLOT"
            | "MASTERDOWN"
            | "NOAUTH"
            | "WRONGPASS"
            | "NOPERM"
            | "EXECABORT"
            | "BUSY"
    )
}

impl From<ConversionError> for Error {
    fn from(error: ConversionError) -> Self {
        let error = match error {
            ConversionError::Server(error) => ConversionError::Server(without_arguments(error)),
            other => other,
        };
        // The server has answered, so the command ran, whatever we make of the answer.
        Self::new(Failure::Conversion(error), Outcome::MaybeExecuted)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = |f: &mut fmt::Formatter<'_>| match (&self.0.command, self.0.index) {
            (Some(command), Some(index)) => write!(f, " to {command} at index {index}"),
            (Some(command), None) => write!(f, " to {command}"),
            (None, _) => Ok(()),
        };
        match &self.0.failure {
            Failure::Timeout { limit } => {
                f.write_str("no reply")?;
                to(f)?;
                write!(f, " within {limit:?}")?;
            }
            Failure::Disconnected { reason } => write!(f, "connection lost: {reason}")?,
            Failure::Connect(_) => f.write_str("no connection")?,
            Failure::Auth(error) | Failure::Server(error) => {
                f.write_str("error reply")?;
                to(f)?;
                return write!(f, ": {error}");
            }
            Failure::Conversion(_) => {
                f.write_str("unexpected reply")?;
                to(f)?;
            }
            Failure::Overloaded(text)
            | Failure::PoolTimeout(text)
            | Failure::Usage(text)
            | Failure::Config(text) => f.write_str(text)?,
            Failure::Closed => f.write_str("client is closed")?,
            Failure::NotInitialized => {
                return f.write_str("Redis client not initialized. Call initialize_redis_client() first.");
            }
            Failure::RuntimeGone => f.write_str("the runtime that made this client is gone")?,
            Failure::Aborted => f.write_str("a watched key changed")?,
            Failure::Discarded { index: Some(index), error } => {
                return write!(
                    f,
                    "transaction discarded, error reply to the command at index {index}: {error}"
                );
            }
            Failure::Discarded { index: None, error } => return write!(f, "transaction discarded: {error}"),
        }
        if self.0.command.is_some() && self.0.outcome != Outcome::Refused {
            write!(f, " ({})", self.0.outcome)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("failure", &self.0.failure)
            .field("outcome", &self.0.outcome)
            .field("command", &self.0.command)
            .field("index", &self.0.index)
            .field("attempts", &self.0.attempts)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.failure {
            Failure::Connect(source) => Some(source),
            Failure::Conversion(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_that_are_refused_are_told_as_such_with_a_code_or_without() {
        for (reply, kind) in [
            ("WRONGPASS invalid username-password pair or user is disabled.", ErrorKind::Auth),
            ("NOAUTH Authentication required.", ErrorKind::Auth),
            ("NOPERM this user has no permissions to run the 'select' command", ErrorKind::Auth),
            // Before 6.0, and where no password is set.
            ("ERR invalid password", ErrorKind::Auth),
            ("ERR Client sent AUTH, but no password is set", ErrorKind::Auth),
            (
                "ERR AUTH <password> called without any password configured for the default user.",
                ErrorKind::Auth,
            ),
            ("ERR DB index is out of range", ErrorKind::Connect),
        ] {
            let refused = ConnectError::Refused(ServerError::from_line(reply.as_bytes()));

            let error = Error::connect(refused);

            assert_eq!((error.kind(), error.outcome()), (kind, Outcome::NotSent), "{reply}");
        }
    }
}
