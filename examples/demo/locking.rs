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
