//! Why a connection could not be encrypted, told apart by what somebody has to do about it.
//!
//! It holds names and words of certificates, which everybody may read, and never a piece of a key. It exists without the
//! feature `tls` too, so that whoever handles errors need not know how the library was built.

use std::fmt;

use thiserror::Error;

/// What was wrong with a TLS handshake, or with the settings for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate is good, and another server's: mend the host, or the certificate.
    #[error("the server's certificate is not for {host} but for {}", Names(presented))]
    WrongHost {
        /// The name or address that the certificate had to be for.
        host: String,
        /// The names and addresses that it is for.
        presented: Vec<String>,
    },
    /// The certificate was good once.
    #[error("the server's certificate has expired")]
    Expired,
    /// The certificate will be good later, or this machine's clock is slow.
    #[error("the server's certificate is not valid yet")]
    NotYetValid,
    /// The certificate vouches for itself, and is not among the trusted ones.
    #[error("the server's certificate is signed by itself, and it is not trusted")]
    SelfSigned,
    /// Nobody who is trusted vouches for the certificate: a CA has to be named.
    #[error("the server's certificate is signed by an authority that is not trusted")]
    UnknownAuthority,
    /// The certificate is unusable in another way: forged, malformed, or meant for something else.
    #[error("the server's certificate is no good: {problem}")]
    BadCertificate {
        /// What is wrong with it.
        problem: String,
    },
    /// Whoever listens there does not speak TLS: mend the port, or use a URL without TLS.
    #[error("whoever listens there does not speak TLS")]
    NotTls,
    /// The server wants to know who we are, and no client certificate is set.
    #[error("the server wants a client certificate, and none is set")]
    ClientCertificateMissing,
    /// The server does not accept our certificate, or a lack of one.
    #[error("the server does not accept the client certificate, or the lack of one ({alert})")]
    ClientCertificateRefused {
        /// The server's reason, by its name in the protocol.
        alert: String,
    },
    /// The two sides have no version, cipher or signature in common. A server of TLS 1.2 that wants a client certificate
    /// says the same.
    #[error("the two sides cannot agree on how to encrypt: {problem}")]
    Incompatible {
        /// What is missing.
        problem: String,
    },
    /// Our own certificates, key or name are unusable.
    #[error("{what} cannot be used: {problem}")]
    Settings {
        /// Which of them.
        what: &'static str,
        /// Why.
        problem: String,
    },
    /// The handshake went wrong in a way that has no name of its own.
    #[error("the handshake failed: {problem}")]
    Handshake {
        /// What went wrong.
        problem: String,
    },
}

/// The names in a certificate, of which a shared one can have hundreds.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Enough to recognise whose certificate it is.
        const SHOWN: usize = 5;
        if self.0.is_empty() {
            return f.write_str("no name at all");
        }
        for (at, name) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{name}", if at == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_host_is_told_with_a_few_of_the_right_ones() {
        let told = |count: usize| {
            let presented = (0..count).map(|at| format!("h{at}")).collect();
            TlsFailure::WrongHost { host: "cache".to_owned(), presented }.to_string()
        };

        assert_eq!(told(0), "the server's certificate is not for cache but for no name at all");
        assert_eq!(told(2), "the server's certificate is not for cache but for h0, h1");
        assert_eq!(
            told(9),
            "the server's certificate is not for cache but for h0, h1, h2, h3, h4 and 4 more"
        );
    }
}
