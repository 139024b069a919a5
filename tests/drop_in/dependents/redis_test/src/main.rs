//! redis-test: a mock that implements both `ConnectionLike` traits and compares packed commands.

use redis::{ErrorKind, Value, cmd, pipe};
use redis_test::{MockCmd, MockRedisConnection};

fn sync() {
    use redis::Commands;

    let mut con = MockRedisConnection::new(vec![
        MockCmd::new(cmd("SET").arg("foo").arg(42), Ok("")),
        MockCmd::new(cmd("GET").arg("foo"), Ok(42)),
        MockCmd::new(cmd("GET").arg("bar"), Err::<&str, _>((ErrorKind::Io, "gone").into())),
        MockCmd::with_values(pipe().cmd("GET").arg("foo").cmd("GET").arg("bar"), Ok(vec!["hello", "world"])),
    ]);
    let () = con.set("foo", 42).unwrap();
    assert_eq!(con.get::<_, i32>("foo"), Ok(42));
    assert_eq!(con.get::<_, i32>("bar").unwrap_err().kind(), ErrorKind::Io);
    let both: Vec<String> = pipe().get("foo").get("bar").query(&mut con).unwrap();
    assert_eq!(both, ["hello", "world"]);
    assert!(con.get::<_, i32>("one too many").is_err());
}

async fn asynchronous() {
    use redis::AsyncCommands;

    let mut con = MockRedisConnection::new(vec![
        MockCmd::new(cmd("SET").arg("foo").arg("bar"), Ok(Value::Okay)),
        MockCmd::new(cmd("HGETALL").arg("h"), Ok(Value::Map(vec![(Value::SimpleString("a".into()), Value::Int(1))]))),
    ]);
    let () = con.set("foo", "bar").await.unwrap();
    let map: std::collections::HashMap<String, i64> = con.hgetall("h").await.unwrap();
    assert_eq!(map["a"], 1);
    assert!(con.get::<_, Option<String>>("unexpected").await.is_err());
}

#[tokio::main]
async fn main() {
    sync();
    asynchronous().await;
    println!("redis-test: ok");
}
