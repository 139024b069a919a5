//! Keys and values with a time to live, hashes and counters: the reference's first chapter.

use std::time::Duration;

use redlane::prelude::*;
use redlane::ttl;

use crate::ground::Ground;
use crate::screen::{Checked, Screen};

/// Values, with and without an end.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, redis: &RedisClient) -> Checked {
    screen.chapter("Key-values with expiry");
    let (name, email) = (ground.key("user:123:name"), ground.key("user:123:email"));
    screen.check("set user:123:name", redis.set(&name, "John Doe").await?, true)?;
    screen.check(
        "set_ex user:123:email, one hour",
        redis.set_ex(&email, "john@example.com", ttl::CACHE).await?,
        true,
    )?;
    screen.check("get user:123:name", redis.get(&name).await?.as_deref(), Some("John Doe"))?;
    screen.check("get user:123:email", redis.get(&email).await?.as_deref(), Some("john@example.com"))?;
    screen.check("get user:123:phone", redis.get(ground.key("user:123:phone")).await?, None)?;
    screen.check("exists user:123:name", redis.exists(&name).await?, true)?;
    ttl_is(screen, redis, "TTL of user:123:email", &email, ttl::CACHE).await?;

    let short = ground.key("user:123:code");
    redis.set_ex(&short, "4711", Duration::from_millis(60)).await?;
    tokio::time::sleep(Duration::from_millis(120)).await;
    screen.check("a value of 60 ms, 120 ms later", redis.get(&short).await?, None)?;
    screen.check("delete both", redis.delete(&[&name, &email]).await?, 2)?;
    Ok(())
}

/// Hashes and counters in them.
pub(crate) async fn show_hashes(screen: &mut Screen, ground: &Ground, redis: &RedisClient) -> Checked {
    screen.chapter("Hashes and counters");
    let user = ground.key("user:123");
    let fields = [("name", "John Doe"), ("email", "john@example.com"), ("age", "25"), ("city", "New York")];
    screen.check("hset user:123, new fields", redis.hset(&user, fields).await?, 4)?;
    screen.check("hset again, new fields", redis.hset(&user, [("city", "Boston")]).await?, 0)?;
    screen.check("hget name", redis.hget(&user, "name").await?.as_deref(), Some("John Doe"))?;
    screen.check("hget phone", redis.hget(&user, "phone").await?, None)?;
    screen.check("hincrby login_count", redis.hincrby(&user, "login_count", 1).await?, 1)?;
    screen.check("hincrby login_count by 41", redis.hincrby(&user, "login_count", 41).await?, 42)?;
    let all = redis.hgetall(&user).await?;
    screen.check("hgetall, fields", all.len(), 5)?;
    screen.check("hgetall, city", all.get("city").map(String::as_str), Some("Boston"))?;
    screen.check("hgetall of nobody", redis.hgetall(ground.key("user:nobody")).await?.len(), 0)?;

    // A wrong call is an error that says so, and the connection goes on.
    let refused = redis.get(&user).await.err();
    screen.check(
        "get of a hash",
        refused.map(|error| (error.kind(), error.outcome())),
        Some((ErrorKind::WrongType, Outcome::Refused)),
    )
}

/// Compares what is left of a time to live with what was given, a few seconds less at most.
pub(crate) async fn ttl_is(
    screen: &mut Screen,
    redis: &RedisClient,
    what: &str,
    key: &str,
    given: Duration,
) -> Checked {
    /// More than a chapter ever takes.
    const SPENT: u64 = 5;
    let left = redis.client()?.ttl(key).read_as::<i64>().await?;
    let given = given.as_secs();
    let holds = u64::try_from(left).is_ok_and(|left| (given.saturating_sub(SPENT)..=given).contains(&left));
    screen.require(what, format!("{left} s"), holds, &format!("expected about {given} s"))
}
