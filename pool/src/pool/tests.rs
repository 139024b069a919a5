//! The pool with scripted connections and paused time.
#![allow(clippy::arithmetic_side_effects)]

mod condition;
mod keeping;
mod limits;

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
