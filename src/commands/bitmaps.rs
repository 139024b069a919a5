//! The commands on strings as bits, one row each.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! bitmaps_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the bit at `offset`; beyond the value, or when there is no such key, it is 0.
    ///
    /// [`GETBIT`](https://redis.io/docs/latest/commands/getbit/), since 2.2.0, O(1).
    fn getbit<K: ToSingleRedisArg>(key: K, offset: usize) -> bool { command!("GETBIT", key, offset) }

    /// Sets the bit at `offset` and gives the old one. The value grows as far as needed, filled with zeros.
    ///
    /// [`SETBIT`](https://redis.io/docs/latest/commands/setbit/), since 2.2.0, O(1).
    fn setbit<K: ToSingleRedisArg>(key: K, offset: usize, value: bool) -> bool {
        command!("SETBIT", key, offset, value)
    }

    /// Gives the number of bits that are 1, 0 when there is no such key.
    ///
    /// [`BITCOUNT`](https://redis.io/docs/latest/commands/bitcount/), since 2.6.0, O(N).
    fn bitcount<K: ToSingleRedisArg>(key: K) -> usize { command!("BITCOUNT", key) }

    /// Gives the number of bits that are 1 from byte `start` to byte `end`, both included.
    ///
    /// [`BITCOUNT`](https://redis.io/docs/latest/commands/bitcount/), since 2.6.0, O(N).
    fn bitcount_range<K: ToSingleRedisArg>(key: K, start: usize, end: usize) -> usize {
        command!("BITCOUNT", key, start, end)
    }

    /// Gives the number of bits that are 1 in a range of bytes or bits.
    ///
    /// [`BITCOUNT`](https://redis.io/docs/latest/commands/bitcount/), since 2.6.0, O(N).
    fn bitcount_in<K: ToSingleRedisArg>(key: K, range: BitRange) -> usize, typed none {
        command!("BITCOUNT", key, range)
    }

    /// Gives the place of the first bit that is 1, or 0: -1 when there is none. A value full of ones has its
    /// first 0 behind it.
    ///
    /// [`BITPOS`](https://redis.io/docs/latest/commands/bitpos/), since 2.8.7, O(N).
    fn bitpos<K: ToSingleRedisArg>(key: K, bit: bool) -> i64, typed none {
        command!("BITPOS", key, bit)
    }

    /// Gives the place of the first bit that is 1, or 0, in a range of bytes or bits: -1 when there is none.
    ///
    /// [`BITPOS`](https://redis.io/docs/latest/commands/bitpos/), since 2.8.7, O(N).
    fn bitpos_in<K: ToSingleRedisArg>(key: K, bit: bool, range: BitRange) -> i64, typed none {
        command!("BITPOS", key, bit, range)
    }

    /// Reads and changes integers of any width inside a string: one number for each step, `None` where one
    /// would have overflowed and was to fail.
    ///
    /// [`BITFIELD`](https://redis.io/docs/latest/commands/bitfield/), since 3.2.0, O(1) per step.
    fn bitfield<K: ToSingleRedisArg>(key: K, steps: BitField) -> Vec<Option<i64>>, typed none {
        command!("BITFIELD", key, steps)
    }

    /// Reads integers of any width inside a string, on a replica too.
    ///
    /// [`BITFIELD_RO`](https://redis.io/docs/latest/commands/bitfield_ro/), since 6.0.0, O(1) per step.
    fn bitfield_ro<K: ToSingleRedisArg>(key: K, reads: BitFieldReads) -> Vec<i64>, typed none {
        command!("BITFIELD_RO", key, reads)
    }

    /// Stores the bitwise and of several strings and gives the length in bytes. Shorter strings count as
    /// filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N).
    fn bit_and<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "AND", dstkey, srckeys)
    }

    /// Stores the bitwise or of several strings and gives the length in bytes. Shorter strings count as
    /// filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N).
    fn bit_or<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "OR", dstkey, srckeys)
    }

    /// Stores the bitwise exclusive or of several strings and gives the length in bytes. Shorter strings
    /// count as filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N).
    fn bit_xor<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "XOR", dstkey, srckeys)
    }

    /// Stores the bitwise complement of a string and gives the length in bytes. Shorter strings count as
    /// filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N).
    fn bit_not<D: ToSingleRedisArg, S: ToSingleRedisArg>(dstkey: D, srckey: S) -> usize {
        command!("BITOP", "NOT", dstkey, srckey)
    }

    /// Stores the bits of the first string that are in none of the others and gives the length in bytes.
    /// Shorter strings count as filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N), this operation since Redis
    /// 8.2.0.
    fn bit_diff<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "DIFF", dstkey, srckeys)
    }

    /// Stores the bits of the other strings that are not in the first and gives the length in bytes. Shorter
    /// strings count as filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N), this operation since Redis
    /// 8.2.0.
    fn bit_diff1<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "DIFF1", dstkey, srckeys)
    }

    /// Stores the bits of the first string that are in one of the others at least and gives the length in
    /// bytes. Shorter strings count as filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N), this operation since Redis
    /// 8.2.0.
    fn bit_and_or<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "ANDOR", dstkey, srckeys)
    }

    /// Stores the bits that exactly one of several strings has and gives the length in bytes. Shorter strings
    /// count as filled with zeros.
    ///
    /// [`BITOP`](https://redis.io/docs/latest/commands/bitop/), since 2.6.0, O(N), this operation since Redis
    /// 8.2.0.
    fn bit_one<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> usize {
        command!("BITOP", "ONE", dstkey, srckeys)
    }
} } }
pub(crate) use bitmaps_rows;
