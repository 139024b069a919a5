//! What the server says of itself, and whether that is well: INFO, the reference's health reports, and a probe.

use redlane::health::Status;
use redlane::prelude::*;

use crate::screen::{Checked, Screen, grouped};

/// INFO and everything that is made of it.
pub(crate) async fn show(screen: &mut Screen, redis: &RedisClient) -> Checked {
    screen.chapter("INFO and health");
    screen.check("ping", redis.ping().await?, true)?;
    let info = redis.info().await?;
    screen.fact("in one line", info.summary());
    screen.fact("sections of INFO", info.sections().count());

    let report = redis.get_health_status().await;
    screen.require("get_health_status", &report, report.is_healthy(), "healthy")?;
    screen.fact("get_memory_usage", redis.get_memory_usage().await?);
    screen.fact("memory_check", redis.memory_check().await?);
    screen.fact("get_performance_metrics", redis.get_performance_metrics().await?);
    screen.fact("key_metrics", redis.key_metrics().await?);
    let connections = redis.get_connection_info().await?;
    screen.fact("get_connection_info, clients", grouped(connections.connected_clients));

    // A server that is somebody's may well be loaded or a replica: alive is enough.
    let health = redis.health().await;
    let alive = !matches!(health.status, Status::Down(_));
    screen.require("health", &health.status, alive, "up")?;
    let probe = redis.probe().await?;
    screen.require("probe", &probe, probe.is_ready(), "a connection at every step")
}
