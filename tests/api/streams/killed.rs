//! Readers in processes of their own that are killed (SIGKILL) amid their work: others finish it.

use std::collections::BTreeSet;
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Options, Server, eventually};

use super::{LIMIT, connect, fill, next, pending, reader};

/// The port of the parent's server, in a process that plays a reader.
const PORT: &str = "REDLANE_TEST_READER_PORT";
/// The name of its member.
const NAME: &str = "REDLANE_TEST_READER_NAME";
const TEST: &str = "streams::killed::readers_that_are_killed_lose_no_entry";

/// More than three readers can do before it is seen that they have begun.
const ENTRIES: u32 = 3_000;

/// Works until it is killed: notes each entry at the server before it acknowledges it.
async fn work(port: &str, name: &str) {
    let client =
        Client::connect(Config::from_url(&format!("redis://127.0.0.1:{port}")).unwrap()).await.unwrap();
    let mut reader = reader(&client, "s", name).prefetch(20).begin().await.unwrap();
    loop {
        let entry = next(&mut reader).await;
        client.sadd("done", entry.id()).await.unwrap();
        client.incr_one(format!("worked:{name}")).await.unwrap();
        entry.ack();
    }
}

fn start(server: &Server, name: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(PORT, server.port().to_string())
        .env(NAME, name)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_are_killed_lose_no_entry() {
    if let (Ok(port), Ok(name)) = (env::var(PORT), env::var(NAME)) {
        return work(&port, &name).await;
    }
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    fill(&client, "s", 1..=ENTRIES).await;

    let mut raw = server.raw();
    for name in ["first", "second", "third"] {
        let mut child = start(&server, name);
        let worked = format!("worked:{name}");
        eventually("it is amid its work", LIMIT, || {
            raw.command(&["GET", worked.as_str()]).text().parse().unwrap_or(0) >= 40
        });
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(pending(&client, "s").await > 0, "they left nothing: the test shows nothing");
    assert!(client.scard("done").await.unwrap() < ENTRIES as usize);

    let idle = Duration::from_millis(50);
    let mut heir = reader(&client, "s", "heir").claim_idle(idle).begin().await.unwrap();
    while client.scard("done").await.unwrap() < ENTRIES as usize {
        let entry = next(&mut heir).await;
        client.sadd("done", entry.id()).await.unwrap();
        entry.ack();
    }
    while pending(&client, "s").await > 0 {
        // Entries that were done and not acknowledged when their reader was killed.
        match tokio::time::timeout(idle, heir.next()).await {
            Ok(entry) => entry.unwrap().unwrap().ack(),
            Err(_) => heir.flush().await.unwrap(),
        }
    }

    let done: BTreeSet<String> = client.smembers("done").await.unwrap().into_iter().collect();
    assert_eq!(done, (1..=ENTRIES).map(|n| format!("{n}-0")).collect::<BTreeSet<String>>());
    assert!(heir.leave().await.unwrap());
}
