//! redis-rs's surface against a real server, called as programs call it.

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
mod caching;
mod connection;
mod credentials;
#[cfg(feature = "tls")]
mod encrypted;
mod greeting;
mod manager;
mod monitor;
mod pipeline;
#[cfg(any(feature = "r2d2", feature = "bb8"))]
mod pools;
mod pubsub;
mod pushes;
mod script;
mod side;
mod subscriptions;
#[cfg(feature = "tls")]
mod tls;
mod transactions;

use std::time::Duration;

use redlane::compat::aio::{
    ConnectionManager, Monitor, MultiplexedConnection, PubSub, PubSubSink, PubSubStream,
};
use redlane::compat::{AsyncConnectionConfig, Client, Connection};
use redlane_test_support::Server;

/// Long for a busy machine, short for somebody who waits for a failed test.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn connections_can_be_sent_and_shared() {
    fn both<T: Send + Sync + Unpin + 'static>() {}

    both::<Connection>();
    both::<ConnectionManager>();
    both::<Monitor>();
    both::<PubSub>();
    both::<PubSubSink>();
    both::<PubSubStream>();
}

/// A client of `server` in RESP2.
fn resp2(server: &Server) -> Client {
    Client::open(server.url()).unwrap()
}

/// A client of `server` in RESP3.
fn resp3(server: &Server) -> Client {
    Client::open(format!("{}/?protocol=resp3", server.url())).unwrap()
}

/// A connection to the shared server.
async fn connect() -> MultiplexedConnection {
    resp2(Server::shared()).get_multiplexed_async_connection().await.unwrap()
}

/// A connection to the shared server in RESP3.
async fn connect_resp3(config: &AsyncConnectionConfig) -> MultiplexedConnection {
    resp3(Server::shared()).get_multiplexed_async_connection_with_config(config).await.unwrap()
}
