//! How the server is: health, memory, performance, the five key metrics, and what happens a second.
//!
//! `cargo run --example monitoring`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::time::Duration;

use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let redis = RedisClient::new();
    // The steps to a connection, each with its time: where it goes wrong, when it does.
    println!("probe:       {}", redis.probe().await?);
    redis.initialize().await?;

    println!("server:      {}", redis.info().await?.summary());
    println!("health:      {}", redis.get_health_status().await);
    println!("memory:      {}", redis.get_memory_usage().await?);
    println!("limit:       {}", redis.memory_check().await?);
    println!("performance: {}", redis.get_performance_metrics().await?);
    println!("key metrics: {}", redis.key_metrics().await?);
    println!("verdict:     {}", redis.health().await);

    // Counters only grow; a monitor remembers them and tells what happens a second.
    let monitor = redis.monitor();
    monitor.rates().await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    if let Some(rates) = monitor.rates().await? {
        println!("rates:       {rates}");
    }

    // And the client's own side of it.
    let link = redis.client()?.link_stats();
    println!(
        "this client: {} commands in {} writes, {} reconnects",
        link.submitted,
        link.batches,
        link.reconnects()
    );

    redis.close().await;
    Ok(())
}
