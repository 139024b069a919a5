//! Distributed locks with a time to live, fencing tokens, and guards that give back what they hold.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! # async fn example(client: &redlane::client::Client) -> Result<(), redlane::lock::LockError> {
//! let lock = client.locks().lock("order:7").ttl(Duration::from_secs(10));
//! if let Some(guard) = lock.try_acquire().await? {
//!     // … what must not happen twice at a time; `guard.fence()` tells this holder from earlier ones …
//!     guard.release().await?;
//! }
//! # Ok(()) }
//! ```
//!
//! **What it promises.** While clocks, pauses and failovers stay within bounds, one holder at a time. A lease on a server
//! cannot promise more: a process that is suspended for longer than the time to live wakes up believing in a lock that
//! somebody else has by then, and a primary that fails before its replica has the key takes the lock with it;
//! [`replicas`](Lock::replicas) makes the second less likely, and nothing rules it out. Where two holders must not be,
//! what the lock protects has to refuse every [fence](GuardHandle::fence) smaller than the largest it has seen; and check
//! [`is_valid`](GuardHandle::is_valid) before a step that counts.
//!
//! **Held for longer.** With [`watchdog`](Lock::watchdog) a lock is renewed until its guard is gone. When that fails,
//! [`lost`](GuardHandle::lost) says so before anybody else can have it, [`run`](GuardHandle::run) ends what runs under it,
//! and [`cancellation`](GuardHandle::cancellation) is for code that takes a token. That helps a program that is awake;
//! one that is suspended learns it when it wakes.
//!
//! **Waited for.** A release wakes the one whose turn it is, by a message. Messages can be lost, so a waiter asks once a
//! second as well. [`fair`](Lock::fair) serves all processes in the order in which they came, as long as the server keeps
//! its data. A [`Semaphore`] lets several in, and has no order.
//!
//! **On the server** the lock `order:7` is the key `lock:order:7`, a string with a random token, so that programs which
//! use `SET … NX PX` on the same key exclude each other with this one. Beside it are `{lock:order:7}:f`, the counter of
//! fences, which has no time to live; `:q` and `:d`, the queue of a fair lock; `:s`, the permits of a semaphore; and the
//! channels `:c` and `:sc`, on which releases are told. A user with restricted rights needs those, and the commands that
//! the scripts beside this file use; one who may not use the channels is woken by the clock, ten times a second. A server
//! that evicts keys can evict a lock: that is warned of once, in the log.
//!
//! **Nothing is left behind.** A lock is asked for again with the same token when a reply is lost. A future that is
//! dropped while it asks, and a guard that is dropped while it holds, are cleaned up after in the background; the time
//! to live is the last resort. What surprises: all locks of a client and its clones share one background and one bound,
//! so [`LockManager::close`] closes them all.

mod acquire;
mod bare;
mod claim;
mod core;
mod distributed;
mod error;
mod gate;
mod guard;
mod held;
mod loss;
mod manager;
mod named;
mod options;
mod race;
mod replicated;
mod scripts;
mod semaphore;
mod terms;
mod token;
mod ttl;
mod validity;
mod wakeup;
mod watchdog;

pub use self::claim::ReleaseOutcome;
pub use self::core::LockStats;
pub use self::distributed::{DistributedLock, LockClient, NotAcquired};
pub use self::error::LockError;
pub use self::guard::{Guard, GuardHandle};
pub use self::loss::{LockLost, LossReason};
pub use self::manager::{DEFAULT_PREFIX, LockManager};
pub use self::named::Lock;
pub use self::options::{DEFAULT_TTL, DEFAULT_WAITER_TTL};
pub use self::semaphore::{Permit, Semaphore};
