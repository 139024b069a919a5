//! Locks against a real server: who has them, for how long, and that nothing is left behind.

mod contention;
mod ends;
mod fair;
mod logs;
mod model;
mod options;
mod processes;
mod rights;
mod semaphore;
mod view;
mod wakeup;
mod watchdog;

use std::time::Duration;

use redlane::client::Client;
use redlane::commands::native::*;
use redlane::commands::types::FlushMode;
use redlane::config::Config;
use redlane::error::{ErrorKind, Outcome};
use redlane::lock::{LockError, LockManager, ReleaseOutcome};
use redlane_test_support::{Keys, Log, Options, RawReply, Server, eventually_async};

/// Longer than any test takes: what is gone before was released, and has not just ended.
const LONG: Duration = Duration::from_secs(60);

/// Time enough for anything that should happen.
const SOON: Duration = Duration::from_secs(10);

async fn client(port: u16) -> Client {
    let config = Config::builder().host("127.0.0.1").port(port).build().unwrap();
    Client::connect(config).await.unwrap()
}

/// The locks of a fresh client of the shared server, with a prefix of the test's own, which it gives too.
async fn locks() -> (LockManager, String) {
    let prefix = Keys::new().key("lock:");
    (client(Server::shared().port()).await.locks().prefix(&prefix).ttl(LONG), prefix)
}

fn get(key: &str) -> RawReply {
    Server::shared().command(&["GET", key])
}

fn integer(command: &[&str]) -> i64 {
    match Server::shared().command(command) {
        RawReply::Integer(number) => number,
        other => panic!("{other:?}"),
    }
}

/// Nothing is left to do in the background, the question about eviction that comes with the first lock included.
async fn settled(locks: &LockManager) {
    eventually_async("the background is done", SOON, || locks.stats().returning == 0).await;
}

async fn gone(key: &str) {
    eventually_async("the lock is given back", SOON, || get(key) == RawReply::Null).await;
}

#[tokio::test]
async fn a_free_lock_is_ours_until_it_is_released() {
    let (locks, prefix) = locks().await;
    let (lock, key) = (locks.lock("a"), format!("{prefix}a"));

    let guard = lock.try_acquire().await.unwrap().expect("it is free");

    assert!(lock.try_acquire().await.unwrap().is_none());
    assert!(lock.is_locked().await.unwrap());
    assert!(guard.is_valid() && guard.valid_for() <= LONG);
    assert_eq!((guard.name(), guard.fence()), ("a", 1));
    let left = integer(&["PTTL", &key]);
    assert!(left > 50_000 && left <= 60_000, "{left}");
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
    assert!(!lock.is_locked().await.unwrap());
}

#[tokio::test]
async fn fences_rise_from_holder_to_holder_and_have_no_end() {
    let (locks, prefix) = locks().await;
    let lock = locks.lock("a");

    for fence in 1..=5 {
        let guard = lock.acquire(SOON).await.unwrap();
        assert_eq!(guard.fence(), fence);
        guard.release().await.unwrap();
    }

    assert_eq!(integer(&["TTL", &format!("{{{prefix}a}}:f")]), -1);
}

#[tokio::test]
async fn the_holder_is_a_plain_string_with_a_random_token() {
    let (locks, prefix) = locks().await;
    let mut tokens = Vec::new();

    for _ in 0..3 {
        let guard = locks.lock("a").acquire(SOON).await.unwrap();
        tokens.push(get(&format!("{prefix}a")).text());
        let shown = format!("{guard:?} {:?} {:?} {locks:?}", guard.handle(), locks.lock("a"));
        assert!(!tokens.iter().any(|token| shown.contains(token)), "{shown}");
        guard.release().await.unwrap();
    }

    assert!(
        tokens.iter().all(|token| token.len() == 32 && token.bytes().all(|digit| digit.is_ascii_hexdigit()))
    );
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

#[tokio::test]
async fn the_prefix_and_the_time_to_live_are_those_of_the_reference() {
    let client = client(Server::shared().port()).await;
    let name = Keys::new().key("a");

    let guard = client.locks().lock(&name).try_acquire().await.unwrap().unwrap();

    let left = integer(&["PTTL", &format!("lock:{name}")]);
    assert!(left > 5_000 && left <= 10_000, "{left}");
    guard.release().await.unwrap();
}

#[tokio::test]
async fn a_time_to_live_that_no_server_keeps_is_refused_without_a_question() {
    let client = client(Server::shared().port()).await;
    let sent = client.link_stats().submitted;

    for ttl in [Duration::ZERO, Duration::from_micros(999), Duration::MAX] {
        let error = client.locks().lock("a").ttl(ttl).try_acquire().await.unwrap_err();
        assert!(matches!(error, LockError::Ttl { .. }), "{error}");
        assert!(!error.is_retryable());
    }

    assert_eq!(client.link_stats().submitted, sent);
    assert_eq!(client.locks().stats().in_use, 0);
}

#[tokio::test]
async fn the_lock_of_another_program_is_respected_and_waited_for() {
    let (locks, prefix) = locks().await;
    let (lock, key) = (locks.lock("a"), format!("{prefix}a"));
    Server::shared().command(&["SET", &key, "foreign", "NX", "PX", "300"]);

    assert!(lock.try_acquire().await.unwrap().is_none());
    let short = lock.acquire(Duration::from_millis(30)).await.unwrap_err();
    let guard = lock.acquire(SOON).await.unwrap();

    assert!(short.is_busy(), "{short}");
    assert_eq!(short.to_string(), "lock is held by somebody else and did not come free within 30ms");
    // And the other way round: they respect ours.
    let taken = Server::shared().command(&["SET", &key, "foreign", "NX", "PX", "300"]);
    assert_eq!(taken, RawReply::Null);
    guard.release().await.unwrap();
}

#[tokio::test]
async fn a_foreign_lock_without_an_end_is_asked_after_every_second() {
    let (locks, prefix) = locks().await;
    let (lock, key) = (locks.lock("a"), format!("{prefix}a"));
    Server::shared().command(&["SET", &key, "foreign"]);

    let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
    eventually_async("somebody waits", SOON, || locks.stats().waited_for == 1).await;
    Server::shared().command(&["DEL", &key]);

    waiting.await.unwrap().unwrap().release().await.unwrap();
}

#[tokio::test]
async fn waiting_never_takes_longer_than_asked_for() {
    let (locks, _) = locks().await;
    let lock = locks.lock("a");
    let guard = lock.try_acquire().await.unwrap().unwrap();

    for wait in [0, 5, 60].map(Duration::from_millis) {
        let began = std::time::Instant::now();
        let error = lock.acquire(wait).await.unwrap_err();
        let took = began.elapsed();

        assert!(error.is_busy() && error.is_retryable(), "{error}");
        assert!(took >= wait.saturating_sub(Duration::from_millis(2)), "{took:?} of {wait:?}");
        assert!(took <= wait + Duration::from_millis(50), "{took:?} of {wait:?}");
    }
    guard.release().await.unwrap();
    assert_eq!((locks.stats().in_use, locks.stats().waited_for), (0, 0));
}

#[tokio::test]
async fn a_key_of_another_type_is_an_error_and_stays_as_it_is() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");
    Server::shared().command(&["RPUSH", &key, "x"]);

    let error = locks.lock("a").try_acquire().await.unwrap_err();

    let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
    // Redis 6.2 puts the codes of errors within scripts into the text.
    let has_code = Server::shared().version().at_least(Some((7, 0)), Some((7, 2)));
    assert_eq!(source.kind(), if has_code { ErrorKind::WrongType } else { ErrorKind::Server });
    assert!(!error.is_retryable());
    assert_eq!(integer(&["LLEN", &key]), 1);
    eventually_async("nothing is left to do", SOON, || locks.stats().in_use == 0).await;
}

#[tokio::test]
async fn a_value_of_another_type_in_the_place_of_a_lock_is_somebody_else_s() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");
    let bare = locks.lock("a").fencing(false).wake_up(false);

    for lock in [locks.lock("a"), locks.lock("a").fair(), bare] {
        let guard = lock.try_acquire().await.unwrap().unwrap();
        Server::shared().command(&["DEL", &key]);
        Server::shared().command(&["RPUSH", &key, "x"]);

        assert!(matches!(guard.extend(LONG).await, Err(LockError::NotHeld)), "{lock:?}");
        assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::NotOwner, "{lock:?}");
        assert_eq!(integer(&["LLEN", &key]), 1);
        Server::shared().command(&["DEL", &key]);
    }
    let (permits, semaphore) = (format!("{{{prefix}a}}:s"), locks.semaphore("a", 1));
    let permit = semaphore.try_acquire().await.unwrap().unwrap();
    Server::shared().command(&["SET", &permits, "foreign"]);
    assert!(matches!(permit.extend(LONG).await, Err(LockError::NotHeld)));
    assert_eq!(permit.release().await.unwrap(), ReleaseOutcome::Expired);
    assert_eq!(get(&permits).text(), "foreign");
}

#[tokio::test]
async fn forgotten_scripts_cost_one_more_round_trip() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let lock = client.locks().lock("a");
    lock.acquire(SOON).await.unwrap().release().await.unwrap();
    settled(&client.locks()).await;

    let mut costs = Vec::new();
    for flush in [true, false] {
        for step in 0..3 {
            if flush {
                client.script_flush(FlushMode::Sync).await.unwrap();
            }
            let sent = client.link_stats().submitted;
            match step {
                0 => std::mem::forget(lock.try_acquire().await.unwrap().unwrap()),
                1 => assert!(lock.try_acquire().await.unwrap().is_none()),
                _ => {
                    server.command(&["DEL", "lock:a"]);
                    let guard = lock.try_acquire().await.unwrap().unwrap();
                    guard.extend(LONG).await.unwrap();
                    guard.release().await.unwrap();
                }
            }
            costs.push(client.link_stats().submitted - sent);
        }
    }

    // The last step asks three questions; the two of them whose scripts are unknown cost one more each.
    assert_eq!(costs, [2, 2, 6, 1, 1, 3]);
}

#[tokio::test]
async fn an_extended_lock_lives_longer_on_both_sides() {
    let (locks, prefix) = locks().await;
    let guard = locks.lock("a").ttl(Duration::from_secs(5)).try_acquire().await.unwrap().unwrap();
    assert!(guard.valid_for() < Duration::from_secs(5));

    guard.extend(LONG).await.unwrap();
    assert!(guard.valid_for() > Duration::from_secs(50));
    assert!(integer(&["PTTL", &format!("{prefix}a")]) > 50_000);

    guard.handle().extend(Duration::from_secs(2)).await.unwrap();
    assert!(guard.valid_for() < Duration::from_secs(2));
    assert!(integer(&["PTTL", &format!("{prefix}a")]) <= 2_000);
    assert!(matches!(guard.extend(Duration::ZERO).await, Err(LockError::Ttl { .. })));
    guard.release().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_was_taken_away_is_not_extended() {
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}a");
    let guard = locks.lock("a").try_acquire().await.unwrap().unwrap();
    Server::shared().command(&["SET", &key, "thief"]);

    assert!(matches!(guard.extend(LONG).await, Err(LockError::NotHeld)));

    assert!(!guard.is_valid());
    assert_eq!(get(&key).text(), "thief");
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::NotOwner);
    assert_eq!(get(&key).text(), "thief");
}

#[tokio::test]
async fn a_counter_that_cannot_count_is_an_error_and_the_lock_is_given_back() {
    let (locks, prefix) = locks().await;
    let (key, fence) = (format!("{prefix}a"), format!("{{{prefix}a}}:f"));

    for count in [["SET", "9223372036854775807"], ["SET", "no number"], ["RPUSH", "another type"]] {
        Server::shared().command(&["DEL", &fence]);
        Server::shared().command(&[count[0], &fence, count[1]]);

        for lock in [locks.lock("a"), locks.lock("a").fair()] {
            let error = lock.try_acquire().await.unwrap_err();

            assert_eq!(error.outcome(), Outcome::MaybeExecuted);
            gone(&key).await;
        }
    }
}

#[tokio::test]
async fn scripts_forgotten_between_any_two_calls_change_nothing() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(LONG);
    let flush = async || client.script_flush(FlushMode::Sync).await.unwrap();

    for lock in [locks.lock("a"), locks.lock("a").fair()] {
        flush().await;
        let guard = lock.acquire(SOON).await.unwrap();
        let waits = lock.clone();
        flush().await;
        let waiting = tokio::spawn(async move { waits.acquire(SOON).await.unwrap() });
        eventually_async("somebody waits", SOON, || locks.stats().waited_for == 1).await;
        flush().await;
        guard.extend(LONG).await.unwrap();
        flush().await;
        assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
        let guard = waiting.await.unwrap();
        flush().await;
        drop(guard);
        eventually_async("it is given back", SOON, || locks.stats().in_use == 0).await;
        assert_eq!(server.command(&["EXISTS", "lock:a", "{lock:a}:q", "{lock:a}:d"]), RawReply::Integer(0));
    }
    let semaphore = locks.semaphore("s", 1);
    flush().await;
    let permit = semaphore.acquire(SOON).await.unwrap();
    flush().await;
    assert!(semaphore.try_acquire().await.unwrap().is_none());
    flush().await;
    permit.extend(LONG).await.unwrap();
    flush().await;
    assert_eq!(permit.release().await.unwrap(), ReleaseOutcome::Released);
    assert_eq!(server.command(&["EXISTS", "{lock:s}:s"]), RawReply::Integer(0));
}
