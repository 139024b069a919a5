//! bb8-redis: another pool of redis-rs connections.

use std::time::Duration;

use bb8_redis::RedisConnectionManager;
use bb8_redis::bb8::Pool;

use super::{Rival, redis_rs};
use crate::work::Work;

/// Twenty connections.
#[derive(Clone)]
pub struct Bb8(Pool<RedisConnectionManager>);

impl Bb8 {
    /// Makes the pool.
    pub async fn new(url: &str) -> Self {
        let manager = RedisConnectionManager::new(url).unwrap();
        let patient = Pool::builder().max_size(20).connection_timeout(Duration::from_secs(60));
        Bb8(patient.build(manager).await.unwrap())
    }
}

impl Rival for Bb8 {
    async fn step(&self, work: Work, nth: usize) {
        // Its connections wait half a second for a reply, and that cannot be set; a busy machine can take longer.
        loop {
            let Ok(mut connection) = self.0.get().await else { continue };
            match redis_rs::step(&mut *connection, work, nth).await {
                Ok(()) => return,
                Err(error) => assert!(error.is_timeout(), "{error}"),
            }
        }
    }
}
