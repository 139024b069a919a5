//! Chapter "data consistency": points move from one user to another in one step, or not at all.
//!
//! `cargo run --example points_transfer` on the server that `REDIS_URL` names, or on localhost.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use redlane::prelude::*;
use redlane::script::Script;

/// Takes from the first key and gives to the second.
///
/// What can fail comes before the first change, since nothing is rolled back: HINCRBY by 0 fails where there is no
/// whole number, and the credit, which may overflow, comes before the debit, which cannot. The amount is put together
/// as text, for Lua's numbers lose digits beyond 2^53.
static TRANSFER: Script = Script::new(
    "local balance = redis.call('HGET', KEYS[1], 'points')
     if not balance then return {false, 'insufficient_balance'} end
     redis.call('HINCRBY', KEYS[1], 'points', 0)
     if tonumber(balance) < tonumber(ARGV[1]) then return {false, 'insufficient_balance'} end
     redis.call('HINCRBY', KEYS[2], 'points', ARGV[1])
     redis.call('HINCRBY', KEYS[1], 'points', '-' .. ARGV[1])
     return {true, 'success'}",
);

/// Why a transfer was not even tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// It would move nothing, or move backwards.
    Points,
    /// It would move nothing: both users are the same.
    SameUser,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// It was done.
    Done,
    /// The server turned it down; the text is the reference's: `insufficient_balance`.
    Refused(String),
    /// It was not sent.
    Invalid(Invalid),
}

/// Moves `points` between the hashes `{prefix}{user}`. Running it twice moves twice, so it is not repeated when its
/// reply is lost.
///
/// # Errors
/// Whatever the client says; its outcome tells whether the points may have moved.
pub async fn transfer(
    client: &Client,
    prefix: &str,
    from: &str,
    to: &str,
    points: i64,
) -> Result<Transfer, Error> {
    if points <= 0 {
        return Ok(Transfer::Invalid(Invalid::Points));
    }
    if from == to {
        return Ok(Transfer::Invalid(Invalid::SameUser));
    }
    // In a cluster both keys must share a slot: name them `user:{group}:alice` there.
    let call = TRANSFER.key(format!("{prefix}{from}")).key(format!("{prefix}{to}")).arg(points);
    let (done, text): (bool, String) = call.call(client).await?;
    Ok(if done { Transfer::Done } else { Transfer::Refused(text) })
}

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
