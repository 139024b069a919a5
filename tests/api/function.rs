//! Functions on a real server.

use redlane::function::{Function, Library};
use redlane::prelude::*;
use redlane_test_support::{Options, Server};

static LIBRARY: Library = Library::new(
    "#!lua name=stock
     redis.register_function('take', function(keys, args)
       if tonumber(redis.call('GET', keys[1]) or 0) < tonumber(args[1]) then return {false, 'too few'} end
       redis.call('DECRBY', keys[1], args[1])
       return {true, 'taken'}
     end)
     redis.register_function{function_name='left', flags={'no-writes'}, callback=function(keys)
       return redis.call('GET', keys[1])
     end}
     redis.register_function('fails_late', function(keys)
       redis.call('SET', keys[1], 0)
       return redis.call('INCR', keys[2])
     end)",
);
static TAKE: Function = Function::new("take");
static LEFT: Function = Function::new("left").read_only(true);

/// A server with the library. It has functions for itself: they belong to all databases.
async fn stocked() -> Option<(Server, Client)> {
    let server = Server::start(Options::new());
    if server.lacks("FCALL") {
        return None;
    }
    let client = Client::connect(Config::from_url(&server.url()).unwrap()).await.unwrap();
    assert_eq!(LIBRARY.load(&client).await.unwrap(), "stock");
    client.set("n", 9).await.unwrap();
    Some((server, client))
}

#[tokio::test]
async fn a_function_takes_keys_and_arguments_and_gives_typed_replies() {
    let Some((_server, client)) = stocked().await else { return };

    let taken: (bool, String) = TAKE.key("n").arg(4).call(&client).await.unwrap();
    let too_few: (bool, String) = TAKE.arg(6).key("n").call(&client).await.unwrap();
    let left: i64 = LEFT.key("n").call(&client).await.unwrap();

    assert_eq!((taken, too_few, left), ((true, "taken".into()), (false, "too few".into()), 5));
}

#[tokio::test]
async fn a_library_can_be_loaded_again_and_again() {
    let Some((_server, client)) = stocked().await else { return };

    LIBRARY.load(&client).await.unwrap();

    assert_eq!(client.function_list(&FunctionListOptions::default()).await.unwrap().len(), 1);
    let error = Library::from("no shebang".to_owned()).load(&client).await.unwrap_err();
    assert_eq!((error.code(), error.outcome()), (Some("ERR"), Outcome::Refused));
}

#[tokio::test]
async fn a_function_in_a_pipeline_runs_in_its_place() {
    let Some((_server, client)) = stocked().await else { return };

    for atomic in [false, true] {
        let pipeline = client.pipeline().set("n", 7);
        let pipeline = if atomic { pipeline.atomic() } else { pipeline };
        let pipeline = TAKE.key("n").arg(2).on::<(bool, String), _>(pipeline);
        let pipeline = LEFT.key("n").on::<i64, _>(pipeline);
        let ((), (taken, _), left): ((), (bool, String), i64) = pipeline.query().await.unwrap();
        assert!(taken);
        assert_eq!(left, 5);
    }
}

#[tokio::test]
async fn a_read_only_call_of_a_function_that_writes_is_refused() {
    let Some((_server, client)) = stocked().await else { return };

    let reading = Function::from("take".to_owned()).read_only(true);
    let error = reading.key("n").arg(1).call::<Value>(&client).await.unwrap_err();

    assert_eq!(error.code(), Some("ERR"));
    assert_eq!(client.get("n").read_as::<i64>().await.unwrap(), 9);
}

#[tokio::test]
async fn an_error_of_a_function_may_come_from_its_middle() {
    let Some((_server, client)) = stocked().await else { return };
    client.set("text", "no number").await.unwrap();

    let late =
        Function::new("fails_late").key(["n", "text"].as_slice()).call::<i64>(&client).await.unwrap_err();
    let none = Function::new("nobody").call::<i64>(&client).await.unwrap_err();

    assert_eq!(late.outcome(), Outcome::MaybeExecuted);
    assert_eq!(client.get("n").read_as::<i64>().await.unwrap(), 0, "it had");
    assert_eq!(none.code(), Some("ERR"));
}

#[tokio::test]
async fn a_function_that_is_not_there_is_an_error_and_nothing_ran() {
    let Some((_server, client)) = stocked().await else { return };

    let error = Function::new("vanished").key("n").arg(1).call::<i64>(&client).await.unwrap_err();
    client.function_flush(FlushMode::Sync).await.unwrap();
    let flushed = TAKE.key("n").arg(1).call::<(bool, String)>(&client).await.unwrap_err();

    // Nothing in the server's answer tells it from an error of a function's own.
    for error in [error, flushed] {
        assert_eq!(
            (error.kind(), error.code(), error.command()),
            (ErrorKind::Server, Some("ERR"), Some("FCALL"))
        );
    }
    assert_eq!(client.get("n").await.unwrap().as_deref(), Some("9"));
    LIBRARY.load(&client).await.unwrap();
    assert_eq!(TAKE.key("n").arg(1).call::<(bool, String)>(&client).await.unwrap(), (true, "taken".into()));
}

#[tokio::test]
async fn code_that_is_no_library_is_an_error_of_the_server() {
    let Some((_server, client)) = stocked().await else { return };

    for code in ["", "return 1", "#!lua name=stock\nthis is no lua", "#!cobol name=x\n"] {
        let error = Library::from(code.to_owned()).load(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.command()), (ErrorKind::Server, Some("FUNCTION LOAD")), "{code}");
    }

    assert_eq!(LEFT.key("n").call::<String>(&client).await.unwrap(), "9", "what was there is there");
}
