//! Random histories of a pool: callers come, wait, give up at any await, use, soil and break connections; servers refuse,
//! dawdle and are replaced. Seeded, in paused time, so that a seed that fails can be run again.
//!
//! Everything that the pool does happens in whole steps under its lock, so the histories of one thread are the
//! interleavings of many. A future is polled only when it was woken: a lost wake-up shows as a caller who waits for ever.
#![allow(clippy::arithmetic_side_effects)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, advance};

use super::fake::{Fake, Script};
use super::{AcquireError, Pool, Reservation};
use crate::config::PoolConfig;
use crate::connector::Dirt;
use crate::lease::Lease;
use crate::simulated::run_seeds;

const HISTORIES: u64 = 300;
const STEPS: usize = 400;

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

type Acquiring = Pin<Box<dyn Future<Output = Result<Lease<Fake>, AcquireError>>>>;

/// A caller, until when it can wait, and whether it was woken.
struct Caller {
    future: Acquiring,
    deadline: Option<Instant>,
    woken: Arc<Flag>,
}

impl Caller {
    fn new(pool: &Pool<Fake>, deadline: Option<Instant>) -> Self {
        let pool = pool.clone();
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let future: Acquiring = Box::pin(async move {
            match deadline {
                Some(deadline) => pool.acquire_by(deadline).await,
                None => pool.acquire().await,
            }
        });
        Caller { future, deadline, woken }
    }

    /// A timer is exact to the millisecond.
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() > deadline + Duration::from_millis(1))
    }

    /// Polls it if it was woken.
    fn poll(&mut self) -> Option<Result<Lease<Fake>, AcquireError>> {
        if !self.woken.0.swap(false, SeqCst) {
            return None;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => {
                assert!(!self.is_late(), "it waits on beyond its deadline");
                None
            }
        }
    }
}

struct History {
    rng: Rng,
    fake: Fake,
    pool: Pool<Fake>,
    callers: Vec<Caller>,
    leases: Vec<Lease<Fake>>,
    reservations: Vec<Reservation<Fake>>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        // What the pool draws by itself, by how much it shortens spans, comes from here.
        fastrand::seed(rng.u64(..));
        let hour = Duration::from_secs(3_600);
        let config = PoolConfig {
            max_connections: rng.usize(1..6),
            max_connecting: rng.usize(1..4),
            min_idle: rng.usize(0..3),
            acquire_timeout: hour,
            connect_timeout: Duration::from_millis(40),
            recycle_timeout: Duration::from_millis(20),
            idle_timeout: Some(Duration::from_millis(rng.u64(20..200))),
            max_lifetime: Some(Duration::from_millis(rng.u64(50..500))),
            check_after: Some(Duration::from_millis(rng.u64(1..100))),
            ..PoolConfig::default()
        };
        let fake = Fake::default();
        let pool = Pool::new(fake.clone(), config);
        History { rng, fake, pool, callers: Vec::new(), leases: Vec::new(), reservations: Vec::new() }
    }

    async fn step(&mut self) {
        match self.rng.u8(0..20) {
            0..=4 => {
                let limit = (self.rng.u8(0..3) == 0).then(|| Duration::from_millis(self.rng.u64(0..150)));
                self.callers.push(Caller::new(&self.pool, limit.map(|limit| Instant::now() + limit)));
            }
            5..=8 => self.poll_one(),
            9..=10 if !self.callers.is_empty() => {
                // Gives up, wherever it is.
                self.callers.swap_remove(self.rng.usize(..self.callers.len()));
            }
            11..=14 if !self.leases.is_empty() => {
                let mut lease = self.leases.swap_remove(self.rng.usize(..self.leases.len()));
                match self.rng.u8(0..8) {
                    0 => lease.dead = true,
                    1 => lease.mark(Dirt::WATCH),
                    2 => lease.mark(Dirt::OTHER),
                    3 => lease.discard(),
                    _ => {}
                }
            }
            15 => self.fake.set(Script {
                create: Duration::from_millis(self.rng.u64(0..60)),
                refuses: self.rng.u8(0..3) == 0,
                recycle: Duration::from_millis(self.rng.u64(0..30)),
                recycle_fails: self.rng.u8(0..3) == 0,
            }),
            16 => self.pool.invalidate(),
            17 => match self.pool.reserve(1) {
                Ok(reservation) => self.reservations.push(reservation),
                Err(_) => self.reservations.clear(),
            },
            _ => advance(Duration::from_millis(self.rng.u64(0..50))).await,
        }
        self.check();
    }

    fn poll_one(&mut self) {
        if self.callers.is_empty() {
            return;
        }
        let chosen = self.rng.usize(..self.callers.len());
        if self.rng.u8(0..4) == 0 {
            // It moved to another task, which polls it unasked once; only that one is to be woken from now on.
            self.callers[chosen].woken = Arc::new(Flag(AtomicBool::new(true)));
        }
        if let Some(result) = self.callers[chosen].poll() {
            self.callers.swap_remove(chosen);
            self.leases.extend(result.ok());
        }
    }

    fn check(&self) {
        let stats = self.pool.stats();
        let config = self.pool.config();
        assert!(stats.size <= stats.max_connections, "{stats:?}");
        assert!(stats.connecting <= config.max_connecting, "{stats:?}");
        assert!(self.fake.0.live.load(SeqCst) <= stats.size - stats.reserved, "{stats:?}");
        assert!(self.leases.len() <= stats.in_use, "{stats:?}");
        assert_eq!(stats.reserved, self.reservations.len());
        let forgotten = |caller: &Caller| caller.is_late() && !caller.woken.0.load(SeqCst);
        assert!(!self.callers.iter().any(forgotten), "nobody told a caller that its time is over");
        if stats.waiters > 0 {
            let full = stats.size == stats.max_connections || stats.connecting == config.max_connecting;
            assert!(stats.idle == 0 && full, "somebody waits for nothing: {stats:?}");
        }
    }

    /// Everybody who still waits is served once the server is well; then nothing is left over.
    async fn end(mut self) {
        self.fake.set(Script::default());
        self.reservations.clear();
        for _ in 0..2_000 {
            self.leases.clear();
            for mut caller in std::mem::take(&mut self.callers) {
                match caller.poll() {
                    Some(Ok(lease)) => self.leases.push(lease),
                    Some(Err(error)) => assert!(
                        !matches!(error, AcquireError::Timeout { .. })
                            || caller.deadline.is_some()
                            || error.to_string().contains("new connection"),
                        "{error}"
                    ),
                    None => self.callers.push(caller),
                }
            }
            self.check();
            advance(Duration::from_millis(5)).await;
            if self.callers.is_empty() && self.leases.is_empty() {
                break;
            }
        }
        assert_eq!(self.callers.len(), 0, "forgotten: {:?}", self.pool.stats());
        while self.pool.stats().connecting > 0 {
            advance(Duration::from_millis(5)).await;
        }

        let stats = self.pool.stats();
        assert_eq!((stats.in_use, stats.waiters, stats.reserved), (0, 0, 0), "{stats:?}");
        assert_eq!((stats.size, stats.idle), (self.fake.0.live.load(SeqCst), self.fake.0.live.load(SeqCst)));
        let max = stats.max_connections;
        let mut all = Vec::new();
        for _ in 0..max {
            all.push(self.pool.acquire().await.expect("a place was leaked"));
        }
        assert!(self.fake.0.peak.load(SeqCst) <= max);
        drop(all);

        let closed: u64 = self.pool.stats().closed.iter().sum();
        let stats = self.pool.stats();
        assert_eq!(stats.created, closed + stats.idle as u64, "{stats:?}");
        assert_eq!(self.pool.close(Duration::ZERO).await, 0);
        assert_eq!(self.fake.0.live.load(SeqCst), 0);
    }
}

/// Runs one history to its end and gives the pool's figures after its steps.
fn run(seed: u64) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let mut history = History::new(seed);
        for _ in 0..STEPS {
            history.step().await;
        }
        let figures = format!("{:?}", history.pool.stats());
        history.end().await;
        figures
    })
}

#[test]
fn no_history_loses_a_place_a_connection_or_a_wake_up() {
    run_seeds(HISTORIES, |seed| drop(run(seed)));
}

#[test]
fn a_seed_gives_the_same_history_again() {
    for seed in 0..40 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
