//! Options of the sorted set commands, and the ranges that they read.
//!
//! A range knows its kind by its type: one of ranks takes no limit, one of names no scores. So what a server
//! refuses does not compile.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

/// Which way a score may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpdateCheck {
    /// Only down: the new score is less than the old one.
    LT,
    /// Only up: the new score is greater than the old one.
    GT,
}

impl ToRedisArgs for UpdateCheck {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::LT => b"LT",
            Self::GT => b"GT",
        });
    }
}

/// Which members ZADD adds or updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AddMode {
    AddOnly,
    UpdateOnly(Option<UpdateCheck>),
    AddOrUpdate(Option<UpdateCheck>),
}

/// Options of ZADD. Begin with what may happen to members that are there, and to those that are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortedSetAddOptions {
    mode: AddMode,
    changed: bool,
    increment: bool,
}

impl Default for SortedSetAddOptions {
    fn default() -> Self {
        Self::add_or_update(None)
    }
}

impl SortedSetAddOptions {
    /// Adds new members and leaves those that exist as they are.
    #[must_use]
    pub fn add_only() -> Self {
        Self::of(AddMode::AddOnly)
    }

    /// Updates members that exist and adds none.
    #[must_use]
    pub fn update_only(conditional_update: Option<UpdateCheck>) -> Self {
        Self::of(AddMode::UpdateOnly(conditional_update))
    }

    /// Adds new members and updates those that exist; the check holds for the latter only.
    #[must_use]
    pub fn add_or_update(conditional_update: Option<UpdateCheck>) -> Self {
        Self::of(AddMode::AddOrUpdate(conditional_update))
    }

    /// Counts changed members as well as new ones.
    #[must_use]
    pub fn include_changed_count(mut self) -> Self {
        self.changed = true;
        self
    }

    /// Adds to the score, as ZINCRBY does; for one member only. The reply is the new score, null when a
    /// condition prevented it.
    #[must_use]
    pub fn increment_score(mut self) -> Self {
        self.increment = true;
        self
    }

    fn of(mode: AddMode) -> Self {
        Self { mode, changed: false, increment: false }
    }
}

impl ToRedisArgs for SortedSetAddOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self.mode {
            AddMode::AddOnly => out.write_arg(b"NX"),
            AddMode::UpdateOnly(check) => {
                out.write_arg(b"XX");
                check.write_redis_args(out);
            }
            AddMode::AddOrUpdate(check) => check.write_redis_args(out),
        }
        if self.changed {
            out.write_arg(b"CH");
        }
        if self.increment {
            out.write_arg(b"INCR");
        }
    }
}

/// One end of a range of scores.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ScoreBound {
    /// Before every score.
    Lowest,
    /// This score and on.
    Including(f64),
    /// Right behind this score.
    Excluding(f64),
    /// After every score.
    Highest,
}

impl ToRedisArgs for ScoreBound {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match *self {
            Self::Lowest => out.write_arg(b"-inf"),
            Self::Highest => out.write_arg(b"+inf"),
            Self::Including(score) => score.write_redis_args(out),
            Self::Excluding(score) => out.write_arg_fmt(format_args!("({score}")),
        }
    }
}

impl ToSingleRedisArg for ScoreBound {}

impl From<f64> for ScoreBound {
    fn from(score: f64) -> Self {
        Self::Including(score)
    }
}

/// One end of a range of members of the same score, ordered by their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LexBound {
    /// Before every member.
    Lowest,
    /// This member and on.
    Including(Vec<u8>),
    /// Right behind this member.
    Excluding(Vec<u8>),
    /// After every member.
    Highest,
}

impl LexBound {
    /// This member and on.
    pub fn including(member: impl ToSingleRedisArg) -> Self {
        Self::Including(member.to_redis_args().concat())
    }

    /// Right behind this member.
    pub fn excluding(member: impl ToSingleRedisArg) -> Self {
        Self::Excluding(member.to_redis_args().concat())
    }
}

impl ToRedisArgs for LexBound {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Lowest => out.write_arg(b"-"),
            Self::Highest => out.write_arg(b"+"),
            Self::Including(member) => out.write_arg(&[b"[", member.as_slice()].concat()),
            Self::Excluding(member) => out.write_arg(&[b"(", member.as_slice()].concat()),
        }
    }
}

impl ToSingleRedisArg for LexBound {}

/// A part of a sorted set, for ZRANGE and ZRANGESTORE.
pub trait SortedSetRange: ToRedisArgs {}

/// A part of a sorted set that can be read with its scores.
pub trait ScoredRange: SortedSetRange {}

/// Members by their rank, which is 0 for the lowest score and -1 for the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankRange {
    start: i64,
    stop: i64,
    reverse: bool,
}

impl RankRange {
    /// From rank `start` to rank `stop`, both included.
    #[must_use]
    pub fn new(start: i64, stop: i64) -> Self {
        Self { start, stop, reverse: false }
    }

    /// Counts ranks from the highest score down.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }
}

impl ToRedisArgs for RankRange {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        (self.start, self.stop).write_redis_args(out);
        if self.reverse {
            out.write_arg(b"REV");
        }
    }
}

impl SortedSetRange for RankRange {}
impl ScoredRange for RankRange {}

/// Members by their score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    min: ScoreBound,
    max: ScoreBound,
    reverse: bool,
    limit: Option<(u64, i64)>,
}

impl ScoreRange {
    /// From `min` to `max`. A plain number is included.
    pub fn new(min: impl Into<ScoreBound>, max: impl Into<ScoreBound>) -> Self {
        Self { min: min.into(), max: max.into(), reverse: false, limit: None }
    }

    /// Gives the highest score first. The bounds stay as they are.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Leaves out the first `offset` members and gives at most `count` (all when negative).
    #[must_use]
    pub fn limit(mut self, offset: u64, count: i64) -> Self {
        self.limit = Some((offset, count));
        self
    }
}

impl ToRedisArgs for ScoreRange {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        write_bounded(out, &self.min, &self.max, b"BYSCORE", self.reverse, self.limit);
    }
}

impl SortedSetRange for ScoreRange {}
impl ScoredRange for ScoreRange {}

/// Members of the same score by their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexRange {
    min: LexBound,
    max: LexBound,
    reverse: bool,
    limit: Option<(u64, i64)>,
}

impl LexRange {
    /// From `min` to `max`.
    #[must_use]
    pub fn new(min: LexBound, max: LexBound) -> Self {
        Self { min, max, reverse: false, limit: None }
    }

    /// Gives the last member first. The bounds stay as they are.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Leaves out the first `offset` members and gives at most `count` (all when negative).
    #[must_use]
    pub fn limit(mut self, offset: u64, count: i64) -> Self {
        self.limit = Some((offset, count));
        self
    }
}

impl ToRedisArgs for LexRange {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        write_bounded(out, &self.min, &self.max, b"BYLEX", self.reverse, self.limit);
    }
}

impl SortedSetRange for LexRange {}

/// The server wants the upper bound first when it walks down.
fn write_bounded<B: ToRedisArgs, W: ?Sized + RedisWrite>(
    out: &mut W,
    min: &B,
    max: &B,
    kind: &[u8],
    reverse: bool,
    limit: Option<(u64, i64)>,
) {
    if reverse {
        (max, min).write_redis_args(out);
    } else {
        (min, max).write_redis_args(out);
    }
    out.write_arg(kind);
    if reverse {
        out.write_arg(b"REV");
    }
    limit.map(|(offset, count)| ("LIMIT", offset, count)).write_redis_args(out);
}

/// How the scores of a member that several sorted sets share become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// Their sum.
    #[default]
    Sum,
    /// The least of them.
    Min,
    /// The greatest of them.
    Max,
}

impl ToRedisArgs for Aggregate {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(b"AGGREGATE");
        out.write_arg(match self {
            Self::Sum => b"SUM",
            Self::Min => b"MIN",
            Self::Max => b"MAX",
        });
    }
}

/// Options of ZUNION, ZINTER and of those that store their result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CombineOptions {
    weights: Vec<f64>,
    aggregate: Option<Aggregate>,
}

impl CombineOptions {
    /// Multiplies the scores of each sorted set by a number before they are combined: one number for each
    /// key, in their order. The server refuses another number of them.
    #[must_use]
    pub fn weights(mut self, weights: impl IntoIterator<Item = f64>) -> Self {
        self.weights = weights.into_iter().collect();
        self
    }

    /// Says how the scores of a member become one. Without this they are added.
    #[must_use]
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregate = Some(aggregate);
        self
    }
}

impl ToRedisArgs for CombineOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if !self.weights.is_empty() {
            ("WEIGHTS", self.weights.as_slice()).write_redis_args(out);
        }
        self.aggregate.write_redis_args(out);
    }
}

#[cfg(test)]
mod tests;
