//! The commands that give or store the members of a range of ranks, scores or names, one row each.

#[rustfmt::skip]
macro_rules! sorted_set_ranges_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the members from rank `start` to `stop`, both included; -1 is the highest score. An absent key
    /// counts as empty.
    ///
    /// [`ZRANGE`](https://redis.io/docs/latest/commands/zrange/), since 1.2.0, O(log(N)+M).
    fn zrange<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> Vec<String> {
        command!("ZRANGE", key, start, stop)
    }

    /// Gives the members from rank `start` to `stop` with their scores, both included; -1 is the highest
    /// score.
    ///
    /// [`ZRANGE`](https://redis.io/docs/latest/commands/zrange/), since 1.2.0, O(log(N)+M).
    fn zrange_withscores<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> Vec<(String, f64)> {
        command!("ZRANGE", key, start, stop, "WITHSCORES")
    }

    /// Gives the members of a range of ranks, scores or names. An absent key counts as empty.
    ///
    /// [`ZRANGE`](https://redis.io/docs/latest/commands/zrange/), since 1.2.0, O(log(N)+M), the kinds since
    /// 6.2.0.
    fn zrange_options<K: ToSingleRedisArg, R: SortedSetRange>(key: K, range: R) -> Vec<String>, typed none {
        command!("ZRANGE", key, range)
    }

    /// Gives the members of a range of ranks or scores with their scores. An absent key counts as empty.
    ///
    /// [`ZRANGE`](https://redis.io/docs/latest/commands/zrange/), since 1.2.0, O(log(N)+M), the kinds since
    /// 6.2.0.
    fn zrange_options_withscores<K: ToSingleRedisArg, R: ScoredRange>(
        key: K,
        range: R,
    ) -> Vec<(String, f64)>, typed none {
        command!("ZRANGE", key, range, "WITHSCORES")
    }

    /// Stores the members of a range of ranks, scores or names as the sorted set `dstkey`, and gives how many
    /// they are.
    ///
    /// [`ZRANGESTORE`](https://redis.io/docs/latest/commands/zrangestore/), since 6.2.0, O(log(N)+M).
    fn zrangestore<D: ToSingleRedisArg, K: ToSingleRedisArg, R: SortedSetRange>(
        dstkey: D,
        key: K,
        range: R,
    ) -> usize, typed none {
        command!("ZRANGESTORE", dstkey, key, range)
    }

    /// Gives the members from rank `start` to `stop`, both included, counted from the highest score.
    ///
    /// [`ZREVRANGE`](https://redis.io/docs/latest/commands/zrevrange/), since 1.2.0, O(log(N)+M).
    fn zrevrange<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> Vec<String> {
        command!("ZREVRANGE", key, start, stop)
    }

    /// Gives the members from rank `start` to `stop` with their scores, both included, counted from the
    /// highest score.
    ///
    /// [`ZREVRANGE`](https://redis.io/docs/latest/commands/zrevrange/), since 1.2.0, O(log(N)+M).
    fn zrevrange_withscores<K: ToSingleRedisArg>(
        key: K,
        start: isize,
        stop: isize,
    ) -> Vec<(String, f64)>, typed (Vec<String>) {
        command!("ZREVRANGE", key, start, stop, "WITHSCORES")
    }

    /// Gives the members of the same score whose bytes are between `min` and `max` (`[a`, `(a`, `-` or `+`),
    /// in the order of their bytes. An absent key counts as empty.
    ///
    /// [`ZRANGEBYLEX`](https://redis.io/docs/latest/commands/zrangebylex/), since 2.8.9, O(log(N)+M).
    fn zrangebylex<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> Vec<String> {
        command!("ZRANGEBYLEX", key, min, max)
    }

    /// Gives the members of the same score whose bytes are between `min` and `max` (`[a`, `(a`, `-` or `+`),
    /// in the order of their bytes, without the first `offset`, at most `count` (all when negative). An
    /// absent key counts as empty.
    ///
    /// [`ZRANGEBYLEX`](https://redis.io/docs/latest/commands/zrangebylex/), since 2.8.9, O(log(N)+M).
    fn zrangebylex_limit<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
        offset: isize,
        count: isize,
    ) -> Vec<String> {
        command!("ZRANGEBYLEX", key, min, max, "LIMIT", offset, count)
    }

    /// Gives the members of the same score whose bytes are between `min` and `max` (`[a`, `(a`, `-` or `+`),
    /// the last first. An absent key counts as empty.
    ///
    /// [`ZREVRANGEBYLEX`](https://redis.io/docs/latest/commands/zrevrangebylex/), since 2.8.9, O(log(N)+M).
    fn zrevrangebylex<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
    ) -> Vec<String> {
        command!("ZREVRANGEBYLEX", key, max, min)
    }

    /// Gives the members of the same score whose bytes are between `min` and `max` (`[a`, `(a`, `-` or `+`),
    /// the last first, without the first `offset`, at most `count` (all when negative). An absent key counts
    /// as empty.
    ///
    /// [`ZREVRANGEBYLEX`](https://redis.io/docs/latest/commands/zrevrangebylex/), since 2.8.9, O(log(N)+M).
    fn zrevrangebylex_limit<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
        offset: isize,
        count: isize,
    ) -> Vec<String> {
        command!("ZREVRANGEBYLEX", key, max, min, "LIMIT", offset, count)
    }

    /// Gives the members whose score is between `min` and `max`, the lowest first. An absent key counts as
    /// empty.
    ///
    /// [`ZRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrangebyscore/), since 1.0.5, O(log(N)+M).
    fn zrangebyscore<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> Vec<String> {
        command!("ZRANGEBYSCORE", key, min, max)
    }

    /// Gives the members whose score is between `min` and `max` with their scores, the lowest first. An
    /// absent key counts as empty.
    ///
    /// [`ZRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrangebyscore/), since 1.0.5, O(log(N)+M).
    fn zrangebyscore_withscores<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> Vec<(String, f64)>, typed (Vec<(String, usize)>) {
        command!("ZRANGEBYSCORE", key, min, max, "WITHSCORES")
    }

    /// Gives the members whose score is between `min` and `max`, the lowest first, without the first
    /// `offset`, at most `count` (all when negative). An absent key counts as empty.
    ///
    /// [`ZRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrangebyscore/), since 1.0.5, O(log(N)+M).
    fn zrangebyscore_limit<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
        offset: isize,
        count: isize,
    ) -> Vec<String> {
        command!("ZRANGEBYSCORE", key, min, max, "LIMIT", offset, count)
    }

    /// Gives the members whose score is between `min` and `max` with their scores, the lowest first, without
    /// the first `offset`, at most `count` (all when negative). An absent key counts as empty.
    ///
    /// [`ZRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrangebyscore/), since 1.0.5, O(log(N)+M).
    fn zrangebyscore_limit_withscores<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
        offset: isize,
        count: isize,
    ) -> Vec<(String, f64)>, typed (Vec<(String, usize)>) {
        command!("ZRANGEBYSCORE")
            .arg(key)
            .arg(min)
            .arg(max)
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(offset)
            .arg(count)
    }

    /// Gives the members whose score is between `min` and `max`, the highest first. An absent key counts as
    /// empty.
    ///
    /// [`ZREVRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrevrangebyscore/), since 2.2.0,
    /// O(log(N)+M).
    fn zrevrangebyscore<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
    ) -> Vec<String> {
        command!("ZREVRANGEBYSCORE", key, max, min)
    }

    /// Gives the members whose score is between `min` and `max` with their scores, the highest first. An
    /// absent key counts as empty.
    ///
    /// [`ZREVRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrevrangebyscore/), since 2.2.0,
    /// O(log(N)+M).
    fn zrevrangebyscore_withscores<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
    ) -> Vec<(String, f64)>, typed (Vec<String>) {
        command!("ZREVRANGEBYSCORE", key, max, min, "WITHSCORES")
    }

    /// Gives the members whose score is between `min` and `max`, the highest first, without the first
    /// `offset`, at most `count` (all when negative). An absent key counts as empty.
    ///
    /// [`ZREVRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrevrangebyscore/), since 2.2.0,
    /// O(log(N)+M).
    fn zrevrangebyscore_limit<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
        offset: isize,
        count: isize,
    ) -> Vec<String> {
        command!("ZREVRANGEBYSCORE", key, max, min, "LIMIT", offset, count)
    }

    /// Gives the members whose score is between `min` and `max` with their scores, the highest first, without
    /// the first `offset`, at most `count` (all when negative). An absent key counts as empty.
    ///
    /// [`ZREVRANGEBYSCORE`](https://redis.io/docs/latest/commands/zrevrangebyscore/), since 2.2.0,
    /// O(log(N)+M).
    fn zrevrangebyscore_limit_withscores<K: ToSingleRedisArg, MM: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        max: MM,
        min: M,
        offset: isize,
        count: isize,
    ) -> Vec<(String, f64)>, typed (Vec<String>) {
        command!("ZREVRANGEBYSCORE")
            .arg(key)
            .arg(max)
            .arg(min)
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(offset)
            .arg(count)
    }
} } }
pub(crate) use sorted_set_ranges_rows;
