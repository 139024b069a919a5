//! Connections that carry encoded commands to a server and bring replies back, in time or not at all.
//!
//! The pool never names a command. A [`Link`](link::Link) is one auto-pipelining connection that outlives its
//! sockets; beside it stands a bounded pool of connections that are leased to one caller at a time. Whatever they
//! must say by themselves comes, ready encoded, from a [`Connector`](connector::Connector).
#![forbid(unsafe_code)]

#[cfg(test)]
#[macro_use]
mod simulated;

mod block;
pub mod blocking;
mod clock;
pub mod codec;
pub mod config;
mod connection;
pub mod connector;
pub mod dedicated;
mod driver;
pub mod error;
pub mod feed;
mod inlet;
pub mod lease;
pub mod link;
pub mod outbox;
pub mod payload;
pub mod pool;
mod pulse;
pub mod retry;
mod shared;
pub mod stats;
mod supervisor;
mod sync;
mod ticker;
mod tickets;
pub mod transport;
pub mod trial;
mod turns;
mod wakers;
