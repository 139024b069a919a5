//! Semaphores: so many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use redlane::lock::LossReason;
use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn no_more_than_the_limit_pass_and_all_do_in_turn() {
    let (locks, prefix) = locks().await;
    let (inside, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let semaphore = locks.semaphore("s", 3);
        let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
        tasks.spawn(async move {
            let permit = semaphore.acquire(LONG).await.unwrap();
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(2)).await;
            inside.fetch_sub(1, Ordering::SeqCst);
            assert_eq!(permit.release().await.unwrap(), ReleaseOutcome::Released);
        });
    }

    tasks.join_all().await;

    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(integer(&["EXISTS", &format!("{{{prefix}s}}:s")]), 0);
}

#[tokio::test]
async fn permits_that_expire_or_are_dropped_are_free_again() {
    let (locks, _) = locks().await;
    let semaphore = locks.semaphore("s", 2);
    let short = semaphore.clone().ttl(Duration::from_millis(60)).try_acquire().await.unwrap().unwrap();
    let long = semaphore.try_acquire().await.unwrap().unwrap();
    assert!(semaphore.try_acquire().await.unwrap().is_none());

    let third = semaphore.acquire(SOON).await.unwrap();
    assert!(!short.is_valid());
    assert_eq!(short.release().await.unwrap(), ReleaseOutcome::Expired);
    drop(long);
    let fourth = semaphore.acquire(SOON).await.unwrap();

    assert!(third.is_valid() && fourth.is_valid());
}

#[tokio::test]
async fn a_permit_is_renewed_and_its_loss_is_told() {
    let (locks, prefix) = locks().await;
    let semaphore = locks.semaphore("s", 1).ttl(Duration::from_millis(300)).watchdog(true);
    let permit = semaphore.try_acquire().await.unwrap().unwrap();
    eventually_async("it is renewed", SOON, || locks.stats().renewed >= 4).await;
    assert!(semaphore.try_acquire().await.unwrap().is_none());

    Server::shared().command(&["DEL", &format!("{{{prefix}s}}:s")]);

    assert_eq!(permit.lost().await, LossReason::Expired);
}

#[tokio::test]
async fn a_semaphore_without_permits_or_name_and_a_foreign_key_are_refused() {
    let (locks, prefix) = locks().await;

    assert!(matches!(locks.semaphore("s", 0).try_acquire().await, Err(LockError::NoPermits)));
    assert!(matches!(locks.semaphore("", 1).try_acquire().await, Err(LockError::Name)));
    assert!(matches!(locks.lock("").try_acquire().await, Err(LockError::Name)));
    Server::shared().command(&["SET", &format!("{{{prefix}s}}:s"), "foreign"]);
    let error = locks.semaphore("s", 1).try_acquire().await.unwrap_err();
    assert!(matches!(error, LockError::Failed { step: "acquired", .. }), "{error:?}");
}
