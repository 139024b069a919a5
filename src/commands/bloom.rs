//! The commands on Bloom filters, which servers have from a module (RedisBloom, valkey-bloom), one row each.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! bloom_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Adds a value. `false` when it may have been there already.
    ///
    /// An absent filter is made, of the size and error rate that the module is set to.
    ///
    /// [`BF.ADD`](https://redis.io/docs/latest/commands/bf.add/), since RedisBloom 1.0.0, O(k) hash functions.
    fn bf_add<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> bool {
        command!("BF.ADD", key, value)
    }

    /// Gives how many values were added and found to be new, 0 when there is no such key.
    ///
    /// [`BF.CARD`](https://redis.io/docs/latest/commands/bf.card/), since RedisBloom 2.4.4, O(1).
    fn bf_card<K: ToSingleRedisArg>(key: K) -> usize { command!("BF.CARD", key) }

    /// Tells whether a value may be in the filter. `false` is certain.
    ///
    /// [`BF.EXISTS`](https://redis.io/docs/latest/commands/bf.exists/), since RedisBloom 1.0.0, O(k) hash
    /// functions.
    fn bf_exists<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> bool {
        command!("BF.EXISTS", key, value)
    }

    /// Gives the numbers that describe a filter, by name. An absent key is an error.
    ///
    /// [`BF.INFO`](https://redis.io/docs/latest/commands/bf.info/), since RedisBloom 1.0.0, O(1).
    fn bf_info<K: ToSingleRedisArg>(key: K) -> HashMap<String, BloomFilterInfoTypeResponse> {
        command!("BF.INFO", key)
    }

    /// Gives one of the numbers that describe a filter. An absent key is an error.
    ///
    /// [`BF.INFO`](https://redis.io/docs/latest/commands/bf.info/), since RedisBloom 1.0.0, O(1).
    fn bf_info_type<K: ToSingleRedisArg>(
        key: K,
        info_type: BloomFilterInfoType,
    ) -> BloomFilterInfoTypeResponse {
        command!("BF.INFO", key, info_type)
    }

    /// Adds values and tells of each whether it is new. An absent filter is made.
    ///
    /// [`BF.INSERT`](https://redis.io/docs/latest/commands/bf.insert/), since RedisBloom 1.0.0, O(k*n) hash
    /// functions and values.
    fn bf_insert<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, items: V) -> Vec<bool> {
        command!("BF.INSERT", key, "ITEMS", items)
    }

    /// Adds values and tells of each whether it is new. The options say how an absent filter is made, or that
    /// none is.
    ///
    /// [`BF.INSERT`](https://redis.io/docs/latest/commands/bf.insert/), since RedisBloom 1.0.0, O(k*n) hash
    /// functions and values.
    fn bf_insert_options<K: ToSingleRedisArg, V: ToRedisArgs>(
        key: K,
        items: V,
        options: BloomFilterInsertOptions,
    ) -> Vec<bool> {
        command!("BF.INSERT", key, options, "ITEMS", items)
    }

    /// Restores a part of a filter, as `bf_scandump` gave it, and in that order.
    ///
    /// [`BF.LOADCHUNK`](https://redis.io/docs/latest/commands/bf.loadchunk/), since RedisBloom 1.0.0, O(n) in
    /// the size of the part.
    fn bf_loadchunk<K: ToSingleRedisArg>(key: K, chunk: BloomFilterDumpChunk) -> () {
        command!("BF.LOADCHUNK", key, chunk.iterator, chunk.data)
    }

    /// Adds values and tells of each whether it is new. An absent filter is made.
    ///
    /// [`BF.MADD`](https://redis.io/docs/latest/commands/bf.madd/), since RedisBloom 1.0.0, O(k*n) hash
    /// functions and values.
    fn bf_madd<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, items: V) -> Vec<bool> {
        command!("BF.MADD", key, items)
    }

    /// Tells of each value whether it may be in the filter. `false` is certain.
    ///
    /// [`BF.MEXISTS`](https://redis.io/docs/latest/commands/bf.mexists/), since RedisBloom 1.0.0, O(k*n) hash
    /// functions and values.
    fn bf_mexists<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, items: &'a [V]) -> Vec<bool> {
        command!("BF.MEXISTS", key, items)
    }

    /// Makes an empty filter for `capacity` values, of which `err_rate` (0 to 1) may be found wrongly. A key
    /// that is there is an error.
    ///
    /// [`BF.RESERVE`](https://redis.io/docs/latest/commands/bf.reserve/), since RedisBloom 1.0.0, O(1).
    fn bf_reserve<K: ToSingleRedisArg>(key: K, err_rate: f64, capacity: usize) -> () {
        command!("BF.RESERVE", key, err_rate, capacity)
    }

    /// Makes an empty filter for `capacity` values, of which `err_rate` (0 to 1) may be found wrongly, and
    /// says how it grows. A key that is there is an error.
    ///
    /// [`BF.RESERVE`](https://redis.io/docs/latest/commands/bf.reserve/), since RedisBloom 1.0.0, O(1).
    fn bf_reserve_options<K: ToSingleRedisArg, E: ToSingleRedisArg, C: ToSingleRedisArg>(
        key: K,
        err_rate: E,
        capacity: C,
        options: BloomFilterScalingOptions,
    ) -> () {
        command!("BF.RESERVE", key, err_rate, capacity, options)
    }

    /// Gives a part of a filter, to be restored elsewhere. Begin with 0 and go on with the part's own
    /// iterator; the last part has the iterator 0 and no bytes.
    ///
    /// [`BF.SCANDUMP`](https://redis.io/docs/latest/commands/bf.scandump/), since RedisBloom 1.0.0, O(n) in
    /// the size of the part.
    fn bf_scandump<K: ToSingleRedisArg>(key: K, iterator: i64) -> BloomFilterDumpChunk {
        command!("BF.SCANDUMP", key, iterator)
    }
} } }
pub(crate) use bloom_rows;
