//! Locks across processes: the test binary runs itself.

use std::env;
use std::process::{Command, Stdio};

use tokio::task::JoinSet;

use super::*;

const PORT: &str = "REDLANE_LOCK_WORKER_PORT";
const FAIR: &str = "REDLANE_LOCK_WORKER_FAIR";
const TASKS: usize = 200;

#[test]
fn three_processes_with_two_hundred_tasks_each_lose_no_count() {
    for fair in [false, true] {
        let server = Server::start(Options::new());
        server.command(&["SET", "counter", "0"]);
        let workers: Vec<_> = (0..3)
            .map(|_| {
                Command::new(env::current_exe().unwrap())
                    .args(["--exact", "lock::processes::one_of_the_processes", "--ignored"])
                    .env(PORT, server.port().to_string())
                    .env(FAIR, if fair { "1" } else { "0" })
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();

        for mut worker in workers {
            assert!(worker.wait().unwrap().success());
        }

        assert_eq!(server.command(&["GET", "counter"]).text(), "600", "fair: {fair}");
        let fences = server.command(&["LRANGE", "fences", "0", "-1"]);
        let fences: Vec<u64> = fences.elements().iter().map(|fence| fence.text().parse().unwrap()).collect();
        assert_eq!(fences, (1..=600).collect::<Vec<_>>(), "fair: {fair}");
        assert_eq!(server.command(&["EXISTS", "lock:counter"]), RawReply::Integer(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in processes of its own"]
async fn one_of_the_processes() {
    let port = env::var(PORT).unwrap().parse().unwrap();
    let client = client(port).await;
    let locks = client.locks().ttl(LONG);
    let locks = if env::var(FAIR).unwrap() == "1" { locks.fair() } else { locks };
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
