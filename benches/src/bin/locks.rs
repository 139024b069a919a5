//! Locks and limiters: what a free lock costs beside a plain SET, how fast a waiter is woken, and a limiter beside a bare
//! EVALSHA of the same script.
//!
//! The contestants take turns, round by round, and the median of the rounds counts; for wake-ups all of them count.

use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::{Options, Server};
use tokio::task::JoinSet;

const ROUNDS: usize = 9;
const LOCKS: u32 = 1_000;
const CALLS: u32 = 20_000;
const TASKS: u32 = 64;
const HANDOVERS: usize = 1_000;
const LONG: Duration = Duration::from_secs(60);

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

static GCRA: Script = Script::new(include_str!("../../../src/limiter/gcra.lua"));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let server = Server::start(Options::new());
    free_lock(&client(&server).await?).await?;
    limiter(&client(&server).await?).await?;
    wake_ups(&client(&server).await?, &client(&server).await?).await
}

async fn client(server: &Server) -> Done<Client> {
    Ok(Client::connect(Config::from_url(&server.url())?).await?)
}

/// One task, one lock after the other.
async fn free_lock(client: &Client) -> Done {
    let fenced = client.locks().ttl(LONG).lock("free");
    let bare = client.locks().ttl(LONG).fencing(false).wake_up(false).lock("bare");
    fenced.acquire(LONG).await?.release().await?;
    bare.acquire(LONG).await?.release().await?;
    let (mut sets, mut fences, mut bares) = (Vec::new(), Vec::new(), Vec::new());
    let mut trips = 0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..LOCKS {
            client.set("plain", "value").await?;
        }
        sets.push(begun.elapsed() / LOCKS);
        for (lock, times) in [(&fenced, &mut fences), (&bare, &mut bares)] {
            let mut taken = Duration::ZERO;
            for _ in 0..LOCKS {
                let sent = client.link_stats().submitted;
                let begun = Instant::now();
                let guard = lock.try_acquire().await?.ok_or("it is free")?;
                taken += begun.elapsed();
                trips = trips.max(client.link_stats().submitted - sent);
                guard.release().await?;
            }
            times.push(taken / LOCKS);
        }
    }
    let set = middle(&mut sets);
    println!("SET                     {set:>10.1?}");
    for (name, times) in [("lock with a fence", &mut fences), ("lock without, bare", &mut bares)] {
        let took = middle(times);
        println!("{name:<24}{took:>10.1?}  {:.2} of SET", took.as_secs_f64() / set.as_secs_f64());
    }
    println!("round trips to acquire a free lock, at most: {trips}");
    Ok(())
}

/// 64 tasks that ask the same limiter.
async fn limiter(client: &Client) -> Done {
    let limiter = client.rate_limiter("bench", 1_000_000, Duration::from_secs(1));
    let (mut limited, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for ours in [true, false] {
            let mut tasks = JoinSet::new();
            let begun = Instant::now();
            for _ in 0..TASKS {
                let (limiter, client) = (limiter.clone(), client.clone());
                tasks.spawn(async move {
                    for _ in 0..CALLS / TASKS {
                        if ours {
                            limiter.check().await?;
                        } else {
                            let _: [i64; 4] =
                                GCRA.key("bare").arg(1.0).arg(1_000_000).arg(1).call(&client).await?;
                        }
                    }
                    Done::Ok(())
                });
            }
            while let Some(done) = tasks.join_next().await {
                done??;
            }
            if ours { &mut limited } else { &mut bare }.push(begun.elapsed());
        }
    }
    let rate = |took: Duration| f64::from(CALLS) / took.as_secs_f64();
    let (limited, bare) = (rate(middle(&mut limited)), rate(middle(&mut bare)));
    println!(
        "limiter                 {limited:>10.0} calls/s  {:.2} of the bare EVALSHA's {bare:.0}",
        limited / bare
    );
    Ok(())
}

/// A lock that goes to and fro between two clients: from the call of release to the return of acquire.
async fn wake_ups(one: &Client, two: &Client) -> Done {
    let locks = [one.locks().ttl(LONG), two.locks().ttl(LONG)];
    let mut guard = locks[0].lock("hot").acquire(LONG).await?;
    let mut times = Vec::new();
    for turn in 1..=HANDOVERS {
        let waiter = &locks[turn % 2];
        let lock = waiter.lock("hot");
        let waiting = tokio::spawn(async move {
            let guard = lock.acquire(LONG).await?;
            Done::Ok((guard, Instant::now()))
        });
        // Until it has asked, listens, and waits.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let begun = Instant::now();
        guard.release().await?;
        let (next, woken) = waiting.await??;
        times.push(woken.duration_since(begun));
        guard = next;
    }
    guard.release().await?;
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!("release to acquire      p50 {:.2?}, p99 {:.2?}", at(50), at(99));
    Ok(())
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
