//! The decision about another attempt: every command of the table, by what became of the attempt before.
//!
//! What is expected is written here by name and by the servers' flags, apart from the code that decides. That the table
//! agrees with the flags of three servers is the business of `commands/facts/tests.rs`.

use redlane_pool::error::CloseReason;
use redlane_pool::transport::ConnectError;

use super::*;
use crate::commands::command::cmd;
use crate::commands::facts::{Facts, all};
use crate::config::Config;

/// Codes that pass by themselves: nothing ran, and it may be different soon.
const PASSING: [&str; 6] = ["LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY", "BUSY"];

/// Codes that the caller has to know of: asking again changes nothing.
const LASTING: [&str; 17] = [
    "MOVED",
    "ASK",
    "OOM",
    "WRONGTYPE",
    "NOREPLICAS",
    "MISCONF",
    "NOPERM",
    "NOAUTH",
    "WRONGPASS",
    "CROSSSLOT",
    "NOSCRIPT",
    "UNBLOCKED",
    "EXECABORT",
    "NOTBUSY",
    "INPROG",
    "ERR",
    "WHATEVER",
];

/// What can fail half-way, whatever the code says but for `LOADING`.
const FAIL_HALF_WAY: [&str; 5] = ["EVAL", "EVALSHA", "EXEC", "FCALL", "MIGRATE"];

fn client() -> Client {
    let config = Config::builder().url("redis://127.0.0.1:1").retry_budget(1_000_000).build().unwrap();
    Client::new(config).unwrap()
}

/// Whether the call would be tried again after this error, of its first attempt.
fn again(client: &Client, command: &Command, options: CallOptions, error: &Error) -> bool {
    let terms = Terms::of(client, command, options);
    Retries::new(client, &terms, None).after(error, 1).is_some()
}

fn refusal(code: &str, facts: &Facts) -> Error {
    Error::server(ServerError::from_line(format!("{code} text").as_bytes()), facts.late_errors)
}

fn transport_errors(outcome: Outcome) -> [Error; 2] {
    let timeout = Failure::Timeout { limit: Duration::from_secs(1) };
    let lost = Failure::Disconnected { reason: CloseReason::Ended };
    [timeout, lost].map(|failure| Error::new(failure, outcome))
}

const PLAIN: CallOptions = CallOptions { deadline: None, idempotent: false, no_retry: false };

#[tokio::test]
async fn what_was_not_sent_is_tried_again_whatever_it_is() {
    let client = client();
    for facts in all() {
        let command = Command::known(facts);
        let mut errors = transport_errors(Outcome::NotSent).to_vec();
        errors.push(Error::connect(ConnectError::Closed));
        for error in errors {
            assert!(again(&client, &command, PLAIN, &error), "{} after {error}", facts.name);
        }
        // What more attempts do not change.
        let wrong_password = ConnectError::Refused(ServerError::from_line(b"WRONGPASS no"));
        for error in [Error::connect(wrong_password), Error::closed(), Error::usage("wrong")] {
            assert!(!again(&client, &command, PLAIN, &error), "{} after {error}", facts.name);
        }
    }
}

#[tokio::test]
async fn a_refusal_is_repeated_when_it_passes_and_proves_that_nothing_ran() {
    let client = client();
    for facts in all() {
        let command = Command::known(facts);
        for code in PASSING {
            let expected = code == "LOADING" || !FAIL_HALF_WAY.contains(&facts.name);
            let error = refusal(code, facts);
            assert_eq!(again(&client, &command, PLAIN, &error), expected, "{} after {code}", facts.name);
        }
        for code in LASTING {
            let error = refusal(code, facts);
            assert!(!again(&client, &command, PLAIN, &error), "{} after {code}", facts.name);
            let proves = ["ERR", "OOM", "MISCONF", "NOREPLICAS", "WRONGTYPE"].contains(&code);
            if proves && FAIL_HALF_WAY.contains(&facts.name) {
                assert_eq!(error.outcome(), Outcome::MaybeExecuted, "{} after {code}", facts.name);
            }
        }
    }
}

#[tokio::test]
async fn what_may_have_run_is_repeated_once_and_only_when_it_reads() {
    let client = client();
    for facts in all() {
        let command = Command::known(facts);
        let reads = facts.class == Class::Read;
        for error in transport_errors(Outcome::MaybeExecuted) {
            assert_eq!(again(&client, &command, PLAIN, &error), reads, "{} after {error}", facts.name);
            let idempotent = CallOptions { idempotent: true, ..PLAIN };
            assert!(again(&client, &command, idempotent, &error), "{}, declared idempotent", facts.name);

            let terms = Terms::of(&client, &command, idempotent);
            let mut retries = Retries::new(&client, &terms, None);
            assert!(retries.after(&error, 1).is_some());
            assert!(retries.after(&error, 2).is_none(), "{} a third time", facts.name);
            // Nor is it forgotten that the first one may have run.
            let refused = retries.of_all(refusal("LOADING", facts));
            assert_eq!(refused.outcome(), Outcome::MaybeExecuted, "{}", facts.name);
        }
    }
}

#[tokio::test]
async fn the_commands_that_take_or_count_are_never_sent_a_second_time_by_themselves() {
    let client = client();
    let conditional = cmd("SET").arg("k").arg("v").arg("NX");
    let waiting = cmd("XREAD").arg("BLOCK").arg(0).arg("STREAMS").arg("s").arg("$");
    let by_name = [
        "SPOP",
        "GETDEL",
        "XREADGROUP",
        "PUBLISH",
        "INCR",
        "INCRBY",
        "LPUSH",
        "APPEND",
        "RPOP",
        "XADD",
        "SETNX",
        "SET",
        "DEL",
        "EXPIRE",
        "BLPOP",
        "BLMOVE",
        "WAIT",
        "EVAL",
        "FCALL",
        "SUBSCRIBE",
        "MONITOR",
        "UNKNOWN.COMMAND",
    ];
    for command in by_name.map(cmd).into_iter().chain([conditional, waiting]) {
        for error in transport_errors(Outcome::MaybeExecuted) {
            assert!(!again(&client, &command, PLAIN, &error), "{} after {error}", command.name());
        }
    }
    for command in ["GET", "MGET", "EVAL_RO", "FCALL_RO", "XREAD", "SCAN"].map(cmd) {
        for error in transport_errors(Outcome::MaybeExecuted) {
            assert!(again(&client, &command, PLAIN, &error), "{} after {error}", command.name());
        }
    }
}

#[tokio::test]
async fn a_call_that_shall_not_be_repeated_is_not() {
    let client = client();
    let once = CallOptions { no_retry: true, idempotent: true, ..PLAIN };
    let get = cmd("GET");
    let mut errors = transport_errors(Outcome::MaybeExecuted).to_vec();
    errors.extend(transport_errors(Outcome::NotSent));
    errors.push(refusal("LOADING", get.facts()));

    for error in errors {
        assert!(!again(&client, &get, once, &error), "{error}");
    }
}

#[tokio::test]
async fn attempts_have_an_end_and_pauses_fit_into_the_deadline() {
    let client = client();
    let get = cmd("GET");
    let terms = Terms::of(&client, &get, PLAIN);
    let error = refusal("LOADING", get.facts());
    let most = client.retry().max_attempts;

    assert!(Retries::new(&client, &terms, None).after(&error, most).is_none(), "more than {most} attempts");
    assert!(
        Retries::new(&client, &terms, Some(Instant::now())).after(&error, 1).is_none(),
        "no time is left"
    );
}
