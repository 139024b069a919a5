//! Locks with less, and with more: without fences or Lua, with fences that outlive the data, with replicas.

use super::*;

fn bare(locks: &LockManager) -> LockManager {
    locks.clone().fencing(false).wake_up(false)
}

#[tokio::test]
async fn a_bare_lock_is_plain_set_nx_and_has_no_fence() {
    let (locks, prefix) = locks().await;
    let (lock, key) = (bare(&locks).lock("a"), format!("{prefix}a"));

    let guard = lock.try_acquire().await.unwrap().unwrap();

    assert_eq!((guard.fence(), get(&key).text().len()), (0, 32));
    assert_eq!(integer(&["EXISTS", &format!("{{{prefix}a}}:f")]), 0);
    assert!(lock.try_acquire().await.unwrap().is_none());
    guard.extend(Duration::from_secs(90)).await.unwrap();
    assert!(integer(&["PTTL", &key]) > 80_000);
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);

    let stolen = lock.try_acquire().await.unwrap().unwrap();
    Server::shared().command(&["SET", &key, "thief"]);
    assert!(matches!(stolen.extend(LONG).await, Err(LockError::NotHeld)));
    assert_eq!(stolen.release().await.unwrap(), ReleaseOutcome::NotOwner);
    Server::shared().command(&["DEL", &key]);
    let gone = lock.try_acquire().await.unwrap().unwrap();
    Server::shared().command(&["DEL", &key]);
    assert_eq!(gone.release().await.unwrap(), ReleaseOutcome::Expired);
}

#[tokio::test]
async fn a_bare_lock_is_waited_for_and_renewed() {
    let (locks, _) = locks().await;
    let locks = bare(&locks).ttl(Duration::from_millis(300)).watchdog(true);
    let guard = locks.lock("a").acquire(SOON).await.unwrap();
    eventually_async("it is renewed", SOON, || locks.stats().renewed >= 4).await;
    let lock = locks.lock("a");
    let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
    eventually_async("somebody waits", SOON, || locks.stats().waited_for == 1).await;

    assert!(guard.is_valid());
    guard.release().await.unwrap();

    waiting.await.unwrap().unwrap().release().await.unwrap();
}

#[tokio::test]
async fn a_bare_lock_needs_no_script_where_the_server_can_compare() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = bare(&client.locks()).lock("a");

    lock.try_acquire().await.unwrap().unwrap().release().await.unwrap();

    let can = !matches!(server.command(&["COMMAND", "INFO", "DELIFEQ"]).elements()[0], RawReply::Null)
        && !server.command(&["COMMAND", "INFO", "DELIFEQ"]).elements()[0].elements().is_empty();
    let scripts = [server.info("cmdstat_evalsha"), server.info("cmdstat_eval")];
    assert_eq!(scripts.iter().all(String::is_empty), can, "{scripts:?}");
}

#[tokio::test]
async fn fences_of_the_clock_rise_although_the_server_lost_everything() {
    let server = Server::start(Options::new());
    let lock = client(server.port()).await.locks().fence_survives_data_loss(true).lock("a");
    let mut fences = Vec::new();

    for flush in [false, true, false, true] {
        let guard = lock.acquire(SOON).await.unwrap();
        fences.push(guard.fence());
        guard.release().await.unwrap();
        if flush {
            server.command(&["FLUSHALL"]);
        }
    }
    // A clock that was set back: the last fence decides.
    server.command(&["SET", "{lock:a}:f", "8000000000000000"]);
    fences.push(lock.acquire(SOON).await.unwrap().fence());

    assert!(fences.is_sorted_by(|one, next| one < next), "{fences:?}");
    assert_eq!(fences[4], 8_000_000_000_000_001);
}

#[tokio::test]
async fn a_lock_that_too_few_replicas_have_is_given_back() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = client.locks().ttl(LONG).lock("a");

    let error = lock.clone().replicas(1, Duration::from_millis(30)).try_acquire().await.unwrap_err();

    assert!(matches!(error, LockError::NotReplicated { acked: 0, wanted: 1 }), "{error:?}");
    eventually_async("it is given back", SOON, || server.command(&["GET", "lock:a"]) == RawReply::Null).await;

    let replica = Server::start(Options::new().line(&format!("replicaof 127.0.0.1 {}", server.port())));
    eventually_async("the replica follows", SOON, || replica.info("master_link_status") == "up").await;
    let guard = lock.clone().replicas(1, SOON).try_acquire().await.unwrap().unwrap();
    assert!(replica.command(&["GET", "lock:a"]) != RawReply::Null);
    assert!(lock.replicas(1, SOON).try_acquire().await.unwrap().is_none());
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
}

#[tokio::test]
async fn a_lock_whose_replicas_cannot_be_asked_for_is_given_back() {
    if Server::shared().predates("users with single commands forbidden", Some((7, 0)), Some((7, 2))) {
        return;
    }
    let server = Server::start(Options::new().line("user worker on >w0rker ~* &* +@all -wait"));
    let config =
        Config::builder().host("127.0.0.1").port(server.port()).username("worker").password("w0rker");
    let worker = Client::connect(config.build().unwrap()).await.unwrap();

    let lock = worker.locks().ttl(LONG).lock("a").replicas(1, SOON);
    let error = lock.try_acquire().await.unwrap_err();

    let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), error.outcome()), (ErrorKind::NoPermission, Outcome::MaybeExecuted));
    eventually_async("it is given back", SOON, || server.command(&["GET", "lock:a"]) == RawReply::Null).await;
}

#[tokio::test]
async fn a_lock_that_is_on_disk_outlives_a_restart() {
    if Server::shared().lacks("WAITAOF") {
        return;
    }
    let server = Server::start(Options::new().set("appendonly", "yes").set("appendfsync", "always"));
    let locks = client(server.port()).await.locks().ttl(LONG);
    let guard = locks.lock("a").on_disk(0, SOON).acquire(SOON).await.unwrap();

    server.restart();

    assert!(locks.lock("a").try_acquire().await.unwrap().is_none());
    guard.extend(LONG).await.unwrap();
    let error = locks.lock("b").on_disk(1, Duration::from_millis(30)).try_acquire().await.unwrap_err();
    assert!(matches!(error, LockError::NotReplicated { acked: 0, wanted: 1 }), "{error:?}");
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
    eventually_async("nothing is left", SOON, || {
        server.command(&["EXISTS", "lock:a", "lock:b"]) == RawReply::Integer(0)
    })
    .await;
}

#[tokio::test]
async fn a_lock_that_does_not_get_to_disk_is_given_back() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = client.locks().ttl(LONG).lock("a").on_disk(0, Duration::from_millis(30));
    let given_back = async || {
        eventually_async("it is given back", SOON, || server.command(&["GET", "lock:a"]) == RawReply::Null)
            .await;
    };

    // No file, or no such command.
    let error = lock.try_acquire().await.unwrap_err();
    let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), error.outcome()), (ErrorKind::Server, Outcome::MaybeExecuted));
    assert!(!error.is_retryable());
    given_back().await;

    if server.lacks("WAITAOF") {
        return;
    }
    server.command(&["CONFIG", "SET", "appendfsync", "no"]);
    server.command(&["CONFIG", "SET", "appendonly", "yes"]);
    eventually_async("the file is begun", SOON, || server.info("aof_rewrite_in_progress") == "0").await;
    let error = lock.try_acquire().await.unwrap_err();
    assert!(matches!(error, LockError::NotOnDisk) && error.is_retryable(), "{error:?}");
    given_back().await;
}
