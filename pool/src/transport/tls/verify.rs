//! Who may be the server.
//!
//! rustls judges the certificate: its chain, its dates, its purpose and its name. All that is added here is one word: a
//! certificate that vouches for itself is told apart from one by an unknown authority, since different things mend them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{Pem, TlsFailure};

/// The authorities in `pem`, or else the platform's.
pub(super) fn authorities(pem: Option<&Pem>) -> Result<RootCertStore, TlsFailure> {
    let mut roots = RootCertStore::empty();
    let Some(pem) = pem else {
        // Some stores hold a few that nobody can read; those vouch for nobody.
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
            let problem = format!("this system has none{why}: install its CA certificates or name a CA");
            return Err(TlsFailure::Settings { what: AUTHORITIES, problem });
        }
        return Ok(roots);
    };
    for certificate in pem.certificates(AUTHORITIES)? {
        roots.add(certificate).map_err(|error| {
            let problem = super::failure::of_our_own(&error);
            TlsFailure::Settings { what: AUTHORITIES, problem }
        })?;
    }
    Ok(roots)
}

const AUTHORITIES: &str = "the trusted authorities";

/// A verifier that trusts whom `roots` vouch for, under `any_name` or under the right one only.
pub(super) fn trusted(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
    any_name: bool,
) -> Result<Arc<dyn ServerCertVerifier>, TlsFailure> {
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let verifier =
        verifier.map_err(|error| TlsFailure::Settings { what: AUTHORITIES, problem: error.to_string() })?;
    Ok(Arc::new(Trusted { verifier, algorithms: provider.signature_verification_algorithms, any_name }))
}

/// A verifier that trusts everybody. The handshake still proves that the server has the key of what it shows.
pub(super) fn anybody(provider: &CryptoProvider) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Anybody(provider.signature_verification_algorithms))
}

/// Marks a certificate that vouches for itself in the error that rustls hands on.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signed by itself")
    }
}

impl Error for SelfSigned {}

/// rustls's verifier, and the one word more.
#[derive(Debug)]
struct Trusted {
    verifier: Arc<WebPkiServerVerifier>,
    algorithms: WebPkiSupportedAlgorithms,
    any_name: bool,
}

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judged =
            self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // The name is looked at last, so all else is in order.
        if self.any_name
            && let Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) = judged
        {
            return Ok(ServerCertVerified::assertion());
        }
        judged.map_err(|error| match error {
            // The second is the verdict on a CA's own certificate, as many a self-signed one is made.
            rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            ) if is_self_signed(end_entity, self.algorithms, now) => {
                CertificateError::Other(OtherError(Arc::new(SelfSigned))).into()
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// Whether a certificate is good for whoever trusts it, itself alone. Its names alone would not tell: a careless CA gives
/// its own name to whom it certifies.
fn is_self_signed(
    certificate: &CertificateDer<'_>,
    algorithms: WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> bool {
    let (Ok(itself), Ok(anchor)) =
        (EndEntityCert::try_from(certificate), anchor_from_trusted_cert(certificate))
    else {
        return false;
    };
    let usage = KeyUsage::server_auth();
    let anchors = [anchor];
    let verified = itself.verify_for_usage(algorithms.all, &anchors, &[], now, usage, None, None);
    // A CA's certificate is refused before its signature is looked at, so there the names have to do.
    let is_own_ca = || itself.issuer() == itself.subject();
    match verified {
        Ok(_) => true,
        Err(webpki::Error::CaUsedAsEndEntity) => is_own_ca(),
        Err(_) => false,
    }
}

/// Accepts every certificate.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
