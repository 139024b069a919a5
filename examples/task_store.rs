//! Where tasks stand and what came of them, for whoever asks later: the store is in `stores/tasks.rs`.
//!
//! `cargo run --example task_store`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]
#![allow(dead_code, reason = "it uses one of the two stores")]

mod stores;

use std::error::Error;
use std::sync::Arc;

use redlane::prelude::*;
use serde_json::json;
use stores::tasks::TaskStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let redis = Arc::new(RedisClient::new());
    redis.initialize().await?;
    let tasks = TaskStore::with_prefix(Arc::clone(&redis), "example:")?;

    tasks.cache_task_status("task_456", "running", 75).await?;
    println!("status:        {:?}", tasks.get_task_status("task_456").await?);
    println!("as a type:     {:?}", tasks.task_status("task_456").await?);
    println!("of no task:    {:?}", tasks.get_task_status("no-such-task").await?);

    let result = json!({ "accuracy": 0.95, "processing_time": 120, "output_file": "résultat.csv" });
    tasks.cache_task_result("task_456", &result).await?;
    println!("result:        {:?}", tasks.get_task_result("task_456").await?);
    println!("of no task:    {:?}", tasks.get_task_result("no-such-task").await?);

    tasks.forget("task_456").await?;
    redis.close().await;
    Ok(())
}
