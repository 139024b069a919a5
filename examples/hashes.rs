//! Hashes: fields of one key, read one by one, all at once or into a type of one's own, and counters in them.
//!
//! `cargo run --example hashes`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::collections::BTreeMap;

use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let redis = RedisClient::new();
    redis.initialize().await?;

    let user = "example:user:123";
    let fields = [("name", "John Doe"), ("email", "john@example.com"), ("age", "25"), ("city", "New York")];
    // The count is that of new fields: a field that is only overwritten does not count.
    println!("new fields: {}", redis.hset(user, fields).await?);
    println!("new fields: {}", redis.hset(user, [("age", 26)]).await?);

    println!("name:  {:?}", redis.hget(user, "name").await?);
    println!("phone: {:?}", redis.hget(user, "phone").await?);
    println!("login: {}", redis.hincrby(user, "login_count", 1).await?);

    // An absent key is an empty map; `hgetall_opt` tells it apart.
    println!("nobody: {:?}", redis.hgetall_opt("example:user:nobody").await?);
    let client = redis.client()?;
    let sorted: BTreeMap<String, String> = client.hgetall(user).read_as().await?;
    for (field, value) in sorted {
        println!("  {field} = {value}");
    }
    let (age, logins): (u8, u64) = client.hmget(user, &["age", "login_count"]).read_as().await?;
    println!("age {age}, {logins} logins");

    redis.delete(user).await?;
    redis.close().await;
    Ok(())
}
