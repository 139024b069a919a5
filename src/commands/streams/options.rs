//! Options of the stream commands.
//!
//! Their names, builders and words are redis-rs's. What surprises: BLOCK is what makes a read wait, and with it the
//! command needs a connection of its own, which a pipeline cannot give.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

mod read;
mod trim;

pub use read::StreamReadOptions;
pub use trim::{StreamMaxlen, StreamTrimOptions, StreamTrimStrategy, StreamTrimmingMode};

/// The shortest time in seconds for which a stream can keep the identities of a producer's entries.
pub const IDMP_DURATION_MIN: u32 = 1;
/// The longest such time in seconds: a day.
pub const IDMP_DURATION_MAX: u32 = 86_400;
/// The least number of identities that a stream can keep for each producer.
pub const IDMP_MAXSIZE_MIN: u16 = 1;
/// The greatest such number.
pub const IDMP_MAXSIZE_MAX: u16 = 10_000;

/// What becomes of the references that consumer groups hold on deleted entries. Since Redis 8.2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamDeletionPolicy {
    /// They stay, as references to nothing.
    #[default]
    KeepRef,
    /// They go too.
    DelRef,
    /// Only entries that every group has acknowledged are deleted.
    Acked,
}

impl ToRedisArgs for StreamDeletionPolicy {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::KeepRef => b"KEEPREF".as_slice(),
            Self::DelRef => b"DELREF",
            Self::Acked => b"ACKED",
        });
    }
}

impl ToSingleRedisArg for StreamDeletionPolicy {}

/// How the server recognises an entry that a producer adds twice. Since Redis 8.6.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StreamIdempotencyMode {
    /// By an identity that the producer gives.
    Manual {
        /// Who adds it.
        producer_id: String,
        /// Which of his entries it is.
        idempotent_id: String,
    },
    /// By the entry's content.
    Automatic {
        /// Who adds it.
        producer_id: String,
    },
}

impl ToRedisArgs for StreamIdempotencyMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Manual { producer_id, idempotent_id } => {
                ("IDMP", producer_id, idempotent_id).write_redis_args(out);
            }
            Self::Automatic { producer_id } => ("IDMPAUTO", producer_id).write_redis_args(out),
        }
    }
}

/// How long, and how many of them, a stream keeps the identities of entries: options of XCFGSET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamConfigOptions {
    idmp_duration: Option<u32>,
    idmp_maxsize: Option<u16>,
}

impl StreamConfigOptions {
    /// Keeps each identity for that many seconds.
    ///
    /// # Errors
    /// Outside of [`IDMP_DURATION_MIN`] and [`IDMP_DURATION_MAX`].
    pub fn with_idempotency_seconds(seconds: u32) -> Result<Self, String> {
        Self { idmp_duration: None, idmp_maxsize: None }.idempotency_seconds(seconds)
    }

    /// Keeps at most that many identities for each producer.
    ///
    /// # Errors
    /// Outside of [`IDMP_MAXSIZE_MIN`] and [`IDMP_MAXSIZE_MAX`].
    pub fn with_idempotency_maxsize(size: u16) -> Result<Self, String> {
        Self { idmp_duration: None, idmp_maxsize: None }.idempotency_maxsize(size)
    }

    /// Keeps each identity for that many seconds.
    ///
    /// # Errors
    /// Outside of [`IDMP_DURATION_MIN`] and [`IDMP_DURATION_MAX`].
    pub fn idempotency_seconds(mut self, seconds: u32) -> Result<Self, String> {
        if !(IDMP_DURATION_MIN..=IDMP_DURATION_MAX).contains(&seconds) {
            return Err(format!(
                "IDMP-DURATION must be between {IDMP_DURATION_MIN} and {IDMP_DURATION_MAX} seconds, got: {seconds}"
            ));
        }
        self.idmp_duration = Some(seconds);
        Ok(self)
    }

    /// Keeps at most that many identities for each producer.
    ///
    /// # Errors
    /// Outside of [`IDMP_MAXSIZE_MIN`] and [`IDMP_MAXSIZE_MAX`].
    pub fn idempotency_maxsize(mut self, size: u16) -> Result<Self, String> {
        if !(IDMP_MAXSIZE_MIN..=IDMP_MAXSIZE_MAX).contains(&size) {
            return Err(format!(
                "IDMP-MAXSIZE must be between {IDMP_MAXSIZE_MIN} and {IDMP_MAXSIZE_MAX} entries, got: {size}"
            ));
        }
        self.idmp_maxsize = Some(size);
        Ok(self)
    }
}

impl ToRedisArgs for StreamConfigOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.idmp_duration.map(|seconds| ("IDMP-DURATION", seconds)).write_redis_args(out);
        self.idmp_maxsize.map(|size| ("IDMP-MAXSIZE", size)).write_redis_args(out);
    }
}

/// Options of XADD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamAddOptions {
    nomkstream: bool,
    trim: Option<StreamTrimStrategy>,
    deletion_policy: Option<StreamDeletionPolicy>,
    idempotency: Option<StreamIdempotencyMode>,
}

impl StreamAddOptions {
    /// Adds nothing when there is no such stream yet.
    #[must_use]
    pub fn nomkstream(mut self) -> Self {
        self.nomkstream = true;
        self
    }

    /// Trims the stream afterwards.
    #[must_use]
    pub fn trim(mut self, trim: StreamTrimStrategy) -> Self {
        self.trim = Some(trim);
        self
    }

    /// Says what becomes of references to trimmed entries. Since Redis 8.2.
    #[must_use]
    pub fn set_deletion_policy(mut self, deletion_policy: StreamDeletionPolicy) -> Self {
        self.deletion_policy = Some(deletion_policy);
        self
    }

    /// Adds nothing when the producer has added an entry of this identity before. Since Redis 8.6.
    #[must_use]
    pub fn idmp(mut self, producer_id: impl Into<String>, idempotent_id: impl Into<String>) -> Self {
        self.idempotency = Some(StreamIdempotencyMode::Manual {
            producer_id: producer_id.into(),
            idempotent_id: idempotent_id.into(),
        });
        self
    }

    /// Adds nothing when the producer has added an entry of the same content before. Since Redis 8.6.
    #[must_use]
    pub fn idmpauto(mut self, producer_id: impl Into<String>) -> Self {
        self.idempotency = Some(StreamIdempotencyMode::Automatic { producer_id: producer_id.into() });
        self
    }
}

impl ToRedisArgs for StreamAddOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.nomkstream {
            out.write_arg(b"NOMKSTREAM");
        }
        self.deletion_policy.write_redis_args(out);
        self.idempotency.write_redis_args(out);
        self.trim.write_redis_args(out);
    }
}

/// Options of XAUTOCLAIM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamAutoClaimOptions {
    count: Option<usize>,
    justid: bool,
}

impl StreamAutoClaimOptions {
    /// Claims at most that many entries; the server's own limit is 100.
    #[must_use]
    pub fn count(mut self, n: usize) -> Self {
        self.count = Some(n);
        self
    }

    /// Gives the ids alone, and does not count this as a delivery.
    #[must_use]
    pub fn with_justid(mut self) -> Self {
        self.justid = true;
        self
    }
}

impl ToRedisArgs for StreamAutoClaimOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.count.map(|count| ("COUNT", count)).write_redis_args(out);
        if self.justid {
            out.write_arg(b"JUSTID");
        }
    }
}

/// Options of XCLAIM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamClaimOptions {
    idle: Option<usize>,
    time: Option<usize>,
    retry: Option<usize>,
    force: bool,
    justid: bool,
    lastid: Option<String>,
}

impl StreamClaimOptions {
    /// Sets how long ago the entries were delivered, in milliseconds; without it the time begins anew.
    #[must_use]
    pub fn idle(mut self, ms: usize) -> Self {
        self.idle = Some(ms);
        self
    }

    /// Sets when the entries were delivered, in milliseconds since 1970.
    #[must_use]
    pub fn time(mut self, ms_time: usize) -> Self {
        self.time = Some(ms_time);
        self
    }

    /// Sets how many times the entries were delivered.
    #[must_use]
    pub fn retry(mut self, count: usize) -> Self {
        self.retry = Some(count);
        self
    }

    /// Claims entries too that nobody has been given, if they exist.
    #[must_use]
    pub fn with_force(mut self) -> Self {
        self.force = true;
        self
    }

    /// Gives the ids alone, and does not count this as a delivery.
    #[must_use]
    pub fn with_justid(mut self) -> Self {
        self.justid = true;
        self
    }

    /// Moves the group on to this entry, if it is not that far yet.
    #[must_use]
    pub fn with_lastid(mut self, lastid: impl Into<String>) -> Self {
        self.lastid = Some(lastid.into());
        self
    }
}

impl ToRedisArgs for StreamClaimOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.idle.map(|ms| ("IDLE", ms)).write_redis_args(out);
        self.time.map(|ms| ("TIME", ms)).write_redis_args(out);
        self.retry.map(|count| ("RETRYCOUNT", count)).write_redis_args(out);
        if self.force {
            out.write_arg(b"FORCE");
        }
        if self.justid {
            out.write_arg(b"JUSTID");
        }
        self.lastid.as_ref().map(|id| ("LASTID", id)).write_redis_args(out);
    }
}

/// Why a consumer gives entries back: what XNACK does to their count of deliveries. Since Redis 8.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamNackMode {
    /// The consumer is at fault or ends: this delivery does not count.
    Silent,
    /// The entry failed here and may succeed elsewhere: this delivery counts.
    Fail,
    /// The entry itself is bad: the count is set to the greatest number and stays there.
    Fatal,
}

impl ToRedisArgs for StreamNackMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Silent => b"SILENT".as_slice(),
            Self::Fail => b"FAIL",
            Self::Fatal => b"FATAL",
        });
    }
}

impl ToSingleRedisArg for StreamNackMode {}

/// Options of XNACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamNackOptions {
    mode: StreamNackMode,
}

impl StreamNackOptions {
    /// Gives entries back for this reason.
    #[must_use]
    pub fn new(mode: StreamNackMode) -> Self {
        Self { mode }
    }
}

impl ToRedisArgs for StreamNackOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.mode.write_redis_args(out);
    }
}

#[cfg(test)]
mod tests;
