//! What the documented client tells about its server, and what it does for the server's memory.

use std::time::{Duration, Instant};

use redlane::health::{HealthStatus, Reading, Status};
use redlane::info::{Info, Role};
use redlane::prelude::*;
use redlane_test_support::{FaultProxy, Flow, Keys, Options, Server};

use super::{connected, connected_with};

#[tokio::test]
async fn ping_is_true() {
    assert!(connected().await.ping().await.unwrap());
}

#[tokio::test]
async fn info_comes_whole_or_by_section() {
    let redis = connected().await;
    let names = |info: &Info| info.sections().map(|section| section.name().to_owned()).collect::<Vec<_>>();

    let whole = redis.info().await.unwrap();
    let memory = redis.info_sections("memory").await.unwrap();
    let unknown = redis.info_sections("no-such-section").await.unwrap();
    let counted = redis.info_sections("commandstats").await.unwrap();

    assert!(names(&whole).len() >= 8, "{whole:?}");
    assert!(!names(&whole).contains(&"Commandstats".to_owned()));
    assert!(whole.u64("connected_clients").is_some_and(|count| count >= 1));
    assert_eq!(names(&memory), ["Memory"]);
    assert!(memory.memory().used.is_some_and(|bytes| bytes > 0));
    assert!(unknown.is_empty());
    assert!(counted.cmdstat("info").is_some());
    if !Server::shared().predates("INFO of several sections", Some((7, 0)), Some((7, 0))) {
        let both = redis.info_sections(&["memory", "clients"]).await.unwrap();
        assert!(both.section("memory").is_present() && both.section("clients").is_present());
    }
}

#[tokio::test]
async fn both_protocols_give_the_same_info() {
    for protocol in ["resp2", "resp3"] {
        let redis = connected_with(Server::shared(), &format!("?protocol={protocol}")).await;

        let server = redis.info_sections("server").await.unwrap();

        let text = String::from_utf8(server.as_bytes().to_vec()).unwrap();
        assert!(text.starts_with("# Server\r\n"), "{protocol}: {text}");
        assert_eq!(server.u64("tcp_port"), Some(u64::from(Server::shared().port())));
    }
}

#[tokio::test]
async fn the_references_dictionaries_come_with_their_fields() {
    let redis = connected().await;
    redis.set(Keys::new().key("k"), "v").await.unwrap();

    let health = redis.get_health_status().await;
    let memory = redis.get_memory_usage().await.unwrap();
    let performance = redis.get_performance_metrics().await.unwrap();
    let connections = redis.get_connection_info().await.unwrap();
    let key_metrics = redis.key_metrics().await.unwrap();
    let check = redis.memory_check().await.unwrap();

    assert_eq!((health.status, &health.error), (HealthStatus::Healthy, &None));
    assert!(health.connected_clients >= 1 && health.total_commands_processed >= 1);
    assert!(health.used_memory.ends_with(['K', 'M']), "{health}");
    assert!(memory.used_memory > 0 && memory.used_memory_peak >= memory.used_memory / 2);
    assert!(performance.total_commands_processed >= 1);
    assert!(connections.connected_clients >= 1);
    assert!(key_metrics.keys.is_some_and(|count| count >= 1) && key_metrics.memory.is_some());
    assert_eq!((check.max, check.percent), (0, None));
    assert!(check.used > 0 && !check.is_high());
    assert!(redis.health().await.is_up());
}

#[tokio::test]
async fn a_monitor_remembers_counters_and_gives_rates() {
    let redis = connected().await;
    let monitor = redis.monitor();

    assert!(monitor.rates().await.unwrap().is_none());
    redis.ping().await.unwrap();

    assert!(monitor.rates().await.unwrap().is_some());
}

#[tokio::test]
async fn memory_close_to_its_limit_is_high() {
    let server = Server::start(Options::new().set("maxmemory", "1gb"));
    let redis = connected_with(&server, "").await;
    let used = redis.memory_check().await.unwrap().used;
    server.command(&["CONFIG", "SET", "maxmemory", &(used + used / 20).to_string()]);

    let check = redis.memory_check().await.unwrap();

    assert!(check.is_high(), "{check}");
    assert!(check.to_string().contains("Warning: Memory usage too high"), "{check}");
}

#[tokio::test]
async fn a_full_server_refuses_writes_with_a_kind_of_its_own_and_still_reads() {
    let server = Server::start(Options::new().set("maxmemory", "1").set("maxmemory-policy", "noeviction"));
    let redis = connected_with(&server, "").await;

    let error = redis.set("k", "v").await.unwrap_err();

    assert_eq!((error.kind(), error.code()), (ErrorKind::OutOfMemory, Some("OOM")));
    assert_eq!(error.outcome(), Outcome::Refused);
    assert!(!error.is_retryable());
    assert_eq!(redis.get("k").await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_is_gone_is_unhealthy_within_the_limit() {
    let server = Server::start(Options::new());
    let redis = connected_with(&server, "").await;
    server.kill();
    let began = Instant::now();

    let (health, status) = tokio::join!(redis.get_health_status(), redis.health());
    let memory = Reading::from(redis.get_memory_usage().await);

    assert!(began.elapsed() < Duration::from_millis(4_300), "{:?}", began.elapsed());
    assert_eq!(health.status, HealthStatus::Unhealthy);
    assert!(health.error.is_some());
    assert!(matches!(status.status, Status::Down(_)), "{status}");
    assert!(matches!(memory, Reading::Failed { .. }), "{memory}");
}

#[tokio::test]
async fn a_silent_server_is_unhealthy_within_the_limit() {
    let proxy = FaultProxy::start(Server::shared().port());
    let redis = RedisClient::with_config(Config::from_url(&proxy.url()).unwrap());
    redis.initialize().await.unwrap();
    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    let began = Instant::now();

    let health = redis.get_health_status().await;

    let took = began.elapsed();
    assert!((Duration::from_millis(1_900)..Duration::from_millis(2_300)).contains(&took), "{took:?}");
    assert!(health.error.is_some_and(|error| error.contains("within 2s")));
}

#[tokio::test]
async fn a_probe_needs_no_initialized_client() {
    let redis = RedisClient::with_config(Config::from_url(&Server::shared().url()).unwrap());

    let report = redis.probe().await.unwrap();

    assert!(report.is_ready(), "{report}");
    assert_eq!(report.role, Some(Role::Primary));
    assert!(!redis.is_initialized());
}

#[tokio::test]
async fn purging_memory_removes_no_key_and_a_sweep_removes_the_expired() {
    let server = Server::start(Options::new());
    let redis = connected_with(&server, "").await;
    // Without its own cycle the server removes an expired key only when it is touched.
    server.command(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    let mut raw = server.raw();
    for number in 0..1_200 {
        raw.command(&["SET", &format!("gone:{number}"), "v", "PX", "1"]);
        raw.command(&["SET", &format!("stays:{number}"), "v"]);
    }
    raw.command(&[&b"SET"[..], b"gone:\xFF", b"v", b"PX", b"1"]);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let size = || server.command(&["DBSIZE"]).text();
    assert_eq!(size(), "2401");

    redis.memory_purge().await.unwrap();
    assert_eq!(size(), "2401");
    let some = redis.sweep_expired(Some("gone:1*")).await.unwrap();
    let rest = redis.sweep_expired(None).await.unwrap();

    let gone_with_1 = (0..1_200).filter(|number: &u32| number.to_string().starts_with('1')).count() as u64;
    assert!(some.expired >= Some(gone_with_1) && some.alive == 0, "{some:?}");
    assert_eq!(some.expired.unwrap() + rest.expired.unwrap(), 1_201);
    assert_eq!(rest.alive, 1_200);
    assert_eq!(size(), "1200");
}
