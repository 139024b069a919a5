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
//!   GET, SET …   pipeline, MULTI…EXEC       BLPOP and others that wait    raw SELECT, MULTI,
//!      │           │ one block of bytes     WATCH … EXEC, group readers   SUBSCRIBE …
//!      └─────┬─────┘                          │                          │
//!            ▼                                ▼                          ▼
//!      the shared link                      lease of the pool          refused: an error that
//!            │ room? else wait                │ idle one? take it        names what to use
//!            ▼                                │ below the limit? open one
//!         socket                              │ else wait in line
//!                                             ▼
//!                                           socket, given back clean or closed
//!
//!      subscribe, psubscribe, ssubscribe,   caches that the server
//!      keyspace_events, waiting for a lock  tells of changes
//!            │                                │
//!            ▼                                ▼
//!      the feed: one for all                the tracked link: one for all
//!            │                                │
//!            ▼                                ▼
//!         socket                            socket
//! ```
//!
//! One shared connection serves every task; a client needs more only for commands that must not share it. Both kinds
//! together are bounded by `max_connections` (20).
//!
//! **Not counted there** are the socket of the subscribers, which is opened with the first of them and closed some seconds
//! after the last, one more for each subscription that is [`dedicated`](crate::pubsub::Subscribe::dedicated) or
//! [blocks](crate::pubsub::OnFull::Block), and the socket on which the server tells caches of changes. They are few, each
//! has its own owner and none is waited for in line; a server's `maxclients` has to have room for them: for a client with
//! subscribers and caches, 22 by default.
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
//! Attempts are timed in steps of 25 ms by a thread that all clients of the process share. It starts with the first of them
//! and sleeps when there has been no traffic for a second, also while blocking commands wait. It goes on while the runtime
//! that a client was made in is blocked: a reply that lies unread for longer than `socket_timeout` comes too late. Overdue
//! callers are woken from that thread, so a waker of one's own must not take long. tokio's paused time does not reach it,
//! but all other limits go by that: a real server is not for tests that pause time.
//!
//! # Silence
//!
//! A server that does not answer is asked for a sign of life when the oldest command is overdue; if it stays silent, one
//! new connection is made, and only when that has greeted the old one is given up. A connection that was idle for longer
//! than `health_check_interval` (30 s) is asked before its next command.
//!
//! Subscribers ask nothing, so on their connection the server is asked after two seconds of silence, and another one is
//! dialled after four. The one that tells caches of changes is asked each second while there is anything to lose.
//!
//! What happened so far is in [`Client::link_stats`](crate::client::Client::link_stats) and
//! [`Client::pool_stats`](crate::client::Client::pool_stats).
