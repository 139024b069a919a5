//! Lua scripts: sent by their digest, and loaded when the server does not know them.

use std::fmt;

use redlane_resp::to_args::ToRedisArgs;
use sha1_smol::Sha1;

use crate::compat::aio;
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, RedisResult, ServerErrorKind};
use crate::compat::from_redis_value::FromRedisValue;

/// A Lua script.
///
/// ```no_run
/// # fn example(con: &mut impl redlane::compat::ConnectionLike) -> redlane::compat::RedisResult<()> {
/// let script = redlane::compat::Script::new("return tonumber(ARGV[1]) + tonumber(ARGV[2])");
/// let sum: i32 = script.arg(1).arg(2).invoke(con)?;
/// assert_eq!(sum, 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Script {
    code: String,
    hash: String,
}

impl Script {
    /// A script of this code.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), hash: Sha1::from(code).digest().to_string() }
    }

    /// The digest by which the server knows it, in hexadecimal.
    pub fn get_hash(&self) -> &str {
        &self.hash
    }

    /// Begins a call with a key, or several.
    #[inline]
    pub fn key<T: ToRedisArgs>(&self, key: T) -> ScriptInvocation<'_> {
        ScriptInvocation { script: self, keys: key.to_redis_args(), args: Vec::new() }
    }

    /// Begins a call with an argument, or several.
    #[inline]
    pub fn arg<T: ToRedisArgs>(&self, arg: T) -> ScriptInvocation<'_> {
        ScriptInvocation { script: self, keys: Vec::new(), args: arg.to_redis_args() }
    }

    /// Begins a call.
    #[inline]
    pub fn prepare_invoke(&self) -> ScriptInvocation<'_> {
        ScriptInvocation { script: self, keys: Vec::new(), args: Vec::new() }
    }

    /// Calls the script without keys and arguments.
    ///
    /// # Errors
    /// As for [`ScriptInvocation::invoke`].
    #[inline]
    pub fn invoke<T: FromRedisValue>(&self, con: &mut dyn ConnectionLike) -> RedisResult<T> {
        self.prepare_invoke().invoke(con)
    }

    /// Calls the script without keys and arguments.
    ///
    /// # Errors
    /// As for [`ScriptInvocation::invoke`].
    #[inline]
    pub async fn invoke_async<C, T>(&self, con: &mut C) -> RedisResult<T>
    where
        C: aio::ConnectionLike,
        T: FromRedisValue,
    {
        self.prepare_invoke().invoke_async(con).await
    }

    /// Loads the script and gives its digest.
    ///
    /// # Errors
    /// The server's error, as for code that does not compile, or that of the connection.
    #[inline]
    pub fn load(&self, con: &mut dyn ConnectionLike) -> RedisResult<String> {
        self.load_cmd().query(con)
    }

    /// Loads the script and gives its digest.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    #[inline]
    pub async fn load_async<C>(&self, con: &mut C) -> RedisResult<String>
    where
        C: aio::ConnectionLike,
    {
        self.load_cmd().query_async(con).await
    }

    pub(crate) fn load_cmd(&self) -> Cmd {
        cmd("SCRIPT").arg("LOAD").arg(&self.code).take()
    }
}

/// A call of a script, with its keys and arguments.
pub struct ScriptInvocation<'a> {
    script: &'a Script,
    keys: Vec<Vec<u8>>,
    args: Vec<Vec<u8>>,
}

impl<'a> ScriptInvocation<'a> {
    /// Appends an argument, or several.
    #[inline]
    pub fn arg<'b, T: ToRedisArgs>(&'b mut self, arg: T) -> &'b mut Self
    where
        'a: 'b,
    {
        arg.write_redis_args(&mut self.args);
        self
    }

    /// Appends a key, or several.
    #[inline]
    pub fn key<'b, T: ToRedisArgs>(&'b mut self, key: T) -> &'b mut Self
    where
        'a: 'b,
    {
        key.write_redis_args(&mut self.keys);
        self
    }

    /// Calls the script, and loads it first when the server does not know it.
    ///
    /// # Errors
    /// The server's or the script's error, a parse error when the reply is no `T`, or that of the connection.
    #[inline]
    pub fn invoke<T: FromRedisValue>(&self, con: &mut dyn ConnectionLike) -> RedisResult<T> {
        let call = self.eval_cmd();
        match call.query(con) {
            Err(error) if error.kind() == UNKNOWN => {
                self.load(con)?;
                call.query(con)
            }
            done => done,
        }
    }

    /// Calls the script, and loads it first when the server does not know it.
    ///
    /// # Errors
    /// As for [`invoke`](Self::invoke).
    #[inline]
    pub async fn invoke_async<T: FromRedisValue>(
        &self,
        con: &mut impl aio::ConnectionLike,
    ) -> RedisResult<T> {
        let call = self.eval_cmd();
        match call.query_async(con).await {
            Err(error) if error.kind() == UNKNOWN => {
                self.load_async(con).await?;
                call.query_async(con).await
            }
            done => done,
        }
    }

    /// Loads the script and gives its digest.
    ///
    /// # Errors
    /// As for [`Script::load`].
    #[inline]
    pub fn load(&self, con: &mut dyn ConnectionLike) -> RedisResult<String> {
        self.script.load(con)
    }

    /// Loads the script and gives its digest.
    ///
    /// # Errors
    /// As for [`Script::load`].
    #[inline]
    pub async fn load_async<C>(&self, con: &mut C) -> RedisResult<String>
    where
        C: aio::ConnectionLike,
    {
        self.script.load_async(con).await
    }

    pub(crate) fn eval_cmd(&self) -> Cmd {
        cmd("EVALSHA").arg(&self.script.hash).arg(self.keys.len()).arg(&self.keys).arg(&self.args).take()
    }
}

const UNKNOWN: ErrorKind = ErrorKind::Server(ServerErrorKind::NoScript);

/// How many keys and arguments: they may be secrets.
impl fmt::Debug for ScriptInvocation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptInvocation")
            .field("script", &self.script)
            .field("args", &self.args.len())
            .field("keys", &self.keys.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_the_script_by_its_digest() {
        let script = Script::new("return KEYS[1]");
        let mut call = script.key("dummy");
        call.arg(7);

        let packed = String::from_utf8(call.eval_cmd().get_packed_command()).unwrap();

        assert_eq!(script.get_hash(), "4a2267357833227dd98abdedb8cf24b15a986445");
        assert_eq!(
            packed,
            "*5\r\n$7\r\nEVALSHA\r\n$40\r\n4a2267357833227dd98abdedb8cf24b15a986445\r\n$1\r\n1\r\n\
             $5\r\ndummy\r\n$1\r\n7\r\n"
        );
        assert!(!format!("{call:?}").contains("dummy"));
    }
}
