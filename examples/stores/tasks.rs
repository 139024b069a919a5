//! What became of a task, and its result: a hash kept for a day, and JSON kept for an hour.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use redlane::keys::{self, KeyPattern};
use redlane::redis_client::RedisClient;
use redlane::ttl;
use serde_json::Value as Json;

use super::{StoreError, now};

/// How long the status of a task is known.
pub(crate) const STATUS_TTL: Duration = Duration::from_secs(86_400);

/// The status and the results of tasks.
pub(crate) struct TaskStore {
    redis: Arc<RedisClient>,
    status: KeyPattern<1>,
    result: KeyPattern<1>,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaskStatus {
    /// In the service's own words.
    pub(crate) status: String,
    /// In percent.
    pub(crate) progress: u32,
    /// When it was cached, in seconds since 1970.
    pub(crate) updated_at: u64,
}

impl TaskStore {
    /// A store with the keys `task:…` and `result:…`.
    pub(crate) fn new(redis: Arc<RedisClient>) -> Result<Self, StoreError> {
        Self::with_prefix(redis, "")
    }

    /// A store whose keys begin with `prefix`.
    pub(crate) fn with_prefix(redis: Arc<RedisClient>, prefix: &str) -> Result<Self, StoreError> {
        let status = keys::pattern(&format!("{prefix}task:{{task_id}}"))?;
        let result = keys::pattern(&format!("{prefix}result:{{task_id}}"))?;
        Ok(Self { redis, status, result })
    }

    /// Notes where a task stands, for a day. Fields and end are written in one step, so that no crash leaves a status
    /// that is kept for ever.
    pub(crate) async fn cache_task_status(
        &self,
        task_id: &str,
        status: &str,
        progress: u32,
    ) -> Result<(), StoreError> {
        let key = self.status.key([&task_id])?;
        let (progress, now) = (progress.to_string(), now().to_string());
        let fields = [("status", status), ("progress", &progress), ("updated_at", &now)];
        self.redis.hset_with_ttl(key, fields, STATUS_TTL).await?;
        Ok(())
    }

    /// Where a task stands, in the reference's dictionary: `{"status": "not_found"}` for one that nobody knows.
    pub(crate) async fn get_task_status(&self, task_id: &str) -> Result<HashMap<String, String>, StoreError> {
        let fields = self.redis.hgetall_opt(self.status.key([&task_id])?).await?;
        Ok(fields.unwrap_or_else(|| HashMap::from([("status".to_owned(), "not_found".to_owned())])))
    }

    /// Where a task stands; `None` for one that nobody knows.
    pub(crate) async fn task_status(&self, task_id: &str) -> Result<Option<TaskStatus>, StoreError> {
        let Some(mut fields) = self.redis.hgetall_opt(self.status.key([&task_id])?).await? else {
            return Ok(None);
        };
        let mut take = |field| fields.remove(field).ok_or(StoreError::Field(field));
        let (status, progress, updated_at) = (take("status")?, take("progress")?, take("updated_at")?);
        Ok(Some(TaskStatus {
            status,
            progress: progress.parse().map_err(|_| StoreError::Field("progress"))?,
            updated_at: updated_at.parse().map_err(|_| StoreError::Field("updated_at"))?,
        }))
    }

    /// Keeps the result of a task for an hour, as JSON in plain UTF-8.
    pub(crate) async fn cache_task_result(&self, task_id: &str, result: &Json) -> Result<(), StoreError> {
        self.redis.set_ex(self.result.key([&task_id])?, result.to_string(), ttl::CACHE).await?;
        Ok(())
    }

    /// The result of a task; `None` when there is none, or none any more.
    pub(crate) async fn get_task_result(&self, task_id: &str) -> Result<Option<Json>, StoreError> {
        let json = self.redis.get(self.result.key([&task_id])?).await?;
        Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
    }

    /// Forgets all about a task.
    pub(crate) async fn forget(&self, task_id: &str) -> Result<(), StoreError> {
        self.redis.delete(&[self.status.key([&task_id])?, self.result.key([&task_id])?]).await?;
        Ok(())
    }
}
