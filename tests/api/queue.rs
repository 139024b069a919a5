//! The queue of the examples: no job is lost, whatever becomes of its workers.

#[path = "../../examples/queue/mod.rs"]
mod shown;

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server, eventually};

use self::shown::WorkQueue;

/// What a loaded machine may take for all that a test waits for.
const LIMIT: Duration = Duration::from_secs(20);
/// Too long to pass in a test.
const LONG: Duration = Duration::from_secs(600);

async fn connect(server: &Server) -> Client {
    Client::connect(Config::from_url(&server.url()).unwrap()).await.unwrap()
}

/// Puts back what there is to put back, as soon as there is.
async fn requeued(queue: &WorkQueue) -> u64 {
    loop {
        match queue.requeue_lost().await.unwrap() {
            0 => tokio::task::yield_now().await,
            count => return count,
        }
    }
}

#[tokio::test]
async fn jobs_are_taken_in_order_and_done_once() {
    let (client, name) = (connect(Server::shared()).await, Keys::new().key("q"));
    let queue = WorkQueue::new(client, &name, "w", LONG);
    let mut ids = Vec::new();
    for payload in [b"a".as_slice(), b"\0\xff", b""] {
        ids.push(queue.push(payload).await.unwrap());
    }

    for (payload, id) in [b"a".as_slice(), b"\0\xff", b""].into_iter().zip(ids) {
        let job = queue.take(LIMIT).await.unwrap().unwrap();
        assert_eq!((job.payload(), job.id()), (payload, id));
        assert!(queue.finish(&job).await.unwrap());
        assert!(!queue.finish(&job).await.unwrap(), "it is done");
    }
    assert_eq!(
        (queue.take(Duration::from_millis(5)).await.unwrap(), queue.waiting().await.unwrap()),
        (None, 0)
    );
}

#[tokio::test]
async fn a_worker_that_waits_is_given_a_job_that_comes() {
    let (client, name) = (connect(Server::shared()).await, Keys::new().key("q"));
    let waiting = WorkQueue::new(client.clone(), &name, "waits", LONG);
    let taken = tokio::spawn(async move { waiting.take(LIMIT).await });

    WorkQueue::new(client, &name, "producer", LONG).push(b"x").await.unwrap();

    assert_eq!(taken.await.unwrap().unwrap().unwrap().payload(), b"x");
}

#[tokio::test]
async fn a_job_of_a_lost_worker_comes_first_again_and_the_lost_one_is_told() {
    let (client, name) = (connect(Server::shared()).await, Keys::new().key("q"));
    let lost = WorkQueue::new(client.clone(), &name, "lost", LONG);
    lost.push(b"1").await.unwrap();
    lost.push(b"2").await.unwrap();
    let job = lost.take(LIMIT).await.unwrap().unwrap();
    assert_eq!(lost.requeue_lost().await.unwrap(), 0, "it may be silent for longer");

    let heir = WorkQueue::new(client, &name, "heir", Duration::from_millis(10));
    assert_eq!(requeued(&heir).await, 1);

    assert!(!lost.finish(&job).await.unwrap());
    for payload in [b"1", b"2"] {
        let job = heir.take(LIMIT).await.unwrap().unwrap();
        assert_eq!(job.payload(), payload);
        assert!(heir.finish(&job).await.unwrap());
    }
}

#[tokio::test]
async fn a_worker_that_starts_again_is_given_what_it_had_not_finished() {
    let (client, name) = (connect(Server::shared()).await, Keys::new().key("q"));
    let before = WorkQueue::new(client.clone(), &name, "w", LONG);
    before.push(b"1").await.unwrap();
    let job = before.take(LIMIT).await.unwrap().unwrap();
    drop(before);

    let after = WorkQueue::new(client, &name, "w", LONG);

    assert_eq!(after.take(LIMIT).await.unwrap(), Some(job));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takes_that_are_dropped_lose_no_job() {
    let (client, name) = (connect(Server::shared()).await, Keys::new().key("q"));
    let queue = WorkQueue::new(client.clone(), &name, "w", LONG);
    let producer = tokio::spawn({
        let queue = WorkQueue::new(client, &name, "producer", LONG);
        async move {
            for n in 0..100_u32 {
                queue.push(&n.to_be_bytes()).await.unwrap();
            }
        }
    });

    let mut found = Vec::new();
    let begun = std::time::Instant::now();
    while found.len() < 100 {
        assert!(begun.elapsed() < LIMIT, "only {} came", found.len());
        let patience = Duration::from_millis(fastrand::u64(0..4));
        if let Ok(job) = tokio::time::timeout(patience, queue.take(LIMIT)).await {
            let job = job.unwrap().unwrap();
            found.push(u32::from_be_bytes(job.payload().try_into().unwrap()));
            assert!(queue.finish(&job).await.unwrap());
        }
    }
    producer.await.unwrap();

    assert_eq!(found, (0..100).collect::<Vec<u32>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_killed_loses_no_job() {
    /// The port of the parent's server, in the process that plays the worker.
    const PORT: &str = "REDLANE_TEST_WORKER_PORT";
    if let Ok(port) = env::var(PORT) {
        let client = Client::connect(Config::from_url(&format!("redis://127.0.0.1:{port}")).unwrap()).await;
        let queue = WorkQueue::new(client.unwrap(), "q", "killed", LONG);
        queue.take(LIMIT).await.unwrap().unwrap();
        // It works on it until it is killed.
        return std::future::pending().await;
    }
    let server = Server::start(Options::new());
    let queue = WorkQueue::new(connect(&server).await, "q", "heir", Duration::from_millis(20));
    for n in 0..3_u32 {
        queue.push(&n.to_be_bytes()).await.unwrap();
    }

    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "queue::a_worker_that_is_killed_loses_no_job", "--nocapture"])
        .env(PORT, server.port().to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut raw = server.raw();
    eventually("it has a job", LIMIT, || raw.command(&["LLEN", "{queue:q}:busy:killed"]).text() == "1");
    child.kill().unwrap();
    child.wait().unwrap();

    assert_eq!(requeued(&queue).await, 1);
    for n in 0..3_u32 {
        let job = queue.take(LIMIT).await.unwrap().unwrap();
        assert_eq!(job.payload(), n.to_be_bytes());
        assert!(queue.finish(&job).await.unwrap());
    }
}
