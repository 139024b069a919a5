//! The cache: what a hit in this process costs beside moka's own, and a hit in Redis beside a plain GET.

use std::future::{Future, IntoFuture};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bench::{Contest, Settings};
use redlane::cache::Cache;
use redlane::cache::codec::Raw;
use redlane::prelude::*;
use redlane_test_support::{Options, Server};

#[global_allocator]
static ALLOCATOR: bench::Counting = bench::Counting;

/// The hot part of a cache: what a processor's own memory holds.
const KEYS: usize = 1_000;

/// The value of a future that has it at once.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it is not here"),
    }
}

fn main() {
    let settings = Settings::from_args();
    // A worker of its own: the cache's tasks run while this thread measures.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = Server::start(Options::new());
    let ids: Vec<String> = (0..KEYS).map(|n| format!("user:{n}")).collect();
    let value = "v".repeat(64);
    let (client, local, remote) = runtime.block_on(async {
        let config = Config::builder().url(&server.url()).build().unwrap();
        let client = Client::connect(config).await.unwrap();
        let local = Cache::<String>::builder(&client, Raw).build().await.unwrap();
        let remote = Cache::<String>::builder(&client, Raw).namespace("remote", 0);
        // On the tracked connection, and nothing is kept here.
        let remote = remote.max_l1_entry(0).early(0.0).build().await.unwrap();
        for id in &ids {
            local.set(id, &value).await.unwrap();
        }
        remote.set("a", &value).await.unwrap();
        client.set("plain", value.as_str()).await.unwrap();
        for id in ids.iter().chain(&ids) {
            local.get(id).await.unwrap();
        }
        (client, local, remote)
    });
    let moka =
        moka::sync::Cache::<Box<str>, std::sync::Arc<String>>::builder().max_capacity(64 << 20).build();
    for id in &ids {
        moka.insert(id.as_str().into(), std::sync::Arc::new(value.clone()));
    }
    moka.run_pending_tasks();

    let (mut ours, mut theirs, mut loaded) = (0, 0, 0);
    Contest::new("a hit in this process", 1)
        .with("moka's own get", || {
            theirs = (theirs + 1) % KEYS;
            black_box(moka.get(ids[theirs].as_str()).unwrap());
        })
        .with("Cache::get", || {
            ours = (ours + 1) % KEYS;
            black_box(now(local.get(&ids[ours])).unwrap().unwrap());
        })
        .with("Cache::get_or_load", || {
            loaded = (loaded + 1) % KEYS;
            let load = |_| async { Ok::<_, std::io::Error>(None) };
            black_box(now(local.get_or_load(&ids[loaded], load).into_future()).unwrap().unwrap());
        })
        .run(settings);

    Contest::new("a hit in Redis, one at a time", 1)
        .with_timed("GET", |count| {
            let begun = Instant::now();
            runtime.block_on(async {
                for _ in 0..count {
                    black_box(client.get("plain").await.unwrap());
                }
            });
            begun.elapsed()
        })
        .with_timed("Cache::get", |count| {
            let begun = Instant::now();
            runtime.block_on(async {
                for _ in 0..count {
                    black_box(remote.get("a").await.unwrap());
                }
            });
            begun.elapsed()
        })
        .run(settings);
}
