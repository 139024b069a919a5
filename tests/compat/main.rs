//! The surface of redis-rs against a real server.

#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step is a failed test"
)]

mod blocking;
mod manager;
#[cfg(any(feature = "r2d2", feature = "bb8"))]
mod pools;
mod pushes;
mod transactions;

use std::time::Duration;

use redlane::compat::Client;
use redlane_test_support::Server;

/// Long for a busy machine, short for somebody who waits for a failed test.
const LIMIT: Duration = Duration::from_secs(20);

/// A client of `server` in RESP2.
fn resp2(server: &Server) -> Client {
    Client::open(server.url()).unwrap()
}

/// A client of `server` in RESP3.
fn resp3(server: &Server) -> Client {
    Client::open(format!("{}/?protocol=resp3", server.url())).unwrap()
}
