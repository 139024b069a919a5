//! Options of the string commands. Each writes itself; what excludes each other is one value, so it cannot be
//! combined.

use std::time::{Duration, SystemTime};

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

use crate::commands::duration::{millis, unix_millis, whole_seconds};

/// Whether a key must be absent or present for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExistenceCheck {
    /// Only when the key does not exist.
    NX,
    /// Only when the key exists.
    XX,
}

impl ToRedisArgs for ExistenceCheck {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::NX => b"NX",
            Self::XX => b"XX",
        });
    }
}

impl ToSingleRedisArg for ExistenceCheck {}

/// What becomes of a key's time to live when its value is set. Without one of these it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SetExpiry {
    /// It ends after that many seconds.
    EX(u64),
    /// It ends after that many milliseconds.
    PX(u64),
    /// It ends at that second since 1970.
    EXAT(u64),
    /// It ends at that millisecond since 1970.
    PXAT(u64),
    /// It stays as it is.
    KEEPTTL,
}

impl SetExpiry {
    /// Ends after `time`: in seconds when it is a whole number of them, else in milliseconds, rounded up.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        whole_seconds(time).map_or_else(|| Self::PX(millis(time)), Self::EX)
    }

    /// Ends at `instant`, to the millisecond, rounded up.
    #[must_use]
    pub fn at(instant: SystemTime) -> Self {
        Self::PXAT(unix_millis(instant))
    }
}

impl ToRedisArgs for SetExpiry {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match *self {
            Self::EX(seconds) => ("EX", seconds).write_redis_args(out),
            Self::PX(millis) => ("PX", millis).write_redis_args(out),
            Self::EXAT(second) => ("EXAT", second).write_redis_args(out),
            Self::PXAT(milli) => ("PXAT", milli).write_redis_args(out),
            Self::KEEPTTL => out.write_arg(b"KEEPTTL"),
        }
    }
}

/// What becomes of a key's time to live when its value is read by GETEX or HGETEX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expiry {
    /// It ends after that many seconds.
    EX(u64),
    /// It ends after that many milliseconds.
    PX(u64),
    /// It ends at that second since 1970.
    EXAT(u64),
    /// It ends at that millisecond since 1970.
    PXAT(u64),
    /// It is removed: the key stays.
    PERSIST,
}

impl Expiry {
    /// Ends after `time`: in seconds when it is a whole number of them, else in milliseconds, rounded up.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        whole_seconds(time).map_or_else(|| Self::PX(millis(time)), Self::EX)
    }

    /// Ends at `instant`, to the millisecond, rounded up.
    #[must_use]
    pub fn at(instant: SystemTime) -> Self {
        Self::PXAT(unix_millis(instant))
    }
}

impl ToRedisArgs for Expiry {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match *self {
            Self::EX(seconds) => ("EX", seconds).write_redis_args(out),
            Self::PX(millis) => ("PX", millis).write_redis_args(out),
            Self::EXAT(second) => ("EXAT", second).write_redis_args(out),
            Self::PXAT(milli) => ("PXAT", milli).write_redis_args(out),
            Self::PERSIST => out.write_arg(b"PERSIST"),
        }
    }
}

/// Compares the value that is there with one given, or with the digest of one (16 hex digits, from DIGEST).
///
/// Redis 8.4 knows all four, Valkey 8.1 `IFEQ`. A value that is no text is made by [`ifeq`](Self::ifeq) and
/// its sisters.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueComparison {
    /// Only when the value is this one.
    IFEQ(String),
    /// Only when the value is not this one, or there is none.
    IFNE(String),
    /// Only when the value has this digest.
    IFDEQ(String),
    /// Only when the value has not this digest, or there is none.
    IFDNE(String),
    /// One of the words above, and bytes that are no text.
    Bytes(&'static str, Vec<u8>),
}

impl ValueComparison {
    /// Only when the value is this one.
    pub fn ifeq(value: impl ToSingleRedisArg) -> Self {
        Self::of("IFEQ", Self::IFEQ, &value)
    }

    /// Only when the value is not this one, or there is none.
    pub fn ifne(value: impl ToSingleRedisArg) -> Self {
        Self::of("IFNE", Self::IFNE, &value)
    }

    /// Only when the value has this digest.
    pub fn ifdeq(digest: impl ToSingleRedisArg) -> Self {
        Self::of("IFDEQ", Self::IFDEQ, &digest)
    }

    /// Only when the value has not this digest, or there is none.
    pub fn ifdne(digest: impl ToSingleRedisArg) -> Self {
        Self::of("IFDNE", Self::IFDNE, &digest)
    }

    fn of(word: &'static str, text: fn(String) -> Self, value: &impl ToSingleRedisArg) -> Self {
        let bytes = value.to_redis_args().concat();
        match String::from_utf8(bytes) {
            Ok(value) => text(value),
            Err(error) => Self::Bytes(word, error.into_bytes()),
        }
    }

    fn parts(&self) -> (&'static str, &[u8]) {
        match self {
            Self::IFEQ(value) => ("IFEQ", value.as_bytes()),
            Self::IFNE(value) => ("IFNE", value.as_bytes()),
            Self::IFDEQ(digest) => ("IFDEQ", digest.as_bytes()),
            Self::IFDNE(digest) => ("IFDNE", digest.as_bytes()),
            Self::Bytes(word, value) => (word, value),
        }
    }
}

impl ToRedisArgs for ValueComparison {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.parts().write_redis_args(out);
    }
}

/// The word alone: values are in no debug output.
impl std::fmt::Debug for ValueComparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple(self.parts().0).finish_non_exhaustive()
    }
}

/// When a write happens at all. One at a time: the servers refuse two.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Existence(ExistenceCheck),
    Value(ValueComparison),
}

/// Options of SET.
///
/// There is at most one condition and one expiry: the last one given counts.
///
/// ```
/// use std::time::Duration;
/// use redlane::commands::types::{ExistenceCheck, SetExpiry, SetOptions};
///
/// let options = SetOptions::default()
///     .conditional_set(ExistenceCheck::NX)
///     .with_expiration(SetExpiry::after(Duration::from_millis(1500)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetOptions {
    condition: Option<Condition>,
    get: bool,
    expiration: Option<SetExpiry>,
}

impl SetOptions {
    /// Sets the value only when the key is absent, or only when it is present.
    #[must_use]
    pub fn conditional_set(mut self, existence_check: ExistenceCheck) -> Self {
        self.condition = Some(Condition::Existence(existence_check));
        self
    }

    /// Sets the value only when the one that is there compares so.
    #[must_use]
    pub fn value_comparison(mut self, value_comparison: ValueComparison) -> Self {
        self.condition = Some(Condition::Value(value_comparison));
        self
    }

    /// Answers with the value that was there before, instead of with `OK`.
    #[must_use]
    pub fn get(mut self, get: bool) -> Self {
        self.get = get;
        self
    }

    /// Sets the key's time to live with the value.
    #[must_use]
    pub fn with_expiration(mut self, expiration: SetExpiry) -> Self {
        self.expiration = Some(expiration);
        self
    }

    /// Whether the reply is the old value and not `OK`.
    #[must_use]
    pub fn is_get(&self) -> bool {
        self.get
    }

    /// Whether the value may stay as it was.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        self.condition.is_some()
    }

    /// Whether the new value was set, given the `old` one; `None` when the old one does not tell.
    pub(crate) fn let_pass(&self, old: Option<&str>) -> Option<bool> {
        match &self.condition {
            None => Some(true),
            Some(Condition::Existence(ExistenceCheck::NX)) => Some(old.is_none()),
            Some(Condition::Existence(ExistenceCheck::XX)) => Some(old.is_some()),
            Some(Condition::Value(comparison)) => {
                let (word, value) = comparison.parts();
                let is_equal = old.is_some_and(|old| old.as_bytes() == value);
                match (word, old) {
                    ("IFEQ", _) => Some(is_equal),
                    ("IFNE", _) => Some(!is_equal),
                    ("IFDEQ", None) => Some(false),
                    ("IFDNE", None) => Some(true),
                    _ => None,
                }
            }
        }
    }
}

impl ToRedisArgs for SetOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match &self.condition {
            Some(Condition::Existence(check)) => check.write_redis_args(out),
            Some(Condition::Value(comparison)) => comparison.write_redis_args(out),
            None => {}
        }
        if self.get {
            out.write_arg(b"GET");
        }
        self.expiration.write_redis_args(out);
    }
}

/// Options of MSETEX. At most one condition and one expiry: the last one given counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MSetOptions {
    condition: Option<ExistenceCheck>,
    expiration: Option<SetExpiry>,
}

impl MSetOptions {
    /// Sets the values only when all keys are absent, or only when all are present.
    #[must_use]
    pub fn conditional_set(mut self, existence_check: ExistenceCheck) -> Self {
        self.condition = Some(existence_check);
        self
    }

    /// Sets the keys' time to live with their values.
    #[must_use]
    pub fn with_expiration(mut self, expiration: SetExpiry) -> Self {
        self.expiration = Some(expiration);
        self
    }
}

impl ToRedisArgs for MSetOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.condition.write_redis_args(out);
        self.expiration.write_redis_args(out);
    }
}

/// Options of INCREX.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct IncrexOptions<T> {
    saturate: bool,
    lower_bound: Option<T>,
    upper_bound: Option<T>,
    expiration: Option<Expiry>,
    keep_expiry: bool,
}

impl<T: ToSingleRedisArg> IncrexOptions<T> {
    /// Stops at the bound, instead of changing nothing, when the sum is out of bounds.
    #[must_use]
    pub fn saturate(mut self) -> Self {
        self.saturate = true;
        self
    }

    /// Lets the value fall no lower than this.
    #[must_use]
    pub fn lower_bound(mut self, lower_bound: T) -> Self {
        self.lower_bound = Some(lower_bound);
        self
    }

    /// Lets the value rise no higher than this.
    #[must_use]
    pub fn upper_bound(mut self, upper_bound: T) -> Self {
        self.upper_bound = Some(upper_bound);
        self
    }

    /// Sets the key's time to live with the value.
    #[must_use]
    pub fn with_expiration(mut self, expiration: Expiry) -> Self {
        self.expiration = Some(expiration);
        self
    }

    /// Sets the time to live only when the key has none.
    #[must_use]
    pub fn enx(mut self) -> Self {
        self.keep_expiry = true;
        self
    }
}

impl<T: ToRedisArgs> ToRedisArgs for IncrexOptions<T> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.saturate {
            out.write_arg(b"SATURATE");
        }
        self.lower_bound.as_ref().map(|bound| ("LBOUND", bound)).write_redis_args(out);
        self.upper_bound.as_ref().map(|bound| ("UBOUND", bound)).write_redis_args(out);
        self.expiration.write_redis_args(out);
        if self.keep_expiry {
            out.write_arg(b"ENX");
        }
    }
}

/// Whether there are bounds, and not which: they are of any type.
impl<T> std::fmt::Debug for IncrexOptions<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IncrexOptions")
            .field("saturate", &self.saturate)
            .field("lower_bound", &self.lower_bound.is_some())
            .field("upper_bound", &self.upper_bound.is_some())
            .field("expiration", &self.expiration)
            .field("enx", &self.keep_expiry)
            .finish()
    }
}

/// Options of LCS when it tells the places of what two strings share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcsOptions {
    shortest: Option<u64>,
}

impl LcsOptions {
    /// Leaves out matches of less than `bytes` bytes.
    #[must_use]
    pub fn min_match_len(mut self, bytes: u64) -> Self {
        self.shortest = Some(bytes);
        self
    }
}

impl ToRedisArgs for LcsOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.shortest.map(|bytes| ("MINMATCHLEN", bytes)).write_redis_args(out);
    }
}

#[cfg(test)]
mod tests;
