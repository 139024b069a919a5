//! Results of tasks as JSON, kept for an hour: any type that serde knows goes in and comes out.
//!
//! `cargo run --example task_results --features json`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;

use redlane::prelude::*;
use redlane::ttl;
use serde::{Deserialize, Serialize};

/// What a task came to.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct TaskResult {
    accuracy: f64,
    processing_time: u32,
    output_file: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let redis = RedisClient::new();
    redis.initialize().await?;

    let result =
        TaskResult { accuracy: 0.95, processing_time: 120, output_file: "Ergebnis für Köln.csv".into() };
    let key = "example:result:task_789";
    cache_result(&redis, key, &result).await?;
    println!("as text:  {:?}", redis.get(key).await?);

    let found = cached_result(&redis, key).await?;
    println!("as a type: {found:?}, the same: {}", found.as_ref() == Some(&result));
    println!("another task: {:?}", cached_result(&redis, "example:result:unknown").await?);

    redis.delete(key).await?;
    redis.close().await;
    Ok(())
}

async fn cache_result(redis: &RedisClient, key: &str, result: &TaskResult) -> Result<(), Box<dyn Error>> {
    redis.set_ex(key, serde_json::to_vec(result)?, ttl::CACHE).await?;
    Ok(())
}

/// The result, or `None` when there is none, or none any more. What is no such JSON is an error, not a missing result.
async fn cached_result(redis: &RedisClient, key: &str) -> Result<Option<TaskResult>, Box<dyn Error>> {
    let json: Option<Bytes> = redis.client()?.get(key).read_as().await?;
    Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
}
