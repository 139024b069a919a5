//! What locks tell a log: what nobody else is told, and no secret.

use std::sync::{Arc, Mutex};

use redlane::lock::DistributedLock;
use redlane::redis_client::RedisClient;

use super::*;

#[tokio::test]
async fn a_server_that_may_evict_locks_is_warned_of_once() {
    for (memory, policy, warnings) in
        [("100mb", "allkeys-lru", 1), ("100mb", "noeviction", 0), ("0", "allkeys-lru", 0)]
    {
        let log = Log::of("redlane::lock");
        let _logging = tracing::subscriber::set_default(log.clone());
        let server = Server::start(Options::new().set("maxmemory", memory).set("maxmemory-policy", policy));
        let client = client(server.port()).await;

        for _ in 0..3 {
            client.locks().lock("a").acquire(SOON).await.unwrap().release().await.unwrap();
        }
        settled(&client.locks()).await;

        let text = log.text();
        assert_eq!(text.lines().count(), warnings, "{text}");
        assert_eq!(text.matches("policy=\"allkeys-lru\" WARN").count(), warnings, "{text}");
    }
}

#[tokio::test]
async fn a_swallowed_error_is_logged_as_the_reference_does() {
    let log = Log::of("redlane::lock");
    let _logging = tracing::subscriber::set_default(log.clone());
    let redis = RedisClient::with_config(Config::builder().host("127.0.0.1").build().unwrap());

    assert!(!DistributedLock::new(&redis, "resource_1", LONG).acquire().await);

    let text = log.text();
    let expected = "message=Redis set failed for key lock:resource_1: Redis client not initialized.";
    assert!(text.starts_with(expected) && text.ends_with("ERROR\n"), "{text}");
}

#[tokio::test]
async fn a_lock_lost_under_its_body_is_logged_without_its_name() {
    let log = Log::of("redlane::lock");
    let _logging = tracing::subscriber::set_default(log.clone());
    let (locks, prefix) = locks().await;
    let key = format!("{prefix}very-secret-name");
    let token = Arc::new(Mutex::new(String::new()));

    let body = {
        let token = Arc::clone(&token);
        |_| async move {
            *token.lock().unwrap() = get(&key).text();
            Server::shared().command(&["DEL", &key]);
        }
    };
    locks.with_lock("very-secret-name", LONG, body).await.unwrap();

    let text = log.text();
    assert!(text.contains("outcome=Expired"), "{text}");
    assert!(!text.contains("very-secret-name") && !text.contains(&*token.lock().unwrap()), "{text}");
}
