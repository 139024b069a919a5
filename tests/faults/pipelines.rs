//! Pipelines and transactions whose connection fails before, amid and after them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redlane::config::ConfigBuilder;
use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Keys, Server, eventually_async};

/// Short, so that a fault is over soon; long against a round trip on a loaded machine.
const TIMEOUT: Duration = Duration::from_millis(400);

fn config(proxy: &FaultProxy) -> ConfigBuilder {
    Config::builder().url(&proxy.url()).socket_timeout(TIMEOUT)
}

/// How late a deadline may be on a machine that has more to do; the promise is 50 ms.
const SLACK: Duration = Duration::from_millis(200);

/// A client behind a proxy before the server that all tests share.
async fn proxied() -> (FaultProxy, Client, Keys) {
    let proxy = FaultProxy::start(Server::shared().port());
    let client = Client::connect(config(&proxy).build().unwrap()).await.unwrap();
    (proxy, client, Keys::new())
}

async fn in_flight(client: &Client, replies: usize) {
    eventually_async("it is under way", Duration::from_secs(2), || client.link_stats().in_flight == replies)
        .await;
}

/// From now on so many bytes of replies pass before the connection ends; those of the handshake are behind it.
async fn cut_replies_after(proxy: &FaultProxy, client: &Client, bytes: u64, cut: Cut) {
    proxy.heal().await;
    client.ping().await.unwrap();
    proxy.change(|plan| plan.replies.cut_after = Some((bytes, cut))).await;
}

/// What the server holds, asked without the client.
fn stored(key: &str) -> String {
    Server::shared().command(&["GET", key]).text()
}

#[tokio::test]
async fn a_reply_cut_after_exec_leaves_it_open_and_it_runs_once() {
    let (proxy, client, keys) = proxied().await;
    let (a, b) = (keys.tagged("a"), keys.tagged("b"));
    for cut in [Cut::Reset, Cut::Close] {
        // MULTI and the queue are answered: 5 + 9 + 9 bytes; EXEC's reply is cut after 2.
        cut_replies_after(&proxy, &client, 25, cut).await;

        let error = client.pipeline().atomic().incr(&a, 1).incr(&b, 1).exec().await.unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Disconnected, Outcome::MaybeExecuted));
        assert_eq!((error.command(), error.attempts(), error.is_retryable()), (Some("MULTI"), 1, false));
    }

    proxy.heal().await;
    let after: (i64, i64) = client.pipeline().atomic().get(&a).get(&b).query().await.unwrap();
    assert_eq!(after, (2, 2), "each ran once");
}

#[tokio::test]
async fn a_transaction_declared_idempotent_is_repeated_once() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;

    let pipeline = client.pipeline().atomic().incr(&counter, 1).idempotent();
    let (count, ()) = tokio::join!(pipeline.query::<(i64,)>(), async {
        in_flight(&client, 3).await;
        eventually_async("it ran", Duration::from_secs(2), || stored(&counter) == "1").await;
        proxy.cut(Cut::Reset);
        proxy.heal().await;
    });

    assert_eq!(count.unwrap(), (2,));
    assert_eq!(client.metrics().retries(), 1);
}

#[tokio::test]
async fn a_watched_transaction_cut_after_exec_is_left_open_and_not_tried_again() {
    let (proxy, client, keys) = proxied().await;
    let (key, tried) = (keys.key("counter"), AtomicU32::new(0));
    let (key, tried, proxy) = (key.as_str(), &tried, &proxy);

    let made = client.transaction(&[key], |tx| async move {
        tried.fetch_add(1, Ordering::SeqCst);
        tx.get(key).await?;
        // `+OK`, `+QUEUED` and `*1` are 18 bytes.
        proxy.change(|plan| plan.replies.cut_after = Some((18, Cut::Reset))).await;
        tx.multi().incr(key, 1).exec::<(i64,)>().await
    });
    let error = made.await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Disconnected, Outcome::MaybeExecuted));
    assert_eq!((tried.load(Ordering::SeqCst), stored(key).as_str()), (1, "1"));
    proxy.heal().await;
    let again =
        client.transaction(&[key], |tx| async move { tx.multi().incr(key, 1).exec::<(i64,)>().await });
    assert_eq!(again.await.unwrap(), Some((2,)));
}

#[tokio::test]
async fn replies_that_came_before_the_cut_are_delivered_and_the_rest_is_left_open() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    // `:1` to `:6` are whole, `:7` is not.
    cut_replies_after(&proxy, &client, 4 * 6 + 2, Cut::Reset).await;
    let mut pipeline = client.pipeline();
    for _ in 0..9 {
        pipeline = pipeline.incr(&counter, 1);
    }
    let again = pipeline.clone();

    let results = pipeline.try_all().await.unwrap();
    // Now they have two digits, and five are whole.
    cut_replies_after(&proxy, &client, 5 * 5 + 1, Cut::Reset).await;
    let error = again.query::<Vec<i64>>().await.unwrap_err();

    for (index, result) in results.iter().enumerate() {
        match result {
            Ok(count) => assert_eq!((count, index < 6), (&Value::Integer(index as i64 + 1), true)),
            Err(error) => {
                assert_eq!((error.kind(), error.index()), (ErrorKind::Disconnected, Some(index)));
                assert_eq!((error.outcome(), index >= 6), (Outcome::MaybeExecuted, true));
            }
        }
    }
    assert_eq!((error.index(), error.outcome()), (Some(5), Outcome::MaybeExecuted));
    proxy.heal().await;
    assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 18, "each ran once");
}

#[tokio::test]
async fn what_the_kernel_never_took_is_not_sent_and_never_runs() {
    let proxy = FaultProxy::start(Server::shared().port());
    // One submission, so that it is cut in its middle.
    let config = config(&proxy).max_in_flight(100_000).socket_timeout(Duration::from_secs(5));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let counter = Keys::new().key("counter");
    proxy.change(|plan| plan.requests.flow = Flow::Hold).await;
    let padding = "x".repeat(1000);
    let mut pipeline = client.pipeline();
    for _ in 0..10_000 {
        pipeline = pipeline.incr(&counter, 1).echo(&padding);
    }

    let (results, ()) = tokio::join!(pipeline.no_retry().try_all(), async {
        in_flight(&client, 20_000).await;
        // As much as the buffers take has left by the next tick of the link.
        tokio::time::sleep(Duration::from_millis(100)).await;
        proxy.cut(Cut::Reset);
        proxy.heal().await;
    });

    let results = results.unwrap();
    let outcome = |result: &Result<Value, Error>| result.as_ref().unwrap_err().outcome();
    let open = results.iter().take_while(|result| outcome(result) == Outcome::MaybeExecuted).count();
    assert!(open > 0 && open < results.len(), "{open} of {}", results.len());
    assert!(results[open..].iter().all(|result| outcome(result) == Outcome::NotSent));
    let ran: usize = stored(&counter).parse().unwrap_or(0);
    assert!(ran <= open.div_ceil(2), "{ran} ran, {open} left open");
}

#[tokio::test]
async fn a_pipeline_of_reads_is_asked_again_from_where_it_was_cut() {
    let (proxy, client, keys) = proxied().await;
    let key = keys.key("value");
    client.set(&key, "abc").await.unwrap();
    let mut pipeline = client.pipeline();
    for _ in 0..10 {
        pipeline = pipeline.get(&key).strlen(&key);
    }
    // Two pairs of replies are whole: `$3 abc` takes 9 bytes, `:3` takes 4.
    proxy.change(|plan| plan.replies.cut_after = Some((30, Cut::Reset))).await;

    let query = pipeline.query::<Vec<String>>();
    let (replies, ()) = tokio::join!(query, async {
        eventually_async("it was cut", Duration::from_secs(2), || client.link_stats().lost > 0).await;
        proxy.heal().await;
    });

    let expected: Vec<String> = ["abc", "3"].iter().cycle().take(20).map(ToString::to_string).collect();
    assert_eq!(replies.unwrap(), expected);
    assert!(client.metrics().retries() > 0);
}

#[tokio::test]
async fn pipelines_wait_for_a_connection_within_their_deadline() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    proxy.change(|plan| plan.accept = Accept::Refuse).await;
    proxy.cut(Cut::Reset);
    eventually_async("the link is down", Duration::from_secs(2), || !client.is_connected()).await;

    let plain = client.pipeline().incr(&counter, 1).incr(&counter, 1);
    let atomic = client.pipeline().atomic().incr(&counter, 10);
    let (plain, atomic, ()) = tokio::join!(plain.query::<(i64, i64)>(), atomic.exec(), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        proxy.heal().await;
    });
    plain.unwrap();
    atomic.unwrap();

    assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 12);
}

#[tokio::test]
async fn a_pipeline_without_a_connection_fails_at_its_deadline_and_is_not_sent() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    proxy.change(|plan| plan.accept = Accept::Refuse).await;
    proxy.cut(Cut::Reset);
    eventually_async("the link is down", Duration::from_secs(2), || !client.is_connected()).await;
    let limit = Duration::from_millis(150);

    for atomic in [false, true] {
        let mut pipeline = client.pipeline().incr(&counter, 1).incr(&counter, 1).deadline(limit);
        if atomic {
            pipeline = pipeline.atomic();
        }
        let began = Instant::now();
        let error = pipeline.exec().await.unwrap_err();

        let took = began.elapsed();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
        assert!(took < limit + SLACK, "{took:?}");
    }
    proxy.heal().await;
    assert!(client.get(&counter).await.unwrap().is_none(), "and never will be");
}

#[tokio::test]
async fn a_silent_server_is_waited_for_until_the_deadline_and_nothing_is_repeated() {
    let (proxy, client, keys) = proxied().await;
    let (plain, atomic) = (keys.key("plain"), keys.key("atomic"));
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let limit = Duration::from_millis(150);

    for key in [&plain, &atomic] {
        let mut pipeline = client.pipeline().incr(key, 1).incr(key, 1).deadline(limit);
        if key == &atomic {
            pipeline = pipeline.atomic();
        }
        let began = Instant::now();
        let error = pipeline.exec().await.unwrap_err();

        let took = began.elapsed();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
        assert_eq!(error.attempts(), 1);
        assert!(took >= limit && took < limit + SLACK, "{took:?}");
    }

    proxy.heal().await;
    let counts: (i64, i64) = client.pipeline().get(&plain).get(&atomic).query().await.unwrap();
    assert_eq!(counts, (2, 2), "each ran once");
}

#[tokio::test]
async fn replies_that_came_before_the_deadline_are_delivered() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    // Byte by byte: some replies are whole when the time is up.
    proxy.change(|plan| plan.replies.drip = Some(Duration::from_millis(10))).await;
    for limit in [None, Some(Duration::from_millis(200))] {
        client.del(&counter).await.unwrap();
        let mut pipeline = client.pipeline().no_retry();
        for _ in 0..100 {
            pipeline = pipeline.incr(&counter, 1);
        }
        if let Some(limit) = limit {
            pipeline = pipeline.deadline(limit);
        }

        let results = pipeline.try_all().await.unwrap();

        let answered = results.iter().take_while(|result| result.is_ok()).count();
        assert!(answered > 0 && answered < 100, "{answered}");
        for (index, result) in results.iter().enumerate() {
            match result {
                Ok(count) => assert_eq!(count, &Value::Integer(index as i64 + 1)),
                Err(error) => {
                    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
                }
            }
        }
        proxy.change(|plan| plan.replies.drip = None).await;
        assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 100);
        proxy.change(|plan| plan.replies.drip = Some(Duration::from_millis(10))).await;
    }
}

#[tokio::test]
async fn a_dropped_pipeline_whose_replies_are_under_way_disturbs_nobody() {
    let (proxy, client, keys) = proxied().await;
    let counter = keys.key("counter");
    for atomic in [false, true] {
        proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
        let mut pipeline = client.pipeline().incr(&counter, 1).echo("not yours");
        if atomic {
            pipeline = pipeline.atomic();
        }

        let dropped = tokio::time::timeout(Duration::from_millis(50), pipeline.exec()).await;
        proxy.heal().await;

        assert!(dropped.is_err());
        assert_eq!(client.echo("mine").read_as::<String>().await.unwrap(), "mine");
    }
    assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 2);
    assert_eq!((client.link_stats().connects, client.link_stats().tickets), (1, 0));
}

#[tokio::test]
async fn a_pipeline_in_parts_sends_no_part_behind_a_lost_one() {
    let proxy = FaultProxy::start(Server::shared().port());
    let client = Client::connect(config(&proxy).max_in_flight(20).build().unwrap()).await.unwrap();
    let counter = Keys::new().key("counter");
    let mut pipeline = client.pipeline();
    for _ in 0..50 {
        pipeline = pipeline.incr(&counter, 1);
    }
    // The first part's ten replies take 41 bytes; three of the second part's are whole.
    proxy.change(|plan| plan.replies.cut_after = Some((41 + 15 + 2, Cut::Reset))).await;

    let results = pipeline.try_all().await.unwrap();

    proxy.heal().await;
    let outcome = |index: usize| results[index].as_ref().map_err(Error::outcome).map(|_| ());
    assert!((0..13).all(|index| outcome(index) == Ok(())));
    assert!((13..20).all(|index| outcome(index) == Err(Outcome::MaybeExecuted)));
    assert!((20..50).all(|index| outcome(index) == Err(Outcome::NotSent)));
    assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 20);
}
