//! Locks that replicas must have: asked for on a connection of their own, since `WAIT` speaks of the writes of the
//! connection that asks it, and holds up everything behind it.

use std::time::Duration;

use tokio::time::Instant;

use super::options::Replicas;
use crate::client::Client;
use crate::client::execute;
use crate::client::leases::Leased;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::{ErrorKind, Result};
use crate::script::ScriptCall;

/// Asks on a fresh lease, and gives the lease with the answer.
pub(crate) async fn ask(
    client: &Client,
    call: ScriptCall<'_>,
    until: Option<Instant>,
) -> Result<(Vec<i64>, Leased)> {
    let lease = client.leases().acquire(until).await?;
    let reply = match execute::on_held(client, &lease, call.named(), left(until)).await {
        Err(error) if error.kind() == ErrorKind::NoScript => {
            execute::on_held(client, &lease, call.whole(), left(until)).await
        }
        reply => reply,
    }?;
    Ok((reply.into_read()?, lease))
}

/// How many replicas have what was written on this lease, when there are enough or their time is over.
pub(crate) async fn wait(
    client: &Client,
    lease: &Leased,
    replicas: Replicas,
    until: Option<Instant>,
) -> Result<u32> {
    /// What a reply may take on top of the time that the server was told to wait.
    const MARGIN: Duration = Duration::from_millis(500);
    // A wait of nothing would be one without end.
    let wait = replicas.timeout.min(left(until)).max(Duration::from_millis(1));
    let command = Command::known(const { facts::of("WAIT") })
        .arg(replicas.count)
        .arg(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    let reply = execute::on_held(client, lease, command, wait.saturating_add(MARGIN)).await?;
    Ok(reply.into_read()?)
}

fn left(until: Option<Instant>) -> Duration {
    until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()))
}
