//! Commands that block: they are neither cut off nor in the way, and see the same database.

use std::time::Duration;

use redlane::compat::aio::MultiplexedConnection;
use redlane::compat::{AsyncCommands, Client, cmd};
use redlane_test_support::keys::Keys;
use redlane_test_support::server::{Options, Server};
use redlane_test_support::wait::eventually_async;

use crate::connect;

type Popped = Option<(String, String)>;

async fn blocked(server: &Server) {
    let some = || server.info("blocked_clients") == "1";
    eventually_async("a client is blocked", Duration::from_secs(10), some).await;
}

/// Waits for longer than the response timeout of the connection.
async fn pop_late(mut con: MultiplexedConnection, key: String) -> Popped {
    con.blpop(key, 20.0).await.unwrap()
}

#[tokio::test]
async fn a_command_that_blocks_outlasts_the_response_timeout() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    con.set_response_timeout(Duration::from_millis(50));

    let popping = tokio::spawn(pop_late(con.clone(), "queue".to_owned()));
    blocked(&server).await;
    // The connection serves on: far more round trips than one timeout has time for.
    for _ in 0..200 {
        con.set_response_timeout(Duration::from_secs(10));
        let _: () = con.set("other", 1).await.unwrap();
    }
    let _: () = con.rpush("queue", "job").await.unwrap();

    assert_eq!(popping.await.unwrap(), Some(("queue".to_owned(), "job".to_owned())));
}

#[tokio::test]
async fn a_command_that_blocks_is_in_the_database_of_its_connection() {
    let server = Server::start(Options::new());
    let client = Client::open(format!("{}/5", server.url())).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();

    let popping = tokio::spawn(pop_late(con.clone(), "queue".to_owned()));
    blocked(&server).await;
    let _: () = con.rpush("queue", "job").await.unwrap();

    assert_eq!(popping.await.unwrap(), Some(("queue".to_owned(), "job".to_owned())));
}

#[tokio::test]
async fn after_a_select_a_command_that_blocks_stays_where_it_is() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = cmd("SELECT").arg(3).query_async(&mut con).await.unwrap();

    let popping = tokio::spawn(pop_late(con.clone(), "queue".to_owned()));
    blocked(&server).await;
    let mut other = Client::open(format!("{}/3", server.url())).unwrap();
    let mut other = other_connection(&mut other).await;
    let _: () = other.rpush("queue", "job").await.unwrap();

    assert_eq!(popping.await.unwrap(), Some(("queue".to_owned(), "job".to_owned())));
}

async fn other_connection(client: &mut Client) -> MultiplexedConnection {
    client.get_multiplexed_async_connection().await.unwrap()
}

#[tokio::test]
async fn a_dropped_command_that_blocks_takes_nothing() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();

    let popping = tokio::spawn(pop_late(con.clone(), "queue".to_owned()));
    blocked(&server).await;
    popping.abort();
    let _ = popping.await;
    let none = || server.info("blocked_clients") == "0";
    eventually_async("nobody is blocked", Duration::from_secs(10), none).await;
    let _: () = con.rpush("queue", "job").await.unwrap();

    assert_eq!(con.llen::<_, usize>("queue").await.unwrap(), 1);
}

#[tokio::test]
async fn wait_counts_what_this_connection_has_written() {
    let keys = Keys::new();
    let mut con = connect().await;
    let _: () = con.set(keys.key("a"), 1).await.unwrap();

    let replicas: usize = cmd("WAIT").arg(0).arg(1000).query_async(&mut con).await.unwrap();

    assert_eq!(replicas, 0);
}
