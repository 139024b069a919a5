//! What rustls says was wrong, sorted by what somebody has to do about it.

use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error, InvalidMessage, OtherError};

use super::TlsFailure;
use super::verify::SelfSigned;

/// What was wrong, if `error` comes from TLS and not from the socket below it.
pub(crate) fn failure_in(error: &io::Error) -> Option<TlsFailure> {
    error.get_ref()?.downcast_ref::<Error>().map(failure)
}

fn failure(error: &Error) -> TlsFailure {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(alert) => alerted(*alert),
        // The first byte of an answer says what kind of record it is, and this one is none.
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFailure::NotTls,
        Error::PeerIncompatible(why) => TlsFailure::Incompatible { problem: format!("{why:?}") },
        other => TlsFailure::Handshake { problem: other.to_string() },
    }
}

fn certificate(error: &CertificateError) -> TlsFailure {
    match error {
        CertificateError::NotValidForNameContext { expected, presented } => TlsFailure::WrongHost {
            host: expected.to_str().into_owned(),
            presented: presented.iter().map(|name| bare(name)).collect(),
        },
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotYetValid
        }
        CertificateError::UnknownIssuer => TlsFailure::UnknownAuthority,
        CertificateError::Other(OtherError(other)) if other.is::<SelfSigned>() => TlsFailure::SelfSigned,
        other => TlsFailure::BadCertificate { problem: other.to_string() },
    }
}

/// `localhost` of `DnsName("localhost")`.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

/// What the server has against us.
fn alerted(alert: AlertDescription) -> TlsFailure {
    use AlertDescription as Alert;

    let name = format!("{alert:?}");
    match alert {
        Alert::CertificateRequired => TlsFailure::ClientCertificateMissing,
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied
        | Alert::NoCertificate => TlsFailure::ClientCertificateRefused { alert: name },
        Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity => {
            TlsFailure::Incompatible { problem: format!("the server says {name}") }
        }
        _ => TlsFailure::Handshake { problem: format!("the server says {name}") },
    }
}

/// What is wrong with a certificate or a key of ours.
pub(super) fn of_our_own(error: &Error) -> String {
    match error {
        Error::InconsistentKeys(_) => "the key is another certificate's".to_owned(),
        Error::InvalidCertificate(error) => format!("a certificate in it is no good: {error}"),
        other => other.to_string(),
    }
}
