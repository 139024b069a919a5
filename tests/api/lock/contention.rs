//! Many who want the same lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn of_five_tasks_that_try_one_wins_and_four_are_told() {
    let (locks, _) = locks().await;
    // The winner keeps the lock until everybody has tried.
    let all = Arc::new(Barrier::new(5));
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (lock, all) = (locks.lock("resource_1"), Arc::clone(&all));
        tasks.spawn(async move {
            let guard = lock.try_acquire().await.unwrap();
            all.wait().await;
            match guard {
                Some(guard) => guard.release().await.unwrap() == ReleaseOutcome::Released,
                None => false,
            }
        });
    }

    let winners = tasks.join_all().await.into_iter().filter(|won| *won).count();

    assert_eq!(winners, 1);
}

#[tokio::test]
async fn five_tasks_that_wait_run_in_turn() {
    let (locks, _) = locks().await;
    let inside = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (lock, inside) = (locks.lock("resource_1"), Arc::clone(&inside));
        tasks.spawn(async move {
            lock.hold(SOON, |guard| async move {
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                tokio::task::yield_now().await;
                assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1);
                guard.fence()
            })
            .await
            .unwrap()
        });
    }

    let mut fences = tasks.join_all().await;

    fences.sort_unstable();
    assert_eq!(fences, [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unguarded_counter_is_exact_under_the_lock() {
    let server = Server::shared();
    let keys = Keys::new();
    let (counter, log) = (keys.key("counter"), keys.key("fences"));
    server.command(&["SET", &counter, "0"]);
    let mut tasks = JoinSet::new();
    // Three clients stand for three processes: they share nothing but the server.
    for _ in 0..3 {
        let client = client(server.port()).await;
        let lock = client.locks().prefix(keys.key("lock:")).ttl(LONG).lock("counter");
        for _ in 0..67 {
            let (client, lock) = (client.clone(), lock.clone());
            let (counter, log) = (counter.clone(), log.clone());
            tasks.spawn(async move {
                let guard = lock.acquire(LONG).await.unwrap();
                let before: u64 = client.get(&counter).read_as().await.unwrap();
                tokio::task::yield_now().await;
                client.set(&counter, before + 1).await.unwrap();
                client.rpush(&log, guard.fence()).await.unwrap();
                assert!(guard.is_valid());
                assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
            });
        }
    }

    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }

    assert_eq!(server.command(&["GET", &counter]).text(), "201");
    let fences = server.command(&["LRANGE", &log, "0", "-1"]);
    let fences: Vec<u64> = fences.elements().iter().map(|fence| fence.text().parse().unwrap()).collect();
    assert_eq!(fences, (1..=201).collect::<Vec<_>>());
}

#[tokio::test]
async fn waiters_of_one_client_are_served_in_order_and_ask_little() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(LONG);
    let first = locks.lock("a").try_acquire().await.unwrap().unwrap();
    settled(&locks).await;
    let (turns, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    let asked = client.link_stats().completed;
    for number in 0..100 {
        let (lock, turns) = (locks.lock("a"), turns.clone());
        tasks.spawn(async move {
            let guard = lock.acquire(LONG).await.unwrap();
            turns.send(number).unwrap();
            guard.release().await.unwrap();
        });
        if number == 0 {
            // The second question comes once it listens: those who come later need not ask any more.
            eventually_async("it listens", SOON, || client.link_stats().completed >= asked + 2).await;
        }
        eventually_async("it has come", SOON, || locks.stats().in_use == number + 2).await;
    }
    drop(turns);
    let before = client.link_stats().submitted;

    first.release().await.unwrap();
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }

    let mut served = Vec::new();
    while let Some(number) = order.recv().await {
        served.push(number);
    }
    assert_eq!(served, (0..100).collect::<Vec<_>>());
    // For each a release and a question that wins; the first one may have asked again when it was heard.
    let questions = client.link_stats().submitted - before;
    assert!(questions <= 2 * 101, "{questions}");
}
