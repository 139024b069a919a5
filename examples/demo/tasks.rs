//! The status of tasks and their results, with the reference's answers and times to live.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redlane::prelude::*;
use redlane::ttl;
use serde_json::{Value as Json, json};

use crate::ground::Ground;
use crate::screen::{Checked, Screen};
use crate::values::ttl_is;

/// A task's status is kept for a day.
const STATUS: Duration = Duration::from_secs(86_400);

/// Status of a task as a hash.
pub(crate) async fn show_status(screen: &mut Screen, ground: &Ground, redis: &RedisClient) -> Checked {
    screen.chapter("Task status");
    let key = ground.key("task:task_456");
    cache_status(redis, &key, "running", 75).await?;
    let status = status_of(redis, &key).await?;
    let field = |name: &str| status.get(name).cloned().unwrap_or_default();
    screen.check("status of task_456", field("status").as_str(), "running")?;
    screen.check("progress", field("progress").as_str(), "75")?;
    screen.require(
        "updated_at",
        field("updated_at"),
        field("updated_at").parse::<u64>().is_ok(),
        "a time",
    )?;
    ttl_is(screen, redis, "kept for", &key, STATUS).await?;
    let unknown = status_of(redis, &ground.key("task:unknown")).await?;
    let not_found = HashMap::from([("status".to_owned(), "not_found".to_owned())]);
    screen.check("status of an unknown task", unknown, not_found)
}

/// Result of a task as JSON, umlauts and all.
pub(crate) async fn show_result(screen: &mut Screen, ground: &Ground, redis: &RedisClient) -> Checked {
    screen.chapter("Task result as JSON");
    let key = ground.key("result:task_789");
    let result = json!({ "accuracy": 0.95, "processing_time": 120, "output_file": "Ergebnis für Köln.csv" });
    redis.set_ex(&key, result.to_string(), ttl::CACHE).await?;
    let text = redis.get(&key).await?;
    let found = text.as_deref().map(serde_json::from_str::<Json>).transpose()?;
    let shown = text.unwrap_or_default();
    screen.require(
        "the result that was cached",
        shown,
        found == Some(result),
        "the one that was put there",
    )?;
    ttl_is(screen, redis, "kept for", &key, ttl::CACHE).await?;
    screen.check("result of an unknown task", redis.get(ground.key("result:unknown")).await?, None)
}

/// Writes fields and time to live in one step: no crash leaves a status that stays for ever.
async fn cache_status(redis: &RedisClient, key: &str, status: &str, progress: u32) -> Result<(), Error> {
    let fields = [("status", status.to_owned()), ("progress", progress.to_string()), ("updated_at", now())];
    redis.hset_with_ttl(key, fields, STATUS).await?;
    Ok(())
}

async fn status_of(redis: &RedisClient, key: &str) -> Result<HashMap<String, String>, Error> {
    let status = redis.hgetall_opt(key).await?;
    Ok(status.unwrap_or_else(|| HashMap::from([("status".to_owned(), "not_found".to_owned())])))
}

/// Seconds since 1970 as text.
pub(crate) fn now() -> String {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    elapsed.as_secs().to_string()
}
