//! Sessions of users: made with a time to live, extended by each update, never revived by one.

use std::collections::HashMap;

use redlane::prelude::*;
use redlane::script::Script;
use redlane::ttl;

use crate::ground::Ground;
use crate::screen::{Checked, Screen};
use crate::tasks::now;
use crate::values::ttl_is;

/// Sets fields and extends the time to live, if the session is still there: one step, so that an update cannot
/// bring back a session that has just ended.
static UPDATE: Script = Script::new(
    "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('HSET', KEYS[1], unpack(ARGV, 2))
    return redis.call('PEXPIRE', KEYS[1], ARGV[1])",
);

/// Makes, reads, updates and ends a session.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, redis: &RedisClient) -> Checked {
    screen.chapter("User sessions");
    let fields = [("username", "John Doe"), ("role", "admin")];
    let id = create(redis, ground, "user_123", &fields).await?;
    let other = create(redis, ground, "user_123", &fields).await?;
    screen.check("two sessions of one user in one second differ", id != other, true)?;

    let key = ground.key(&format!("session:{id}"));
    let session = session(redis, &key).await?;
    screen.check("role", session.get("role").map(String::as_str), Some("admin"))?;
    screen.check("user_id", session.get("user_id").map(String::as_str), Some("user_123"))?;
    ttl_is(screen, redis, "ends in", &key, ttl::SESSION).await?;

    redis.expire(&key, ttl::TEMP).await?;
    let page = [("current_page", "/dashboard")];
    screen.check("update", update(redis, &key, &page).await?, true)?;
    screen.check("current_page", redis.hget(&key, "current_page").await?.as_deref(), Some("/dashboard"))?;
    ttl_is(screen, redis, "extended, ends in", &key, ttl::SESSION).await?;

    redis.delete(&key).await?;
    screen.check("update of an ended session", update(redis, &key, &page).await?, false)?;
    screen.check("is it back?", redis.exists(&key).await?, false)?;
    let not_found = HashMap::from([("error".to_owned(), "session_not_found".to_owned())]);
    screen.check("an ended session", self::session(redis, &key).await?, not_found)
}

async fn create(
    redis: &RedisClient,
    ground: &Ground,
    user: &str,
    fields: &[(&str, &str)],
) -> Checked<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random)?;
    let id = format!("session_{user}_{:032x}", u128::from_be_bytes(random));
    let created = now();
    let known = [("user_id", user), ("created_at", &created)];
    let fields = fields.iter().copied().chain(known);
    redis.hset_with_ttl(ground.key(&format!("session:{id}")), fields, ttl::SESSION).await?;
    Ok(id)
}

async fn session(redis: &RedisClient, key: &str) -> Result<HashMap<String, String>, Error> {
    let session = redis.hgetall_opt(key).await?;
    Ok(session.unwrap_or_else(|| HashMap::from([("error".to_owned(), "session_not_found".to_owned())])))
}

/// Whether there was a session to update.
async fn update(redis: &RedisClient, key: &str, fields: &[(&str, &str)]) -> Result<bool, Error> {
    let milliseconds = u64::try_from(ttl::SESSION.as_millis()).unwrap_or(u64::MAX);
    UPDATE.key(key).arg(milliseconds).arg(fields).call(&redis.client()?).await
}
