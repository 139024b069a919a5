//! Locks that replicas or disks must have: asked for on a connection of their own, since `WAIT` and `WAITAOF` speak of the
//! writes of the connection that asks it, and hold up everything behind it.

use std::time::Duration;

use tokio::time::Instant;

use super::options::Replicas;
use crate::client::Client;
use crate::client::execute;
use crate::client::leases::Leased;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::{ErrorKind, Outcome, Result};
use crate::script::ScriptCall;

/// Asks on a fresh lease, and gives the lease with the answer.
pub(crate) async fn ask(
    client: &Client,
    call: ScriptCall<'_>,
    until: Option<Instant>,
) -> Result<(Vec<i64>, Leased)> {
    let lease = client.lease(until).await?;
    let reply = match execute::on_held(client, &lease, call.named(), left(until)).await {
        Err(error) if error.kind() == ErrorKind::NoScript => {
            execute::on_held(client, &lease, call.whole(), left(until)).await
        }
        reply => reply,
    }?;
    Ok((reply.into_read()?, lease))
}

/// Who has what was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copies {
    /// The server itself has it, on its disk if that was asked for.
    pub(crate) here: bool,
    pub(crate) replicas: u32,
}

/// Who has what was written on this lease, when there are enough or their time is over. Whatever fails here, the lock has
/// been given to us before.
pub(crate) async fn wait(
    client: &Client,
    lease: &Leased,
    replicas: Replicas,
    until: Option<Instant>,
) -> Result<Copies> {
    /// What a reply may take on top of the time that the server was told to wait.
    const MARGIN: Duration = Duration::from_millis(500);
    // A wait of nothing would be one without end.
    let wait = replicas.timeout.min(left(until)).max(Duration::from_millis(1));
    let command = match replicas.on_disk {
        true => Command::known(const { facts::of("WAITAOF") }).arg(1_u32),
        false => Command::known(const { facts::of("WAIT") }),
    };
    let command = command.arg(replicas.count).arg(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    let reply = execute::on_held(client, lease, command, wait.saturating_add(MARGIN)).await;
    let copies = reply.and_then(|reply| match replicas.on_disk {
        true => {
            let [here, replicas]: [u32; 2] = reply.into_read()?;
            Ok(Copies { here: here > 0, replicas })
        }
        false => Ok(Copies { here: true, replicas: reply.into_read()? }),
    });
    copies.map_err(|error| error.with_outcome(Outcome::MaybeExecuted))
}

fn left(until: Option<Instant>) -> Duration {
    until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()))
}
