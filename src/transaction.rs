//! Transactions that read before they write: WATCH, and another try when somebody was faster.
//!
//! A pipeline is enough for writes that depend on nothing ([`Pipeline::atomic`](crate::pipeline::Pipeline::atomic)).
//! Where a write depends on a read, [`Client::transaction`] holds a connection of its own from WATCH to EXEC. What
//! surprises: the closure runs as often as it takes, so that it must do nothing that may not be done twice.
//!
//! # What it does not promise
//! - **To undo anything.** The server checks commands as they are queued and then runs them all: one that fails while they
//!   run (`INCR` on a text) leaves those around it done. Its error says so by its index, and by an outcome of
//!   [`MaybeExecuted`](Outcome::MaybeExecuted).
//! - **To succeed.** WATCH keeps nobody out: it notices, and the slower one begins anew. Under contention that goes on
//!   until the tries are used up, with `None`; a [script](crate::script) or a [lock](crate::lock) has no such end.
//! - **To know what became of it** when the connection is lost behind EXEC. It ran as a whole or not at all, and is not
//!   tried again by itself: what it read may not be true any more.
//! - **That what it has read outside** of the watched keys still holds at EXEC.
//! - **To outlive the server.** It is as durable as any other write there.

mod handle;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use redlane_pool::connector::Dirt;
use redlane_resp::to_args::ToRedisArgs;
use tokio::time::Instant;

pub use self::handle::{Multi, Tx, Within};

use crate::client::Client;
use crate::client::leases::Leased;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::{Error, Outcome, Result};

/// How often a transaction is tried, unless told otherwise.
const TRIES: u32 = 16;

/// Bounds of the random wait between two tries, in microseconds: two callers that were in each other's way do not meet
/// again at once.
const WAIT: std::ops::RangeInclusive<u64> = 1_000..=50_000;

impl Client {
    /// Runs `body` with `keys` watched, until what it sends as [`Tx::multi`] runs with none of them changed meanwhile.
    /// Awaiting it gives what `body` made, or `None` when somebody else was faster every time.
    ///
    /// `body` reads through its [`Tx`], on the watched connection, and ends in `tx.multi()…exec()`, whose `None` says
    /// that a key changed; then it is run again, 16 [times](Transaction::tries) at most, after a random wait of up to 50
    /// ms. It must do nothing that may not be done twice.
    ///
    /// ```no_run
    /// use redlane::prelude::*;
    ///
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// let spent: Option<(i64,)> = client
    ///     .transaction(&["account:1"], |tx| async move {
    ///         let balance: i64 = tx.get("account:1").read_as().await?;
    ///         if balance < 5 {
    ///             return Ok(Some((balance,))); // enough of it: nothing is written
    ///         }
    ///         tx.multi().set("account:1", balance - 5).ignore().incr("spent", 5).exec().await
    ///     })
    ///     .await?;
    /// # let _ = spent;
    /// # Ok(()) }
    /// ```
    ///
    /// A watched key counts as changed when it was set to the value it had, set and deleted again, written on the
    /// watched connection itself, or has expired; deleting a key that is not there changes nothing.
    ///
    /// It takes a connection of the pool for as long as it runs.
    ///
    /// # Errors
    /// Those of `body`, which end it; [`Failure::Discarded`](crate::error::Failure::Discarded) when the server refused a
    /// command of the transaction; what kept it from a connection. When a connection is lost behind EXEC, the outcome is
    /// [`Outcome::MaybeExecuted`] and nothing is tried again.
    ///
    /// # Cancel safety
    /// Nothing is left watched, and nothing runs that was not sent to EXEC.
    pub fn transaction<K, F, Fut, T>(&self, keys: K, body: F) -> Transaction<'_, F>
    where
        K: ToRedisArgs,
        F: FnMut(Tx) -> Fut,
        Fut: Future<Output = Result<Option<T>>>,
    {
        let watch = Command::known(const { facts::of("WATCH") }).arg(keys);
        Transaction { client: self, watch, body, tries: TRIES, deadline: None }
    }
}

/// A transaction to await. See [`Client::transaction`].
#[must_use = "a transaction does nothing before it is awaited"]
pub struct Transaction<'c, F> {
    client: &'c Client,
    watch: Command,
    body: F,
    tries: u32,
    deadline: Option<Duration>,
}

impl<F> Transaction<'_, F> {
    /// Runs the closure at most so often; default 16.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Bounds everything: the wait for a connection, all tries, and the waits between them. Without it the bound is that
    /// of a single command: twice `socket_timeout`, or once when `retry_on_timeout` is off.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }
}

impl<'c, F, Fut, T> IntoFuture for Transaction<'c, F>
where
    F: FnMut(Tx) -> Fut + Send + 'c,
    Fut: Future<Output = Result<Option<T>>> + Send + 'c,
    T: Send + 'c,
{
    type Output = Result<Option<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<F> Transaction<'_, F> {
    async fn run<Fut, T>(mut self) -> Result<Option<T>>
    where
        F: FnMut(Tx) -> Fut,
        Fut: Future<Output = Result<Option<T>>>,
    {
        if self.watch.arguments().next().is_none() {
            return Err(Error::usage(
                "a transaction watches at least one key; without any, use Pipeline::atomic",
            ));
        }
        let limit = self.deadline.unwrap_or_else(|| self.client.call_timeout());
        // A limit beyond the end of time is none that anybody lives to see.
        let deadline = Instant::now().checked_add(limit).unwrap_or_else(|| far_from(Instant::now()));
        let mut lease = None;
        for tried in 0..self.tries.max(1) {
            if tried > 0 {
                let wait = Duration::from_micros(fastrand::u64(WAIT));
                if deadline.saturating_duration_since(Instant::now()) <= wait {
                    return Ok(None);
                }
                tokio::time::sleep(wait).await;
                // A busy runtime sleeps longer than it was told.
                if Instant::now() >= deadline {
                    return Ok(None);
                }
            }
            let held = match lease.take() {
                Some(held) => held,
                None => self.client.lease(Some(deadline)).await?,
            };
            let tx = watched(self.client, self.watch.clone(), held, deadline).await?;
            let handle = tx.clone_handle();
            let made = (self.body)(tx).await;
            let held = handle.end();
            if let Some(made) = made? {
                return Ok(Some(made));
            }
            lease = held.filter(|lease| lease.dirt().is_clean());
        }
        Ok(None)
    }
}

/// Watches the keys. Whatever goes wrong here, the transaction has not begun.
async fn watched(client: &Client, watch: Command, lease: Leased, deadline: Instant) -> Result<Tx> {
    lease.mark(Dirt::WATCH);
    let tx = Tx::new(client.clone(), lease, deadline);
    match tx.send(watch).await {
        Ok(_) => Ok(tx),
        Err(error) if error.outcome() == Outcome::MaybeExecuted => Err(error.with_outcome(Outcome::NotSent)),
        Err(error) => Err(error),
    }
}

/// A century, which any clock can add.
fn far_from(now: Instant) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 3600);
    now.checked_add(CENTURY).unwrap_or(now)
}

impl<F> fmt::Debug for Transaction<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("keys", &self.watch.arguments().count())
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
