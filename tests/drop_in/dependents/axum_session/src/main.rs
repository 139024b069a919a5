//! axum_session_redispool over redis_pool: sessions kept by a pool that recycles, subscribes and monitors.

use axum_session::DatabasePool;
use axum_session_redispool::SessionRedisPool;
use redis_pool::RedisPool;

#[tokio::main]
async fn main() {
    let client = redis::Client::open(std::env::var("REDIS_URL").unwrap()).unwrap();
    let store = SessionRedisPool::from(RedisPool::from(client.clone()));

    let in_an_hour = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 3600;
    store.store("id", "payload", in_an_hour as i64, "sessions").await.unwrap();
    assert!(store.exists("id", "sessions").await.unwrap());
    assert_eq!(store.load("id", "sessions").await.unwrap().as_deref(), Some("payload"));
    assert_eq!(store.count("sessions").await.unwrap(), 1);
    store.delete_one_by_id("id", "sessions").await.unwrap();
    assert!(!store.exists("id", "sessions").await.unwrap());
    store.delete_all("sessions").await.unwrap();
    assert_eq!(store.count("sessions").await.unwrap(), 0);

    let pool = RedisPool::new(client, 2, Some(4));
    let mut con = pool.acquire().await.unwrap();
    let pong: String = redis::cmd("PING").query_async(&mut con).await.unwrap();
    assert_eq!(pong, "PONG");
    println!("axum_session_redispool: ok");
}
