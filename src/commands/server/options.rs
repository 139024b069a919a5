//! Options of the server commands.

use std::time::Duration;

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

use crate::commands::duration::millis;

/// Options of FLUSHALL and FLUSHDB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlushAllOptions {
    /// Frees the memory before answering (`SYNC`), instead of in the background (`ASYNC`).
    pub blocking: bool,
}

impl FlushAllOptions {
    /// Frees the memory before answering, or in the background.
    #[must_use]
    pub fn blocking(mut self, blocking: bool) -> Self {
        self.blocking = blocking;
        self
    }
}

/// Options of FLUSHDB.
pub type FlushDbOptions = FlushAllOptions;

impl ToRedisArgs for FlushAllOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(if self.blocking { b"SYNC" } else { b"ASYNC" });
    }
}

impl ToSingleRedisArg for FlushAllOptions {}

/// Options of FAILOVER. Without a target the server takes the replica that is nearest to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailoverOptions {
    target: Option<(String, u16, bool)>,
    timeout: Option<Duration>,
}

impl FailoverOptions {
    /// Hands over to this replica; when it has not caught up in time, nothing changes.
    #[must_use]
    pub fn to(mut self, host: impl Into<String>, port: u16) -> Self {
        self.target = Some((host.into(), port, false));
        self
    }

    /// Hands over to this replica once the time is up, whether or not it has caught up. Writes may be lost.
    #[must_use]
    pub fn force_to(mut self, host: impl Into<String>, port: u16, timeout: Duration) -> Self {
        self.target = Some((host.into(), port, true));
        self.timeout(timeout)
    }

    /// Waits at most that long for the replica to catch up, rounded up to a millisecond.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl ToRedisArgs for FailoverOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if let Some((host, port, force)) = &self.target {
            ("TO", host, port).write_redis_args(out);
            if *force {
                out.write_arg(b"FORCE");
            }
        }
        self.timeout.map(|timeout| ("TIMEOUT", millis(timeout).max(1))).write_redis_args(out);
    }
}

/// Which commands COMMAND LIST gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandFilter {
    /// Those of a module.
    Module(String),
    /// Those of an ACL category, without the `@`.
    AclCategory(String),
    /// Those whose name matches a glob pattern.
    Pattern(String),
}

impl ToRedisArgs for CommandFilter {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(b"FILTERBY");
        match self {
            Self::Module(name) => ("MODULE", name).write_redis_args(out),
            Self::AclCategory(name) => ("ACLCAT", name).write_redis_args(out),
            Self::Pattern(pattern) => ("PATTERN", pattern).write_redis_args(out),
        }
    }
}

/// Which log of Valkey's COMMANDLOG is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandLogKind {
    /// Commands that took long.
    Slow,
    /// Commands with large requests.
    LargeRequest,
    /// Commands with large replies.
    LargeReply,
}

impl ToRedisArgs for CommandLogKind {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Slow => b"slow".as_slice(),
            Self::LargeRequest => b"large-request",
            Self::LargeReply => b"large-reply",
        });
    }
}

/// How a module is loaded by MODULE LOADEX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleOptions {
    configs: Vec<(String, String)>,
    arguments: Vec<String>,
}

impl ModuleOptions {
    /// Sets one of the module's configuration parameters.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.push((name.into(), value.into()));
        self
    }

    /// Hands an argument to the module.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

impl ToRedisArgs for ModuleOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        for (name, value) in &self.configs {
            ("CONFIG", name, value).write_redis_args(out);
        }
        if !self.arguments.is_empty() {
            ("ARGS", self.arguments.as_slice()).write_redis_args(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn flush_options_say_how_memory_is_freed() {
        assert_eq!(written(FlushAllOptions::default()), "ASYNC");
        assert_eq!(written(FlushDbOptions::default().blocking(true)), "SYNC");
    }

    #[test]
    fn failover_options_force_only_with_a_time() {
        let forced = FailoverOptions::default().force_to("h", 7, Duration::from_micros(1));

        assert_eq!(written(FailoverOptions::default()), "");
        assert_eq!(written(FailoverOptions::default().to("h", 7)), "TO h 7");
        assert_eq!(written(forced), "TO h 7 FORCE TIMEOUT 1");
        assert_eq!(written(FailoverOptions::default().timeout(Duration::from_secs(1))), "TIMEOUT 1000");
    }

    #[test]
    fn filters_and_kinds_write_their_words() {
        assert_eq!(written(CommandFilter::Module("json".to_owned())), "FILTERBY MODULE json");
        assert_eq!(written(CommandFilter::AclCategory("fast".to_owned())), "FILTERBY ACLCAT fast");
        assert_eq!(written(CommandFilter::Pattern("z*".to_owned())), "FILTERBY PATTERN z*");
        assert_eq!(written(CommandLogKind::Slow), "slow");
        assert_eq!(written(CommandLogKind::LargeRequest), "large-request");
        assert_eq!(written(CommandLogKind::LargeReply), "large-reply");
    }

    #[test]
    fn module_options_write_configs_before_arguments() {
        let options = ModuleOptions::default().argument("a").config("c", "1").argument("b");

        assert_eq!(written(options), "CONFIG c 1 ARGS a b");
        assert_eq!(written(ModuleOptions::default()), "");
    }
}
