//! What the documented client does with keys of any type: whether they are there, for how long, and no more.

use std::time::Duration;

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};

use super::RedisClient;
use crate::commands::build;
use crate::commands::command::Command;
use crate::commands::types::ExpireOption;
use crate::error::Result;

/// Keys of any type.
impl RedisClient {
    /// Tells whether the key `name` exists.
    ///
    /// [`EXISTS`](https://redis.io/docs/latest/commands/exists/), since 1.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn exists<K>(&self, name: K) -> Result<bool>
    where
        K: ToSingleRedisArg,
    {
        self.exists_any(name).await
    }

    /// Tells whether any of `keys` exists; none of no keys does.
    ///
    /// [`EXISTS`](https://redis.io/docs/latest/commands/exists/), since 1.0.0, O(N).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn exists_any<K>(&self, keys: K) -> Result<bool>
    where
        K: ToRedisArgs,
    {
        self.exists_count(keys).await.map(|count| count > 0)
    }

    /// Gives how many of `keys` exist; one given twice counts twice, and of no keys none does.
    ///
    /// [`EXISTS`](https://redis.io/docs/latest/commands/exists/), since 1.0.0, O(N).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn exists_count<K>(&self, keys: K) -> Result<usize>
    where
        K: ToRedisArgs,
    {
        self.count(build::exists(keys)).await
    }

    /// Lets the key `name` expire after `time`, to the millisecond; zero deletes it now. `false` when there is no such
    /// key.
    ///
    /// [`PEXPIRE`](https://redis.io/docs/latest/commands/pexpire/), since 2.6.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn expire<K>(&self, name: K, time: Duration) -> Result<bool>
    where
        K: ToSingleRedisArg,
    {
        let command = build::expire_after(name, time);
        self.client()?.execute(command).await
    }

    /// Like [`expire`](Self::expire), where `option` says which present time to live may be replaced; `false` when it
    /// may not.
    ///
    /// [`PEXPIRE`](https://redis.io/docs/latest/commands/pexpire/), its options since 7.0.0, O(1).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn expire_with<K>(&self, name: K, time: Duration, option: ExpireOption) -> Result<bool>
    where
        K: ToSingleRedisArg,
    {
        let command = build::expire_after(name, time).arg(option);
        self.client()?.execute(command).await
    }

    /// Deletes `keys` and gives how many there were; of no keys none, and nothing is sent.
    ///
    /// [`DEL`](https://redis.io/docs/latest/commands/del/), since 1.0.0, O(N).
    ///
    /// # Errors
    /// As for every method; see [`RedisClient`].
    pub async fn delete<K>(&self, keys: K) -> Result<usize>
    where
        K: ToRedisArgs,
    {
        self.count(build::del(keys)).await
    }

    /// Sends a command that counts keys, unless it has none: the server would refuse it.
    async fn count(&self, command: Command) -> Result<usize> {
        let client = self.client()?;
        if command.arguments().next().is_none() {
            return Ok(0);
        }
        client.execute(command).await
    }
}
