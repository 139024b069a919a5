//! How a stream is trimmed: to a length or to a smallest id, exactly or nearly.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::StreamDeletionPolicy;

/// To which length a stream is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamMaxlen {
    /// Exactly so many entries at most.
    Equals(usize),
    /// About so many at most, and never fewer: whole blocks are dropped, which costs far less.
    Approx(usize),
}

impl ToRedisArgs for StreamMaxlen {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Equals(length) => ("MAXLEN", "=", length).write_redis_args(out),
            Self::Approx(length) => ("MAXLEN", "~", length).write_redis_args(out),
        }
    }
}

/// Whether a stream is trimmed exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamTrimmingMode {
    /// Exactly.
    Exact,
    /// Nearly, and never too much: whole blocks are dropped, which costs far less.
    Approx,
}

impl ToRedisArgs for StreamTrimmingMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Exact => b"=",
            Self::Approx => b"~",
        });
    }
}

/// What is trimmed from a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamTrimStrategy {
    /// The oldest entries beyond a length; the last part bounds the work of a near trim.
    MaxLen(StreamTrimmingMode, usize, Option<usize>),
    /// The entries before an id; the last part bounds the work of a near trim.
    MinId(StreamTrimmingMode, String, Option<usize>),
}

impl StreamTrimStrategy {
    /// Trims to a length.
    #[must_use]
    pub fn maxlen(trim: StreamTrimmingMode, max_entries: usize) -> Self {
        Self::MaxLen(trim, max_entries, None)
    }

    /// Trims what is older than an entry.
    #[must_use]
    pub fn minid(trim: StreamTrimmingMode, stream_id: impl Into<String>) -> Self {
        Self::MinId(trim, stream_id.into(), None)
    }

    /// Looks at no more than that many entries; only a near trim may be bounded so.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        match self {
            Self::MaxLen(trim, length, _) => Self::MaxLen(trim, length, Some(limit)),
            Self::MinId(trim, id, _) => Self::MinId(trim, id, Some(limit)),
        }
    }
}

impl ToRedisArgs for StreamTrimStrategy {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        let limit = match self {
            Self::MaxLen(trim, length, limit) => {
                ("MAXLEN", trim, length).write_redis_args(out);
                limit
            }
            Self::MinId(trim, id, limit) => {
                ("MINID", trim, id).write_redis_args(out);
                limit
            }
        };
        limit.map(|limit| ("LIMIT", limit)).write_redis_args(out);
    }
}

/// Options of XTRIM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamTrimOptions {
    strategy: StreamTrimStrategy,
    deletion_policy: Option<StreamDeletionPolicy>,
}

impl StreamTrimOptions {
    /// Trims to a length.
    #[must_use]
    pub fn maxlen(mode: StreamTrimmingMode, max_entries: usize) -> Self {
        Self { strategy: StreamTrimStrategy::maxlen(mode, max_entries), deletion_policy: None }
    }

    /// Trims what is older than an entry.
    #[must_use]
    pub fn minid(mode: StreamTrimmingMode, stream_id: impl Into<String>) -> Self {
        Self { strategy: StreamTrimStrategy::minid(mode, stream_id), deletion_policy: None }
    }

    /// Looks at no more than that many entries; only a near trim may be bounded so.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.strategy = self.strategy.limit(limit);
        self
    }

    /// Says what becomes of references to trimmed entries. Since Redis 8.2.
    #[must_use]
    pub fn set_deletion_policy(mut self, deletion_policy: StreamDeletionPolicy) -> Self {
        self.deletion_policy = Some(deletion_policy);
        self
    }
}

impl ToRedisArgs for StreamTrimOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.strategy.write_redis_args(out);
        self.deletion_policy.write_redis_args(out);
    }
}
