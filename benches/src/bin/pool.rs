//! The pool by itself: what taking a connection and giving it back costs, and how long one waits for it.
//!
//! Connections are numbers, so nothing is measured but the pool; deadpool and bb8 do the same with theirs. The waits
//! are those of so many tasks for 20 connections, each held over one yield.

use std::convert::Infallible;
use std::future::Future;
use std::time::{Duration, Instant};

use bench::load::{median, order, process_time, runtime, runtime_name};
use bench::{Counting, load::Turn};
use redlane_pool::config::PoolConfig;
use redlane_pool::connector::Dirt;
use redlane_pool::pool::{Manage, Pool};
use redlane_pool::transport::ConnectError;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Numbers;

impl Manage for Numbers {
    type Connection = u64;

    async fn create(&self) -> Result<u64, ConnectError> {
        Ok(7)
    }

    fn is_usable(&self, _: &u64) -> bool {
        true
    }

    fn can_recycle(&self, _: Dirt) -> bool {
        true
    }

    async fn recycle(&self, _: &mut u64, _: Dirt) -> bool {
        true
    }
}

impl deadpool::managed::Manager for Numbers {
    type Type = u64;
    type Error = Infallible;

    async fn create(&self) -> Result<u64, Infallible> {
        Ok(7)
    }

    async fn recycle(
        &self,
        _: &mut u64,
        _: &deadpool::managed::Metrics,
    ) -> deadpool::managed::RecycleResult<Infallible> {
        Ok(())
    }
}

impl bb8_redis::bb8::ManageConnection for Numbers {
    type Connection = u64;
    type Error = Infallible;

    async fn connect(&self) -> Result<u64, Infallible> {
        Ok(7)
    }

    async fn is_valid(&self, _: &mut u64) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, _: &mut u64) -> bool {
        false
    }
}

/// A pool of twenty numbers.
trait Lends: Clone + Send + Sync + 'static {
    type Lease: Send;
    fn lend(&self) -> impl Future<Output = Self::Lease> + Send;
}

#[derive(Clone)]
struct Ours(Pool<Numbers>);

impl Lends for Ours {
    type Lease = redlane_pool::lease::Lease<Numbers>;

    async fn lend(&self) -> Self::Lease {
        self.0.acquire().await.unwrap()
    }
}

#[derive(Clone)]
struct Deadpool(deadpool::managed::Pool<Numbers>);

impl Lends for Deadpool {
    type Lease = deadpool::managed::Object<Numbers>;

    async fn lend(&self) -> Self::Lease {
        self.0.get().await.unwrap()
    }
}

#[derive(Clone)]
struct Bb8(bb8_redis::bb8::Pool<Numbers>);

impl Lends for Bb8 {
    type Lease = bb8_redis::bb8::PooledConnection<'static, Numbers>;

    async fn lend(&self) -> Self::Lease {
        self.0.get_owned().await.unwrap()
    }
}

async fn turn<L: Lends>(pool: &L, tasks: usize, count: usize) -> Turn {
    let each = count / tasks;
    let logs: Vec<Vec<u64>> = (0..tasks).map(|_| Vec::with_capacity(each)).collect();
    let (cpu, start) = (process_time(), Instant::now());
    let mut running = Vec::with_capacity(tasks);
    for mut waits in logs {
        let pool = pool.clone();
        running.push(tokio::spawn(async move {
            for _ in 0..each {
                if tasks == 1 {
                    drop(pool.lend().await);
                    continue;
                }
                let start = Instant::now();
                let lease = pool.lend().await;
                waits.push(start.elapsed().as_nanos() as u64);
                tokio::task::yield_now().await;
                drop(lease);
            }
            waits
        }));
    }
    let mut waits: Vec<u64> = vec![0];
    for task in running {
        waits.extend(task.await.expect("a task of the bench"));
    }
    let (elapsed, cpu) = (start.elapsed(), process_time() - cpu);
    waits.sort_unstable();
    let done = (each * tasks) as f64;
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    Turn {
        rate: done / elapsed.as_secs_f64(),
        cpu: cpu.as_nanos() as f64 / done,
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        ..Turn::default()
    }
}

fn main() {
    for threads in [1, 2] {
        runtime(threads).block_on(async {
            let mut config = PoolConfig::default();
            config.max_connections = 20;
            let ours = Ours(Pool::new(Numbers, config));
            // The others keep a limit for each wait; so does it here.
            let deadpool = deadpool::managed::Pool::builder(Numbers)
                .max_size(20)
                .runtime(deadpool::Runtime::Tokio1)
                .wait_timeout(Some(Duration::from_secs(30)));
            let deadpool = Deadpool(deadpool.build().unwrap());
            let bb8 = Bb8(bb8_redis::bb8::Pool::builder().max_size(20).build(Numbers).await.unwrap());
            for tasks in [1, 64, 512] {
                let mut turns: [Vec<Turn>; 3] = Default::default();
                for round in 0..10 {
                    for who in order(round, 3) {
                        let turn = match who {
                            0 => turn(&deadpool, tasks, 100_000).await,
                            1 => turn(&ours, tasks, 100_000).await,
                            _ => turn(&bb8, tasks, 100_000).await,
                        };
                        if round > 0 {
                            turns[who].push(turn);
                        }
                    }
                }
                println!("\n### {tasks} tasks, 20 connections, {}\n", runtime_name(threads));
                println!("| who | CPU ns | ratio | wait p50 us | wait p99 us | ratio |\n|---|---:|---:|---:|---:|---:|");
                let base = median(&turns[0]);
                for (name, turns) in ["deadpool 0.13", "redlane", "bb8 0.9"].iter().zip(&turns) {
                    let it = median(turns);
                    println!(
                        "| {name} | {:.0} | {:.2} | {:.1} | {:.1} | {:.2} |",
                        it.cpu,
                        it.cpu / base.cpu,
                        it.p50,
                        it.p99,
                        it.p99 / base.p99
                    );
                }
            }
        });
    }
}
