//! Options of the scripting commands.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// When the memory of flushed scripts or functions is freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlushMode {
    /// Before the reply.
    #[default]
    Sync,
    /// In the background.
    Async,
}

impl ToRedisArgs for FlushMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Sync => b"SYNC".as_slice(),
            Self::Async => b"ASYNC",
        });
    }
}

/// What becomes of the libraries that are there when others are restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FunctionRestorePolicy {
    /// They stay; one of the same name is an error.
    #[default]
    Append,
    /// They are all deleted first.
    Flush,
    /// They stay, but for those of the same name.
    Replace,
}

impl ToRedisArgs for FunctionRestorePolicy {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Append => b"APPEND".as_slice(),
            Self::Flush => b"FLUSH",
            Self::Replace => b"REPLACE",
        });
    }
}

/// Which libraries FUNCTION LIST gives, and whether with their code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionListOptions {
    library: Option<String>,
    with_code: bool,
}

impl FunctionListOptions {
    /// Gives only libraries whose name matches a glob pattern.
    #[must_use]
    pub fn library(mut self, pattern: impl Into<String>) -> Self {
        self.library = Some(pattern.into());
        self
    }

    /// Gives the libraries' code too.
    #[must_use]
    pub fn with_code(mut self) -> Self {
        self.with_code = true;
        self
    }
}

impl ToRedisArgs for FunctionListOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.library.as_ref().map(|pattern| ("LIBRARYNAME", pattern)).write_redis_args(out);
        if self.with_code {
            out.write_arg(b"WITHCODE");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn modes_and_policies_write_their_words() {
        use FunctionRestorePolicy::{Append, Flush, Replace};

        assert_eq!(written([FlushMode::Sync, FlushMode::Async].as_slice()), "SYNC ASYNC");
        assert_eq!(written([Append, Flush, Replace].as_slice()), "APPEND FLUSH REPLACE");
    }

    #[test]
    fn function_list_options_write_pattern_and_code() {
        let options = FunctionListOptions::default().with_code().library("my*");

        assert_eq!(written(options), "LIBRARYNAME my* WITHCODE");
        assert_eq!(written(FunctionListOptions::default()), "");
    }
}
