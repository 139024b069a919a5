//! A key of another type: a typed error that says so, and a connection that goes on as if nothing had happened.

use redlane::commands::native::*;
use redlane::commands::types::SortOptions;
use redlane::error::{ErrorKind, Outcome};
use redlane_resp::from_reply::FromReply;
use redlane_test_support::{Keys, Server};

use super::wire::{Sent, Wire, both};

/// A string and a list, which are wrong for all others.
async fn string_and_list(redis: &Wire, keys: &Keys) -> (String, String) {
    let (string, list) = (keys.key("string"), keys.key("list"));
    redis.set(&string, "text").await;
    redis.rpush(&list, "element").await;
    (string, list)
}

/// The command is refused for the key's type.
async fn refused<R: FromReply>(sent: Sent<'_, R>) {
    let error = sent.error().await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::WrongType, Some("WRONGTYPE")), "{error}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Refused, false), "{error}");
}

#[tokio::test]
async fn a_key_of_another_type_is_refused_in_every_family() {
    both(Server::shared(), async |redis, keys| {
        let (string, list) = &string_and_list(redis, keys).await;
        let connects = redis.connects();

        refused(redis.get(list)).await;
        refused(redis.incr_one(list)).await;
        refused(redis.sort(string, SortOptions::default())).await;
        refused(redis.hget(string, "field")).await;
        refused(redis.hgetall(list)).await;
        refused(redis.lrange(string, 0, -1)).await;
        refused(redis.sadd(string, "member")).await;
        refused(redis.zadd(string, "member", 1)).await;
        refused(redis.getbit(list, 0)).await;
        refused(redis.pfadd(list, "element")).await;
        refused(redis.pfcount(string)).await;
        refused(redis.geo_hash(string, "member")).await;

        assert_eq!(redis.get(string).await.as_deref(), Some("text"));
        assert_eq!(redis.connects(), connects, "the connection stayed");
    })
    .await;
}

#[tokio::test]
async fn a_command_that_waits_is_refused_at_once() {
    both(Server::shared(), async |redis, keys| {
        let (string, _) = &string_and_list(redis, keys).await;

        refused(redis.blpop(string, 0.0)).await;
        refused(redis.bzpopmin(string, 0.0)).await;

        assert_eq!(redis.blpop(keys.key("absent"), 0.01).await, None);
    })
    .await;
}

#[tokio::test]
async fn one_wrong_key_among_many_is_null_to_mget_and_an_error_to_others() {
    both(Server::shared(), async |redis, keys| {
        let (string, list) = &string_and_list(redis, keys).await;

        assert_eq!(redis.mget([string, list].as_slice()).await, [Some("text".to_owned()), None]);
        refused(redis.sunion([string, list].as_slice())).await;
    })
    .await;
}

#[tokio::test]
async fn an_error_in_a_script_keeps_its_code_and_may_have_run() {
    if Server::shared().predates("the code of errors in scripts", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (_, list) = &string_and_list(redis, keys).await;

        let error = redis.eval("return redis.call('GET', KEYS[1])", list, [""; 0].as_slice()).error().await;

        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::WrongType, Outcome::MaybeExecuted),
            "{error}"
        );
        assert_eq!(redis.ping().await, "PONG");
    })
    .await;
}

#[tokio::test]
async fn an_error_names_the_command_and_no_argument() {
    both(Server::shared(), async |redis, keys| {
        let (_, list) = &string_and_list(redis, keys).await;

        let text = redis.set_ex(list, "hunter2", 0).error().await.to_string();

        assert!(text.contains("SETEX") && !text.contains("hunter2") && !text.contains(list), "{text}");
    })
    .await;
}
