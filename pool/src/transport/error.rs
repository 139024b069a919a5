//! Why there is no connection.
//!
//! One error may be told to every caller that waits for the same connection, so it is cheap to clone. It names hosts and
//! addresses, never credentials; a server's refusal keeps the server's own words.

mod tls;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use redlane_resp::error::{FramingError, ServerError};
use thiserror::Error;

pub use self::tls::TlsFailure;

/// Why a connection could not be opened or greeted.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the host has no address, or the resolver failed.
    #[error("cannot resolve {host}")]
    Resolve {
        /// The name that was looked up.
        host: String,
        /// What the resolver said.
        source: Arc<io::Error>,
    },
    /// Nobody accepted the connection.
    #[error("cannot connect to {address}")]
    Dial {
        /// The address tried last.
        address: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A step took longer than its limit.
    #[error("no {step} within {limit:?}")]
    Timeout {
        /// What was waited for.
        step: Step,
        /// How long.
        limit: Duration,
    },
    /// The connection could not be encrypted, or one side does not trust the other. Nothing was said without encryption.
    #[error("no TLS connection: {0}")]
    Tls(TlsFailure),
    /// The server turned the greeting down for good: wrong credentials, missing rights, an unknown database.
    #[error("the server refused the connection: {0}")]
    Refused(ServerError),
    /// The server takes nobody at the moment: too many clients, or still loading.
    #[error("the server takes no connection now: {0}")]
    Busy(ServerError),
    /// The server closed the connection before the greeting was complete.
    #[error("the server closed the connection before it greeted")]
    Closed,
    /// The connection broke before the greeting was complete.
    #[error("the connection broke before the server greeted")]
    Io {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// What the server said is no reply.
    #[error("the server's greeting is malformed")]
    Framing(#[source] FramingError),
    /// The layer above had no credentials to greet with.
    #[error("cannot greet the server without credentials")]
    Credentials {
        /// What kept it from having any.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// What the layer above does for a connection panicked: whoever it asked for credentials, say.
    #[error("opening the connection panicked")]
    Panicked,
    /// This system, this build or this server cannot do what was asked.
    #[error("{0}")]
    Unsupported(String),
}

impl ConnectError {
    /// Sorts the error reply to a greeting into [`Busy`](Self::Busy) and [`Refused`](Self::Refused).
    #[must_use]
    pub fn from_reply(error: ServerError) -> Self {
        // The one refusal without a code of its own; the server sends it unasked and closes.
        let full = error.code() == "ERR" && error.message().starts_with("max number of clients");
        if full || matches!(error.code(), "LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN") {
            ConnectError::Busy(error)
        } else {
            ConnectError::Refused(error)
        }
    }

    /// Whether the server turned down the credentials, or asked for some.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        matches!(self, ConnectError::Refused(error)
            if matches!(error.code(), "WRONGPASS" | "NOAUTH" | "NOPERM")
                // These have no code of their own: a wrong password before Redis 6.0, one that nobody has set.
                || (error.code() == "ERR" && ["invalid password", "Client sent AUTH", "AUTH "]
                    .iter().any(|start| error.message().starts_with(start))))
    }

    /// Whether the server was reached and takes nobody at the moment; closing at once counts, as a full proxy does it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, ConnectError::Busy(_) | ConnectError::Closed)
    }

    /// Whether trying again, unchanged, can help within the time of a call.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use ConnectError::{Framing, Refused, Tls, Unsupported};
        !matches!(self, Refused(_) | Framing(_) | Tls(_) | Unsupported(_))
    }

    /// A read or write that failed while greeting. A cut is [`Closed`](Self::Closed): a full server closes with our
    /// greeting unread, which arrives as a reset as often as as an end.
    #[must_use]
    pub fn io(source: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        // Under TLS 1.3 a server judges our certificate when we are done with the handshake and greeting already.
        #[cfg(feature = "tls")]
        if let Some(failure) = super::tls::failure_in(&source) {
            return ConnectError::Tls(failure);
        }
        match source.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => ConnectError::Closed,
            _ => ConnectError::Io { source: Arc::new(source) },
        }
    }

    /// There are no credentials to greet with.
    #[must_use]
    pub fn credentials(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        ConnectError::Credentials { source: Arc::new(source) }
    }

    /// The server accepted and closed without a word.
    #[must_use]
    pub fn closed_at_once() -> Self {
        ConnectError::Closed
    }

    pub(crate) fn resolve(host: &str, source: io::Error) -> Self {
        ConnectError::Resolve { host: host.to_owned(), source: Arc::new(source) }
    }

    pub(crate) fn dial(address: &dyn fmt::Display, source: io::Error) -> Self {
        ConnectError::Dial { address: address.to_string(), source: Arc::new(source) }
    }
}

impl From<FramingError> for ConnectError {
    fn from(source: FramingError) -> Self {
        ConnectError::Framing(source)
    }
}

/// A step on the way to a usable connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Looking up the host's addresses.
    Resolve,
    /// Opening the socket.
    Dial,
    /// Agreeing on keys, and on who is who.
    Tls,
    /// Protocol, credentials and settings.
    Greet,
    /// The answer to a question on a connection made for trial.
    Ask,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Resolve => "address",
            Step::Dial => "connection",
            Step::Tls => "TLS handshake",
            Step::Greet => "greeting",
            Step::Ask => "answer",
        })
    }
}
