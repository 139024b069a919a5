//! A subscriber that outlives its connection, and knows what it missed: prices are published, and the last one of them
//! is also kept in a key, for whoever was not there.
//!
//! `cargo run --example subscriber`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;
use std::time::Duration;

use redlane::prelude::*;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let own = format!("example-{}", std::process::id());
    let client = Client::connect(Config::builder().environment().client_name(&own).build()?).await?;
    let (channel, last) = (format!("{own}:prices"), format!("{own}:price"));

    // Both share one connection. One of them has a small buffer, and nobody reads it for a while.
    let mut slow = client.subscribe([&channel]).buffer(3).await?;
    let mut brisk = client.subscribe([&channel]).await?;
    for price in 1..=10 {
        publish(&client, &channel, &last, price).await?;
        handle(&client, &last, "brisk", &mut brisk).await?;
    }
    // It missed seven, is told so where they are missing, and held up nobody.
    for _ in 0..4 {
        handle(&client, &last, "slow", &mut slow).await?;
    }
    drop(slow);

    // Somebody kills the connection, and a price is published before there is another one.
    let id = subscribers_id(&client, &own).await?;
    let (killed, _, heard): (usize, (), usize) = client
        .pipeline()
        .atomic()
        .client_kill(ClientKillFilter::default().id(id))
        .set(&last, 11)
        .publish(&channel, 11)
        .query()
        .await?;
    println!("connections killed: {killed}; subscribers who heard 11: {heard}");

    // The subscription comes back by itself, with a gap where the price is missing. From there on the run is unbroken.
    handle(&client, &last, "brisk", &mut brisk).await?;
    for price in 12..=14 {
        publish(&client, &channel, &last, price).await?;
        handle(&client, &last, "brisk", &mut brisk).await?;
    }

    client.del(&last).await?;
    client.close().await;
    println!("the stream has ended: {:?}", brisk.next().await);
    Ok(())
}

/// Tells a price: first the key, so that whoever looks after a gap finds at least what the gap has swallowed.
async fn publish(client: &Client, channel: &str, last: &str, price: u32) -> redlane::error::Result<()> {
    client.pipeline().atomic().set(last, price).publish(channel, price).exec().await
}

/// Takes the next event, as a service would: messages are used, and what was missed is made up for.
async fn handle(
    client: &Client,
    last: &str,
    who: &str,
    prices: &mut Subscription,
) -> Result<(), Box<dyn Error>> {
    match timeout(SOON, prices.next()).await?.ok_or("the stream has ended")? {
        Event::Message { payload, .. } => println!("{who}: {}", String::from_utf8_lossy(&payload)),
        Event::Lagged(missed) => println!("{who}: too slow, {missed} prices were dropped"),
        // Pub/sub keeps nothing, so what was published meanwhile can only be read from elsewhere.
        Event::Gap { reason, .. } => {
            println!("{who}: a gap ({reason:?}), the price is now {:?}", client.get(last).await?);
        }
        other => println!("{who}: {other:?}"),
    }
    Ok(())
}

/// The number of our connection among the server's subscribers, by the name that we gave it.
async fn subscribers_id(client: &Client, name: &str) -> Result<i64, Box<dyn Error>> {
    let name = format!("name={name}");
    let list = client.client_list_filtered(ClientListFilter::Type(ClientType::PubSub)).await?;
    let ours = list.lines().find(|line| line.split(' ').any(|word| word == name));
    let id = ours.and_then(|line| line.split(' ').next()?.strip_prefix("id="));
    Ok(id.ok_or("our subscriber is not among those of the server")?.parse()?)
}
