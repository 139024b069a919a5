//! The reference's policy to the letter, the three log texts, and the codes the helpers tell apart.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use redlane_pool::error::CloseReason;
use redlane_pool::transport::Step;
use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::*;
use crate::error::{Outcome, ServerError};

fn timeout() -> Error {
    Error::new(Failure::Timeout { limit: Duration::from_secs(5) }, Outcome::MaybeExecuted)
}

fn connect_timeout() -> Error {
    Error::connect(ConnectError::Timeout { step: Step::Dial, limit: Duration::from_secs(5) })
}

fn lost() -> Error {
    Error::new(Failure::Disconnected { reason: CloseReason::Ended }, Outcome::MaybeExecuted)
}

fn reply(line: &str) -> Error {
    Error::server(ServerError::from_line(line.as_bytes()), false)
}

#[tokio::test(start_paused = true)]
async fn three_attempts_with_one_and_two_seconds_between_and_the_last_error() {
    let (started, mut at) = (Instant::now(), Vec::new());

    let result: Result<(), _> = retry(&RetryPolicy::new(), || {
        at.push(started.elapsed().as_secs());
        let error = if at.len() == 3 { timeout().with_attempts(33) } else { timeout() };
        async move { Err(error) }
    })
    .await;

    assert_eq!(at, [0, 1, 3]);
    assert_eq!(result.unwrap_err().attempts(), 33);
    assert_eq!(started.elapsed().as_secs(), 3, "nothing is waited for after the last attempt");
}

#[tokio::test(start_paused = true)]
async fn only_timeouts_are_tried_again() {
    for (error, attempts) in [
        (timeout(), 3),
        (connect_timeout(), 3),
        (lost(), 1),
        (reply("LOADING Redis is loading"), 1),
        (Error::closed(), 1),
    ] {
        let mut tried = 0;

        let result: Result<(), _> = retry(&RetryPolicy::new(), || {
            tried += 1;
            let error = error.clone();
            async move { Err(error) }
        })
        .await;

        assert_eq!(tried, attempts, "{error}");
        assert!(result.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_success_is_returned() {
    let mut tried = 0;

    let result = retry(&RetryPolicy::new(), || {
        tried += 1;
        let outcome = if tried == 2 { Ok("value") } else { Err(timeout()) };
        async move { outcome }
    })
    .await;

    assert_eq!((result.unwrap(), tried), ("value", 2));
}

#[tokio::test(start_paused = true)]
async fn a_policy_can_have_another_pace_and_other_errors() {
    let policy = RetryPolicy::new()
        .attempts(5)
        .waits(Duration::from_secs(1), Duration::from_secs(2))
        .when(Error::is_retryable);
    let (started, mut tried) = (Instant::now(), 0);

    let busy: Result<(), _> = retry(&policy, || {
        tried += 1;
        async { Err(reply("BUSY Redis is busy running a script")) }
    })
    .await;

    assert_eq!((tried, started.elapsed().as_secs()), (5, 1 + 2 + 2 + 2));
    assert_eq!(busy.unwrap_err().kind(), ErrorKind::Busy);
    let lost: Result<(), _> = retry(&policy, || async { Err(lost()) }).await;
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::Disconnected);
    assert_eq!(started.elapsed().as_secs(), 7, "what may have run was not tried again");
}

#[tokio::test]
async fn safe_gives_the_value_or_none() {
    assert_eq!(async { Ok(5) }.safe().await, Some(5));
    assert_eq!(async { Err::<i64, _>(timeout()) }.safe().await, None);
}

#[tokio::test]
async fn safe_can_be_spawned() {
    let spawned = tokio::spawn(async { async { Err::<i64, _>(timeout()) }.safe().await });

    assert_eq!(spawned.await.unwrap(), None);
}

/// Keeps the level and the message of every event.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(Level, String)>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        self.0.lock().unwrap().push((*event.metadata().level(), message.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

fn logged_by_safe(error: Error) -> Vec<(Level, String)> {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(log.clone(), || {
        assert_eq!(runtime.block_on(async { Err::<(), _>(error) }.safe()), None);
    });
    log.0.lock().unwrap().clone()
}

#[test]
fn safe_logs_one_of_three_texts() {
    let error = |text: &str| vec![(Level::ERROR, text.to_owned())];

    for connection in
        [lost(), Error::closed(), reply("NOAUTH Authentication required."), reply("LOADING wait")]
    {
        assert_eq!(logged_by_safe(connection), error("Redis connection error"));
    }
    for late in [timeout(), connect_timeout()] {
        assert_eq!(logged_by_safe(late), error("Redis operation timeout"));
    }
    let wrong = reply("WRONGTYPE Operation against a key holding the wrong kind of value");
    let text = format!("Redis operation failed: {wrong}");
    assert_eq!(logged_by_safe(wrong), error(&text));
}

#[test]
fn a_dropped_operation_logs_nothing() {
    let log = Log::default();

    tracing::subscriber::with_default(log.clone(), || drop(async { Err::<(), _>(timeout()) }.safe()));

    assert!(log.0.lock().unwrap().is_empty());
}

#[test]
fn codes_are_told_apart() {
    let kinds = [
        ("OOM command not allowed when used memory > 'maxmemory'.", ErrorKind::OutOfMemory),
        ("MISCONF Redis is configured to save RDB snapshots", ErrorKind::Misconfigured),
        ("READONLY You can't write against a read only replica.", ErrorKind::ReadOnly),
        ("LOADING Redis is loading the dataset in memory", ErrorKind::Loading),
        ("BUSY Redis is busy running a script.", ErrorKind::Busy),
        ("NOREPLICAS Not enough good replicas to write.", ErrorKind::NoReplicas),
        ("CLUSTERDOWN Hash slot not served", ErrorKind::ClusterDown),
        ("MASTERDOWN Link with MASTER is down", ErrorKind::PrimaryDown),
        ("TRYAGAIN Multiple keys request during rehashing of slot", ErrorKind::TryAgain),
        ("NOSCRIPT No matching script.", ErrorKind::NoScript),
        ("NOPERM User has no permissions", ErrorKind::NoPermission),
        ("NOAUTH Authentication required.", ErrorKind::Auth),
        ("WRONGPASS invalid username-password pair", ErrorKind::Auth),
        ("EXECABORT Transaction discarded because of previous errors.", ErrorKind::ExecAbort),
        ("UNBLOCKED client unblocked via CLIENT UNBLOCK", ErrorKind::Unblocked),
    ];

    for (line, kind) in kinds {
        assert_eq!(reply(line).kind(), kind, "{line}");
        assert_eq!(reply(line).code(), line.split(' ').next());
    }
    assert!(!reply("OOM command not allowed").is_retryable());
}
