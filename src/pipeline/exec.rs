//! What the server answers to MULTI … EXEC, told apart: ran, discarded, aborted.
//!
//! Each command inside is answered twice: at once, by `+QUEUED` or by the error that discards everything, and again as
//! an element of EXEC's array. What surprises: an error among those elements undoes nothing.

use redlane_pool::error::Outcome;
use redlane_resp::cursor::Token;
use redlane_resp::error::{ConversionError, ServerError};
use redlane_resp::reply::{Replies, Reply};

use crate::error::{Error, Failure, Result};

pub(super) const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";
pub(super) const EXEC: &[u8] = b"*1\r\n$4\r\nEXEC\r\n";

/// The results of `commands` commands, out of the replies to MULTI, to each of them, and to EXEC.
pub(super) fn results(mut replies: Replies, commands: usize) -> Result<Replies> {
    let mut next = || replies.next_reply().ok_or_else(|| malformed(ConversionError::Malformed));
    let multi = next()?.error();
    let mut refused: Option<(usize, ServerError)> = None;
    let mut all_refused = true;
    for index in 0..commands {
        let error = next()?.error();
        all_refused &= error.as_ref().is_some_and(|error| is_refusal(error.clone()));
        if let (None, Some(error)) = (&refused, error) {
            refused = Some((index, error));
        }
    }
    if let Some(error) = multi {
        // Without MULTI (the user may not use it) each command was executed by itself.
        let outcome = if all_refused { Outcome::Refused } else { Outcome::MaybeExecuted };
        return Err(Error::server(error, true).with_outcome(outcome));
    }
    let exec = next()?;
    if let Some(error) = exec.error() {
        return Err(match error.code() {
            "EXECABORT" => discarded(refused, error),
            _ => Error::server(error, true),
        });
    }
    if exec.is_null() {
        return Err(Error::new(Failure::Aborted, Outcome::Refused));
    }
    elements(&exec, commands).map_err(malformed)
}

fn is_refusal(error: ServerError) -> bool {
    Error::server(error, true).outcome() == Outcome::Refused
}

fn discarded(refused: Option<(usize, ServerError)>, exec: ServerError) -> Error {
    let (index, error) = match refused {
        Some((index, error)) => (Some(index), error),
        None => (None, exec),
    };
    Error::discarded(index, error)
}

/// The elements of EXEC's array as replies of their own, without a copy.
fn elements(exec: &Reply, commands: usize) -> Result<Replies, ConversionError> {
    let mut cursor = exec.cursor();
    let Token::Array(mut elements) = cursor.read()? else {
        return Err(exec.cursor().mismatch("an array"));
    };
    let start = cursor.position();
    let (mut end, mut found) = (start, 0usize);
    while elements.more(&mut cursor)? {
        cursor.skip()?;
        end = cursor.position();
        found = found.saturating_add(1);
    }
    if found != commands {
        return Err(ConversionError::Length { expected: commands, found });
    }
    if end > exec.as_bytes().len() {
        return Err(ConversionError::Malformed);
    }
    let mut results = Replies::default();
    results.push_block(exec.as_bytes().slice(start..end), found);
    Ok(results)
}

/// EXEC was answered, so it ran, whatever is wrong with the answer.
fn malformed(error: ConversionError) -> Error {
    Error::from(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn replies(frames: &[&str]) -> Replies {
        let mut replies = Replies::default();
        for frame in frames {
            replies.push_block(frame.to_string().into(), 1);
        }
        replies
    }

    #[test]
    fn the_elements_of_exec_are_the_results() {
        let replies = replies(&["+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", "*2\r\n:1\r\n$2\r\nhi\r\n"]);

        let mut results = results(replies, 2).unwrap();

        assert_eq!(results.len(), 2);
        assert_eq!(results.next_reply().unwrap().read::<i64>().unwrap(), 1);
        assert_eq!(results.next_reply().unwrap().read::<String>().unwrap(), "hi");
    }

    #[test]
    fn a_streamed_array_gives_the_same() {
        let replies = replies(&["+OK\r\n", "+QUEUED\r\n", "*?\r\n*1\r\n:7\r\n.\r\n"]);

        let results = results(replies, 1).unwrap();

        assert_eq!(results.into_single().unwrap().read::<Vec<i64>>().unwrap(), [7]);
    }

    #[test]
    fn execabort_names_the_first_command_that_was_refused() {
        let replies =
            replies(&["+OK\r\n", "+QUEUED\r\n", "-ERR first\r\n", "-OOM second\r\n", "-EXECABORT x\r\n"]);

        let error = results(replies, 3).unwrap_err();

        assert_eq!((error.kind(), error.index(), error.code()), (ErrorKind::ExecAbort, Some(1), Some("ERR")));
        assert_eq!(error.outcome(), Outcome::Refused);
        assert_eq!(
            error.to_string(),
            "transaction discarded, error reply to the command at index 1: ERR first"
        );
    }

    #[test]
    fn what_a_server_quotes_of_an_unknown_command_is_not_told() {
        let unknown = "-ERR unknown command 'PUT', with args beginning with: 'hunter2' \r\n";

        let error = results(replies(&["+OK\r\n", unknown, "-EXECABORT x\r\n"]), 1).unwrap_err();

        assert_eq!((error.kind(), error.index(), error.code()), (ErrorKind::ExecAbort, Some(0), Some("ERR")));
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }

    #[test]
    fn execabort_of_exec_itself_names_no_command() {
        let error = results(replies(&["+OK\r\n", "+QUEUED\r\n", "-EXECABORT because\r\n"]), 1).unwrap_err();

        assert_eq!((error.index(), error.outcome()), (None, Outcome::Refused));
        assert_eq!(error.to_string(), "transaction discarded: EXECABORT because");
    }

    #[test]
    fn nil_is_aborted_and_ran_nothing() {
        for nil in ["*-1\r\n", "_\r\n"] {
            let error = results(replies(&["+OK\r\n", "+QUEUED\r\n", nil]), 1).unwrap_err();

            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Aborted, Outcome::Refused));
        }
    }

    #[test]
    fn commands_whose_multi_was_refused_may_have_run() {
        let replies = replies(&["-NOPERM no multi\r\n", "+OK\r\n", "-ERR EXEC without MULTI\r\n"]);

        let error = results(replies, 1).unwrap_err();

        assert_eq!((error.code(), error.outcome()), (Some("NOPERM"), Outcome::MaybeExecuted));
    }

    #[test]
    fn commands_that_were_refused_like_their_multi_did_not_run() {
        let noauth = "-NOAUTH Authentication required.\r\n";

        let error = results(replies(&[noauth, noauth, noauth]), 1).unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Auth, Outcome::Refused));
    }

    #[test]
    fn another_number_of_results_is_an_error() {
        let error = results(replies(&["+OK\r\n", "+QUEUED\r\n", "*2\r\n:1\r\n:2\r\n"]), 1).unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Conversion, Outcome::MaybeExecuted));
    }
}
