//! Optimistic transactions over an async connection.

use std::future::Future;

use redlane_resp::to_args::ToRedisArgs;

use super::ConnectionLike;
use crate::compat::cmd::cmd;
use crate::compat::error::{ErrorKind, RedisError};
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::pipeline::{Pipeline, pipe};

/// Runs `func` with watched keys until its transaction goes through.
///
/// The closure gets a clone of the connection and an atomic pipeline; it looks at the keys, fills the pipeline and queries
/// it: `None` says that a key was changed meanwhile, and then it is called again. Clones share a connection, and so its
/// watch: one transaction at a time.
///
/// # Errors
/// `InvalidClientConfig` without keys; that of the closure or of the connection.
///
/// ```no_run
/// use redlane::compat::{RedisResult, aio, cmd};
///
/// async fn double(con: aio::MultiplexedConnection) -> RedisResult<(i64,)> {
///     aio::transaction_async(con, &["hits"], |mut con, mut pipe| async move {
///         let hits: i64 = cmd("GET").arg("hits").query_async(&mut con).await?;
///         pipe.cmd("SET").arg("hits").arg(hits * 2).ignore().cmd("GET").arg("hits");
///         pipe.query_async(&mut con).await
///     })
///     .await
/// }
/// ```
pub async fn transaction_async<
    C: ConnectionLike + Clone,
    K: ToRedisArgs,
    T: FromRedisValue,
    F: FnMut(C, Pipeline) -> Fut,
    Fut: Future<Output = Result<Option<T>, RedisError>>,
>(
    mut connection: C,
    keys: &[K],
    mut func: F,
) -> Result<T, RedisError> {
    if keys.is_empty() {
        let text = "At least one key must be provided to watch for transactions";
        return Err((ErrorKind::InvalidClientConfig, text).into());
    }
    loop {
        cmd("WATCH").arg(keys).exec_async(&mut connection).await?;
        let mut pipeline = pipe();
        pipeline.atomic();
        let result = func(connection.clone(), pipeline).await;
        // The closure may never have sent the transaction that would have ended the watch.
        let _ = cmd("UNWATCH").exec_async(&mut connection).await;
        if let Some(result) = result? {
            return Ok(result);
        }
    }
}
