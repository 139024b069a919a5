//! The commands on HyperLogLogs, which count different elements with an error of 0.81 % in 12 KiB, one row
//! each.

#[rustfmt::skip]
macro_rules! hyperloglogs_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Counts elements. `true` when the estimate changed.
    ///
    /// [`PFADD`](https://redis.io/docs/latest/commands/pfadd/), since 2.8.9, O(1) per element.
    fn pfadd<K: ToSingleRedisArg, E: ToRedisArgs>(key: K, element: E) -> bool {
        command!("PFADD", key, element)
    }

    /// Estimates how many different elements were counted, under several keys together; 0 when there is no
    /// such key.
    ///
    /// [`PFCOUNT`](https://redis.io/docs/latest/commands/pfcount/), since 2.8.9, O(1).
    fn pfcount<K: ToRedisArgs>(key: K) -> usize { command!("PFCOUNT", key) }

    /// Counts under `dstkey` what was counted under it and the other keys.
    ///
    /// [`PFMERGE`](https://redis.io/docs/latest/commands/pfmerge/), since 2.8.9, O(N).
    fn pfmerge<D: ToSingleRedisArg, S: ToRedisArgs>(dstkey: D, srckeys: S) -> () {
        command!("PFMERGE", dstkey, srckeys)
    }
} } }
pub(crate) use hyperloglogs_rows;
