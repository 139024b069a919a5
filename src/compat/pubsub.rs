//! Subscriptions over a blocking connection.

mod commands;

use std::collections::VecDeque;
use std::time::Duration;

use redlane_resp::to_args::ToRedisArgs;

use crate::compat::cmd::{Cmd, cmd};
use crate::compat::connection::Connection;
use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value};
use crate::compat::msg::Msg;
use crate::compat::subscriptions::{Change, Kind, Subscriptions};
use crate::compat::value::{PushKind, Value};

pub use self::commands::{ControlFlow, PubSubCommands};

/// A connection while it is a subscriber's. Dropped, it ends all subscriptions.
///
/// ```no_run
/// # fn main() -> redlane::compat::RedisResult<()> {
/// let client = redlane::compat::Client::open("redis://127.0.0.1/")?;
/// let mut con = client.get_connection()?;
/// let mut pubsub = con.as_pubsub();
/// pubsub.subscribe("news")?;
/// let message = pubsub.get_message()?;
/// println!("{}: {}", message.get_channel_name(), message.get_payload::<String>()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PubSub<'a> {
    con: &'a mut Connection,
    /// Messages that came while an answer was awaited.
    waiting: VecDeque<Msg>,
    held: Subscriptions,
    /// Answers to PING that came too late for their callers, and did not come yet.
    late_pongs: usize,
}

impl<'a> PubSub<'a> {
    pub(crate) fn new(con: &'a mut Connection) -> Self {
        Self { con, waiting: VecDeque::new(), held: Subscriptions::default(), late_pongs: 0 }
    }

    /// Subscribes to channels, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// The server's error, or that of the connection.
    pub fn subscribe<T: ToRedisArgs>(&mut self, channel: T) -> RedisResult<()> {
        self.tell(Kind::Channel, true, channel)
    }

    /// Subscribes to patterns, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub fn psubscribe<T: ToRedisArgs>(&mut self, pchannel: T) -> RedisResult<()> {
        self.tell(Kind::Pattern, true, pchannel)
    }

    /// Ends subscriptions to channels; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub fn unsubscribe<T: ToRedisArgs>(&mut self, channel: T) -> RedisResult<()> {
        self.tell(Kind::Channel, false, channel)
    }

    /// Ends subscriptions to patterns; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub fn punsubscribe<T: ToRedisArgs>(&mut self, pchannel: T) -> RedisResult<()> {
        self.tell(Kind::Pattern, false, pchannel)
    }

    /// Asks the server to send `message` back.
    ///
    /// # Errors
    /// The reply is no `T`, or that of the connection.
    pub fn ping_message<T: FromRedisValue>(&mut self, message: impl ToRedisArgs) -> RedisResult<T> {
        self.pong(cmd("PING").arg(message))
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// The reply is no `T`, or that of the connection.
    pub fn ping<T: FromRedisValue>(&mut self) -> RedisResult<T> {
        self.pong(&cmd("PING"))
    }

    /// Waits for the next message.
    ///
    /// # Errors
    /// That of the connection; after a timeout the next call waits on.
    pub fn get_message(&mut self) -> RedisResult<Msg> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Ok(message);
            }
            self.read()?;
        }
    }

    /// Bounds the time that a read waits for bytes; `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration, and what the system says.
    pub fn set_read_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        self.con.set_read_timeout(dur)
    }

    fn tell(&mut self, kind: Kind, on: bool, names: impl ToRedisArgs) -> RedisResult<()> {
        let mut command = cmd(kind.word(on));
        command.arg(names);
        let names = command.args_iter().count().saturating_sub(1);
        self.con.leave_subscriptions()?;
        let mut awaited = self.held.answers(kind, on, names);
        self.con.send_packed_command(&command.get_packed_command())?;
        while awaited > 0 {
            match self.read()? {
                Read::Changed(changed, direction) if (changed, direction) == (kind, on) => {
                    awaited = awaited.saturating_sub(1);
                }
                Read::Reply(error @ Value::ServerError(_)) => return error.extract_error().map(drop),
                Read::Changed(..) | Read::Reply(_) | Read::Nothing => {}
            }
        }
        Ok(())
    }

    fn pong<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        self.con.leave_subscriptions()?;
        self.con.send_packed_command(&command.get_packed_command())?;
        loop {
            match self.read() {
                Ok(Read::Reply(pong)) => return Ok(from_redis_value(pong)?),
                Ok(Read::Changed(..) | Read::Nothing) => {}
                Err(error) => {
                    self.late_pongs = self.late_pongs.saturating_add(1);
                    return Err(error);
                }
            }
        }
    }

    /// Reads one frame and puts messages aside.
    fn read(&mut self) -> RedisResult<Read> {
        let value = self.con.recv_next()?;
        if let Some(change) = Change::of(&value) {
            let changed = Read::Changed(change.kind, change.on);
            self.held.apply(change);
            return Ok(changed);
        }
        Ok(match value {
            Value::Push { kind: PushKind::Message | PushKind::PMessage | PushKind::SMessage, .. }
            | Value::Array(_)
                if self.keep(&value) =>
            {
                Read::Nothing
            }
            Value::Push { .. } => Read::Nothing,
            _ if self.late_pongs > 0 => {
                self.late_pongs = self.late_pongs.saturating_sub(1);
                Read::Nothing
            }
            reply => Read::Reply(reply),
        })
    }

    /// Keeps a message for [`get_message`](Self::get_message); `false`: it is none.
    fn keep(&mut self, value: &Value) -> bool {
        let message = Msg::from_value(value);
        let is_message = message.is_some();
        self.waiting.extend(message);
        is_message
    }
}

/// What a frame was.
enum Read {
    /// A subscription began or ended.
    Changed(Kind, bool),
    /// The answer to something else.
    Reply(Value),
    /// Nothing that anybody waits for.
    Nothing,
}

impl Drop for PubSub<'_> {
    fn drop(&mut self) {
        // The connection remembers a failure.
        let _ = self.con.end_subscriptions();
    }
}
