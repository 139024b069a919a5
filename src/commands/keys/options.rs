//! Options of the commands on keys of any type, and what they answer.

use std::time::{Duration, SystemTime};

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

use crate::commands::duration::{millis, unix_millis};

/// Which times to live a new one may replace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpireOption {
    /// Any.
    #[default]
    NONE,
    /// Only none: the key must not expire yet.
    NX,
    /// Only one that is there.
    XX,
    /// Only an earlier end.
    GT,
    /// Only a later end, or none.
    LT,
}

impl ToRedisArgs for ExpireOption {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::NONE => {}
            Self::NX => out.write_arg(b"NX"),
            Self::XX => out.write_arg(b"XX"),
            Self::GT => out.write_arg(b"GT"),
            Self::LT => out.write_arg(b"LT"),
        }
    }
}

/// Options of COPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyOptions<Db: ToString> {
    db: Option<Db>,
    replace: bool,
}

impl Default for CopyOptions<&'static str> {
    fn default() -> Self {
        Self { db: None, replace: false }
    }
}

impl<Db: ToString> CopyOptions<Db> {
    /// Copies into that database instead of the one in use.
    #[must_use]
    pub fn db<Db2: ToString>(self, db: Db2) -> CopyOptions<Db2> {
        CopyOptions { db: Some(db), replace: self.replace }
    }

    /// Replaces the destination when it exists.
    #[must_use]
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }
}

impl<Db: ToString> ToRedisArgs for CopyOptions<Db> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if let Some(db) = &self.db {
            ("DB", db.to_string()).write_redis_args(out);
        }
        if self.replace {
            out.write_arg(b"REPLACE");
        }
    }
}

/// For redis-rs's sake: it may be two arguments, or none.
impl<Db: ToString> ToSingleRedisArg for CopyOptions<Db> {}

/// Options of SORT and SORT_RO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SortOptions {
    by: Option<String>,
    limit: Option<(u64, i64)>,
    get: Vec<String>,
    descending: bool,
    alpha: bool,
}

impl SortOptions {
    /// Sorts by the values of other keys: the element takes the place of the `*`. A pattern without one
    /// means: do not sort.
    #[must_use]
    pub fn by(mut self, pattern: impl Into<String>) -> Self {
        self.by = Some(pattern.into());
        self
    }

    /// Leaves out the first `offset` elements and gives at most `count` (all when negative).
    #[must_use]
    pub fn limit(mut self, offset: u64, count: i64) -> Self {
        self.limit = Some((offset, count));
        self
    }

    /// Gives the value of another key instead of the element, which takes the place of the `*`; `#` is the
    /// element itself. May be given more than once: the reply then holds that many values for each element.
    #[must_use]
    pub fn get(mut self, pattern: impl Into<String>) -> Self {
        self.get.push(pattern.into());
        self
    }

    /// The greatest first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Compares as text. Without this, elements must be numbers.
    #[must_use]
    pub fn alpha(mut self) -> Self {
        self.alpha = true;
        self
    }
}

impl ToRedisArgs for SortOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.by.as_ref().map(|pattern| ("BY", pattern)).write_redis_args(out);
        self.limit.map(|(offset, count)| ("LIMIT", offset, count)).write_redis_args(out);
        for pattern in &self.get {
            ("GET", pattern).write_redis_args(out);
        }
        if self.descending {
            out.write_arg(b"DESC");
        }
        if self.alpha {
            out.write_arg(b"ALPHA");
        }
    }
}

/// How long a restored key lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RestoreTtl {
    #[default]
    Persistent,
    After(u64),
    At(u64),
}

/// What the server is to believe about the use of a restored key; it keeps one or the other, by its eviction
/// policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    IdleSeconds(u64),
    Frequency(u8),
}

/// Options of RESTORE, its time to live included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    ttl: RestoreTtl,
    replace: bool,
    usage: Option<Usage>,
}

impl RestoreOptions {
    /// Lets the key live for `time`, rounded up to a millisecond. Without this it stays for good.
    #[must_use]
    pub fn expire_after(mut self, time: Duration) -> Self {
        // 0 would mean for good.
        self.ttl = RestoreTtl::After(millis(time).max(1));
        self
    }

    /// Lets the key live until `instant`, to the millisecond.
    #[must_use]
    pub fn expire_at(mut self, instant: SystemTime) -> Self {
        self.ttl = RestoreTtl::At(unix_millis(instant));
        self
    }

    /// Replaces the key when it exists. Without this, that is an error (`BUSYKEY`).
    #[must_use]
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// Counts the key as unused for that long, in whole seconds. Excludes [`frequency`](Self::frequency).
    #[must_use]
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.usage = Some(Usage::IdleSeconds(time.as_secs()));
        self
    }

    /// Counts the key as used that often (the logarithmic counter of OBJECT FREQ). Excludes
    /// [`idle_time`](Self::idle_time).
    #[must_use]
    pub fn frequency(mut self, frequency: u8) -> Self {
        self.usage = Some(Usage::Frequency(frequency));
        self
    }

    /// The time to live that stands before the value.
    pub(crate) fn ttl(&self) -> u64 {
        match self.ttl {
            RestoreTtl::Persistent => 0,
            RestoreTtl::After(millis) | RestoreTtl::At(millis) => millis,
        }
    }
}

/// What stands behind the value; the time to live stands before it.
impl ToRedisArgs for RestoreOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.replace {
            out.write_arg(b"REPLACE");
        }
        if let RestoreTtl::At(_) = self.ttl {
            out.write_arg(b"ABSTTL");
        }
        match self.usage {
            Some(Usage::IdleSeconds(seconds)) => ("IDLETIME", seconds).write_redis_args(out),
            Some(Usage::Frequency(frequency)) => {
                ("FREQ", u64::from(frequency)).write_redis_args(out);
            }
            None => {}
        }
    }
}

/// Who asks the destination of MIGRATE.
#[derive(Clone, PartialEq, Eq)]
enum MigrateAuth {
    Password(String),
    User(String, String),
}

/// Options of MIGRATE.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MigrateOptions {
    copy: bool,
    replace: bool,
    auth: Option<MigrateAuth>,
}

impl MigrateOptions {
    /// Keeps the keys here as well.
    #[must_use]
    pub fn copy(mut self) -> Self {
        self.copy = true;
        self
    }

    /// Replaces keys that the destination has.
    #[must_use]
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// Gives the destination the password of its default user.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.auth = Some(MigrateAuth::Password(password.into()));
        self
    }

    /// Gives the destination the name and the password of one of its users.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.auth = Some(MigrateAuth::User(name.into(), password.into()));
        self
    }
}

impl ToRedisArgs for MigrateOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.copy {
            out.write_arg(b"COPY");
        }
        if self.replace {
            out.write_arg(b"REPLACE");
        }
        match &self.auth {
            Some(MigrateAuth::Password(password)) => ("AUTH", password).write_redis_args(out),
            Some(MigrateAuth::User(name, password)) => ("AUTH2", name, password).write_redis_args(out),
            None => {}
        }
    }
}

/// No password in it.
impl std::fmt::Debug for MigrateOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MigrateOptions")
            .field("copy", &self.copy)
            .field("replace", &self.replace)
            .field("auth", &self.auth.is_some())
            .finish()
    }
}

/// Options of SCAN; HSCAN, SSCAN and ZSCAN take them without a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanOptions {
    pattern: Option<String>,
    count: Option<usize>,
    type_name: Option<String>,
}

impl ScanOptions {
    /// Looks at about that many elements in one call. The reply may hold fewer or more; the server's default
    /// is 10.
    #[must_use]
    pub fn with_count(mut self, n: usize) -> Self {
        self.count = Some(n);
        self
    }

    /// Gives only what matches the glob pattern. The server looks at everything all the same.
    #[must_use]
    pub fn with_pattern(mut self, p: impl Into<String>) -> Self {
        self.pattern = Some(p.into());
        self
    }

    /// Gives only keys of that type, as [`ValueType`](super::replies::ValueType) names it: `string`, `list`,
    /// `zset`, … Only SCAN takes it.
    #[must_use]
    pub fn with_type(mut self, t: impl Into<String>) -> Self {
        self.type_name = Some(t.into());
        self
    }
}

impl ToRedisArgs for ScanOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.pattern.as_ref().map(|pattern| ("MATCH", pattern)).write_redis_args(out);
        self.count.map(|count| ("COUNT", count)).write_redis_args(out);
        self.type_name.as_ref().map(|name| ("TYPE", name)).write_redis_args(out);
    }
}

#[cfg(test)]
mod tests;
