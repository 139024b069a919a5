//! Keyspace events: sessions and a cached task that expire, told by the server and handled by the beginning of the key.

use std::time::Duration;

use redlane::keyspace::{EventKind, KeyEvent};
use redlane::prelude::*;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::ground::Ground;
use crate::screen::{Checked, Screen};

const SETTING: &str = "notify-keyspace-events";
/// What keys are given to live, in milliseconds.
const SHORT: u64 = 20;
/// Long against the way of an event on a crowded machine.
const SOON: Duration = Duration::from_secs(5);

/// The check of the setting, and three keys that expire among four.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("Keyspace events");
    let looked = client.keyspace_events().events([EventKind::Expired]).await?;
    let warning = looked.warnings().first().map(ToString::to_string);
    drop(looked);
    let ours = ground.server.is_some();
    if ours {
        let lacks = format!("{SETTING} lacks Ex: these events do not come");
        screen.check("what a plain server is warned of", warning, Some(lacks))?;
    } else if let Some(warning) = warning {
        screen.fact("left out, for the server is not ours to set", warning);
        return Ok(());
    }

    let events = client.keyspace_events().events([EventKind::Expired]).ensure_flags(ours).await?;
    screen.check("warnings when the setting is seen to", events.warnings().len(), 0)?;
    let (handled, mut told) = mpsc::unbounded_channel();
    let handler = |who: &'static str| {
        let handled = handled.clone();
        move |event: KeyEvent| {
            let handled = handled.clone();
            async move {
                let number = event.key.last().copied().map(char::from).unwrap_or_default();
                // The receiver is only gone when the chapter is.
                let _ = handled.send(format!("{who} {number} {}", event.event));
            }
        }
    };
    let router = events
        .router()
        .on_prefix(ground.key("session:"), handler("session"))
        .on_prefix(ground.key("task:"), handler("task"));
    let listening = tokio::spawn(router.run());

    let keys = ["session:1", "task:2", "other:3", "session:4"].map(|name| ground.key(name));
    for key in &keys {
        client.pset_ex(key, "here", SHORT).await?;
    }
    // Events come when the server removes the keys: in its own time, or when somebody looks.
    while client.exists(&keys).await? > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    let mut heard = Vec::new();
    for _ in 0..3 {
        let event = timeout(SOON, told.recv()).await.map_err(|_| "an event does not come")?;
        heard.extend(event);
    }
    heard.sort_unstable();
    screen.check(
        "handled",
        heard,
        ["session 1 expired", "session 4 expired", "task 2 expired"].map(str::to_owned).to_vec(),
    )?;
    listening.abort();
    if ours {
        // The measurements are of a plain server.
        client.config_set((SETTING, "")).await?;
    }
    Ok(())
}
