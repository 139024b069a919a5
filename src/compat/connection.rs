//! The blocking connection.
//!
//! Every call waits in its own thread, inside of a runtime or not. What surprises: the subscriptions of a
//! [`PubSub`](crate::compat::PubSub) are ended when that is dropped; when this fails, for want of time perhaps, the next
//! command does it first.

mod drain;
mod open;
mod requests;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use redlane_pool::blocking::{BlockingConnection, BlockingError, Frame};
use redlane_pool::connector::PushSink;
use redlane_pool::error::CloseReason;
use redlane_resp::reply::Reply;
use redlane_resp::to_args::ToRedisArgs;

use self::drain::Standing;
use crate::compat::cmd::cmd;
use crate::compat::error::{ParsingError, RedisError, RedisResult};
use crate::compat::protocol::ProtocolVersion;
use crate::compat::pubsub::PubSub;
use crate::compat::subscriptions::Kind;
use crate::compat::value::{PushInfo, Value, read_reply};

pub(crate) use self::open::connect;

/// A blocking connection. It is gone for good when it breaks; [`is_open`](crate::compat::ConnectionLike::is_open) tells.
pub struct Connection {
    con: BlockingConnection,
    db: i64,
    protocol: ProtocolVersion,
    /// Unless it is clear, replies cannot be told from messages.
    standing: Standing,
    push_sender: Option<Sender<PushInfo>>,
    end_told: bool,
}

/// Hands pushes on that come between replies.
struct Pushes(Sender<PushInfo>);

impl PushSink for Pushes {
    fn push(&self, frame: Reply) {
        if let Ok(Value::Push { kind, data }) = read_reply(&frame) {
            // Nobody has to listen.
            let _ = self.0.send(PushInfo { kind, data });
        }
    }
}

impl Connection {
    /// Over a connection that has greeted.
    pub(crate) fn new(con: BlockingConnection, db: i64, protocol: ProtocolVersion) -> Self {
        Self { con, db, protocol, standing: Standing::Clear, push_sender: None, end_told: false }
    }

    /// Sends a packed command and reads no reply: for commands such as `MONITOR`, which have many.
    ///
    /// # Errors
    /// There is nothing to send, or that of the socket.
    pub fn send_packed_command(&mut self, cmd: &[u8]) -> RedisResult<()> {
        if cmd.is_empty() {
            return Err(RedisError::empty_command());
        }
        let sent = self.con.send(cmd);
        sent.map_err(|error| self.failed(error))
    }

    /// Reads the next reply, or a push before it.
    ///
    /// # Errors
    /// That of the socket, or of a malformed reply. After a timeout the reply is dropped when it comes.
    pub fn recv_response(&mut self) -> RedisResult<Value> {
        let read = self.con.read_reply();
        self.handed_on(read)
    }

    /// Reads whatever comes next. After a timeout the next call waits for the same.
    pub(crate) fn recv_next(&mut self) -> RedisResult<Value> {
        let read = self.con.read_next();
        self.handed_on(read)
    }

    /// Bounds the time that a command may wait to be written; `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration, and what the system says.
    pub fn set_write_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        Ok(self.con.set_write_timeout(dur)?)
    }

    /// Bounds the time that a read waits for bytes; `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration, and what the system says.
    pub fn set_read_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        Ok(self.con.set_read_timeout(dur)?)
    }

    /// Subscriptions over this connection, until what is given back is dropped.
    pub fn as_pubsub(&mut self) -> PubSub<'_> {
        PubSub::new(self)
    }

    /// Sends pushes here from now on: messages, invalidations, and the end of the connection.
    ///
    /// They are read when replies are, so a connection that is not used delivers none.
    pub fn set_push_sender(&mut self, sender: Sender<PushInfo>) {
        self.con.set_sink(Some(Arc::new(Pushes(sender.clone()))));
        self.push_sender = Some(sender);
    }

    /// Subscribes to channels, whose messages go to the push sender.
    ///
    /// # Errors
    /// `InvalidClientConfig` in RESP2, or that of the connection.
    pub fn subscribe_resp3<T: ToRedisArgs>(&mut self, channel: T) -> RedisResult<()> {
        self.tell(Kind::Channel, true, channel)
    }

    /// Subscribes to patterns, whose messages go to the push sender.
    ///
    /// # Errors
    /// As for [`subscribe_resp3`](Self::subscribe_resp3).
    pub fn psubscribe_resp3<T: ToRedisArgs>(&mut self, pchannel: T) -> RedisResult<()> {
        self.tell(Kind::Pattern, true, pchannel)
    }

    /// Ends subscriptions to channels.
    ///
    /// # Errors
    /// As for [`subscribe_resp3`](Self::subscribe_resp3).
    pub fn unsubscribe_resp3<T: ToRedisArgs>(&mut self, channel: T) -> RedisResult<()> {
        self.tell(Kind::Channel, false, channel)
    }

    /// Ends subscriptions to patterns.
    ///
    /// # Errors
    /// As for [`subscribe_resp3`](Self::subscribe_resp3).
    pub fn punsubscribe_resp3<T: ToRedisArgs>(&mut self, pchannel: T) -> RedisResult<()> {
        self.tell(Kind::Pattern, false, pchannel)
    }

    fn tell(&mut self, kind: Kind, on: bool, names: impl ToRedisArgs) -> RedisResult<()> {
        self.protocol.require_resp3("RESP3 is required for this command")?;
        cmd(kind.word(on)).arg(names).set_no_response(true).exec(self)
    }

    /// The value of a frame; a push goes to the push sender as well.
    fn handed_on(&mut self, read: Result<Frame, BlockingError>) -> RedisResult<Value> {
        let frame = match read {
            Ok(Frame::Reply(frame) | Frame::Push(frame)) => frame,
            Err(error) => return Err(self.failed(error)),
        };
        let value = read_reply(&frame)?;
        if let (Value::Push { kind, data }, Some(sender)) = (&value, &self.push_sender) {
            let _ = sender.send(PushInfo { kind: kind.clone(), data: data.clone() });
        }
        Ok(value)
    }

    /// The error as callers know it; the first one that ends the connection tells the push sender.
    fn failed(&mut self, error: BlockingError) -> RedisError {
        let ended = !self.con.is_open() && !std::mem::replace(&mut self.end_told, true);
        if let Some(sender) = self.push_sender.as_ref().filter(|_| ended) {
            let _ = sender.send(PushInfo::disconnection());
        }
        match error {
            BlockingError::Unwritten { source, .. }
            | BlockingError::Unanswered { source, .. }
            | BlockingError::Lost { source, .. } => source.into(),
            BlockingError::Malformed { source, .. } => ParsingError::from(source.to_string()).into(),
            BlockingError::Closed { reason: CloseReason::UnaskedReply } => {
                io::Error::new(io::ErrorKind::BrokenPipe, CloseReason::UnaskedReply.to_string()).into()
            }
            _ => RedisError::closed(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("con", &self.con).field("db", &self.db).finish_non_exhaustive()
    }
}
