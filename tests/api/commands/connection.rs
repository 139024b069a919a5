//! Connections.

use std::time::Duration;

use redlane::commands::native::{ConnectionCommands, ConnectionStateCommands};
use redlane::commands::types::{ClientKillFilter, ClientListFilter, ClientType, PauseMode, UnblockReason};
use redlane_test_support::{Options, Server};

use super::wire::{both, held};

#[tokio::test]
async fn a_connection_answers_and_tells_about_itself() {
    held(Server::shared(), async |redis, keys| {
        let id = redis.client_id().await as i64;

        assert_eq!(redis.ping().await, "PONG");
        assert_eq!(redis.ping_message("hello").await, "hello");
        assert_eq!(redis.echo("hello").await, "hello");
        assert_eq!(redis.client_getname().await, None);
        redis.client_setname(keys.to_string()).await;
        assert_eq!(redis.client_getname().await, Some(keys.to_string()));
        assert!(redis.client_info().await.contains(&format!("id={id} ")));
        assert!(redis.client_list().await.contains(&format!("name={keys} ")));
        let mine = redis.client_list_filtered(ClientListFilter::Ids(vec![id])).await;
        assert_eq!(mine.lines().filter(|line| !line.is_empty()).count(), 1);
        redis.client_list_filtered(ClientListFilter::Type(ClientType::Normal)).await;
        assert_eq!(redis.client_getredir().await, -1);
        assert!(redis.client_trackinginfo().await.contains_key("flags"));
        assert!(!redis.client_unblock(id, UnblockReason::Error).await);
    })
    .await;
}

#[tokio::test]
async fn a_connection_is_set_up() {
    if Server::shared().lacks("CLIENT|NO-TOUCH") {
        return;
    }
    held(Server::shared(), async |redis, _| {
        redis.client_no_evict(true).await;
        redis.client_no_touch(true).await;
        redis.client_setinfo_lib_name("lanes").await;
        redis.client_setinfo_lib_ver("1.2.3").await;

        assert!(redis.client_info().await.contains("lib-name=lanes lib-ver=1.2.3"));
        redis.client_no_touch(false).await;
        redis.client_no_evict(false).await;
    })
    .await;
}

#[tokio::test]
async fn connections_are_paused_and_closed() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        let mut other = server.raw();
        let id: i64 = match other.command(&["CLIENT", "ID"]) {
            redlane_test_support::RawReply::Integer(id) => id,
            reply => panic!("{reply:?}"),
        };

        redis.client_pause(Duration::from_millis(1), PauseMode::All).await;
        redis.client_unpause().await;
        assert_eq!(redis.client_kill(ClientKillFilter::default().id(id).skip_me(true)).await, 1);
        assert_eq!(redis.client_kill(ClientKillFilter::default().id(id)).await, 0);
    })
    .await;
}

#[tokio::test]
async fn writes_alone_are_paused() {
    let server = Server::start(Options::new());
    if server.predates("CLIENT PAUSE WRITE", Some((6, 2)), Some((7, 2))) {
        return;
    }
    both(&server, async |redis, _| {
        redis.client_pause(Duration::from_micros(1), PauseMode::Write).await;
        redis.client_unpause().await;
    })
    .await;
}
