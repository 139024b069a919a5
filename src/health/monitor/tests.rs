//! What is asked, how often, and what comes of each answer.

#![allow(clippy::arithmetic_side_effects)]

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::error::{ErrorKind, ServerError};
use crate::health::{HealthStatus, Status};

/// Answers PING as it is told, and INFO with counters that grow by 100 a question.
struct Server {
    pong: Option<Result<bool, Error>>,
    asked: AtomicU32,
    sections: Mutex<Vec<String>>,
}

impl Server {
    fn new(pong: Option<Result<bool, Error>>) -> Self {
        Self { pong, asked: AtomicU32::new(0), sections: Mutex::default() }
    }

    fn healthy() -> Self {
        Self::new(Some(Ok(true)))
    }
}

impl Examine for Server {
    async fn ping(&self) -> Result<bool, Error> {
        match &self.pong {
            Some(pong) => pong.clone(),
            None => pending().await,
        }
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        self.sections.lock().unwrap().push(sections.join(" "));
        let commands = asked * 100;
        Ok(Info::parse(format!(
            "run_id:a\nuptime_in_seconds:{asked}\ntotal_commands_processed:{commands}\nused_memory:95\nmaxmemory:100\n"
        )))
    }
}

fn refused() -> Error {
    Error::server(ServerError::from_line(b"LOADING Redis is loading the dataset in memory"), false)
}

#[tokio::test]
async fn the_reports_ask_for_what_they_need() {
    let server = Server::healthy();
    let monitor = RedisMonitor::new(&server);

    assert!(monitor.get_health_status().await.is_healthy());
    assert_eq!(monitor.get_memory_usage().await.unwrap().used_memory, 95);
    assert_eq!(monitor.get_performance_metrics().await.unwrap().total_commands_processed, 300);
    assert_eq!(monitor.get_connection_info().await.unwrap(), ConnectionInfo::default());
    assert!(monitor.check_memory_usage().await.unwrap().is_high());
    assert_eq!(monitor.key_metrics().await.unwrap().memory, Some(95));

    assert_eq!(*server.sections.lock().unwrap(), ["", "memory", "stats", "clients", "memory", ""]);
}

#[tokio::test(start_paused = true)]
async fn an_unhealthy_report_says_why_and_never_hangs() {
    let report = async |pong| RedisMonitor::new(Server::new(pong)).get_health_status().await;

    let started = Instant::now();
    assert_eq!(report(Some(Ok(false))).await, HealthReport::ping_failed());
    assert_eq!(report(Some(Err(refused()))).await.error, Some(refused().to_string()));
    let silent = report(None).await;

    assert_eq!(silent.status, HealthStatus::Unhealthy);
    assert_eq!(silent.error.as_deref(), Some("no reply within 2s"));
    assert_eq!(started.elapsed(), LIMIT);
}

#[tokio::test(start_paused = true)]
async fn a_report_has_its_own_limit() {
    struct Silent;
    impl Examine for Silent {
        async fn ping(&self) -> Result<bool, Error> {
            Ok(true)
        }

        async fn info(&self, _: &[&str]) -> Result<Info, Error> {
            pending().await
        }
    }
    let monitor = RedisMonitor::new(Silent).with_limit(Duration::from_millis(50));
    let started = Instant::now();

    let error = monitor.get_memory_usage().await.unwrap_err();

    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::Timeout, Duration::from_millis(50)));
    assert!(monitor.health().await.is_up(), "INFO is not needed to be alive");
}

#[tokio::test(start_paused = true)]
async fn health_is_asked_once_a_second() {
    let server = Server::healthy();
    let monitor =
        RedisMonitor::new(&server).with_expectations(Expectations::default().with_memory_percent(99.0));

    for _ in 0..10 {
        assert!(monitor.health().await.is_up());
        tokio::time::advance(Duration::from_millis(199)).await;
    }

    assert_eq!(server.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn health_and_report_differ_where_a_server_is_alive_but_refuses() {
    let monitor = RedisMonitor::new(Server::new(Some(Err(refused()))));

    assert!(matches!(monitor.health().await.status, Status::Degraded(_)));
    assert!(!monitor.get_health_status().await.is_healthy());
}

#[tokio::test(start_paused = true)]
async fn rates_compare_with_the_call_before() {
    let monitor = RedisMonitor::new(Server::healthy());

    let first = monitor.rates().await.unwrap();
    tokio::time::advance(Duration::from_secs(4)).await;
    let second = monitor.rates().await.unwrap().unwrap();

    assert_eq!(first, None);
    assert_eq!((second.commands, second.interval), (Some(25.0), Duration::from_secs(4)));
}
