//! bb8-redis: a pool of multiplexed connections.

use bb8_redis::RedisConnectionManager;
use bb8_redis::redis::{AsyncCommands, cmd};

#[tokio::main]
async fn main() {
    let manager = RedisConnectionManager::new(std::env::var("REDIS_URL").unwrap()).unwrap();
    let pool = bb8::Pool::builder().max_size(3).build(manager).await.unwrap();

    let tasks: Vec<_> = (0..30_u32)
        .map(|number| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut con = pool.get().await.unwrap();
                let reply: String = cmd("PING").query_async(&mut *con).await.unwrap();
                assert_eq!(reply, "PONG");
                let key = format!("bb8:{number}");
                let () = con.set(&key, number).await.unwrap();
                assert_eq!(con.get::<_, u32>(&key).await.unwrap(), number);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(pool.state().connections <= 3);
    println!("bb8-redis: ok");
}
