//! GET and SET of 64 bytes from 1, 64 and 512 tasks: Redlane beside its rivals, interleaved round by round.
//!
//! The first row of a table is redis-rs; ratios are to it. `raw` is a hand-written window of requests on one
//! `TcpStream`, the limit of what any client can reach; it has no tasks and no latencies.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use bench::Counting;
use bench::load::{Private, Rival, Turn, Work, median, turn};
use fred::prelude::{Client as FredClient, ClientLike, Config as FredConfig, KeysInterface};
use redlane::commands::native::StringsCommands;
use rustis::commands::StringCommands;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TEXT: &str = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv";
const VALUE: [u8; 64] = [b'v'; 64];

#[derive(Clone)]
struct Redlane(redlane::client::Client);

impl Rival for Redlane {
    async fn get(&self) {
        let value: Vec<u8> = self.0.get("bench").read_as().await.unwrap();
        assert_eq!(value.len(), 64);
    }

    async fn set(&self) {
        self.0.set("bench", &VALUE).await.unwrap();
    }
}

#[derive(Clone)]
struct RedisRs(redis::aio::MultiplexedConnection);

impl Rival for RedisRs {
    async fn get(&self) {
        let value: Vec<u8> = redis::AsyncCommands::get(&mut self.0.clone(), "bench").await.unwrap();
        assert_eq!(value.len(), 64);
    }

    async fn set(&self) {
        let () = redis::AsyncCommands::set(&mut self.0.clone(), "bench", &VALUE).await.unwrap();
    }
}

#[derive(Clone)]
struct Deadpool(deadpool_redis::Pool);

impl Rival for Deadpool {
    async fn get(&self) {
        let mut connection = self.0.get().await.unwrap();
        let value: Vec<u8> =
            deadpool_redis::redis::AsyncCommands::get(&mut connection, "bench").await.unwrap();
        assert_eq!(value.len(), 64);
    }

    async fn set(&self) {
        let mut connection = self.0.get().await.unwrap();
        let () = deadpool_redis::redis::AsyncCommands::set(&mut connection, "bench", &VALUE).await.unwrap();
    }
}

#[derive(Clone)]
struct Fred(FredClient);

impl Rival for Fred {
    async fn get(&self) {
        let value: bytes::Bytes = self.0.get("bench").await.unwrap();
        assert_eq!(value.len(), 64);
    }

    async fn set(&self) {
        let () = self.0.set("bench", &VALUE[..], None, None, false).await.unwrap();
    }
}

#[derive(Clone)]
struct Rustis(rustis::client::Client);

impl Rival for Rustis {
    async fn get(&self) {
        let value: rustis::resp::BulkString = self.0.get("bench").await.unwrap();
        assert_eq!(value.len(), 64);
    }

    async fn set(&self) {
        // Its bytes would go out as a list of numbers.
        self.0.set("bench", TEXT).await.unwrap();
    }
}

/// Keeps `window` requests under way on one blocking socket.
fn raw(stream: &mut TcpStream, work: Work, window: usize, count: usize) -> Turn {
    let (request, reply): (Vec<u8>, usize) = match work {
        Work::Get => (b"*2\r\n$3\r\nGET\r\n$5\r\nbench\r\n".to_vec(), 5 + 64 + 2),
        Work::Set => {
            let mut request = b"*3\r\n$3\r\nSET\r\n$5\r\nbench\r\n$64\r\n".to_vec();
            request.extend_from_slice(&VALUE);
            request.extend_from_slice(b"\r\n");
            (request, 5)
        }
    };
    let batch = request.repeat(window);
    let mut buffer = vec![0; reply * window];
    let start = Instant::now();
    for _ in 0..count / window {
        stream.write_all(&batch).unwrap();
        stream.read_exact(&mut buffer).unwrap();
    }
    Turn { rate: (count / window * window) as f64 / start.elapsed().as_secs_f64(), ..Turn::default() }
}

struct Field {
    redlane: Redlane,
    redis: RedisRs,
    deadpool: Deadpool,
    fred: Fred,
    rustis: Rustis,
    raw: TcpStream,
}

async fn connect(server: &Private) -> Field {
    let url = server.url();
    let config = redlane::config::Config::from_url(&url).unwrap();
    let redlane = Redlane(redlane::client::Client::connect(config).await.unwrap());
    let redis = redis::Client::open(url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut pool = deadpool_redis::Config::from_url(url.as_str());
    pool.pool = Some(deadpool_redis::PoolConfig::new(20));
    let deadpool = pool.create_pool(Some(deadpool_redis::Runtime::Tokio1)).unwrap();
    let fred = FredClient::new(FredConfig::from_url(&url).unwrap(), None, None, None);
    fred.init().await.unwrap();
    let rustis = rustis::client::Client::connect(url.as_str()).await.unwrap();
    let raw = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    raw.set_nodelay(true).unwrap();
    Field {
        redlane,
        redis: RedisRs(redis),
        deadpool: Deadpool(deadpool),
        fred: Fred(fred),
        rustis: Rustis(rustis),
        raw,
    }
}

const NAMES: [&str; 6] =
    ["redis-rs 1.8.1", "redlane", "rustis 0.27", "fred 10.1", "deadpool-redis 0.23", "raw"];

async fn cell(field: &mut Field, title: &str, work: Work, tasks: usize, rounds: usize, count: usize) {
    let mut turns: [Vec<Turn>; NAMES.len()] = Default::default();
    for round in 0..rounds {
        for place in 0..NAMES.len() {
            let who = (round + place) % NAMES.len();
            let measured = match who {
                0 => turn(&field.redis, work, tasks, count).await,
                1 => turn(&field.redlane, work, tasks, count).await,
                2 => turn(&field.rustis, work, tasks, count).await,
                3 => turn(&field.fred, work, tasks, count).await,
                4 => turn(&field.deadpool, work, tasks, count).await,
                _ => raw(&mut field.raw, work, tasks, count),
            };
            turns[who].push(measured);
        }
    }
    let base = median(&turns[0]);
    println!("\n### {title}\n");
    println!("| who | ops/s | ratio | CPU ns/op | ratio | p50 us | ratio | p99 us | ratio | allocations |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (name, turns) in NAMES.iter().zip(&turns) {
        let it = median(turns);
        if *name == "raw" {
            println!("| raw | {:.0} | {:.2} | | | | | | | |", it.rate, it.rate / base.rate);
            continue;
        }
        println!(
            "| {name} | {:.0} | {:.2} | {:.0} | {:.2} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} |",
            it.rate,
            it.rate / base.rate,
            it.cpu,
            it.cpu / base.cpu,
            it.p50,
            it.p50 / base.p50,
            it.p99,
            it.p99 / base.p99,
            it.allocations
        );
    }
}

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let rounds = if quick { 3 } else { 9 };
    let server = Private::start();
    for threads in [1, 2] {
        let mut builder = if threads == 1 {
            tokio::runtime::Builder::new_current_thread()
        } else {
            tokio::runtime::Builder::new_multi_thread()
        };
        let runtime = builder.worker_threads(threads).enable_all().build().unwrap();
        let name = if threads == 1 { "current_thread" } else { "multi_thread(2)" };
        runtime.block_on(async {
            let mut field = connect(&server).await;
            field.redlane.set().await;
            for work in [Work::Get, Work::Set] {
                for tasks in [1, 64, 512] {
                    let count = if tasks == 1 { 3_000 } else { 40_000 };
                    let title = format!("{work:?} 64 B, {tasks} tasks, {name}");
                    cell(&mut field, &title, work, tasks, rounds, count).await;
                }
            }
        });
    }
}
