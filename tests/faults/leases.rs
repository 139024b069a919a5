//! Connections that one caller has for itself: blocking commands, their end, and a pool that has no more of them.

use std::time::{Duration, Instant};

use redlane::config::OnExhausted;
use redlane::prelude::*;
use redlane::transaction::Tx;
use redlane_test_support::{Keys, Options, Server, eventually_async};

use crate::client::{TIMEOUT, config, connect};
use crate::scripted::Scripted;

#[tokio::test]
async fn a_blocking_command_delays_nobody() {
    let client = connect(&Server::shared().url()).await;
    let key = Keys::new().key("list");
    let waiter = tokio::spawn({
        let (client, key) = (client.clone(), key.clone());
        async move { client.blpop(&key, 5.0).await }
    });
    eventually_async("it holds a connection", Duration::from_secs(2), || client.pool_stats().in_use == 1)
        .await;
    let began = Instant::now();

    for _ in 0..100 {
        client.ping().await.unwrap();
    }

    assert!(began.elapsed() < Duration::from_secs(2));
    client.rpush(&key, "item").await.unwrap();
    assert_eq!(waiter.await.unwrap().unwrap(), Some((key, "item".to_owned())));
    eventually_async("the connection is back", Duration::from_secs(2), || client.pool_stats().idle == 1)
        .await;
}

#[tokio::test]
async fn blocking_longer_than_the_timeout_is_no_timeout() {
    let client = connect(&Server::shared().url()).await;
    let began = Instant::now();

    let nothing = client.blpop(Keys::new().key("list"), 1.0).await.unwrap();

    assert_eq!(nothing, None);
    assert!(began.elapsed() >= Duration::from_secs(1), "longer than {TIMEOUT:?}");
}

#[tokio::test]
async fn a_cancelled_blocking_command_closes_its_connection_and_frees_its_place() {
    let server = Server::start(Options::new());
    let client = Client::connect(config(&server.url()).max_connections(2).build().unwrap()).await.unwrap();
    for _ in 0..10 {
        let call = client.blpop("list", 0.0);
        assert!(tokio::time::timeout(Duration::from_millis(30), call).await.is_err());
    }

    eventually_async("no place is lost", Duration::from_secs(2), || client.pool_stats().in_use == 0).await;
    eventually_async("the server has seen them go", Duration::from_secs(2), || {
        server.info("blocked_clients") == "0"
    })
    .await;
    client.rpush("list", "kept").await.unwrap();
    assert_eq!(client.llen("list").await.unwrap(), 1, "no ghost popped it");
}

#[tokio::test]
async fn an_exhausted_pool_names_its_limit() {
    let server = Server::start(Options::new());
    let config = config(&server.url()).max_connections(2).acquire_timeout(Duration::from_millis(100));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let holders: Vec<_> = (0..2)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.blpop("list", 0.0).await })
        })
        .collect();
    eventually_async("all are taken", Duration::from_secs(2), || {
        let stats = client.pool_stats();
        stats.in_use + stats.reserved == 2
    })
    .await;

    let error = client.blpop("other", 0.5).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::PoolTimeout, Outcome::NotSent));
    assert!(error.to_string().contains("100ms"), "{error}");
    assert!(error.to_string().contains("of 2"), "{error}");
    for holder in holders {
        holder.abort();
    }
}

#[tokio::test]
async fn a_pool_that_shall_not_wait_fails_at_once() {
    let server = Server::start(Options::new());
    let config = config(&server.url()).max_connections(1).on_exhausted(OnExhausted::Fail);
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let holder = tokio::spawn({
        let client = client.clone();
        async move { client.blpop("list", 0.0).await }
    });
    eventually_async("it is taken", Duration::from_secs(2), || client.pool_stats().in_use == 1).await;
    let began = Instant::now();

    let error = client.blpop("other", 0.5).no_retry().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(began.elapsed() < Duration::from_millis(100));
    holder.abort();
}

#[tokio::test]
async fn the_wait_for_a_connection_takes_nothing_from_the_time_of_a_blocking_command() {
    let server = Server::start(Options::new());
    let client = Client::connect(config(&server.url()).max_connections(2).build().unwrap()).await.unwrap();
    let holder = tokio::spawn({
        let client = client.clone();
        async move { client.blpop("list", 1.5).await }
    });
    eventually_async("it holds the only one", Duration::from_secs(2), || client.pool_stats().in_use == 1)
        .await;

    let nothing = client.blpop("other", 0.1).await;

    assert_eq!(nothing.unwrap(), None);
    assert_eq!(holder.await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn who_needs_a_connection_of_its_own_waits_for_a_server_that_is_away() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    server.kill();
    eventually_async("the end is known", Duration::from_secs(2), || !client.link_stats().up).await;

    let blocks = tokio::spawn({
        let client = client.clone();
        async move { client.blpop("list", 0.1).no_retry().await }
    });
    let transacts = tokio::spawn({
        let client = client.clone();
        async move {
            let body = |tx: Tx| async move { tx.multi().incr("n", 1).exec::<(i64,)>().await };
            client.transaction(&["k"], body).deadline(Duration::from_secs(5)).await
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.start_again();

    assert_eq!(blocks.await.unwrap().unwrap(), None);
    assert_eq!(transacts.await.unwrap().unwrap(), Some((1,)));
}

#[tokio::test]
async fn who_needs_a_connection_of_its_own_fails_at_its_deadline_when_the_server_stays_away() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    server.kill();
    let limit = Duration::from_millis(300);
    let began = Instant::now();

    let error = client.blpop("list", 0.1).deadline(limit).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
    let took = began.elapsed();
    assert!((limit..=limit + Duration::from_millis(50)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left_by_the_connections_of_the_pool_too() {
    let server = Scripted::start(|words, _| match words[0].as_str() {
        "PING" => "+PONG\r\n".to_owned(),
        "WATCH" | "UNWATCH" => "+OK\r\n".to_owned(),
        _ => "-READONLY You can't write against a read only replica.\r\n".to_owned(),
    })
    .await;
    let client = connect(&server.url()).await;

    for _ in 0..2 {
        let refused = client.blpop("list", 1.0).no_retry().await.unwrap_err();
        assert_eq!((refused.kind(), refused.outcome()), (ErrorKind::ReadOnly, Outcome::Refused));
        assert_eq!((client.pool_stats().idle, client.pool_stats().in_use), (0, 0));
    }

    let made = client.transaction(&["k"], |tx| async move {
        tx.set("k", 1).await?;
        Ok(Some(()))
    });
    assert_eq!(made.await.unwrap_err().kind(), ErrorKind::ReadOnly);
    assert_eq!((client.pool_stats().idle, client.pool_stats().in_use), (0, 0));
}

#[tokio::test]
async fn what_succeeds_on_connections_of_the_pool_earns_retries_as_well() {
    let server = Scripted::start(|words, number| match words[0].as_str() {
        "PING" => "+PONG\r\n".to_owned(),
        _ if number % 4 == 1 => "-LOADING Redis is loading the dataset in memory\r\n".to_owned(),
        _ => "_\r\n".to_owned(),
    })
    .await;
    let config = config(&server.url()).retry_budget(1).retry_budget_successes(1);
    let client = Client::connect(config.build().unwrap()).await.unwrap();

    for call in 0..12 {
        assert_eq!(client.blpop("list", 0.1).await.unwrap(), None, "call {call}");
    }

    assert_eq!(client.metrics().retries(), 4);
}
