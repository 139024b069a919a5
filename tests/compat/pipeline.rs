//! Pipelines and transactions.

use redlane::compat::{AsyncCommands, RedisResult, Value, cmd, pipe};
use redlane_test_support::keys::Keys;

use crate::connect;

#[tokio::test]
async fn a_pipeline_gives_what_is_not_ignored() {
    let keys = Keys::new();
    let mut con = connect().await;

    let (a, b): (i32, String) = pipe()
        .set(keys.key("a"), 1)
        .ignore()
        .incr(keys.key("a"), 1)
        .cmd("ECHO")
        .arg("hello")
        .query_async(&mut con)
        .await
        .unwrap();

    assert_eq!((a, b.as_str()), (2, "hello"));
}

#[tokio::test]
async fn a_failed_command_is_named_by_its_place_and_the_others_ran() {
    let keys = Keys::new();
    let mut con = connect().await;
    let _: () = con.set(keys.key("text"), "x").await.unwrap();
    let mut pipeline = pipe();
    pipeline.set(keys.key("a"), 1).incr(keys.key("text"), 1).set(keys.key("b"), 2);

    let error = pipeline.exec_async(&mut con).await.unwrap_err();
    let each: Vec<RedisResult<Value>> = pipeline.ignore_errors().query_async(&mut con).await.unwrap();

    assert_eq!(
        error.to_string(),
        "Pipeline failure: [(Index 1, error: ResponseError: value is not an integer or out of range)]"
    );
    assert_eq!(each.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(con.get::<_, i32>(keys.key("b")).await.unwrap(), 2);
}

#[tokio::test]
async fn a_transaction_runs_whole_or_not_at_all() {
    let keys = Keys::new();
    let mut con = connect().await;

    let done: (i32, i32) = pipe()
        .atomic()
        .set(keys.key("a"), 1)
        .ignore()
        .incr(keys.key("a"), 1)
        .incr(keys.key("a"), 1)
        .query_async(&mut con)
        .await
        .unwrap();
    let aborted = pipe().atomic().set(keys.key("a"), 9).cmd("GET").exec_async(&mut con).await.unwrap_err();

    assert_eq!(done, (2, 3));
    assert!(
        aborted.to_string().starts_with("Transaction aborted: [(Index 1, error: ResponseError: wrong number"),
        "{aborted}"
    );
    assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 3);
}

#[tokio::test]
async fn a_watched_key_that_changed_gives_nil() {
    let keys = Keys::new();
    let (mut con, mut other) = (connect().await, connect().await);
    let key = keys.key("a");

    let _: () = cmd("WATCH").arg(&key).query_async(&mut con).await.unwrap();
    let _: () = other.set(&key, 1).await.unwrap();
    let result: Option<(i32,)> = pipe().atomic().incr(&key, 1).query_async(&mut con).await.unwrap();

    assert_eq!(result, None);
}

#[tokio::test]
async fn an_empty_pipeline_is_refused() {
    let mut con = connect().await;

    let error = pipe().exec_async(&mut con).await.unwrap_err();

    assert_eq!(error.to_string(), "empty command - Client");
}
