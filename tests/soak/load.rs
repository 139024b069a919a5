//! What the workers do, and the account they keep of it.

use std::fmt;
use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use redlane::client::Client;
use redlane::error::{Error, Outcome};
use redlane::prelude::*;
use redlane_test_support::{Server, eventually_async};

use crate::news::News;

const COUNTERS: usize = 8;
const LARGE: usize = 256 * 1024;

/// What became of the steps on one counter.
#[derive(Default)]
struct Account {
    acknowledged: AtomicU64,
    maybe: AtomicU64,
}

/// What all workers share.
pub(crate) struct World {
    clients: [Client; 2],
    pub(crate) news: News,
    pub(crate) stop: AtomicBool,
    /// Calls are given up after a moment.
    pub(crate) storm: AtomicBool,
    counters: [Account; COUNTERS],
    /// Counted by transactions.
    watched: Account,
    holders: AtomicU64,
    /// Calls that were answered, that failed, and that were given up.
    answered: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    broken: Mutex<Vec<String>>,
}

/// How a call ended.
pub(crate) enum End<T> {
    Answered(T),
    /// It failed, or was given up; the outcome says whether it may have run.
    Not(Outcome),
}

impl World {
    pub(crate) fn new(clients: [Client; 2]) -> Self {
        World {
            clients,
            news: News::default(),
            stop: AtomicBool::new(false),
            storm: AtomicBool::new(false),
            counters: Default::default(),
            watched: Account::default(),
            holders: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            broken: Mutex::new(Vec::new()),
        }
    }

    /// The client of the worker with this number.
    pub(crate) fn client(&self, number: usize) -> &Client {
        &self.clients[number % self.clients.len()]
    }

    pub(crate) fn breaks(&self, promise: String) {
        self.broken.lock().unwrap().push(promise);
    }

    /// Awaits a call; in a storm only for a moment.
    pub(crate) async fn end<T>(&self, call: impl Future<Output = Result<T, Error>>) -> End<T> {
        let result = if self.storm.load(SeqCst) {
            match tokio::time::timeout(Duration::from_micros(fastrand_up_to(800)), call).await {
                Ok(result) => result,
                Err(_) => {
                    self.cancelled.fetch_add(1, SeqCst);
                    return End::Not(Outcome::MaybeExecuted);
                }
            }
        } else {
            call.await
        };
        match result {
            Ok(value) => {
                self.answered.fetch_add(1, SeqCst);
                End::Answered(value)
            }
            Err(error) => {
                self.failed.fetch_add(1, SeqCst);
                if error.server_error().is_some() {
                    self.breaks(format!("the server refused: {error}"));
                }
                End::Not(error.outcome())
            }
        }
    }

    fn account(&self, account: &Account, by: u64, end: &End<u64>) {
        match end {
            End::Answered(_) => account.acknowledged.fetch_add(by, SeqCst),
            End::Not(Outcome::MaybeExecuted) => account.maybe.fetch_add(by, SeqCst),
            End::Not(_) => 0,
        };
    }

    /// Ends well when all promises were kept.
    pub(crate) async fn check(&self, server: &Server) {
        let broken = self.broken.lock().unwrap();
        assert!(
            broken.is_empty(),
            "{} broken promises: {:#?}",
            broken.len(),
            broken.iter().take(5).collect::<Vec<_>>()
        );
        drop(broken);
        let accounts =
            self.counters.iter().enumerate().map(|(number, account)| (format!("counter:{number}"), account));
        for (key, account) in accounts.chain([("watched".to_owned(), &self.watched)]) {
            let value: u64 = match server.command(&["GET", &key]) {
                redlane_test_support::RawReply::Bulk(text) => {
                    String::from_utf8(text).unwrap().parse().unwrap()
                }
                other => panic!("{key}: {other:?}"),
            };
            let (least, maybe) = (account.acknowledged.load(SeqCst), account.maybe.load(SeqCst));
            assert!(
                value >= least && value <= least + maybe,
                "{key}: {value}, {least} acknowledged, {maybe} unknown"
            );
            assert!(least > 0, "{key} was never counted");
        }
        self.news.check();
    }

    /// No permit, ticket, waiter or subscription is left.
    pub(crate) async fn check_nothing_is_held(&self) {
        for client in &self.clients {
            eventually_async("nothing is held", Duration::from_secs(10), || {
                let (link, pool) = (client.link_stats(), client.pool_stats());
                link.tickets == 0 && link.in_flight == 0 && pool.in_use == 0 && pool.waiters == 0
            })
            .await;
            eventually_async("nobody listens", Duration::from_secs(10), || {
                let heard = client.pubsub_stats();
                heard.subscribers == 0 && heard.topics == 0
            })
            .await;
            eventually_async("the locks came back", Duration::from_secs(15), || {
                client.locks().stats().returning == 0
            })
            .await;
        }
    }

    pub(crate) fn report(&self) -> String {
        format!(
            "{} calls answered, {} failed, {} given up\n{}",
            self.answered.load(SeqCst),
            self.failed.load(SeqCst),
            self.cancelled.load(SeqCst),
            self.news.report()
        )
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

/// A number below `end`, of no quality at all.
pub(crate) fn fastrand_up_to(end: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u8) % end
}

/// Works until told to stop: a step, a short rest, the next step.
pub(crate) async fn worker(world: std::sync::Arc<World>, number: usize) {
    let client = world.client(number);
    let mut own = Own { written: 0, acknowledged: 0 };
    let mut round = 0u64;
    while !world.stop.load(SeqCst) {
        round += 1;
        match round % 16 {
            0 if number < 8 => large(&world, client, number).await,
            1 if number < 12 => lock(&world, client).await,
            2 if number < 12 => transaction(&world, client).await,
            3 if number < 6 => queue(&world, client, number, round).await,
            4 | 12 => pipeline(&world, client, number, round).await,
            5 | 9 => atomic(&world, client, number).await,
            6 | 10 | 14 => count(&world, client, number).await,
            7 | 13 => own.write_and_read(&world, client, number).await,
            _ => echo(&world, client, number, round).await,
        }
        tokio::time::sleep(Duration::from_millis(5 + fastrand_up_to(20))).await;
    }
}

async fn echo(world: &World, client: &Client, number: usize, round: u64) {
    let tag = format!("{number}:{round}");
    let call = client.echo(tag.as_str()).read_as::<String>();
    if let End::Answered(reply) = world.end(call).await
        && reply != tag
    {
        world.breaks(format!("{tag} was answered {reply}"));
    }
}

async fn count(world: &World, client: &Client, number: usize) {
    let which = number % COUNTERS;
    let call = client.incr(format!("counter:{which}"), 1).read_as::<u64>();
    let end = world.end(call).await;
    world.account(&world.counters[which], 1, &end);
}

/// Three steps in one transaction: all or none.
async fn atomic(world: &World, client: &Client, number: usize) {
    let which = number % COUNTERS;
    let key = format!("counter:{which}");
    let pipeline = client.pipeline().atomic().incr(&key, 1).incr(&key, 1).incr(&key, 1);
    let end = world.end(async move { pipeline.query::<(u64, u64, u64)>().await.map(|steps| steps.2) }).await;
    world.account(&world.counters[which], 3, &end);
}

/// Replies of a pipeline come in its order, each with its own tag.
async fn pipeline(world: &World, client: &Client, number: usize, round: u64) {
    let tags: Vec<String> = (0..20).map(|place| format!("{number}:{round}:{place}")).collect();
    let mut pipeline = client.pipeline();
    for tag in &tags {
        pipeline = pipeline.echo(tag.as_str());
    }
    if let End::Answered(replies) = world.end(pipeline.query::<Vec<String>>()).await
        && replies != tags
    {
        world.breaks(format!("{:?} was answered {:?}", tags.first(), replies.first()));
    }
}

/// The numbers that a worker wrote to a key of its own.
struct Own {
    written: u64,
    acknowledged: u64,
}

impl Own {
    async fn write_and_read(&mut self, world: &World, client: &Client, number: usize) {
        let key = format!("own:{number}");
        self.written += 1;
        if let End::Answered(()) = world.end(client.set(&key, self.written).read_as::<()>()).await {
            self.acknowledged = self.written;
        }
        if let End::Answered(Some(value)) = world.end(client.get(&key).read_as::<Option<u64>>()).await
            && (value < self.acknowledged || value > self.written)
        {
            world.breaks(format!(
                "{key} is {value}, of {} written {} acknowledged",
                self.written, self.acknowledged
            ));
        }
    }
}

async fn large(world: &World, client: &Client, number: usize) {
    let key = format!("large:{number}");
    let letter = b'a' + number as u8;
    let value = bytes_of(letter);
    if let End::Not(_) = world.end(client.set(&key, value).read_as::<()>()).await {
        return;
    }
    if let End::Answered(Some(read)) = world.end(client.get(&key).read_as::<Option<Vec<u8>>>()).await
        && (read.len() != LARGE || read.iter().any(|byte| *byte != letter))
    {
        world.breaks(format!("{key} came back otherwise"));
    }
}

fn bytes_of(letter: u8) -> Vec<u8> {
    vec![letter; LARGE]
}

/// A list of the worker's own: what comes out went in.
async fn queue(world: &World, client: &Client, number: usize, round: u64) {
    let key = format!("queue:{number}");
    let entry = format!("{number}/{round}");
    world.end(client.rpush(&key, entry).read_as::<u64>()).await;
    if let End::Answered(Some((_, popped))) =
        world.end(client.blpop(&key, 0.2).read_as::<Option<(String, String)>>()).await
        && !popped.starts_with(&format!("{number}/"))
    {
        world.breaks(format!("{key} gave {popped}"));
    }
}

async fn transaction(world: &World, client: &Client) {
    let step = client.transaction(&["watched"], |tx| async move {
        let count: Option<u64> = tx.get("watched").read_as().await?;
        tx.multi().set("watched", count.unwrap_or(0) + 1).exec::<()>().await
    });
    let end = world.end(async move { step.tries(50).await.map(u64::from_option) }).await;
    // `None`: others were faster fifty times, and nothing was done.
    if !matches!(end, End::Answered(0)) {
        world.account(&world.watched, 1, &end);
    }
}

/// One when there is something.
trait FromOption {
    fn from_option<T>(some: Option<T>) -> Self;
}

impl FromOption for u64 {
    fn from_option<T>(some: Option<T>) -> Self {
        Self::from(some.is_some())
    }
}

async fn lock(world: &World, client: &Client) {
    let locks = client.locks().ttl(Duration::from_secs(20));
    let lock = locks.lock("soak");
    let acquired = lock.acquire(Duration::from_secs(2));
    let guard = if world.storm.load(SeqCst) {
        match tokio::time::timeout(Duration::from_micros(fastrand_up_to(2000)), acquired).await {
            Ok(guard) => guard,
            Err(_) => return,
        }
    } else {
        acquired.await
    };
    let Ok(guard) = guard else { return };
    if world.holders.fetch_add(1, SeqCst) != 0 {
        world.breaks("two holders of one lock".to_owned());
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    world.holders.fetch_sub(1, SeqCst);
    let _ = guard.release().await;
}
