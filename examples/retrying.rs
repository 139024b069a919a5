//! The reference's two helpers around whole operations, `robust_redis_operation` and `safe_redis_operation`, and what the
//! client does by itself.
//!
//! `cargo run --example retrying`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::time::Duration;

use redlane::prelude::*;
use redlane::resilience::{RetryPolicy, Safe, retry};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let redis = RedisClient::new();
    redis.initialize().await?;
    let client = redis.client()?;
    let key = "example:visits";

    // By itself: a read is tried again after a lost reply, a write only when it was certainly not sent. Each call may
    // be given its own time, and a write that does no harm when repeated may say so.
    client.set(key, 41).deadline(Duration::from_millis(500)).idempotent().await?;

    // Three attempts after timeouts, with 1 s and 2 s in between; here of an operation that is two commands.
    let visits = retry(&RetryPolicy::new(), || async {
        redis.client()?.incr_one(key).await?;
        redis.get(key).await
    })
    .await?;
    println!("visits: {visits:?}");

    // A policy of one's own: what cannot have run, at a pace that spreads many callers.
    let policy = RetryPolicy::new()
        .attempts(5)
        .waits(Duration::from_millis(10), Duration::from_millis(200))
        .jitter()
        .when(Error::is_retryable);
    println!("one more: {}", retry(&policy, || client.incr_one(key)).await?);

    // Without an answer, life goes on: errors are logged, and the value is `None`.
    println!("safe get of a counter: {:?}", redis.get(key).safe().await);
    println!("safe push to a counter: {:?}", client.lpush(key, "no list").safe().await);

    // What one needs to decide for oneself is in the error.
    if let Err(error) = client.lpush(key, "no list").await {
        println!("{error}: {:?}, {}, retryable: {}", error.kind(), error.outcome(), error.is_retryable());
    }

    redis.delete(key).await?;
    redis.close().await;
    Ok(())
}
