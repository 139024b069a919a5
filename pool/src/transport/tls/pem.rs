//! Certificates and keys in PEM, from a file or from memory.
//!
//! What is wrong with one is said in words of our own: the parser's errors quote the lines that they stumble over, and a
//! line may be a piece of a key.

use std::fmt;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsFailure;

/// PEM text: certificates, or a key. Its `Debug` shows the path of a file and nothing of what is in memory.
#[derive(Clone)]
pub struct Pem(Place);

#[derive(Clone)]
enum Place {
    File(PathBuf),
    Memory(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Pem {
    /// The text in a file, which is read at a connection after it was written.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Pem(Place::File(path.into()))
    }

    /// The text itself.
    pub fn text(text: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Pem(Place::Memory(Arc::new(text)))
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Memory(_) => None,
        }
    }

    /// All certificates in it; there is at least one.
    pub(super) fn certificates(
        &self,
        what: &'static str,
    ) -> Result<Vec<CertificateDer<'static>>, TlsFailure> {
        self.read(what, |text| {
            let found =
                CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>().map_err(problem)?;
            if found.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(found) }
        })
    }

    /// The first key in it.
    pub(super) fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsFailure> {
        self.read("the key of the client certificate", |text| match PrivateKeyDer::from_pem_slice(text) {
            Err(pem::Error::NoItemsFound) => Err("holds no key, or an encrypted one".to_owned()),
            read => read.map_err(problem),
        })
    }

    fn read<T>(
        &self,
        what: &'static str,
        parse: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, TlsFailure> {
        let parsed = match &self.0 {
            Place::Memory(text) => parse((**text).as_ref()).map_err(|problem| format!("the text {problem}")),
            Place::File(path) => {
                let place = path.display();
                let told = |error| TlsFailure::Settings { what, problem: format!("{place}: {error}") };
                let mut text = fs::read(path).map_err(told)?;
                let parsed = parse(&text).map_err(|problem| format!("{place} {problem}"));
                // It may have been a key; `black_box` keeps the optimiser from leaving this out.
                text.fill(0);
                black_box(text);
                parsed
            }
        };
        parsed.map_err(|problem| TlsFailure::Settings { what, problem })
    }
}

/// Never the parser's own words, which quote the text.
fn problem(error: pem::Error) -> String {
    match error {
        pem::Error::Io(_) => "cannot be read",
        pem::Error::NoItemsFound => "holds nothing of the kind",
        _ => "is not well-formed PEM",
    }
    .to_owned()
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => f.debug_tuple("Pem").field(path).finish(),
            Place::Memory(_) => f.write_str("Pem(in memory)"),
        }
    }
}
