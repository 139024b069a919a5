//! What becomes a [`RedisError`]: redis-rs's own sources, and the errors of the layers below.

use std::io;
use std::sync::Arc;

use redlane_pool::error::{CloseReason, LinkError};
use redlane_pool::transport::ConnectError;
#[cfg(feature = "tls")]
use tokio_rustls::rustls;

use super::{Cause, ErrorKind, ParsingError, RedisError, ServerError};

impl From<(ErrorKind, &'static str)> for RedisError {
    fn from((kind, text): (ErrorKind, &'static str)) -> Self {
        Self { cause: Cause::Said(kind, text, None) }
    }
}

impl From<(ErrorKind, &'static str, String)> for RedisError {
    fn from((kind, text, detail): (ErrorKind, &'static str, String)) -> Self {
        Self { cause: Cause::Said(kind, text, Some(detail.into())) }
    }
}

impl From<io::Error> for RedisError {
    fn from(error: io::Error) -> Self {
        Self::foreign(ErrorKind::Io, error)
    }
}

impl From<ParsingError> for RedisError {
    fn from(error: ParsingError) -> Self {
        Self { cause: Cause::Parsing(error) }
    }
}

impl From<ServerError> for RedisError {
    fn from(error: ServerError) -> Self {
        Self { cause: Cause::Server(error) }
    }
}

#[cfg(feature = "json")]
impl From<serde_json::Error> for RedisError {
    fn from(error: serde_json::Error) -> Self {
        Self::foreign(ErrorKind::Serialize, error)
    }
}

#[cfg(feature = "tls")]
impl From<rustls::Error> for RedisError {
    fn from(error: rustls::Error) -> Self {
        Self::foreign(ErrorKind::Client, error)
    }
}

#[cfg(feature = "tls")]
impl From<rustls::pki_types::InvalidDnsNameError> for RedisError {
    fn from(error: rustls::pki_types::InvalidDnsNameError) -> Self {
        Self::foreign(ErrorKind::Io, error)
    }
}

#[cfg(feature = "tls")]
impl From<rustls_native_certs::Error> for RedisError {
    fn from(error: rustls_native_certs::Error) -> Self {
        Self::foreign(ErrorKind::Io, error)
    }
}

impl TryFrom<RedisError> for ServerError {
    type Error = RedisError;

    fn try_from(error: RedisError) -> Result<Self, RedisError> {
        match error.cause {
            Cause::Server(error) => Ok(error),
            _ => Err(error),
        }
    }
}

/// An error that others hold on to as well, with its kind and its text.
fn shared(error: &Arc<io::Error>) -> RedisError {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).into(),
        None => io::Error::new(error.kind(), Arc::clone(error)).into(),
    }
}

impl RedisError {
    /// No reply came.
    pub(crate) fn from_link(error: LinkError) -> Self {
        match error {
            LinkError::Timeout { .. } | LinkError::Full { .. } => Self::timed_out(),
            LinkError::Lost { reason: CloseReason::Framing, .. }
            | LinkError::Closed { reason: CloseReason::Framing } => {
                ParsingError::from("the server sent bytes that are no reply").into()
            }
            LinkError::NotConnected { source } => Self::from_connect(source),
            _ => Self::closed(),
        }
    }

    /// There is no connection.
    pub(crate) fn from_connect(error: ConnectError) -> Self {
        match error {
            ConnectError::Resolve { source, .. }
            | ConnectError::Dial { source, .. }
            | ConnectError::Io { source } => shared(&source),
            ConnectError::Timeout { .. } => Self::timed_out(),
            ConnectError::Closed => Self::closed(),
            ConnectError::Refused(error) | ConnectError::Busy(error) => {
                ServerError::from_line(error.line()).into()
            }
            ConnectError::Framing(error) => ParsingError::from(error.to_string()).into(),
            other => Self::foreign(ErrorKind::Io, other),
        }
    }
}
