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
//! **What it promises.** While clocks, pauses and failovers stay within bounds, one holder at a time. A process that is
//! suspended for longer than the time to live, or a primary that fails before its replica has the key, can make it
//! two. Where that must not be, what the lock protects has to refuse every [fence](GuardHandle::fence) smaller than
//! the largest it has seen; and check [`is_valid`](GuardHandle::is_valid) before a step that counts.
//!
//! **On the server** the lock `order:7` is the key `lock:order:7`, a string with a random token, so that programs which
//! use `SET … NX PX` on the same key exclude each other with this one. Beside it are `{lock:order:7}:f`, the counter of
//! fences, which has no time to live, and the channel `{lock:order:7}:c`, on which releases are told. A user with
//! restricted rights needs all three, and the commands that the scripts beside this file use. A server that evicts keys
//! can evict a lock: that is warned of once, in the log.
//!
//! **Nothing is left behind.** A lock is asked for again with the same token when a reply is lost. A future that is
//! dropped while it asks, and a guard that is dropped while it holds, are cleaned up after in the background; the time
//! to live is the last resort. What surprises: all locks of a client and its clones share one background and one bound,
//! so [`LockManager::close`] closes them all.

mod acquire;
mod claim;
mod core;
mod distributed;
mod error;
mod gate;
mod guard;
mod manager;
mod named;
mod scripts;
mod token;
mod ttl;
mod validity;

pub use self::claim::ReleaseOutcome;
pub use self::core::LockStats;
pub use self::distributed::{DistributedLock, LockClient, NotAcquired};
pub use self::error::LockError;
pub use self::guard::{Guard, GuardHandle};
pub use self::manager::{DEFAULT_PREFIX, DEFAULT_TTL, LockManager};
pub use self::named::Lock;
