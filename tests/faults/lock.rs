//! Locks while replies are lost, connections cut and servers restarted: never two holders, never a lock left behind.

mod aborts;
mod kinds;
mod listening;

use std::time::{Duration, Instant};

use redlane::client::Client;
use redlane::config::Config;
use redlane::error::{ErrorKind, Outcome};
use redlane::lock::{Guard, LockError, LockManager, ReleaseOutcome};
use redlane_test_support::{Cut, FaultProxy, Flow, Options, RawReply, Server, eventually_async};

/// Longer than any test takes: what is gone before was released, and has not just ended.
const LONG: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(10);

/// Of the clients here: short, since the background waits for it too.
const TIMEOUT: Duration = Duration::from_millis(300);

const KEY: &str = "lock:a";

/// A server of the test's own behind a faulty network, and a client whose scripts the server knows.
struct Scene {
    server: Server,
    proxy: FaultProxy,
    client: Client,
}

impl Scene {
    async fn set() -> Self {
        Self::set_with(TIMEOUT).await
    }

    async fn set_with(timeout: Duration) -> Self {
        let server = Server::start(Options::new());
        let proxy = FaultProxy::start(server.port());
        let config = Config::builder().host("127.0.0.1").port(proxy.port()).socket_timeout(timeout);
        let client = Client::connect(config.build().unwrap()).await.unwrap();
        // So that the server knows the scripts, and each question is one.
        let (plain, fair) = (client.locks().lock("warm-up"), client.locks().lock("warm-up").fair());
        for lock in [plain, fair] {
            let guard = lock.acquire(SOON).await.unwrap();
            guard.extend(LONG).await.unwrap();
            guard.release().await.unwrap();
        }
        let permit = client.locks().semaphore("warm-up", 1).acquire(SOON).await.unwrap();
        permit.extend(LONG).await.unwrap();
        permit.release().await.unwrap();
        eventually_async("the background is done", SOON, || client.locks().stats().returning == 0).await;
        Self { server, proxy, client }
    }

    fn locks(&self) -> LockManager {
        self.client.locks().ttl(LONG)
    }

    fn token(&self) -> Option<String> {
        match self.server.command(&["GET", KEY]) {
            RawReply::Bulk(token) => Some(String::from_utf8(token).unwrap()),
            _ => None,
        }
    }

    async fn acquire(&self) -> Guard {
        self.locks().lock("a").try_acquire().await.unwrap().unwrap()
    }

    /// From now on the server hears us, and we do not hear it.
    async fn hold_replies(&self) {
        self.proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    }

    /// Begins to acquire, and returns when the server has given the lock and we do not know it yet.
    async fn acquire_unheard(&self) -> tokio::task::JoinHandle<Result<Option<Guard>, LockError>> {
        self.hold_replies().await;
        let lock = self.locks().lock("a");
        let acquire = tokio::spawn(async move { lock.try_acquire().await });
        eventually_async("the server has given the lock", SOON, || self.token().is_some()).await;
        acquire
    }

    /// The network is well again, on another connection.
    async fn reconnect(&self) {
        self.proxy.cut(Cut::Reset);
        self.proxy.heal().await;
    }

    async fn idle(&self) {
        eventually_async("all places are free", SOON, || self.locks().stats().in_use == 0).await;
    }
}

#[tokio::test]
async fn a_lost_reply_to_acquire_is_asked_for_again_with_the_same_token() {
    let scene = Scene::set().await;
    let acquire = scene.acquire_unheard().await;
    let token = scene.token();

    scene.reconnect().await;
    let guard = acquire.await.unwrap().unwrap().expect("it is ours already");

    assert_eq!((guard.fence(), scene.token()), (1, token));
    assert_eq!(scene.server.command(&["GET", "{lock:a}:f"]).text(), "1");
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
    assert_eq!(scene.token(), None);
}

#[tokio::test]
async fn a_question_that_is_executed_late_leaves_no_lock() {
    let scene = Scene::set().await;
    let acquire = scene.acquire_unheard().await;
    let token = scene.token().unwrap();
    scene.reconnect().await;
    let guard = acquire.await.unwrap().unwrap().unwrap();
    guard.release().await.unwrap();

    // The first question, on the lost connection, is executed only now.
    scene.server.command(&["SET", KEY, &token, "PX", "60000"]);

    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
    scene.idle().await;
}

#[tokio::test]
async fn closing_does_not_wait_for_what_may_be_executed_late() {
    let scene = Scene::set_with(Duration::from_secs(20)).await;
    let acquire = scene.acquire_unheard().await;
    scene.reconnect().await;
    acquire.await.unwrap().unwrap().unwrap().release().await.unwrap();
    assert_eq!(scene.locks().stats().returning, 1);

    assert!(scene.locks().close(SOON).await);
}

#[tokio::test]
async fn a_busy_answer_after_a_lost_one_leaves_no_lock_either() {
    let scene = Scene::set().await;
    let acquire = scene.acquire_unheard().await;
    let token = scene.token().unwrap();
    scene.server.command(&["SET", KEY, "foreign"]);
    scene.reconnect().await;
    assert!(acquire.await.unwrap().unwrap().is_none());

    scene.server.command(&["SET", KEY, &token, "PX", "60000"]);

    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
    scene.idle().await;
}

#[tokio::test]
async fn an_acquire_without_any_answer_may_have_won_and_is_given_back() {
    let scene = Scene::set().await;
    let acquire = scene.acquire_unheard().await;

    let error = acquire.await.unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    assert!(error.is_retryable(), "asking for a lock again does no harm: {error:?}");
    assert!(scene.token().is_some());
    scene.proxy.heal().await;

    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
    scene.idle().await;
}

#[tokio::test]
async fn an_acquire_that_is_dropped_unanswered_is_given_back() {
    for cut in [false, true] {
        let scene = Scene::set().await;
        let acquire = scene.acquire_unheard().await;

        acquire.abort();
        assert!(acquire.await.unwrap_err().is_cancelled());
        if cut {
            scene.proxy.cut(Cut::Reset);
        }
        scene.proxy.heal().await;

        eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
        scene.idle().await;
    }
}

#[tokio::test]
async fn a_wait_ends_in_time_although_nobody_answers() {
    let scene = Scene::set().await;
    let lock = scene.locks().lock("a");
    scene.hold_replies().await;
    let began = Instant::now();

    let error = lock.acquire(Duration::from_millis(100)).await.unwrap_err();

    let took = began.elapsed();
    assert!(took < Duration::from_millis(150), "{took:?}");
    let LockError::Failed { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::MaybeExecuted));
    scene.proxy.heal().await;
    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
}

#[tokio::test]
async fn a_lost_reply_to_release_is_a_release() {
    let scene = Scene::set().await;
    let guard = scene.acquire().await;
    scene.hold_replies().await;

    let release = tokio::spawn(guard.release());
    eventually_async("the server has it back", SOON, || scene.token().is_none()).await;
    scene.reconnect().await;

    assert_eq!(release.await.unwrap().unwrap(), ReleaseOutcome::Released);
    scene.idle().await;
}

#[tokio::test]
async fn a_release_that_is_dropped_or_fails_goes_on_in_the_background() {
    for fails in [false, true] {
        let scene = Scene::set().await;
        let guard = scene.acquire().await;
        scene.proxy.change(|plan| plan.requests.flow = Flow::Hold).await;

        let release = tokio::spawn(guard.release());
        if fails {
            let error = release.await.unwrap().unwrap_err();
            assert!(matches!(error, LockError::Failed { step: "released", .. }), "{error:?}");
        } else {
            tokio::task::yield_now().await;
            release.abort();
        }
        assert!(scene.token().is_some());
        scene.reconnect().await;

        eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
        scene.idle().await;
    }
}

#[tokio::test]
async fn a_guard_dropped_while_the_server_is_away_is_given_back_when_it_returns() {
    let scene = Scene::set().await;
    let guard = scene.acquire().await;
    scene.proxy.change(|plan| plan.accept = redlane_test_support::Accept::Refuse).await;
    scene.proxy.cut(Cut::Reset);

    drop(guard);
    let held = scene.token().is_some();
    scene.proxy.heal().await;

    assert!(held);
    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
    scene.idle().await;
}

#[tokio::test]
async fn a_restart_that_lost_the_lock_is_told_at_the_release() {
    let scene = Scene::set().await;
    let guard = scene.acquire().await;

    scene.server.restart();

    assert!(matches!(guard.extend(LONG).await, Err(LockError::NotHeld)));
    assert!(!guard.is_valid());
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Expired);
}

#[tokio::test]
async fn a_counter_lost_while_the_lock_was_held_is_told_and_the_lock_given_back() {
    let scene = Scene::set().await;
    let acquire = scene.acquire_unheard().await;

    scene.server.command(&["DEL", "{lock:a}:f"]);
    scene.reconnect().await;

    assert!(matches!(acquire.await.unwrap(), Err(LockError::FenceLost)));
    eventually_async("the lock is given back", SOON, || scene.token().is_none()).await;
}

#[tokio::test]
async fn an_extension_without_an_answer_leaves_the_shorter_time() {
    let scene = Scene::set().await;
    let guard = scene.acquire().await;
    scene.hold_replies().await;

    let short = Duration::from_secs(5);
    let error = guard.extend(short).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    assert!(guard.is_valid() && guard.valid_for() < short);

    let error = guard.extend(LONG).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    assert!(guard.is_valid() && guard.valid_for() < short);
    scene.reconnect().await;
    guard.extend(LONG).await.unwrap();

    // The first question, on the lost connection, is executed only now: nobody may rely on more than it has left.
    assert!(guard.is_valid() && guard.valid_for() < short);
    scene.server.command(&["PEXPIRE", KEY, "5000"]);
    let trusted = async || {
        guard.extend(LONG).await.unwrap();
        guard.valid_for() > short
    };
    let began = Instant::now();
    while !trusted().await {
        assert!(began.elapsed() < SOON);
    }
}

#[tokio::test]
async fn a_lock_won_too_late_is_asked_for_again_and_then_given_up() {
    let scene = Scene::set().await;
    let lock = scene.locks().lock("a").ttl(Duration::from_millis(40));
    let slow = async |delay: u64| {
        let delay = Duration::from_millis(delay);
        scene.proxy.change(|plan| plan.replies.delay = delay).await;
    };

    slow(80).await;
    let error = lock.try_acquire().await.unwrap_err();
    assert!(matches!(error, LockError::TooLate { .. }) && error.is_retryable(), "{error:?}");

    slow(0).await;
    let guard = lock.acquire(SOON).await.unwrap();
    assert!(guard.is_valid());
    guard.release().await.unwrap();
}

#[tokio::test]
async fn a_waiter_outlives_a_restart_of_the_server() {
    let scene = Scene::set().await;
    let guard = scene.acquire().await;
    let lock = scene.locks().lock("a");
    let waiting = tokio::spawn(async move { lock.acquire(SOON).await });
    eventually_async("somebody waits", SOON, || scene.locks().stats().waited_for == 1).await;

    scene.server.restart();
    drop(guard);

    let guard = waiting.await.unwrap().unwrap();
    assert_eq!(guard.release().await.unwrap(), ReleaseOutcome::Released);
    scene.idle().await;
}

#[tokio::test]
async fn a_server_that_has_stopped_answering_is_not_taken_for_a_lock_that_is_held() {
    let scene = Scene::set_with(LONG).await;
    let holder = scene.acquire().await;
    let wait_for = |wait: u64| {
        let lock = scene.locks().lock("a");
        tokio::spawn(async move { lock.acquire(Duration::from_secs(wait)).await.unwrap_err() })
    };
    let asked = scene.client.link_stats().completed;
    let first = wait_for(5);
    // The second question comes once it listens: then those behind it wait for it.
    let listens = || scene.client.link_stats().completed >= asked + 2;
    eventually_async("somebody listens", SOON, listens).await;
    let (soon, late) = (wait_for(1), wait_for(3));
    tokio::task::yield_now().await;

    scene.server.pause();

    // Of those behind the one who asks, one gives up while the last answer is fresh.
    assert!(soon.await.unwrap().is_busy());
    let error = late.await.unwrap();
    let LockError::Failed { step: "acquired", source } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert!(!error.is_busy() && error.is_retryable());
    let error = first.await.unwrap();
    assert!(!error.is_busy() && error.outcome() == Outcome::MaybeExecuted, "{error:?}");
    scene.server.resume();
    holder.release().await.unwrap();
    scene.idle().await;
}
