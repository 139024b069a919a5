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
        redis_rs::step(&mut *self.0.get().await.unwrap(), work, nth).await;
    }
}
