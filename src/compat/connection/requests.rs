//! Commands and pipelines over the blocking connection.

use redlane_resp::reply::{Replies, Reply};

use super::Connection;
use crate::compat::aio::Answer;
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::pipeline::collect_replies;
use crate::compat::value::{Value, read_reply};

impl ConnectionLike for Connection {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.req_reply(cmd)?.into_value()
    }

    fn req_reply(&mut self, cmd: &Cmd) -> RedisResult<Answer> {
        self.leave_subscriptions()?;
        if cmd.is_empty() {
            return Err(RedisError::empty_command());
        }
        if cmd.is_no_response() {
            self.send_packed_command(&cmd.get_packed_command())?;
            return Ok(Answer::Value(Value::Nil));
        }
        let replies = self.con.request(cmd.wire()).map_err(|error| self.failed(error))?;
        single(replies).map(Answer::Reply)
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        let replies = self.request_packed(cmd, 1, true)?;
        Ok(read_reply(&single(replies)?)?)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        let replies = self.request_packed(cmd, offset.saturating_add(count), offset > 0)?;
        let values: Result<Vec<Value>, _> = replies.into_iter().map(|reply| read_reply(&reply)).collect();
        collect_replies(values?, offset)
    }

    fn get_db(&self) -> i64 {
        self.db
    }

    fn check_connection(&mut self) -> bool {
        cmd("PING").query::<String>(self).is_ok()
    }

    fn is_open(&self) -> bool {
        self.con.is_open()
    }
}

impl Connection {
    fn request_packed(&mut self, packed: &[u8], frames: usize, whole: bool) -> RedisResult<Replies> {
        self.leave_subscriptions()?;
        if packed.is_empty() {
            return Err(RedisError::empty_command());
        }
        let replies = self.con.request_encoded(packed, frames, whole);
        replies.map_err(|error| self.failed(error))
    }
}

fn single(replies: Replies) -> RedisResult<Reply> {
    replies.into_single().ok_or_else(RedisError::closed)
}
