//! Names of keys by pattern, and presets of how long they live.
//!
//! `cargo run --example key_patterns`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;

use redlane::prelude::*;
use redlane::{keys, ttl};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Checked once, when they are made: the number of parts is in the type, and no part may be empty.
    let profile = keys::pattern("example:user:{user_id}:profile")?;
    let status = keys::pattern("example:task:{task_id}:status")?;
    let session = keys::pattern("example:session:{session_id}:data")?;
    let cached = keys::pattern("example:cache:{type}:{id}")?;
    let all = [
        (profile.key([&42])?, ttl::PERMANENT),
        (status.key([&"t-7"])?, Some(ttl::TEMP)),
        (session.key([&"a81f"])?, Some(ttl::SESSION)),
        (cached.key([&"page", &"/index"])?, Some(ttl::CACHE)),
    ];

    // A part left empty would make everybody's key of one user's.
    println!("{:?}", profile.key([&""]));

    let redis = RedisClient::new();
    redis.initialize().await?;
    let client = redis.client()?;
    for (key, time) in &all {
        match time {
            Some(time) => redis.set_ex(key, "value", *time).await?,
            None => redis.set(key, "value").await?,
        };
        println!("{key:<34} {:>5} s", client.ttl(key).read_as::<i64>().await?);
    }

    redis.delete(all.map(|(key, _)| key).to_vec()).await?;
    redis.close().await;
    Ok(())
}
