//! The async monitor.

use futures_core::Stream;
use redlane_test_support::{Keys, Options, Server};
use std::pin::pin;

use crate::{LIMIT, resp2, resp3};

/// The next element of a stream.
pub(crate) async fn next<S: Stream>(stream: S) -> Option<S::Item> {
    let mut stream = pin!(stream);
    let next = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx));
    tokio::time::timeout(LIMIT, next).await.expect("something comes in time")
}

#[tokio::test]
async fn a_monitor_reads_what_others_say_until_the_server_ends() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    for client in [resp2(&server), resp3(&server)] {
        let mut monitor = client.get_async_monitor().await.unwrap();
        server.command(&["GET", &keys.key("watched")]);

        let line = loop {
            let line: String = next(monitor.on_message()).await.unwrap();
            if line.contains(&keys.key("watched")) {
                break line;
            }
        };

        assert!(line.contains("\"GET\""), "{line}");
    }
    let monitor = resp2(&server).get_async_monitor().await.unwrap();
    server.kill();
    let mut lines = Box::pin(monitor.into_on_message::<String>());
    while next(&mut lines).await.is_some() {}
}
