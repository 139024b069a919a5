//! Sessions of users: hashes that end after half an hour without an update.

use std::collections::HashMap;
use std::sync::Arc;

use redlane::keys::{self, KeyPattern};
use redlane::redis_client::RedisClient;
use redlane::script::Script;
use redlane::ttl;

use super::{StoreError, now};

/// Sets fields and extends the session, if there is one: in one step, so that an update that comes as the session ends
/// neither revives half of it nor leaves a part without an end.
static UPDATE: Script = Script::new(include_str!("update_session.lua"));

/// The sessions of users.
pub(crate) struct SessionStore {
    redis: Arc<RedisClient>,
    key: KeyPattern<1>,
}

impl SessionStore {
    /// A store with the keys `session:…`.
    pub(crate) fn new(redis: Arc<RedisClient>) -> Result<Self, StoreError> {
        Self::with_prefix(redis, "")
    }

    /// A store whose keys begin with `prefix`.
    pub(crate) fn with_prefix(redis: Arc<RedisClient>, prefix: &str) -> Result<Self, StoreError> {
        Ok(Self { redis, key: keys::pattern(&format!("{prefix}session:{{session_id}}"))? })
    }

    /// Begins a session and gives its id, which holds 128 random bits: nobody guesses it, and two of the same second
    /// are two. `user_id` and `created_at` are added to the fields.
    pub(crate) async fn create_user_session(
        &self,
        user_id: &str,
        session_data: &HashMap<String, String>,
    ) -> Result<String, StoreError> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)?;
        let session_id = format!("session_{user_id}_{:032x}", u128::from_be_bytes(random));
        let created_at = now().to_string();
        let own = [("user_id", user_id), ("created_at", &created_at)];
        let given = session_data.iter().map(|(field, value)| (field.as_str(), value.as_str()));
        self.redis.hset_with_ttl(self.key.key([&session_id])?, given.chain(own), ttl::SESSION).await?;
        Ok(session_id)
    }

    /// The fields of a session in the reference's dictionary: `{"error": "session_not_found"}` for one that has ended
    /// or never was.
    pub(crate) async fn get_user_session(
        &self,
        session_id: &str,
    ) -> Result<HashMap<String, String>, StoreError> {
        let fields = self.session(session_id).await?;
        Ok(fields.unwrap_or_else(|| HashMap::from([("error".to_owned(), "session_not_found".to_owned())])))
    }

    /// The fields of a session; `None` for one that has ended or never was.
    pub(crate) async fn session(
        &self,
        session_id: &str,
    ) -> Result<Option<HashMap<String, String>>, StoreError> {
        Ok(self.redis.hgetall_opt(self.key.key([&session_id])?).await?)
    }

    /// Changes fields of a session and lets it live for another half an hour. `false`, and nothing is changed, for one
    /// that has ended or never was.
    pub(crate) async fn update_user_session(
        &self,
        session_id: &str,
        updates: &HashMap<String, String>,
    ) -> Result<bool, StoreError> {
        let call = UPDATE.key(self.key.key([&session_id])?).arg(ttl::SESSION.as_secs()).arg(updates);
        Ok(call.call(&self.redis.client()?).await?)
    }

    /// Ends a session. `false` for one that has ended or never was.
    pub(crate) async fn end_user_session(&self, session_id: &str) -> Result<bool, StoreError> {
        Ok(self.redis.delete(self.key.key([&session_id])?).await? > 0)
    }
}
