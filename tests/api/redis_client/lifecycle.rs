//! From nothing to connected, to closed, and back; alone, together with others, and when it goes wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::ports::free_port;
use redlane_test_support::{Accept, FaultProxy, Flow, Keys, Options, Plan, Server, eventually_async};

use super::{connected, connected_with};

/// Long against a round trip, short for a test that waits for it.
const CONNECT: Duration = Duration::from_millis(400);
/// What a loaded machine may take on top of a limit.
const SLACK: Duration = Duration::from_millis(400);

fn to_port(port: u16) -> RedisClient {
    let config = Config::builder().host("127.0.0.1").port(port).socket_connect_timeout(Some(CONNECT));
    RedisClient::with_config(config.build().unwrap())
}

async fn is_left_by_all(server: &Server) {
    eventually_async("no client is connected", Duration::from_secs(5), || server.clients().is_empty()).await;
}

fn silent() -> Plan {
    Plan { accept: Accept::Silence, ..Plan::default() }
}

#[tokio::test]
async fn initializing_twice_is_once() {
    let proxy = FaultProxy::start(Server::shared().port());
    let redis = to_port(proxy.port());

    redis.initialize().await.unwrap();
    redis.initialize().await.unwrap();

    assert!(redis.is_initialized());
    assert_eq!(proxy.accepted_count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_who_initialize_at_once_share_one_attempt() {
    let proxy = FaultProxy::start(Server::shared().port());
    proxy.change(|plan| plan.replies.delay = Duration::from_millis(50)).await;
    let redis = Arc::new(to_port(proxy.port()));

    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let redis = Arc::clone(&redis);
            tokio::spawn(async move { redis.initialize().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }

    assert_eq!(proxy.accepted_count(), 1);
    assert!(redis.ping().await.unwrap());
}

#[tokio::test]
async fn a_dead_port_fails_within_the_connect_timeout_and_leaves_nothing() {
    let redis = to_port(free_port());
    let began = Instant::now();

    let error = redis.initialize().await.unwrap_err();

    assert!(began.elapsed() < CONNECT + SLACK, "{:?}", began.elapsed());
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
    assert!(!redis.is_initialized());
    assert_eq!(redis.client().unwrap_err().kind(), ErrorKind::NotInitialized);
    assert_eq!(redis.get("k").await.unwrap_err().kind(), ErrorKind::NotInitialized);
}

#[tokio::test]
async fn a_server_that_accepts_and_is_silent_is_left_at_the_limit() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let redis = to_port(proxy.port());
    let began = Instant::now();

    redis.initialize().await.unwrap_err();

    assert!(began.elapsed() < CONNECT + SLACK, "{:?}", began.elapsed());
    is_left_by_all(&server).await;
}

#[tokio::test]
async fn a_failed_attempt_is_told_to_all_and_the_next_one_is_new() {
    let proxy = FaultProxy::start(Server::shared().port());
    proxy.set(Plan { accept: Accept::Refuse, ..Plan::default() }).await;
    let redis = to_port(proxy.port());
    let began = Instant::now();

    let (first, second, third) = tokio::join!(redis.initialize(), redis.initialize(), redis.initialize());

    assert!(began.elapsed() < CONNECT + SLACK, "one attempt, not three: {:?}", began.elapsed());
    for result in [first, second, third] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Connect);
    }
    proxy.heal().await;
    redis.initialize().await.unwrap();
    assert!(redis.ping().await.unwrap());
}

#[tokio::test]
async fn a_server_that_starts_meanwhile_is_found_by_the_same_attempt() {
    let proxy = FaultProxy::start(Server::shared().port());
    proxy.set(Plan { accept: Accept::Refuse, ..Plan::default() }).await;
    let config = Config::builder().host("127.0.0.1").port(proxy.port()).build().unwrap();
    let redis = RedisClient::with_config(config);

    let start = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        proxy.heal().await;
    };
    let (result, ()) = tokio::join!(redis.initialize(), start);

    result.unwrap();
}

#[tokio::test]
async fn wrong_and_missing_passwords_are_told_at_once() {
    let server = Server::start(Options::new().password("swordfish"));
    let began = Instant::now();

    let missing = to_port(server.port()).initialize().await.unwrap_err();
    let config = Config::builder().host("127.0.0.1").port(server.port()).password("salmon").build().unwrap();
    let wrong = RedisClient::with_config(config).initialize().await.unwrap_err();

    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!((missing.kind(), missing.code()), (ErrorKind::Auth, Some("NOAUTH")));
    assert_eq!((wrong.kind(), wrong.code()), (ErrorKind::Auth, Some("WRONGPASS")));
    assert!(!format!("{wrong} {wrong:?}").contains("salmon"));
    is_left_by_all(&server).await;
    connected_with(&server, "").await.ping().await.unwrap();
}

#[tokio::test]
async fn a_server_in_cluster_mode_is_not_built_yet_and_says_so_at_once() {
    let server = Server::start(Options::new().set("cluster-enabled", "yes"));
    let began = Instant::now();

    let error = to_port(server.port()).initialize().await.unwrap_err();

    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("cluster") && cause.contains("not built yet"), "{cause}");
    assert!(began.elapsed() < CONNECT, "{:?}", began.elapsed());
}

#[tokio::test]
async fn when_the_one_who_connects_goes_away_another_does() {
    let proxy = FaultProxy::start(Server::shared().port());
    proxy.set(silent()).await;
    let redis = Arc::new(RedisClient::with_config(Config::from_url(&proxy.url()).unwrap()));
    let initialize = |redis: &Arc<RedisClient>| {
        let redis = Arc::clone(redis);
        tokio::spawn(async move { redis.initialize().await })
    };
    let first = initialize(&redis);
    eventually_async("the first one connects", Duration::from_secs(5), || proxy.accepted_count() == 1).await;
    let second = initialize(&redis);
    tokio::task::yield_now().await;

    proxy.heal().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    second.await.unwrap().unwrap();
    assert!(redis.ping().await.unwrap());
    assert_eq!(proxy.accepted_count(), 2);
}

#[tokio::test]
async fn a_dropped_attempt_leaves_the_client_as_new() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let redis = to_port(proxy.port());

    let late = tokio::time::timeout(Duration::from_millis(100), redis.initialize()).await;

    assert!(late.is_err());
    assert_eq!(redis.get("k").await.unwrap_err().kind(), ErrorKind::NotInitialized);
    is_left_by_all(&server).await;
    proxy.heal().await;
    redis.initialize().await.unwrap();
}

#[tokio::test]
async fn after_close_everything_fails_at_once_and_no_connection_is_left() {
    let server = Server::start(Options::new());
    let redis = connected_with(&server, "").await;
    let client = redis.client().unwrap();
    client.blpop("no-such-list", 0.01).await.unwrap();
    assert!(server.clients().len() >= 2, "a shared and a leased connection");

    redis.close().await;
    redis.close().await;

    let began = Instant::now();
    assert_eq!(redis.set("k", "v").await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(redis.client().unwrap_err().kind(), ErrorKind::Closed);
    let error = client.get("k").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Closed, Outcome::NotSent));
    assert_eq!(client.blpop("no-such-list", 1.0).await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(redis.get_health_status().await.error.is_some_and(|error| error == "client is closed"));
    assert!(began.elapsed() < SLACK, "{:?}", began.elapsed());
    is_left_by_all(&server).await;
}

#[tokio::test]
async fn close_lets_what_is_under_way_finish() {
    let proxy = FaultProxy::start(Server::shared().port());
    let redis = Arc::new(to_port(proxy.port()));
    redis.initialize().await.unwrap();
    proxy.change(|plan| plan.replies.delay = Duration::from_millis(200)).await;
    let client = redis.client().unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.ping().await })
        })
        .collect();
    eventually_async("all are under way", Duration::from_secs(5), || client.link_stats().in_flight >= 20)
        .await;

    redis.close().await;

    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), "PONG");
    }
}

#[tokio::test]
async fn close_gives_back_locks_that_were_dropped() {
    let redis = connected().await;
    let name = Keys::new().key("lock");
    let lock = redis.lock(&name).unwrap().ttl(Duration::from_secs(60));
    let guard = lock.try_acquire().await.unwrap().unwrap();

    drop(guard);
    redis.close().await;

    assert_eq!(Server::shared().command(&["EXISTS", &format!("lock:{name}")]).text(), "0");
    assert_eq!(redis.lock(&name).unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn close_waits_no_longer_than_its_limit() {
    let proxy = FaultProxy::start(Server::shared().port());
    let url = format!("{}?close_timeout=200ms", proxy.url());
    let redis = Arc::new(RedisClient::with_config(Config::from_url(&url).unwrap()));
    redis.initialize().await.unwrap();
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let client = redis.client().unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.incr("never-answered", 1).await }
    });
    eventually_async("it is under way", Duration::from_secs(5), || client.link_stats().in_flight >= 1).await;
    let began = Instant::now();

    redis.close().await;

    assert!(began.elapsed() < Duration::from_millis(200) + SLACK, "{:?}", began.elapsed());
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{error}");
    assert!(began.elapsed() < Duration::from_millis(200) + SLACK, "{:?}", began.elapsed());
}

#[tokio::test]
async fn closed_while_it_connects_it_is_closed_for_all_who_wait() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let redis = RedisClient::with_config(Config::from_url(&proxy.url()).unwrap());
    let began = Instant::now();

    let close = async {
        eventually_async("it connects", Duration::from_secs(5), || proxy.accepted_count() == 1).await;
        redis.close().await;
    };
    let (first, second, ()) = tokio::join!(redis.initialize(), redis.initialize(), close);

    assert_eq!(first.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Closed);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(redis.get("k").await.unwrap_err().kind(), ErrorKind::Closed);
    is_left_by_all(&server).await;
}

#[tokio::test]
async fn a_closed_client_can_be_initialized_again() {
    let redis = connected().await;
    redis.close().await;

    redis.initialize().await.unwrap();

    assert!(redis.ping().await.unwrap());
}

#[tokio::test]
async fn closing_the_native_client_closes_this_one() {
    let redis = connected().await;

    redis.client().unwrap().close().await;

    assert!(!redis.is_initialized());
    assert_eq!(redis.get("k").await.unwrap_err().kind(), ErrorKind::Closed);
    redis.initialize().await.unwrap();
    assert!(redis.ping().await.unwrap());
}

#[tokio::test]
async fn a_server_that_is_down_is_an_error_that_says_nothing_was_sent() {
    let server = Server::start(Options::new());
    let redis = connected_with(&server, "?socket_timeout=200ms").await;
    server.kill();
    let client = redis.client().unwrap();
    eventually_async("the loss is noticed", Duration::from_secs(5), || !client.is_connected()).await;
    let began = Instant::now();

    let error = redis.hincrby("counter", "n", 1).await.unwrap_err();

    assert!(began.elapsed() < Duration::from_millis(400) + SLACK, "{:?}", began.elapsed());
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.is_retryable(), "{error}");
    server.start_again();
    assert_eq!(redis.hincrby("counter", "n", 1).await.unwrap(), 1);
}

#[test]
fn when_its_runtime_is_gone_it_says_so_and_can_be_initialized_on_another() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let redis = first.block_on(connected());
    first.block_on(redis.ping()).unwrap();

    drop(first);

    assert!(!redis.is_initialized());
    let began = Instant::now();
    let error = second.block_on(redis.get("k")).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RuntimeGone, Outcome::NotSent));
    assert!(second.block_on(redis.get_health_status()).error.is_some());
    assert!(began.elapsed() < SLACK, "{:?}", began.elapsed());
    second.block_on(redis.initialize()).unwrap();
    assert!(second.block_on(redis.ping()).unwrap());
    second.block_on(redis.close());
}

#[test]
fn a_command_under_way_when_the_runtime_goes_is_told() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let (proxy, redis) = first.block_on(async {
        let proxy = FaultProxy::start(Server::shared().port());
        let redis = to_port(proxy.port());
        redis.initialize().await.unwrap();
        proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
        (proxy, Arc::new(redis))
    });
    let client = redis.client().unwrap();
    let waiting = second.spawn({
        let client = client.clone();
        async move { client.incr("never-answered", 1).await }
    });
    second.block_on(eventually_async("it is under way", Duration::from_secs(5), || {
        client.link_stats().in_flight == 1
    }));
    let began = Instant::now();

    drop(proxy);
    drop(first);

    let error = second.block_on(waiting).unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{error}");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}
