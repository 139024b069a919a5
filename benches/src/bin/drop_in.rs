//! The surface of redis-rs over Redlane's engine beside redis-rs itself: the same calls of `AsyncCommands`.
//!
//! The first row of a table is redis-rs; ratios are to it. Arguments choose rows: those whose title holds all of them;
//! `--quick` runs three rounds.

use bench::Counting;
use bench::load::{Turn, median, runtime, runtime_name, turn, wanted};
use bench::rivals::{RedisRs, Redlane, Rival};
use bench::work::{KEYS, VALUE, Work, list_key};
use redlane::compat::aio::MultiplexedConnection;
use redlane::compat::{AsyncCommands, AsyncConnectionConfig, Client, pipe};
use redlane_test_support::{Options, Server};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// redis-rs's surface over Redlane's engine.
#[derive(Clone)]
struct DropIn(MultiplexedConnection);

impl DropIn {
    async fn connect(url: &str) -> Self {
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        let client = Client::open(url).unwrap();
        DropIn(client.get_multiplexed_async_connection_with_config(&config).await.unwrap())
    }
}

impl Rival for DropIn {
    async fn step(&self, work: Work, nth: usize) {
        let mut connection = self.0.clone();
        match work.at(nth) {
            Work::Set => {
                let () = connection.set("bench", &VALUE).await.unwrap();
            }
            Work::Mget => {
                let values: Vec<Vec<u8>> = connection.mget(&KEYS[..]).await.unwrap();
                assert_eq!(values.len(), 100);
            }
            Work::Hgetall => {
                let fields: Vec<(Vec<u8>, Vec<u8>)> = connection.hgetall("hash").await.unwrap();
                assert_eq!(fields.len(), 100);
            }
            Work::Lrange => {
                let elements: Vec<Vec<u8>> = connection.lrange(list_key(1_000), 0, -1).await.unwrap();
                assert_eq!(elements.len(), 1_000);
            }
            Work::Pipeline(commands) => {
                let mut pipeline = pipe();
                for _ in 0..commands {
                    pipeline.get("bench");
                }
                let values: Vec<Vec<u8>> = pipeline.query_async(&mut connection).await.unwrap();
                assert_eq!(values.len(), commands);
            }
            _ => {
                let value: Vec<u8> = connection.get("bench").await.unwrap();
                assert_eq!(value.len(), 64);
            }
        }
    }
}

const NAMES: [&str; 3] = ["redis-rs 1.8.1", "redlane as redis-rs", "redlane"];

async fn cell(title: &str, field: &(RedisRs, DropIn, Redlane), work: Work, tasks: usize, count: usize) {
    if !wanted(title) {
        return;
    }
    let rounds = if std::env::args().any(|arg| arg == "--quick") { 3 } else { 9 };
    let mut turns: [Vec<Turn>; NAMES.len()] = Default::default();
    for round in 0..=rounds {
        for place in 0..NAMES.len() {
            let who = (round + place) % NAMES.len();
            let turn = match who {
                0 => turn(&field.0, work, tasks, count).await,
                1 => turn(&field.1, work, tasks, count).await,
                _ => turn(&field.2, work, tasks, count).await,
            };
            // The first round only warms up.
            if round > 0 {
                turns[who].push(turn);
            }
        }
    }
    let base = median(&turns[0]);
    println!("\n### {title}\n\n| who | ops/s | ratio | CPU ns/op | ratio | p99 us | ratio | allocations/op |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, turns) in NAMES.iter().zip(&turns) {
        let it = median(turns);
        println!(
            "| {name} | {:.0} | {:.2} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} |",
            it.rate,
            it.rate / base.rate,
            it.cpu,
            it.cpu / base.cpu,
            it.p99,
            it.p99 / base.p99,
            it.allocations
        );
    }
}

fn main() {
    let server = Server::start(Options::new());
    for threads in [1, 2] {
        let on = runtime_name(threads);
        runtime(threads).block_on(async {
            let url = server.url();
            let field =
                (RedisRs::connect(&url).await, DropIn::connect(&url).await, Redlane::connect(&url).await);
            field.2.prepare(&[], &[1_000]).await;
            for (work, tasks, count) in [
                (Work::Get, 1, 2_000),
                (Work::Get, 64, 20_000),
                (Work::Set, 64, 20_000),
                (Work::Get, 512, 20_000),
                (Work::Pipeline(100), 1, 200),
                (Work::Mget, 1, 1_000),
                (Work::Hgetall, 1, 1_000),
                (Work::Lrange, 1, 300),
            ] {
                cell(&format!("{work}, {tasks} tasks, {on}"), &field, work, tasks, count).await;
            }
        });
    }
}
