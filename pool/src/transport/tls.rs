//! Encrypted connections: whom to trust, who we are, and the handshake that settles both.
//!
//! By rustls, TLS 1.2 and 1.3, with the provider that this crate names itself, so that no default of the process can be
//! missing or of another kind. The name that was dialled is always checked, also behind an address. Certificates given as
//! files are read again when they change: short-lived ones are renewed under a running process, and a new connection must
//! take the new ones. What surprises: a server without TLS says nothing at all to a handshake, so silence is looked into
//! (`tls/plaintext.rs`).

mod failure;
mod pem;
mod plaintext;
mod socket;
mod verify;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig};
use tracing::warn;

use super::error::{ConnectError, TlsFailure};
use super::socket::Socket;

pub(crate) use self::failure::failure_in;
pub use self::pem::Pem;
pub(crate) use self::plaintext::{NONSENSE, PATIENCE};
pub use self::socket::TlsSocket;

/// Whom to trust and who we are. The default trusts whom the platform trusts, and is nobody in particular.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TlsOptions {
    /// Certificates of the authorities that may vouch for the server, in the place of the platform's.
    pub authorities: Option<Pem>,
    /// Our own certificate, then those that lead to an authority of the server's.
    pub certificate: Option<Pem>,
    /// The key of our own certificate, not encrypted.
    pub key: Option<Pem>,
    /// The name that the server's certificate must be for and that the server is told, in the place of the host's.
    pub server_name: Option<String>,
    /// Accepts whatever certificate the server shows: whoever sits between us and the server can read and change all.
    pub dangerous_accept_any_certificate: bool,
    /// Accepts a certificate that an authority vouches for whatever name it is for: whoever has one can sit in between.
    pub dangerous_accept_any_name: bool,
}

/// The client's side of TLS; clones share what was read from files and the sessions that can be resumed.
///
/// Two of them are equal when they are clones of one.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    options: TlsOptions,
    ready: Mutex<Option<Ready>>,
}

/// A configuration, and the state of the files that it was made of.
struct Ready {
    files: Vec<Stamp>,
    config: Arc<ClientConfig>,
}

/// When a file was written, and its length.
type Stamp = Option<(SystemTime, u64)>;

impl Tls {
    /// TLS by these options. Nothing is read before the first connection, so that is where a mistake shows.
    #[must_use]
    pub fn new(options: TlsOptions) -> Self {
        Tls(Arc::new(Shared { options, ready: Mutex::new(None) }))
    }

    /// Shakes hands over a TCP connection to `host`. The caller bounds the whole; `limit` is that bound.
    ///
    /// # Errors
    /// [`ConnectError::Tls`], and what the socket says.
    pub async fn encrypt(&self, host: &str, socket: Socket, limit: Duration) -> Result<Socket, ConnectError> {
        let Socket::Tcp(stream) = socket else {
            return Err(ConnectError::Unsupported("TLS is spoken over TCP only".to_owned()));
        };
        let name = self.name_to_check(host).map_err(ConnectError::Tls)?;
        let config = self.config().await.map_err(ConnectError::Tls)?;
        let mut suspicion = pin!(plaintext::suspect(stream.peer_addr(), limit));
        let mut handshake = pin!(TlsConnector::from(config).connect(name, stream));
        let mut cleared = false;
        poll_fn(|cx| {
            if let Poll::Ready(done) = handshake.as_mut().poll(cx) {
                let encrypted = done.map(|stream| Socket::Tls(TlsSocket::new(stream)));
                return Poll::Ready(encrypted.map_err(ConnectError::io));
            }
            if !cleared && let Poll::Ready(plaintext) = suspicion.as_mut().poll(cx) {
                cleared = true;
                if plaintext {
                    return Poll::Ready(Err(ConnectError::Tls(TlsFailure::NotTls)));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// The name that the certificate of `host` must be for.
    pub(crate) fn name_to_check(&self, host: &str) -> Result<ServerName<'static>, TlsFailure> {
        let name = self.0.options.server_name.as_deref().unwrap_or(host);
        // The zone of an IPv6 address says how to get there; no certificate knows it.
        let name = name.split('%').next().unwrap_or(name);
        ServerName::try_from(name.to_owned()).map_err(|_| TlsFailure::Settings {
            what: "the server's name",
            problem: format!("no certificate can be for {name}"),
        })
    }

    /// The configuration for the next connection. Files and the platform's store are read away from the runtime.
    async fn config(&self) -> Result<Arc<ClientConfig>, TlsFailure> {
        let tls = self.clone();
        let read = tokio::task::spawn_blocking(move || tls.config_now()).await;
        read.unwrap_or_else(|error| Err(TlsFailure::Handshake { problem: error.to_string() }))
    }

    /// The configuration for the next connection; may read files.
    pub(crate) fn config_now(&self) -> Result<Arc<ClientConfig>, TlsFailure> {
        let Shared { options, ready } = &*self.0;
        let mut ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before the files are read: a change in between is seen by the next connection.
        let files = options.stamps();
        if let Some(ready) = ready.as_ref().filter(|ready| ready.files == files) {
            return Ok(Arc::clone(&ready.config));
        }
        let config = Arc::new(options.read()?);
        *ready = Some(Ready { files, config: Arc::clone(&config) });
        Ok(config)
    }
}

impl TlsOptions {
    /// Reads everything once, to find a mistake before the first connection does.
    ///
    /// # Errors
    /// [`TlsFailure::Settings`]: what is wrong.
    pub fn check(&self) -> Result<(), TlsFailure> {
        self.read().map(|_| ())
    }

    fn stamps(&self) -> Vec<Stamp> {
        let files = [&self.authorities, &self.certificate, &self.key];
        let files = files.into_iter().filter_map(|pem| pem.as_ref()?.path());
        files
            .map(|path| {
                let metadata = path.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len()))
            })
            .collect()
    }

    fn read(&self) -> Result<ClientConfig, TlsFailure> {
        let provider = Arc::new(default_provider());
        let verifier = if self.dangerous_accept_any_certificate {
            warn!("the server's certificate is not checked: anybody can be the server");
            verify::anybody(&provider)
        } else {
            if self.dangerous_accept_any_name {
                warn!("the name in the server's certificate is not checked");
            }
            let roots = verify::authorities(self.authorities.as_ref())?;
            verify::trusted(roots, &provider, self.dangerous_accept_any_name)?
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::DEFAULT_VERSIONS)
            .map_err(|error| TlsFailure::Handshake { problem: error.to_string() })?
            // Dangerous in the hands of others: ours adds nothing to rustls's own checks but a word on the reason.
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        match (&self.certificate, &self.key) {
            (None, None) => Ok(builder.with_no_client_auth()),
            (Some(certificate), Some(key)) => {
                let what = "the client certificate";
                let chain = certificate.certificates(what)?;
                builder
                    .with_client_auth_cert(chain, key.private_key()?)
                    .map_err(|error| TlsFailure::Settings { what, problem: failure::of_our_own(&error) })
            }
            _ => Err(TlsFailure::Settings {
                what: "the client certificate",
                problem: "certificate and key are of use together only".to_owned(),
            }),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.options).finish()
    }
}

impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Tls {}

#[cfg(test)]
mod tests;
