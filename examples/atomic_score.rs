//! Several commands as one: a score, its old value and the time of the change, in a transaction that nobody can look
//! into, by many tasks at once.
//!
//! `cargo run --example atomic_score`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::time::{SystemTime, UNIX_EPOCH};

use redlane::prelude::*;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let redis = RedisClient::new();
    redis.initialize().await?;
    let client = redis.client()?;
    let user = "example:user:score";

    let (old, new) = update_score(&client, user, 10).await?;
    println!("score updated: {old} -> {new}");

    // Ten tasks add one each. No two of them see the same old score, and none is lost.
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let client = client.clone();
        tasks.spawn(async move { update_score(&client, user, 1).await });
    }
    let mut seen = Vec::new();
    while let Some(done) = tasks.join_next().await {
        seen.push(done??.0);
    }
    seen.sort_unstable();
    println!("old scores that the tasks saw: {seen:?}");
    println!("score: {:?}", redis.hget(user, "score").await?);

    redis.delete(user).await?;
    redis.close().await;
    Ok(())
}

/// Adds `delta` to a user's score; gives the score before and after.
async fn update_score(client: &Client, user: &str, delta: i64) -> Result<(i64, i64), Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (old, new, _): (Option<i64>, i64, usize) = client
        .pipeline()
        .atomic()
        .hget(user, "score")
        .hincr_by(user, "score", delta)
        .hset(user, "last_updated", now)
        .query()
        .await?;
    Ok((old.unwrap_or(0), new))
}
