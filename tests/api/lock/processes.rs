//! Locks across processes: the test binary runs itself.

use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tokio::task::JoinSet;

use super::wakeup::scripts_run;
use super::*;

const PORT: &str = "REDLANE_LOCK_WORKER_PORT";
const SORT: &str = "REDLANE_LOCK_WORKER_SORT";
const TASKS: usize = 200;

/// A process that runs one of the ignored tests below; killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(role: &str, server: &Server, sort: &str) -> Self {
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("lock::processes::{role}"), "--ignored"])
            .env(PORT, server.port().to_string())
            .env(SORT, sort)
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// SIGKILL: nothing in it can say goodbye.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn succeeds(mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The locks of a process of its own, as they were ordered.
async fn ordered() -> (Client, LockManager) {
    let client = client(env::var(PORT).unwrap().parse().unwrap()).await;
    let locks = client.locks().ttl(LONG);
    let locks = if env::var(SORT).unwrap() == "fair" { locks.fair().waiter_ttl(LIVENESS) } else { locks };
    (client, locks)
}

#[test]
fn three_processes_with_two_hundred_tasks_each_lose_no_count() {
    for sort in ["plain", "fair"] {
        let server = Server::start(Options::new());
        server.command(&["SET", "counter", "0"]);
        let workers = [(); 3].map(|()| Worker::start("one_that_counts", &server, sort));

        assert!(workers.into_iter().all(Worker::succeeds));

        assert_eq!(server.command(&["GET", "counter"]).text(), "600", "{sort}");
        let fences = server.command(&["LRANGE", "fences", "0", "-1"]);
        let fences: Vec<u64> = fences.elements().iter().map(|fence| fence.text().parse().unwrap()).collect();
        assert_eq!(fences, (1..=600).collect::<Vec<_>>(), "{sort}");
        assert_eq!(server.command(&["EXISTS", "lock:counter"]), RawReply::Integer(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in processes of its own"]
async fn one_that_counts() {
    let (client, locks) = ordered().await;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (client, lock) = (client.clone(), locks.lock("counter"));
        tasks.spawn(async move {
            let guard = lock.acquire(LONG).await.unwrap();
            let before: u64 = client.get("counter").read_as().await.unwrap();
            tokio::task::yield_now().await;
            client.set("counter", before + 1).await.unwrap();
            client.rpush("fences", guard.fence()).await.unwrap();
            assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
}

/// How long those in the queue count as alive here.
const LIVENESS: Duration = Duration::from_millis(1_500);

/// What the machine may take on top of it when it has other things to do.
const SLACK: Duration = Duration::from_millis(250);

#[tokio::test]
async fn a_waiter_whose_process_is_killed_costs_those_behind_it_its_liveness_at_most() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = client.locks().ttl(LONG).lock("a").fair().waiter_ttl(LIVENESS);
    let queued = || server.command(&["ZCARD", "{lock:a}:q"]);
    let holder = lock.acquire(SOON).await.unwrap();
    let mut victim = Worker::start("one_that_waits", &server, "fair");
    eventually_async("it stands in the queue", SOON, || queued() == RawReply::Integer(1)).await;
    let behind = tokio::spawn(async move { lock.acquire(LONG).await });
    eventually_async("somebody stands behind it", SOON, || queued() == RawReply::Integer(2)).await;

    victim.kill();
    let killed = Instant::now();
    holder.release().await.unwrap();
    let guard = behind.await.unwrap().unwrap();

    let took = killed.elapsed();
    assert!(took <= LIVENESS + SLACK, "{took:?}");
    assert_eq!((guard.fence(), queued()), (2, RawReply::Integer(0)));
    guard.release().await.unwrap();
}

#[tokio::test]
#[ignore = "the test above runs it, in a process of its own"]
async fn one_that_waits() {
    let (_client, locks) = ordered().await;
    let _guard = locks.lock("a").acquire(LONG).await.unwrap();
    panic!("it was to be killed before");
}

#[tokio::test]
async fn a_holder_whose_process_is_killed_costs_its_time_to_live_at_most() {
    for sort in ["plain", "fair"] {
        let server = Server::start(Options::new());
        let locks = client(server.port()).await.locks().ttl(LONG);
        let lock = if sort == "fair" { locks.lock("a").fair() } else { locks.lock("a") };
        let mut holder = Worker::start("one_that_holds", &server, sort);
        eventually_async("it is held", SOON, || server.command(&["GET", "lock:a"]) != RawReply::Null).await;
        let waiting = tokio::spawn(async move { lock.acquire(LONG).await });
        // It is renewed for as long as its process lives.
        let waits = Instant::now();
        eventually_async("it outlives its time", SOON, || waits.elapsed() > 2 * HELD_FOR).await;
        assert!(!waiting.is_finished(), "{sort}");

        holder.kill();
        let killed = Instant::now();
        let guard = waiting.await.unwrap().unwrap();

        assert!(killed.elapsed() <= HELD_FOR + SLACK, "{sort}: {:?}", killed.elapsed());
        assert_eq!(guard.fence(), 2);
        guard.release().await.unwrap();
    }
}

const HELD_FOR: Duration = Duration::from_millis(900);

#[tokio::test]
#[ignore = "the test above runs it, in a process of its own"]
async fn one_that_holds() {
    let (_client, locks) = ordered().await;
    let guard = locks.ttl(HELD_FOR).watchdog(true).lock("a").acquire(SOON).await.unwrap();
    guard.run(std::future::pending::<()>()).await.unwrap();
}

/// How often each process has the lock in the tests of what that costs.
const TURNS: u64 = 100;

#[test]
fn handing_a_lock_over_between_three_processes_costs_three_questions_when_it_is_fair() {
    let server = Server::start(Options::new());
    let began = Instant::now();
    let workers = [(); 3].map(|()| Worker::start("one_that_takes_turns", &server, "fair"));
    assert!(workers.into_iter().all(Worker::succeeds));

    // The release, the question of the one that was called, and that of the one that has released it and queues anew.
    // Beside that each process listens late once, and shows a sign of life every half second.
    let signs = 3 * (began.elapsed().as_millis() / 500 + 2);
    let (runs, most) = (scripts_run(&server), 3 * (3 * TURNS) + u64::try_from(signs).unwrap());
    assert!(runs <= most, "{runs} of {most}");
}

#[test]
fn handing_a_plain_lock_over_between_three_processes_costs_three_questions_too() {
    let server = Server::start(Options::new());
    let began = Instant::now();
    let workers = [(); 3].map(|()| Worker::start("one_that_takes_turns", &server, "plain"));
    assert!(workers.into_iter().all(Worker::succeeds));

    // The release, and one question of each of the two that wait. The one that has released it and comes back lets them
    // go first, and is told who has gone.
    let clocks = 3 * (began.elapsed().as_secs() + 2);
    let (runs, most) = (scripts_run(&server), 3 * (3 * TURNS) + clocks);
    assert!(runs <= most, "{runs} of {most}");
}

#[tokio::test]
#[ignore = "the tests above run it, in processes of its own"]
async fn one_that_takes_turns() {
    let (client, locks) = ordered().await;
    // All begin together.
    client.incr("ready", 1).await.unwrap();
    let started = Instant::now();
    while client.get("ready").read_as::<u64>().await.unwrap() < 3 {
        assert!(started.elapsed() < SOON);
        tokio::task::yield_now().await;
    }
    let lock = locks.lock("a");
    for _ in 0..TURNS {
        let guard = lock.acquire(LONG).await.unwrap();
        client.incr("turns", 1).await.unwrap();
        guard.release().await.unwrap();
    }
}
