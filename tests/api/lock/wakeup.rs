//! Those who wait are called, and do not ask meanwhile.

use super::*;

fn scripts_run(server: &Server) -> u64 {
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
async fn one_who_may_not_listen_asks_instead_and_the_log_is_told() {
    if Server::shared().predates("channel permissions that are off", Some((7, 0)), Some((7, 2))) {
        return;
    }
    let server = Server::start(Options::new().line("user worker on >w0rker ~* resetchannels +@all"));
    let config =
        Config::builder().host("127.0.0.1").port(server.port()).username("worker").password("w0rker");
    let worker = Client::connect(config.build().unwrap()).await.unwrap();
    let holder = client(server.port()).await.locks().ttl(LONG).lock("a").acquire(SOON).await.unwrap();

    let lock = worker.locks().lock("a");
    let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
    eventually_async("it waits", SOON, || worker.locks().stats().waited_for == 1).await;
    holder.release().await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap().release().await.unwrap(), ReleaseOutcome::Released);
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
