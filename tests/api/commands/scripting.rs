//! Scripts and functions.

use redlane::commands::native::ScriptingCommands;
use redlane::commands::types::{FlushMode, FunctionListOptions, FunctionRestorePolicy};
use redlane_test_support::{Options, Server};

use super::wire::both;

const ECHO: &str = "return {KEYS[1], ARGV[1]}";

#[tokio::test]
async fn scripts_are_run_and_kept() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let key = &keys.key("k");
        let pair = (key.clone(), "x".to_owned());

        assert_eq!(redis.eval(ECHO, key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.eval("return #KEYS", [""; 0].as_slice(), 1).read_as::<u64>().await, 0);
        let sha1 = redis.script_load(ECHO).await;
        assert_eq!(redis.evalsha(&sha1, key, "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.script_exists([&sha1, "none"].as_slice()).await, [true, false]);
        redis.script_flush(FlushMode::Sync).await;
        assert_eq!(redis.evalsha(&sha1, key, "x").code().await, "NOSCRIPT");
        assert_eq!(redis.script_kill().code().await, "NOTBUSY");
    })
    .await;
}

#[tokio::test]
async fn scripts_that_only_read_are_run() {
    if Server::shared().lacks("EVAL_RO") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let sha1 = redis.script_load(ECHO).await;
        let pair = (keys.key("k"), "x".to_owned());

        assert_eq!(redis.eval_ro(ECHO, keys.key("k"), "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.evalsha_ro(&sha1, keys.key("k"), "x").read_as::<(String, String)>().await, pair);
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
    })
    .await;
}

#[tokio::test]
async fn functions_are_loaded_called_dumped_and_deleted() {
    let server = Server::start(Options::new());
    if server.lacks("FCALL") {
        return;
    }
    both(&server, async |redis, keys| {
        let code = "#!lua name=mine\n\
            redis.register_function{function_name='pair', callback=function(k, a) return {k[1], a[1]} end, flags={'no-writes'}}";
        let pair = (keys.key("k"), "x".to_owned());

        assert_eq!(redis.function_load(code).await, "mine");
        assert_eq!(redis.function_load(code).code().await, "ERR");
        assert_eq!(redis.function_load_replace(code).await, "mine");
        assert_eq!(redis.fcall("pair", keys.key("k"), "x").read_as::<(String, String)>().await, pair);
        assert_eq!(redis.fcall_ro("pair", keys.key("k"), "x").read_as::<(String, String)>().await, pair);
        let list = redis.function_list(&FunctionListOptions::default().library("mi*").with_code()).await;
        assert_eq!(list[0]["library_name"].as_bytes(), Some(b"mine".as_slice()));
        assert!(list[0].contains_key("library_code"));
        assert!(redis.function_stats().await.contains_key("engines"));
        assert_eq!(redis.function_kill().code().await, "NOTBUSY");
        let dump = redis.function_dump().await;
        redis.function_delete("mine").await;
        redis.function_restore(&dump, FunctionRestorePolicy::Append).await;
        assert_eq!(redis.function_list(&FunctionListOptions::default()).await.len(), 1);
        redis.function_flush(FlushMode::Sync).await;
        assert!(redis.function_list(&FunctionListOptions::default()).await.is_empty());
    })
    .await;
}
