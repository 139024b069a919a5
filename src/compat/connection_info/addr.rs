//! Where a server is.

use std::fmt;
use std::path::PathBuf;

#[cfg(feature = "tls")]
use redlane_pool::transport::tls::TlsOptions;

/// An address that means every address, and so nobody in particular.
pub(crate) fn is_wildcard(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "::")
}

pub(crate) const WILDCARD: &str = "Cannot connect to a wildcard address (0.0.0.0 or ::)";

/// Whether the server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum TlsMode {
    /// It must be good, and for the host.
    Secure,
    /// Anything goes.
    Insecure,
}

/// Whom to trust and who we are, made of certificates by
/// [`Client::build_with_tls`](crate::compat::Client::build_with_tls).
#[derive(Clone, Debug, Default)]
pub struct TlsConnParams {
    #[cfg(feature = "tls")]
    pub(crate) options: TlsOptions,
}

/// Where a server is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConnectionAddr {
    /// A host and a port.
    Tcp(String, u16),
    /// A host and a port, spoken to over TLS.
    TcpTls {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// Whether any certificate is accepted.
        insecure: bool,
        /// Whom to trust and who we are, if not as the platform says.
        tls_params: Option<TlsConnParams>,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl ConnectionAddr {
    /// Whether this build and this system can connect to it.
    pub fn is_supported(&self) -> bool {
        match self {
            Self::Tcp(..) => true,
            Self::TcpTls { .. } => cfg!(feature = "tls"),
            Self::Unix(_) => cfg!(unix),
        }
    }

    /// Whether a good certificate is accepted whatever name it is for. No effect without TLS.
    #[cfg(feature = "tls")]
    pub fn set_danger_accept_invalid_hostnames(&mut self, insecure: bool) {
        if let Self::TcpTls { tls_params, .. } = self
            && (insecure || tls_params.is_some())
        {
            tls_params.get_or_insert_default().options.dangerous_accept_any_name = insecure;
        }
    }
}

/// The certificates do not count: they say how to get there, not where it is.
impl PartialEq for ConnectionAddr {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tcp(host, port), Self::Tcp(other_host, other_port)) => {
                (host, port) == (other_host, other_port)
            }
            (
                Self::TcpTls { host, port, insecure, .. },
                Self::TcpTls { host: other_host, port: other_port, insecure: other_insecure, .. },
            ) => (host, port, insecure) == (other_host, other_port, other_insecure),
            (Self::Unix(path), Self::Unix(other)) => path == other,
            _ => false,
        }
    }
}

impl Eq for ConnectionAddr {}

impl fmt::Display for ConnectionAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) | Self::TcpTls { host, port, .. } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}
