//! The crates and what each of them knows.
//!
//! ```text
//!             your service
//!      ┌───────────┴────────────┐
//!      │ RedisClient            │ locks · pipelines · scripts · health · INFO
//!      │ (documented API)       │ (services: each adds its own methods to Client)
//!      └───────────┬────────────┘
//!                Client ─────────────── Config (code > URL > environment > default)
//!                  │
//!   redlane        │  commands: one row each   execute: deadline, attempts, outcome   span, metrics
//!  ────────────────┼──────────────────────────────────────────────────────────────────────────────
//!   redlane-pool   ├── link: tickets, batches, driver, supervisor ── one shared socket
//!                  └── pool: leases, direct hand-off ─────────────── sockets for commands that wait
//!  ────────────────┬──────────────────────────────────────────────────────────────────────────────
//!   redlane-resp   │  scanner, cursor, typed decoding, command encoding, limits
//!                  │
//!            Redis or Valkey
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
//!  task                      link                      driver task              server
//!   │ client.get("k").await   │                            │                      │
//!   ├─ bytes + ticket ───────▶│ write buffer               │                      │
//!   │  (one short lock)       ├─ whole batch ─────────────▶├─ one write ─────────▶│
//!   │                         │                            │◀──── one read ───────┤
//!   │                         │◀─ scan, fill tickets ──────┤                      │
//!   │◀─ woken ────────────────┤  (one lock for all)        │                      │
//!   │ the reply is read into your type, in your task       │                      │
//! ```
//!
//! When nothing else is under way, the caller writes to the socket itself, and only the reply comes by the driver. There
//! is no channel and no timer for each command: deadlines are kept by one clock of the link.
//!
//! # The cache
//!
//! The cache of the reference, a local level before Redis, is **not built yet**. What is planned: a read asks the local
//! level, then Redis, then your loader (once, however many ask); what others change in Redis is told by the server
//! (`CLIENT TRACKING`) and removed locally.
