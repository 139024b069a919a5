//! Models of a pool for loom: leases taken, handed over, given up and closed by threads, in every order of their locks.
//!
//! Pool, line and lease are the real ones; a connection is a mark that two callers cannot hold at once. A caller whom nobody
//! wakes sleeps for ever, which loom reports as a deadlock.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};

use loom::sync::atomic::AtomicBool;
use loom::sync::atomic::Ordering::SeqCst;
use loom::thread;

use super::*;
use crate::sync::{block_on, try_all_orders};
use crate::transport::ConnectError;

/// Makes connections that know whether somebody uses them.
struct Marks;

struct Mark {
    used: AtomicBool,
}

impl Mark {
    /// What a caller does with its lease.
    fn use_alone(&self) {
        assert!(!self.used.swap(true, SeqCst), "two callers hold one connection");
        self.used.store(false, SeqCst);
    }
}

impl Manage for Marks {
    type Connection = Mark;

    async fn create(&self) -> Result<Mark, ConnectError> {
        Ok(Mark { used: AtomicBool::new(false) })
    }

    fn is_usable(&self, _: &Mark) -> bool {
        true
    }

    fn can_recycle(&self, _: Dirt) -> bool {
        false
    }

    async fn recycle(&self, _: &mut Mark, _: Dirt) -> bool {
        true
    }
}

/// One connection at most; no timer and no keeper, for which a model has no time.
fn pool() -> Pool<Marks> {
    let config = PoolConfig {
        max_connections: 1,
        acquire_timeout: Duration::MAX,
        idle_timeout: None,
        max_lifetime: None,
        check_after: None,
        ..PoolConfig::default()
    };
    Pool::new(Marks, config)
}

/// Takes a lease, uses it, and gives it back, or closes its connection.
fn borrow(pool: &Pool<Marks>, soil: bool) {
    let lease = block_on(pool.acquire()).unwrap();
    lease.use_alone();
    if soil {
        lease.mark(Dirt::OTHER);
    }
}

/// Comes into line and goes away, perhaps with what it was given.
fn give_up(pool: &Pool<Marks>) {
    let acquiring = pin!(pool.acquire());
    let _ = acquiring.poll(&mut Context::from_waker(Waker::noop()));
}

/// Nothing is held, nobody waits, and the one place can be used.
fn is_whole(pool: &Pool<Marks>) {
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.connecting, stats.waiters), (0, 0, 0), "{stats:?}");
    borrow(pool, false);
}

/// The threads run beside each other, while one lease is out that comes back at some time.
fn model(threads: &'static [fn(&Pool<Marks>)], soil: bool) {
    try_all_orders(3, move || {
        let pool = pool();
        let lease = block_on(pool.acquire()).unwrap();
        let threads: Vec<_> = threads
            .iter()
            .map(|work| {
                let pool = pool.clone();
                thread::spawn(move || work(&pool))
            })
            .collect();
        lease.use_alone();
        if soil {
            lease.discard();
        } else {
            drop(lease);
        }
        for thread in threads {
            thread.join().unwrap();
        }
        is_whole(&pool);
    });
}

#[test]
fn loom_a_connection_that_comes_back_goes_to_one_who_waits() {
    model(&[|pool| borrow(pool, false), |pool| borrow(pool, false)], false);
}

#[test]
fn loom_the_place_of_a_connection_that_is_closed_goes_to_one_who_waits() {
    model(&[|pool| borrow(pool, true), |pool| borrow(pool, false)], true);
}

#[test]
fn loom_what_was_given_to_one_who_goes_away_is_passed_on() {
    model(&[give_up, |pool| borrow(pool, false)], false);
    model(&[give_up, |pool| borrow(pool, false)], true);
}

#[test]
fn loom_a_pool_that_closes_waits_for_its_leases_and_tells_all_who_wait() {
    try_all_orders(3, || {
        let pool = pool();
        let lease = block_on(pool.acquire()).unwrap();
        let waiter = {
            let pool = pool.clone();
            thread::spawn(move || match block_on(pool.acquire()) {
                Ok(lease) => lease.use_alone(),
                Err(error) => assert!(matches!(error, AcquireError::Closed), "{error}"),
            })
        };
        let holder = thread::spawn(move || lease.use_alone());

        let left = block_on(pool.close(Duration::MAX));

        assert_eq!(left, 0);
        waiter.join().unwrap();
        holder.join().unwrap();
        assert_eq!(pool.stats().size, 0);
    });
}
