//! One line of JSON about the server, and the exit code: 0 when it is healthy, 1 when it is not. For a container's
//! HEALTHCHECK; see `docker/Dockerfile`.
//!
//! `cargo run --example healthcheck`, about the server that `REDIS_URL` or `REDIS_HOST` names, else localhost:6379. The
//! settings come from the environment alone, so that neither `ps` nor the output shows a password.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::process::ExitCode;

use redlane::health::HealthReport;
use redlane::prelude::*;
use serde_json::{Value as Json, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let report = match look().await {
        Ok(report) => report,
        Err(error) => HealthReport::unhealthy(error),
    };
    println!("{}", as_json(&report));
    if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Connects once. A service waits for its server and tries again; a check says what is wrong now, and at which step.
async fn look() -> Result<HealthReport, Error> {
    let redis = RedisClient::new();
    let probe = redis.probe().await?;
    if !probe.is_ready() {
        return Ok(HealthReport::unhealthy(probe));
    }
    redis.initialize().await?;
    let report = redis.get_health_status().await;
    redis.close().await;
    Ok(report)
}

/// The reference's dictionary: seven fields, or status and error.
fn as_json(report: &HealthReport) -> Json {
    let status = report.status.to_string();
    if let Some(error) = &report.error {
        return json!({ "status": status, "error": error });
    }
    json!({
        "status": status,
        "connected_clients": report.connected_clients,
        "used_memory": report.used_memory,
        "total_commands_processed": report.total_commands_processed,
        "keyspace_hits": report.keyspace_hits,
        "keyspace_misses": report.keyspace_misses,
        "uptime_in_seconds": report.uptime_in_seconds,
    })
}
