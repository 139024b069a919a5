//! Those who wait are called, and do not ask meanwhile.

use super::*;

pub(super) fn scripts_run(server: &Server) -> u64 {
    let calls = server.info("cmdstat_evalsha");
    calls.split(['=', ',']).nth(1).unwrap_or("0").parse().unwrap()
}

#[tokio::test]
async fn a_release_wakes_the_waiter_of_another_client_without_any_polling() {
    let server = Server::start(Options::new());
    let (one, two) =
        (client(server.port()).await.locks().ttl(LONG), client(server.port()).await.locks().ttl(LONG));
    // Both know the way: scripts are loaded, subscriptions made.
    let mut held = one.lock("a").acquire(SOON).await.unwrap();
    let (mut holder, mut waiter) = (&one, &two);
    let mut rises = Vec::new();
    for _ in 0..20 {
        let lock = waiter.lock("a");
        let before = scripts_run(&server);
        let waiting = tokio::spawn(async move { lock.acquire(LONG).await.unwrap() });
        eventually_async("it waits", SOON, || {
            waiter.stats().waited_for == 1 && scripts_run(&server) > before
        })
        .await;
        held.release().await.unwrap();
        held = waiting.await.unwrap();
        rises.push(scripts_run(&server) - before);
        (holder, waiter) = (waiter, holder);
    }
    let _ = holder;

    // Of each: the question that finds it busy, the release, the question that wins. The first rounds find nobody
    // listening yet and ask once more.
    assert!(rises[2..].iter().all(|rise| *rise <= 3), "{rises:?}");
}

#[tokio::test]
async fn a_lock_is_listened_for_as_long_as_somebody_waits_and_a_little_longer() {
    let (locks, prefix) = locks().await;
    let channel = format!("{{{prefix}a}}:c");
    let listeners = || Server::shared().command(&["PUBSUB", "NUMSUB", &channel]).elements()[1].text();
    let holder = locks.lock("a").acquire(SOON).await.unwrap();

    let waits = locks.lock("a");
    let waiting = tokio::spawn(async move { waits.acquire(SOON).await });
    eventually_async("it is listened for", SOON, || listeners() == "1").await;
    holder.release().await.unwrap();
    let guard = waiting.await.unwrap().unwrap();

    eventually_async("nobody listens any more", SOON, || listeners() == "0").await;
    guard.release().await.unwrap();
}

#[tokio::test]
async fn of_those_who_wait_in_one_process_one_asks_and_no_question_comes_too_early() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(LONG);
    let mut held = locks.lock("a").acquire(SOON).await.unwrap();
    settled(&locks).await;
    let asked = client.link_stats().completed;
    let mut waiting = std::collections::VecDeque::new();
    let wait = || {
        let lock = locks.lock("a");
        tokio::spawn(async move { lock.acquire(LONG).await.unwrap() })
    };
    for number in 1..=10 {
        waiting.push_back(wait());
        eventually_async("it waits", SOON, || locks.stats().in_use == number + 1).await;
        // The second question of the first one comes once it listens.
        eventually_async("it is listened for", SOON, || client.link_stats().completed >= asked + 2).await;
    }
    let (before, began) = (scripts_run(&server), std::time::Instant::now());

    for _ in 0..50 {
        held.release().await.unwrap();
        held = waiting.pop_front().unwrap().await.unwrap();
        waiting.push_back(wait());
    }

    // The release and the question that wins; beside that one a second for the one whose turn it is.
    let rise = scripts_run(&server) - before;
    assert!(rise <= 2 * 50 + began.elapsed().as_secs() + 1, "{rise}");
}

#[tokio::test]
async fn a_listener_that_goes_with_its_runtime_is_replaced() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let other = runtime();
    let (locks, prefix) = locks().await;
    let channel = format!("{{{prefix}a}}:c");
    let listeners = || Server::shared().command(&["PUBSUB", "NUMSUB", &channel]).elements()[1].text();
    let holder = locks.lock("a").acquire(SOON).await.unwrap();
    // The connection for messages is one of this runtime, the listener one of the other.
    let news = locks.lock("b").acquire(SOON).await.unwrap();
    let waits = locks.lock("b");
    let waiting = tokio::spawn(async move { waits.acquire(LONG).await });
    eventually_async("there is a connection", SOON, || locks.stats().waited_for == 1).await;
    eventually_async("it is listened on", SOON, || {
        Server::shared().command(&["PUBSUB", "NUMSUB", &format!("{{{prefix}b}}:c")]).elements()[1].text()
            == "1"
    })
    .await;
    let lock = locks.lock("a");
    let abandoned = other.spawn(async move { lock.acquire(LONG).await });
    eventually_async("the other one listens", SOON, || listeners() == "1").await;

    other.shutdown_background();
    assert!(abandoned.await.is_err());
    eventually_async("nobody listens", SOON, || listeners() == "0").await;
    let lock = locks.lock("a");
    let waits = tokio::spawn(async move { lock.acquire(LONG).await });
    eventually_async("somebody listens again", SOON, || listeners() == "1").await;
    holder.release().await.unwrap();

    waits.await.unwrap().unwrap().release().await.unwrap();
    news.release().await.unwrap();
    waiting.await.unwrap().unwrap().release().await.unwrap();
}

#[tokio::test]
async fn a_waiter_has_the_lock_within_milliseconds_of_its_release() {
    let server = Server::start(Options::new());
    let (one, two) = (client(server.port()).await.locks(), client(server.port()).await.locks());
    // On a machine that has other things to do one round of three may be late.
    let mut late = Vec::new();
    for _ in 0..3 {
        let mut held = one.lock("a").acquire(SOON).await.unwrap();
        let (mut waiter, mut holder) = (&two, &one);
        let mut times = Vec::new();
        for _ in 0..200 {
            let (lock, before) = (waiter.lock("a"), scripts_run(&server));
            let waiting = tokio::spawn(async move {
                let guard = lock.acquire(LONG).await.unwrap();
                (guard, std::time::Instant::now())
            });
            eventually_async("it waits", SOON, || scripts_run(&server) > before).await;
            let began = std::time::Instant::now();
            held.release().await.unwrap();
            let (guard, acquired) = waiting.await.unwrap();
            times.push(acquired.saturating_duration_since(began));
            held = guard;
            (waiter, holder) = (holder, waiter);
        }
        let _ = holder;
        held.release().await.unwrap();
        times.sort();
        // The 99th of a hundred.
        if times[197] < Duration::from_millis(5) {
            return;
        }
        late.push(times[197]);
    }
    panic!("{late:?}");
}
