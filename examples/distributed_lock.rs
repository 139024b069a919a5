//! A distributed lock: five tasks want the same resource, and have it one after the other.
//!
//! `cargo run --example distributed_lock`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;
use std::time::Duration;

use redlane::lock::DistributedLock;
use redlane::prelude::*;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let redis = RedisClient::new();
    redis.initialize().await?;

    // The lock has a time to live, so that a holder that dies does not keep it. The fence rises with each holder: what
    // must not be touched by a late one refuses a smaller number than it has seen.
    let lock = redis.lock("example:resource_1")?.ttl(Duration::from_secs(10));
    let mut tasks = JoinSet::new();
    for task in 1..=5 {
        let lock = lock.clone();
        tasks.spawn(async move {
            let guard = lock.acquire(Duration::from_secs(5)).await?;
            println!(
                "task {task}: acquired, fence {}, still ours for {:.1?}",
                guard.fence(),
                guard.valid_for()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
            guard.release().await
        });
    }
    while let Some(done) = tasks.join_next().await {
        println!("given back: {:?}", done??);
    }

    // Held by somebody is not an error, and a server that is down is not "held by somebody".
    let held = lock.try_acquire().await?;
    println!("somebody else may have it: {}", lock.try_acquire().await?.is_some());
    drop(held); // Given back in the background.

    // A body under the lock; it is given back whatever becomes of the body.
    let pages = lock.hold(Duration::from_secs(5), |_guard| async { 12 }).await?;
    println!("{pages} pages, under the lock");

    // The names of the reference.
    let reference = DistributedLock::new(&redis, "example:resource_1", Duration::from_secs(10));
    println!("acquire: {}, release: {}", reference.acquire().await, reference.release().await?);

    // The counter of fences stays for ever by design; an example tidies up.
    redis.delete("{lock:example:resource_1}:f").await?;
    redis.close().await;
    Ok(())
}
