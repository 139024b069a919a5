//! In what condition connections are handed out: alive, clean, checked, not from before.
#![allow(clippy::arithmetic_side_effects)]

use super::*;

#[tokio::test(start_paused = true)]
async fn a_connection_found_dead_at_give_back_is_closed_and_the_waiter_opens_another() {
    let (fake, pool) = pool(1);
    let mut lease = pool.acquire().await.unwrap();
    let mut waiter = Box::pin(pool.acquire());
    assert!(poll_once(&mut waiter).await.is_none());

    lease.dead = true;
    drop(lease);

    assert_eq!(poll_once(&mut waiter).await.unwrap().unwrap().id, 1);
    assert_eq!(fake.0.live.load(SeqCst), 1);
    assert_eq!(pool.stats().closed_by(Retired::Unusable), 1);
}

#[tokio::test(start_paused = true)]
async fn dirt_that_can_be_cleaned_is_cleaned_and_other_dirt_closes() {
    let (_, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    lease.mark(Dirt::WATCH);
    lease.mark(Dirt::MULTI);
    drop(lease);

    let lease = pool.acquire().await.unwrap();
    assert_eq!((lease.id, lease.dirt(), pool.stats().recycled), (0, Dirt::NONE, 1));
    lease.mark(Dirt::OTHER | Dirt::WATCH);
    drop(lease);

    assert_eq!(pool.stats().closed_by(Retired::Dirty), 1);
    assert_eq!(pool.acquire().await.unwrap().id, 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_cleaned_by_itself_needs_no_round_trip() {
    let (_, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    lease.mark(Dirt::WATCH);
    lease.mark_clean();
    drop(lease);

    drop(pool.acquire().await.unwrap());

    assert_eq!(pool.stats().recycled, 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_cleaned_in_time_is_replaced() {
    let (fake, pool) = pool_with(1, |config| config.recycle_timeout = ms(100));
    for script in
        [Script { recycle: SLOW, ..Script::default() }, Script { recycle_fails: true, ..Script::default() }]
    {
        let lease = pool.acquire().await.unwrap();
        lease.mark(Dirt::WATCH);
        let id = lease.id;
        drop(lease);
        fake.set(script);

        assert_eq!(pool.acquire().await.unwrap().id, id + 1);
    }
    assert_eq!((pool.stats().closed_by(Retired::RecycleFailed), fake.0.live.load(SeqCst)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_discarded_lease_is_closed() {
    let (fake, pool) = pool(1);

    pool.acquire().await.unwrap().discard();

    assert_eq!((pool.stats().size, fake.0.live.load(SeqCst)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn only_a_long_idle_connection_is_checked() {
    let (_, pool) = pool(1);
    drop(pool.acquire().await.unwrap());

    sleep(ms(29_000)).await;
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.stats().recycled, 0);

    sleep(ms(30_000)).await;
    drop(pool.acquire().await.unwrap());
    assert_eq!((pool.stats().recycled, pool.stats().created), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failed_check_costs_one_wait_however_many_are_idle() {
    let (fake, pool) = pool_with(10, |config| config.recycle_timeout = ms(100));
    let mut leases = Vec::new();
    for _ in 0..10 {
        leases.push(pool.acquire().await.unwrap());
    }
    drop(leases);
    sleep(ms(60_000)).await;
    fake.set(Script { recycle: SLOW, ..Script::default() });
    let started = Instant::now();

    let lease = pool.acquire().await.unwrap();

    assert_eq!((lease.id, started.elapsed()), (10, ms(100)));
    assert_eq!(fake.0.live.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn an_invalidated_pool_hands_out_nothing_from_before() {
    let (fake, pool) = pool(3);
    let (idle, leased) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(idle);

    pool.invalidate();
    assert_eq!((pool.stats().idle, fake.0.live.load(SeqCst)), (0, 1));
    drop(leased);

    assert_eq!((pool.stats().size, pool.stats().closed_by(Retired::Invalidated)), (0, 2));
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_opening_began_before_an_invalidation_is_used_once_at_most() {
    let (fake, pool) = pool(1);
    fake.set(Script { create: ms(10), ..Script::default() });
    let mut opener = Box::pin(pool.acquire());
    assert!(poll_once(&mut opener).await.is_none());

    pool.invalidate();
    drop(opener.await.unwrap());

    assert_eq!(pool.stats().closed_by(Retired::Invalidated), 1);
}
