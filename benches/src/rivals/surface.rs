//! The surface of redis-rs, which two clients have: redis-rs itself, and Redlane by `redlane::compat`.
//!
//! Both are driven by the very same text, so that what differs is the engine below.

/// Makes `RedisRs` and `step` of a crate with that surface.
macro_rules! surface {
    ($redis:ident) => {
        use $redis::aio::{ConnectionLike, MultiplexedConnection};
        use $redis::{AsyncCommands, AsyncConnectionConfig, RedisResult};

        use crate::rivals::{PATIENCE, Rival};
        use crate::work::{KEYS, VALUE, Work, large, large_key, list_key};

        /// One multiplexed connection. It takes values as vectors, as the others do.
        #[derive(Clone)]
        pub struct RedisRs(pub MultiplexedConnection);

        impl RedisRs {
            /// Connects by URL. It has a limit for replies, as it has unless somebody takes it away, but a longer one.
            pub async fn connect(url: &str) -> Self {
                Self::within(Some(PATIENCE), url).await
            }

            /// Connects, and waits so long for replies.
            pub async fn within(limit: Option<std::time::Duration>, url: &str) -> Self {
                let config =
                    AsyncConnectionConfig::new().set_response_timeout(limit).set_connection_timeout(None);
                let client = $redis::Client::open(url).unwrap();
                RedisRs(client.get_multiplexed_async_connection_with_config(&config).await.unwrap())
            }
        }

        impl Rival for RedisRs {
            async fn step(&self, work: Work, nth: usize) {
                step(&mut self.0.clone(), work, nth).await.unwrap();
            }
        }

        /// One step on any connection of redis-rs's kind.
        pub async fn step<C: ConnectionLike + Send + Sync>(
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
                    let mut pipeline = $redis::pipe();
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
    };
}

pub(super) use surface;
