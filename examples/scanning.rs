//! Walking over many keys without holding up the server: page by page, and deletions in batches.
//!
//! `cargo run --example scanning`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use redlane::prelude::*;

const USERS: u32 = 2_500;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(Config::from_env()?).await?;
    let mut pipeline = client.pipeline();
    for user in 0..USERS {
        pipeline = pipeline.set_ex(format!("example:scan:user:{user}"), user, 300);
    }
    pipeline.exec().await?;

    // The first few, one by one. The walk asks for a page when the last one is used up, and for no more than is read.
    let mut keys = client.scan().matching("example:scan:*").count(100);
    for _ in 0..3 {
        println!("{:?}", keys.next().await.transpose()?);
    }

    // All of them. An element may come twice: a set, or a deletion, does not mind.
    let keys = client.scan().matching("example:scan:*").count(1_000).collect_all().await?;
    let mut removed = 0_usize;
    for batch in keys.chunks(1_000) {
        removed = removed.saturating_add(client.unlink(batch).await?);
    }
    println!("{removed} of {USERS} removed");

    client.close().await;
    Ok(())
}
