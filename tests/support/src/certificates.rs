//! Certificates made for one test: an authority, and whom it vouches for.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Identity {
    /// A certificate for `names` that nobody vouches for but itself.
    ///
    /// # Panics
    ///
    /// When a name cannot stand in a certificate.
    #[must_use]
    pub fn self_signed(names: &[&str]) -> Self {
        let key = key();
        let certificate = params(names).self_signed(&key).expect("a certificate can be made");
        Self { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// Somebody who vouches for others.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// An authority of this name, with a key of its own.
    ///
    /// # Panics
    ///
    /// Never, but for a lack of randomness.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = params(&[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = key();
        let certificate = params.self_signed(&key).expect("a certificate can be made").pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Its own certificate, which others trust, in PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Vouches for `names`: host names, and addresses.
    ///
    /// # Panics
    ///
    /// When a name cannot stand in a certificate.
    #[must_use]
    pub fn certify(&self, names: &[&str]) -> Identity {
        self.sign(&params(names))
    }

    /// Vouches for `names`, until some years ago.
    ///
    /// # Panics
    ///
    /// When a name cannot stand in a certificate.
    #[must_use]
    pub fn certify_expired(&self, names: &[&str]) -> Identity {
        let mut params = params(names);
        params.not_after = date_time_ymd(2020, 1, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Identity {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate can be made");
        Identity { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("names that can stand in a certificate")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
