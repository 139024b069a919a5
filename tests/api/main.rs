//! The documented API against a real server: one module per chapter.

#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a failed step is a failed test"
)]

mod blocking;
mod commands;
mod examples;
mod function;
mod global;
mod guide;
mod handshake;
mod health;
mod keyspace;
mod lenient;
mod limiter;
mod lock;
mod pipeline;
mod pubsub;
mod queue;
mod redis_client;
mod scan;
mod script;
mod service;
mod stores;
mod streams;
mod support_server;
#[cfg(feature = "tls")]
mod tls;
mod transaction;
