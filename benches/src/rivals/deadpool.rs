//! deadpool-redis: a pool of redis-rs connections.

use deadpool_redis::redis::AsyncConnectionConfig;
use deadpool_redis::{Manager, Pool, Runtime};

use super::{PATIENCE, Rival, redis_rs};
use crate::work::Work;

/// Twenty connections.
#[derive(Clone)]
pub struct Deadpool(Pool);

impl Deadpool {
    /// Makes the pool; it connects when it is asked. Its connections wait for replies for as long as the others do.
    pub fn new(url: &str) -> Self {
        let config =
            AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE)).set_connection_timeout(None);
        let manager = Manager::new_with_config(url, config).unwrap();
        Deadpool(Pool::builder(manager).max_size(20).runtime(Runtime::Tokio1).build().unwrap())
    }
}

impl Rival for Deadpool {
    async fn step(&self, work: Work, nth: usize) {
        redis_rs::step(&mut self.0.get().await.unwrap(), work, nth).await.unwrap();
    }
}
