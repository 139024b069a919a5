//! valkey-glide, the client of the Valkey project. It brings some three hundred packages, so it is asked for: `--features glide`.

use glide::{AsyncCommands, GlideClient, GlideClientConfiguration, PipelineExt, pipe};

use super::{PATIENCE, Rival};
use crate::work::{KEYS, VALUE, Work, large, large_key, list_key};

/// One client, which has one connection.
#[derive(Clone)]
pub struct Glide(GlideClient);

impl Glide {
    /// Connects by URL.
    pub async fn connect(url: &str) -> Self {
        let patient = GlideClientConfiguration::from_url(url).unwrap().request_timeout(PATIENCE);
        Glide(GlideClient::connect(patient).await.unwrap())
    }
}

impl Rival for Glide {
    async fn step(&self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Get | Work::Mix => {
                let value: Vec<u8> = self.0.get("bench").await.unwrap();
                assert_eq!(value.len(), 64);
            }
            Work::Set => {
                let () = self.0.set("bench", &VALUE).await.unwrap();
            }
            Work::Mget => {
                let values: Vec<Vec<u8>> = self.0.mget(&KEYS[..]).await.unwrap();
                assert_eq!(values.len(), 100);
            }
            Work::Hgetall => {
                let fields: Vec<(Vec<u8>, Vec<u8>)> = self.0.hgetall("hash").await.unwrap();
                assert_eq!(fields.len(), 100);
            }
            Work::Lrange | Work::Elements(_) => {
                let count = if let Work::Elements(count) = work { count } else { 1_000 };
                let elements: Vec<Vec<u8>> = self.0.lrange(list_key(count), 0, -1).await.unwrap();
                assert_eq!(elements.len(), count);
            }
            Work::Pipeline(commands) => {
                let mut pipeline = pipe();
                for _ in 0..commands {
                    pipeline.cmd("GET").arg("bench");
                }
                let values: Vec<Vec<u8>> = pipeline.query_async(&self.0).await.unwrap();
                assert_eq!(values.len(), commands);
            }
            Work::GetLarge(size) => {
                let value: Vec<u8> = self.0.get(large_key(size)).await.unwrap();
                assert_eq!(value.len(), size);
            }
            Work::SetLarge(size) => {
                let () = self.0.set("written", large(size)).await.unwrap();
            }
        }
    }
}
