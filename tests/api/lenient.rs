//! The view that answers as the reference does: what it says, what it logs, and what it does not log.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redlane::health::HealthStatus;
use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Server};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps the messages of errors, and apart from them everything that was logged at all.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    errors: Vec<String>,
    everything: String,
}

#[derive(Default)]
struct Message {
    text: String,
    all: String,
}

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.text = format!("{value:?}");
        }
        write!(self.all, "{}={value:?} ", field.name()).unwrap();
    }
}

impl Log {
    /// The errors logged since the last call.
    fn errors(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().errors)
    }

    fn everything(&self) -> String {
        self.0.lock().unwrap().everything.clone()
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut message = Message::default();
        attributes.record(&mut message);
        self.0.lock().unwrap().everything.push_str(&message.all);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut message = Message::default();
        values.record(&mut message);
        self.0.lock().unwrap().everything.push_str(&message.all);
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let mut lines = self.0.lock().unwrap();
        lines.everything.push_str(&message.all);
        if *event.metadata().level() == Level::ERROR {
            lines.errors.push(message.text);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn connected(server: &Server) -> RedisClient {
    let url = format!("{}?socket_timeout=200ms", server.url());
    let redis = RedisClient::with_config(Config::from_url(&url).unwrap());
    redis.initialize().await.unwrap();
    redis
}

#[tokio::test]
async fn while_all_is_well_it_answers_like_the_client_and_logs_nothing() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let redis = connected(Server::shared()).await;
    let lenient = redis.lenient();
    let keys = Keys::new();
    let (key, other) = (keys.key("key"), keys.key("other"));

    assert!(lenient.ping().await);
    assert!(lenient.set(&key, "v").await);
    assert!(lenient.set_ex(&key, "v", Duration::from_secs(10)).await);
    assert!(!lenient.set_nx(&key, "w").await);
    assert!(lenient.set_nx(&other, "").await);
    assert_eq!(lenient.get(&key).await.as_deref(), Some("v"));
    assert_eq!(lenient.get(&other).await.as_deref(), Some(""));
    assert_eq!(lenient.get(keys.key("absent")).await, None);
    assert!(lenient.get_connection_info().await.is_some_and(|info| info.connected_clients >= 1));
    assert!(lenient.get_health_status().await.is_healthy());

    assert_eq!(log.errors(), [""; 0]);
}

#[tokio::test]
async fn before_it_is_initialized_it_answers_no_in_the_references_words() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let redis = RedisClient::new();
    let lenient = redis.lenient();

    assert!(!lenient.set("user:1", "v").await);
    assert_eq!(lenient.get("user:1").await, None);
    assert!(!lenient.ping().await);
    assert_eq!(lenient.get_connection_info().await, None);

    let why = "Redis client not initialized. Call initialize_redis_client() first.";
    assert_eq!(
        log.errors(),
        [
            format!("Redis set failed for key user:1: {why}"),
            format!("Redis get failed for key user:1: {why}"),
            format!("Redis ping failed: {why}"),
            format!("Failed to get connection info: {why}"),
        ]
    );
}

#[tokio::test]
async fn a_server_that_is_down_is_no_none_and_unhealthy() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = Server::start(Options::new());
    let redis = connected(&server).await;
    server.kill();
    let lenient = redis.lenient();

    assert!(!lenient.set("k", "v").await);
    assert!(!lenient.set_ex("k", "v", Duration::from_secs(1)).await);
    assert!(!lenient.set_nx("k", "v").await);
    assert_eq!(lenient.get("k").await, None);
    assert!(!lenient.ping().await);
    assert_eq!(lenient.get_connection_info().await, None);
    let health = lenient.get_health_status().await;

    assert_eq!((health.status, health.error.as_deref()), (HealthStatus::Unhealthy, Some("ping_failed")));
    let errors = log.errors();
    let starts = ["Redis set failed for key k: "; 3].into_iter().chain([
        "Redis get failed for key k: ",
        "Redis ping failed: ",
        "Failed to get connection info: ",
        "Redis ping failed: ",
    ]);
    assert_eq!(errors.len(), 7, "{errors:?}");
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start) && error.len() > start.len(), "{error}");
    }
}

#[tokio::test]
async fn the_servers_errors_are_logged_and_no_value_is() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = Server::start(Options::new().line("rename-command SETNX \"\"").password("dolphin"));
    let redis = connected(&server).await;
    let lenient = redis.lenient();
    redis.hset("hash", [("field", "swordfish")]).await.unwrap();

    assert_eq!(lenient.get("hash").await, None);
    assert!(!lenient.set_ex("key", "swordfish", Duration::ZERO).await);
    assert!(!lenient.set_nx("key", "swordfish").await);
    assert!(lenient.set("image", &b"swordfish\xFF"[..]).await);
    assert_eq!(lenient.get("image").await, None);

    let errors = log.errors();
    assert!(errors[0].contains("failed for key hash: error reply to GET: WRONGTYPE"), "{errors:?}");
    assert!(errors[1].contains("invalid expire time"), "{errors:?}");
    assert!(errors[2].contains("unknown command"), "{errors:?}");
    assert!(errors[3].starts_with("Redis get failed for key image: unexpected reply to GET"), "{errors:?}");
    let everything = log.everything();
    assert!(everything.contains("SETNX"), "the commands' spans are among it");
    assert!(!everything.contains("swordfish") && !everything.contains("dolphin"), "{everything}");
}

#[tokio::test]
async fn a_key_cannot_forge_a_line_of_the_log() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());

    assert!(!RedisClient::new().lenient().set("k\nRedis set failed for key root: \x1b[31m", "v").await);
    assert!(!RedisClient::new().lenient().set(&b"\xFF"[..], "v").await);

    let errors = log.errors();
    assert!(errors[0].starts_with("Redis set failed for key k\\nRedis set failed"), "{errors:?}");
    assert!(!errors[0].contains(['\n', '\x1b']), "{errors:?}");
    assert!(errors[1].starts_with("Redis set failed for key \u{FFFD}: "), "{errors:?}");
}

#[tokio::test]
async fn what_the_reference_lets_pass_is_an_error_here_too() {
    let redis = connected(Server::shared()).await;
    let key = Keys::new().key("text");
    let lenient = redis.lenient();
    assert!(lenient.set(&key, "v").await);

    let error = lenient.hget(&key, "field").await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert_eq!(lenient.delete(&key).await.unwrap(), 1);
}
