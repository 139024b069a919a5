//! A cache before a slow source: a stampede that loads once, a change that is seen everywhere.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redlane::cache::Cache;
use redlane::cache::codec::Raw;
use redlane::prelude::*;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::ground::Ground;
use crate::screen::{Checked, Screen};

const CALLERS: usize = 200;
/// What the source needs for an answer.
const SLOW: Duration = Duration::from_millis(100);
/// Long against the way of an invalidation on a crowded machine.
const SOON: Duration = Duration::from_secs(5);

/// Two hundred callers, two caches as in two processes, one load.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("A cache that loads once and hears of changes");
    let namespace = ground.key("cache");
    let other = Client::connect(ground.config.clone()).await?;
    let build = |client: &Client| {
        Cache::<String>::builder(client, Raw)
            .namespace(namespace.as_str(), 1)
            .ttl(Duration::from_secs(60))
            .build()
    };
    let (here, there) = (build(client).await?, build(&other).await?);

    let loads = Arc::new(AtomicU32::new(0));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let cache = if number % 2 == 0 { here.clone() } else { there.clone() };
        let loads = Arc::clone(&loads);
        callers.spawn(async move {
            let load = move |id| async move {
                loads.fetch_add(1, Ordering::SeqCst);
                sleep(SLOW).await;
                Ok::<_, io::Error>(Some(format!("profile of {id}")))
            };
            cache.get_or_load("42", load).await
        });
    }
    let mut served = 0_usize;
    while let Some(done) = callers.join_next().await {
        served = served.saturating_add(usize::from(done??.is_some_and(|value| *value == "profile of 42")));
    }
    let took = begun.elapsed();
    screen.check("callers of one key that is nowhere, served", served, CALLERS)?;
    screen.check("loads of it, in both caches", loads.load(Ordering::SeqCst), 1)?;
    screen.fact("time for all, the load taking 100 ms", format!("{took:.1?}"));

    // From this process's memory now.
    there.get("42").await?;
    let begun = Instant::now();
    here.set("42", &"changed".to_owned()).await?;
    while there.get("42").await?.is_none_or(|value| *value != "changed") {
        if begun.elapsed() > SOON {
            return Err("a change was never heard of".into());
        }
        sleep(Duration::from_micros(200)).await;
    }
    screen.fact("a change here is seen there after", format!("{:.1?}", begun.elapsed()));
    here.invalidate("42").await?;
    screen.check("removed here, found here", here.get("42").await?.is_some(), false)?;
    other.close().await;
    Ok(())
}
