//! Redlane.

use bytes::Bytes;
use redlane::client::Client;
use redlane::commands::native::{HashesCommands, KeysCommands, ListsCommands, StringsCommands};
use redlane::config::Config;

use super::Rival;
use crate::work::{KEYS, VALUE, Work, large, large_key, list_key};

/// One client, which has one shared connection.
#[derive(Clone, Debug)]
pub struct Redlane(pub Client);

impl Redlane {
    /// Connects by URL.
    pub async fn connect(url: &str) -> Self {
        Self::with(Config::from_url(url).unwrap()).await
    }

    /// Connects by settings.
    pub async fn with(config: Config) -> Self {
        Redlane(Client::connect(config).await.unwrap())
    }

    /// Writes the data that all read; lists and large values only of the sizes named.
    pub async fn prepare(&self, sizes: &[usize], elements: &[usize]) {
        self.0.set("bench", &VALUE).await.unwrap();
        for key in KEYS.iter() {
            self.0.set(key, &VALUE).await.unwrap();
            self.0.hset("hash", key, &VALUE).await.unwrap();
        }
        for size in sizes {
            self.0.set(large_key(*size), large(*size)).await.unwrap();
        }
        for count in elements {
            let key = list_key(*count);
            self.0.del(&key).await.unwrap();
            let element: &[u8] = &VALUE[..16];
            for part in vec![element; *count].chunks(10_000) {
                self.0.rpush(&key, part).await.unwrap();
            }
        }
    }
}

impl Rival for Redlane {
    async fn step(&self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Get | Work::Mix => {
                let value: Vec<u8> = self.0.get("bench").read_as().await.unwrap();
                assert_eq!(value.len(), 64);
            }
            Work::Set => self.0.set("bench", &VALUE).await.unwrap(),
            Work::Mget => {
                let values: Vec<Vec<u8>> = self.0.mget(&KEYS[..]).read_as().await.unwrap();
                assert_eq!(values.len(), 100);
            }
            Work::Hgetall => {
                let fields: Vec<(Vec<u8>, Vec<u8>)> = self.0.hgetall("hash").read_as().await.unwrap();
                assert_eq!(fields.len(), 100);
            }
            Work::Lrange => self.elements(1_000).await,
            Work::Elements(count) => self.elements(count).await,
            Work::Pipeline(commands) => {
                let mut pipeline = self.0.pipeline();
                for _ in 0..commands {
                    pipeline = pipeline.get("bench");
                }
                let values: Vec<Vec<u8>> = pipeline.query().await.unwrap();
                assert_eq!(values.len(), commands);
            }
            Work::GetLarge(size) => {
                let value: Vec<u8> = self.0.get(large_key(size)).read_as().await.unwrap();
                assert_eq!(value.len(), size);
            }
            Work::SetLarge(size) => {
                let value: Bytes = large(size);
                self.0.set("written", value).await.unwrap();
            }
        }
    }
}

impl Redlane {
    async fn elements(&self, count: usize) {
        let elements: Vec<Vec<u8>> = self.0.lrange(list_key(count), 0, -1).read_as().await.unwrap();
        assert_eq!(elements.len(), count);
    }
}
