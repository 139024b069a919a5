//! redis-rs's errors: what a caller may do about one stands in its kind, what it prints in the texts users compare.
//!
//! What surprises: `Debug` prints what `Display` does, and two errors of one kind made by the library are equal whatever
//! they say. Both are redis-rs's rules, and programs rely on them.

mod from;
mod kind;
mod parsing;
mod server;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use arcstr::ArcStr;

pub use self::kind::{ErrorKind, RetryMethod, ServerErrorKind};
pub use self::parsing::ParsingError;
pub use self::server::ServerError;

/// What every call of this surface returns.
pub type RedisResult<T> = Result<T, RedisError>;

/// Errors of a pipeline's commands, with their places.
type Places = Arc<[(usize, ServerError)]>;

/// What went wrong.
///
/// ```
/// use redlane::compat::{ErrorKind, RedisError};
///
/// let error = RedisError::from((ErrorKind::Client, "no such thing", "it is gone".to_string()));
/// assert_eq!(error.to_string(), "no such thing - Client: it is gone");
/// ```
#[derive(Clone)]
pub struct RedisError {
    cause: Cause,
}

#[derive(Clone)]
enum Cause {
    Said(ErrorKind, &'static str, Option<ArcStr>),
    Foreign(ErrorKind, Arc<dyn Error + Send + Sync>),
    Parsing(ParsingError),
    Server(ServerError),
    Pipeline(Places),
    Aborted(Places),
}

impl RedisError {
    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &self.cause {
            Cause::Said(kind, ..) | Cause::Foreign(kind, _) => *kind,
            Cause::Parsing(_) => ErrorKind::Parse,
            Cause::Server(error) => kind_of(Some(error)),
            Cause::Pipeline(errors) => kind_of(errors.first().map(|(_, error)| error)),
            Cause::Aborted(_) => ServerErrorKind::ExecAbort.into(),
        }
    }

    /// More than the description, where there is more.
    pub fn detail(&self) -> Option<&str> {
        match &self.cause {
            Cause::Said(_, _, detail) => detail.as_deref(),
            Cause::Parsing(error) => Some(error.description()),
            Cause::Server(error) => error.details(),
            Cause::Foreign(..) | Cause::Pipeline(_) | Cause::Aborted(_) => None,
        }
    }

    /// The server's code, such as `WRONGTYPE`, when the server sent one.
    pub fn code(&self) -> Option<&str> {
        match (self.kind(), &self.cause) {
            (ErrorKind::Server(kind), _) => Some(kind.code()),
            (_, Cause::Server(error)) => Some(error.code()),
            _ => None,
        }
    }

    /// The kind in words.
    pub fn category(&self) -> &str {
        self.kind().category()
    }

    /// Whether the socket failed, or waiting for it.
    pub fn is_io_error(&self) -> bool {
        self.kind() == ErrorKind::Io
    }

    /// Whether it is one of the errors by which a cluster steers its clients.
    pub fn is_cluster_error(&self) -> bool {
        use ServerErrorKind::{Ask, ClusterDown, Moved, TryAgain};
        matches!(self.kind(), ErrorKind::Server(Moved | Ask | TryAgain | ClusterDown))
    }

    /// Whether nobody accepted the connection. A Unix socket that does not exist counts.
    pub fn is_connection_refusal(&self) -> bool {
        let kind = self.io_kind();
        kind == Some(io::ErrorKind::ConnectionRefused)
            || (cfg!(unix) && kind == Some(io::ErrorKind::NotFound))
    }

    /// Whether a time limit was reached.
    pub fn is_timeout(&self) -> bool {
        matches!(self.io_kind(), Some(io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock))
    }

    /// Whether the connection is gone.
    pub fn is_connection_dropped(&self) -> bool {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, NotConnected, NotFound,
            UnexpectedEof,
        };
        match &self.cause {
            Cause::Said(kind, ..) => *kind == ErrorKind::Io,
            _ => matches!(
                self.io_kind(),
                Some(
                    BrokenPipe
                        | ConnectionReset
                        | ConnectionRefused
                        | ConnectionAborted
                        | UnexpectedEof
                        | NotConnected
                        | NotFound
                )
            ),
        }
    }

    /// Whether the connection has to be replaced.
    pub fn is_unrecoverable_error(&self) -> bool {
        matches!(self.retry_method(), RetryMethod::Reconnect | RetryMethod::ReconnectFromInitialConnections)
    }

    /// Where a cluster sends the caller: the node's address and the slot.
    pub fn redirect_node(&self) -> Option<(&str, u16)> {
        use ServerErrorKind::{Ask, Moved};
        if !matches!(self.kind(), ErrorKind::Server(Ask | Moved)) {
            return None;
        }
        let mut words = self.detail()?.split_ascii_whitespace();
        let slot = words.next()?.parse().ok()?;
        Some((words.next()?, slot))
    }

    /// What a repetition would need.
    pub fn retry_method(&self) -> RetryMethod {
        match self.kind() {
            ErrorKind::Io if self.is_connection_dropped() => RetryMethod::Reconnect,
            ErrorKind::Io => match self.io_kind() {
                None | Some(io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
                    RetryMethod::NoRetry
                }
                Some(_) => RetryMethod::RetryImmediately,
            },
            kind => kind.retry_method(),
        }
    }

    /// The server's errors with the places of their commands in the pipeline; 0 for a command on its own. `None` when the
    /// server sent none.
    pub fn into_server_errors(self) -> Option<Arc<[(usize, ServerError)]>> {
        match self.cause {
            Cause::Pipeline(errors) | Cause::Aborted(errors) => Some(errors),
            Cause::Server(error) => Some(Arc::from([(0, error)])),
            _ => None,
        }
    }

    fn io_kind(&self) -> Option<io::ErrorKind> {
        match &self.cause {
            Cause::Foreign(_, error) => error.downcast_ref::<io::Error>().map(io::Error::kind),
            _ => None,
        }
    }

    /// Commands of a pipeline failed.
    pub(crate) fn pipeline(errors: Vec<(usize, ServerError)>) -> Self {
        Self { cause: Cause::Pipeline(errors.into()) }
    }

    /// Commands of a transaction were turned down, so it did not run.
    pub(crate) fn aborted(errors: Vec<(usize, ServerError)>) -> Self {
        Self { cause: Cause::Aborted(errors.into()) }
    }

    /// There was nothing to send.
    pub(crate) fn empty_command() -> Self {
        (ErrorKind::Client, "empty command").into()
    }

    /// The connection was closed, and nobody said why.
    pub(crate) fn closed() -> Self {
        io::Error::from(io::ErrorKind::BrokenPipe).into()
    }

    /// A time limit was reached.
    pub(crate) fn timed_out() -> Self {
        io::Error::from(io::ErrorKind::TimedOut).into()
    }

    /// An error of somebody else's.
    pub(crate) fn foreign(kind: ErrorKind, error: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Cause::Foreign(kind, Arc::new(error)) }
    }
}

fn kind_of(error: Option<&ServerError>) -> ErrorKind {
    error.and_then(ServerError::kind).map_or(ErrorKind::Extension, ErrorKind::Server)
}

/// Makes a server's error out of a code that the library does not know, of the kind `Extension`.
pub fn make_extension_error(code: String, detail: Option<String>) -> RedisError {
    ServerError::extension(code, detail).into()
}

impl PartialEq for RedisError {
    fn eq(&self, other: &Self) -> bool {
        match (&self.cause, &other.cause) {
            (Cause::Said(one, ..), Cause::Said(other, ..)) => one == other,
            (Cause::Parsing(one), Cause::Parsing(other)) => one == other,
            (Cause::Server(one), Cause::Server(other)) => one == other,
            (Cause::Pipeline(one), Cause::Pipeline(other)) => one == other,
            _ => false,
        }
    }
}

impl Error for RedisError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Foreign(_, error) => Some(error),
            Cause::Server(error) => Some(error),
            Cause::Parsing(error) => Some(error),
            Cause::Said(..) | Cause::Pipeline(_) | Cause::Aborted(_) => None,
        }
    }
}

impl fmt::Display for RedisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Said(kind, text, None) => write!(f, "{text} - {kind:?}"),
            Cause::Said(kind, text, Some(detail)) => write!(f, "{text} - {kind:?}: {detail}"),
            Cause::Foreign(_, error) => error.fmt(f),
            Cause::Parsing(error) => error.fmt(f),
            Cause::Server(error) => error.fmt(f),
            Cause::Pipeline(errors) => {
                f.write_str(if errors.len() > 1 { "Pipeline failures: " } else { "Pipeline failure: " })?;
                write_places(f, errors)
            }
            Cause::Aborted(errors) => {
                f.write_str("Transaction aborted: ")?;
                write_places(f, errors)
            }
        }
    }
}

fn write_places(f: &mut fmt::Formatter<'_>, errors: &[(usize, ServerError)]) -> fmt::Result {
    f.write_str("[")?;
    let mut separator = "";
    for (index, error) in errors {
        write!(f, "{separator}(Index {index}, error: {error})")?;
        separator = ", ";
    }
    f.write_str("]")
}

impl fmt::Debug for RedisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
