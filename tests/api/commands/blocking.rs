//! Commands that wait, on a client whose own time limit is shorter than their wait.

use std::time::Duration;

use redlane::client::Client;
use redlane::commands::native::*;
use redlane::commands::types::Direction;
use redlane::config::Config;
use redlane_test_support::{Keys, Server};

/// Longer than the client waits for others, with its retries.
const WAIT: f64 = 0.3;

async fn hasty() -> Client {
    let limit = Duration::from_millis(100);
    let socket = Server::shared().socket();
    let config = Config::builder().unix_socket_path(socket).socket_timeout(limit).build().unwrap();
    Client::connect(config).await.unwrap()
}

#[tokio::test]
async fn a_wait_is_longer_than_the_clients_own_limit() {
    let (client, keys) = (hasty().await, Keys::new());
    let (a, b) = (&keys.key("a"), &keys.key("b"));

    let popped = tokio::join!(
        client.blpop([a, b].as_slice(), WAIT),
        client.brpop(a, WAIT),
        client.bzpopmin(a, WAIT),
        client.bzpopmax([a, b].as_slice(), WAIT),
        client.blmove(a, b, Direction::Left, Direction::Right, WAIT),
        client.brpoplpush(a, b, WAIT),
        client.wait(99, Duration::from_millis(300)),
    );

    assert!(
        matches!(popped, (Ok(None), Ok(None), Ok(None), Ok(None), Ok(None), Ok(None), Ok(_))),
        "{popped:?}"
    );
}

#[tokio::test]
async fn a_wait_for_several_is_longer_than_the_clients_own_limit() {
    if Server::shared().lacks("BLMPOP") {
        return;
    }
    let (client, keys) = (hasty().await, Keys::new());
    let both = &[keys.key("a"), keys.key("b")];

    let popped = tokio::join!(
        client.blmpop(WAIT, 2, both, Direction::Left, 1),
        client.bzmpop_min(WAIT, both, 1),
        client.bzmpop_max(WAIT, both, 1),
    );

    assert!(matches!(popped, (Ok(None), Ok(None), Ok(None))), "{popped:?}");
}

#[tokio::test]
async fn a_wait_for_the_append_only_file_is_longer_than_the_clients_own_limit() {
    if Server::shared().lacks("WAITAOF") {
        return;
    }
    let client = hasty().await;

    assert_eq!(client.waitaof(0, 99, Duration::from_millis(300)).await.unwrap(), (0, 0));
}
