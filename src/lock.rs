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
//! cannot promise more:
//!
//! - *Pauses.* A process that is suspended for longer than the time to live wakes up believing in a lock that somebody else
//!   has by then. Nothing on this side can rule that out: between asking [`is_valid`](GuardHandle::is_valid) and the step
//!   that counts there is always room for one more pause.
//! - *Failovers.* Replication does not wait. A primary that fails before its replica has the key takes the lock with it, and
//!   the replica gives it to the next one who asks. [`replicas`](Lock::replicas) makes that less likely and does not rule
//!   it out: `WAIT` is no consensus, and the replica that had the key need not be the one that is chosen. A server that
//!   is restarted without its data, or evicts the key, forgets the lock as well; [`on_disk`](Lock::on_disk) is against
//!   restarts.
//! - *Clocks.* The server's clock ends a lock, ours says how long to rely on it; a hundredth and 2 ms are kept back for their
//!   drift. A server whose clock jumps forward ends it early.
//!
//! Where two holders must not be, what the lock protects has to refuse every [fence](GuardHandle::fence) smaller than the
//! largest it has seen; the token is the only complete answer. Where a second holder costs no more than work that is done
//! twice, the lock alone will do. A server that lost its counter begins at 1 again, unless
//! [`fence_survives_data_loss`](Lock::fence_survives_data_loss).
//!
//! **Held for longer.** With [`watchdog`](Lock::watchdog) a lock is renewed until its guard is gone. When that fails,
//! [`lost`](GuardHandle::lost) says so before anybody else can have it, [`run`](GuardHandle::run) ends what runs under it,
//! and [`cancellation`](GuardHandle::cancellation) is for code that takes a token. That helps a program that is awake;
//! one that is suspended learns it when it wakes, and one whose runtime is blocked is renewed by nobody.
//!
//! **Not reentrant.** Each acquisition is one of its own, with its own token and fence: a task that holds a lock and asks
//! for it again waits for itself, until its wait is over. Code that is called under a lock takes the
//! [`GuardHandle`](Guard::handle) as an argument instead.
//!
//! **Waited for.** A release wakes the one whose turn it is, by a message. Messages can be lost, so a waiter asks once a
//! second as well. Of those who wait in one process one asks, for all of them; of several processes each asks once at a
//! release, and the fastest has it: none can know of the others without a queue on the server. Whoever gets a lock that
//! others have wanted lately says so by a message too, and one who comes meanwhile need not ask; one who gives it back
//! and comes again lets those who have waited go first, for ten milliseconds at most. Handing a lock over costs a release
//! and a question of each other process that wants it: two in all for two processes, three for three.
//! [`fair`](Lock::fair) is that queue: it serves all processes in the order in which they came, as long as the server
//! keeps its data, and calls one of them only, so that a hand-over costs three questions however many wait. A
//! [`Semaphore`] lets several in, and has no order.
//!
//! **On the server** the lock `order:7` is the key `lock:order:7`, a string with a random token, so that programs which
//! use `SET … NX PX` on the same key exclude each other with this one. Beside it are `{lock:order:7}:f`, the counter of
//! fences, which has no time to live; `:q` and `:d`, the queue of a fair lock; `:s`, the permits of a semaphore; and the
//! channels `:c` and `:sc`, on which is told who has it and who has given it back (`:c7` and `:sc7` in the database 7: a
//! channel belongs to the whole server). A user with restricted rights needs
//! `~lock:* ~{lock:*}:* &{lock:*}:*` and
//! `+evalsha +eval +get +set +del +pexpire +pttl +incr +publish +subscribe +unsubscribe`, for fair locks and semaphores
//! `+time +zadd +zcard +zrange +zrangebyscore +zrank +zrem +zremrangebyscore +zscore` too. One who may not use the channels
//! locks all the same, is woken by the clock ten times a second, and is told so once, in the log. A server that evicts keys
//! can evict a lock: that is warned of once, in the log.
//!
//! **One server.** A lock lives on the one server, or the one primary, that the client talks to. Locks over a majority of
//! independent servers (Redlock) and read-write locks will come beside these, as makers of their own on
//! [`LockManager`]; Redlock lowers the risk of failovers, and leaves that of pauses.
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
mod news;
mod options;
mod race;
mod replicated;
mod scripts;
mod semaphore;
mod socket;
mod terms;
mod token;
mod ttl;
mod validity;
mod wakeup;
mod watchdog;
mod word;

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
