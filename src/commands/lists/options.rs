//! Options of the list commands.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// The head, where index 0 is.
    Left,
    /// The tail, where index -1 is.
    Right,
}

impl ToRedisArgs for Direction {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Left => b"LEFT",
            Self::Right => b"RIGHT",
        });
    }
}

impl ToSingleRedisArg for Direction {}

/// Options of LPOS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LposOptions {
    count: Option<usize>,
    max_len: Option<usize>,
    rank: Option<isize>,
}

impl LposOptions {
    /// Finds up to `n` places instead of one, all when 0. The reply is then a list.
    #[must_use]
    pub fn count(mut self, n: usize) -> Self {
        self.count = Some(n);
        self
    }

    /// Compares at most `n` elements, all when 0.
    #[must_use]
    pub fn maxlen(mut self, n: usize) -> Self {
        self.max_len = Some(n);
        self
    }

    /// Begins with the `n`-th place: 1 is the first from the head, -1 the first from the tail. The server
    /// refuses 0.
    #[must_use]
    pub fn rank(mut self, n: isize) -> Self {
        self.rank = Some(n);
        self
    }
}

impl ToRedisArgs for LposOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.count.map(|n| ("COUNT", n)).write_redis_args(out);
        self.rank.map(|n| ("RANK", n)).write_redis_args(out);
        self.max_len.map(|n| ("MAXLEN", n)).write_redis_args(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn directions_write_their_word() {
        assert_eq!(written(Direction::Left), "LEFT");
        assert_eq!(written(Direction::Right), "RIGHT");
    }

    #[test]
    fn lpos_options_write_what_was_given() {
        assert_eq!(written(LposOptions::default()), "");
        assert_eq!(written(LposOptions::default().rank(-1)), "RANK -1");
        assert_eq!(written(LposOptions::default().maxlen(9).rank(2).count(0)), "COUNT 0 RANK 2 MAXLEN 9");
    }
}
