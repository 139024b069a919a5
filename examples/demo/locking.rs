//! Five tasks contend for one lock: first each tries once, then all wait for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redlane::lock::ReleaseOutcome;
use redlane::prelude::*;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::ground::Ground;
use crate::screen::{Checked, Screen};

const TASKS: usize = 5;
/// How long each holds the lock when all get it.
const WORK: Duration = Duration::from_millis(20);
/// Longer than all of them together need, on a crowded machine too.
const WAIT: Duration = Duration::from_secs(8);

/// One winner, then five in turn.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("Five tasks contending for a lock");
    let locks = client.locks().prefix(ground.key("lock:"));
    let lock = locks.lock("resource_1").ttl(Duration::from_secs(10));

    // Nobody gives it back before everybody has tried.
    let all_have_tried = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (lock, all_have_tried) = (lock.clone(), Arc::clone(&all_have_tried));
        tasks.spawn(async move {
            let guard = lock.try_acquire().await;
            all_have_tried.wait().await;
            match guard? {
                Some(guard) => Ok::<_, LockError>(Some(guard.release().await?)),
                None => Ok(None),
            }
        });
    }
    let mut outcomes = Vec::new();
    while let Some(done) = tasks.join_next().await {
        outcomes.push(done??);
    }
    let won = outcomes.iter().flatten().count();
    screen.check("each tries once: acquired", won, 1)?;
    screen.check("failed to acquire lock", outcomes.len().saturating_sub(won), TASKS.saturating_sub(1))?;
    let released = outcomes.into_iter().flatten().next();
    screen.check("the winner gave it back", released, Some(ReleaseOutcome::Released))?;

    let inside = Arc::new(AtomicU32::new(0));
    let most = Arc::new(AtomicU32::new(0));
    let begun = Instant::now();
    for _ in 0..TASKS {
        let (lock, inside, most) = (lock.clone(), Arc::clone(&inside), Arc::clone(&most));
        tasks.spawn(async move {
            let guard = lock.acquire(WAIT).await?;
            let now = inside.fetch_add(1, Ordering::SeqCst).saturating_add(1);
            most.fetch_max(now, Ordering::SeqCst);
            sleep(WORK).await;
            inside.fetch_sub(1, Ordering::SeqCst);
            guard.release().await.map(Some)
        });
    }
    let mut released = 0_usize;
    while let Some(done) = tasks.join_next().await {
        released = released.saturating_add(usize::from(done?? == Some(ReleaseOutcome::Released)));
    }
    let took = begun.elapsed();
    screen.check("each waits its turn: acquired and released", released, TASKS)?;
    screen.check("holders at a time, at most", most.load(Ordering::SeqCst), 1)?;
    screen.fact("time for all, each holding it for 20 ms", format!("{took:.1?}"));

    // Each holder has a greater number than those before it, for whatever must refuse a late one.
    let (first, second) = (lock.acquire(WAIT).await?, lock.clone());
    let fence = first.fence();
    first.release().await?;
    let later = second.acquire(WAIT).await?;
    screen.require(
        "fences rise",
        format!("{fence}, {}", later.fence()),
        later.fence() > fence,
        "a larger one",
    )?;
    later.release().await?;
    screen.check("is it locked?", lock.is_locked().await?, false)
}

/// What a lock protects, when it looks at the fence: it refuses whoever comes late.
#[derive(Default)]
struct Ledger {
    largest: u64,
    lines: u32,
}

impl Ledger {
    fn write(&mut self, fence: u64) -> bool {
        let current = fence >= self.largest;
        if current {
            self.largest = fence;
            self.lines = self.lines.saturating_add(1);
        }
        current
    }
}

/// A queue in the order of arrival, and a holder that comes too late.
pub(crate) async fn show_fair(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("A fair lock with fencing");
    let locks = client.locks().prefix(ground.key("lock:"));
    let lock = locks.lock("ledger").fair().watchdog(true).ttl(Duration::from_secs(3));
    let queue = ground.key("lock:ledger:q");

    let first = lock.acquire(WAIT).await?;
    let (turns, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for number in 1..=TASKS {
        let (lock, turns) = (lock.clone(), turns.clone());
        tasks.spawn(async move {
            let guard = lock.acquire(WAIT).await?;
            // The receiver is only gone when the demo is.
            let _ = turns.send(number);
            guard.release().await
        });
        // The next one comes when this one stands in the queue on the server.
        while client.zcard(&queue).await? < number {
            sleep(Duration::from_millis(1)).await;
        }
    }
    drop(turns);
    let begun = Instant::now();
    first.release().await?;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let took = begun.elapsed();
    let mut served = Vec::new();
    while let Some(number) = order.recv().await {
        served.push(number);
    }
    screen.check("served in the order of arrival", served, (1..=TASKS).collect())?;
    screen.fact("time for five hand-overs, by messages", format!("{took:.1?}"));

    // Somebody takes the lock away: its holder is told, and what runs under it ends.
    let (stolen, mut ledger) = (lock.acquire(WAIT).await?, Ledger::default());
    screen.check("a write with the present fence", ledger.write(stolen.fence()), true)?;
    client.del(ground.key("lock:ledger")).await?;
    let next = lock.acquire(WAIT).await?;
    ledger.write(next.fence());
    let told = match stolen.run(std::future::pending::<()>()).await {
        Ok(()) => String::from("nothing"),
        Err(lost) => lost.to_string(),
    };
    screen.require("the old holder is told", &told, stolen.loss().is_some(), "a loss")?;
    screen.check("a write with its fence is refused", ledger.write(stolen.fence()), false)?;
    screen.check("lines in the ledger", ledger.lines, 2)?;
    screen.check("the new holder gave it back", next.release().await?, ReleaseOutcome::Released)
}
