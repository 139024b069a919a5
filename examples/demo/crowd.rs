//! A thousand tasks on one client, and what that takes: one connection, few writes.

use std::time::Instant;

use redlane::prelude::*;
use tokio::task::JoinSet;

use crate::ground::Ground;
use crate::screen::{Checked, Screen, grouped};

const TASKS: u64 = 1_000;

/// Each task writes a key of its own, reads it back and counts itself, all at once.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("1,000 concurrent tasks on one client");
    let counter = ground.key("crowd:count");
    let before = client.link_stats();
    let begun = Instant::now();

    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let (client, counter) = (client.clone(), counter.clone());
        let key = ground.key(&format!("crowd:{number}"));
        tasks.spawn(async move {
            client.set(&key, number).await?;
            let read = client.get(&key).read_as::<Option<u64>>().await?;
            client.incr_one(&counter).await?;
            Ok::<bool, Error>(read == Some(number))
        });
    }
    let mut right = 0_u64;
    while let Some(done) = tasks.join_next().await {
        right = right.saturating_add(u64::from(done??));
    }

    let took = begun.elapsed();
    let after = client.link_stats();
    let commands = after.completed.saturating_sub(before.completed);
    let batches = after.batches.saturating_sub(before.batches);
    let counted = client.get(&counter).read_as::<Option<u64>>().await?;
    screen.check("tasks that read what they wrote", right, TASKS)?;
    screen.check("the counter that all of them incremented", counted, Some(TASKS))?;
    screen.fact("time for all", format!("{took:.1?}"));
    screen.fact("commands", grouped(commands));
    screen.fact("writes to the socket", grouped(batches));
    screen.check("connections that carried them", after.connects, 1)
}
