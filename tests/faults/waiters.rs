//! Callers who go away before anything of theirs was sent: nobody else notices, and the server never hears of it.

use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Cut, FaultProxy, Flow, Options, Server, eventually_async};
use tokio::task::JoinHandle;

const SOON: Duration = Duration::from_secs(10);

async fn connect(proxy: &FaultProxy, connections: usize) -> Client {
    let config = Config::builder().url(&proxy.url()).socket_timeout(SOON).socket_connect_timeout(Some(SOON));
    Client::connect(config.max_connections(connections).build().unwrap()).await.unwrap()
}

/// Replies are held from here on, so that whoever is greeted stays in the middle of it.
async fn hold(proxy: &FaultProxy) {
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
}

async fn give_up(task: JoinHandle<Result<(), Error>>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_caller_who_gives_up_while_all_wait_for_the_greeting_fails_nobody_else() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy, 4).await;
    let dialled = proxy.accepted_count();
    hold(&proxy).await;
    proxy.cut(Cut::Reset);
    eventually_async("it is greeted", SOON, || proxy.accepted_count() > dialled).await;
    let callers: Vec<JoinHandle<Result<(), Error>>> = (0..20)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move { client.set(format!("key:{n}"), n).await })
        })
        .collect();
    eventually_async("all of them wait", SOON, || client.link_stats().tickets == 20).await;

    let (leaving, staying): (Vec<_>, Vec<_>) = callers.into_iter().enumerate().partition(|(n, _)| n % 5 == 0);
    for (_, caller) in leaving {
        give_up(caller).await;
    }
    proxy.heal().await;

    for (n, caller) in staying {
        caller.await.unwrap().unwrap();
        assert_eq!(server.command(&["GET", &format!("key:{n}")]).text(), n.to_string());
    }
    let written = server.command(&["DBSIZE"]).text();
    assert_eq!(written, "16", "what was given up unsent is never sent");
    assert_eq!(proxy.accepted_count(), dialled + 1, "the one connection served them all");
}

#[tokio::test]
async fn a_caller_who_gives_up_while_its_own_connection_is_greeted_leaves_its_place_to_the_next() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy, 2).await;
    let dialled = proxy.accepted_count();
    hold(&proxy).await;
    let pop = |client: Client| tokio::spawn(async move { client.blpop("list", 0.0).await.map(|_| ()) });
    let first = pop(client.clone());
    eventually_async("the first is greeted", SOON, || proxy.accepted_count() > dialled).await;
    let second = pop(client.clone());
    eventually_async("the second waits", SOON, || client.pool_stats().waiters == 1).await;

    give_up(first).await;
    proxy.heal().await;
    client.rpush("list", "kept").await.unwrap();

    second.await.unwrap().unwrap();
    assert_eq!(client.llen("list").await.unwrap(), 0);
    eventually_async("no place is lost", SOON, || client.pool_stats().in_use == 0).await;
    // The link's, and the one that served the second.
    eventually_async("the socket of the first is closed", SOON, || server.clients().len() == 2).await;
}

#[tokio::test]
async fn a_call_given_up_while_the_socket_takes_no_more_is_never_sent() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy, 4).await;
    proxy.change(|plan| plan.requests.flow = Flow::Hold).await;
    // More than all buffers on the way take.
    let large = tokio::spawn({
        let client = client.clone();
        async move { client.set("large", vec![b'x'; 64 << 20]).await }
    });
    eventually_async("it is being written", SOON, || client.link_stats().tickets == 1).await;
    let behind: Vec<JoinHandle<Result<(), Error>>> = (0..10)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move { client.set(format!("behind:{n}"), n).await })
        })
        .collect();
    eventually_async("all of them are queued", SOON, || client.link_stats().tickets == 11).await;

    for caller in behind {
        give_up(caller).await;
    }
    let cancelled = client.link_stats().cancelled;
    proxy.heal().await;
    large.await.unwrap().unwrap();
    client.set("after", 1).await.unwrap();

    assert_eq!((cancelled, server.command(&["DBSIZE"]).text().as_str()), (10, "2"));
    assert_eq!(client.link_stats().connects, 1);
}

#[tokio::test]
async fn a_call_that_nobody_polls_is_never_sent() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy, 4).await;
    let submitted = client.link_stats().submitted;

    drop(client.set("k", "v"));
    drop(client.pipeline().set("k", "v").exec());
    drop(client.blpop("k", 0.0).into_future());
    drop(
        client
            .transaction(&["k"], |tx| async move { tx.multi().set("k", "v").exec::<()>().await })
            .into_future(),
    );

    assert_eq!(client.ping().await.unwrap(), "PONG");
    assert_eq!(client.link_stats().submitted, submitted + 1);
    assert_eq!((server.command(&["DBSIZE"]).text().as_str(), client.pool_stats().created), ("0", 0));
}
