//! What each answer to PING and each state in INFO is taken for, and what the deadline does.

use std::future::{pending, ready};

use redlane_pool::error::CloseReason;
use redlane_pool::transport::ConnectError;

use super::*;
use crate::error::ServerError;

const TOOK: Duration = Duration::from_millis(2);
const PRIMARY: &[u8] = include_bytes!("../../info/samples/redis-8.2-default.txt");
const REPLICA: &[u8] = include_bytes!("../../info/samples/valkey-9.1-replica.txt");

fn reply(line: &str) -> Error {
    Error::server(ServerError::from_line(line.as_bytes()), false)
}

fn judged(info: &str, expectations: Expectations) -> Vec<Reason> {
    match Health::judge(Ok(()), TOOK, Some(Info::parse(info.to_owned())), &expectations).status {
        Status::Degraded(reasons) => reasons,
        Status::Up => Vec::new(),
        Status::Down(error) => panic!("down: {error}"),
    }
}

#[test]
fn a_server_that_answers_is_up_with_or_without_info() {
    let with = Health::judge(Ok(()), TOOK, Some(Info::parse(PRIMARY)), &Expectations::default());
    let without = Health::judge(Ok(()), TOOK, None, &Expectations::default());

    assert!(with.is_up() && with.is_alive() && with.info.is_some());
    assert!(without.is_up() && without.info.is_none());
    assert_eq!(without.to_string(), "up, PING took 2.0ms");
    assert!(with.to_string().starts_with("up, PING took 2.0ms (Redis 8.2.3 standalone primary, "));
}

#[test]
fn an_error_reply_to_ping_is_a_sign_of_life() {
    for (line, reason) in [
        ("LOADING Redis is loading the dataset in memory", Reason::Loading),
        ("BUSY Redis is busy running a script.", Reason::Busy),
        ("MISCONF Redis is configured to save RDB snapshots", Reason::CannotSave),
        ("MASTERDOWN Link with MASTER is down", Reason::LinkDown(None)),
        ("NOPERM this user has no permissions to run the 'ping' command", Reason::Refused("NOPERM".into())),
    ] {
        let health = Health::judge(Err(reply(line)), TOOK, None, &Expectations::default());

        assert!(health.is_alive() && !health.is_up(), "{line}");
        assert!(matches!(health.status, Status::Degraded(reasons) if reasons == [reason]), "{line}");
    }
}

#[test]
fn silence_loss_and_refused_credentials_are_down() {
    let timeout = Error::new(Failure::Timeout { limit: TOOK }, Outcome::MaybeExecuted);
    let lost = Error::new(Failure::Disconnected { reason: CloseReason::Ended }, Outcome::MaybeExecuted);
    let full = ConnectError::Busy(ServerError::from_line(b"ERR max number of clients reached"));

    for error in
        [timeout, lost, Error::closed(), reply("NOAUTH Authentication required."), Error::connect(full)]
    {
        let text = error.to_string();
        let health = Health::judge(Err(error), TOOK, None, &Expectations::default());

        assert!(!health.is_alive());
        assert_eq!(health.latency, None);
        assert_eq!(health.to_string(), format!("down: {text}"));
    }
}

#[test]
fn what_info_says_is_amiss_degrades() {
    let any = Expectations::default();

    assert_eq!(judged("loading:1\nrole:master", any), [Reason::Loading]);
    let down = "role:slave\nmaster_link_status:down\nmaster_link_down_since_seconds:7";
    assert_eq!(judged(down, any), [Reason::LinkDown(Some(Duration::from_secs(7)))]);
    let never_up = "role:slave\nmaster_link_status:down\nmaster_link_down_since_seconds:-1";
    assert_eq!(judged(never_up, any), [Reason::LinkDown(None)]);
    assert_eq!(judged("used_memory:95\nmaxmemory:100", any), [Reason::Memory(95.0)]);
    assert_eq!(judged("used_memory:95\nmaxmemory:100", any.with_memory_percent(96.0)), []);
    assert_eq!(judged("used_memory:95\nmaxmemory:0", any), []);
}

#[test]
fn a_replica_is_amiss_only_where_a_primary_is_wanted() {
    let replica = std::str::from_utf8(REPLICA).unwrap();

    assert_eq!(judged(replica, Expectations::default()), []);
    assert_eq!(judged(replica, Expectations::default().of_a_primary()), [Reason::ReadOnly]);
    let writable = replica.replace("slave_read_only:1", "slave_read_only:0");
    assert_eq!(judged(&writable, Expectations::default().of_a_primary()), []);
}

#[test]
fn a_reason_told_twice_is_listed_once() {
    let info = Some(Info::parse("loading:1\nused_memory:99\nmaxmemory:100"));

    let health = Health::judge(Err(reply("LOADING wait")), TOOK, info, &Expectations::default());

    assert_eq!(health.status.to_string(), "degraded: loading, memory at 99.0 % of its limit");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_down_when_the_limit_is_over() {
    let started = Instant::now();
    let limit = Duration::from_secs(2);

    let health = check(limit, &Expectations::default(), pending(), ready(Ok(Info::parse(PRIMARY)))).await;

    assert_eq!(started.elapsed(), limit);
    assert!(matches!(&health.status, Status::Down(error) if error.kind() == ErrorKind::Timeout));
    assert!(health.info.is_none(), "it was not asked");
}

#[tokio::test(start_paused = true)]
async fn info_that_is_late_or_forbidden_leaves_the_server_up() {
    let (started, limit) = (Instant::now(), Duration::from_secs(2));

    let late = check(limit, &Expectations::default(), ready(Ok(())), pending()).await;
    let forbidden = ready(Err(reply("NOPERM this user has no permissions to run the 'info' command")));
    let forbidden = check(limit, &Expectations::default(), ready(Ok(())), forbidden).await;

    assert_eq!(started.elapsed(), limit, "both questions share one limit");
    assert!(late.is_up() && late.info.is_none());
    assert!(forbidden.is_up() && forbidden.info.is_none());
}

#[tokio::test]
async fn the_greatest_limit_is_a_limit_too() {
    let health =
        check(Duration::MAX, &Expectations::default(), ready(Ok(())), ready(Err(Error::closed()))).await;

    assert!(health.is_up());
}
