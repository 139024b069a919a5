//! The pool with scripted connections and paused time.
#![allow(clippy::arithmetic_side_effects)]

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::Ordering::SeqCst;
use std::task::Poll;

use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::fake::{Fake, Script};
use super::*;
use crate::config::OnExhausted;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const SLOW: Duration = ms(3_600_000);

/// A pool of at most `max` connections that are never too old, changed by `change`.
fn pool_with(max: usize, change: impl FnOnce(&mut PoolConfig)) -> (Fake, Pool<Fake>) {
    let mut config = PoolConfig { max_connections: max, idle_timeout: None, ..PoolConfig::default() };
    change(&mut config);
    let fake = Fake::default();
    (fake.clone(), Pool::new(fake, config))
}

fn pool(max: usize) -> (Fake, Pool<Fake>) {
    pool_with(max, |_| {})
}

/// Polls once.
async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lease_returns_its_connection() {
    let (fake, pool) = pool(2);

    for _ in 0..10 {
        drop(pool.acquire().await.unwrap());
    }

    let stats = pool.stats();
    assert_eq!(fake.0.created.load(SeqCst), 1);
    assert_eq!((stats.size, stats.idle, stats.in_use, stats.acquired), (1, 1, 0, 10));
}

#[tokio::test(start_paused = true)]
async fn the_connection_used_last_is_used_next() {
    let (_, pool) = pool(3);
    let (first, second) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let id = first.id;
    drop(second);
    drop(first);

    assert_eq!(pool.acquire().await.unwrap().id, id);
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_opened_before_one_is_asked_for_and_none_without_need() {
    let (fake, pool) = pool(20);
    assert_eq!(fake.0.created.load(SeqCst), 0);

    let leases = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    drop(leases);
    drop(pool.acquire().await.unwrap());

    assert_eq!(fake.0.created.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_the_order_in_which_they_came_and_newcomers_do_not_steal() {
    let (_, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    let (mut first, mut second) = (Box::pin(pool.acquire()), Box::pin(pool.acquire()));
    assert!(poll_once(&mut first).await.is_none());
    assert!(poll_once(&mut second).await.is_none());

    drop(lease);
    let mut newcomer = Box::pin(pool.acquire());

    assert!(poll_once(&mut newcomer).await.is_none());
    assert!(poll_once(&mut second).await.is_none());
    let lease = poll_once(&mut first).await.unwrap().unwrap();
    drop(lease);
    assert!(poll_once(&mut newcomer).await.is_none());
    drop(poll_once(&mut second).await.unwrap().unwrap());
    poll_once(&mut newcomer).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_waiter_dropped_at_hand_off_passes_the_connection_on() {
    let (fake, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    let (mut first, mut second) = (Box::pin(pool.acquire()), Box::pin(pool.acquire()));
    assert!(poll_once(&mut first).await.is_none());
    assert!(poll_once(&mut second).await.is_none());

    drop(lease);
    drop(first);

    poll_once(&mut second).await.unwrap().unwrap();
    assert_eq!((fake.0.created.load(SeqCst), pool.stats().cancelled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_leaves_the_middle_of_the_line_disturbs_nobody() {
    let (_, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    let mut line: Vec<_> = (0..3).map(|_| Box::pin(pool.acquire())).collect();
    for waiter in &mut line {
        assert!(poll_once(waiter).await.is_none());
    }

    drop(line.remove(1));
    drop(lease);

    drop(poll_once(&mut line[0]).await.unwrap().unwrap());
    drop(poll_once(&mut line[1]).await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_opening_leaves_its_place_to_the_next_in_line() {
    let (fake, pool) = pool(1);
    fake.set(Script { create: SLOW, ..Script::default() });
    let mut opener = Box::pin(pool.acquire());
    assert!(poll_once(&mut opener).await.is_none());
    let mut waiter = Box::pin(pool.acquire());
    assert!(poll_once(&mut waiter).await.is_none());
    assert_eq!((pool.stats().connecting, pool.stats().waiters), (1, 1));

    fake.set(Script::default());
    drop(opener);

    assert_eq!(fake.0.opening.load(SeqCst), 0, "what was being opened is closed");
    poll_once(&mut waiter).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_opening_leaves_its_place_to_the_next_in_line() {
    let (fake, pool) = pool(1);
    fake.set(Script { create: ms(10), refuses: true, ..Script::default() });
    let (opener, waiter) = tokio::join!(pool.acquire(), async {
        yield_now().await;
        let waiter = pool.acquire();
        fake.set(Script::default());
        waiter.await
    });

    assert!(matches!(opener, Err(AcquireError::Connect(_))), "{opener:?}");
    assert!(waiter.is_ok());
    assert_eq!((pool.stats().connect_failures, pool.stats().size), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_cancelled_acquires_leak_nothing() {
    for stage in ["waiting", "opening", "handed off", "cleaning"] {
        let (fake, pool) = pool(4);
        let mut held = Vec::new();
        match stage {
            "waiting" => {
                for _ in 0..4 {
                    held.push(pool.acquire().await.unwrap());
                }
            }
            "opening" => fake.set(Script { create: SLOW, ..Script::default() }),
            "cleaning" => fake.set(Script { recycle: SLOW, ..Script::default() }),
            _ => {}
        }

        for round in 0..10_000 {
            if stage == "cleaning" {
                let Ok(lease) = timeout(ms(1), pool.acquire()).await else { panic!("leaked in {round}") };
                lease.unwrap().mark(Dirt::WATCH);
            }
            if stage == "handed off" {
                let lease = pool.acquire().await.unwrap();
                let others = [
                    pool.acquire().await.unwrap(),
                    pool.acquire().await.unwrap(),
                    pool.acquire().await.unwrap(),
                ];
                let mut waiter = Box::pin(pool.acquire());
                assert!(poll_once(&mut waiter).await.is_none());
                drop(lease);
                drop(waiter);
                drop(others);
            } else {
                let mut acquire = Box::pin(pool.acquire());
                assert!(poll_once(&mut acquire).await.is_none(), "{stage}");
            }
        }

        drop(held);
        fake.set(Script::default());
        let stats = pool.stats();
        assert_eq!((stats.in_use, stats.connecting, stats.waiters), (0, 0, 0), "{stage}");
        assert_eq!((stats.size, stats.idle), (fake.0.live.load(SeqCst), fake.0.live.load(SeqCst)), "{stage}");
        let all = [pool.acquire().await, pool.acquire().await, pool.acquire().await, pool.acquire().await];
        assert!(all.iter().all(Result::is_ok), "{stage}");
    }
}

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

#[tokio::test(start_paused = true)]
async fn what_is_not_used_for_long_is_closed_oldest_first_down_to_the_least() {
    let (fake, pool) = pool_with(4, |config| {
        config.idle_timeout = Some(ms(8_000));
        config.min_idle = 1;
        config.check_after = None;
    });
    let mut leases = Vec::new();
    for _ in 0..4 {
        leases.push(pool.acquire().await.unwrap());
    }
    drop(leases);
    let kept = pool.acquire().await.unwrap();
    let id = kept.id;

    sleep(ms(7_000)).await;
    drop(kept);
    assert_eq!(pool.stats().idle, 4);
    sleep(ms(2_100)).await;

    assert_eq!((pool.stats().idle, fake.0.live.load(SeqCst)), (1, 1));
    assert_eq!(pool.stats().closed_by(Retired::Idle), 3);
    sleep(ms(60_000)).await;
    assert_eq!(pool.acquire().await.unwrap().id, id, "the least is kept however old");
}

#[tokio::test(start_paused = true)]
async fn a_connection_of_age_is_closed_when_idle_or_when_it_comes_back() {
    let (fake, pool) = pool_with(2, |config| config.max_lifetime = Some(ms(10_000)));
    let (idle, leased) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(idle);

    sleep(ms(8_900)).await;
    assert_eq!(pool.stats().size, 2, "never before nine tenths of it");
    sleep(ms(2_400)).await;
    assert_eq!((pool.stats().size, fake.0.live.load(SeqCst)), (1, 1));
    drop(leased);

    assert_eq!(pool.stats().closed_by(Retired::Lifetime), 2);
}

#[tokio::test(start_paused = true)]
async fn connections_opened_together_do_not_reach_their_age_together() {
    let (_, pool) = pool_with(20, |config| {
        config.max_lifetime = Some(ms(10_000));
        config.idle_timeout = Some(ms(800)); // for a finer clock
    });
    let mut leases = Vec::new();
    for _ in 0..20 {
        leases.push(pool.acquire().await.unwrap());
    }

    sleep(ms(9_500)).await;
    drop(leases);

    let closed = pool.stats().closed_by(Retired::Lifetime);
    assert!((1..20).contains(&closed), "{closed}");
}

#[tokio::test(start_paused = true)]
async fn the_least_idle_are_opened_beforehand_and_again_when_one_dies() {
    let (fake, pool) = pool_with(5, |config| config.min_idle = 3);
    sleep(ms(1_000)).await;
    assert_eq!((pool.stats().idle, pool.stats().acquired), (3, 0));

    pool.acquire().await.unwrap().discard();
    sleep(ms(1_000)).await;

    assert_eq!((pool.stats().idle, fake.0.created.load(SeqCst)), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_not_dialed_in_a_loop_for_spare_connections() {
    let (fake, pool) = pool_with(5, |config| config.min_idle = 3);
    fake.set(Script { refuses: true, ..Script::default() });

    sleep(ms(10_500)).await;

    assert!((5..=12).contains(&pool.stats().connect_failures), "{}", pool.stats().connect_failures);
}

#[tokio::test(start_paused = true)]
async fn the_keeper_ends_with_its_pool() {
    let (fake, pool) = pool_with(1, |config| config.idle_timeout = Some(ms(1_000)));
    drop(pool.acquire().await.unwrap());
    let metrics = tokio::runtime::Handle::current().metrics();
    assert_eq!(metrics.num_alive_tasks(), 1);

    drop(pool);
    yield_now().await;

    assert_eq!((metrics.num_alive_tasks(), fake.0.live.load(SeqCst)), (0, 0));
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

#[tokio::test(start_paused = true)]
async fn reservations_count_against_the_limit_and_make_room_among_the_idle() {
    let (_, pool) = pool(3);
    let leases =
        [pool.acquire().await.unwrap(), pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    assert!(matches!(pool.reserve(1), Err(AcquireError::Exhausted { .. })));
    drop(leases);

    let reservation = pool.reserve(2).unwrap();
    assert_eq!((pool.stats().size, pool.stats().idle, pool.stats().reserved), (3, 1, 2));
    let _lease = pool.acquire().await.unwrap();
    let mut waiter = Box::pin(pool.acquire());
    assert!(poll_once(&mut waiter).await.is_none());

    drop(reservation);
    poll_once(&mut waiter).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn waits_are_measured() {
    let (_, pool) = pool(1);
    let lease = pool.acquire().await.unwrap();
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    sleep(ms(40)).await;
    drop(lease);
    waiter.await.unwrap().unwrap();

    let stats = pool.stats();
    assert_eq!((stats.waits, stats.wait_total, stats.wait_longest), (1, ms(40), ms(40)));
}

#[tokio::test]
async fn a_pool_outlives_the_runtime_that_filled_it() {
    let (_, pool) = pool_with(1, |config| config.idle_timeout = Some(ms(80)));
    let elsewhere = pool.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        drop(runtime.block_on(elsewhere.acquire()).unwrap());
    })
    .join()
    .unwrap();

    pool.acquire().await.unwrap().discard();
    drop(pool.acquire().await.unwrap());

    let mut rounds = 0;
    while pool.stats().idle > 0 {
        timeout(ms(5_000), sleep(ms(10))).await.unwrap();
        rounds += 1;
        assert!(rounds < 500, "no keeper runs in the new runtime");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_share_few_connections_and_nobody_is_forgotten() {
    let (fake, pool) = pool(3);
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let pool = pool.clone();
        callers.spawn(async move {
            for _ in 0..500 {
                let lease = pool.acquire().await.unwrap();
                yield_now().await;
                drop(lease);
            }
        });
    }

    callers.join_all().await;

    let stats = pool.stats();
    assert_eq!((stats.acquired, stats.in_use, stats.waiters), (32_000, 0, 0));
    assert!(fake.0.peak.load(SeqCst) <= 3 && stats.timeouts == 0);
}

#[test]
fn handles_are_send_and_sync() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Pool<Fake>>();
    check::<Lease<Fake>>();
    check::<Reservation<Fake>>();
    fn check_future<T: Send>(_: T) {}
    let (_, pool) = pool(1);
    check_future(pool.acquire());
}
