//! deadpool-redis: it delegates both hidden and public methods of the asynchronous `ConnectionLike`.

use deadpool_redis::redis::{self, AsyncCommands, cmd, pipe};
use deadpool_redis::{Config, Runtime};

#[tokio::main]
async fn main() {
    let url = std::env::var("REDIS_URL").unwrap();
    let pool = Config::from_url(url.as_str()).create_pool(Some(Runtime::Tokio1)).unwrap();

    let mut con = pool.get().await.unwrap();
    cmd("SET").arg(&["deadpool:a", "42"]).query_async::<()>(&mut con).await.unwrap();
    let value: String = cmd("GET").arg("deadpool:a").query_async(&mut con).await.unwrap();
    assert_eq!(value, "42");
    let next: i64 = con.incr("deadpool:a", 1).await.unwrap();
    assert_eq!(next, 43);

    let (a, b): (i64, Option<String>) =
        pipe().atomic().get("deadpool:a").get("deadpool:none").query_async(&mut con).await.unwrap();
    assert_eq!((a, b), (43, None));

    // The pool asks each connection that comes back whether it is still in step.
    drop(con);
    for _ in 0..20 {
        let mut con = pool.get().await.unwrap();
        assert_eq!(cmd("ECHO").arg("x").query_async::<String>(&mut con).await.unwrap(), "x");
    }
    let mut con = pool.get().await.unwrap();
    let error = con.lpush::<_, _, i64>("deadpool:a", "x").await.unwrap_err();
    assert_eq!(error.code(), Some("WRONGTYPE"));
    assert_eq!(error.kind(), redis::ErrorKind::Extension);
    let info = redis::IntoConnectionInfo::into_connection_info(url.as_str()).unwrap();
    let config = Config::from_connection_info(info);
    config.create_pool(Some(Runtime::Tokio1)).unwrap().get().await.unwrap();
    println!("deadpool-redis: ok");
}
