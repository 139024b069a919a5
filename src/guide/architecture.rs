//! The crates and what each of them knows.
//!
//! ```text
//!                       your service
//!      ┌─────────────────────┴─────────────────────┐
//!      │ RedisClient                               │ pipelines · transactions · scripts · locks · limiters
//!      │ (documented API)                          │ cache · pub/sub · keyspace events · streams · INFO · health
//!      │                                           │ (services: each adds its own methods to Client)
//!      └─────────────────────┬─────────────────────┘
//!                          Client ───────────── Config (code > URL > environment > default)
//!                            │
//!   redlane                  │  commands: one row each   execute: deadline, attempts, outcome   span, metrics
//!  ──────────────────────────┼────────────────────────────────────────────────────────────────────────────────
//!   redlane-pool             ├── link: tickets, batches, inlet, driver, supervisor ── one shared socket for commands
//!                            │     └── another one for the cache: what is read on it, the server tells changes of
//!                            ├── pool: leases, direct hand-off ─────────────── sockets for those that must not share
//!                            └── feed: a link without questions ────────────── one socket for all subscribers
//!  ──────────────────────────┬────────────────────────────────────────────────────────────────────────────────
//!   redlane-resp             │  scanner, cursor, typed decoding, command encoding, limits
//!                            │
//!                     Redis or Valkey
//! ```
//!
//! 1. `redlane-resp` never waits. It turns bytes into replies and commands into bytes: no socket, clock, task or log.
//! 2. `redlane-pool` never names a command. It carries encoded bytes to a server and brings replies back, in time or not
//!    at all.
//! 3. `redlane` never touches a socket. It knows commands and the documented API.
//!
//! Imports run down only. So there is one place for each concern: time and retries in `client/execute.rs`, bytes that
//! come from a hostile peer in the scanner, passwords in [`Secret`](crate::config::Secret).
//!
//! # The way of one GET
//!
//! ```text
//!  task                      link                 driver task       inlet              server
//!   │ client.get("k").await   │                       │               │                  │
//!   ├─ bytes + ticket ───────▶│ write buffer          │               │                  │
//!   │  (one short lock)       ├─ whole batch ────────▶├─ one write ──────────────────────▶│
//!   │                         │                                       │◀──── one read ───┤
//!   │                         │◀─ scan, fill tickets ─────────────────┤                  │
//!   │◀─ woken ────────────────┤  (one lock for all)                                      │
//!   │ the reply is read into your type, in your task                                     │
//! ```
//!
//! When nothing else is under way, the caller writes to the socket itself. The inlet reads: it is the waker that the
//! runtime wakes when bytes have come, so that replies are handed out while the runtime goes through its sockets, and no
//! task stands between. There is no channel and no timer for each command: one clock ticks for all connections of the
//! process, in a thread of its own (`redlane-clock`). So plain commands leave no timer in the runtime (the pool's keeper and
//! a subscription have one each), and callers are told at their deadlines even while the runtime that a client was made in
//! is blocked.
//!
//! # The way of one message
//!
//! ```text
//!  publisher            server             driver task           inboxes             subscriber tasks
//!   │ PUBLISH ────────────▶│                    │                    │                    │
//!   │◀──── how many ───────┤                    │                    │                    │
//!   │                      ├─ one push ────────▶│                    │                    │
//!   │                      │   (one socket,     ├─ to each who ─────▶│ bounded, never     │
//!   │                      │    one SUBSCRIBE)  │  wants it          │ waited for         │
//!   │                      │                    │                    ├─ next().await ────▶│
//! ```
//!
//! A wish list says who wants what, and the server is led to it: with the first subscriber of a channel it is told, after
//! the last one it is told otherwise, and a new socket is told everything. So a reconnect is nothing special, but for the
//! [`Gap`](crate::pubsub::Event::Gap) that each subscriber then finds in its stream.
//!
//! The cache has a page of its own: [`caching`](crate::guide::caching).
