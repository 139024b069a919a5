//! Writes while their connections are cut, at any byte and in either direction: each runs once or not at all, and what its
//! caller was told is true.
//!
//! Every write steps a counter of its own, so that a second run cannot hide behind a write that was lost.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Options, RawReply, Server};
#[cfg(feature = "tls")]
use redlane_test_support::{Authority, Tls};

use crate::client::connect;
use crate::measured;

/// What the caller of a write knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Done,
    Unsent,
    Unknown,
}

impl Told {
    fn by(error: &Error) -> Self {
        match error.outcome() {
            Outcome::NotSent | Outcome::Refused => Self::Unsent,
            Outcome::MaybeExecuted => Self::Unknown,
        }
    }
}

type Claims = Arc<Mutex<Vec<(String, Told)>>>;

/// Steps counters, one at a time or three, until the time is over. One call in eight is given up.
async fn step(client: Client, task: u64, until: Instant, claims: Claims) {
    let mut random = fastrand::Rng::with_seed(task);
    let mut round = 0u64;
    while Instant::now() < until {
        round += 1;
        let keys: Vec<String> = (0..3).map(|place| format!("once:{task}:{round}:{place}")).collect();
        let patience = if random.u8(..8) == 0 {
            Duration::from_micros(random.u64(..2_000))
        } else {
            Duration::from_secs(60)
        };
        // Some cannot wait for the next connection.
        let limit = Duration::from_millis(random.u64(1..600));
        let told = match tokio::time::timeout(patience, write(&client, &keys, random.u8(..4), limit)).await {
            Ok(told) => told,
            Err(_) => vec![Told::Unknown; keys.len()],
        };
        claims.lock().unwrap().extend(keys.into_iter().zip(told));
    }
}

/// As many answers as there are keys to be stepped, from the first on.
async fn write(client: &Client, keys: &[String], how: u8, limit: Duration) -> Vec<Told> {
    let all = |error: Error| vec![Told::by(&error); keys.len()];
    match how {
        0 => {
            let mut pipeline = client.pipeline();
            for key in keys {
                pipeline = pipeline.incr(key, 1);
            }
            match pipeline.deadline(limit).try_all().await {
                Ok(results) => results
                    .iter()
                    .map(|result| match result {
                        Ok(count) => first(count == &Value::Integer(1)),
                        Err(error) => Told::by(error),
                    })
                    .collect(),
                Err(error) => all(error),
            }
        }
        1 => {
            let mut pipeline = client.pipeline().atomic();
            for key in keys {
                pipeline = pipeline.incr(key, 1);
            }
            match pipeline.deadline(limit).query::<Vec<u64>>().await {
                Ok(counts) => counts.into_iter().map(|count| first(count == 1)).collect(),
                Err(error) => all(error),
            }
        }
        2 => {
            // Large ones are written from where they lie, and cut in their middle.
            let filling = Bytes::from(vec![b'x'; if keys[0].ends_with("0:0") { 300_000 } else { 10 }]);
            let script = cmd("EVAL").arg("return redis.call('INCR', KEYS[1])").arg(1).arg(&keys[0]);
            match client.execute::<u64>(script.arg(filling)).await {
                Ok(count) => vec![first(count == 1)],
                Err(error) => vec![Told::by(&error)],
            }
        }
        _ => match client.incr(&keys[0], 1).deadline(limit).read_as::<u64>().await {
            Ok(count) => vec![first(count == 1)],
            Err(error) => vec![Told::by(&error)],
        },
    }
}

fn first(is_first: bool) -> Told {
    assert!(is_first, "a counter that nobody else knows was stepped before");
    Told::Done
}

/// Cuts in the middle of whatever goes by.
async fn disturb(proxy: &FaultProxy, until: Instant) -> u32 {
    let (mut random, mut cuts) = (fastrand::Rng::with_seed(7), 0);
    while Instant::now() < until {
        let cut = if random.bool() { Cut::Reset } else { Cut::Close };
        let after = Some((random.u64(..3_000), cut));
        match random.u8(..8) {
            0..=2 => proxy.change(|plan| plan.replies.cut_after = after).await,
            3..=5 => proxy.change(|plan| plan.requests.cut_after = after).await,
            6 => proxy.cut(cut),
            _ => {
                proxy.change(|plan| plan.accept = Accept::Close).await;
                proxy.cut(cut);
            }
        }
        tokio::time::sleep(Duration::from_millis(random.u64(10..40))).await;
        proxy.heal().await;
        // Long enough to be connected again and write something.
        tokio::time::sleep(Duration::from_millis(random.u64(10..60))).await;
        cuts += 1;
    }
    cuts
}

async fn run(server: Server, proxy: FaultProxy, client: Client) {
    let claims = Claims::default();
    let until = Instant::now() + Duration::from_secs(4);

    let writers: Vec<_> =
        (0..24).map(|task| tokio::spawn(step(client.clone(), task, until, Arc::clone(&claims)))).collect();
    let cuts = disturb(&proxy, until).await;
    for writer in writers {
        writer.await.unwrap();
    }

    let claims = claims.lock().unwrap().clone();
    let mut raw = server.raw();
    for claims in claims.chunks(500) {
        let keys = claims.iter().map(|(key, _)| key.as_str());
        let found = raw.command(&std::iter::once("MGET").chain(keys).collect::<Vec<_>>());
        for ((key, told), found) in claims.iter().zip(found.elements()) {
            let ran = match found {
                RawReply::Null => 0,
                count => count.text().parse::<u64>().unwrap(),
            };
            let is_true = match told {
                Told::Done => ran == 1,
                Told::Unsent => ran == 0,
                Told::Unknown => ran <= 1,
            };
            assert!(is_true, "{key} ran {ran} times, and its caller was told: {told:?}");
        }
    }
    let [done, unsent, unknown] = [Told::Done, Told::Unsent, Told::Unknown]
        .map(|wanted| claims.iter().filter(|(_, told)| *told == wanted).count());
    measured(
        if client.config().tls() { "writes under cuts, encrypted" } else { "writes under cuts" },
        &format!("{cuts} cuts, {done} done once, {unsent} not sent and not run, {unknown} unknown"),
    );
    assert!(done > 1_000 && unknown > 10 && unsent > 0, "{done} done, {unsent} unsent, {unknown} unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_runs_once_or_not_at_all_and_its_caller_is_told_the_truth() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = connect(&proxy.url()).await;

    run(server, proxy, client).await;
}

#[cfg(feature = "tls")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_write_runs_once_or_not_at_all_and_its_caller_is_told_the_truth() {
    let authority = Authority::new("ours");
    let tls = Tls { identity: authority.certify(&["127.0.0.1"]), client_authority: None };
    let Some(server) = Server::start_tls(Options::new().tls(tls)) else { return };
    let proxy = FaultProxy::start(server.port());
    let url = proxy.url().replace("redis://", "rediss://");
    let config = crate::client::config(&url).tls_ca_pem(authority.certificate());
    let client = Client::connect(config.build().unwrap()).await.unwrap();

    run(server, proxy, client).await;
}
