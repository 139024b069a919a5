//! The connection that clones share: replies, timeouts, ends.

use std::time::Duration;

use redlane::compat::aio::ConnectionLike;
use redlane::compat::{
    AsyncCommands, AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, ParsingError, RedisFuture,
    Value, cmd,
};
use redlane_test_support::keys::Keys;
use redlane_test_support::proxy::FaultProxy;
use redlane_test_support::server::{Options, Server};
use redlane_test_support::wait::eventually_async;

use crate::connect;

#[tokio::test]
async fn commands_give_what_their_callers_read() {
    let keys = Keys::new();
    let mut con = connect().await;

    let _: () = con.set(keys.key("a"), 42).await.unwrap();
    let number: i64 = con.get(keys.key("a")).await.unwrap();
    let text: Option<String> = con.get(keys.key("a")).await.unwrap();
    let absent: Option<String> = con.get(keys.key("b")).await.unwrap();
    let raw = con.req_packed_command(cmd("GET").arg(keys.key("a"))).await.unwrap();
    let pushed = con.rpush::<_, _, usize>(keys.key("l"), &["x", "y"]).await.unwrap();
    let list: Vec<String> = con.lrange(keys.key("l"), 0, -1).await.unwrap();

    assert_eq!((number, text.as_deref(), absent), (42, Some("42"), None));
    assert_eq!(raw, Value::BulkString(b"42".to_vec()));
    assert_eq!((pushed, list), (2, vec!["x".to_owned(), "y".to_owned()]));
    assert_eq!(con.get_db(), 0);
}

#[tokio::test]
async fn an_error_of_the_server_keeps_its_kind_and_text() {
    let keys = Keys::new();
    let mut con = connect().await;
    let _: () = con.set(keys.key("a"), "text").await.unwrap();

    let wrong_type = con.lpush::<_, _, ()>(keys.key("a"), 1).await.unwrap_err();
    let not_a_number = con.get::<_, u8>(keys.key("a")).await.unwrap_err();
    let unknown = cmd("NO.SUCH").exec_async(&mut con).await.unwrap_err();
    let empty = redlane::compat::Cmd::new().exec_async(&mut con).await.unwrap_err();

    assert_eq!(
        wrong_type.to_string(),
        "\"WRONGTYPE\": Operation against a key holding the wrong kind of value"
    );
    assert_eq!((wrong_type.kind(), wrong_type.code()), (ErrorKind::Extension, Some("WRONGTYPE")));
    assert_eq!(
        not_a_number.to_string(),
        "Incompatible type - \"Could not convert from string.\" (value was bulk-string('\"text\"'))"
    );
    assert_eq!(not_a_number.kind(), ErrorKind::Parse);
    assert!(unknown.to_string().starts_with("ResponseError: unknown command"), "{unknown}");
    assert_eq!(empty.to_string(), "empty command - Client");
}

#[tokio::test]
async fn clones_share_one_connection_and_it_ends_with_the_last() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();

    let mut tasks = Vec::new();
    for number in 0..50_u32 {
        let mut con = con.clone();
        tasks.push(tokio::spawn(async move {
            let key = format!("k{number}");
            let _: () = con.set(&key, number).await.unwrap();
            con.get::<_, u32>(&key).await.unwrap()
        }));
    }
    for (number, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap(), number);
    }
    let names = server.clients();
    let id: i64 = cmd("CLIENT").arg("ID").query_async(&mut con).await.unwrap();
    drop(con);

    assert_eq!(names.iter().filter(|line| line.contains("cmd=get")).count(), 1, "{names:?}");
    let gone = || !server.clients().iter().any(|line| line.starts_with(&format!("id={id} ")));
    eventually_async("the connection is closed", Duration::from_secs(5), gone).await;
}

#[tokio::test]
async fn a_late_reply_is_dropped_and_the_connection_goes_on() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = con.set("a", 1).await.unwrap();

    server.pause();
    let late = con.get::<_, i32>("a").await.unwrap_err();
    server.resume();

    assert!(late.is_timeout(), "{late}");
    assert_eq!(late.to_string(), "timed out");
    assert!(!late.is_unrecoverable_error());
    con.set_response_timeout(Duration::from_secs(10));
    assert_eq!(con.incr::<_, _, i32>("a", 1).await.unwrap(), 2);
}

#[tokio::test]
async fn a_future_that_is_dropped_disturbs_nobody() {
    let keys = Keys::new();
    let mut con = connect().await;
    let _: () = con.set(keys.key("n"), 0).await.unwrap();

    for _ in 0..100 {
        let mut other = con.clone();
        let key = keys.key("n");
        let mut dropped: RedisFuture<'_, i64> = other.incr(&key, 1);
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(dropped.as_mut().poll(cx).is_ready()));
        polled.await;
        drop(dropped);
        assert_eq!(con.get::<_, String>(keys.key("n")).await.unwrap().parse::<u32>().map(|_| ()), Ok(()));
    }
}

#[tokio::test]
async fn a_connection_that_was_lost_never_comes_back() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = Client::open(proxy.url()).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = con.set("a", 1).await.unwrap();

    proxy.cut(redlane_test_support::proxy::Cut::Reset);
    let mut lost = None;
    for _ in 0..1000 {
        lost = con.get::<_, i32>("a").await.err();
        if lost.is_some() {
            break;
        }
    }

    let lost = lost.expect("the connection was cut");
    assert!(lost.is_connection_dropped() && lost.is_unrecoverable_error(), "{lost}");
    let again = con.get::<_, i32>("a").await.unwrap_err();
    assert_eq!(again.to_string(), "broken pipe");
    assert_eq!(proxy.accepted_count(), 1);
}

#[tokio::test]
async fn nobody_listening_is_a_refused_connection() {
    let server = Server::start(Options::new());
    let url = server.url();
    server.kill();

    let client = Client::open(url).unwrap();
    let error = client.get_multiplexed_async_connection().await.unwrap_err();

    assert!(error.is_connection_refusal(), "{error}");
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[tokio::test]
async fn a_wildcard_is_no_address_to_connect_to() {
    let client = Client::open(("0.0.0.0", 6379)).unwrap();

    let error = client.get_multiplexed_async_connection().await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "Cannot connect to a wildcard address (0.0.0.0 or ::) - InvalidClientConfig"
    );
}

#[tokio::test]
async fn commands_beyond_the_limit_wait_their_turn() {
    let server = Server::start(Options::new());
    let client = Client::open(server.url()).unwrap();
    let config = AsyncConnectionConfig::new().set_concurrency_limit(2).set_pipeline_buffer_size(1);
    let con = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();

    let mut tasks = Vec::new();
    for number in 0..40_u32 {
        let mut con = con.clone();
        tasks.push(tokio::spawn(async move { con.set::<_, _, ()>(format!("k{number}"), number).await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }

    let zero = AsyncConnectionConfig::new().set_concurrency_limit(0);
    let refused = client.get_multiplexed_async_connection_with_config(&zero).await.unwrap_err();
    assert_eq!(refused.to_string(), "concurrency limit must be greater than 0 - InvalidClientConfig");
}

#[tokio::test]
async fn a_command_without_a_response_is_sent_all_the_same() {
    let keys = Keys::new();
    let mut con = connect().await;
    let mut set = cmd("SET");
    set.arg(keys.key("a")).arg(7).set_no_response(true);

    let nothing: Value = set.query_async(&mut con).await.unwrap();
    let read: i32 = con.get(keys.key("a")).await.unwrap();

    assert_eq!((nothing, read), (Value::Nil, 7));
}

/// A connection of somebody else's, which knows the methods that redis-rs requires and no more.
struct Counting {
    inner: redlane::compat::aio::MultiplexedConnection,
    commands: usize,
}

impl ConnectionLike for Counting {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a redlane::compat::Cmd) -> RedisFuture<'a, Value> {
        self.commands += 1;
        self.inner.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a redlane::compat::Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.inner.req_packed_commands(cmd, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.inner.get_db()
    }
}

/// A type of somebody else's.
#[derive(Debug, PartialEq)]
struct Upper(String);

impl FromRedisValue for Upper {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        String::from_redis_value(v).map(|text| Self(text.to_uppercase()))
    }
}

#[tokio::test]
async fn a_foreign_connection_and_a_foreign_type_work_like_ours() {
    let keys = Keys::new();
    let mut con = Counting { inner: connect().await, commands: 0 };

    let _: () = con.set(keys.key("a"), "loud").await.unwrap();
    let upper: Upper = con.get(keys.key("a")).await.unwrap();
    let dynamic: &mut (dyn ConnectionLike + Send) = &mut con;
    let value = dynamic.req_packed_command(cmd("GET").arg(keys.key("a"))).await.unwrap();

    assert_eq!(upper, Upper("LOUD".into()));
    assert_eq!(value, Value::BulkString(b"loud".to_vec()));
    assert_eq!(con.commands, 3);
}

#[tokio::test]
async fn a_stream_that_is_open_already_can_be_used() {
    let server = Server::shared();
    let keys = Keys::new();
    let stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();

    let info = redlane::compat::RedisConnectionInfo::default();
    let (mut con, driver) = redlane::compat::aio::MultiplexedConnection::new(&info, stream).await.unwrap();
    let driver = tokio::spawn(driver);

    let _: () = con.set(keys.key("a"), vec![b'x'; 200_000]).await.unwrap();
    let read: Vec<u8> = con.get(keys.key("a")).await.unwrap();
    assert_eq!(read.len(), 200_000);
    drop(con);
    driver.await.unwrap();
}
