//! deadpool-redis: a pool of redis-rs connections.

use deadpool_redis::{Config, Pool, PoolConfig, Runtime};

use super::{Rival, redis_rs};
use crate::work::Work;

/// Twenty connections.
#[derive(Clone)]
pub struct Deadpool(Pool);

impl Deadpool {
    /// Makes the pool; it connects when it is asked.
    pub fn new(url: &str) -> Self {
        let mut config = Config::from_url(url);
        config.pool = Some(PoolConfig::new(20));
        Deadpool(config.create_pool(Some(Runtime::Tokio1)).unwrap())
    }
}

impl Rival for Deadpool {
    async fn step(&self, work: Work, nth: usize) {
        redis_rs::step(&mut self.0.get().await.unwrap(), work, nth).await;
    }
}
