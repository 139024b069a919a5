//! Certificates for encrypted connections.

use std::fmt;
use std::io;

use redlane_pool::transport::tls::{Pem, TlsOptions};

use crate::compat::client::Client;
use crate::compat::connection_info::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, TlsConnParams};
use crate::compat::error::{ErrorKind, RedisResult};

/// Who we are: a certificate and its key, as PEM.
#[derive(Clone)]
pub struct ClientTlsConfig {
    /// Our certificate, then those that lead to an authority of the server's.
    pub client_cert: Vec<u8>,
    /// Its key.
    pub client_key: Vec<u8>,
}

impl fmt::Debug for ClientTlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTlsConfig")
            .field("client_cert", &"<redacted>")
            .field("client_key", &"<redacted>")
            .finish()
    }
}

/// Whom to trust and who we are.
#[derive(Clone)]
pub struct TlsCertificates {
    /// Who we are, if the server asks.
    pub client_tls: Option<ClientTlsConfig>,
    /// The authorities that may vouch for the server, as PEM, in the place of the platform's.
    pub root_cert: Option<Vec<u8>>,
}

impl fmt::Debug for TlsCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |set| if set { "<redacted>" } else { "not set" };
        f.debug_struct("TlsCertificates")
            .field("client_tls", &shown(self.client_tls.is_some()))
            .field("root_cert", &shown(self.root_cert.is_some()))
            .finish()
    }
}

impl TlsCertificates {
    /// # Errors
    /// An I/O error for what is no PEM.
    pub(crate) fn into_params(self) -> RedisResult<TlsConnParams> {
        let mut options = TlsOptions::default();
        if let Some(ours) = self.client_tls {
            options.certificate = Some(Pem::text(ours.client_cert));
            options.key = Some(Pem::text(ours.client_key));
        }
        options.authorities = self.root_cert.map(Pem::text);
        options.check().map_err(io::Error::other)?;
        Ok(TlsConnParams { options })
    }
}

impl Client {
    /// A client that speaks TLS by these certificates. The address must be one of TLS: `rediss://…`.
    ///
    /// # Errors
    /// `InvalidClientConfig` for another address, an I/O error for what is no PEM.
    pub fn build_with_tls<C: IntoConnectionInfo>(
        conn_info: C,
        tls_certs: TlsCertificates,
    ) -> RedisResult<Self> {
        let info: ConnectionInfo = conn_info.into_connection_info()?;
        let params = tls_certs.into_params()?;
        let ConnectionAddr::TcpTls { host, port, insecure, .. } = info.addr().clone() else {
            return Err((
                ErrorKind::InvalidClientConfig,
                "Constructing a TLS client requires a URL with the `rediss://` scheme",
            )
                .into());
        };
        Self::open(info.set_addr(ConnectionAddr::TcpTls { host, port, insecure, tls_params: Some(params) }))
    }
}
