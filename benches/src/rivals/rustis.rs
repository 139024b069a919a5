//! rustis.

use std::sync::Arc;
use std::time::Duration;

use rustis::client::{BatchPreparedCommand, Client, IntoConfig, TlsConfig};
use rustis::commands::{HashCommands, ListCommands, StringCommands};
use rustis::resp::BulkString;
use rustis::{ClientError, ErrorKind};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Rival;
use crate::work::{KEYS, TEXT, Work, large, large_key, list_key};

/// One multiplexed client.
#[derive(Clone)]
pub struct Rustis(Client);

impl Rustis {
    /// Connects by URL.
    pub async fn connect(url: &str) -> Self {
        let mut config = url.into_config().unwrap();
        if config.tls_config.is_some() {
            config.tls_config = Some(TlsConfig::new(Arc::new(trusting_the_platform())));
        }
        Rustis(Client::connect(config).await.unwrap())
    }
}

/// It brings authorities of its own; all others ask the platform for them, by this variable.
fn trusting_the_platform() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    if let Some(file) = std::env::var_os("SSL_CERT_FILE") {
        for certificate in CertificateDer::pem_file_iter(file).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
    }
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

impl Rival for Rustis {
    async fn step(&self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Get | Work::Mix => {
                // Beyond so many commands it refuses more; who insists comes again a millisecond later.
                let value: BulkString = loop {
                    match self.0.get("bench").await {
                        Ok(value) => break value,
                        Err(error)
                            if matches!(error.kind(), ErrorKind::Client(ClientError::SendQueueFull)) =>
                        {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                        Err(error) => panic!("{error}"),
                    }
                };
                assert_eq!(value.len(), 64);
            }
            Work::Set => {
                // Its bytes would go out as a list of numbers.
                self.0.set("bench", TEXT).await.unwrap();
            }
            Work::Mget => {
                let values: Vec<BulkString> = self.0.mget(&KEYS[..]).await.unwrap();
                assert_eq!(values.len(), 100);
            }
            Work::Hgetall => {
                let fields: Vec<(BulkString, BulkString)> = self.0.hgetall("hash").await.unwrap();
                assert_eq!(fields.len(), 100);
            }
            Work::Lrange | Work::Elements(_) => {
                let count = if let Work::Elements(count) = work { count } else { 1_000 };
                let elements: Vec<BulkString> = self.0.lrange(list_key(count), 0, -1).await.unwrap();
                assert_eq!(elements.len(), count);
            }
            Work::Pipeline(commands) => {
                let mut pipeline = self.0.create_pipeline();
                for _ in 0..commands {
                    pipeline.get::<BulkString>("bench").queue();
                }
                let values: Vec<BulkString> = pipeline.execute().await.unwrap();
                assert_eq!(values.len(), commands);
            }
            Work::GetLarge(size) => {
                let value: BulkString = self.0.get(large_key(size)).await.unwrap();
                assert_eq!(value.len(), size);
            }
            Work::SetLarge(size) => {
                self.0.set("written", BulkString::new(large(size).to_vec())).await.unwrap();
            }
        }
    }
}
