//! The strategy of the cache: where a value is looked for, who loads it, and how a change gets around.
//!
//! The cache (feature `cache`, `redlane::cache`) has two levels: values in this process, bounded in bytes, over values in
//! Redis, which all processes share. Behind both is whatever you load from.
//!
//! ```text
//!   get_or_load("42", loader)
//!        │
//!        ▼
//!    in this process? ── yes, fresh ──────────────────────────────────────────▶ value, no task switch
//!        │ no         └─ yes, stale or popular and old ── value now, loaded anew unseen
//!        ▼
//!    one flight for each key: who comes second waits for the first
//!        │
//!        ▼                     (on the tracked connection: GET and PTTL)
//!    in Redis? ──────── yes ───────────────── kept here, if it has not changed since ──▶ value, or "nothing"
//!        │ no                                 └─ stale: as above
//!        ▼
//!    the lease of the key (one short script) ─ taken ── wait until the server tells of a change, look again
//!        │ ours: one process in all
//!        ▼
//!    loader, with as many others as `max_loads` lets run
//!        │
//!        ▼
//!    stored in Redis if the lease still stands; a write in between has removed it ─────▶ value, to all who wait
//! ```
//!
//! ```text
//!   somebody writes the key          server                       this process
//!        │ SET, DEL, expiry …          │ remembers who read it       │
//!        ├────────────────────────────▶│                             │
//!        │                             ├─ push: invalidate "42" ────▶│ dropped, and a reply on its way is not kept
//!        │                             │                             │
//!        │                             ✗ socket lost                 │ everything dropped at once
//!        │                             … silence for a second        │ PING; no answer for another: everything dropped
//! ```
//!
//! - **Cache-aside** is `get_or_load`; **read-through** and **write-through** go over a `Store`, **write-behind** too, with
//!   the time that it may lose stated; **refresh-ahead** is `early` and `stale`.
//! - A write goes to Redis first, and this process forgets the value before it is sent and again at the reply: a read that
//!   the server answered before the write cannot bring the old value back. A write never fills this process's level.
//! - Redis down is not the database down: a lookup loads by itself then, within `max_loads`, and nothing is cached. Nor is
//!   Redis waited for longer than a load is worth: `lookup_timeout`, 500 ms by default, bounds what one lookup waits for it
//!   in all, asking and storing together. `CacheStats::l2_late` counts the lookups that ran into it. After three in a row
//!   Redis is given a rest: lookups go without it at once (`l2_rested`), but for one probe at a time, at most a second
//!   apart; the first that is answered in time ends the rest. Writes and invalidations are sent all the same. An
//!   invalidation that fails is tried again, and until it took its process serves nothing of before it.
//! - Without RESP3 the server tells nothing; the caches of a namespace then tell each other by a channel
//!   (`Coherence::PubSub`), and what others write is served on until its time here is over.
//! - What the cache does not promise (two seconds of staleness over a dead socket, at-least-once loading, SWAPDB, what a
//!   database behind gets while Redis is down, write-behind's window) stands in the documentation of `redlane::cache`, each
//!   with its reason.
