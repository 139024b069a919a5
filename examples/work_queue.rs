//! A queue of jobs that loses none, whatever becomes of its workers: the queue is in `queue/mod.rs`.
//!
//! `cargo run --example work_queue`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

mod queue;

use std::error::Error;
use std::time::Duration;

use queue::WorkQueue;
use redlane::prelude::{Client, Config, KeysCommands};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::connect(Config::from_env()?).await?;
    let name = format!("example:{}", std::process::id());
    let silence = Duration::from_millis(300);
    let worker = |worker: &str| WorkQueue::new(client.clone(), &name, worker, silence);
    let (first, second) = (worker("first"), worker("second"));

    for payload in ["mail to Ada", "mail to Bob", "mail to Eve"] {
        first.push(payload.as_bytes()).await?;
    }
    println!("waiting: {}", first.waiting().await?);

    let job = first.take(silence).await?.ok_or("no job")?;
    println!("first takes:   {}, and is not heard of again", String::from_utf8_lossy(job.payload()));

    while second.requeue_lost().await? == 0 {
        tokio::time::sleep(silence.div_f64(3.0)).await;
    }
    println!("its job is put back");
    while let Some(job) = second.take(Duration::from_millis(100)).await? {
        let done = second.finish(&job).await?;
        let id = job.id();
        println!("second does:   {} ({}…): {done}", String::from_utf8_lossy(job.payload()), &id[..4]);
    }
    println!("first is late: {}", first.finish(&job).await?);

    let prefix = format!("{{queue:{name}}}");
    client.del([format!("{prefix}:ready"), format!("{prefix}:workers")].as_slice()).await?;
    client.close().await;
    Ok(())
}
