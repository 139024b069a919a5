//! The reference's `RedisMonitor`: the same questions under the same names, each under a deadline of its own.
//!
//! Beside them stand [`health`](RedisMonitor::health), which asks at most once a second however often it is
//! called, and [`rates`](RedisMonitor::rates), which remembers the counters from one call to the next. Whom
//! to ask is a trait, so that a client, its lenient view and a test are asked alike.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::memory::{MemoryCheck, MemoryUsage};
use super::metrics::{ConnectionInfo, KeyMetrics, PerformanceMetrics};
use super::rates::{Rates, Snapshot};
use super::report::HealthReport;
use super::status::{Expectations, Health, check};
use crate::error::{Error, Failure, Outcome};
use crate::info::Info;

/// Longer than a healthy server ever takes, shorter than what asks about health waits as a rule.
const LIMIT: Duration = Duration::from_secs(2);
/// Many may ask one process for the health of one server; the server is asked once a second.
const FRESH: Duration = Duration::from_secs(1);

/// Somebody who can be asked how it is.
pub trait Examine {
    /// Whether PING was answered with PONG.
    fn ping(&self) -> impl Future<Output = Result<bool, Error>> + Send;

    /// What `INFO` says, of these sections or, with none, of the default ones.
    fn info(&self, sections: &[&str]) -> impl Future<Output = Result<Info, Error>> + Send;
}

impl<E: Examine + Sync> Examine for &E {
    fn ping(&self) -> impl Future<Output = Result<bool, Error>> + Send {
        E::ping(self)
    }

    fn info(&self, sections: &[&str]) -> impl Future<Output = Result<Info, Error>> + Send {
        E::info(self, sections)
    }
}

/// Asks one server how it is.
#[derive(Debug)]
pub struct RedisMonitor<E> {
    server: E,
    limit: Duration,
    expectations: Expectations,
    last_health: Mutex<Option<(Instant, Health)>>,
    last_snapshot: Mutex<Option<(Instant, Snapshot)>>,
}

impl<E: Examine> RedisMonitor<E> {
    /// A monitor of `server`, with 2 s for each question.
    pub fn new(server: E) -> Self {
        Self {
            server,
            limit: LIMIT,
            expectations: Expectations::default(),
            last_health: Mutex::default(),
            last_snapshot: Mutex::default(),
        }
    }

    /// The same monitor with this much time for each question.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same monitor with other expectations of a healthy server.
    #[must_use]
    pub fn with_expectations(mut self, expectations: Expectations) -> Self {
        self.expectations = expectations;
        self
    }

    /// The reference's health dictionary; every failure is in it, so there is none beside it.
    ///
    /// A PING that fails with an error gives that error's text, one that is answered with another word
    /// `ping_failed`.
    pub async fn get_health_status(&self) -> HealthReport {
        match self.in_time(self.server.ping()).await {
            Ok(true) => match self.info(&[]).await {
                Ok(info) => HealthReport::healthy(&info),
                Err(error) => HealthReport::unhealthy(error),
            },
            Ok(false) => HealthReport::ping_failed(),
            Err(error) => HealthReport::unhealthy(error),
        }
    }

    /// The reference's memory dictionary.
    ///
    /// # Errors
    /// Why the server could not be asked; [`Reading`](super::Reading) makes the reference's `{"error": …}` of
    /// it.
    pub async fn get_memory_usage(&self) -> Result<MemoryUsage, Error> {
        self.info(&["memory"]).await.map(|info| MemoryUsage::of(&info))
    }

    /// The reference's performance dictionary.
    ///
    /// # Errors
    /// Why the server could not be asked; [`Reading`](super::Reading) makes the reference's `{"error": …}` of
    /// it.
    pub async fn get_performance_metrics(&self) -> Result<PerformanceMetrics, Error> {
        self.info(&["stats"]).await.map(|info| PerformanceMetrics::of(&info))
    }

    /// The reference's buffers dictionary.
    ///
    /// # Errors
    /// Why the server could not be asked; the reference gives an empty dictionary then.
    pub async fn get_connection_info(&self) -> Result<ConnectionInfo, Error> {
        self.info(&["clients"]).await.map(|info| ConnectionInfo::of(&info))
    }

    /// Memory against its limit, with the mark of the expectations.
    ///
    /// # Errors
    /// Why the server could not be asked.
    pub async fn check_memory_usage(&self) -> Result<MemoryCheck, Error> {
        let mark = self.expectations.memory_percent;
        self.info(&["memory"]).await.map(|info| MemoryCheck::of(&info).warn_above(mark))
    }

    /// The five key metrics in one snapshot.
    ///
    /// # Errors
    /// Why the server could not be asked.
    pub async fn key_metrics(&self) -> Result<KeyMetrics, Error> {
        self.info(&[]).await.map(|info| KeyMetrics::of(&info))
    }

    /// Up, degraded or down. An answer that is less than a second old is given again.
    pub async fn health(&self) -> Health {
        if let Some((at, health)) = &*lock(&self.last_health)
            && at.elapsed() < FRESH
        {
            return health.clone();
        }
        // What a proxy answers in place of PONG is still an answer.
        let ping = async { self.server.ping().await.map(|_| ()) };
        let health = check(self.limit, &self.expectations, ping, self.server.info(&[])).await;
        *lock(&self.last_health) = Some((Instant::now(), health.clone()));
        health
    }

    /// What happened a second since the last call; `None` from the first one, which has nothing to compare
    /// with.
    ///
    /// # Errors
    /// Why the server could not be asked; the counters of the last call stay.
    pub async fn rates(&self) -> Result<Option<Rates>, Error> {
        let later = Snapshot::of(&self.info(&[]).await?);
        let now = Instant::now();
        let before = lock(&self.last_snapshot).replace((now, later.clone()));
        Ok(before.map(|(at, before)| before.rates_until(&later, now.saturating_duration_since(at))))
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        self.in_time(self.server.info(sections)).await
    }

    async fn in_time<T>(&self, question: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let late = || Error::new(Failure::Timeout { limit: self.limit }, Outcome::MaybeExecuted);
        timeout(self.limit, question).await.unwrap_or_else(|_| Err(late()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
