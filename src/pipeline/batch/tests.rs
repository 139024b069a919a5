#![allow(clippy::arithmetic_side_effects)]

use redlane_pool::error::CloseReason;

use super::*;
use crate::commands::command::cmd;
use crate::error::Failure;

const WIDE: PartLimit = PartLimit { commands: 100, bytes: 10_000 };

/// Commands of 14, 24 and 24 bytes.
fn plan() -> Plan {
    let mut plan = Plan::default();
    plan.push(&cmd("PING"));
    plan.push(&cmd("ECHO").arg("a"));
    plan.push(&cmd("ECHO").arg("b"));
    plan
}

fn batch(limit: PartLimit) -> Batch {
    Batch::new(plan(), false, limit, true)
}

fn replies(frames: usize) -> Replies {
    let mut replies = Replies::default();
    replies.push_block("+OK\r\n".repeat(frames).into(), frames);
    replies
}

fn cut(written: usize, frames: usize) -> Cut {
    let error = Error::new(Failure::Disconnected { reason: CloseReason::Io }, Outcome::NotSent);
    Cut { error, written, replies: replies(frames) }
}

fn bytes(part: &Part<'_>) -> String {
    let mut out = Vec::new();
    part.body.wire.put(part.body.from, part.body.to, &mut out);
    String::from_utf8(out).unwrap()
}

const PING: &str = "*1\r\n$4\r\nPING\r\n";
const ECHO_A: &str = "*2\r\n$4\r\nECHO\r\n$1\r\na\r\n";
const ECHO_B: &str = "*2\r\n$4\r\nECHO\r\n$1\r\nb\r\n";

#[test]
fn a_part_holds_as_much_as_the_limit_lets_through() {
    let by = |commands, bytes| {
        let batch = batch(PartLimit { commands, bytes });
        let part = batch.next_part();
        (part.frames(), part.encoded_len())
    };

    assert_eq!(by(100, 10_000), (3, PING.len() + 2 * ECHO_A.len()));
    assert_eq!(by(2, 10_000), (2, PING.len() + ECHO_A.len()));
    assert_eq!(by(100, PING.len() + ECHO_A.len() + 1), (2, PING.len() + ECHO_A.len()));
    assert_eq!(by(100, 1), (1, PING.len()), "one goes out however large it is");
}

#[test]
fn the_next_part_begins_behind_what_was_answered() {
    let mut batch = batch(PartLimit { commands: 1, bytes: 10_000 });

    assert_eq!(bytes(&batch.next_part()), PING);
    batch.keep(replies(1));
    assert_eq!(bytes(&batch.next_part()), ECHO_A);
    batch.keep(replies(1));
    assert_eq!(bytes(&batch.next_part()), ECHO_B);
}

#[test]
fn a_transaction_goes_out_whole_whatever_its_size() {
    let batch = Batch::new(plan(), true, PartLimit { commands: 1, bytes: 1 }, true);

    let part = batch.next_part();

    assert_eq!((part.frames(), part.whole()), (5, true));
    assert_eq!(part.encoded_len(), MULTI.len() + PING.len() + 2 * ECHO_A.len() + EXEC.len());
}

#[test]
fn half_of_one_command_executes_nothing_and_half_of_several_may() {
    assert!(batch(PartLimit { commands: 1, bytes: 10_000 }).next_part().whole());
    assert!(!batch(WIDE).next_part().whole());
}

#[test]
fn a_command_is_open_only_when_all_its_bytes_were_written() {
    for (written, touched) in [
        (0, 0),
        (PING.len() - 1, 0),
        (PING.len(), 1),
        (PING.len() + ECHO_A.len() - 1, 1),
        (PING.len() + 2 * ECHO_A.len(), 3),
    ] {
        let mut batch = batch(WIDE);

        let error = batch.note_cut(0, cut(written, 0));

        assert_eq!(batch.touched, touched, "{written}");
        let outcome = if touched == 0 { Outcome::NotSent } else { Outcome::MaybeExecuted };
        assert_eq!(error.outcome(), outcome);
    }
}

#[test]
fn the_rest_is_unsent_when_all_that_was_written_was_answered() {
    let mut batch = batch(WIDE);

    let error = batch.note_cut(0, cut(PING.len() + 3, 1));

    assert_eq!(error.outcome(), Outcome::NotSent, "so it may be sent again");
    assert_eq!(bytes(&batch.next_part()), [ECHO_A, ECHO_B].concat());
    let fate = batch.into_fate();
    assert_eq!((fate.answered, fate.touched), (1, 1));
}

#[test]
fn what_may_have_run_in_one_attempt_stays_open_in_the_next() {
    let mut batch = batch(WIDE);

    batch.note_cut(0, cut(PING.len() + ECHO_A.len(), 0));
    let error = batch.note_cut(0, cut(0, 0));

    assert_eq!(error.outcome(), Outcome::NotSent, "of this attempt");
    assert_eq!(batch.into_fate().touched, 2);
}

#[test]
fn names_come_from_the_table_or_from_the_wire() {
    let mut plan = plan();
    plan.push(&cmd("my.command").arg(1));
    plan.push(&cmd("config").arg("get").arg("x"));
    plan.wire.seal();

    let names: Vec<_> = (0..6).map(|index| plan.name(index)).collect();

    assert_eq!(names, ["PING", "ECHO", "ECHO", "my.command", "CONFIG GET", ""]);
}
