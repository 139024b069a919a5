//! Locks across processes: the test binary runs itself.

use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
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
            // However long six hundred turns take here.
            let guard = lock.acquire(LONG * 60).await.unwrap();
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

/// What it may take on top of that, on a machine that has nothing else to do.
const SLACK: Duration = Duration::from_millis(200);

/// Measures how much a machine that has other things to do takes on top: by how much a thread that asks the server at
/// intervals is late, in all.
struct Lateness {
    stop: Sender<()>,
    thread: JoinHandle<Duration>,
}

impl Lateness {
    fn of(server: &Server) -> Self {
        const INTERVAL: Duration = Duration::from_millis(10);
        let mut server = server.raw();
        let (stop, stopped) = channel();
        let watch = move || {
            let mut late = Duration::ZERO;
            loop {
                let began = Instant::now();
                if stopped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                    return late;
                }
                server.command(&["PING"]);
                late += began.elapsed().saturating_sub(INTERVAL);
            }
        };
        Self { stop, thread: thread::spawn(watch) }
    }

    fn total(self) -> Duration {
        drop(self.stop);
        self.thread.join().unwrap()
    }
}

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

    let lateness = Lateness::of(&server);
    victim.kill();
    let killed = Instant::now();
    holder.release().await.unwrap();
    let guard = behind.await.unwrap().unwrap();

    let (took, late) = (killed.elapsed(), lateness.total());
    assert!(took <= LIVENESS + SLACK + late, "{took:?}, the machine {late:?}");
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
        // It is renewed for as long as its process lives, three times until its first time is over.
        let (mut renewals, mut left) = (0, i64::MAX);
        eventually_async("it outlives its time", SOON, || {
            let RawReply::Integer(now) = server.command(&["PTTL", "lock:a"]) else { panic!("no number") };
            renewals += usize::from(now > left);
            left = now;
            renewals > 3
        })
        .await;
        assert!(!waiting.is_finished(), "{sort}");

        let lateness = Lateness::of(&server);
        holder.kill();
        let killed = Instant::now();
        let guard = waiting.await.unwrap().unwrap();

        let (took, late) = (killed.elapsed(), lateness.total());
        assert!(took <= HELD_FOR + SLACK + late, "{sort}: {took:?}, the machine {late:?}");
        assert_eq!(guard.fence(), 2);
        guard.release().await.unwrap();
    }
}

const HELD_FOR: Duration = Duration::from_millis(1_500);

#[tokio::test]
#[ignore = "the test above runs it, in a process of its own"]
async fn one_that_holds() {
    let (_client, locks) = ordered().await;
    let guard = locks.ttl(HELD_FOR).watchdog(true).lock("a").acquire(SOON).await.unwrap();
    guard.run(std::future::pending::<()>()).await.unwrap();
}

/// How often each process has the lock in the tests of what that costs.
const TURNS: u64 = 100;

/// Has three processes take turns, and holds the scripts that it takes against three for each hand-over, and so many more
/// for each of the processes and the time that it took. When the machine has other things to do words come late, and one
/// waits for others in vain: one of three times counts.
fn three_questions_for_each_hand_over(sort: &str, by_the_clock: impl Fn(Duration) -> u64) {
    let mut failed = Vec::new();
    for _ in 0..3 {
        let server = Server::start(Options::new());
        let began = Instant::now();
        let workers = [(); 3].map(|()| Worker::start("one_that_takes_turns", &server, sort));
        assert!(workers.into_iter().all(Worker::succeeds));

        let (runs, most) = (scripts_run(&server), 3 * (3 * TURNS) + 3 * by_the_clock(began.elapsed()));
        if runs <= most {
            return;
        }
        failed.push((runs, most));
    }
    panic!("scripts, and how many it may be: {failed:?}");
}

#[test]
fn handing_a_lock_over_between_three_processes_costs_three_questions_when_it_is_fair() {
    // The release, the question of the one that was called, and that of the one that has released it and queues anew.
    // Beside that each process listens late once, and shows a sign of life every half second.
    three_questions_for_each_hand_over("fair", |took| u64::try_from(took.as_millis()).unwrap() / 500 + 2);
}

#[test]
fn handing_a_plain_lock_over_between_three_processes_costs_three_questions_too() {
    // The release, and one question of each of the two that wait. The one that has released it and comes back lets them
    // go first, and is told who has gone.
    three_questions_for_each_hand_over("plain", |took| took.as_secs() + 2);
}

#[tokio::test]
#[ignore = "the tests above run it, in processes of its own"]
async fn one_that_takes_turns() {
    let (client, locks) = ordered().await;
    // All begin together.
    client.incr("ready", 1).await.unwrap();
    let started = Instant::now();
    while client.get("ready").read_as::<u64>().await.unwrap() < 3 {
        assert!(started.elapsed() < LONG);
        tokio::task::yield_now().await;
    }
    let lock = locks.lock("a");
    for _ in 0..TURNS {
        let guard = lock.acquire(LONG).await.unwrap();
        client.incr("turns", 1).await.unwrap();
        guard.release().await.unwrap();
    }
}
