//! Error replies, row by row: which are retried, which go to the caller at once, and what the error says.

use std::time::Duration;

use redlane::prelude::*;

use crate::scripted::Scripted;

async fn connect(server: &Scripted) -> Client {
    let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_secs(1)).build().unwrap();
    Client::new(config).unwrap()
}

/// Answers the first command with `error`, all others with `+OK`.
async fn refusing_once(error: &'static str) -> Scripted {
    Scripted::start(move |_, number| if number == 0 { format!("-{error}\r\n") } else { "+OK\r\n".to_owned() })
        .await
}

#[tokio::test]
async fn a_passing_refusal_is_retried_for_reads_and_writes_alike() {
    for (error, kind) in [
        ("LOADING Redis is loading the dataset in memory", ErrorKind::Loading),
        ("MASTERDOWN Link with MASTER is down", ErrorKind::PrimaryDown),
        ("CLUSTERDOWN Hash slot not served", ErrorKind::ClusterDown),
        ("TRYAGAIN Multiple keys request during rehashing of slot", ErrorKind::TryAgain),
        ("READONLY You can't write against a read only replica.", ErrorKind::ReadOnly),
        ("BUSY Redis is busy running a script.", ErrorKind::Busy),
    ] {
        let server = refusing_once(error).await;
        let client = connect(&server).await;

        let done: String = client.incr("n", 1).read_as().await.unwrap();

        assert_eq!(done, "OK");
        assert_eq!(server.asked(), 2, "{error}");
        let server = refusing_once(error).await;
        let client = connect(&server).await;
        let refused = client.get("k").no_retry().await.unwrap_err();
        assert_eq!((refused.kind(), refused.outcome()), (kind, Outcome::Refused), "{error}");
        assert!(refused.is_retryable(), "{error}");
        assert_eq!(server.asked(), 1);
    }
}

#[tokio::test]
async fn a_script_is_repeated_only_after_what_is_raised_before_it_begins() {
    for (error, repeated, outcome) in [
        ("LOADING Redis is loading the dataset in memory", true, Outcome::Refused),
        ("BUSY Redis is busy running a script.", false, Outcome::Refused),
        ("READONLY You can't write against a read only replica.", false, Outcome::MaybeExecuted),
        (
            "ERR user_script:1: Script attempted to access nonexistent global variable",
            false,
            Outcome::MaybeExecuted,
        ),
        ("OOM command not allowed when used memory > 'maxmemory'.", false, Outcome::MaybeExecuted),
    ] {
        let server = refusing_once(error).await;
        let client = connect(&server).await;

        let result = client.execute::<String>(cmd("EVAL").arg("return 1").arg(0)).await;

        assert_eq!(server.asked(), if repeated { 2 } else { 1 }, "{error}");
        match result {
            Ok(done) => assert!(repeated && done == "OK"),
            Err(refused) => assert_eq!(refused.outcome(), outcome, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_lasting_refusal_goes_to_the_caller_at_once() {
    for (error, kind) in [
        ("OOM command not allowed when used memory > 'maxmemory'.", ErrorKind::OutOfMemory),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", ErrorKind::WrongType),
        ("NOREPLICAS Not enough good replicas to write.", ErrorKind::NoReplicas),
        ("MISCONF Redis is configured to save RDB snapshots", ErrorKind::Misconfigured),
        ("NOPERM this user has no permissions", ErrorKind::NoPermission),
        ("CROSSSLOT Keys in request don't hash to the same slot", ErrorKind::CrossSlot),
        ("MOVED 3999 127.0.0.1:6381", ErrorKind::Moved),
        ("ASK 3999 127.0.0.1:6381", ErrorKind::Ask),
        ("UNBLOCKED force unblock from blocking operation", ErrorKind::Unblocked),
        ("EXECABORT Transaction discarded because of previous errors.", ErrorKind::ExecAbort),
        ("NOSCRIPT No matching script.", ErrorKind::NoScript),
        ("ERR unknown command 'FOO'", ErrorKind::Server),
        ("WHATEVER it is", ErrorKind::Server),
    ] {
        let server = refusing_once(error).await;
        let client = connect(&server).await;

        let refused = client.get("k").await.unwrap_err();

        assert_eq!((refused.kind(), refused.outcome()), (kind, Outcome::Refused), "{error}");
        assert_eq!(refused.code(), error.split(' ').next());
        assert_eq!(server.asked(), 1, "{error}");
    }
}

#[tokio::test]
async fn noauth_on_a_live_connection_is_told_and_the_greeting_is_said_again() {
    let server = refusing_once("NOAUTH Authentication required.").await;
    let client = connect(&server).await;

    let refused = client.get("k").await.unwrap_err();

    assert_eq!((refused.kind(), refused.outcome()), (ErrorKind::Auth, Outcome::Refused));
    assert_eq!(server.asked(), 1, "not retried on the old connection");
    redlane_test_support::eventually_async("another greeting", Duration::from_secs(2), || {
        server.greeted() == 2
    })
    .await;
    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("OK"));
}

#[tokio::test]
async fn a_server_that_always_fails_is_not_asked_much_more_often_than_called() {
    let server =
        Scripted::start(|_, _| "-LOADING Redis is loading the dataset in memory\r\n".to_owned()).await;
    let config = Config::builder()
        .url(&server.url())
        .retry_base(Duration::from_micros(100))
        .retry_cap(Duration::from_millis(1))
        .build()
        .unwrap();
    let client = Client::new(config).unwrap();

    const CALLS: u64 = 1_000;
    for _ in 0..CALLS {
        assert_eq!(client.get("k").await.unwrap_err().kind(), ErrorKind::Loading);
    }

    assert!(server.asked() <= CALLS * 11 / 10 + 100, "{} for {CALLS} calls", server.asked());
    assert!(client.metrics().retries_denied() > 0);
}

#[tokio::test]
async fn a_call_never_returns_long_after_its_deadline() {
    let server =
        Scripted::start(|_, _| "-LOADING Redis is loading the dataset in memory\r\n".to_owned()).await;
    let client = connect(&server).await;
    client.get("k").await.unwrap_err();
    let began = std::time::Instant::now();

    let error = client.get("k").deadline(Duration::from_millis(50)).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Loading, "the last code is in the error");
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_reply_of_the_wrong_type_leaves_the_connection_in_step() {
    let server = Scripted::start(|words, _| match words[1].as_str() {
        "bytes" => "$3\r\n\u{7f}ab\r\n".to_owned(),
        "map" => "%1\r\n+a\r\n:1\r\n".to_owned(),
        _ => "+OK\r\n".to_owned(),
    })
    .await;
    let client = connect(&server).await;

    let error = client.get("map").read_as::<i64>().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Conversion);
    assert_eq!(error.command(), Some("GET"));
    assert_eq!(client.get("k").await.unwrap().as_deref(), Some("OK"));
    assert_eq!(client.link_stats().connects, 1);
}

#[tokio::test]
async fn a_script_that_may_have_run_before_its_server_forgot_it_may_have_run() {
    let server = Scripted::start(|words, number| match (words[0].as_str(), number) {
        // Gone with the reply; nobody knows the script when it is back.
        ("EVALSHA", 0) => String::new(),
        ("EVALSHA", _) => "-NOSCRIPT No matching script.\r\n".to_owned(),
        _ => "-NOPERM this user has no permissions\r\n".to_owned(),
    })
    .await;
    let client = connect(&server).await;
    let script = Script::new("return redis.call('INCR', KEYS[1])").idempotent(true);

    let error = script.key("k").call::<i64>(&client).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::NoPermission, Outcome::MaybeExecuted));
    assert_eq!(server.asked(), 3);
}
