//! fred.

use bytes::Bytes;
use fred::prelude::{Client, ClientLike, Config, HashesInterface, KeysInterface, ListInterface};

use super::Rival;
use crate::work::{KEYS, VALUE, Work, large, large_key, list_key};

/// One client, which has one connection.
#[derive(Clone)]
pub struct Fred(Client);

impl Fred {
    /// Connects by URL.
    pub async fn connect(url: &str) -> Self {
        let config = match url.strip_prefix("unix:") {
            Some(path) => Config::from_url(&format!("redis+unix:{path}")),
            None => Config::from_url(url),
        };
        let client = Client::new(config.unwrap(), None, None, None);
        client.init().await.unwrap();
        Fred(client)
    }
}

impl Rival for Fred {
    async fn step(&self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Get | Work::Mix => {
                let value: Bytes = self.0.get("bench").await.unwrap();
                assert_eq!(value.len(), 64);
            }
            Work::Set => {
                let () = self.0.set("bench", &VALUE[..], None, None, false).await.unwrap();
            }
            Work::Mget => {
                let values: Vec<Bytes> = self.0.mget(KEYS.clone()).await.unwrap();
                assert_eq!(values.len(), 100);
            }
            Work::Hgetall => {
                let fields: Vec<(Bytes, Bytes)> = self.0.hgetall("hash").await.unwrap();
                assert_eq!(fields.len(), 100);
            }
            Work::Lrange | Work::Elements(_) => {
                let count = if let Work::Elements(count) = work { count } else { 1_000 };
                let elements: Vec<Bytes> = self.0.lrange(list_key(count), 0, -1).await.unwrap();
                assert_eq!(elements.len(), count);
            }
            Work::Pipeline(commands) => {
                let pipeline = self.0.pipeline();
                for _ in 0..commands {
                    let () = pipeline.get("bench").await.unwrap();
                }
                let values: Vec<Bytes> = pipeline.all().await.unwrap();
                assert_eq!(values.len(), commands);
            }
            Work::GetLarge(size) => {
                let value: Bytes = self.0.get(large_key(size)).await.unwrap();
                assert_eq!(value.len(), size);
            }
            Work::SetLarge(size) => {
                let () = self.0.set("written", large(size), None, None, false).await.unwrap();
            }
        }
    }
}
