//! Problem, typed error, and the call that shows the cause.
//!
//! Every error answers three questions: what failed ([`Error::kind`]), whether the command may have run
//! ([`Error::outcome`]), and whether the same call may help a little later ([`Error::is_retryable`]). Print the sources
//! too: the last one is what the system or the server said.
//!
//! | what you see | kind | usual cause | look at |
//! |---|---|---|---|
//! | `no connection`, with its source | [`Connect`] | address, port, firewall, server down | [`probe`](#timeouts-and-connections) |
//! | `no reply to GET within 5s` | [`Timeout`] | slow command or script, paused server, network | [`probe`](#timeouts-and-connections), `SLOWLOG` |
//! | `connection lost: …` | [`Disconnected`] | restart, failover, `CLIENT KILL`, output buffer limit | `link_stats` |
//! | `no free connection within …` | [`PoolTimeout`] | more blocking calls than `max_connections` | `pool_stats` |
//! | `no room within …` | [`Overloaded`] | more commands under way than `max_in_flight` | `link_stats` |
//! | `error reply …: WRONGPASS …` | [`Auth`] | credentials | `Config::explain` |
//! | `error reply …: OOM …` | [`OutOfMemory`] | `maxmemory` | [memory](#out-of-memory) |
//! | `error reply …: LOADING …` | [`Loading`] | the server has just started | wait; calls retry by themselves |
//! | `error reply …: BUSY …` | [`Busy`] | a script runs for too long | wait; calls retry by themselves; `SCRIPT KILL` is yours |
//! | `error reply …: MISCONF …` | [`Misconfigured`] | the server cannot save | disk of the server |
//! | `error reply …: NOPERM …` | [`NoPermission`] | the user's rights to commands, keys or channels | `ACL GETUSER` |
//! | `error reply …: WRONGTYPE …` | [`WrongType`] | the key holds another type | `TYPE key` |
//! | `transaction discarded, …` | [`ExecAbort`] | a command was refused while it was queued; nothing ran | the index in it |
//! | `unexpected reply to GET` | [`Conversion`] | the value is no UTF-8, or no number | read it as `Bytes` |
//! | `Redis client not initialized. …` | [`NotInitialized`] | a call before `initialize` | the start of your service |
//! | `the runtime that made this client is gone` | [`RuntimeGone`] | a client kept over two runtimes | one client for each runtime |
//! | `… would change a shared connection: use …` | [`Usage`] | raw `SELECT`, `MULTI`, `SUBSCRIBE` | the call that it names |
//! | `Redis Cluster is not built yet` | [`Connect`] | the server is a node of a cluster | another server, for now |
//!
//! # Timeouts and connections
//!
//! A timeout names its step and its limit. [`RedisClient::probe`] makes one connection and tells the steps apart (name,
//! port, greeting, answer, role), each with its time:
//!
//! ```no_run
//! # use redlane::prelude::*;
//! # async fn example(redis: &RedisClient) -> Result<(), Error> {
//! println!("{}", redis.probe().await?);
//! // cache:6379 fails at greet, the credentials are refused: WRONGPASS … : resolve 0.3ms, connect 0.2ms, greet 0.4ms
//! println!("{}", redis.client()?.config().explain()); // every setting, its value and who said so; secrets masked
//! # Ok(()) }
//! ```
//!
//! A server that answers the probe at once and still gives timeouts is kept busy by somebody: `SLOWLOG GET` names the
//! commands, [`Client::link_stats`] how many were under way and why connections were given up. Raise `socket_timeout`
//! only for commands that are slow for a reason; one call is given more time by
//! [`deadline`](crate::client::pending::Pending::deadline). Reads are tried again by themselves; a write that may have run
//! is not, and [`retry`](crate::resilience::retry()) is the reference's loop for those who want it.
//!
//! # Out of memory
//!
//! `OOM` ([`ErrorKind::OutOfMemory`]): the server's `maxmemory` is reached and its `maxmemory-policy` lets nothing go.
//! The write was refused; reads still work, and a repetition does not help.
//!
//! ```no_run
//! # use redlane::prelude::*;
//! # async fn example(redis: &RedisClient) -> Result<(), Error> {
//! let check = redis.memory_check().await?; // "Memory usage: 97.31% (Warning: Memory usage too high)"
//! if check.is_high() {
//!     let policy = redis.info_sections("memory").await?.raw("maxmemory_policy").map(str::to_owned);
//!     println!("{check}, policy {policy:?}");
//! }
//! # Ok(()) }
//! ```
//!
//! With `noeviction` writes fail: right for locks and sessions. With `allkeys-lru` keys vanish: right for a cache only, for
//! a lock that is evicted has no holder. Keys that have expired and were not touched yet still take room:
//! [`sweep_expired`] frees it. [`memory_purge`] only gives freed pages back to the system.
//!
//! # Lost messages
//!
//! Pub/sub keeps nothing. What is missing is told in the stream itself, exactly where it is missing:
//!
//! - [`Gap`](crate::pubsub::Event::Gap): the connection was lost and is there again. Look at the server's log (a restart, a
//!   `CLIENT KILL`, an output buffer over its limit) and read anew whatever the messages were about.
//! - [`Lagged`](crate::pubsub::Event::Lagged): the subscriber reads more slowly than others publish. A larger
//!   [`buffer`](crate::pubsub::Subscribe::buffer) helps against bursts, another task against slow handlers.
//! - The stream ended: [`ended`](crate::pubsub::Subscription::ended) says why.
//! - Neither, and still nothing comes: nobody publishes there. PUBLISH answers how many connections heard it, and
//!   `pubsub_channels` names the channels that somebody listens to; [`pubsub_stats`](crate::client::Client::pubsub_stats)
//!   says whether this client's subscribers are connected. `PUBLISH` does not reach those who `SSUBSCRIBE`.
//!
//! # Lost keyspace events
//!
//! Expiry events are published when the server *removes* the key, which can be long after its time, and to whoever
//! listens at that moment: nobody keeps them. They are off unless `notify-keyspace-events` holds `E` and `x`:
//!
//! ```no_run
//! # use redlane::prelude::*;
//! # async fn example(client: &Client) -> Result<(), Error> {
//! let flags = client.config_get("notify-keyspace-events").await?; // {"notify-keyspace-events": ""} is off
//! # let _ = flags; Ok(()) }
//! ```
//!
//! [`keyspace_events`](crate::client::Client::keyspace_events) looks at that setting and tells what is missing in
//! [`warnings`](crate::keyspace::KeyEvents::warnings); `ensure_flags(true)` adds it. A lost connection is a
//! [`Gap`](crate::keyspace::KeyStreamItem::Gap) in the stream, a buffer that ran over is
//! [`Lagged`](crate::keyspace::KeyStreamItem::Lagged), with the count. A server that restarted has the setting of its
//! configuration file again, not what was set by `CONFIG SET`: at each gap the stream looks again, warns, and with
//! `ensure_flags` sets it. Whatever must not be missed does not hang on an event: keep a sorted set of deadlines and ask
//! it, after each gap too.
//!
//! # Inconsistent data
//!
//! - **A reply was lost.** [`Outcome::MaybeExecuted`](crate::error::Outcome::MaybeExecuted) is the honest answer: look before you
//!   repeat. A write that is the same when repeated is marked [`idempotent`](crate::client::pending::Pending::idempotent).
//! - **Two commands that belong together** were parted by a crash or by another caller: send them as one, in an atomic
//!   pipeline or as a script.
//! - **A command in a transaction failed** and the others ran: Redis undoes nothing. Each result is told.
//! - **A value is older than expected**: it was read from a replica, or written by another service since. A lock keeps
//!   callers apart only while its time lasts: have it [renewed](crate::lock::Lock::watchdog), run under it with
//!   [`run`](crate::lock::GuardHandle::run), and refuse old [fences](crate::lock::GuardHandle::fence) where it matters;
//!   [`lock`](crate::lock) says what it cannot promise, and why.
//! - **A cached value is older than expected**: over two seconds only where the server does not tell of changes
//!   (`Coherence::TtlOnly`, or RESP2), or where SWAPDB exchanged databases, which it tells nobody. `CacheStats` counts
//!   what was told (`inval_push`, `flush`) and what could not be read (`unreadable`).
//! - **A cache loads again and again what it should have**: Redis did not answer within `lookup_timeout`
//!   (`CacheStats::l2_late`) and was given a rest (`l2_rested`; its beginning and end are logged by `redlane::cache`),
//!   refused (`l2_err`), or somebody writes while it loads (`fill_raced`).
//! - **A transaction gives `None`**: somebody else changed a watched key each time. Another
//!   [number of tries](crate::transaction::Transaction::tries), a script, or a lock.
//! - **A stream's entry comes twice**: its handler took longer than `claim_idle`, or ended before the acknowledgement was
//!   sent. [`streams`](crate::streams) says why it must.
//! - **Everything is gone**: the server restarted without its data (`info`: `uptime_in_seconds`), or another database is
//!   selected (`explain`: `db`).
//!
//! [`Error::kind`]: crate::error::Error::kind
//! [`Error::outcome`]: crate::error::Error::outcome
//! [`Error::is_retryable`]: crate::error::Error::is_retryable
//! [`ErrorKind::OutOfMemory`]: crate::error::ErrorKind::OutOfMemory
//! [`Connect`]: crate::error::ErrorKind::Connect
//! [`Timeout`]: crate::error::ErrorKind::Timeout
//! [`Disconnected`]: crate::error::ErrorKind::Disconnected
//! [`PoolTimeout`]: crate::error::ErrorKind::PoolTimeout
//! [`Overloaded`]: crate::error::ErrorKind::Overloaded
//! [`Auth`]: crate::error::ErrorKind::Auth
//! [`OutOfMemory`]: crate::error::ErrorKind::OutOfMemory
//! [`Loading`]: crate::error::ErrorKind::Loading
//! [`Misconfigured`]: crate::error::ErrorKind::Misconfigured
//! [`Busy`]: crate::error::ErrorKind::Busy
//! [`NoPermission`]: crate::error::ErrorKind::NoPermission
//! [`ExecAbort`]: crate::error::ErrorKind::ExecAbort
//! [`WrongType`]: crate::error::ErrorKind::WrongType
//! [`Conversion`]: crate::error::ErrorKind::Conversion
//! [`NotInitialized`]: crate::error::ErrorKind::NotInitialized
//! [`RuntimeGone`]: crate::error::ErrorKind::RuntimeGone
//! [`Usage`]: crate::error::ErrorKind::Usage
//! [`RedisClient::probe`]: crate::redis_client::RedisClient::probe
//! [`Client::link_stats`]: crate::client::Client::link_stats
//! [`sweep_expired`]: crate::redis_client::RedisClient::sweep_expired
//! [`memory_purge`]: crate::redis_client::RedisClient::memory_purge
