//! How the server is, asked through the documented client. The questions and their deadlines stand in `health`; here
//! the client is made one that can be asked.

use std::sync::Arc;

use super::RedisClient;
use super::lenient::Lenient;
use crate::error::{Error, Result};
use crate::health::{
    self, ConnectionInfo, Examine, Health, HealthReport, KeyMetrics, MemoryCheck, MemoryUsage,
    PerformanceMetrics, ProbeReport, RedisMonitor,
};
use crate::info::Info;

/// Reports. Each question has 2 s; none of them panics or hangs, whatever the server does.
impl RedisClient {
    /// Gives the reference's three figures about connections; zero for one that the server does not tell.
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn get_connection_info(&self) -> Result<ConnectionInfo> {
        self.monitor().get_connection_info().await
    }

    /// Gives the reference's health dictionary: healthy with six figures, or unhealthy with the error's text.
    pub async fn get_health_status(&self) -> HealthReport {
        self.monitor().get_health_status().await
    }

    /// Gives the reference's memory dictionary, with the limit and the fragmentation.
    ///
    /// # Errors
    /// As for every method; [`Reading`](crate::health::Reading) makes the reference's `{"error": …}` of one.
    pub async fn get_memory_usage(&self) -> Result<MemoryUsage> {
        self.monitor().get_memory_usage().await
    }

    /// Gives the reference's performance dictionary, with the hit rate.
    ///
    /// # Errors
    /// As for every method; [`Reading`](crate::health::Reading) makes the reference's `{"error": …}` of one.
    pub async fn get_performance_metrics(&self) -> Result<PerformanceMetrics> {
        self.monitor().get_performance_metrics().await
    }

    /// Gives connections, memory, operations a second, number of keys and hit rate, from one reply.
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn key_metrics(&self) -> Result<KeyMetrics> {
        self.monitor().key_metrics().await
    }

    /// Compares the memory in use with its limit; high is above 90 %, and never without a limit.
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn memory_check(&self) -> Result<MemoryCheck> {
        self.monitor().check_memory_usage().await
    }

    /// Says whether the server is up, degraded or down, and why.
    pub async fn health(&self) -> Health {
        self.monitor().health().await
    }

    /// The reference's monitor of this client, for limits and expectations of one's own, and for rates: keep it, it
    /// remembers. One that owns what it asks is `RedisMonitor::new(redis.client()?)`.
    #[must_use]
    pub fn monitor(&self) -> RedisMonitor<&Self> {
        RedisMonitor::new(self)
    }

    /// Makes one connection beside those of the client and says where it fails: at the name, the port, the greeting,
    /// the credentials, or at a server that is loading, full or busy. It needs no initialized client.
    ///
    /// [`health::probe`](crate::health::probe()) also takes a role that the server must have.
    ///
    /// # Errors
    /// What is wrong with the settings; everything else is in the report.
    pub async fn probe(&self) -> Result<ProbeReport> {
        let config = self.settings()?;
        Ok(health::probe(&config, None).await)
    }
}

impl Examine for RedisClient {
    async fn ping(&self) -> Result<bool, Error> {
        Examine::ping(&self.client()?).await
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        Examine::info(&self.client()?, sections).await
    }
}

impl Examine for Arc<RedisClient> {
    async fn ping(&self) -> Result<bool, Error> {
        Examine::ping(&**self).await
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        Examine::info(&**self, sections).await
    }
}

/// The reference's `ping` swallows errors, its `info` does not.
impl Examine for Lenient<'_> {
    async fn ping(&self) -> Result<bool, Error> {
        Ok(Lenient::ping(self).await)
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        Examine::info(&**self, sections).await
    }
}
