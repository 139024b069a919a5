//! The lock with the reference's names.

use std::sync::Arc;

use redlane::lock::{DistributedLock, NotAcquired};
use redlane::redis_client::RedisClient;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn it_is_acquired_and_released_as_in_the_reference() {
    let client = client(Server::shared().port()).await;
    let name = Keys::new().key("resource_1");
    let (mine, yours) =
        (DistributedLock::new(&client, &name, LONG), DistributedLock::new(&client, &name, LONG));

    assert!(!mine.release().await.unwrap());
    assert!(mine.acquire().await);
    assert!(!mine.acquire().await && !yours.acquire().await);
    assert!(!yours.release().await.unwrap());
    assert!(integer(&["EXISTS", &format!("lock:{name}")]) == 1);

    assert!(mine.release().await.unwrap());
    assert!(!mine.release().await.unwrap());
    assert!(yours.acquire().await);
    assert!(yours.release().await.unwrap());
}

#[tokio::test]
async fn what_was_lost_is_not_released_and_can_be_acquired_again() {
    let client = client(Server::shared().port()).await;
    let name = Keys::new().key("a");
    let key = format!("lock:{name}");
    let lock = DistributedLock::new(&client, &name, LONG);
    assert!(lock.acquire().await);
    Server::shared().command(&["DEL", &key]);

    assert!(lock.acquire().await);
    let token = get(&key);
    Server::shared().command(&["SET", &key, "thief"]);
    assert!(!lock.release().await.unwrap());

    assert_ne!(token, RawReply::Null);
    assert_eq!(get(&key).text(), "thief");
}

#[tokio::test]
async fn five_tasks_in_a_with_block_one_runs_and_four_fail() {
    let client = client(Server::shared().port()).await;
    let name = Keys::new().key("resource_1");
    let all = Arc::new(Barrier::new(5));
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (client, name, all) = (client.clone(), name.clone(), Arc::clone(&all));
        tasks.spawn(async move {
            let lock = DistributedLock::new(&client, name, LONG);
            let inside = Arc::clone(&all);
            let result = lock.with(|| async move { inside.wait().await.is_leader() }).await;
            if result.is_err() {
                all.wait().await;
            }
            result
        });
    }

    let results = tasks.join_all().await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(NotAcquired))));
    assert_eq!(NotAcquired.to_string(), "Failed to acquire lock");
    assert_eq!(integer(&["EXISTS", &format!("lock:{name}")]), 0);
}

#[tokio::test]
async fn a_server_that_is_down_is_a_no() {
    let server = Server::start(Options::new());
    let config = Config::builder().host("127.0.0.1").port(server.port());
    let config = config.socket_timeout(Duration::from_millis(200)).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let lock = DistributedLock::new(&client, "a", LONG);
    assert!(lock.acquire().await);
    server.terminate();

    assert!(!lock.acquire().await);
    assert_eq!(lock.with(|| async { panic!("not ours") }).await, Err(NotAcquired));
    // As in the reference this one does not swallow.
    assert!(lock.release().await.is_err());
}

#[tokio::test]
async fn it_takes_the_documented_client_connected_or_not() {
    let config = Config::builder().host("127.0.0.1").port(Server::shared().port()).build().unwrap();
    let redis = RedisClient::with_config(config);
    let name = Keys::new().key("a");
    let lock = DistributedLock::new(&redis, &name, LONG);

    assert!(!lock.acquire().await);
    redis.initialize().await.unwrap();
    assert!(lock.acquire().await);
    assert!(redis.lock(&name).unwrap().try_acquire().await.unwrap().is_none());
    assert!(
        redis.with_lock(&name, LONG, |_| async { panic!("held") }).await.is_err_and(|error| error.is_busy())
    );
    assert!(lock.release().await.unwrap());
    let fence = redis.with_lock(&name, LONG, |guard| async move { guard.fence() }).await.unwrap();

    assert_eq!(fence, 2);
    redis.close().await;
    assert!(!lock.acquire().await);
    let error = redis.with_lock(&name, LONG, |_| async {}).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn the_documented_client_gives_locks_back_before_it_closes() {
    let config = Config::builder().host("127.0.0.1").port(Server::shared().port()).build().unwrap();
    let redis = RedisClient::with_config(config);
    redis.initialize().await.unwrap();
    let prefix = Keys::new().key("lock:");
    for number in 0..50 {
        drop(redis.locks().unwrap().prefix(&prefix).lock(format!("{number}")).try_acquire().await.unwrap());
    }

    redis.close().await;

    let left = Server::shared().command(&["KEYS", &format!("{prefix}*")]);
    assert_eq!(left, RawReply::Array(Vec::new()));
}
