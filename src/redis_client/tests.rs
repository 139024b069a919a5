//! What can be said of the documented client without a server.

use std::future::Future;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::config::Config;
use crate::error::ErrorKind;

/// The signatures in a source file, each on one line, as rustdoc's front page lists them.
fn signatures(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = source.lines().skip_while(|line| !line.starts_with("impl RedisClient")).peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("impl") && !line.starts_with("impl RedisClient") {
            break;
        }
        let line = line.trim();
        if !["pub fn", "pub async fn", "pub const fn"].iter().any(|start| line.starts_with(start)) {
            continue;
        }
        let mut signature = line.to_owned();
        while !signature.ends_with('{')
            && let Some(line) = lines.next_if(|line| line.trim() != "where")
        {
            signature = format!("{signature} {}", line.trim());
            if lines.peek().is_some_and(|line| line.trim() == "where") {
                break;
            }
        }
        let signature = signature.trim_end_matches([' ', '{']).replace("( ", "(").replace(", )", ")");
        found.push(signature);
    }
    found
}

#[test]
fn the_front_page_lists_every_signature() {
    let page = include_str!("../redis_client.rs");
    let listed: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("/// pub ")).map(str::trim_end).collect();
    let sources = [
        page,
        include_str!("keys.rs"),
        include_str!("lifecycle.rs"),
        include_str!("locks.rs"),
        include_str!("reports.rs"),
        include_str!("sweep.rs"),
    ];

    let methods: Vec<String> = sources.into_iter().flat_map(signatures).collect();

    assert!(methods.len() > 30, "{methods:#?}");
    for method in &methods {
        let rest = method.strip_prefix("pub ").unwrap();
        assert!(listed.contains(&rest), "not on the front page: {method}");
    }
    assert_eq!(listed.len(), methods.len(), "the front page lists methods that are not there");
}

#[tokio::test]
async fn before_it_is_initialized_everything_fails_at_once() {
    let redis = RedisClient::new();

    let error = redis.set("k", "v").await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::NotInitialized);
    assert_eq!(error.to_string(), "Redis client not initialized. Call initialize_redis_client() first.");
    assert_eq!(redis.client().unwrap_err().kind(), ErrorKind::NotInitialized);
    assert_eq!(redis.delete(&[""; 0]).await.unwrap_err().kind(), ErrorKind::NotInitialized);
    assert!(!redis.is_initialized());
    let report = redis.get_health_status().await;
    assert_eq!(report.error.as_deref(), Some(error.to_string().as_str()));
}

#[tokio::test]
async fn a_mapping_without_fields_is_an_error_before_anything_is_sent() {
    let redis = RedisClient::new();
    let none: [(&str, &str); 0] = [];

    assert_eq!(redis.hset("h", none).await.unwrap_err().kind(), ErrorKind::Usage);
    let error = redis.hset_with_ttl("h", none, Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    let error = redis.hset_with_ttl("h", [("f", "v")], Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn closed_before_it_was_open_it_is_closed() {
    let redis = RedisClient::with_config(Config::default());

    redis.close().await;
    redis.close().await;

    assert_eq!(redis.get("k").await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(redis.client().unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn initialized_outside_of_a_runtime_it_says_so() {
    let redis = RedisClient::with_config(Config::default());
    let mut attempt = std::pin::pin!(redis.initialize());
    let mut context = Context::from_waker(Waker::noop());

    let Poll::Ready(result) = attempt.as_mut().poll(&mut context) else { panic!("it waits") };

    assert_eq!(result.unwrap_err().kind(), ErrorKind::Usage);
    assert!(!redis.is_initialized());
}

#[test]
fn its_debug_output_shows_no_password() {
    let config = Config::from_url("redis://:swordfish@localhost").unwrap();

    assert!(!format!("{:?}", RedisClient::with_config(config)).contains("swordfish"));
}
