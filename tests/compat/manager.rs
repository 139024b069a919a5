//! The connection manager.

use std::time::Duration;

use redlane::compat::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redlane::compat::{Client, ErrorKind, PushInfo, PushKind, RedisResult, cmd, pipe};
use redlane_test_support::{Keys, Options, Server, eventually_async};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::{LIMIT, resp2, resp3};

/// Retries that are short and many, so that a server may take its time to come back.
fn patient() -> ConnectionManagerConfig {
    let millis = Duration::from_millis;
    ConnectionManagerConfig::new()
        .set_min_delay(millis(10))
        .set_max_delay(millis(20))
        .set_number_of_retries(500)
}

async fn ping(manager: &mut ConnectionManager) -> RedisResult<String> {
    cmd("PING").query_async(manager).await
}

async fn next(pushes: &mut UnboundedReceiver<PushInfo>, wanted: PushKind) -> PushInfo {
    loop {
        let push = timeout(LIMIT, pushes.recv()).await.expect("a push comes in time").unwrap();
        if push.kind == wanted {
            return push;
        }
    }
}

#[tokio::test]
async fn one_command_hears_of_the_loss_and_the_next_ones_use_a_new_connection() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let mut manager = ConnectionManager::new_with_config(resp2(&server), patient()).await.unwrap();
    cmd("SET").arg(keys.key("a")).arg(1).exec_async(&mut manager).await.unwrap();
    server.restart();

    let lost = ping(&mut manager).await.unwrap_err();
    let mut clone = manager.clone();
    let both: RedisResult<(String, String)> = pipe().cmd("PING").cmd("PING").query_async(&mut clone).await;

    assert!(lost.is_unrecoverable_error(), "{lost}");
    assert_eq!(both, Ok(("PONG".to_owned(), "PONG".to_owned())));
    assert_eq!(ping(&mut manager).await, Ok("PONG".to_owned()));
    assert_eq!(server.clients().len(), 1, "clones share a connection");
}

#[tokio::test]
async fn commands_wait_for_the_next_connection_while_the_server_is_away() {
    let server = Server::start(Options::new());
    let mut manager = ConnectionManager::new_with_config(resp2(&server), patient()).await.unwrap();
    server.kill();
    assert!(ping(&mut manager).await.is_err());

    let mut waiting = manager.clone();
    let waits = tokio::spawn(async move { ping(&mut waiting).await });
    tokio::task::spawn_blocking(move || {
        server.start_again();
        server
    })
    .await
    .map(|server| async move { (waits.await.unwrap(), server) })
    .unwrap()
    .await
    .0
    .unwrap();
}

#[tokio::test]
async fn when_all_retries_fail_so_do_the_commands_and_the_next_one_begins_anew() {
    let server = Server::start(Options::new());
    let config = patient().set_number_of_retries(2);
    let mut manager = ConnectionManager::new_with_config(resp2(&server), config).await.unwrap();
    server.kill();
    assert!(ping(&mut manager).await.is_err());

    let refused = ping(&mut manager).await.unwrap_err();
    server.start_again();

    assert!(refused.is_io_error(), "{refused}");
    let mut back = false;
    for _ in 0..3 {
        back |= ping(&mut manager).await.is_ok();
    }
    assert!(back);
}

#[tokio::test]
async fn a_lazy_manager_connects_with_its_first_command() {
    let server = Server::start(Options::new());
    let mut manager = ConnectionManager::new_lazy_with_config(resp2(&server), patient()).unwrap();
    assert!(server.clients().is_empty());

    assert_eq!(ping(&mut manager).await, Ok("PONG".to_owned()));

    assert_eq!(server.clients().len(), 1);
}

#[tokio::test]
async fn a_first_connection_that_fails_is_an_error() {
    let server = Server::start(Options::new());
    let client = resp2(&server);
    server.kill();

    let config = patient().set_number_of_retries(1);
    let refused = ConnectionManager::new_with_config(client, config).await.map(drop).unwrap_err();

    assert!(refused.is_connection_refusal(), "{refused}");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let client = || Client::open("redis://127.0.0.1:1/").unwrap();
    let blind = ConnectionManagerConfig::new().set_automatic_resubscription();
    let (sender, _pushes) = unbounded_channel();
    let deaf = ConnectionManagerConfig::new().set_push_sender(sender);

    let blind = ConnectionManager::new_lazy_with_config(client(), blind).map(drop).unwrap_err();
    let deaf = ConnectionManager::new_lazy_with_config(client(), deaf).map(drop).unwrap_err();

    assert_eq!(blind.kind(), ErrorKind::Client);
    assert_eq!(
        deaf.to_string(),
        "Can only pass push sender to a connection using RESP3 - InvalidClientConfig"
    );
}

#[tokio::test]
async fn subscriptions_are_renewed_on_the_next_connection_when_asked_for() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let (news, pattern, left) = (keys.key("news"), keys.key("p*"), keys.key("left"));
    let (sender, mut pushes) = unbounded_channel();
    let config = patient().set_push_sender(sender).set_automatic_resubscription();
    let mut manager = ConnectionManager::new_with_config(resp3(&server), config).await.unwrap();
    manager.subscribe(&[&news, &left]).await.unwrap();
    manager.psubscribe(&pattern).await.unwrap();
    manager.unsubscribe(&left).await.unwrap();

    server.restart();
    next(&mut pushes, PushKind::Disconnection).await;

    // Nobody uses the manager: it comes back by itself.
    let held = || {
        let counted = server.command(&["PUBSUB", "NUMSUB", &news, &left]);
        (counted.elements()[1].text(), counted.elements()[3].text()) == ("1".to_owned(), "0".to_owned())
    };
    eventually_async("it holds its subscriptions again", LIMIT, held).await;
    let patterns = || server.command(&["PUBSUB", "NUMPAT"]).text() == "1";
    eventually_async("its pattern too", LIMIT, patterns).await;
    server.command(&["PUBLISH", &news, "hello"]);
    assert_eq!(next(&mut pushes, PushKind::Message).await.data.len(), 2);
}

#[tokio::test]
async fn without_that_they_end_with_the_connection() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let (sender, mut pushes) = unbounded_channel();
    let config = patient().set_push_sender(sender);
    let mut manager = ConnectionManager::new_with_config(resp3(&server), config).await.unwrap();
    manager.subscribe(keys.key("news")).await.unwrap();
    server.restart();
    next(&mut pushes, PushKind::Disconnection).await;

    ping(&mut manager).await.unwrap();

    assert_eq!(server.command(&["PUBLISH", &keys.key("news"), "x"]).text(), "0");
    assert_eq!(manager.get_db(), 0);
}

#[tokio::test]
async fn the_client_makes_managers_too() {
    let client = resp2(Server::shared());

    let mut eager = client.get_connection_manager().await.unwrap();
    let mut lazy = client.get_connection_manager_lazy(ConnectionManagerConfig::new()).unwrap();

    assert_eq!(ping(&mut eager).await, Ok("PONG".to_owned()));
    assert_eq!(ping(&mut lazy).await, Ok("PONG".to_owned()));
}
