//! What all locks of one client share: places, queues, and the janitor, who gives back what nobody can wait for.
//!
//! `Drop` cannot wait, so it hands tokens to the janitor: one task each, owned by one tracker, started on the runtime
//! on which the lock was acquired. The place that each of them fills was taken when the acquire began, so there is a
//! bound and handing over cannot fail. When the runtime is gone the token's time to live ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout as within};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::error::LockError;
use super::gate::Gates;
use super::scripts::{self, LockKeys};
use super::token::Token;
use super::ttl::Ttl;
use crate::client::Client;

/// How many locks one client holds, waits for and gives back at once, at most. A place costs nothing while it is
/// free, and some 500 bytes in use: this bounds a runaway program to 32 MiB.
const PLACES: usize = 65_536;

/// The state behind the locks of one client. The client holds it, so it must not hold the client.
#[derive(Debug)]
pub(crate) struct Core {
    places: Arc<Semaphore>,
    pub(crate) gates: Gates,
    janitor: TaskTracker,
    closed: CancellationToken,
    /// Whether the server was asked what it evicts.
    asked_policy: AtomicBool,
}

impl Default for Core {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            gates: Gates::default(),
            janitor: TaskTracker::new(),
            closed: CancellationToken::new(),
            asked_policy: AtomicBool::new(false),
        }
    }
}

/// Counts against the bound while it lives.
pub(crate) type Place = OwnedSemaphorePermit;

/// Figures of the locks of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockStats {
    /// Locks held, being acquired, waited for, and being given back.
    pub in_use: usize,
    /// How many of them there may be.
    pub limit: usize,
    /// Names that somebody waits for.
    pub waited_for: usize,
    /// What the background is doing: tokens being given back, mostly.
    pub returning: usize,
}

impl Core {
    /// Takes a place for one acquisition, up to its very end.
    pub(crate) fn enter(&self) -> Result<Place, LockError> {
        if self.closed.is_cancelled() {
            return Err(LockError::Closed);
        }
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| LockError::Overloaded { limit: PLACES })
    }

    /// Warns, once and in the background, when the server may evict locks: it makes two holders of one lock.
    pub(crate) fn check_eviction(&self, client: &Client, runtime: &Handle) {
        if !self.asked_policy.swap(true, Ordering::Relaxed) {
            self.janitor.spawn_on(warn_of_eviction(client.clone()), runtime);
        }
    }

    /// Gives back what is left of an acquisition, in the background.
    pub(crate) fn hand_over(self: &Arc<Self>, remains: Remains, runtime: &Handle) {
        self.janitor.spawn_on(remains.clear(Arc::clone(self)), runtime);
    }

    /// Refuses new acquires, and waits until everything was given back, at most `limit`.
    pub(crate) async fn close(&self, limit: Duration) -> bool {
        self.closed.cancel();
        self.janitor.close();
        within(limit, self.janitor.wait()).await.is_ok()
    }

    pub(crate) fn stats(&self) -> LockStats {
        LockStats {
            in_use: PLACES.saturating_sub(self.places.available_permits()),
            limit: PLACES,
            waited_for: self.gates.len(),
            returning: self.janitor.len(),
        }
    }
}

async fn warn_of_eviction(client: Client) {
    // Where INFO is forbidden, nothing can be said.
    let Ok(info) = client.info_of("memory").await else { return };
    let memory = info.memory();
    let evicts = memory.policy.filter(|policy| policy != "noeviction" && memory.limit != Some(0));
    if let Some(policy) = evicts {
        tracing::warn!(
            target: "redlane::lock",
            policy,
            "this server may evict locks and their fencing counters; only maxmemory-policy noeviction keeps them",
        );
    }
}

/// On which socket commands travel now. A reply on the same socket as an earlier question proves that the question was
/// executed before it, or never will be.
pub(crate) fn epoch(client: &Client) -> u32 {
    client.router().link().epoch()
}

/// What an acquisition may have left on the server.
#[derive(Debug)]
pub(crate) struct Remains {
    pub(crate) client: Client,
    pub(crate) keys: Arc<LockKeys>,
    pub(crate) token: Token,
    pub(crate) ttl: Ttl,
    /// The lock may be ours.
    pub(crate) held: bool,
    /// The socket of the first question that may still be executed.
    pub(crate) unsettled: Option<u32>,
    pub(crate) place: Place,
}

impl Remains {
    async fn clear(self, core: Arc<Core>) {
        let timeout = self.client.config().socket_timeout();
        if self.held {
            self.release(timeout).await;
            core.gates.wake(&self.keys.holder);
        }
        if self.unsettled.is_some_and(|before| before != epoch(&self.client)) {
            // A question on a socket that was lost can be executed late, by a server that had it in its buffers. A
            // response timeout after the last one it has been; whoever closes does not wait for that.
            let _ = within(timeout, core.closed.cancelled()).await;
            self.release(timeout).await;
            core.gates.wake(&self.keys.holder);
        }
        drop(self.place);
    }

    /// Asks until there is an answer, or until the time to live must have ended the lock.
    async fn release(&self, timeout: Duration) {
        const FIRST_PAUSE: Duration = Duration::from_millis(50);
        const LONGEST_PAUSE: Duration = Duration::from_secs(1);
        let until = Instant::now().checked_add(self.ttl.duration().saturating_add(timeout));
        let mut pause = FIRST_PAUSE;
        while let Err(error) = scripts::release(&self.client, &self.keys, &self.token, None).await {
            if self.client.is_closed() || !error.kind().is_transient() {
                tracing::debug!(target: "redlane::lock", kind = error.kind().name(), "a lock is left to its time");
                return;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}
