//! Several commands in one write.
//!
//! What surprises: unless [`ignore_errors`](Pipeline::ignore_errors) was asked for, one failed command makes the whole
//! result an error, which lists all failed ones; the others ran all the same.

mod query;
mod results;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use redlane_resp::to_args::ToRedisArgs;

use crate::compat::cmd::{Cmd, CommandCacheConfig, cmd};

pub(crate) use self::results::collect_replies;

/// Several commands in one write. The methods change it in place and give it back.
///
/// ```
/// let mut pipe = redlane::compat::pipe();
/// pipe.cmd("SET").arg("a").arg(1).ignore().cmd("GET").arg("a");
/// assert_eq!(pipe.len(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    commands: Vec<Cmd>,
    atomic: bool,
    /// Places of the commands whose replies are left out.
    ignored: BTreeSet<usize>,
    ignore_errors: bool,
}

/// Begins a pipeline.
pub fn pipe() -> Pipeline {
    Pipeline::new()
}

impl Pipeline {
    /// A pipeline without commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with room for so many commands.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { commands: Vec::with_capacity(capacity), ..Self::default() }
    }

    /// Runs all commands as one transaction, between `MULTI` and `EXEC`.
    #[inline]
    pub fn atomic(&mut self) -> &mut Self {
        self.atomic = true;
        self
    }

    /// Gives the results of the commands that worked even when others failed: read them as a list of
    /// [`RedisResult`](crate::compat::RedisResult)s.
    #[inline]
    pub fn ignore_errors(&mut self) -> &mut Self {
        self.ignore_errors = true;
        self
    }

    /// Whether it is a transaction.
    pub fn is_transaction(&self) -> bool {
        self.atomic
    }

    /// All commands as they go over the wire.
    pub fn get_packed_pipeline(&self) -> Vec<u8> {
        let mut packed = Vec::new();
        if self.atomic {
            cmd("MULTI").write_packed_command(&mut packed);
        }
        for command in &self.commands {
            command.write_packed_command(&mut packed);
        }
        if self.atomic {
            cmd("EXEC").write_packed_command(&mut packed);
        }
        packed
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there is no command.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Appends a command.
    #[inline]
    pub fn add_command(&mut self, cmd: Cmd) -> &mut Self {
        self.commands.push(cmd);
        self
    }

    /// Appends a command by its name.
    #[inline]
    pub fn cmd(&mut self, name: &str) -> &mut Self {
        self.add_command(cmd(name))
    }

    /// The commands in their order.
    pub fn cmd_iter(&self) -> impl Iterator<Item = &Cmd> {
        self.commands.iter()
    }

    /// Leaves the reply to the last command out of the result.
    #[inline]
    pub fn ignore(&mut self) -> &mut Self {
        if let Some(last) = self.commands.len().checked_sub(1) {
            self.ignored.insert(last);
        }
        self
    }

    /// Appends an argument to the last command.
    ///
    /// # Panics
    /// Without a command, as in redis-rs: there is nothing that the argument could belong to.
    #[inline]
    pub fn arg<T: ToRedisArgs>(&mut self, arg: T) -> &mut Self {
        self.last().arg(arg);
        self
    }

    /// Takes all commands out.
    #[inline]
    pub fn clear(&mut self) {
        self.commands.clear();
        self.ignored.clear();
    }

    /// How the last command uses the cache of its connection.
    ///
    /// # Panics
    /// Without a command, as in redis-rs.
    pub fn set_cache_config(&mut self, command_cache_config: CommandCacheConfig) -> &mut Self {
        self.last().set_cache_config(command_cache_config);
        self
    }

    #[expect(clippy::panic, reason = "the signature leaves no other way to say it, and redis-rs panics too")]
    fn last(&mut self) -> &mut Cmd {
        match self.commands.last_mut() {
            Some(last) => last,
            None => panic!("No command on stack"),
        }
    }
}
