//! Sends a command and reads the reply.

use super::Cmd;
use crate::compat::aio;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::FromRedisValue;

impl Cmd {
    /// Sends the command and reads the reply as a `T`.
    ///
    /// # Errors
    /// The server's error, a parse error when the reply is no `T`, or that of the connection.
    #[inline]
    pub fn query<T: FromRedisValue>(&self, con: &mut dyn ConnectionLike) -> RedisResult<T> {
        con.req_reply(self)?.read()
    }

    /// Sends the command and reads the reply as a `T`.
    ///
    /// # Errors
    /// The server's error, a parse error when the reply is no `T`, or that of the connection.
    #[inline]
    pub async fn query_async<T: FromRedisValue>(&self, con: &mut impl aio::ConnectionLike) -> RedisResult<T> {
        con.req_reply(self).await?.read()
    }

    /// Sends the command and looks at nothing but whether it failed.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    #[inline]
    pub fn exec(&self, con: &mut dyn ConnectionLike) -> RedisResult<()> {
        self.query(con)
    }

    /// Sends the command and looks at nothing but whether it failed.
    ///
    /// # Errors
    /// As for [`query_async`](Self::query_async).
    pub async fn exec_async(&self, con: &mut impl aio::ConnectionLike) -> RedisResult<()> {
        self.query_async(con).await
    }
}
