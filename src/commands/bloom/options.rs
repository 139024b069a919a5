//! Options of the commands on Bloom filters.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

/// Which number BF.INFO gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BloomFilterInfoType {
    /// How many values fit before it grows.
    Capacity,
    /// Its size in bytes.
    Size,
    /// How many filters it is made of.
    Filters,
    /// How many values were added and found to be new.
    Items,
    /// How many times bigger the next filter is; 0 when it does not grow.
    Expansion,
    /// The share of values that are found wrongly. Valkey only.
    Error,
    /// How much the next filter's share is tightened. Valkey only.
    Tightening,
    /// How many values fit when it has grown as far as it can. Valkey only.
    MaximumScaledCapacity,
}

impl ToRedisArgs for BloomFilterInfoType {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Capacity => b"CAPACITY",
            Self::Size => b"SIZE",
            Self::Filters => b"FILTERS",
            Self::Items => b"ITEMS",
            Self::Expansion => b"EXPANSION",
            Self::Error => b"ERROR",
            Self::Tightening => b"TIGHTENING",
            Self::MaximumScaledCapacity => b"MAXSCALEDCAPACITY",
        });
    }
}

impl ToSingleRedisArg for BloomFilterInfoType {}

/// How a full filter grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BloomFilterScalingOptions {
    /// By another filter that is so many times as big.
    ExpansionRate(usize),
    /// Not at all: it refuses more values.
    NonScaling,
}

impl ToRedisArgs for BloomFilterScalingOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match *self {
            Self::ExpansionRate(rate) => ("EXPANSION", rate).write_redis_args(out),
            Self::NonScaling => out.write_arg(b"NONSCALING"),
        }
    }
}

/// How BF.INSERT makes a filter that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BloomFilterInsertOptions {
    no_create: bool,
    capacity: Option<usize>,
    error_rate: Option<f64>,
    expansion: Option<BloomFilterScalingOptions>,
}

impl BloomFilterInsertOptions {
    /// Makes none: an absent key is an error.
    #[must_use]
    pub fn nocreate(mut self) -> Self {
        self.no_create = true;
        self
    }

    /// Says how it grows.
    #[must_use]
    pub fn expansion(mut self, scale_option: BloomFilterScalingOptions) -> Self {
        self.expansion = Some(scale_option);
        self
    }

    /// Says which share of values, 0 to 1, may be found wrongly.
    #[must_use]
    pub fn error_rate(mut self, error_rate: f64) -> Self {
        self.error_rate = Some(error_rate);
        self
    }

    /// Says how many values fit before it grows.
    #[must_use]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(capacity);
        self
    }
}

impl ToRedisArgs for BloomFilterInsertOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.no_create {
            out.write_arg(b"NOCREATE");
        }
        self.error_rate.map(|rate| ("ERROR", rate)).write_redis_args(out);
        self.capacity.map(|capacity| ("CAPACITY", capacity)).write_redis_args(out);
        self.expansion.write_redis_args(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn insert_options_write_what_was_given() {
        let whole = BloomFilterInsertOptions::default()
            .expansion(BloomFilterScalingOptions::ExpansionRate(4))
            .capacity(100)
            .error_rate(0.01)
            .nocreate();

        assert_eq!(written(BloomFilterInsertOptions::default()), "");
        assert_eq!(written(whole), "NOCREATE ERROR 0.01 CAPACITY 100 EXPANSION 4");
        assert_eq!(written(BloomFilterScalingOptions::NonScaling), "NONSCALING");
        assert_eq!(written(BloomFilterInfoType::MaximumScaledCapacity), "MAXSCALEDCAPACITY");
    }
}
