//! Scripts and functions.

use std::time::Duration;

use redlane::commands::native::ScriptingCommands;
use redlane::commands::types::{FlushMode, FunctionListOptions, FunctionRestorePolicy};
use redlane_resp::value::Value;
use redlane_test_support::{Options, Server, eventually};

use super::wire::both;

const ECHO: &str = "return {KEYS[1], ARGV[1]}";
const NO_KEYS: &[&str] = &[];

/// A library of that name with one function, which gives a key and an argument back.
fn library(name: &str, function: &str) -> String {
    format!(
        "#!lua name={name}\nredis.register_function{{function_name='{function}', \
         callback=function(k, a) return {{k[1], a[1]}} end, flags={{'no-writes'}}}}"
    )
}

#[tokio::test]
async fn scripts_are_run_and_kept() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let key = &keys.key("k");
        let pair = (key.clone(), "x".to_owned());

        assert_eq!(redis.eval(ECHO, key, "x").read_as::<(String, String)>().await, pair);
        let sha1 = redis.script_load(ECHO).await;
        assert_eq!(redis.evalsha(&sha1, key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.script_exists([&sha1, "none"].as_slice()).await, [true, false]);
        redis.script_flush(FlushMode::Sync).await;
        assert_eq!(redis.evalsha(&sha1, key, "x").code().await, "NOSCRIPT");
        redis.script_load(ECHO).await;
        redis.script_flush(FlushMode::Async).await;
        assert_eq!(redis.script_exists(&sha1).await, [false]);
        assert_eq!(redis.script_load("no Lua").code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn scripts_answer_with_anything() {
    both(Server::shared(), async |redis, keys| {
        let [a, b] = &["a", "b"].map(|name| keys.key(name));
        let eval = async |script| redis.eval(script, NO_KEYS, NO_KEYS).await;

        assert!(eval("return nil").await.is_null());
        assert_eq!(eval("return 'text'").await.as_bytes(), Some(b"text".as_slice()));
        assert_eq!(eval("return redis.status_reply('FINE')").await.as_bytes(), Some(b"FINE".as_slice()));
        assert_eq!(eval("return {1, {2, {3}}}").await.as_slice().map(<[Value]>::len), Some(2));
        assert_eq!(redis.eval("return 3.9", NO_KEYS, 1).read_as::<u64>().await, 3);
        assert_eq!(redis.eval("return false", NO_KEYS, 1).read_as::<Option<u64>>().await, None);
        let counts = redis.eval("return {#KEYS, #ARGV}", [a, b].as_slice(), ["x", "y", "z"].as_slice());
        assert_eq!(counts.read_as::<(u8, u8)>().await, (2, 3));
        let own = redis.eval("return redis.error_reply('MINE it is')", NO_KEYS, NO_KEYS);
        assert_eq!(own.code().await, "MINE");
    })
    .await;
}

#[tokio::test]
async fn scripts_that_only_read_are_run() {
    if Server::shared().lacks("EVAL_RO") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("k");
        let sha1 = redis.script_load(ECHO).await;
        let pair = (key.clone(), "x".to_owned());

        assert_eq!(redis.eval_ro(ECHO, key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.evalsha_ro(&sha1, key, "x").read_as::<(String, String)>().await, pair);
        let write = "return redis.call('SET', KEYS[1], 'x')";
        assert_eq!(redis.eval_ro(write, key, NO_KEYS).code().await, "ERR");
        assert_eq!(redis.evalsha_ro("none", key, NO_KEYS).code().await, "NOSCRIPT");
    })
    .await;
}

#[tokio::test]
async fn the_source_of_a_script_is_shown() {
    if Server::shared().lacks("SCRIPT|SHOW") {
        return;
    }
    both(Server::shared(), async |redis, _| {
        let sha1 = redis.script_load("return 'shown'").await;

        assert_eq!(redis.script_show(&sha1).await, "return 'shown'");
        assert_eq!(redis.script_show("none").code().await, "NOSCRIPT");
    })
    .await;
}

#[tokio::test]
async fn an_endless_script_is_ended() {
    let server = Server::start(Options::new().set("lua-time-limit", "10"));
    both(&server, async |redis, _| {
        let mut caller = server.raw();
        assert_eq!(redis.script_kill().code().await, "NOTBUSY");

        caller.write(b"*3\r\n$4\r\nEVAL\r\n$17\r\nwhile true do end\r\n$1\r\n0\r\n").unwrap();
        let is_busy = || server.command(&["PING"]).text().starts_with("BUSY");
        eventually("the script runs", Duration::from_secs(5), is_busy);
        redis.script_kill().await;

        assert!(caller.read().unwrap().text().contains("killed"));
    })
    .await;
}

#[tokio::test]
async fn an_endless_function_is_ended() {
    let server = Server::start(Options::new().set("lua-time-limit", "10"));
    if server.lacks("FUNCTION") {
        return;
    }
    both(&server, async |redis, _| {
        let code = "#!lua name=endless\nredis.register_function('forever', function() while true do end end)";
        redis.function_load_replace(code).await;
        let mut caller = server.raw();
        assert_eq!(redis.function_kill().code().await, "NOTBUSY");

        caller.write(b"*3\r\n$5\r\nFCALL\r\n$7\r\nforever\r\n$1\r\n0\r\n").unwrap();
        let is_busy = || server.command(&["PING"]).text().starts_with("BUSY");
        eventually("the function runs", Duration::from_secs(5), is_busy);
        assert!(!redis.function_stats().await["running_script"].is_null());
        redis.function_kill().await;

        assert!(caller.read().unwrap().text().contains("killed"));
    })
    .await;
}

#[tokio::test]
async fn functions_are_loaded_called_and_deleted() {
    let server = Server::start(Options::new());
    if server.lacks("FCALL") {
        return;
    }
    both(&server, async |redis, keys| {
        let code = &library("mine", "pair");
        let key = &keys.key("k");
        let pair = (key.clone(), "x".to_owned());

        assert_eq!(redis.function_load(code).await, "mine");
        assert_eq!(redis.function_load(code).code().await, "ERR");
        assert_eq!(redis.function_load_replace(code).await, "mine");
        assert_eq!(redis.fcall("pair", key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.fcall_ro("pair", key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.fcall("none", key, "x").code().await, "ERR");
        assert!(redis.function_stats().await["running_script"].is_null());
        assert!(redis.function_stats().await.contains_key("engines"));
        redis.function_delete("mine").await;
        assert_eq!(redis.function_delete("mine").code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn libraries_are_listed_and_flushed() {
    let server = Server::start(Options::new());
    if server.lacks("FUNCTION|LIST") {
        return;
    }
    both(&server, async |redis, _| {
        redis.function_load(library("mine", "f")).await;
        redis.function_load(library("yours", "g")).await;

        assert_eq!(redis.function_list(&FunctionListOptions::default()).await.len(), 2);
        let list = redis.function_list(&FunctionListOptions::default().library("mi*").with_code()).await;
        assert_eq!((list.len(), list[0]["library_name"].as_bytes()), (1, Some(b"mine".as_slice())));
        assert_eq!(list[0]["library_code"].as_bytes(), Some(library("mine", "f").as_bytes()));
        redis.function_flush(FlushMode::Sync).await;
        assert!(redis.function_list(&FunctionListOptions::default()).await.is_empty());
        redis.function_load(library("mine", "f")).await;
        redis.function_flush(FlushMode::Async).await;
        assert!(redis.function_list(&FunctionListOptions::default()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn libraries_are_dumped_and_restored() {
    let server = Server::start(Options::new());
    if server.lacks("FUNCTION|DUMP") {
        return;
    }
    both(&server, async |redis, _| {
        redis.function_load(library("mine", "f")).await;
        let dump = redis.function_dump().await;
        let count = async || redis.function_list(&FunctionListOptions::default()).await.len();

        assert_eq!(redis.function_restore(&dump, FunctionRestorePolicy::Append).code().await, "ERR");
        redis.function_restore(&dump, FunctionRestorePolicy::Replace).await;
        assert_eq!(count().await, 1);
        redis.function_load(library("yours", "g")).await;
        redis.function_restore(&dump, FunctionRestorePolicy::Flush).await;
        assert_eq!(count().await, 1);
        redis.function_delete("mine").await;
        redis.function_restore(&dump, FunctionRestorePolicy::Append).await;
        assert_eq!(count().await, 1);
        redis.function_flush(FlushMode::default()).await;
    })
    .await;
}
