//! Optimistic transactions: watch keys, look, write only if nobody else did.

use redlane_resp::to_args::ToRedisArgs;

use crate::compat::cmd::cmd;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::pipeline::{Pipeline, pipe};

/// Runs `func` with watched keys until its transaction goes through.
///
/// The closure looks at the keys, fills the pipeline, which is atomic already, and queries it: `None` says that a key was
/// changed meanwhile, and then it is called again.
///
/// # Errors
/// That of the closure or of the connection.
///
/// ```no_run
/// use redlane::compat::{Client, cmd, transaction};
///
/// # fn main() -> redlane::compat::RedisResult<()> {
/// let mut con = Client::open("redis://127.0.0.1/")?.get_connection()?;
/// let (count,): (i64,) = transaction(&mut con, &["hits"], |con, pipe| {
///     let hits: Option<i64> = cmd("GET").arg("hits").query(con)?;
///     pipe.cmd("SET").arg("hits").arg(hits.unwrap_or(0) * 2).ignore().cmd("GET").arg("hits").query(con)
/// })?;
/// # Ok(())
/// # }
/// ```
pub fn transaction<
    C: ConnectionLike,
    K: ToRedisArgs,
    T,
    F: FnMut(&mut C, &mut Pipeline) -> RedisResult<Option<T>>,
>(
    con: &mut C,
    keys: &[K],
    mut func: F,
) -> RedisResult<T> {
    loop {
        cmd("WATCH").arg(keys).exec(con)?;
        if let Some(result) = func(con, pipe().atomic())? {
            // The closure may never have sent the transaction that would have ended the watch.
            cmd("UNWATCH").exec(con)?;
            return Ok(result);
        }
    }
}
