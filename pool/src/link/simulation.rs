//! Random schedules of whole links: driver, supervisor and clock over simulated sockets, in paused time.
//!
//! A schedule is a server with faults, callers who wait, are cancelled at some poll or forget to poll, and a while of
//! good weather at the end, in which everything has to come to rest. One runtime of one thread and one seed: it replays
//! exactly.
#![allow(clippy::arithmetic_side_effects)]

mod caller;
mod server;
mod world;

use std::sync::Arc;

use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::caller::{Submission, call_at_random};
use self::world::{World, random_ms};
use super::*;
use crate::simulated::run_seeds;

/// What one schedule is made of.
struct Schedule {
    rng: Rng,
    config: LinkConfig,
    world: Arc<World>,
}

fn draw_config(rng: &mut Rng) -> LinkConfig {
    LinkConfig {
        in_flight: if rng.bool() { rng.usize(1..8) } else { 4096 },
        in_flight_bytes: if rng.bool() { rng.usize(50..2_000) } else { 1 << 20 },
        room_waiters: if rng.u8(0..4) == 0 { rng.usize(1..4) } else { 1_000 },
        attempt_timeout: Some(random_ms(rng, 100..1_500)),
        connect_timeout: random_ms(rng, 100..1_000),
        frame_timeout: random_ms(rng, 100..1_500),
        health_check_interval: rng.bool().then(|| random_ms(rng, 50..800)),
        read_block: if rng.bool() { 512 } else { 64 * 1024 },
        ..LinkConfig::default()
    }
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        // What the link draws by itself, its waits, comes from here.
        fastrand::seed(rng.u64(..));
        let config = draw_config(&mut rng);
        let world = World::new(&mut rng);
        Schedule { rng, config, world }
    }

    async fn run(mut self) {
        let connector = Arc::new(world::Simulated(Arc::clone(&self.world)));
        let link = if self.rng.u8(0..6) == 0 {
            match Link::connect(connector, self.config.clone(), None).await {
                Ok(link) => Arc::new(link),
                Err(_) => return,
            }
        } else {
            Arc::new(Link::spawn(connector, self.config.clone(), None))
        };
        let mut callers = JoinSet::new();
        for _ in 0..self.rng.usize(1..10) {
            let rng = self.rng.fork();
            callers.spawn(call_at_random(Arc::clone(&link), Arc::clone(&self.world), self.limit(), rng));
        }
        self.disturb(&link).await;
        self.world.calm();
        while let Some(done) = callers.join_next().await {
            done.unwrap();
        }
        if link.shared.reconnects && link.ended().is_none() {
            self.recover(&link).await;
            self.rest(&link).await;
        }
        self.end(link).await;
        self.world.check_servers().await;
    }

    fn limit(&self) -> Duration {
        self.config.attempt_timeout.unwrap()
    }

    /// Storms, restarts and renewals for a while.
    async fn disturb(&mut self, link: &Arc<Link>) {
        for _ in 0..self.rng.usize(0..6) {
            sleep(random_ms(&mut self.rng, 0..2_000)).await;
            match self.rng.u8(0..10) {
                0..=2 => self.world.restart(random_ms(&mut self.rng, 0..3_000)),
                3..=5 => link.renew(),
                6 if self.rng.u8(0..4) == 0 => link.close(random_ms(&mut self.rng, 0..1_000)).await,
                _ => {}
            }
        }
    }

    /// On a healthy server the link works again, soon.
    async fn recover(&self, link: &Arc<Link>) {
        let began = Instant::now();
        // Silence found out, a hung dial and a hung greeting, and the pause after a refusal.
        let bound = self.limit() * 2 + self.config.connect_timeout + self.config.frame_timeout;
        let bound = bound + Duration::from_millis(1_500);
        loop {
            let mut submission = Submission::new(Arc::clone(link), Arc::clone(&self.world));
            if std::future::poll_fn(|cx| submission.poll(cx)).await.is_ok() {
                return;
            }
            assert!(began.elapsed() <= bound, "does not recover: {:?} {:?}", link, self.config);
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything is given back: tickets, room, bytes, sockets.
    async fn rest(&self, link: &Arc<Link>) {
        let began = Instant::now();
        while !link.shared.lock().core.is_at_rest() {
            assert!(began.elapsed() <= self.limit() * 4, "does not rest: {:?}", link.shared.lock().core);
            sleep(Duration::from_millis(5)).await;
        }
        assert!(link.is_idle());
        assert!(self.world.open_sockets() <= 2, "sockets left open: {}", self.world.open_sockets());
        self.world.check_dials();
    }

    /// The end of a link closes all of its sockets, and says so to everybody.
    async fn end(&mut self, link: Arc<Link>) {
        let quiet = link.is_up() && link.is_idle() && self.world.open_sockets() == 1;
        if quiet && self.rng.bool() && self.world.say("+STRAY\r\n") {
            sleep(Duration::from_millis(1)).await;
            assert_eq!(
                link.stats().closed_by(CloseReason::UnaskedReply),
                1,
                "a stray reply was taken: {:?}",
                link
            );
        }
        if self.rng.bool() {
            link.close(Duration::from_secs(1)).await;
            let mut late = Submission::new(Arc::clone(&link), Arc::clone(&self.world));
            assert!(std::future::poll_fn(|cx| late.poll(cx)).await.is_err());
        }
        drop(link);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(self.world.open_sockets(), 0, "a socket outlives its link");
    }
}

/// Runs one schedule to its end and gives its history.
fn run(seed: u64) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let (schedule, began) = (Schedule::new(seed), Instant::now());
        let world = Arc::clone(&schedule.world);
        schedule.run().await;
        format!("{:?} {}", began.elapsed(), world.history(began))
    })
}

#[test]
fn random_schedules_keep_every_promise() {
    run_seeds(150, |seed| drop(run(seed)));
}

#[test]
fn a_seed_gives_the_same_schedule_again() {
    let histories: Vec<String> = (0..40).map(run).collect();

    for (seed, history) in (0..).zip(&histories) {
        assert_eq!(&run(seed), history, "seed {seed}");
    }
    let mut distinct = histories.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), histories.len(), "and no other one");
}
