//! The limits of each step, and closing.
#![allow(clippy::arithmetic_side_effects)]

use super::*;

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_limit_and_names_it_with_the_figures() {
    let (_, pool) = pool_with(1, |config| config.acquire_timeout = ms(2_000));
    let _lease = pool.acquire().await.unwrap();
    let started = Instant::now();

    let error = pool.acquire().await.unwrap_err();

    assert_eq!(started.elapsed(), ms(2_000));
    assert_eq!(
        error.to_string(),
        "no free connection within 2s (1 of 1 connections open, 0 callers waiting)"
    );
    assert_eq!((pool.stats().timeouts, pool.stats().waiters), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_open_ends_at_its_own_limit() {
    let (fake, pool) = pool_with(1, |config| config.connect_timeout = ms(300));
    fake.set(Script { create: SLOW, ..Script::default() });
    let started = Instant::now();

    let error = pool.acquire().await.unwrap_err();

    assert_eq!(started.elapsed(), ms(300));
    assert!(error.to_string().starts_with("no new connection within 300ms"), "{error}");
    assert_eq!((pool.stats().size, pool.stats().connect_failures), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn no_step_goes_on_beyond_the_callers_deadline() {
    let (fake, pool) = pool(1);
    let started = Instant::now();
    let deadline = started + ms(50);

    fake.set(Script { create: SLOW, ..Script::default() });
    let connect = pool.acquire_by(deadline).await.unwrap_err();
    assert_eq!(started.elapsed(), ms(50));
    assert!(matches!(connect, AcquireError::Timeout { step: AcquireStep::Connect, .. }), "{connect}");

    fake.set(Script { recycle: SLOW, ..Script::default() });
    let lease = pool.acquire().await.unwrap();
    let wait = pool.acquire_by(Instant::now() + ms(50)).await.unwrap_err();
    assert!(matches!(wait, AcquireError::Timeout { step: AcquireStep::Wait, .. }), "{wait}");

    lease.mark(Dirt::MULTI);
    drop(lease);
    let recycle = pool.acquire_by(Instant::now() + ms(50)).await.unwrap_err();
    assert!(matches!(recycle, AcquireError::Timeout { step: AcquireStep::Recycle, .. }), "{recycle}");
    assert_eq!(started.elapsed(), ms(150));
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_wait_fails_at_once_when_all_are_in_use() {
    let (fake, pool) = pool_with(2, |config| {
        config.on_exhausted = OnExhausted::Fail;
        config.max_connecting = 1;
    });
    fake.set(Script { create: ms(10), ..Script::default() });

    let (first, second, third) = tokio::join!(pool.acquire(), pool.acquire(), pool.acquire());

    assert!(first.is_ok());
    assert!(second.is_ok(), "there was room; it only had to wait for its turn to connect");
    assert_eq!(third.unwrap_err().to_string(), "all 2 connections are in use (1 callers waiting)");
}

#[tokio::test(start_paused = true)]
async fn one_waiter_too_many_is_turned_down_with_the_limit() {
    let (_, pool) = pool_with(1, |config| config.max_waiters = 1);
    let _lease = pool.acquire().await.unwrap();
    let mut waiter = Box::pin(pool.acquire());
    assert!(poll_once(&mut waiter).await.is_none());

    let error = pool.acquire().await.unwrap_err();

    assert_eq!(error.to_string(), "1 callers wait for one of 1 connections already");
    assert_eq!(pool.stats().turned_down, 1);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_connections_are_opened_at_a_time() {
    let (fake, pool) = pool_with(8, |config| config.max_connecting = 2);
    fake.set(Script { create: ms(10), ..Script::default() });
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let pool = pool.clone();
        callers.spawn(async move { pool.acquire().await.unwrap() });
    }
    let started = Instant::now();

    let leases = callers.join_all().await;

    assert_eq!(leases.len(), 8);
    assert_eq!(fake.0.opening_peak.load(SeqCst), 2);
    assert_eq!(started.elapsed(), ms(40));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_turn_to_connect_takes_a_connection_that_comes_back() {
    let (fake, pool) = pool_with(8, |config| config.max_connecting = 1);
    let lease = pool.acquire().await.unwrap();
    fake.set(Script { create: SLOW, ..Script::default() });
    let (mut opener, mut waiter) = (Box::pin(pool.acquire()), Box::pin(pool.acquire()));
    assert!(poll_once(&mut opener).await.is_none());
    assert!(poll_once(&mut waiter).await.is_none());

    drop(lease);

    assert_eq!(poll_once(&mut waiter).await.unwrap().unwrap().id, 0);
}

#[tokio::test(start_paused = true)]
async fn closing_fails_those_in_line_and_waits_for_leases() {
    let (fake, pool) = pool(2);
    let (lease, other) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let mut line = Box::pin(pool.acquire());
    assert!(poll_once(&mut line).await.is_none());

    let closer = tokio::spawn({
        let pool = pool.clone();
        async move { pool.close(ms(5_000)).await }
    });
    let started = Instant::now();
    assert!(matches!(line.await, Err(AcquireError::Closed)));
    assert!(matches!(pool.acquire().await, Err(AcquireError::Closed)));
    sleep(ms(700)).await;
    assert!(!closer.is_finished());
    drop(lease);
    drop(other);

    assert_eq!(closer.await.unwrap(), 0);
    assert_eq!((started.elapsed(), fake.0.live.load(SeqCst), pool.stats().size), (ms(700), 0, 0));
    assert_eq!(pool.close(ms(1)).await, 0, "closing twice does no harm");
}

#[tokio::test(start_paused = true)]
async fn closing_waits_no_longer_than_its_bound() {
    let (fake, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    let started = Instant::now();

    assert_eq!(pool.close(ms(300)).await, 1);

    assert_eq!(started.elapsed(), ms(300));
    drop(lease);
    assert_eq!(fake.0.live.load(SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_what_is_being_opened() {
    let (fake, pool) = pool(1);
    fake.set(Script { create: SLOW, ..Script::default() });
    let mut opener = Box::pin(pool.acquire());
    assert!(poll_once(&mut opener).await.is_none());

    let (left, opened) = tokio::join!(pool.close(ms(5_000)), opener);

    assert!(matches!(opened, Err(AcquireError::Closed)));
    assert_eq!((left, fake.0.opening.load(SeqCst)), (0, 0));
}
