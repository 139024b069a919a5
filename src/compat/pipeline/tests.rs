use super::*;
use crate::compat::error::{RedisResult, ServerError};
use crate::compat::value::Value;

fn four() -> Pipeline {
    let mut pipeline = pipe();
    pipeline.cmd("FOO").cmd("BAR").ignore().cmd("baz").ignore().cmd("barvaz");
    pipeline
}

fn failure() -> Value {
    Value::ServerError(ServerError::from_line("CROSSSLOT no"))
}

#[test]
fn ignored_replies_are_left_out() {
    let replies = vec![Value::Int(1), Value::Int(2), Value::Int(3), Value::Okay];

    let result: Vec<String> = four().complete(replies).unwrap();

    assert_eq!(result, ["1", "OK"]);
}

#[test]
fn a_failed_command_fails_the_pipeline_even_where_it_is_ignored() {
    let replies = vec![Value::Okay, failure(), Value::Okay, failure()];

    let error = four().complete::<Vec<Value>>(replies).unwrap_err();

    assert_eq!(
        error.to_string(),
        "Pipeline failures: [(Index 1, error: CrossSlot: no), (Index 3, error: CrossSlot: no)]"
    );
}

#[test]
fn each_result_stands_for_itself_when_errors_are_ignored() {
    let replies = vec![Value::Okay, failure(), Value::Okay, failure()];

    let results: Vec<RedisResult<Value>> = four().ignore_errors().complete(replies).unwrap();

    assert_eq!(results.len(), 2);
    assert_eq!(results[0], Ok(Value::Okay));
    assert_eq!(results[1].as_ref().unwrap_err().to_string(), "CrossSlot: no");
}

#[test]
fn a_transaction_is_packed_between_multi_and_exec() {
    let mut pipeline = pipe();
    pipeline.atomic().cmd("GET").arg("a");

    let packed = String::from_utf8(pipeline.get_packed_pipeline()).unwrap();

    assert_eq!(packed, "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nEXEC\r\n");
    assert_eq!(pipeline.wanted(), (2, 1));
    assert!(pipeline.is_transaction());
}

#[test]
fn a_transaction_gives_what_exec_holds() {
    let mut pipeline = pipe();
    pipeline.atomic().cmd("GET").arg("a");

    let ran: Vec<u8> = pipeline.complete(vec![Value::Array(vec![Value::Int(7)])]).unwrap();
    let changed: Option<Vec<u8>> = pipeline.complete(vec![Value::Nil]).unwrap();
    let wrong = pipeline.complete::<()>(vec![Value::Okay]).unwrap_err();

    assert_eq!((ran, changed), (vec![7], None));
    assert_eq!(wrong.to_string(), "Invalid response when parsing multi response - UnexpectedReturnType");
}

#[test]
fn an_error_ahead_of_exec_aborts_the_transaction() {
    let replies = [Value::Okay, failure(), Value::SimpleString("QUEUED".into()), failure()];

    let error = collect_replies(replies, 3).unwrap_err();

    assert_eq!(error.to_string(), "Transaction aborted: [(Index 0, error: CrossSlot: no)]");
}

#[test]
#[should_panic(expected = "No command on stack")]
fn an_argument_without_a_command_panics() {
    pipe().arg(1);
}
