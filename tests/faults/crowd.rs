//! Many callers at once who go away, and what they leave behind: nothing.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server, eventually_async};

use crate::measured;

async fn connect(server: &Server, connections: usize) -> Client {
    let config = Config::builder().url(&server.url()).max_connections(connections);
    Client::connect(config.build().unwrap()).await.unwrap()
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect(name))
}

/// A few seconds, or as many as `REDLANE_CROWD_SECONDS` says: a minute is what the figures were taken with.
fn lasting() -> Duration {
    Duration::from_secs(from_env("REDLANE_CROWD_SECONDS").unwrap_or(3))
}

/// Polls a call so often, and gives it up unless it has ended by then.
async fn patient<F: Future>(call: F, polls: u32) -> Option<F::Output> {
    let (mut call, mut left) = (pin!(call), polls);
    poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_that_give_up_at_random_get_no_reply_but_their_own() {
    let client = connect(Server::shared(), 4).await;
    let [answered, cancelled, wrong] = [(); 3].map(|()| Arc::new(AtomicU64::new(0)));
    let until = Instant::now() + lasting();
    let tasks: Vec<_> = (0..1_000u64)
        .map(|task| {
            let client = client.clone();
            let (answered, cancelled, wrong) =
                (Arc::clone(&answered), Arc::clone(&cancelled), Arc::clone(&wrong));
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(task);
                let mut round = 0u64;
                while Instant::now() < until {
                    round += 1;
                    let tag = format!("{task}:{round}");
                    let call = client.echo(tag.as_str()).read_as::<String>();
                    let reply = if random.bool() {
                        let patience = Duration::from_micros(random.u64(..20_000));
                        match tokio::time::timeout(patience, call).await {
                            Ok(reply) => reply.unwrap(),
                            Err(_) => {
                                cancelled.fetch_add(1, Relaxed);
                                continue;
                            }
                        }
                    } else {
                        call.await.unwrap()
                    };
                    answered.fetch_add(1, Relaxed);
                    wrong.fetch_add(u64::from(reply != tag), Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let [answered, cancelled] = [answered, cancelled].map(|count| count.load(Relaxed));
    measured(
        "1,000 tasks",
        &format!("{answered} replies, {cancelled} calls given up, none to a wrong caller"),
    );
    assert_eq!(wrong.load(Relaxed), 0);
    assert!(answered > 1_000 && cancelled > 1_000, "{answered} answered, {cancelled} cancelled");
    let idle = || client.link_stats().tickets == 0;
    eventually_async("all tickets are free again", Duration::from_secs(5), idle).await;
    assert_eq!(client.link_stats().connects, 1, "no cancellation costs the connection");
}

/// Each call is polled a few times and given up: before it is sent, while it is written, and with its reply under way.
/// As many as `REDLANE_CANCELLATIONS` says; the figures were taken with ten million.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_given_up_at_any_poll_never_shift_a_reply() {
    let wanted = from_env("REDLANE_CANCELLATIONS").unwrap_or(20_000);
    let client = connect(Server::shared(), 4).await;
    let [answered, cancelled] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let began = Instant::now();
    let tasks: Vec<_> = (0..64u64)
        .map(|task| {
            let (client, answered, cancelled) =
                (client.clone(), Arc::clone(&answered), Arc::clone(&cancelled));
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(task);
                let mut round = 0u64;
                while cancelled.load(Relaxed) < wanted {
                    round += 1;
                    let tag = format!("{task}:{round}");
                    let call = client.echo(tag.as_str()).read_as::<String>();
                    // One in eight waits to the end.
                    let polls = if random.u8(..8) == 0 { u32::MAX } else { random.u32(..4) };
                    match if polls == u32::MAX { Some(call.await) } else { patient(call, polls).await } {
                        Some(reply) => {
                            assert_eq!(reply.unwrap(), tag, "a reply of somebody else");
                            answered.fetch_add(1, Relaxed);
                        }
                        None => {
                            cancelled.fetch_add(1, Relaxed);
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let [answered, cancelled] = [answered, cancelled].map(|count| count.load(Relaxed));
    measured(
        "calls given up at any poll",
        &format!(
            "{cancelled}, and {answered} answered, none by a reply of another, in {:.0?}",
            began.elapsed()
        ),
    );
    assert!(answered > wanted / 100);
    let idle = || client.link_stats().tickets == 0;
    eventually_async("all tickets are free again", Duration::from_secs(5), idle).await;
    assert_eq!(client.link_stats().connects, 1, "no cancellation costs the connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_acquires_given_up_leak_no_permit() {
    let server = Server::start(Options::new());
    // All of them may wait at once, however slowly they come to their end.
    let config = Config::builder().url(&server.url()).max_connections(5).max_waiters(10_000);
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let keys = Keys::new();
    let queue = keys.key("empty");
    let mut random = fastrand::Rng::with_seed(7);
    let mut callers = Vec::new();
    for _ in 0..10_000 {
        let (client, queue) = (client.clone(), queue.clone());
        let patience = Duration::from_micros(random.u64(..30_000));
        callers.push(tokio::spawn(async move {
            let call = client.blpop(&queue, 0.0).read_as::<Option<(String, String)>>();
            if let Ok(ended) = tokio::time::timeout(patience, call).await {
                panic!("nothing was ever in the queue, and yet a call ended: {ended:?}");
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }

    eventually_async("nobody holds or waits", Duration::from_secs(5), || {
        let pool = client.pool_stats();
        pool.in_use == 0 && pool.waiters == 0 && pool.connecting == 0
    })
    .await;
    // Every place can be used: one of the five is the link's.
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let (client, queue) = (client.clone(), queue.clone());
            tokio::spawn(async move { client.blpop(&queue, 10.0).await.unwrap() })
        })
        .collect();
    eventually_async("four wait on the server", Duration::from_secs(5), || {
        server.info("blocked_clients") == "4"
    })
    .await;
    client.rpush(&queue, &["a", "b", "c", "d"]).await.unwrap();
    for waiter in waiting {
        assert!(waiter.await.unwrap().is_some());
    }
}

/// One connection to lend, given back in every kind of disorder: whoever has it next notices nothing.
#[tokio::test]
async fn whatever_a_caller_leaves_on_a_connection_is_gone_for_the_next() {
    let server = Server::start(Options::new());
    let client = connect(&server, 2).await;
    let keys = Keys::new();
    let (key, queue) = (keys.key("watched"), keys.key("empty"));
    let other = keys.key("other");
    let (key, queue, other) = (key.as_str(), queue.as_str(), other.as_str());
    let soon = Duration::from_millis(20);

    for kind in
        ["watched", "failed", "dropped while a reply is awaited", "dropped at EXEC", "dropped while blocked"]
    {
        match kind {
            "watched" => {
                let left = client.transaction(&[key], |tx| async move {
                    tx.get(key).await?;
                    Ok(Some(()))
                });
                left.await.unwrap();
            }
            "failed" => {
                let failed = client.transaction(&[key], |tx| async move {
                    tx.incr(key, 1).await?;
                    tx.lpush(key, "wrong type").await?;
                    Ok(Some(()))
                });
                assert_eq!(failed.await.unwrap_err().code(), Some("WRONGTYPE"));
            }
            "dropped while a reply is awaited" => {
                let sleeping = client.transaction(&[key], |tx| async move {
                    tx.execute::<()>(cmd("DEBUG").arg("SLEEP").arg("0.1")).await?;
                    Ok(Some(()))
                });
                assert!(tokio::time::timeout(soon, sleeping).await.is_err());
            }
            "dropped at EXEC" => {
                let sleeping = client.transaction(&[key], |tx| async move {
                    tx.multi().add(cmd("DEBUG").arg("SLEEP").arg("0.1")).exec::<()>().await
                });
                assert!(tokio::time::timeout(soon, sleeping).await.is_err());
            }
            _ => {
                let blocked = client.blpop(queue, 0.0).read_as::<Option<(String, String)>>();
                assert!(tokio::time::timeout(soon, blocked).await.is_err());
            }
        }
        // Would abort the next transaction if anything were still watched, and shift its replies if any were left.
        client.set(key, kind).await.unwrap();
        let made = client
            .transaction(&[other], |tx| async move {
                tx.multi().get(key).echo(kind).exec::<(String, String)>().await
            })
            .await
            .unwrap();
        assert_eq!(made, Some((kind.to_owned(), kind.to_owned())), "after one that was {kind}");
        client.del(key).await.unwrap();
    }
    assert_eq!(client.pool_stats().in_use, 0);
}
