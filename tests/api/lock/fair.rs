//! Fair locks: the order of arrival, and what a dead waiter costs.

use std::time::Instant;

use tokio::task::JoinSet;

use super::*;

fn queued(prefix: &str) -> i64 {
    integer(&["ZCARD", &format!("{{{prefix}a}}:q")])
}

#[tokio::test]
async fn grants_come_in_the_order_of_arrival_across_clients() {
    let (locks_of_one, prefix) = locks().await;
    let locks_of_two = client(Server::shared().port()).await.locks().prefix(&prefix).ttl(LONG);
    let lock = |number: usize| {
        let locks = if number.is_multiple_of(2) { &locks_of_one } else { &locks_of_two };
        locks.lock("a").fair()
    };
    let first = lock(0).acquire(SOON).await.unwrap();
    let (turns, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for number in 1..=20_usize {
        let (lock, turns) = (lock(number), turns.clone());
        tasks.spawn(async move {
            let guard = lock.acquire(LONG).await.unwrap();
            turns.send((number, guard.fence())).unwrap();
            guard.release().await.unwrap();
        });
        eventually_async("it stands in the queue", SOON, || {
            queued(&prefix) == i64::try_from(number).unwrap()
        })
        .await;
    }
    drop(turns);

    first.release().await.unwrap();
    tasks.join_all().await;

    let mut served = Vec::new();
    while let Some(one) = order.recv().await {
        served.push(one);
    }
    assert_eq!(served, (1..=20).map(|number| (number, number as u64 + 1)).collect::<Vec<_>>());
    assert_eq!(queued(&prefix), 0);
}

#[tokio::test]
async fn a_dead_head_costs_its_liveness_at_most() {
    let (locks, prefix) = locks().await;
    let (lock, liveness) = (locks.lock("a").fair(), Duration::from_millis(900));
    let lock = lock.waiter_ttl(liveness);
    let holder = lock.acquire(SOON).await.unwrap();
    // Somebody of another process, who will not show a sign of life again.
    let now: Vec<i64> = Server::shared()
        .command(&["TIME"])
        .elements()
        .iter()
        .map(|part| part.text().parse().unwrap())
        .collect();
    let dies = now[0] * 1000 + now[1] / 1000 + 900;
    Server::shared().command(&["ZADD", &format!("{{{prefix}a}}:q"), "1", "dead"]);
    Server::shared().command(&["ZADD", &format!("{{{prefix}a}}:d"), &dies.to_string(), "dead"]);
    let killed = Instant::now();
    let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
    eventually_async("it stands behind", SOON, || queued(&prefix) == 2).await;

    holder.release().await.unwrap();
    let guard = waiting.await.unwrap().unwrap();

    let took = killed.elapsed();
    assert!(took >= Duration::from_millis(850), "{took:?}: it has overtaken one that lived");
    assert!(took <= liveness + Duration::from_millis(100), "{took:?}");
    guard.release().await.unwrap();
}

#[tokio::test]
async fn whoever_gives_up_leaves_the_queue_and_passes_the_turn_on() {
    let (locks, prefix) = locks().await;
    let lock = locks.lock("a").fair();
    let holder = lock.acquire(SOON).await.unwrap();
    let (gives_up, second) = (lock.clone(), lock.clone());
    let first = tokio::spawn(async move { gives_up.acquire(LONG).await });
    eventually_async("the first one queues", SOON, || queued(&prefix) == 1).await;
    let second = tokio::spawn(async move { second.acquire(LONG).await });
    eventually_async("the second one queues", SOON, || queued(&prefix) == 2).await;

    let late = lock.acquire(Duration::from_millis(60)).await.unwrap_err();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    eventually_async("two have left", SOON, || queued(&prefix) == 1).await;
    holder.release().await.unwrap();

    assert!(late.is_busy(), "{late}");
    second.await.unwrap().unwrap().release().await.unwrap();
    eventually_async("nothing is left", SOON, || locks.stats().in_use == 0).await;
    assert_eq!(queued(&prefix), 0);
}

#[tokio::test]
async fn a_single_try_does_not_queue_and_does_not_overtake() {
    let (locks, prefix) = locks().await;
    let lock = locks.lock("a").fair();
    let holder = lock.try_acquire().await.unwrap().expect("nobody waits");
    let waits = lock.clone();
    let waiting = tokio::spawn(async move { waits.acquire(LONG).await });
    eventually_async("somebody queues", SOON, || queued(&prefix) == 1).await;

    assert!(lock.try_acquire().await.unwrap().is_none());
    assert_eq!(queued(&prefix), 1);

    holder.release().await.unwrap();
    waiting.await.unwrap().unwrap().release().await.unwrap();
    assert!(lock.try_acquire().await.unwrap().is_some());
}

#[tokio::test]
async fn a_release_calls_the_one_whose_turn_it_is_and_nobody_else() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = client.locks().ttl(LONG).lock("a").fair().waiter_ttl(LONG);
    let first = lock.acquire(SOON).await.unwrap();
    settled(&client.locks()).await;
    let mut tasks = JoinSet::new();
    for number in 1..=30 {
        let lock = lock.clone();
        tasks.spawn(async move { lock.acquire(LONG).await.unwrap().release().await.unwrap() });
        let queued = || server.command(&["ZCARD", "{lock:a}:q"]);
        eventually_async("it stands in the queue", SOON, || queued() == RawReply::Integer(number)).await;
    }
    let (before, began) = (client.link_stats().submitted, Instant::now());

    first.release().await.unwrap();
    tasks.join_all().await;

    // For each the question that wins and its release; and each shows a sign of life every second, and has asked once
    // more if it queued before anybody listened.
    let signs = 30 * (began.elapsed().as_secs() + 2);
    let questions = client.link_stats().submitted - before;
    assert!(questions <= 2 * 31 + signs, "{questions}");
}

#[tokio::test]
async fn foreign_values_in_the_place_of_the_queue_are_errors_and_keep_no_lock() {
    let has_code = Server::shared().version().at_least(Some((7, 0)), Some((7, 2)));
    let kind = if has_code { ErrorKind::WrongType } else { ErrorKind::Server };
    for suffix in ["q", "d"] {
        let (locks, prefix) = locks().await;
        let lock = locks.lock("a").fair();
        let guard = lock.acquire(SOON).await.unwrap();
        Server::shared().command(&["SET", &format!("{{{prefix}a}}:{suffix}"), "foreign"]);

        for wait in [Duration::ZERO, SOON] {
            let error = lock.acquire(wait).await.unwrap_err();
            let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
            assert_eq!(source.kind(), kind, "{suffix}");
            assert!(!error.is_retryable());
        }

        assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released, "{suffix}");
        assert_eq!(get(&format!("{prefix}a")), RawReply::Null);
        assert_eq!(get(&format!("{{{prefix}a}}:{suffix}")).text(), "foreign");
        eventually_async("nothing is left to do", SOON, || locks.stats().in_use == 0).await;
    }
}

#[tokio::test]
async fn a_waiter_that_counts_as_alive_for_no_time_is_refused() {
    let (locks, _) = locks().await;

    let error = locks.lock("a").fair().waiter_ttl(Duration::ZERO).try_acquire().await.unwrap_err();

    assert!(matches!(error, LockError::Ttl { ttl: Duration::ZERO }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}
