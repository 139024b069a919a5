//! Locks that are renewed, and the news of their loss.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use redlane::lock::{LockLost, LossReason};

use super::*;

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_watched_lock_outlives_its_time_and_ends_with_its_guard() {
    let (locks, prefix) = locks().await;
    let locks = locks.ttl(SHORT).watchdog(true);
    let key = format!("{prefix}a");
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
    let token = get(&key);

    eventually_async("it is renewed often", SOON, || locks.stats().renewed >= 6).await;

    assert!(guard.is_valid());
    assert_eq!((get(&key), guard.loss()), (token, None));
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
    let renewed = locks.stats().renewed;
    assert!(locks.lock("a").try_acquire().await.unwrap().is_some());
    assert!(locks.stats().renewed <= renewed + 1, "what was given back is not renewed");
}

#[tokio::test]
async fn many_locks_are_renewed_in_few_batches() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(Duration::from_secs(2)).watchdog(true);
    let mut guards = Vec::new();
    for number in 0..200 {
        guards.push(locks.lock(format!("{number}")).try_acquire().await.unwrap().unwrap());
    }
    settled(&locks).await;
    let batches = client.link_stats().batches;

    eventually_async("all are renewed twice", SOON, || locks.stats().renewed >= 400).await;

    let batches = client.link_stats().batches - batches;
    assert!(batches <= 20, "{batches}");
    assert!(guards.iter().all(|guard| guard.is_valid()));
}

#[tokio::test]
async fn a_stolen_lock_is_lost_at_the_next_renewal() {
    let (locks, prefix) = locks().await;
    let locks = locks.ttl(SHORT).watchdog(true);

    for (thief, reason) in
        [(Some("SET"), LossReason::Stolen), (Some("RPUSH"), LossReason::Stolen), (None, LossReason::Expired)]
    {
        let name = format!("{reason:?}{thief:?}");
        let key = format!("{prefix}{name}");
        let guard = locks.lock(&name).try_acquire().await.unwrap().unwrap();
        let (token, handle) = (guard.cancellation(), guard.handle());
        let told = Arc::new(Mutex::new(Vec::new()));
        guard.on_lost({
            let told = Arc::clone(&told);
            move |reason| told.lock().unwrap_or_else(PoisonError::into_inner).push(reason)
        });

        Server::shared().command(&["DEL", &key]);
        if let Some(command) = thief {
            Server::shared().command(&[command, &key, "thief"]);
        }

        assert_eq!(guard.lost().await, reason, "{thief:?}");
        assert_eq!((handle.lost().await, handle.loss()), (reason, Some(reason)));
        assert!(token.is_cancelled() && !guard.is_valid());
        assert_eq!(*told.lock().unwrap(), [reason]);
        assert!(matches!(guard.extend(LONG).await, Err(LockError::NotHeld)));
    }
    assert_eq!(locks.stats().lost, 3);
}

#[tokio::test]
async fn a_body_ends_when_its_lock_is_lost_and_is_left_alone_otherwise() {
    let (locks, prefix) = locks().await;
    let guard = locks.lock("a").ttl(SHORT).watchdog(true).try_acquire().await.unwrap().unwrap();
    let dropped = Arc::new(AtomicU32::new(0));
    struct Counts(Arc<AtomicU32>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    assert_eq!(guard.run(async { 7 }).await.unwrap(), 7);
    let counts = Counts(Arc::clone(&dropped));
    let body = async move {
        let _counts = counts;
        Server::shared().command(&["SET", &format!("{prefix}a"), "thief"]);
        std::future::pending::<()>().await;
    };
    let LockLost { reason, .. } = guard.run(body).await.unwrap_err();

    assert_eq!((reason, dropped.load(Ordering::Relaxed)), (LossReason::Stolen, 1));
}

#[tokio::test]
async fn a_lock_that_is_not_renewed_tells_when_its_time_is_over() {
    let (locks, _) = locks().await;
    let guard = locks.lock("a").ttl(SHORT).try_acquire().await.unwrap().unwrap();

    assert!(guard.loss().is_none());
    assert_eq!(guard.lost().await, LossReason::Expired);

    assert_eq!((guard.is_valid(), guard.loss()), (false, Some(LossReason::Expired)));
}

#[tokio::test]
async fn a_holder_that_hangs_is_not_renewed_for_ever() {
    let (locks, prefix) = locks().await;
    let lock = locks.lock("a").ttl(SHORT).watchdog(true).max_hold(Duration::from_millis(500));
    let guard = lock.try_acquire().await.unwrap().unwrap();

    assert_eq!(guard.lost().await, LossReason::MaxHold);

    assert!(!guard.is_valid());
    assert!(locks.stats().renewed >= 1);
    gone(&format!("{prefix}a")).await;
}

#[tokio::test]
async fn handles_of_a_lock_that_was_given_back_are_told() {
    let (locks, _) = locks().await;
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
    let (handle, token) = (guard.handle(), guard.cancellation());
    guard.on_lost(|_| panic!("it was given back"));

    let waits = tokio::spawn({
        let handle = guard.handle();
        async move { handle.lost().await }
    });
    guard.release().await.unwrap();

    assert_eq!((waits.await.unwrap(), handle.lost().await), (LossReason::Closed, LossReason::Closed));
    assert!(token.is_cancelled());
    assert_eq!(locks.stats().lost, 0);
}

#[tokio::test]
async fn closing_tells_those_who_are_renewed_and_lets_them_give_back() {
    let (locks, _) = locks().await;
    let guard = locks.lock("a").watchdog(true).try_acquire().await.unwrap().unwrap();
    let waits = tokio::spawn({
        let handle = guard.handle();
        async move { handle.lost().await }
    });

    assert!(locks.close(SOON).await);

    assert_eq!(waits.await.unwrap(), LossReason::Closed);
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
}

#[tokio::test]
async fn a_frozen_server_is_told_of_before_the_lease_ends() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let ttl = Duration::from_secs(1);
    let locks = client.locks().ttl(ttl).watchdog(true);
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
    eventually_async("it is renewed", SOON, || locks.stats().renewed >= 1).await;

    server.pause();
    // The last renewal that succeeded was some time ago.
    let (frozen, left) = (Instant::now(), guard.valid_for());
    let reason = guard.lost().await;
    let took = frozen.elapsed();
    server.resume();

    assert_eq!(reason, LossReason::Unreachable);
    assert!(took <= left + Duration::from_millis(15), "{took:?} of {left:?}");
    // From the renewal on: 0.9 to 1.0 of the time to live.
    assert!(took + (ttl - left) >= ttl.mul_f64(0.9), "{took:?} of {left:?}");
    drop(guard);
    eventually_async("it is given back", SOON, || locks.stats().in_use == 0).await;
}

#[tokio::test]
async fn forgotten_scripts_do_not_keep_a_lock_from_being_renewed() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(SHORT).watchdog(true);
    let (lock, permit) = (locks.lock("a").try_acquire().await.unwrap(), locks.semaphore("s", 1));
    let permit = permit.try_acquire().await.unwrap().unwrap();

    for round in 1..4 {
        client.script_flush(FlushMode::Sync).await.unwrap();
        eventually_async("both are renewed", SOON, || locks.stats().renewed >= 2 * round).await;
    }

    assert!(lock.unwrap().is_valid() && permit.is_valid());
    assert_eq!(locks.stats().lost, 0);
}

#[test]
fn locks_of_one_runtime_are_renewed_on_although_another_one_has_ended() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // That of the connection, and two that acquire. Whose task it is that renews: that of the first one.
    let (base, first, second) = (runtime(), runtime(), runtime());
    let (locks, prefix) = base.block_on(locks());
    let locks = locks.ttl(SHORT).watchdog(true);
    let of_first = first.block_on(locks.lock("a").acquire(SOON)).unwrap();
    let of_second = second.block_on(locks.lock("b").acquire(SOON)).unwrap();
    redlane_test_support::eventually("both are renewed", SOON, || locks.stats().renewed >= 2);

    drop(first);
    let renewed = locks.stats().renewed;

    redlane_test_support::eventually("they are renewed on", SOON, || locks.stats().renewed >= renewed + 8);
    assert!(of_first.is_valid() && of_second.is_valid());
    // And its loss is told.
    Server::shared().command(&["DEL", &format!("{prefix}b")]);
    assert_eq!(second.block_on(of_second.lost()), LossReason::Expired);
    drop(second);
    drop(base);
    assert_eq!(locks.stats().lost, 1);
}

#[tokio::test]
async fn a_renewed_lock_that_is_to_live_shorter_is_renewed_more_often() {
    let (locks, _) = locks().await;
    let locks = locks.watchdog(true);
    let (guard, permit) = (locks.lock("a").acquire(SOON).await.unwrap(), locks.semaphore("s", 1));
    let permit = permit.acquire(SOON).await.unwrap();

    guard.extend(SHORT).await.unwrap();
    permit.extend(SHORT).await.unwrap();

    eventually_async("both are renewed often", SOON, || locks.stats().renewed >= 8).await;
    assert!(guard.is_valid() && permit.is_valid());
    assert_eq!(locks.stats().lost, 0);
}
