//! What all locks of one client share: places, queues, the watchdog, and the janitor, who gives back what nobody can wait
//! for.
//!
//! `Drop` cannot wait, so it hands tokens to the janitor: one task each, owned by one tracker, started on the runtime
//! on which the lock was acquired. The place that each of them fills was taken when the acquire began, so there is a
//! bound and handing over cannot fail. When the runtime is gone the token's time to live ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout as within};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bare::Known;
use super::error::LockError;
use super::gate::Gates;
use super::held::Held;
use super::scripts::{self, Released};
use super::socket::Socket;
use super::terms::Terms;
use super::token::Token;
use super::ttl::Ttl;
use super::watchdog::Watchdog;
use crate::client::Client;

/// How many locks one client holds, waits for and gives back at once, at most. A place costs nothing while it is
/// free, and some 500 bytes in use: this bounds a runaway program to 32 MiB.
const PLACES: usize = 65_536;

/// The state behind the locks of one client. The client holds it, so it must not hold the client.
#[derive(Debug)]
pub(crate) struct Core {
    places: Arc<Semaphore>,
    pub(crate) gates: Gates,
    /// Who can do without Lua.
    pub(crate) known: Known,
    watchdog: Arc<Watchdog>,
    janitor: TaskTracker,
    /// Tasks that stay for as long as they are needed: the watchdog, and those who listen for releases.
    attendants: TaskTracker,
    closed: CancellationToken,
    acquired: AtomicU64,
    contended: AtomicU64,
    /// Whether the server was asked what it evicts.
    asked_policy: AtomicBool,
    /// Whether the log was told that listening for releases is forbidden.
    told_deafness: AtomicBool,
}

impl Default for Core {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            gates: Gates::default(),
            known: Known::default(),
            watchdog: Arc::default(),
            janitor: TaskTracker::new(),
            attendants: TaskTracker::new(),
            closed: CancellationToken::new(),
            acquired: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            asked_policy: AtomicBool::new(false),
            told_deafness: AtomicBool::new(false),
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
    /// How often a lock was acquired.
    pub acquired: u64,
    /// How often one had to be waited for.
    pub contended: u64,
    /// How often the watchdog has renewed one.
    pub renewed: u64,
    /// How many were lost, of those that were looked after: renewed, or with somebody who asked to be told.
    pub lost: u64,
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

    /// Warns, once, that releases cannot be heard.
    pub(crate) fn warn_of_deafness(&self) {
        if !self.told_deafness.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "redlane::lock",
                "no right to listen for the releases of a lock: it is asked for ten times a second instead",
            );
        }
    }

    /// Gives back what is left of an acquisition, in the background.
    pub(crate) fn hand_over(self: &Arc<Self>, remains: Remains, runtime: &Handle) {
        self.janitor.spawn_on(remains.clear(Arc::clone(self)), runtime);
    }

    /// Looks after a lock: renews it, if it is to be renewed, and tells of its loss.
    pub(crate) fn watch(&self, held: &Arc<Held>, runtime: &Handle) {
        self.watchdog.watch(held, runtime, &self.attendants, &self.closed);
    }

    /// The lock's time to live may have become shorter.
    pub(crate) fn hasten(&self, held: &Held) {
        self.watchdog.hasten(held);
    }

    /// Has a task run for as long as it is needed; it ends by itself when everything is [closed](Self::closed).
    pub(crate) fn attend(&self, task: impl Future<Output = ()> + Send + 'static, runtime: &Handle) {
        self.attendants.spawn_on(task, runtime);
    }

    /// Cancelled when nothing is to be acquired any more.
    pub(crate) fn closed(&self) -> CancellationToken {
        self.closed.clone()
    }

    /// Leaves a lock to itself. To be called before it is given back.
    pub(crate) fn unwatch(&self, held: &Held) {
        self.watchdog.forget(held);
    }

    /// Refuses new acquires, ends all renewal, and waits until everything was given back, at most `limit`.
    pub(crate) async fn close(&self, limit: Duration) -> bool {
        self.closed.cancel();
        self.janitor.close();
        self.attendants.close();
        let all = async {
            self.attendants.wait().await;
            self.janitor.wait().await;
        };
        within(limit, all).await.is_ok()
    }

    pub(crate) fn count_acquired(&self) {
        self.acquired.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_contended(&self) {
        self.contended.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> LockStats {
        let seen = self.watchdog.seen();
        LockStats {
            acquired: self.acquired.load(Ordering::Relaxed),
            contended: self.contended.load(Ordering::Relaxed),
            renewed: seen.renewals,
            lost: seen.losses,
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
            "this server may evict locks and their fencing counters: only maxmemory-policy noeviction keeps them, and \
             fence_survives_data_loss keeps fences rising",
        );
    }
}

/// What an acquisition may have left on the server.
#[derive(Debug)]
pub(crate) struct Remains {
    pub(crate) client: Client,
    pub(crate) terms: Terms,
    pub(crate) token: Token,
    pub(crate) ttl: Ttl,
    /// The lock, or a place in its queue, may be ours.
    pub(crate) held: bool,
    /// The socket of the first question that may still be executed.
    pub(crate) unsettled: Option<Socket>,
    pub(crate) place: Place,
}

impl Remains {
    async fn clear(self, core: Arc<Core>) {
        let timeout = self.client.config().socket_timeout();
        if self.held {
            self.release_and_wake(&core, timeout).await;
        }
        if self.unsettled.is_some_and(|before| !before.is_settled(&self.client)) {
            // A question on a socket that was lost can be executed late, by a server that had it in its buffers. A
            // response timeout after the last one it has been; whoever closes does not wait for that.
            let _ = within(timeout, core.closed.cancelled()).await;
            self.release_and_wake(&core, timeout).await;
        }
        drop(self.place);
    }

    async fn release_and_wake(&self, core: &Core, timeout: Duration) {
        let released = self.release(timeout).await;
        let ended = scripts::ended(&self.terms, &self.token, released).filter(|_| self.unsettled.is_none());
        core.gates.wake(&self.terms.keys.holder, scripts::is_told(&self.terms, released), ended);
    }

    /// Asks until there is an answer, or until the time to live must have ended the lock.
    async fn release(&self, timeout: Duration) -> Option<Released> {
        const FIRST_PAUSE: Duration = Duration::from_millis(50);
        const LONGEST_PAUSE: Duration = Duration::from_secs(1);
        let until = Instant::now().checked_add(self.ttl.duration().saturating_add(timeout));
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match scripts::release(&self.client, &self.terms, &self.token, None).await {
                Ok(released) => return Some(released),
                Err(error) => error,
            };
            if self.client.is_closed() || !error.kind().is_transient() {
                tracing::debug!(target: "redlane::lock", kind = error.kind().name(), "a lock is left to its time");
                return None;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return None;
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_back() {
        let core = Core::default();
        let places: Vec<_> = (0..PLACES).map(|_| core.enter().unwrap()).collect();

        let error = core.enter().unwrap_err();

        assert!(matches!(error, LockError::Overloaded { limit: PLACES }) && error.is_retryable());
        assert_eq!(core.stats().in_use, PLACES);
        drop(places);
        assert!(core.enter().is_ok());
        core.closed.cancel();
        assert!(matches!(core.enter(), Err(LockError::Closed)));
    }
}
