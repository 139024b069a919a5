//! Keys and values, with and without a time to live: set, get, exists, expire, delete.
//!
//! `cargo run --example key_values`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::time::Duration;

use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let redis = RedisClient::new();
    redis.initialize().await?;

    let (name, email) = ("example:user:123:name", "example:user:123:email");
    redis.set(name, "John Doe").await?;
    redis.set_ex(email, "john@example.com", Duration::from_secs(3600)).await?;
    println!("name:    {:?}", redis.get(name).await?);
    println!("email:   {:?}", redis.get(email).await?);
    println!("phone:   {:?}", redis.get("example:user:123:phone").await?);
    println!("is there a name? {}", redis.exists(name).await?);

    // Options that exclude each other cannot be given together: there is room for one expiry and one condition.
    let only_if_absent = SetOptions::default().conditional_set(ExistenceCheck::NX);
    println!("set if absent: {:?}", redis.set_with(name, "Jane Doe", only_if_absent).await?);

    // An expiry is a `Duration`; less than a second is not rounded down to nothing.
    redis.expire(name, Duration::from_millis(50)).await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    println!("name, 100 ms later: {:?}", redis.get(name).await?);

    // Any other type, by the native client.
    let client = redis.client()?;
    let bytes: Option<Bytes> = client.get(email).read_as().await?;
    println!("email is {} bytes", bytes.map_or(0, |bytes| bytes.len()));

    println!("deleted: {}", redis.delete(&[name, email]).await?);
    redis.close().await;
    Ok(())
}
