//! What a blocking connection does, as third parties implement it.

use std::ops::DerefMut;

use crate::compat::aio::Answer;
use crate::compat::cmd::Cmd;
use crate::compat::error::RedisResult;
use crate::compat::value::Value;

/// A blocking connection: sends packed commands and gives their replies.
pub trait ConnectionLike {
    /// Sends one packed command and reads its reply. An error of the server is a value here.
    ///
    /// # Errors
    /// That of the connection.
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value>;

    /// Sends several packed commands, skips `offset` replies and gives the `count` behind them.
    ///
    /// # Errors
    /// That of the connection.
    #[doc(hidden)]
    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>>;

    /// Sends one command and reads its reply.
    ///
    /// # Errors
    /// That of the connection.
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.req_packed_command(&cmd.get_packed_command())
    }

    /// Sends one command and gives its reply as it came, where the connection can.
    ///
    /// # Errors
    /// That of the connection.
    #[doc(hidden)]
    fn req_reply(&mut self, cmd: &Cmd) -> RedisResult<Answer> {
        self.req_command(cmd).map(Answer::Value)
    }

    /// The number of the database that the connection was made for.
    fn get_db(&self) -> i64;

    /// Whether pipelines can be sent.
    #[doc(hidden)]
    fn supports_pipelining(&self) -> bool {
        true
    }

    /// Asks the server whether the connection works.
    fn check_connection(&mut self) -> bool;

    /// Whether the connection is not known to be closed.
    fn is_open(&self) -> bool;
}

impl<C, T> ConnectionLike for T
where
    C: ConnectionLike,
    T: DerefMut<Target = C>,
{
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        (**self).req_packed_command(cmd)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        (**self).req_packed_commands(cmd, offset, count)
    }

    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        (**self).req_command(cmd)
    }

    fn req_reply(&mut self, cmd: &Cmd) -> RedisResult<Answer> {
        (**self).req_reply(cmd)
    }

    fn get_db(&self) -> i64 {
        (**self).get_db()
    }

    fn supports_pipelining(&self) -> bool {
        (**self).supports_pipelining()
    }

    fn check_connection(&mut self) -> bool {
        (**self).check_connection()
    }

    fn is_open(&self) -> bool {
        (**self).is_open()
    }
}
