//! redis-rs: its multiplexed connection, and its blocking one.

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{AsyncCommands, AsyncConnectionConfig, Commands, RedisResult};

use super::Rival;
use crate::work::{KEYS, VALUE, Work, large, large_key, list_key};

/// One multiplexed connection. It takes values as vectors, as the others do.
#[derive(Clone)]
pub struct RedisRs(pub MultiplexedConnection);

impl RedisRs {
    /// Connects by URL.
    pub async fn connect(url: &str) -> Self {
        Self::with(redis::Client::open(url).unwrap()).await
    }

    /// Connects, without its limit of half a second for a reply, which large replies exceed on a busy machine.
    pub async fn with(client: redis::Client) -> Self {
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        RedisRs(client.get_multiplexed_async_connection_with_config(&config).await.unwrap())
    }
}

impl Rival for RedisRs {
    async fn step(&self, work: Work, nth: usize) {
        step(&mut self.0.clone(), work, nth).await.unwrap();
    }
}

/// One step on any connection of redis-rs's kind.
pub(super) async fn step<C: ConnectionLike + Send + Sync>(
    connection: &mut C,
    work: Work,
    nth: usize,
) -> RedisResult<()> {
    match work.at(nth) {
        Work::Get | Work::Mix => {
            let value: Vec<u8> = connection.get("bench").await?;
            assert_eq!(value.len(), 64);
        }
        Work::Set => {
            let () = connection.set("bench", &VALUE).await?;
        }
        Work::Mget => {
            let values: Vec<Vec<u8>> = connection.mget(&KEYS[..]).await?;
            assert_eq!(values.len(), 100);
        }
        Work::Hgetall => {
            let fields: Vec<(Vec<u8>, Vec<u8>)> = connection.hgetall("hash").await?;
            assert_eq!(fields.len(), 100);
        }
        Work::Lrange | Work::Elements(_) => {
            let count = if let Work::Elements(count) = work { count } else { 1_000 };
            let elements: Vec<Vec<u8>> = connection.lrange(list_key(count), 0, -1).await?;
            assert_eq!(elements.len(), count);
        }
        Work::Pipeline(commands) => {
            let mut pipeline = redis::pipe();
            for _ in 0..commands {
                pipeline.get("bench");
            }
            let values: Vec<Vec<u8>> = pipeline.query_async(connection).await?;
            assert_eq!(values.len(), commands);
        }
        Work::GetLarge(size) => {
            let value: Vec<u8> = connection.get(large_key(size)).await?;
            assert_eq!(value.len(), size);
        }
        Work::SetLarge(size) => {
            let () = connection.set("written", &large(size)[..]).await?;
        }
    }
    Ok(())
}

/// The blocking connection, for one caller.
pub struct Blocking(redis::Connection);

impl Blocking {
    /// Connects by URL.
    pub fn connect(url: &str) -> Self {
        Blocking(redis::Client::open(url).unwrap().get_connection().unwrap())
    }

    /// Reads a value of 64 bytes, or writes one.
    pub fn step(&mut self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Set => {
                let () = self.0.set("bench", &VALUE).unwrap();
            }
            _ => {
                let value: Vec<u8> = self.0.get("bench").unwrap();
                assert_eq!(value.len(), 64);
            }
        }
    }
}
