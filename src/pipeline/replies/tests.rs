#![allow(clippy::arithmetic_side_effects)]

use redlane_pool::error::CloseReason;

use super::*;
use crate::commands::command::cmd;
use crate::error::{ErrorKind, Failure};

/// `commands` GETs, of which the first `answered` got these replies and the first `touched` may have run.
fn given(commands: usize, blocks: &[(&str, usize)], touched: usize) -> PipelineReplies {
    let mut plan = Plan::default();
    for _ in 0..commands {
        plan.push(&cmd("GET").arg("k"));
    }
    with_plan(plan, blocks, touched)
}

fn with_plan(plan: Plan, blocks: &[(&str, usize)], touched: usize) -> PipelineReplies {
    let (mut parts, mut answered) = (Vec::new(), 0);
    for (frames, count) in blocks {
        let mut replies = Replies::default();
        replies.push_block(frames.to_string().into(), *count);
        parts.push(replies);
        answered += count;
    }
    let lost = Error::new(Failure::Disconnected { reason: CloseReason::Io }, Outcome::MaybeExecuted);
    let lost = (answered < plan.len()).then_some(lost);
    PipelineReplies::new(Fate { plan, replies: parts, answered, touched }, lost, false)
}

#[test]
fn replies_are_read_over_the_borders_of_blocks() {
    let replies = || given(4, &[(":1\r\n$1\r\na\r\n", 2), ("_\r\n", 1), ("*2\r\n:7\r\n:8\r\n", 1)], 4);

    let tuple: (i64, String, Option<String>, Vec<u8>) = replies().read_all().unwrap();
    let values: Vec<Value> = replies().read_all().unwrap();
    let nothing: () = replies().read_all().unwrap();

    assert_eq!(tuple, (1, "a".into(), None, vec![7, 8]));
    assert_eq!(values.len(), 4);
    assert_eq!(values[1], Value::from("a"));
    let () = nothing;
}

#[test]
fn a_large_reply_of_its_own_block_is_taken_over() {
    let payload = "x".repeat(100_000);
    let frame = format!("${}\r\n{payload}\r\n", payload.len());

    let (text,): (String,) = given(1, &[(&frame, 1)], 1).read_all().unwrap();

    assert_eq!(text, payload);
}

#[test]
fn the_first_error_is_named_and_the_rest_can_still_be_read() {
    let mut replies = given(3, &[("+OK\r\n-WRONGTYPE no\r\n:3\r\n", 3)], 3);

    replies.read::<()>().unwrap();
    let error = replies.read::<i64>().unwrap_err();
    let last: i64 = replies.read().unwrap();
    let beyond = replies.read::<i64>().unwrap_err();

    assert_eq!((error.index(), error.kind(), error.command()), (Some(1), ErrorKind::WrongType, Some("GET")));
    assert_eq!((last, replies.left()), (3, 0));
    assert_eq!(beyond.kind(), ErrorKind::Usage);
}

#[test]
fn a_failed_conversion_leaves_the_next_reply_in_its_place() {
    let mut replies = given(2, &[("*2\r\n*1\r\n+x\r\n+y\r\n:5\r\n", 2)], 2);

    let error = replies.read::<Vec<Vec<i64>>>().unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Conversion, Outcome::MaybeExecuted));
    assert_eq!(replies.read::<i64>().unwrap(), 5);
}

#[test]
fn ignored_replies_are_left_out_unless_they_are_errors() {
    let plan = |ignored: &[usize]| {
        let mut plan = Plan::default();
        for index in 0..3 {
            plan.push(&cmd("GET").arg("k"));
            if ignored.contains(&index) {
                plan.ignore_last();
            }
        }
        plan
    };

    let middle: (i64, i64) = with_plan(plan(&[1]), &[(":1\r\n:2\r\n:3\r\n", 3)], 3).read_all().unwrap();
    let ends: Vec<i64> = with_plan(plan(&[0, 2]), &[(":1\r\n:2\r\n:3\r\n", 3)], 3).read_all().unwrap();
    let failed = with_plan(plan(&[0, 2]), &[(":1\r\n:2\r\n-ERR x\r\n", 3)], 3);
    let all = with_plan(plan(&[0, 1, 2]), &[(":1\r\n:2\r\n:3\r\n", 3)], 3).into_results();

    assert_eq!((middle, ends), ((1, 3), vec![2]));
    assert_eq!(failed.read_all::<(i64,)>().unwrap_err().index(), Some(2));
    assert_eq!(all.len(), 3, "one result for each command");
}

#[test]
fn commands_without_a_reply_are_told_apart_one_by_one() {
    let results = given(4, &[(":1\r\n", 1)], 3).into_results();

    assert_eq!(results[0].as_ref().unwrap(), &Value::Integer(1));
    let outcomes: Vec<_> = results[1..].iter().map(|result| result.as_ref().unwrap_err().outcome()).collect();
    assert_eq!(outcomes, [Outcome::MaybeExecuted, Outcome::MaybeExecuted, Outcome::NotSent]);
    let last = results[3].as_ref().unwrap_err();
    assert_eq!((last.index(), last.command(), last.kind()), (Some(3), Some("GET"), ErrorKind::Disconnected));
}

#[test]
fn the_outcome_of_an_error_speaks_of_the_whole_pipeline() {
    let outcome = |replies: PipelineReplies| replies.read_all::<()>().unwrap_err().outcome();

    let nothing_sent = given(2, &[], 0);
    let second_unsent = given(2, &[(":1\r\n", 1)], 1);
    let first_refused = given(2, &[("-ERR x\r\n:1\r\n", 2)], 2);
    let all_refused = given(2, &[("-LOADING x\r\n-LOADING x\r\n", 2)], 2);
    let refused_then_open = given(2, &[("-LOADING x\r\n", 1)], 2);
    let refused_then_unsent = given(2, &[("-LOADING x\r\n", 1)], 1);

    assert_eq!(outcome(nothing_sent), Outcome::NotSent);
    assert_eq!(outcome(second_unsent), Outcome::MaybeExecuted);
    assert_eq!(outcome(first_refused), Outcome::MaybeExecuted);
    assert_eq!(outcome(all_refused), Outcome::Refused);
    assert_eq!(outcome(refused_then_open), Outcome::MaybeExecuted);
    assert_eq!(outcome(refused_then_unsent), Outcome::Refused);
}

#[test]
fn an_error_reply_is_a_value_to_result_alone() {
    let replies = || given(2, &[("-ERR x\r\n:1\r\n", 2)], 2);

    let values = replies().read_all::<Vec<Value>>();
    let options = replies().read_all::<(Option<Value>, Value)>();
    let results: Vec<Result<Value, ServerError>> = replies().read_all().unwrap();

    assert_eq!(values.unwrap_err().index(), Some(0));
    assert_eq!(options.unwrap_err().index(), Some(0));
    assert_eq!((results[0].as_ref().unwrap_err().code(), &results[1]), ("ERR", &Ok(Value::Integer(1))));
}

#[test]
fn an_error_of_a_script_leaves_open_what_it_did() {
    let mut plan = Plan::default();
    plan.push(&cmd("EVAL").arg("x").arg(0));

    let results = with_plan(plan, &[("-ERR half-way\r\n", 1)], 1).into_results();

    assert_eq!(results[0].as_ref().unwrap_err().outcome(), Outcome::MaybeExecuted);
}

#[test]
fn errors_with_attributes_and_blob_errors_are_errors() {
    let frames = "|1\r\n+a\r\n:1\r\n-ERR one\r\n!7\r\nERR two\r\n|1\r\n+a\r\n:1\r\n:3\r\n";

    let results = given(3, &[(frames, 3)], 3).into_results();

    assert_eq!(results[0].as_ref().unwrap_err().to_string(), "error reply to GET at index 0: ERR one");
    assert_eq!(results[1].as_ref().unwrap_err().to_string(), "error reply to GET at index 1: ERR two");
    assert!(matches!(results[2].as_ref().unwrap(), Value::Attributed(_)));
}

#[test]
fn replies_that_are_cut_short_fail_and_end() {
    // No scanner lets such a block pass.
    let results = given(3, &[("*2\r\n:1\r\n", 3)], 3).into_results();

    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result.as_ref().is_err_and(|e| e.kind() == ErrorKind::Conversion)));
}
