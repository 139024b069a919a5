//! Parts of a string seen as bits, and the program of BITFIELD.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

/// A part of a string, both ends included; -1 is the last byte or bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitRange {
    start: i64,
    end: i64,
    bits: bool,
}

impl BitRange {
    /// From byte `start` to byte `end`.
    #[must_use]
    pub fn bytes(start: i64, end: i64) -> Self {
        Self { start, end, bits: false }
    }

    /// From bit `start` to bit `end`. Servers know it since 7.0.
    #[must_use]
    pub fn bits(start: i64, end: i64) -> Self {
        Self { start, end, bits: true }
    }
}

/// Bytes are what every server means without a word.
impl ToRedisArgs for BitRange {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        (self.start, self.end).write_redis_args(out);
        if self.bits {
            out.write_arg(b"BIT");
        }
    }
}

/// An integer of some bits inside a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitType {
    /// With a sign, of 1 to 64 bits.
    Signed(u8),
    /// Without a sign, of 1 to 63 bits.
    Unsigned(u8),
}

impl ToRedisArgs for BitType {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Signed(bits) => out.write_arg_fmt(format_args!("i{bits}")),
            Self::Unsigned(bits) => out.write_arg_fmt(format_args!("u{bits}")),
        }
    }
}

impl ToSingleRedisArg for BitType {}

/// Where an integer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitOffset {
    /// At this bit.
    Bit(u64),
    /// Behind that many integers of the same width.
    Element(u64),
}

impl ToRedisArgs for BitOffset {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Bit(bit) => bit.write_redis_args(out),
            Self::Element(element) => out.write_arg_fmt(format_args!("#{element}")),
        }
    }
}

impl ToSingleRedisArg for BitOffset {}

impl From<u64> for BitOffset {
    fn from(bit: u64) -> Self {
        Self::Bit(bit)
    }
}

/// What becomes of an integer that no longer fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// It begins anew at the other end.
    #[default]
    Wrap,
    /// It stays at the end of its range.
    Saturate,
    /// It stays as it was; the reply is null.
    Fail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BitStep {
    Get(BitType, BitOffset),
    Set(BitType, BitOffset, i64),
    IncrBy(BitType, BitOffset, i64),
    Overflow(Overflow),
}

/// The steps of BITFIELD, in their order. The reply holds one number for each but
/// [`overflow`](Self::overflow).
///
/// ```
/// use redlane::commands::types::{BitField, BitType, Overflow};
///
/// let steps = BitField::default()
///     .overflow(Overflow::Saturate)
///     .incr_by(BitType::Unsigned(8), 100, 1)
///     .get(BitType::Signed(5), 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitField {
    steps: Vec<BitStep>,
}

impl BitField {
    /// Reads an integer.
    #[must_use]
    pub fn get(self, kind: BitType, offset: impl Into<BitOffset>) -> Self {
        self.with(BitStep::Get(kind, offset.into()))
    }

    /// Sets an integer and gives the old one.
    #[must_use]
    pub fn set(self, kind: BitType, offset: impl Into<BitOffset>, value: i64) -> Self {
        self.with(BitStep::Set(kind, offset.into(), value))
    }

    /// Adds to an integer and gives the new one.
    #[must_use]
    pub fn incr_by(self, kind: BitType, offset: impl Into<BitOffset>, delta: i64) -> Self {
        self.with(BitStep::IncrBy(kind, offset.into(), delta))
    }

    /// Says what the steps behind this one do when an integer no longer fits.
    #[must_use]
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.with(BitStep::Overflow(overflow))
    }

    fn with(mut self, step: BitStep) -> Self {
        self.steps.push(step);
        self
    }
}

impl ToRedisArgs for BitField {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        for step in &self.steps {
            match *step {
                BitStep::Get(kind, offset) => ("GET", kind, offset).write_redis_args(out),
                BitStep::Set(kind, offset, value) => ("SET", kind, offset, value).write_redis_args(out),
                BitStep::IncrBy(kind, offset, delta) => ("INCRBY", kind, offset, delta).write_redis_args(out),
                BitStep::Overflow(Overflow::Wrap) => ("OVERFLOW", "WRAP").write_redis_args(out),
                BitStep::Overflow(Overflow::Saturate) => ("OVERFLOW", "SAT").write_redis_args(out),
                BitStep::Overflow(Overflow::Fail) => ("OVERFLOW", "FAIL").write_redis_args(out),
            }
        }
    }
}

/// The steps of BITFIELD_RO, which only reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitFieldReads {
    reads: Vec<(BitType, BitOffset)>,
}

impl BitFieldReads {
    /// Reads an integer.
    #[must_use]
    pub fn get(mut self, kind: BitType, offset: impl Into<BitOffset>) -> Self {
        self.reads.push((kind, offset.into()));
        self
    }
}

impl ToRedisArgs for BitFieldReads {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        for (kind, offset) in &self.reads {
            ("GET", kind, offset).write_redis_args(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn bit_ranges_name_bits_and_no_bytes() {
        assert_eq!(written(BitRange::bytes(0, -1)), "0 -1");
        assert_eq!(written(BitRange::bits(5, 30)), "5 30 BIT");
    }

    #[test]
    fn a_bit_field_writes_its_steps_in_order() {
        let steps = BitField::default()
            .set(BitType::Signed(8), 0, -5)
            .overflow(Overflow::Saturate)
            .incr_by(BitType::Unsigned(2), BitOffset::Element(3), 1)
            .overflow(Overflow::Fail)
            .overflow(Overflow::Wrap)
            .get(BitType::Unsigned(63), 7);

        assert_eq!(
            written(steps),
            "SET i8 0 -5 OVERFLOW SAT INCRBY u2 #3 1 OVERFLOW FAIL OVERFLOW WRAP GET u63 7"
        );
    }

    #[test]
    fn reads_alone_write_gets() {
        let reads = BitFieldReads::default()
            .get(BitType::Signed(4), 1)
            .get(BitType::Unsigned(4), BitOffset::Element(2));

        assert_eq!(written(reads), "GET i4 1 GET u4 #2");
    }
}
