//! How a command finds a connection, and what becomes of it when that is lost.
//!
//! ```text
//!  RedisClient::initialize
//!        │ settings, resolve, dial, greet (HELLO, AUTH, SELECT, SETNAME in one write), PING
//!        ▼
//!      ready ──▶ a command is called
//!                  │
//!                  │ what kind is it?
//!      ┌───────────┼──────────────────────────┬──────────────────────────┐
//!      ▼           ▼                          ▼                          ▼
//!   GET, SET …   pipeline, MULTI…EXEC       BLPOP and others that wait    SELECT, SUBSCRIBE …
//!      │           │ one block of bytes       │                          │
//!      └─────┬─────┘                          ▼                          ▼
//!            ▼                              lease of the pool          refused: an error that
//!      the shared link                        │ idle one? take it        names what to use
//!            │ room? else wait                │ below the limit? open one
//!            ▼                                │ else wait in line
//!         socket                              ▼
//!                                           socket, given back clean or closed
//! ```
//!
//! One shared connection serves every task; a client needs more only for commands that wait. All of them together are
//! bounded by `max_connections` (20).
//!
//! # When the connection is lost
//!
//! ```text
//!             in the buffer             sent, no reply              answered
//!                  │                        │                          │
//!   connection ────┼────────────────────────┼──────────────────────────┼──── lost
//!                  ▼                        ▼                          ▼
//!             stays for the next        read, or marked             nothing: it is done
//!             connection, until         idempotent?
//!             its deadline                │yes        │no
//!                  │                      ▼           ▼
//!                  ▼                   sent again   Disconnected,
//!             Connect or Timeout,        once       MaybeExecuted
//!             NotSent
//! ```
//!
//! The supervisor dials again after a random wait that grows from 10 ms to 300 ms while the server stays away, and resolves
//! the name each time. Nothing is sent before the greeting is complete. A refused password is told to every caller at
//! once, and tried again, since it may be put right on the server.
//!
//! # Two clocks
//!
//! - One **attempt** takes at most `socket_timeout` (5 s), from submission to reply.
//! - The **call** (waiting for room or for a connection, attempts, pauses in between) takes at most twice that, or once
//!   with `retry_on_timeout` off, or whatever [`Pending::deadline`](crate::client::pending::Pending::deadline) says.
//!
//! # Silence
//!
//! A server that does not answer is asked for a sign of life when the oldest command is overdue; if it stays silent, one
//! new connection is made, and only when that has greeted the old one is given up. A connection that was idle for longer
//! than `health_check_interval` (30 s) is asked before its next command.
//!
//! What happened so far is in [`Client::link_stats`](crate::client::Client::link_stats) and
//! [`Client::pool_stats`](crate::client::Client::pool_stats).
