//! From nothing to connected and back: one client of one's own, and the one of the whole process.
//!
//! `cargo run --example lifecycle`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379. A service
//! that ends on SIGTERM is in `service_lifecycle`.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Error> {
    // A client of one's own. It opens nothing before it is initialized, and then everything or nothing.
    let redis = RedisClient::new();
    println!("before:  {:?}", redis.get("example:key").await.map_err(|error| error.to_string()));
    redis.initialize().await?;
    println!("open:    {:?}", redis.get("example:key").await?);
    redis.close().await;
    println!("closed:  {:?}", redis.get("example:key").await.map_err(|error| error.to_string()));
    redis.initialize().await?;
    println!("again:   {:?}", redis.ping().await?);
    redis.close().await;
    Ok(())
}
