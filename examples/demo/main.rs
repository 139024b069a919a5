//! Redlane at work: the chapters of the documentation one after the other, on a real server, each of them checked.
//!
//! `./x demo` builds and runs it. It uses the server that `REDIS_URL` or `REDIS_HOST` names, else it starts a
//! private one (the binary that `REDLANE_SERVER` names) and stops it at the end. The exit code is 0 when all went
//! well, 1 when a value was wrong or the server could not be used, 130 after Ctrl-C. `REDLANE_DEMO_QUICK=1` makes
//! the measurements short.

#[cfg(feature = "cache")]
mod caching;
mod crowd;
mod events;
mod ground;
mod health;
mod locking;
mod pipelines;
#[path = "../points/mod.rs"]
mod points;
mod restart;
mod screen;
mod sessions;
mod speed;
mod subscriber;
mod tasks;
mod transfer;
mod values;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use redlane::prelude::*;
use tokio::signal::unix::{SignalKind, signal};

use crate::ground::Ground;
use crate::screen::{Checked, Screen, told};

/// Measuring time of one cell of the last table.
const CELL: Duration = Duration::from_millis(500);
const QUICK_CELL: Duration = Duration::from_millis(40);

#[tokio::main]
async fn main() -> ExitCode {
    let begun = Instant::now();
    let screen = Screen::new();
    screen.line("Redlane at work");
    let (ground, redis) = match begin().await {
        Ok(begun) => begun,
        Err(error) => {
            screen.verdict(false, &format!("failed: no server to use: {}", told(&*error)));
            return ExitCode::FAILURE;
        }
    };

    // A task of its own, so that neither a panic nor a signal keeps the end from being tidy.
    let mut walk = tokio::spawn(walk(screen, ground.clone(), redis));
    let ended = tokio::select! {
        ended = &mut walk => Some(ended),
        _ = interrupted() => None,
    };
    if ended.is_none() {
        walk.abort();
        let _ = walk.await;
    }

    let screen = Screen::new();
    let tidy = tidy_up(&screen, ground).await;
    let failure = match ended {
        None => {
            screen.verdict(false, "interrupted");
            return ExitCode::from(130);
        }
        Some(Ok(Ok(checks))) => match tidy {
            Ok(()) => {
                let took = begun.elapsed().as_secs_f64();
                screen.verdict(true, &format!("all {checks} checks held, {took:.1} s"));
                return ExitCode::SUCCESS;
            }
            Err(error) => told(&*error),
        },
        Some(Ok(Err(error))) => told(&*error),
        Some(Err(panic)) => panic.to_string(),
    };
    screen.verdict(false, &format!("failed: {failure}"));
    ExitCode::FAILURE
}

/// A server, and a client of it.
async fn begin() -> Checked<(Ground, RedisClient)> {
    let ground = Ground::find().await?;
    let redis = RedisClient::with_config(ground.config.clone());
    redis.initialize().await?;
    Ok((ground, redis))
}

/// All chapters; gives how many checks held.
async fn walk(mut screen: Screen, ground: Ground, redis: RedisClient) -> Checked<usize> {
    let screen = &mut screen;
    let client = redis.client()?;
    let whose =
        if ground.server.is_some() { "private, started for this" } else { "named by the environment" };
    screen.fact("server", format!("{} ({whose})", ground.config));
    screen.fact("it says", redis.info().await?.summary());
    screen.fact("keys begin with", ground.key(""));

    values::show(screen, &ground, &redis).await?;
    values::show_hashes(screen, &ground, &redis).await?;
    tasks::show_status(screen, &ground, &redis).await?;
    tasks::show_result(screen, &ground, &redis).await?;
    sessions::show(screen, &ground, &redis).await?;
    locking::show(screen, &ground, &client).await?;
    locking::show_fair(screen, &ground, &client).await?;
    #[cfg(feature = "cache")]
    caching::show(screen, &ground, &client).await?;
    pipelines::show(screen, &ground, &client).await?;
    transfer::show(screen, &ground, &client).await?;
    events::show(screen, &ground, &client).await?;
    health::show(screen, &redis).await?;
    crowd::show(screen, &ground, &client).await?;
    subscriber::show(screen, &ground, &client).await?;
    match &ground.server {
        Some(server) => {
            restart::show(screen, &ground, server, &client).await?;
            // The log of writes was for the restart; the measurements are of a plain server.
            client.config_set(("appendonly", "no")).await?;
        }
        None => screen.fact("a restart under load", "left out: the server is not ours"),
    }
    let quick = env::var_os("REDLANE_DEMO_QUICK").is_some_and(|value| value == "1");
    speed::show(screen, &ground, &client, if quick { QUICK_CELL } else { CELL }).await?;

    redis.close().await;
    Ok(screen.checks())
}

/// Stops the server, or leaves one that was there before as it was.
async fn tidy_up(screen: &Screen, ground: Ground) -> Checked {
    screen.line("");
    if ground.server.is_none() {
        let removed = ground.remove_keys().await?;
        screen.fact("own keys removed", removed);
        return Ok(());
    }
    // Waits until the server is gone.
    tokio::task::spawn_blocking(move || drop(ground)).await?;
    screen.fact("private server", "stopped");
    Ok(())
}

/// Ctrl-C, or a polite request to end.
async fn interrupted() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
