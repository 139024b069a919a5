//! How a lock ends: released, dropped, cancelled, out of time, closed.

use std::sync::Arc;
use std::time::Instant;

use redlane::error::Failure;
use redlane::lock::{DistributedLock, Guard, GuardHandle, Lock};
use tokio::sync::{Notify, oneshot};

use super::*;

#[tokio::test]
async fn a_dropped_guard_gives_the_lock_back_within_milliseconds() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");

    let mut times = Vec::new();
    for _ in 0..9 {
        let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
        let handle = guard.handle();
        let dropped = Instant::now();
        drop(guard);
        assert!(!handle.is_valid());
        gone(&key).await;
        times.push(dropped.elapsed());
    }

    times.sort();
    assert!(times[4] < Duration::from_millis(50), "{times:?}");
    eventually_async("all places are free", SOON, || locks.stats().in_use == 0).await;
}

#[test]
fn a_guard_may_be_dropped_where_there_is_no_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (locks, prefix) = runtime.block_on(locks());
    let acquire = |name: &str| runtime.block_on(locks.lock(name).acquire(SOON)).unwrap();
    let (guard, last) = (acquire("a"), acquire("b"));

    drop(guard);
    redlane_test_support::eventually("it is given back", SOON, || {
        get(&format!("{prefix}a")) == RawReply::Null
    });
    drop(runtime);
    drop(last);

    // Nobody was left to give the second one back; its time to live will.
    assert!(integer(&["PTTL", &format!("{prefix}b")]) > 0);
    assert_eq!(locks.stats().in_use, 0);
}

/// Their time to live is long: whatever is gone was given back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_aborted_acquires_leave_nothing() {
    for sort in ["plain", "fair", "semaphore"] {
        let (locks, prefix) = locks().await;
        let mut tasks = Vec::new();
        for number in 0..1_000_u32 {
            let locks = locks.clone();
            tasks.push(tokio::spawn(async move {
                // Some are alone with their lock, some compete.
                let name = format!("{}", number % 300);
                match sort {
                    "plain" => drop(locks.lock(name).acquire(SOON).await),
                    "fair" => drop(locks.lock(name).fair().acquire(SOON).await),
                    _ => drop(locks.semaphore(name, 2).acquire(SOON).await),
                }
            }));
            if number % 4 == 0 {
                let victim = fastrand::usize(..tasks.len());
                tasks[victim].abort();
            }
            for _ in 0..fastrand::u32(..8) {
                tokio::task::yield_now().await;
            }
        }
        for task in &tasks {
            task.abort();
        }

        let stats = || (locks.stats().in_use, locks.stats().waited_for, locks.stats().returning);
        eventually_async("all places are free", SOON, || stats() == (0, 0, 0)).await;
        let left = Server::shared().command(&["KEYS", &format!("*{prefix}*")]);
        let left: Vec<_> = left.elements().iter().filter(|key| !key.text().ends_with(":f")).collect();
        assert!(left.is_empty(), "{sort}: {left:?}");
    }
}

#[tokio::test]
async fn an_acquire_that_is_dropped_after_its_question_leaves_nothing() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");

    for polls in 1..40 {
        let lock = locks.lock("a");
        {
            let mut acquire = std::pin::pin!(lock.acquire(SOON));
            for _ in 0..polls {
                let poll =
                    std::future::poll_fn(|cx| std::task::Poll::Ready(acquire.as_mut().poll(cx).is_ready()));
                if poll.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        eventually_async("the place is free", SOON, || locks.stats().in_use == 0).await;
        assert_eq!(get(&key), RawReply::Null);
    }
}

#[tokio::test]
async fn a_lock_that_is_out_of_time_is_not_given_away_by_its_old_holder() {
    let (locks, prefix) = locks().await;
    let (lock, key) = (locks.lock("a"), format!("{prefix}a"));
    let short = lock.clone().ttl(Duration::from_millis(40));

    let first = short.try_acquire().await.unwrap().unwrap();
    let second = lock.acquire(SOON).await.unwrap();
    assert!(!first.is_valid() && second.fence() > first.fence());
    assert!(matches!(first.extend(LONG).await, Err(LockError::NotHeld)));
    assert_eq!(first.release().await.unwrap(), ReleaseOutcome::NotOwner);
    assert!(lock.is_locked().await.unwrap());
    second.release().await.unwrap();

    let third = short.try_acquire().await.unwrap().unwrap();
    gone(&key).await;
    assert_eq!(third.release().await.unwrap(), ReleaseOutcome::Expired);
    // A drop in the place of a release does no harm either.
    let fourth = short.try_acquire().await.unwrap().unwrap();
    let fifth = lock.acquire(SOON).await.unwrap();
    drop(fourth);
    eventually_async("the drop was seen to", SOON, || locks.stats().returning == 0).await;
    assert_eq!(fifth.release().await.unwrap(), ReleaseOutcome::Released);
}

#[tokio::test]
async fn a_body_under_a_lock_gives_it_back_whatever_becomes_of_it() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");
    let held = || get(&key) != RawReply::Null;

    let value = locks.with_lock("a", LONG, |guard| async move { (guard.fence(), guard.is_valid()) }).await;
    assert_eq!((value.unwrap(), held()), ((1, true), false));

    let error = locks.with_lock("a", LONG, |_| async { Err::<(), _>("the body's own") }).await;
    assert_eq!((error.unwrap(), held()), (Err("the body's own"), false));

    let panic = tokio::spawn({
        let locks = locks.clone();
        async move { locks.with_lock("a", LONG, |_| async { panic!("on purpose") }).await }
    });
    assert!(panic.await.unwrap_err().is_panic());
    gone(&key).await;

    let (started, is_started) = oneshot::channel();
    let cancelled = tokio::spawn({
        let locks = locks.clone();
        let body = |_| async move {
            started.send(()).unwrap();
            std::future::pending::<()>().await;
        };
        async move { locks.with_lock("a", LONG, body).await }
    });
    is_started.await.unwrap();
    assert!(held());
    cancelled.abort();
    gone(&key).await;
}

#[tokio::test]
async fn the_body_s_error_is_not_hidden_by_that_of_the_release() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");

    let error = locks
        .with_lock("a", LONG, |guard| async move {
            Server::shared().command(&["DEL", &key]);
            Server::shared().command(&["RPUSH", &key, "x"]);
            assert!(guard.is_valid());
            Err::<(), _>("the body's own")
        })
        .await;

    assert_eq!(error.unwrap(), Err("the body's own"));
}

#[tokio::test]
async fn no_body_runs_without_the_lock() {
    let (locks, _) = locks().await;
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();

    let result = locks.with_lock("a", LONG, |_| async { panic!("it is held") }).await;

    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "lock is held by somebody else");
    guard.release().await.unwrap();
}

#[tokio::test]
async fn closing_drains_the_background_and_refuses_new_acquires() {
    let (locks, prefix) = locks().await;
    let keep = locks.lock("keep").try_acquire().await.unwrap().unwrap();
    let late = locks.lock("late").try_acquire().await.unwrap().unwrap();
    for number in 0..50 {
        drop(locks.lock(format!("{number}")).try_acquire().await.unwrap());
    }

    assert!(locks.close(SOON).await);

    let left = Server::shared().command(&["KEYS", &format!("{prefix}*")]);
    assert_eq!(left.elements().len(), 2, "{left:?}");
    assert!(matches!(locks.lock("a").try_acquire().await, Err(LockError::Closed)));
    // What is held is given back as ever, released or dropped.
    drop(late);
    gone(&format!("{prefix}late")).await;
    assert_eq!(keep.release().await.unwrap(), ReleaseOutcome::Released);
}

#[tokio::test]
async fn a_closed_client_says_so_and_lets_its_locks_end_by_themselves() {
    let client = client(Server::shared().port()).await;
    let locks = client.locks().prefix(Keys::new().key("lock:"));
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
    client.close().await;

    let error = locks.lock("b").try_acquire().await.unwrap_err();
    let LockError::Failed { source, .. } = error else { panic!("{error:?}") };
    assert!(matches!(source.failure(), Failure::Closed));
    drop(guard);

    eventually_async("nobody waits for the closed client", SOON, || locks.stats().in_use == 0).await;
}

#[tokio::test]
async fn futures_of_locks_can_be_spawned_and_dropped_anywhere() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    fn shareable<T: Send + Sync + Unpin + 'static>() {}
    shareable::<(LockManager, Lock, Guard, GuardHandle, LockError, DistributedLock<'static>)>();
    let (locks, _) = locks().await;
    let (lock, done) = (locks.lock("a"), Arc::new(Notify::new()));

    let guard = sendable(lock.acquire(SOON)).await.unwrap();
    sendable(guard.extend(LONG)).await.unwrap();
    sendable(guard.release()).await.unwrap();
    let body = {
        let done = Arc::clone(&done);
        move |_| async move { done.notify_one() }
    };
    sendable(lock.hold(SOON, body)).await.unwrap();
    done.notified().await;
    sendable(locks.close(SOON)).await;
}
