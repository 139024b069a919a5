//! The four traits, the constructors and the chain over connections that write down what they are sent.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::commands::types::{Direction, ScanOptions, SetOptions};
use crate::compat::aio::{self, RedisFuture};
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::commands::{AsyncCommands, AsyncTypedCommands, Commands, TypedCommands};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, RedisResult};
use crate::compat::pipeline::{Pipeline, pipe};
use crate::compat::replies::ValueType;
use crate::compat::value::Value;

/// Answers with what it was given, in order, and keeps what it was sent.
#[derive(Default)]
struct Scripted {
    sent: Vec<String>,
    replies: VecDeque<RedisResult<Value>>,
}

impl Scripted {
    fn answering(replies: impl IntoIterator<Item = Value>) -> Self {
        Self { sent: Vec::new(), replies: replies.into_iter().map(Ok).collect() }
    }

    fn answer(&mut self, packed: &[u8]) -> RedisResult<Value> {
        let text = String::from_utf8_lossy(packed);
        let words = text.split("\r\n").skip(1).filter(|line| !line.starts_with('$') && !line.is_empty());
        self.sent.push(words.collect::<Vec<_>>().join(" "));
        self.replies.pop_front().unwrap_or(Ok(Value::Okay))
    }
}

impl ConnectionLike for Scripted {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.answer(cmd)
    }

    fn req_packed_commands(&mut self, _: &[u8], _: usize, _: usize) -> RedisResult<Vec<Value>> {
        Ok(Vec::new())
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl aio::ConnectionLike for Scripted {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        let reply = self.answer(&cmd.get_packed_command());
        Box::pin(std::future::ready(reply))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _: &'a Pipeline,
        _: usize,
        _: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn get_db(&self) -> i64 {
        0
    }
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.into())
}

fn page(cursor: &str, elements: &[&str]) -> Value {
    Value::Array(vec![bulk(cursor), Value::Array(elements.iter().map(|element| bulk(element)).collect())])
}

/// The result of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn the_caller_chooses_what_a_reply_is_read_as() {
    let mut con = Scripted::answering([Value::Okay, bulk("7"), bulk("7"), Value::Nil]);

    let _: () = Commands::set(&mut con, "k", 7).unwrap();
    assert_eq!(Commands::get::<_, u8>(&mut con, "k"), Ok(7));
    assert_eq!(now(AsyncCommands::get::<_, String>(&mut con, "k")), Ok("7".to_owned()));
    assert_eq!(now(AsyncCommands::get::<_, Option<u8>>(&mut con, "k")), Ok(None));
    assert_eq!(con.sent, ["SET k 7", "GET k", "GET k", "GET k"]);
}

#[test]
fn typed_rows_have_replies_of_their_own() {
    let mut con = Scripted::answering([
        bulk("v"),
        Value::Int(2),
        Value::SimpleString("zset".into()),
        bulk("x"),
        Value::Array(vec![bulk("1"), Value::Nil]),
        Value::Nil,
    ]);

    assert_eq!(TypedCommands::get(&mut con, "k"), Ok(Some("v".to_owned())));
    assert_eq!(now(AsyncTypedCommands::incr(&mut con, "k", 1)), Ok(2_isize));
    assert_eq!(now(AsyncTypedCommands::key_type(&mut con, "k")), Ok(ValueType::ZSet));
    assert_eq!(TypedCommands::lpop::<String, _>(&mut con, "l", None), Ok("x".to_owned()));
    assert_eq!(TypedCommands::mget_ints(&mut con, &["a", "b"]), Ok(vec![Some(1), None]));
    assert_eq!(now(AsyncTypedCommands::get_int(&mut con, "k")), Ok(None));
    assert_eq!(con.sent, ["GET k", "INCRBY k 1", "TYPE k", "LPOP l", "MGET a b", "GET k"]);
}

#[test]
fn a_servers_error_is_the_calls() {
    let wrong = || crate::compat::parse_redis_value(b"-WRONGTYPE no\r\n").unwrap();
    let mut con = Scripted::answering([wrong(), wrong()]);

    let by_caller = Commands::get::<_, String>(&mut con, "k").unwrap_err();
    let typed = now(AsyncTypedCommands::get(&mut con, "k")).unwrap_err();

    assert_eq!((by_caller.code(), typed.code()), (Some("WRONGTYPE"), Some("WRONGTYPE")));
}

#[test]
fn futures_are_stored_and_sent_to_other_tasks() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut con = Scripted::answering([Value::Int(1)]);

    let stored: RedisFuture<'_, i64> = AsyncCommands::incr(&mut con, "k", 1);

    assert_eq!(now(is_send(stored)), Ok(1));
}

#[test]
fn a_call_sends_nothing_before_it_is_polled() {
    let mut con = Scripted::default();

    drop(AsyncCommands::get::<_, String>(&mut con, "k"));

    assert_eq!(con.sent, [""; 0]);
}

#[test]
fn commands_are_built_and_chained_by_name() {
    let built = Cmd::set_options("k", "v", SetOptions::default().get(true));
    let mut chain = pipe();
    chain.get("a").ignore().lmove("a", "b", Direction::Left, Direction::Right).del(&["a", "b"]);

    assert_eq!(built.get_packed_command(), cmd("SET").arg("k").arg("v").arg("GET").get_packed_command());
    assert_eq!(chain.len(), 3);
    let expected = [
        cmd("GET").arg("a").take(),
        cmd("LMOVE").arg("a").arg("b").arg("LEFT").arg("RIGHT").take(),
        cmd("DEL").arg("a").arg("b").take(),
    ];
    for (built, expected) in chain.cmd_iter().zip(expected) {
        assert_eq!(built.get_packed_command(), expected.get_packed_command());
    }
}

#[test]
fn a_scan_walks_over_all_pages_and_past_empty_ones() {
    let mut con = Scripted::answering([page("5", &["a", "b"]), page("7", &[]), page("0", &["c"])]);

    let options = ScanOptions::default().with_count(2).with_pattern("*");
    let keys: RedisResult<Vec<String>> = Commands::scan_options(&mut con, options).unwrap().collect();

    assert_eq!(keys, Ok(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    assert_eq!(con.sent, ["SCAN 0 MATCH * COUNT 2", "SCAN 5 MATCH * COUNT 2", "SCAN 7 MATCH * COUNT 2"]);
}

#[test]
fn a_walk_by_an_asynchronous_connection_is_the_same() {
    let mut con = Scripted::answering([page("5", &["a", "1"]), page("0", &["b", "2"])]);

    let pairs: Vec<(String, u8)> = now(async {
        let mut walk = AsyncCommands::hscan_match(&mut con, "h", "*").await.unwrap();
        let mut pairs = Vec::new();
        while let Some(pair) = walk.next_item().await {
            pairs.push(pair.unwrap());
        }
        pairs
    });

    assert_eq!(pairs, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    assert_eq!(con.sent, ["HSCAN h 0 MATCH *", "HSCAN h 5 MATCH *"]);
}

#[test]
fn an_element_of_another_type_is_an_error_in_its_place() {
    let mut con = Scripted::answering([page("0", &["1", "x", "3"])]);

    let members: Vec<RedisResult<u8>> = Commands::sscan(&mut con, "s").unwrap().collect();

    assert_eq!((&members[0], &members[2]), (&Ok(1), &Ok(3)));
    assert_eq!(members[1].as_ref().unwrap_err().kind(), ErrorKind::Parse);
    assert_eq!(members.len(), 3);
}

#[test]
fn a_list_that_is_no_page_is_walked_over_once() {
    let mut con = Scripted::answering([Value::Array(vec![bulk("a"), bulk("b")])]);

    let elements: RedisResult<Vec<String>> = cmd("LRANGE").arg("l").take().iter(&mut con).unwrap().collect();

    assert_eq!(elements, Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(con.sent, ["LRANGE l"]);
}

#[test]
fn a_servers_error_in_place_of_a_page_is_given_and_asked_about_again() {
    let gone = crate::compat::parse_redis_value(b"-LOADING no\r\n").unwrap();
    let mut con = Scripted::answering([page("5", &["a"]), gone, page("0", &["b"])]);

    let keys: Vec<RedisResult<String>> = Commands::scan(&mut con).unwrap().collect();

    assert_eq!((&keys[0], &keys[2]), (&Ok("a".to_owned()), &Ok("b".to_owned())));
    assert_eq!(keys[1].as_ref().unwrap_err().code(), Some("LOADING"));
    assert_eq!(con.sent, ["SCAN 0", "SCAN 5", "SCAN 5"]);
}

#[cfg(feature = "json")]
#[test]
fn what_does_not_serialize_is_an_error_and_nothing_is_sent() {
    use crate::compat::commands::{JsonAsyncCommands, JsonCommands};

    let no_json = HashMap::from([((1, 2), 3)]);
    let mut con = Scripted::answering([Value::Okay]);

    let blocking = JsonCommands::json_set::<_, _, _, ()>(&mut con, "k", "$", &no_json).unwrap_err();
    let waiting = now(JsonAsyncCommands::json_set::<_, _, _, ()>(&mut con, "k", "$", &no_json)).unwrap_err();
    assert!(Cmd::json_set("k", "$", &no_json).is_err() && pipe().json_set("k", "$", &no_json).is_err());
    let () = JsonCommands::json_set(&mut con, "k", ".", &[1, 2]).unwrap();

    assert_eq!((blocking.kind(), waiting.kind()), (ErrorKind::Serialize, ErrorKind::Serialize));
    assert_eq!(con.sent, ["JSON.SET k . [1,2]"]);
}
