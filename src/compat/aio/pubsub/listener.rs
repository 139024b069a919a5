//! Sorts what comes on a subscriber's connection: messages to the stream, answers to those who wait for them.
//!
//! Answers come in the order of the commands. A subscribing command has one for each of its names, or a single error.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use ::tokio::sync::oneshot;
use redlane_pool::connector::PushSink;
use redlane_pool::error::CloseReason;
use redlane_pool::feed::Listener;
use redlane_resp::reply::Reply;

use crate::compat::cmd::Cmd;
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::msg::Msg;
use crate::compat::subscriptions::{Change, Kind, Subscriptions};
use crate::compat::value::{Value, read_reply};

/// What a command is answered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// By so many confirmations; without names, by as many as there are subscriptions.
    Change { kind: Kind, on: bool, names: usize },
    /// By one reply.
    Reply,
}

/// A command that was said.
struct Waiter {
    asked: Asked,
    /// Confirmations still to come, once the first of them came.
    left: Option<usize>,
    answer: oneshot::Sender<RedisResult<Value>>,
}

/// The listener.
pub(super) struct Listening(Mutex<State>);

struct State {
    /// What is to be said next.
    words: Vec<u8>,
    waiters: VecDeque<Waiter>,
    held: Subscriptions,
    /// `None`: the connection is gone.
    messages: Option<UnboundedSender<Msg>>,
}

impl Listening {
    pub(super) fn new() -> (Arc<Self>, UnboundedReceiver<Msg>) {
        let (messages, stream) = unbounded_channel();
        let state = State {
            words: Vec::new(),
            waiters: VecDeque::new(),
            held: Subscriptions::default(),
            messages: Some(messages),
        };
        (Arc::new(Self(Mutex::new(state))), stream)
    }

    /// Has a command said, which comes to its answer.
    pub(super) fn ask(
        &self,
        command: &Cmd,
        asked: Asked,
    ) -> RedisResult<oneshot::Receiver<RedisResult<Value>>> {
        let mut state = self.lock();
        if state.messages.is_none() {
            return Err(RedisError::closed());
        }
        let (answer, answered) = oneshot::channel();
        command.write_packed_command(&mut state.words);
        state.waiters.push_back(Waiter { asked, left: None, answer });
        Ok(answered)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hear(&mut self, value: Value) {
        if let Some(change) = Change::of(&value) {
            self.confirm(change, value);
        } else if let Some(message) = Msg::from_value(&value) {
            if let Some(messages) = &self.messages {
                // The stream is gone, and the connection is about to.
                let _ = messages.send(message);
            }
        } else if !matches!(value, Value::Push { .. }) {
            self.answer(value);
        }
    }

    /// Counts a confirmation for the oldest command. How many one without names has is known now: all that was said before
    /// it is confirmed.
    fn confirm(&mut self, change: Change, value: Value) {
        let mut done = false;
        if let Some(Waiter { asked: Asked::Change { kind, on, names }, left, .. }) = self.waiters.front_mut()
            && (*kind, *on) == (change.kind, change.on)
        {
            let rest = left.unwrap_or_else(|| self.held.answers(*kind, *on, *names)).saturating_sub(1);
            *left = Some(rest);
            done = rest == 0;
        }
        self.held.apply(change);
        if done {
            self.answer(value);
        }
    }

    fn answer(&mut self, value: Value) {
        if let Some(waiter) = self.waiters.pop_front() {
            // The caller may have gone.
            let _ = waiter.answer.send(Ok(value));
        }
    }
}

impl PushSink for Listening {
    fn push(&self, frame: Reply) {
        if let Ok(value) = read_reply(&frame) {
            self.lock().hear(value);
        }
    }

    fn down(&self, _: CloseReason) {
        let mut state = self.lock();
        state.messages = None;
        // Their callers hear it by the end of the channel.
        state.waiters.clear();
    }
}

impl Listener for Listening {
    fn words(&self, _silent: bool, out: &mut Vec<u8>) {
        out.append(&mut self.lock().words);
    }

    fn has_words(&self) -> bool {
        !self.lock().words.is_empty()
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Listening")
            .field("waiters", &state.waiters.len())
            .field("open", &state.messages.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::cmd::cmd;
    use crate::compat::value::parse_redis_value;

    fn hear(listening: &Listening, text: &str) {
        listening.lock().hear(parse_redis_value(text.as_bytes()).unwrap());
    }

    fn confirm(listening: &Listening, word: &str, name: &str) {
        let (word_len, name_len) = (word.len(), name.len());
        hear(listening, &format!("*3\r\n${word_len}\r\n{word}\r\n${name_len}\r\n{name}\r\n:1\r\n"));
    }

    fn subscribe(names: usize) -> Asked {
        Asked::Change { kind: Kind::Channel, on: true, names }
    }

    const LEAVE_ALL: Asked = Asked::Change { kind: Kind::Channel, on: false, names: 0 };

    #[test]
    fn a_command_is_answered_by_the_last_of_its_confirmations() {
        let (listening, _stream) = Listening::new();
        let mut both = listening.ask(&cmd("SUBSCRIBE"), subscribe(2)).unwrap();
        let mut pong = listening.ask(&cmd("PING"), Asked::Reply).unwrap();
        let mut left = listening.ask(&cmd("UNSUBSCRIBE"), LEAVE_ALL).unwrap();

        confirm(&listening, "subscribe", "a");
        assert!(both.try_recv().is_err());
        confirm(&listening, "subscribe", "b");
        assert!(both.try_recv().unwrap().is_ok());
        hear(&listening, "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
        assert!(pong.try_recv().unwrap().is_ok());
        confirm(&listening, "unsubscribe", "a");
        assert!(left.try_recv().is_err(), "there are two to end");
        confirm(&listening, "unsubscribe", "b");
        assert!(left.try_recv().unwrap().is_ok());
    }

    #[test]
    fn an_error_answers_a_command_of_many_names_at_once() {
        let (listening, _stream) = Listening::new();
        let mut refused = listening.ask(&cmd("SUBSCRIBE"), subscribe(3)).unwrap();
        let mut next = listening.ask(&cmd("SUBSCRIBE"), subscribe(1)).unwrap();

        hear(&listening, "-NOPERM no\r\n");
        confirm(&listening, "subscribe", "a");

        assert!(matches!(refused.try_recv(), Ok(Ok(Value::ServerError(_)))));
        assert!(matches!(next.try_recv(), Ok(Ok(Value::Array(_)))));
    }

    #[test]
    fn messages_go_to_the_stream_and_answer_nobody() {
        let (listening, mut stream) = Listening::new();
        let mut pong = listening.ask(&cmd("PING"), Asked::Reply).unwrap();

        hear(&listening, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n");
        hear(&listening, ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nho\r\n");
        hear(&listening, ">2\r\n$10\r\ninvalidate\r\n_\r\n");
        hear(&listening, "+PONG\r\n");

        assert_eq!(stream.try_recv().unwrap().get_payload(), Ok("hi".to_owned()));
        assert_eq!(stream.try_recv().unwrap().get_payload(), Ok("ho".to_owned()));
        assert!(stream.try_recv().is_err());
        assert!(matches!(pong.try_recv(), Ok(Ok(Value::SimpleString(_)))));
    }

    #[test]
    fn a_caller_who_left_takes_nobody_elses_answer() {
        let (listening, _stream) = Listening::new();
        drop(listening.ask(&cmd("SUBSCRIBE"), subscribe(1)).unwrap());
        let mut pong = listening.ask(&cmd("PING"), Asked::Reply).unwrap();

        confirm(&listening, "subscribe", "a");
        assert!(pong.try_recv().is_err());
        hear(&listening, "+PONG\r\n");

        assert!(pong.try_recv().unwrap().is_ok());
    }

    #[test]
    fn the_end_of_the_connection_ends_the_stream_and_the_waiting() {
        let (listening, mut stream) = Listening::new();
        let mut waiting = listening.ask(&cmd("PING"), Asked::Reply).unwrap();

        listening.down(CloseReason::Ended);

        assert!(matches!(waiting.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
        assert!(matches!(stream.try_recv(), Err(::tokio::sync::mpsc::error::TryRecvError::Disconnected)));
        assert!(listening.ask(&cmd("PING"), Asked::Reply).is_err());
    }
}
