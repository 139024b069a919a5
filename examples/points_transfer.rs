//! Chapter "data consistency": points move from one user to another in one step, or not at all.
//!
//! `cargo run --example points_transfer` on the server that `REDIS_URL` names, or on localhost.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod points;

use points::transfer;
use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::connect(Config::from_env()?).await?;
    let prefix = format!("example:{}:user:", std::process::id());
    let (alice, bob) = (format!("{prefix}alice"), format!("{prefix}bob"));
    client.hset(&alice, "points", 100).await?;

    for points in [30, 80, 0] {
        let result = transfer(&client, &prefix, "alice", "bob", points).await?;
        println!("{points} points from alice to bob: {result:?}");
    }
    for (name, key) in [("alice", &alice), ("bob", &bob)] {
        let points: Option<i64> = client.hget(key, "points").read_as().await?;
        println!("{name} has {}", points.unwrap_or(0));
    }

    client.del((&alice, &bob)).await?;
    client.close().await;
    Ok(())
}
