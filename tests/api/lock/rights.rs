//! Users who may do less than a lock could use.

use super::*;

/// A server with a user of restricted rights, and a client that is this user; `None` where channels cannot be forbidden.
async fn worker(rights: &str) -> Option<(Server, Client)> {
    if Server::shared().predates("channel permissions that are off", Some((7, 0)), Some((7, 2))) {
        return None;
    }
    let server = Server::start(Options::new().line(&format!("user worker on >w0rker {rights}")));
    let config =
        Config::builder().host("127.0.0.1").port(server.port()).username("worker").password("w0rker");
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    Some((server, client))
}

#[tokio::test]
async fn one_who_may_not_use_the_channel_locks_by_asking_and_the_log_is_told_once() {
    let Some((server, worker)) = worker("~* resetchannels +@all").await else { return };
    let log = Log::of("redlane::lock");
    let _logging = tracing::subscriber::set_default(log.clone());
    let locks = worker.locks().ttl(LONG);
    let others = client(server.port()).await.locks().ttl(LONG);

    for round in 0..3 {
        for (mine, theirs) in
            [(locks.lock("a"), others.lock("a")), (locks.lock("a").fair(), others.lock("a").fair())]
        {
            let holder = theirs.acquire(SOON).await.unwrap();
            let waits = mine.clone();
            let waiting = tokio::spawn(async move { waits.acquire(SOON).await });
            eventually_async("it waits", SOON, || locks.stats().waited_for == 1).await;
            holder.release().await.unwrap();

            let guard = waiting.await.unwrap().unwrap();
            assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released, "{round}");
        }
    }

    let (text, told) = (log.text(), "no right to listen for the releases of a lock");
    assert_eq!(text.matches(told).count(), 1, "{text}");
    assert!(text.lines().any(|line| line.contains(told) && line.ends_with("WARN")), "{text}");
    assert_eq!(server.command(&["EXISTS", "lock:a", "{lock:a}:q", "{lock:a}:d"]), RawReply::Integer(0));
}

#[tokio::test]
async fn one_who_may_listen_and_not_publish_wakes_those_of_his_own_process() {
    let Some((server, worker)) = worker("~* &* +@all -publish").await else { return };
    let locks = worker.locks().ttl(LONG);

    for lock in [locks.lock("a"), locks.lock("a").fair()] {
        let holder = lock.acquire(SOON).await.unwrap();
        let waits = lock.clone();
        let waiting = tokio::spawn(async move { waits.acquire(SOON).await });
        let listeners = || server.command(&["PUBSUB", "NUMSUB", "{lock:a}:c"]).elements()[1].text();
        eventually_async("it listens", SOON, || listeners() == "1").await;
        // It asks a second after it has begun to listen; a call comes before.
        let released = std::time::Instant::now();
        assert_eq!(holder.release().await.unwrap(), ReleaseOutcome::Released);
        let guard = waiting.await.unwrap().unwrap();
        assert!(released.elapsed() < Duration::from_millis(500), "{:?}", released.elapsed());
        guard.release().await.unwrap();
    }
    let semaphore = locks.semaphore("s", 1);
    let permit = semaphore.acquire(SOON).await.unwrap();
    let waiting = tokio::spawn(async move { semaphore.acquire(SOON).await });
    eventually_async("it waits", SOON, || locks.stats().waited_for == 1).await;
    assert_eq!(permit.release().await.unwrap(), ReleaseOutcome::Released);
    waiting.await.unwrap().unwrap().release().await.unwrap();
}

#[tokio::test]
async fn the_rights_that_the_docs_name_are_enough() {
    let rights = "~lock:* ~{lock:*}:* &{lock:*}:* -@all +hello +client +ping \
        +evalsha +eval +get +set +del +pexpire +pttl +incr +publish +subscribe +unsubscribe \
        +time +zadd +zcard +zrange +zrangebyscore +zrank +zrem +zremrangebyscore +zscore";
    let Some((server, worker)) = worker(&rights.split_whitespace().collect::<Vec<_>>().join(" ")).await
    else {
        return;
    };
    let log = Log::of("redlane::lock");
    let _logging = tracing::subscriber::set_default(log.clone());
    let locks = worker.locks().ttl(Duration::from_millis(600)).watchdog(true);

    for lock in [locks.lock("a"), locks.lock("a").fair(), locks.lock("a").fence_survives_data_loss(true)] {
        let guard = lock.acquire(SOON).await.unwrap();
        let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
        eventually_async("it waits", SOON, || locks.stats().waited_for == 1).await;
        let renewed = locks.stats().renewed;
        eventually_async("it is renewed", SOON, || locks.stats().renewed > renewed).await;
        guard.extend(LONG).await.unwrap();
        assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
        assert_eq!(waiting.await.unwrap().unwrap().release().await.unwrap(), ReleaseOutcome::Released);
    }
    let permit = locks.semaphore("s", 1).acquire(SOON).await.unwrap();
    permit.extend(LONG).await.unwrap();
    assert_eq!(permit.release().await.unwrap(), ReleaseOutcome::Released);

    assert_eq!(log.text(), "");
    assert_eq!(locks.stats().lost, 0);
    let refused = server.command(&["ACL", "LOG"]);
    let refused: Vec<_> = refused.elements().iter().map(|entry| entry.elements()[7].text()).collect();
    assert!(refused.iter().all(|command| command == "info"), "only the question about eviction: {refused:?}");
}

#[tokio::test]
async fn one_who_may_not_run_scripts_is_told_so() {
    let Some((server, worker)) = worker("~* &* +@all -eval -evalsha").await else { return };

    let error = worker.locks().lock("a").try_acquire().await.unwrap_err();

    let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), error.outcome()), (ErrorKind::NoPermission, Outcome::Refused));
    assert!(!error.is_retryable());
    assert_eq!(server.command(&["EXISTS", "lock:a"]), RawReply::Integer(0));
    settled(&worker.locks()).await;
}

#[tokio::test]
async fn where_listening_fails_at_once_a_waiter_asks_no_more_often_than_where_it_is_forbidden() {
    const UNKNOWN: &str = "rename-command SUBSCRIBE \"\"";
    const REFUSED: [&str; 5] = ["ACL", "SETUSER", "default", "resetpass", ">another"];
    // It does not know how, or refuses new connections, as after a change of passwords.
    for knows in [false, true] {
        let options = if knows { Options::new() } else { Options::new().line(UNKNOWN) };
        let server = Server::start(options);
        let client = client(server.port()).await;
        let lock = client.locks().ttl(LONG).lock("a");
        let holder = lock.acquire(SOON).await.unwrap();
        settled(&client.locks()).await;
        if knows {
            assert_eq!(server.command(&REFUSED).text(), "OK");
        }

        let (before, began) = (client.link_stats().completed, std::time::Instant::now());
        let waited = lock.acquire(Duration::from_secs(2)).await;
        let (asked, took) = (client.link_stats().completed - before, began.elapsed().as_millis());

        assert!(matches!(waited, Err(LockError::Timeout { .. })), "{waited:?}");
        // Ten times a second, twice at first, and once when listening is tried again.
        assert!(
            asked <= u64::try_from(took / 100 + took / 1000 + 3).unwrap(),
            "{knows}: {asked} in {took} ms"
        );
        assert_eq!(holder.release().await.unwrap(), ReleaseOutcome::Released);
    }
}
