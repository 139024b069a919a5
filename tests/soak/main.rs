//! A mixed load for a long time, through a network that is cut again and again, and with storms of cancelled calls.
//!
//! What must hold at any moment: each reply carries its caller's tag; a counter lies between what was acknowledged and
//! that plus what may have run; a value read back was written by its owner, and not before the last one acknowledged; a
//! lock has one holder; a subscriber hears a publisher's messages once each and in order, and misses one only where it is
//! told so. What must hold over time: memory, descriptors, tasks and the server's connections stay flat.
//! `REDLANE_SOAK_SECONDS` says how long; `./x soak` runs it for half an hour and prints what it measured.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a failed step is a failed test, and this one reports"
)]

mod load;
mod news;
mod watch;

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use redlane::client::Client;
use redlane::config::Config;
use redlane_test_support::{Accept, Cut, FaultProxy, Options, Server};

use self::load::{World, worker};
use self::news::{PUBLISHERS, SUBSCRIBERS, publisher, subscriber};
use self::watch::{Sample, Samples};

/// Times between faults; all shorter when the whole is.
struct Pace {
    total: Duration,
    cut: Duration,
    storm: Duration,
    storm_lasts: Duration,
}

impl Pace {
    fn from_env() -> Self {
        let seconds = std::env::var("REDLANE_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
        let total = Duration::from_secs(seconds.unwrap_or(20));
        let [cut, storm] = if total < Duration::from_secs(300) { [3, 8] } else { [20, 60] };
        let [cut, storm] = [cut, storm].map(Duration::from_secs);
        Pace { total, cut, storm, storm_lasts: storm / 12 }
    }
}

async fn connect(proxy: &FaultProxy) -> Client {
    let config =
        Config::builder().url(&proxy.url()).socket_timeout(Duration::from_secs(1)).max_connections(12);
    Client::connect(config.build().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_load_outlives_cuts_and_storms_unharmed() {
    let pace = Pace::from_env();
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    // Two clients, as two processes would be: locks and transactions meet on the server only.
    let world = Arc::new(World::new([connect(&proxy).await, connect(&proxy).await]));
    let each = |count| (0..count).map(|number| (Arc::clone(&world), number));
    let workers = each(48).map(|(world, number)| tokio::spawn(worker(world, number)));
    let publishers = each(PUBLISHERS).map(|(world, number)| tokio::spawn(publisher(world, number)));
    let subscribers = each(SUBSCRIBERS).map(|(world, number)| tokio::spawn(subscriber(world, number)));
    let workers: Vec<_> = workers.chain(publishers).chain(subscribers).collect();

    let began = Instant::now();
    let (mut next_cut, mut next_storm) = (pace.cut, pace.storm);
    let (mut cuts, mut storms) = (0u32, 0u32);
    let mut samples = Samples::new(pace.total);
    while began.elapsed() < pace.total {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = began.elapsed();
        if now >= next_cut {
            // Taken while all is calm, right before the next fault.
            samples.take(Sample::now(&server, &world, now));
            cuts += 1;
            next_cut += pace.cut;
            proxy
                .change(|plan| plan.accept = if cuts % 3 == 0 { Accept::Close } else { Accept::Forward })
                .await;
            proxy.cut(if cuts % 2 == 0 { Cut::Reset } else { Cut::Close });
            tokio::time::sleep(Duration::from_millis(300)).await;
            proxy.heal().await;
        }
        if now >= next_storm {
            storms += 1;
            next_storm += pace.storm;
            world.storm.store(true, SeqCst);
            tokio::time::sleep(pace.storm_lasts).await;
            world.storm.store(false, SeqCst);
        }
    }
    world.stop.store(true, SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }

    let done = world.report();
    println!("{cuts} cuts, {storms} storms in {:.0?}", pace.total);
    println!("{done}");
    println!("{samples}");
    world.check(&server).await;
    samples.check();
    world.check_nothing_is_held().await;
}
