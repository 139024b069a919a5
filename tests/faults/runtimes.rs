//! A client whose runtime ends while others, on another one, wait for it.

use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::{FaultProxy, Flow, Keys, Server, eventually};
use tokio::runtime::Runtime;

/// Nobody waits for as long as that.
const LONG: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(10);

#[test]
fn calls_under_way_fail_at_once_when_the_runtime_of_the_client_ends() {
    let [network, gone, here] = [(); 3].map(|()| Runtime::new().unwrap());
    let proxy = network.block_on(async { FaultProxy::start(Server::shared().port()) });
    let config = Config::builder().url(&proxy.url()).socket_timeout(LONG).build().unwrap();
    let client = gone.block_on(Client::connect(config)).unwrap();
    let (key, queue) = (Keys::new().key("counter"), Keys::new().key("queue"));
    // The connection to lend, and the one for messages, belong to the same runtime.
    assert_eq!(gone.block_on(client.blpop(&queue, 0.01).into_future()).unwrap(), None);
    let mut news = gone.block_on(client.subscribe([queue.as_str()]).into_future()).unwrap();
    network.block_on(proxy.change(|plan| plan.replies.flow = Flow::Hold));
    let write = here.spawn({
        let (client, key) = (client.clone(), key.clone());
        async move { client.incr(&key, 1).await }
    });
    let blocked = here.spawn({
        let (client, queue) = (client.clone(), queue.clone());
        async move { client.blpop(&queue, 0.0).await }
    });
    let listening = here.spawn(async move { news.next().await });
    eventually("both are under way", SOON, || {
        client.link_stats().in_flight == 1 && client.pool_stats().in_use == 1
    });

    let began = Instant::now();
    gone.shutdown_background();

    let error = here.block_on(write).unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{error:?}");
    let error = here.block_on(blocked).unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{error:?}");
    let heard = here.block_on(listening).unwrap();
    assert!(heard.is_none() || matches!(heard, Some(Event::Gap { .. })), "{heard:?}");
    let error = here.block_on(client.incr(&key, 1).into_future()).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RuntimeGone, Outcome::NotSent));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
