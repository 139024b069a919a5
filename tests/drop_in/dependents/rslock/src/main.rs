//! rslock: scripts on multiplexed connections.

use std::time::Duration;

use rslock::LockManager;

#[tokio::main]
async fn main() {
    let manager = LockManager::new(vec![std::env::var("REDIS_URL").unwrap()]);
    let guard = manager.acquire("rslock:mutex", Duration::from_secs(5)).await.unwrap();

    let mut other = LockManager::new(vec![std::env::var("REDIS_URL").unwrap()]);
    other.set_retry(1, Duration::from_millis(10));
    assert!(other.lock(b"rslock:mutex", Duration::from_secs(1)).await.is_err(), "one holder at a time");

    let lock = manager.extend(&guard.lock, Duration::from_secs(10)).await.unwrap();
    assert!(!manager.is_freed(&lock).await.unwrap());
    guard.release().await;
    assert!(manager.is_freed(&lock).await.is_err(), "there is no such key any more");
    other.lock(b"rslock:mutex", Duration::from_secs(1)).await.unwrap();
    println!("rslock: ok");
}
