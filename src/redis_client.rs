//! The documented client: one object for a service, set up by the environment or by code, with plain Rust types in
//! and out.
//!
//! It is thin. Every call goes through the native [`Client`](crate::client::Client), which does the retrying, keeps the deadlines and names
//! the outcome of a failure; [`client`](RedisClient::client) hands it out for everything that has no method here. What
//! surprises: where the component that this ports answered `False` or `None` after an error, these methods return the
//! error. [`RedisClient::lenient`] is the view that answers as it did.

mod keys;
mod lenient;
mod lifecycle;
mod locks;
mod replies;
mod reports;
mod sweep;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};

use crate::commands::build;
use crate::commands::command::Command;
use crate::commands::duration::millis;
use crate::commands::native::{ConnectionCommands, ServerCommands};
use crate::commands::types::{SetExpiry, SetOptions};
use crate::error::{Error, Result};
use crate::info::Info;
use crate::script::Script;

use self::lifecycle::Lifecycle;

pub use self::lenient::Lenient;
pub use self::replies::{SetOutcome, Untyped};
pub use self::sweep::Sweep;

static HSET_WITH_TTL: Script = Script::new(include_str!("redis_client/hset_with_ttl.lua"));

/// The documented client. It is made without a connection, opened by [`initialize`](Self::initialize), shared by
/// reference or in an `Arc` with as many tasks as you like, and closed by [`close`](Self::close).
///
/// ```no_run
/// use std::time::Duration;
/// use redlane::prelude::*;
///
/// # async fn example() -> Result<(), Error> {
/// let redis = RedisClient::new();
/// redis.initialize().await?;
///
/// redis.set_ex("user:123:email", "ada@example.com", Duration::from_secs(3600)).await?;
/// redis.hset("user:123", [("name", "Ada"), ("city", "London")]).await?;
/// redis.hincrby("user:123", "logins", 1).await?;
/// assert_eq!(redis.hget("user:123", "name").await?.as_deref(), Some("Ada"));
///
/// redis.close().await;
/// # Ok(()) }
/// ```
///
/// # Every method
///
/// Keys, fields and values are anything that is one argument ([`ToSingleRedisArg`]): `&str`, `String`, `&[u8]`,
/// `Vec<u8>`, [`Bytes`](bytes::Bytes), integers, floats, `bool` (as `1` or `0`), and references to these. `keys` and
/// `sections` are one of them or a list by reference, as in `delete(&["a", "b"])` ([`ToRedisArgs`]).
///
/// ```text
/// pub const fn new() -> Self
/// pub const fn with_config(config: Config) -> Self
/// pub async fn initialize(&self) -> Result<()>
/// pub fn is_initialized(&self) -> bool
/// pub fn client(&self) -> Result<Client>
/// pub async fn close(&self)
/// pub fn lenient(&self) -> Lenient<'_>
///
/// pub async fn set<K, V>(&self, key: K, value: V) -> Result<bool>
/// pub async fn set_ex<K, V>(&self, key: K, value: V, time: Duration) -> Result<bool>
/// pub async fn set_nx<K, V>(&self, key: K, value: V) -> Result<bool>
/// pub async fn set_with<K, V>(&self, key: K, value: V, options: SetOptions) -> Result<SetOutcome>
/// pub async fn get<K>(&self, key: K) -> Result<Option<String>>
///
/// pub async fn hset<K, F, V>(&self, name: K, mapping: impl IntoIterator<Item = (F, V)>) -> Result<usize>
/// pub async fn hset_with_ttl<K, F, V>(&self, name: K, mapping: impl IntoIterator<Item = (F, V)>, ttl: Duration) -> Result<usize>
/// pub async fn hget<K, F>(&self, name: K, key: F) -> Result<Option<String>>
/// pub async fn hgetall<K>(&self, name: K) -> Result<HashMap<String, String>>
/// pub async fn hgetall_opt<K>(&self, name: K) -> Result<Option<HashMap<String, String>>>
/// pub async fn hincrby<K, F>(&self, name: K, key: F, amount: i64) -> Result<i64>
///
/// pub async fn exists<K>(&self, name: K) -> Result<bool>
/// pub async fn exists_any<K>(&self, keys: K) -> Result<bool>
/// pub async fn exists_count<K>(&self, keys: K) -> Result<usize>
/// pub async fn expire<K>(&self, name: K, time: Duration) -> Result<bool>
/// pub async fn expire_with<K>(&self, name: K, time: Duration, option: ExpireOption) -> Result<bool>
/// pub async fn delete<K>(&self, keys: K) -> Result<usize>
///
/// pub async fn ping(&self) -> Result<bool>
/// pub async fn info(&self) -> Result<Info>
/// pub async fn info_sections<S>(&self, sections: S) -> Result<Info>
/// pub async fn execute(&self, command: impl Into<Command>) -> Result<Untyped>
/// pub async fn memory_purge(&self) -> Result<()>
/// pub async fn sweep_expired(&self, pattern: Option<&str>) -> Result<Sweep>
///
/// pub fn lock(&self, name: impl Into<String>) -> Result<Lock>
/// pub fn locks(&self) -> Result<LockManager>
/// pub async fn with_lock<F, Fut>(&self, name: impl Into<String>, ttl: Duration, body: F) -> Result<Fut::Output, LockError>
///
/// pub async fn get_connection_info(&self) -> Result<ConnectionInfo>
/// pub async fn get_health_status(&self) -> HealthReport
/// pub async fn get_memory_usage(&self) -> Result<MemoryUsage>
/// pub async fn get_performance_metrics(&self) -> Result<PerformanceMetrics>
/// pub async fn key_metrics(&self) -> Result<KeyMetrics>
/// pub async fn memory_check(&self) -> Result<MemoryCheck>
/// pub async fn health(&self) -> Health
/// pub fn monitor(&self) -> RedisMonitor<&Self>
/// pub async fn probe(&self) -> Result<ProbeReport>
/// ```
///
/// # Errors
///
/// Every method that talks to the server fails with the one [`Error`], whose kind says what to do and whose
/// [`outcome`](Error::outcome) says whether the command may have run: before `initialize` with `NotInitialized`, after
/// `close` with `Closed`, both at once and without a byte sent.
///
/// # Text and bytes
///
/// What is read as text is strict UTF-8. A value that is none is a conversion error that holds its bytes; the
/// connection is in step and goes on. Read such values as bytes to begin with, through the native client:
///
/// ```no_run
/// # use redlane::prelude::*;
/// # async fn example(redis: &RedisClient) -> Result<(), Error> {
/// let image = redis.client()?.get("user:123:image").read_as::<Option<Bytes>>().await?;
/// # let _ = image; Ok(()) }
/// ```
///
/// # Runtimes
///
/// The runtime on which [`initialize`](Self::initialize) was called drives the connection; calls may come from any. When
/// it is gone, calls fail at once with `RuntimeGone`, and `initialize` moves the client to the runtime of its caller. A
/// runtime that is there and not run, as a `current_thread` one outside of `block_on`, drives nothing: calls from
/// elsewhere wait for it.
///
/// # Cancel safety
///
/// Any future here may be dropped: a command not yet sent never runs, of one that was sent only the reply is lost.
#[derive(Debug)]
pub struct RedisClient {
    lifecycle: Lifecycle,
}

/// Strings.
impl RedisClient {
    /// Sets `key` to `value`, whatever was there, and removes its time to live. Always `true`.
    ///
    /// [`SET`](https://redis.io/docs/latest/commands/set/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn set<K, V>(&self, key: K, value: V) -> Result<bool>
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let command = build::set(key, value);
        self.client()?.execute::<()>(command).await?;
        Ok(true)
    }

    /// Sets `key` to `value` for `time`, a fraction of a second included. Always `true`.
    ///
    /// [`SET`](https://redis.io/docs/latest/commands/set/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// A `time` of zero is the server's error (`invalid expire time`); nothing is set then.
    pub async fn set_ex<K, V>(&self, key: K, value: V, time: Duration) -> Result<bool>
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let options = SetOptions::default().with_expiration(SetExpiry::after(time));
        let command = build::set_options(key, value, options);
        self.client()?.execute::<()>(command).await?;
        Ok(true)
    }

    /// Sets `key` to `value` unless it exists. `false` when it does.
    ///
    /// [`SETNX`](https://redis.io/docs/latest/commands/setnx/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn set_nx<K, V>(&self, key: K, value: V) -> Result<bool>
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let command = build::set_nx(key, value);
        self.client()?.execute(command).await
    }

    /// Sets `key` to `value` with any of the options of SET, and says what became of it and, where it was asked for,
    /// of the old value.
    ///
    /// [`SET`](https://redis.io/docs/latest/commands/set/), since 1.0.0, O(1); which server knows which option
    /// stands with the option.
    ///
    /// # Errors
    /// An old value that is not UTF-8 is a conversion error; the new value may be set all the same.
    pub async fn set_with<K, V>(&self, key: K, value: V, options: SetOptions) -> Result<SetOutcome>
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let command = build::set_options(key, value, options.clone());
        let reply = self.client()?.execute(command).await?;
        Ok(SetOutcome::of(reply, &options))
    }

    /// Gives the value of `key`; `None` when there is no such key, `Some("")` when it is empty.
    ///
    /// [`GET`](https://redis.io/docs/latest/commands/get/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// `WRONGTYPE` for a key that is no string; a conversion error for a value that is not UTF-8.
    pub async fn get<K>(&self, key: K) -> Result<Option<String>>
    where
        K: ToSingleRedisArg,
    {
        let command = build::get(key);
        self.client()?.execute(command).await
    }
}

/// Hashes.
impl RedisClient {
    /// Sets fields of the hash `name` and gives how many of them are new: 0 when all were there and have other values
    /// now.
    ///
    /// [`HSET`](https://redis.io/docs/latest/commands/hset/), since 2.0.0, O(N).
    ///
    /// # Errors
    /// A usage error for a mapping without fields; nothing is sent then.
    pub async fn hset<K, F, V>(&self, name: K, mapping: impl IntoIterator<Item = (F, V)>) -> Result<usize>
    where
        K: ToSingleRedisArg,
        F: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let command = build::hset_all(name, fields(mapping)?);
        self.client()?.execute(command).await
    }

    /// Sets fields of the hash `name` and its time to live, both or neither, and gives how many fields are new.
    ///
    /// Two commands one after the other would leave a hash without an end when the caller dies in between. Sent as a
    /// script, O(N).
    ///
    /// # Errors
    /// A usage error for a mapping without fields or a `ttl` of zero; nothing is sent then.
    pub async fn hset_with_ttl<K, F, V>(
        &self,
        name: K,
        mapping: impl IntoIterator<Item = (F, V)>,
        ttl: Duration,
    ) -> Result<usize>
    where
        K: ToSingleRedisArg,
        F: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        if ttl.is_zero() {
            return Err(Error::usage("a time to live of zero would delete the hash"));
        }
        let call = HSET_WITH_TTL.key(name).arg(millis(ttl)).arg(fields(mapping)?);
        call.call(&self.client()?).await
    }

    /// Gives the value of the field `key` of the hash `name`; `None` when there is no such field or hash.
    ///
    /// [`HGET`](https://redis.io/docs/latest/commands/hget/), since 2.0.0, O(1).
    ///
    /// # Errors
    /// `WRONGTYPE` for a key that is no hash; a conversion error for a value that is not UTF-8.
    pub async fn hget<K, F>(&self, name: K, key: F) -> Result<Option<String>>
    where
        K: ToSingleRedisArg,
        F: ToSingleRedisArg,
    {
        let command = build::hget(name, key);
        self.client()?.execute(command).await
    }

    /// Gives all fields of the hash `name` with their values. An absent hash gives an empty map.
    ///
    /// For another type (a `BTreeMap`, a `Vec` of pairs in the server's order) ask the native client:
    /// `redis.client()?.hgetall("user:1").read_as::<Vec<(String, String)>>()`.
    ///
    /// [`HGETALL`](https://redis.io/docs/latest/commands/hgetall/), since 2.0.0, O(N).
    ///
    /// # Errors
    /// `WRONGTYPE` for a key that is no hash; a conversion error for a field or value that is not UTF-8.
    pub async fn hgetall<K>(&self, name: K) -> Result<HashMap<String, String>>
    where
        K: ToSingleRedisArg,
    {
        let command = build::hgetall(name);
        self.client()?.execute(command).await
    }

    /// Like [`hgetall`](Self::hgetall), with `None` for an absent hash: one question, where asking for its existence
    /// first would race with its end.
    ///
    /// # Errors
    /// As [`hgetall`](Self::hgetall).
    pub async fn hgetall_opt<K>(&self, name: K) -> Result<Option<HashMap<String, String>>>
    where
        K: ToSingleRedisArg,
    {
        let fields = self.hgetall(name).await?;
        Ok(Some(fields).filter(|fields| !fields.is_empty()))
    }

    /// Adds `amount` to the number in the field `key` of the hash `name` and gives the sum; an absent field counts
    /// as 0.
    ///
    /// [`HINCRBY`](https://redis.io/docs/latest/commands/hincrby/), since 2.0.0, O(1).
    ///
    /// # Errors
    /// The server's, when the field holds no integer or the sum would overflow. Never repeated when it may have run.
    pub async fn hincrby<K, F>(&self, name: K, key: F, amount: i64) -> Result<i64>
    where
        K: ToSingleRedisArg,
        F: ToSingleRedisArg,
    {
        let command = build::hincr_by(name, key, amount);
        self.client()?.execute(command).await
    }
}

/// The server.
impl RedisClient {
    /// `true` when the server answers `PONG`.
    ///
    /// [`PING`](https://redis.io/docs/latest/commands/ping/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// Why there is no answer; a server that refuses (`NOAUTH`, `LOADING`) is an error too.
    pub async fn ping(&self) -> Result<bool> {
        let answer = self.client()?.ping().await?;
        Ok(answer == "PONG")
    }

    /// Gives what the server says about itself, its default sections. These leave out `commandstats` and
    /// `latencystats`: name them in [`info_sections`](Self::info_sections).
    ///
    /// [`INFO`](https://redis.io/docs/latest/commands/info/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn info(&self) -> Result<Info> {
        self.client()?.execute(build::info_text()).await
    }

    /// Gives these sections of what the server says about itself; one it does not know is empty. Several at once since
    /// 7.0.0; `all` and `everything` are sections too.
    ///
    /// [`INFO`](https://redis.io/docs/latest/commands/info/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn info_sections<S>(&self, sections: S) -> Result<Info>
    where
        S: ToRedisArgs,
    {
        let command = build::info_sections(sections);
        self.client()?.execute(command).await
    }

    /// Sends any command, see [`cmd`](crate::commands::command::cmd), and gives its reply as it is. Whether strings
    /// in it are text or bytes follows the setting `decode_responses`.
    ///
    /// ```no_run
    /// # use redlane::prelude::*;
    /// # async fn example(redis: &RedisClient) -> Result<(), Error> {
    /// let encoding = redis.execute(cmd("OBJECT").arg("ENCODING").arg("user:123")).await?;
    /// # let _ = encoding; Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The server's error, for one that is the whole reply; one inside of it is an element.
    pub async fn execute(&self, command: impl Into<Command>) -> Result<Untyped> {
        let command = command.into();
        let client = self.client()?;
        let reply = client.execute(command).await?;
        Ok(Untyped::of(reply, client.config().decode_responses()))
    }

    /// Has the server give unused memory back to the system.
    ///
    /// It frees pages of the allocator and removes no key, though the component that this ports says so; for that see
    /// [`sweep_expired`](Self::sweep_expired).
    ///
    /// [`MEMORY PURGE`](https://redis.io/docs/latest/commands/memory-purge/), since 4.0.0; its cost depends on the
    /// memory in use.
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn memory_purge(&self) -> Result<()> {
        self.client()?.memory_purge().await
    }
}

/// The pairs of a mapping; an empty one is an error here, as the server would refuse it.
fn fields<F, V>(mapping: impl IntoIterator<Item = (F, V)>) -> Result<Vec<(F, V)>> {
    let fields: Vec<(F, V)> = mapping.into_iter().collect();
    if fields.is_empty() { Err(Error::usage("a mapping without fields sets nothing")) } else { Ok(fields) }
}
