//! Several processes on one key: this test runs itself again.

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use redlane::cache::Cache;
use redlane::cache::codec::Raw;
use redlane::prelude::*;
use redlane_test_support::{Options, Server};

use crate::{connect, text};

const PROCESSES: usize = 4;
const CALLERS: usize = 125;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_misses_in_four_processes_load_once() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes::one_of_the_processes", "--nocapture"])
                .env("REDLANE_CACHE_CHILD", server.url())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    // All of them are ready before one begins.
    while client.scard("ready").await.unwrap() < PROCESSES {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    client.set("go", 1).await.unwrap();

    for child in children {
        let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("all have it"), "{said}");
    }
    assert_eq!(client.get("loads").await.unwrap().as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_the_processes() {
    let Ok(url) = std::env::var("REDLANE_CACHE_CHILD") else { return };
    let client = connect(&url).await;
    let cache = Cache::<String>::builder(&client, Raw).namespace("c", 0).build().await.unwrap();
    client.sadd("ready", std::process::id()).await.unwrap();
    while client.get("go").await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (cache, client) = (cache.clone(), client.clone());
            tokio::spawn(async move {
                let load = |_| async move {
                    client.incr("loads", 1).await.map_err(|error| io::Error::other(error.to_string()))?;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Ok::<_, io::Error>(Some("value".to_owned()))
                };
                cache.get_or_load("hot", load).await.unwrap()
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(text(&caller.await.unwrap()), Some("value"));
    }
    println!("all have it");
}
