//! Sends a pipeline and reads the replies.

use super::Pipeline;
use crate::compat::aio;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, RedisResult};
use crate::compat::from_redis_value::FromRedisValue;

impl Pipeline {
    /// Sends all commands in one write and reads the replies that are not ignored.
    ///
    /// # Errors
    /// Commands failed, and which; the transaction was aborted; the replies are no `T`; or that of the connection.
    #[inline]
    pub fn query<T: FromRedisValue>(&self, con: &mut dyn ConnectionLike) -> RedisResult<T> {
        if !con.supports_pipelining() {
            return Err((ErrorKind::Client, "This connection does not support pipelining.").into());
        }
        let (offset, count) = self.wanted();
        self.complete(con.req_packed_commands(&self.get_packed_pipeline(), offset, count)?)
    }

    /// Sends all commands in one write and reads the replies that are not ignored.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    #[inline]
    pub async fn query_async<T: FromRedisValue>(&self, con: &mut impl aio::ConnectionLike) -> RedisResult<T> {
        let (offset, count) = self.wanted();
        self.complete(con.req_packed_commands(self, offset, count).await?)
    }

    /// Sends all commands in one write and looks at nothing but whether one failed.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    #[inline]
    pub fn exec(&self, con: &mut dyn ConnectionLike) -> RedisResult<()> {
        self.query(con)
    }

    /// Sends all commands in one write and looks at nothing but whether one failed.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    pub async fn exec_async(&self, con: &mut impl aio::ConnectionLike) -> RedisResult<()> {
        self.query_async(con).await
    }
}
