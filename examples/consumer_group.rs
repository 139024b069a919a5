//! A stream that two members of a group read: each entry goes to one of them, and what one leaves behind the other does.
//!
//! `cargo run --example consumer_group`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::time::Duration;

use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::connect(Config::from_env()?).await?;
    let orders = format!("example:{}:orders", std::process::id());
    for amount in [10, 20, 30, 40] {
        client.xadd(&orders, "*", &[("amount", amount)]).await?;
    }

    let idle = Duration::from_millis(100);
    let member = |name: &str| client.group_reader(&orders, "billing", name).prefetch(2).claim_idle(idle);
    let (mut ada, mut bob) = (member("ada").begin().await?, member("bob").begin().await?);

    let entry = ada.next().await.ok_or("ended")??;
    println!("ada does:        {:?}", entry.read::<u32>("amount")?);
    entry.ack();
    let entry = ada.next().await.ok_or("ended")??;
    println!("ada fails at:    {:?}", entry.read::<u32>("amount")?);
    drop(entry);
    println!("ada has left:    {}, something is pending", ada.leave().await?);

    for _ in 0..3 {
        let entry = bob.next().await.ok_or("ended")??;
        let again = if entry.is_redelivery() { "again" } else { "anew" };
        println!("bob does {again:>5}: {:?}", entry.read::<u32>("amount")?);
        entry.ack();
    }
    println!("bob has left:    {}", bob.leave().await?);
    println!("pending:         {}", client.xpending(&orders, "billing").await?.count());

    client.del(&orders).await?;
    client.close().await;
    Ok(())
}
