//! redis-macros: derived code that names the crate's paths.

use redis::{AsyncCommands, Commands};
use redis_macros::{FromRedisValue, Json, ToRedisArgs};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Address {
    Street(String),
    Road(String),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, FromRedisValue, ToRedisArgs)]
struct User {
    id: u32,
    name: String,
    addresses: Vec<Address>,
}

#[tokio::main]
async fn main() {
    let client = redis::Client::open(std::env::var("REDIS_URL").unwrap()).unwrap();
    let user = User {
        id: 1,
        name: "Ada".to_owned(),
        addresses: vec![Address::Street("Downing".to_owned()), Address::Road("Abbey".to_owned())],
    };

    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    let () = con.set("macros:user", &user).await.unwrap();
    let stored: User = con.get("macros:user").await.unwrap();
    assert_eq!(stored, user);
    // As RedisJSON answers: in brackets.
    let () = con.set("macros:array", serde_json::to_string(&[&user]).unwrap()).await.unwrap();
    let Json(stored): Json<User> = con.get("macros:array").await.unwrap();
    assert_eq!(stored, user);

    let () = con.set("macros:text", "no JSON").await.unwrap();
    let error = con.get::<_, User>("macros:text").await.unwrap_err();
    assert!(error.to_string().contains("User"), "{error}");

    let mut con = client.get_connection().unwrap();
    let stored: User = con.get("macros:user").unwrap();
    assert_eq!(stored, user);
    println!("redis-macros: ok");
}
