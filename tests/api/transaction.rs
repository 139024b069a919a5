//! Transactions that watch, against a real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server, eventually_async};

async fn connect(server: &Server) -> Client {
    Client::connect(Config::builder().url(&server.url()).build().unwrap()).await.unwrap()
}

async fn shared() -> (Client, Keys) {
    (connect(Server::shared()).await, Keys::new())
}

/// Watches `key`, lets `meddle` do something about it, and says whether EXEC ran.
async fn runs_after<F>(client: &Client, key: &str, meddle: impl Fn() -> F + Sync) -> bool
where
    F: Future<Output = ()> + Send,
{
    let meddle = &meddle;
    let made = client.transaction(&[key], |tx| async move {
        tx.exists(key).await?;
        meddle().await;
        tx.multi().echo("ran").exec::<(String,)>().await
    });
    made.tries(1).await.unwrap().is_some()
}

#[tokio::test]
async fn what_was_read_is_written_when_nothing_changed() {
    let (client, keys) = shared().await;
    let (account, spent) = (keys.tagged("account"), keys.tagged("spent"));
    client.set(&account, 12).await.unwrap();
    let (account, spent) = (account.as_str(), spent.as_str());

    let made = client
        .transaction(&[account], |tx| async move {
            let balance: i64 = tx.get(account).read_as().await?;
            tx.multi().set(account, balance - 5).ignore().incr(spent, 5).exec::<(i64,)>().await
        })
        .await
        .unwrap();

    assert_eq!(made, Some((5,)));
    assert_eq!(client.mget(&[account, spent]).read_as::<(i64, i64)>().await.unwrap(), (7, 5));
    assert_eq!(client.pool_stats().in_use, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_that_count_by_watch_lose_no_step() {
    let (first, keys) = shared().await;
    let (second, key) = (connect(Server::shared()).await, keys.key("counter"));
    let count = |client: Client| {
        let key = key.clone();
        tokio::spawn(async move {
            let key = key.as_str();
            for _ in 0..1000 {
                let step = client.transaction(&[key], |tx| async move {
                    let count: Option<u32> = tx.get(key).read_as().await?;
                    tx.multi().set(key, count.unwrap_or(0) + 1).exec::<()>().await
                });
                step.tries(1000).deadline(Duration::from_secs(60)).await.unwrap().unwrap();
            }
        })
    };

    let (one, other) = (count(first.clone()), count(second));
    one.await.unwrap();
    other.await.unwrap();

    assert_eq!(first.get(&key).read_as::<u32>().await.unwrap(), 2000);
}

#[tokio::test]
async fn it_is_tried_again_as_often_as_told() {
    let (client, keys) = shared().await;
    let key = keys.key("contended");
    let tried = Arc::new(AtomicU32::new(0));
    let (key, other) = (key.as_str(), &client);
    let meddled = |succeed_at: u32| {
        let tried = Arc::clone(&tried);
        tried.store(0, Ordering::SeqCst);
        client.transaction(&[key], move |tx| {
            let now = tried.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                if now < succeed_at {
                    other.incr(key, 1).await?;
                }
                tx.multi().echo(now).exec::<(u32,)>().await
            }
        })
    };

    assert_eq!(meddled(3).await.unwrap(), Some((3,)));
    assert_eq!(meddled(3).tries(2).await.unwrap(), None);
    assert_eq!(tried.load(Ordering::SeqCst), 2);
    assert_eq!(meddled(1).tries(0).await.unwrap(), Some((1,)), "once at least");
}

#[tokio::test]
async fn setting_the_same_value_aborts() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    client.set(&key, "v").await.unwrap();

    assert!(!runs_after(&client, &key, || async { client.set(&key, "v").await.map(drop).unwrap() }).await);
    assert!(runs_after(&client, &key, || async { client.get(&key).await.map(drop).unwrap() }).await);
}

#[tokio::test]
async fn setting_and_deleting_aborts() {
    let (client, keys) = shared().await;
    let key = keys.key("k");

    let meddle = || async {
        client.set(&key, "v").await.unwrap();
        client.del(&key).await.unwrap();
    };

    assert!(!runs_after(&client, &key, meddle).await);
}

#[tokio::test]
async fn deleting_a_missing_key_does_not_abort() {
    let (client, keys) = shared().await;
    let key = keys.key("k");

    assert!(runs_after(&client, &key, || async { client.del(&key).await.map(drop).unwrap() }).await);
}

#[tokio::test]
async fn expiry_aborts() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    client.set(&key, "v").await.unwrap();
    client.pexpire(&key, 60).await.unwrap();

    let meddle = || async { tokio::time::sleep(Duration::from_millis(100)).await };

    assert!(!runs_after(&client, &key, meddle).await);
}

#[tokio::test]
async fn a_change_on_the_watched_connection_itself_aborts() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    let key = key.as_str();

    let made = client.transaction(&[key], |tx| async move {
        tx.set(key, "v").await?;
        tx.multi().get(key).exec::<(String,)>().await
    });

    assert_eq!(made.tries(2).await.unwrap(), None);
}

#[tokio::test]
async fn flushall_aborts_only_if_the_key_was_there() {
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    let flush = || async { server.command(&["FLUSHALL"]).text().clear() };
    client.set("there", 1).await.unwrap();

    assert!(!runs_after(&client, "there", flush).await);
    assert!(runs_after(&client, "missing", flush).await);
}

#[tokio::test]
async fn a_closure_that_writes_nothing_leaves_nothing_watched() {
    let (client, keys) = shared().await;
    let (key, other) = (keys.tagged("k"), keys.tagged("other"));
    let (key, other) = (key.as_str(), other.as_str());

    let early = client.transaction(&[key], |tx| async move { Ok(Some(tx.exists(key).await?)) }).await;
    assert_eq!(early.unwrap(), Some(0));
    // The same connection, since there is no other: what was watched before must not count.
    client.set(key, "changed").await.unwrap();
    let made = client.transaction(&[other], |tx| async move { tx.multi().exec::<()>().await });

    assert_eq!(made.tries(1).await.unwrap(), Some(()));
    assert_eq!(client.pool_stats().created, 1);
}

#[tokio::test]
async fn a_cancelled_closure_leaves_nothing_watched() {
    let (client, keys) = shared().await;
    let (key, other) = (keys.tagged("k"), keys.tagged("other"));
    let (key, other) = (key.as_str(), other.as_str());
    for _ in 0..5 {
        let never = client.transaction(&[key], |tx| async move {
            tx.get(key).await?;
            std::future::pending::<()>().await;
            tx.multi().set(key, 1).exec::<()>().await
        });
        assert!(tokio::time::timeout(Duration::from_millis(50), never.into_future()).await.is_err());

        client.set(key, "changed").await.unwrap();
        let made = client
            .transaction(&[other], |tx| async move { tx.multi().incr(other, 1).exec::<(u32,)>().await });
        assert!(made.tries(1).await.unwrap().is_some());
    }
    eventually_async("all connections are back", Duration::from_secs(2), || client.pool_stats().in_use == 0)
        .await;
    assert!(client.exists(key).await.unwrap() == 1 && client.get(key).await.unwrap().unwrap() == "changed");
}

#[tokio::test]
async fn errors_of_the_closure_end_it() {
    let (client, keys) = shared().await;
    let key = keys.key("list");
    client.rpush(&key, 1).await.unwrap();
    let key = key.as_str();

    let wrong = client.transaction(&[key], |tx| async move {
        tx.get(key).await?;
        Ok(Some(()))
    });
    let discarded = client.transaction(&[key], |tx| async move {
        tx.multi().rpush(key, 2).add(cmd("GET")).exec::<Vec<Value>>().await
    });
    let inside = client.transaction(&[key], |tx| async move {
        tx.multi().rpush(key, 3).incr(key, 1).exec::<Vec<Value>>().await
    });

    let wrong = wrong.await.unwrap_err();
    assert_eq!((wrong.kind(), wrong.command()), (ErrorKind::WrongType, Some("GET")));
    let discarded = discarded.await.unwrap_err();
    assert_eq!((discarded.kind(), discarded.index()), (ErrorKind::ExecAbort, Some(1)));
    let inside = inside.await.unwrap_err();
    assert_eq!(
        (inside.kind(), inside.index(), inside.outcome()),
        (ErrorKind::WrongType, Some(1), Outcome::MaybeExecuted)
    );
    assert_eq!(client.lrange(key, 0, -1).await.unwrap(), ["1", "3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_are_dropped_anywhere_leave_nothing_behind() {
    let keys = Keys::new();
    let config = Config::builder().url(&Server::shared().url()).max_connections(5).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let (key, other) = (keys.tagged("counter"), keys.tagged("other"));
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8_u64 {
        let (client, key) = (client.clone(), key.clone());
        tasks.spawn(async move {
            let (key, mut done, mut dropped) = (key.as_str(), 0_u64, 0_u64);
            for round in 0..100 {
                let step = client.transaction(&[key], |tx| async move {
                    let count: Option<u64> = tx.get(key).read_as().await?;
                    tx.multi().set(key, count.unwrap_or(0) + 1).exec::<()>().await
                });
                // Some may take their time, so that some are done on any machine.
                let patience = match round % 10 {
                    9 => Duration::from_secs(60),
                    _ => Duration::from_micros((task * 131 + round * 37) % 1_500),
                };
                match tokio::time::timeout(patience, step.into_future()).await {
                    Ok(made) => done += u64::from(made.unwrap().is_some()),
                    Err(_) => dropped += 1,
                }
            }
            (done, dropped)
        });
    }
    let (mut done, mut dropped) = (0, 0);
    while let Some(task) = tasks.join_next().await {
        let counts = task.unwrap();
        (done, dropped) = (done + counts.0, dropped + counts.1);
    }

    let in_use = || client.pool_stats().in_use == 0;
    eventually_async("all connections are back", Duration::from_secs(5), in_use).await;
    let count = client.get(&key).read_as::<Option<u64>>().await.unwrap().unwrap_or(0);
    assert!((done..=done + dropped).contains(&count), "{count} of {done} done and {dropped} dropped");
    assert!(dropped > 0 && done > 0, "{done} done and {dropped} dropped");
    // Whatever connection it gets, nothing of before is watched there.
    client.set(&key, "changed").await.unwrap();
    let mut counting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (client, mine, other) = (client.clone(), keys.tagged("mine"), other.clone());
        counting.spawn(async move {
            let (mine, other) = (mine.as_str(), other.as_str());
            let step =
                client.transaction(&[mine], |tx| async move { tx.multi().incr(other, 1).exec::<()>().await });
            step.tries(1).await
        });
    }
    for made in counting.join_all().await {
        assert_eq!(made.unwrap(), Some(()));
    }
}

#[tokio::test]
async fn a_discarded_transaction_leaves_nothing_on_its_connection() {
    let (client, keys) = shared().await;
    let (key, other) = (keys.tagged("k"), keys.tagged("other"));
    let (key, other) = (key.as_str(), other.as_str());

    let discarded = client
        .transaction(&[key], |tx| async move { tx.multi().set(key, 1).add(cmd("GET")).exec::<()>().await });
    let error = discarded.await.unwrap_err();

    // EXECABORT has ended MULTI and WATCH: the same connection serves on, and neither is left of it.
    assert_eq!(
        (error.kind(), error.index(), error.outcome()),
        (ErrorKind::ExecAbort, Some(1), Outcome::Refused)
    );
    client.set(key, "changed").await.unwrap();
    let made = client.transaction(&[other], |tx| async move {
        tx.set(other, "at once").await?;
        Ok(Some(tx.get(key).await?))
    });
    assert_eq!(made.tries(1).await.unwrap().unwrap().as_deref(), Some("changed"));
    assert_eq!(client.get(other).await.unwrap().as_deref(), Some("at once"));
    assert_eq!(client.pool_stats().created, 1);
}

#[tokio::test]
async fn keys_that_a_read_has_named_are_watched_as_well() {
    let (client, keys) = shared().await;
    let (pointer, target) = (keys.tagged("pointer"), keys.tagged("target"));
    client.set(&pointer, &target).await.unwrap();
    let (pointer, target, other) = (pointer.as_str(), target.as_str(), &client);
    let follow = |meddle: bool| {
        client.transaction(&[pointer], move |tx| async move {
            let named: String = tx.get(pointer).read_as().await?;
            tx.watch(&named).await?;
            if meddle {
                other.incr(target, 1).await?;
            }
            tx.multi().incr(&named, 10).exec::<(i64,)>().await
        })
    };

    assert_eq!(follow(true).tries(1).await.unwrap(), None);
    assert_eq!(follow(false).tries(1).await.unwrap(), Some((11,)));
}

#[tokio::test]
async fn in_resp2_it_does_the_same() {
    let keys = Keys::new();
    let config = Config::from_url(&format!("{}?protocol=2", Server::shared().url())).unwrap();
    let client = Client::connect(config).await.unwrap();
    let key = keys.key("k");
    client.set(&key, 1).await.unwrap();
    let key = key.as_str();

    assert!(!runs_after(&client, key, || async { client.set(key, 1).await.map(drop).unwrap() }).await);
    let made = client.transaction(&[key], |tx| async move {
        tx.multi().incr(key, 1).add(cmd("LPUSH").arg(key).arg(1)).exec::<Vec<Value>>().await
    });

    let inside = made.await.unwrap_err();
    assert_eq!((inside.kind(), inside.index()), (ErrorKind::WrongType, Some(1)));
    assert_eq!(client.get(key).read_as::<i64>().await.unwrap(), 2, "nothing is undone");
}

#[tokio::test]
async fn a_handle_that_was_kept_is_refused_when_the_transaction_is_over() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    let key = key.as_str();
    let kept = std::sync::Mutex::new(None);

    let made = client.transaction(&[key], |tx| {
        *kept.lock().unwrap() = Some(tx);
        async move { Ok(Some(())) }
    });
    made.await.unwrap();

    let tx = kept.into_inner().unwrap().unwrap();
    let command = tx.get(key).await.unwrap_err();
    let exec = tx.multi().set(key, 1).exec::<()>().await.unwrap_err();
    for error in [command, exec] {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Usage, Outcome::NotSent));
    }
    assert!(client.get(key).await.unwrap().is_none());
}

#[tokio::test]
async fn commands_that_would_break_it_are_refused() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    let key = key.as_str();

    for name in ["MULTI", "EXEC", "UNWATCH", "SELECT", "SUBSCRIBE"] {
        let made = client.transaction(&[key], |tx| async move {
            tx.execute::<()>(cmd(name).arg(1)).await?;
            Ok(Some(()))
        });
        assert_eq!(made.await.unwrap_err().kind(), ErrorKind::Usage, "{name}");
        let made =
            client.transaction(&[key], |tx| async move { tx.multi().add(cmd(name)).exec::<()>().await });
        assert_eq!(made.await.unwrap_err().kind(), ErrorKind::Usage, "{name}");
    }
    let none: &[&str] = &[];
    let error = client.transaction(none, |_| async { Ok(Some(())) }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn it_ends_at_its_deadline() {
    let (client, keys) = shared().await;
    let key = keys.key("k");
    let (key, other) = (key.as_str(), &client);

    let made = client.transaction(&[key], |tx| async move {
        other.incr(key, 1).await?;
        tx.multi().exec::<()>().await
    });
    let made = made.tries(u32::MAX).deadline(Duration::from_millis(200)).await;

    // Between two tries it gives up, in the middle of one the server was asked too late.
    match made {
        Ok(made) => assert_eq!(made, None),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Timeout),
    }
    assert!(client.get(key).read_as::<u32>().await.unwrap() > 1, "it was tried more than once");
}

#[tokio::test]
async fn a_key_that_is_watched_while_exec_is_under_way_is_not_left_watched() {
    let (client, keys) = shared().await;
    let (first, late, other) = (keys.key("first"), keys.key("late"), keys.key("other"));
    let (first, late) = (first.as_str(), late.as_str());
    let made = client.transaction(&[first], |tx| async move {
        let exec = tx.multi().set(first, 1).exec::<()>();
        let (made, watched) = tokio::join!(exec, tx.watch(late));
        watched.and(made)
    });
    assert_eq!(made.await.unwrap(), Some(()));

    let ran = runs_after(&client, &other, || async { client.set(late, 1).await.unwrap() }).await;

    assert!(ran, "somebody else's watch was left behind");
}
