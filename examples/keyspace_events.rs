//! What happens to keys, told as it happens: sessions and cached tasks that expire, each handled by the beginning of its key.
//!
//! `cargo run --example keyspace_events`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;
use std::time::Duration;

use redlane::keyspace::{EventKind, KeyEvent};
use redlane::prelude::*;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

const SETTING: &str = "notify-keyspace-events";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::connect(Config::from_env()?).await?;

    // Servers tell nothing unless they are asked to. The stream looks, and says what would keep events from coming.
    let before = client.config_get(SETTING).await?.remove(SETTING).unwrap_or_default();
    let looked = client.keyspace_events().events([EventKind::Expired]).await?;
    println!("{SETTING}: {before:?}, warnings: {}", looked.warnings().len());
    drop(looked);

    // With this it adds what is missing, and takes nothing away.
    let events = client.keyspace_events().events([EventKind::Expired]).ensure_flags(true).await?;
    if let Some(warning) = events.warnings().first() {
        return Err(warning.to_string().into());
    }

    // A handler for each kind of key. One that panics is logged, and the next event comes all the same.
    let (handled, mut done) = mpsc::unbounded_channel();
    let handler = |what: &'static str| {
        let handled = handled.clone();
        move |event: KeyEvent| {
            let (key, handled) = (String::from_utf8_lossy(&event.key).into_owned(), handled.clone());
            async move {
                println!("{what} {}: {key}", event.event);
                let _ = handled.send(key);
            }
        }
    };
    let router = events
        .router()
        .on_prefix("session:", handler("session"))
        .on_prefix("task:", handler("task"))
        // Nobody keeps events for us: whoever must know looks at the keys themselves now.
        .on_break(|item| async move { println!("events may be missing: {item:?}") });
    let listening = tokio::spawn(router.run());

    let own = format!("example:{}", std::process::id());
    let mut waiting = vec![format!("session:{own}"), format!("task:{own}")];
    for key in &waiting {
        client.pset_ex(key, "whatever", 20).await?;
    }
    // The event comes when the server removes the key, and that it does in its own time, or when somebody looks.
    while client.exists(&waiting).await? > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    while !waiting.is_empty() {
        let key = timeout(Duration::from_secs(10), done.recv()).await?.ok_or("the router has ended")?;
        waiting.retain(|waiting| *waiting != key);
    }

    // An example leaves the server as it was.
    if before.is_empty() {
        client.config_set((SETTING, "")).await?;
    }
    // The stream ends with the client, and the router with the stream.
    client.close().await;
    listening.await?;
    Ok(())
}
