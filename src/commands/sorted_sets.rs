//! The commands on sorted sets, one row each. Those that wait for a member are in a table of their own.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! sorted_sets_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Adds a member, or gives it another score, and tells how many are new: 0 or 1.
    ///
    /// [`ZADD`](https://redis.io/docs/latest/commands/zadd/), since 1.2.0, O(log(N)).
    fn zadd<K: ToSingleRedisArg, S: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        member: M,
        score: S,
    ) -> usize {
        command!("ZADD", key, score, member)
    }

    /// Adds members, or gives them other scores, and tells how many are new. Each item is a score and its
    /// member.
    ///
    /// [`ZADD`](https://redis.io/docs/latest/commands/zadd/), since 1.2.0, O(log(N)) per member.
    fn zadd_multiple<K: ToSingleRedisArg, S: ToRedisArgs, M: ToRedisArgs>(
        key: K,
        items: &'a [(S, M)],
    ) -> usize {
        command!("ZADD", key, items)
    }

    /// Adds a member, or gives it another score, as far as the options allow, and tells how many are new.
    ///
    /// With [`SortedSetAddOptions::increment_score`] the reply is the new score, null when a condition
    /// prevented it: read it as `Option<f64>`.
    ///
    /// [`ZADD`](https://redis.io/docs/latest/commands/zadd/), since 1.2.0, O(log(N)).
    fn zadd_options<K: ToSingleRedisArg, S: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        member: M,
        score: S,
        options: &'a SortedSetAddOptions,
    ) -> usize {
        command!("ZADD", key, options, score, member)
    }

    /// Adds members, or gives them other scores, as far as the options allow, and tells how many are new.
    /// Each item is a score and its member.
    ///
    /// [`ZADD`](https://redis.io/docs/latest/commands/zadd/), since 1.2.0, O(log(N)) per member.
    fn zadd_multiple_options<K: ToSingleRedisArg, S: ToRedisArgs, M: ToRedisArgs>(
        key: K,
        items: &'a [(S, M)],
        options: &'a SortedSetAddOptions,
    ) -> usize {
        command!("ZADD", key, options, items)
    }

    /// Adds `delta` to the score of a member and gives the sum; an absent member counts as 0.
    ///
    /// [`ZINCRBY`](https://redis.io/docs/latest/commands/zincrby/), since 1.2.0, O(log(N)).
    fn zincr<K: ToSingleRedisArg, M: ToSingleRedisArg, D: ToSingleRedisArg>(
        key: K,
        member: M,
        delta: D,
    ) -> f64 {
        command!("ZINCRBY", key, delta, member)
    }

    /// Deletes members and gives how many there were. With the last member goes the key.
    ///
    /// [`ZREM`](https://redis.io/docs/latest/commands/zrem/), since 1.2.0, O(M*log(N)).
    fn zrem<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, members: M) -> usize {
        command!("ZREM", key, members)
    }

    /// Deletes the members of the same score whose bytes are between `min` and `max`, and gives how many.
    ///
    /// [`ZREMRANGEBYLEX`](https://redis.io/docs/latest/commands/zremrangebylex/), since 2.8.9, O(log(N)+M).
    fn zrembylex<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> usize {
        command!("ZREMRANGEBYLEX", key, min, max)
    }

    /// Deletes the members whose score is between `min` and `max`, and gives how many.
    ///
    /// [`ZREMRANGEBYSCORE`](https://redis.io/docs/latest/commands/zremrangebyscore/), since 1.2.0,
    /// O(log(N)+M).
    fn zrembyscore<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> usize {
        command!("ZREMRANGEBYSCORE", key, min, max)
    }

    /// Deletes the members from rank `start` to `stop`, both included, and gives how many.
    ///
    /// [`ZREMRANGEBYRANK`](https://redis.io/docs/latest/commands/zremrangebyrank/), since 2.0.0, O(log(N)+M).
    fn zremrangebyrank<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> usize {
        command!("ZREMRANGEBYRANK", key, start, stop)
    }

    /// Gives the number of members, 0 when there is no such key.
    ///
    /// [`ZCARD`](https://redis.io/docs/latest/commands/zcard/), since 1.2.0, O(1).
    fn zcard<K: ToSingleRedisArg>(key: K) -> usize { command!("ZCARD", key) }

    /// Gives the number of members whose score is between `min` and `max`.
    ///
    /// [`ZCOUNT`](https://redis.io/docs/latest/commands/zcount/), since 2.0.0, O(log(N)).
    fn zcount<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> usize {
        command!("ZCOUNT", key, min, max)
    }

    /// Gives the number of members of the same score whose bytes are between `min` and `max`.
    ///
    /// [`ZLEXCOUNT`](https://redis.io/docs/latest/commands/zlexcount/), since 2.8.9, O(log(N)).
    fn zlexcount<K: ToSingleRedisArg, M: ToSingleRedisArg, MM: ToSingleRedisArg>(
        key: K,
        min: M,
        max: MM,
    ) -> usize {
        command!("ZLEXCOUNT", key, min, max)
    }

    /// Gives the score of a member; `None` when there is no such member or key.
    ///
    /// [`ZSCORE`](https://redis.io/docs/latest/commands/zscore/), since 1.2.0, O(1).
    fn zscore<K: ToSingleRedisArg, M: ToSingleRedisArg>(key: K, member: M) -> Option<f64> {
        command!("ZSCORE", key, member)
    }

    /// Gives the scores of several members in their order, `None` for each that does not exist.
    ///
    /// [`ZMSCORE`](https://redis.io/docs/latest/commands/zmscore/), since 6.2.0, O(N).
    fn zscore_multiple<K: ToSingleRedisArg, M: ToRedisArgs>(
        key: K,
        members: &'a [M],
    ) -> Vec<Option<f64>>, typed (Option<Vec<f64>>) {
        command!("ZMSCORE", key, members)
    }

    /// Gives the rank of a member, 0 for the lowest score; `None` when there is no such member or key.
    ///
    /// [`ZRANK`](https://redis.io/docs/latest/commands/zrank/), since 2.0.0, O(log(N)).
    fn zrank<K: ToSingleRedisArg, M: ToSingleRedisArg>(key: K, member: M) -> Option<usize> {
        command!("ZRANK", key, member)
    }

    /// Gives the rank of a member, 0 for the lowest score, and the score; `None` when there is no such member
    /// or key. Servers have the option since 7.2.
    ///
    /// [`ZRANK`](https://redis.io/docs/latest/commands/zrank/), since 2.0.0, O(log(N)).
    fn zrank_withscore<K: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        member: M,
    ) -> Option<(usize, f64)>, typed none {
        command!("ZRANK", key, member, "WITHSCORE")
    }

    /// Gives the rank of a member, 0 for the highest score; `None` when there is no such member or key.
    ///
    /// [`ZREVRANK`](https://redis.io/docs/latest/commands/zrevrank/), since 2.0.0, O(log(N)).
    fn zrevrank<K: ToSingleRedisArg, M: ToSingleRedisArg>(key: K, member: M) -> Option<usize> {
        command!("ZREVRANK", key, member)
    }

    /// Gives the rank of a member, 0 for the highest score, and the score; `None` when there is no such
    /// member or key. Servers have the option since 7.2.
    ///
    /// [`ZREVRANK`](https://redis.io/docs/latest/commands/zrevrank/), since 2.0.0, O(log(N)).
    fn zrevrank_withscore<K: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        member: M,
    ) -> Option<(usize, f64)>, typed none {
        command!("ZREVRANK", key, member, "WITHSCORE")
    }

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

    /// Gives some member, or some members: up to `count` different ones, or exactly `-count` of them when
    /// negative.
    ///
    /// Without a count the reply is a member, null when there is no such key; with one it is a list.
    ///
    /// [`ZRANDMEMBER`](https://redis.io/docs/latest/commands/zrandmember/), since 6.2.0, O(N).
    fn zrandmember<K: ToSingleRedisArg>(key: K, count: Option<isize>) -> Value, typed any {
        command!("ZRANDMEMBER", key, count)
    }

    /// Gives some members with their scores: up to `count` different ones, or exactly `-count` of them when
    /// negative.
    ///
    /// [`ZRANDMEMBER`](https://redis.io/docs/latest/commands/zrandmember/), since 6.2.0, O(N).
    fn zrandmember_withscores<K: ToSingleRedisArg>(key: K, count: isize) -> Vec<(String, f64)>, typed any {
        command!("ZRANDMEMBER", key, count, "WITHSCORES")
    }

    /// Takes up to `count` members of the lowest scores. An absent key counts as empty.
    ///
    /// [`ZPOPMIN`](https://redis.io/docs/latest/commands/zpopmin/), since 5.0.0, O(log(N)*M).
    fn zpopmin<K: ToSingleRedisArg>(key: K, count: isize) -> Vec<(String, f64)>, typed (Vec<String>) {
        command!("ZPOPMIN", key, count)
    }

    /// Takes up to `count` members of the highest scores. An absent key counts as empty.
    ///
    /// [`ZPOPMAX`](https://redis.io/docs/latest/commands/zpopmax/), since 5.0.0, O(log(N)*M).
    fn zpopmax<K: ToSingleRedisArg>(key: K, count: isize) -> Vec<(String, f64)>, typed (Vec<String>) {
        command!("ZPOPMAX", key, count)
    }

    /// Takes up to `count` members of the lowest scores from the first sorted set that is not empty. Gives
    /// its key and the members; `None` when all are empty.
    ///
    /// [`ZMPOP`](https://redis.io/docs/latest/commands/zmpop/), since 7.0.0, O(K+M*log(N)).
    fn zmpop_min<K: ToRedisArgs>(keys: K, count: isize) -> Option<(String, Vec<(String, f64)>)> {
        command!("ZMPOP").arg(keys.num_of_args()).arg(keys).arg("MIN").arg("COUNT").arg(count)
    }

    /// Takes up to `count` members of the highest scores from the first sorted set that is not empty. Gives
    /// its key and the members; `None` when all are empty.
    ///
    /// [`ZMPOP`](https://redis.io/docs/latest/commands/zmpop/), since 7.0.0, O(K+M*log(N)).
    fn zmpop_max<K: ToRedisArgs>(keys: K, count: isize) -> Option<(String, Vec<(String, f64)>)> {
        command!("ZMPOP").arg(keys.num_of_args()).arg(keys).arg("MAX").arg("COUNT").arg(count)
    }

    /// Gives some members with their scores, and the cursor to go on with: 0 at the beginning and at the end.
    ///
    /// [`ZSCAN`](https://redis.io/docs/latest/commands/zscan/), since 2.8.0, O(1) per call.
    fn zscan_step<K: ToSingleRedisArg>(
        key: K,
        cursor: u64,
        options: ScanOptions,
    ) -> (u64, Vec<(String, f64)>), typed none {
        command!("ZSCAN", key, cursor, options)
    }

    /// Gives some members without their scores, and the cursor to go on with. Valkey has it since 8.1, Redis
    /// has not.
    ///
    /// [`ZSCAN`](https://redis.io/docs/latest/commands/zscan/), since 2.8.0, O(1) per call.
    fn zscan_step_noscores<K: ToSingleRedisArg>(
        key: K,
        cursor: u64,
        options: ScanOptions,
    ) -> (u64, Vec<String>), typed none {
        command!("ZSCAN").arg(key).arg(cursor).arg(options).arg("NOSCORES")
    }

    /// Stores the members that all sorted sets share, with the sum of their scores, and gives how many they
    /// are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZINTERSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys)
    }

    /// Stores the members that all sorted sets share, with the sum of their scores, each multiplied by its
    /// key's weight before. Gives how many they are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZINTERSTORE", dstkey), keys, None)
    }

    /// Stores the members that all sorted sets share, with the least of their scores, and gives how many they
    /// are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_min<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZINTERSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg("AGGREGATE").arg("MIN")
    }

    /// Stores the members that all sorted sets share, with the least of their scores, each multiplied by its
    /// key's weight before. Gives how many they are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_min_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZINTERSTORE", dstkey), keys, Some("MIN"))
    }

    /// Stores the members that all sorted sets share, with the greatest of their scores, and gives how many
    /// they are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_max<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZINTERSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg("AGGREGATE").arg("MAX")
    }

    /// Stores the members that all sorted sets share, with the greatest of their scores, each multiplied by
    /// its key's weight before. Gives how many they are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_max_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZINTERSTORE", dstkey), keys, Some("MAX"))
    }

    /// Stores the members that all sorted sets share, with weights and an aggregation of one's own, and gives
    /// how many they are.
    ///
    /// [`ZINTERSTORE`](https://redis.io/docs/latest/commands/zinterstore/), since 2.0.0, O(N*K+M*log(M)).
    fn zinterstore_options<D: ToSingleRedisArg, K: ToRedisArgs>(
        dstkey: D,
        keys: K,
        options: &'a CombineOptions,
    ) -> usize, typed none {
        command!("ZINTERSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg(options)
    }

    /// Stores the members of all sorted sets together, with the sum of their scores, and gives how many they
    /// are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZUNIONSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys)
    }

    /// Stores the members of all sorted sets together, with the sum of their scores, each multiplied by its
    /// key's weight before. Gives how many they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZUNIONSTORE", dstkey), keys, None)
    }

    /// Stores the members of all sorted sets together, with the least of their scores, and gives how many
    /// they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_min<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZUNIONSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg("AGGREGATE").arg("MIN")
    }

    /// Stores the members of all sorted sets together, with the least of their scores, each multiplied by its
    /// key's weight before. Gives how many they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_min_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZUNIONSTORE", dstkey), keys, Some("MIN"))
    }

    /// Stores the members of all sorted sets together, with the greatest of their scores, and gives how many
    /// they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_max<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("ZUNIONSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg("AGGREGATE").arg("MAX")
    }

    /// Stores the members of all sorted sets together, with the greatest of their scores, each multiplied by
    /// its key's weight before. Gives how many they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_max_weights<D: ToSingleRedisArg, K: ToRedisArgs, W: ToRedisArgs>(
        dstkey: D,
        keys: &'a [(K, W)],
    ) -> usize {
        weighted(command!("ZUNIONSTORE", dstkey), keys, Some("MAX"))
    }

    /// Stores the members of all sorted sets together, with weights and an aggregation of one's own, and
    /// gives how many they are.
    ///
    /// [`ZUNIONSTORE`](https://redis.io/docs/latest/commands/zunionstore/), since 2.0.0, O(N+M*log(M)).
    fn zunionstore_options<D: ToSingleRedisArg, K: ToRedisArgs>(
        dstkey: D,
        keys: K,
        options: &'a CombineOptions,
    ) -> usize, typed none {
        command!("ZUNIONSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys).arg(options)
    }

    /// Gives the members that all sorted sets share, the lowest sum of scores first.
    ///
    /// [`ZINTER`](https://redis.io/docs/latest/commands/zinter/), since 6.2.0, O(N*K+M*log(M)).
    fn zinter<K: ToRedisArgs>(keys: K) -> Vec<String>, typed none {
        command!("ZINTER").arg(keys.num_of_args()).arg(keys)
    }

    /// Gives the members that all sorted sets share, with the sum of their scores, the lowest first.
    ///
    /// [`ZINTER`](https://redis.io/docs/latest/commands/zinter/), since 6.2.0, O(N*K+M*log(M)).
    fn zinter_withscores<K: ToRedisArgs>(keys: K) -> Vec<(String, f64)>, typed none {
        command!("ZINTER").arg(keys.num_of_args()).arg(keys).arg("WITHSCORES")
    }

    /// Gives the members that all sorted sets share, in the order of scores combined as the options say.
    ///
    /// [`ZINTER`](https://redis.io/docs/latest/commands/zinter/), since 6.2.0, O(N*K+M*log(M)).
    fn zinter_options<K: ToRedisArgs>(keys: K, options: &'a CombineOptions) -> Vec<String>, typed none {
        command!("ZINTER").arg(keys.num_of_args()).arg(keys).arg(options)
    }

    /// Gives the members that all sorted sets share, with scores combined as the options say.
    ///
    /// [`ZINTER`](https://redis.io/docs/latest/commands/zinter/), since 6.2.0, O(N*K+M*log(M)).
    fn zinter_options_withscores<K: ToRedisArgs>(
        keys: K,
        options: &'a CombineOptions,
    ) -> Vec<(String, f64)>, typed none {
        command!("ZINTER").arg(keys.num_of_args()).arg(keys).arg(options).arg("WITHSCORES")
    }

    /// Gives the members of all sorted sets together, the lowest sum of scores first.
    ///
    /// [`ZUNION`](https://redis.io/docs/latest/commands/zunion/), since 6.2.0, O(N+M*log(M)).
    fn zunion<K: ToRedisArgs>(keys: K) -> Vec<String>, typed none {
        command!("ZUNION").arg(keys.num_of_args()).arg(keys)
    }

    /// Gives the members of all sorted sets together, with the sum of their scores, the lowest first.
    ///
    /// [`ZUNION`](https://redis.io/docs/latest/commands/zunion/), since 6.2.0, O(N+M*log(M)).
    fn zunion_withscores<K: ToRedisArgs>(keys: K) -> Vec<(String, f64)>, typed none {
        command!("ZUNION").arg(keys.num_of_args()).arg(keys).arg("WITHSCORES")
    }

    /// Gives the members of all sorted sets together, in the order of scores combined as the options say.
    ///
    /// [`ZUNION`](https://redis.io/docs/latest/commands/zunion/), since 6.2.0, O(N+M*log(M)).
    fn zunion_options<K: ToRedisArgs>(keys: K, options: &'a CombineOptions) -> Vec<String>, typed none {
        command!("ZUNION").arg(keys.num_of_args()).arg(keys).arg(options)
    }

    /// Gives the members of all sorted sets together, with scores combined as the options say.
    ///
    /// [`ZUNION`](https://redis.io/docs/latest/commands/zunion/), since 6.2.0, O(N+M*log(M)).
    fn zunion_options_withscores<K: ToRedisArgs>(
        keys: K,
        options: &'a CombineOptions,
    ) -> Vec<(String, f64)>, typed none {
        command!("ZUNION").arg(keys.num_of_args()).arg(keys).arg(options).arg("WITHSCORES")
    }

    /// Gives how many members all sorted sets share, counting no further than `limit` (0: to the end).
    ///
    /// [`ZINTERCARD`](https://redis.io/docs/latest/commands/zintercard/), since 7.0.0, O(N*K).
    fn zintercard<K: ToRedisArgs>(keys: K, limit: usize) -> usize, typed none {
        command!("ZINTERCARD").arg(keys.num_of_args()).arg(keys).arg("LIMIT").arg(limit)
    }

    /// Gives the members of the first sorted set that are in none of the others, the lowest score first.
    ///
    /// [`ZDIFF`](https://redis.io/docs/latest/commands/zdiff/), since 6.2.0, O(L+(N-K)*log(N)).
    fn zdiff<K: ToRedisArgs>(keys: K) -> Vec<String>, typed none {
        command!("ZDIFF").arg(keys.num_of_args()).arg(keys)
    }

    /// Gives the members of the first sorted set that are in none of the others, with their scores, the
    /// lowest first.
    ///
    /// [`ZDIFF`](https://redis.io/docs/latest/commands/zdiff/), since 6.2.0, O(L+(N-K)*log(N)).
    fn zdiff_withscores<K: ToRedisArgs>(keys: K) -> Vec<(String, f64)>, typed none {
        command!("ZDIFF").arg(keys.num_of_args()).arg(keys).arg("WITHSCORES")
    }

    /// Stores the members of the first sorted set that are in none of the others, and gives how many they
    /// are.
    ///
    /// [`ZDIFFSTORE`](https://redis.io/docs/latest/commands/zdiffstore/), since 6.2.0, O(L+(N-K)*log(N)).
    fn zdiffstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize, typed none {
        command!("ZDIFFSTORE").arg(dstkey).arg(keys.num_of_args()).arg(keys)
    }
} } }
pub(crate) use sorted_sets_rows;

#[rustfmt::skip]
macro_rules! sorted_sets_blocking_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Takes the member of the lowest score from the first sorted set that is not empty, waiting for one up
    /// to `timeout` seconds (0: for ever). Gives key, member and score; `None` when the time is up.
    ///
    /// [`BZPOPMIN`](https://redis.io/docs/latest/commands/bzpopmin/), since 5.0.0, O(log(N)).
    fn bzpopmin<K: ToRedisArgs>(key: K, timeout: f64) -> Option<(String, String, f64)> {
        command!("BZPOPMIN", key, timeout)
    }

    /// Takes the member of the highest score from the first sorted set that is not empty, waiting for one up
    /// to `timeout` seconds (0: for ever). Gives key, member and score; `None` when the time is up.
    ///
    /// [`BZPOPMAX`](https://redis.io/docs/latest/commands/bzpopmax/), since 5.0.0, O(log(N)).
    fn bzpopmax<K: ToRedisArgs>(key: K, timeout: f64) -> Option<(String, String, f64)> {
        command!("BZPOPMAX", key, timeout)
    }

    /// Takes up to `count` members of the lowest scores from the first sorted set that is not empty, waiting
    /// for one up to `timeout` seconds (0: for ever). Gives its key and the members; `None` when the time is
    /// up.
    ///
    /// [`BZMPOP`](https://redis.io/docs/latest/commands/bzmpop/), since 7.0.0, O(K+M*log(N)).
    fn bzmpop_min<K: ToRedisArgs>(
        timeout: f64,
        keys: K,
        count: isize,
    ) -> Option<(String, Vec<(String, f64)>)> {
        command!("BZMPOP").arg(timeout).arg(keys.num_of_args()).arg(keys).arg("MIN").arg("COUNT").arg(count)
    }

    /// Takes up to `count` members of the highest scores from the first sorted set that is not empty, waiting
    /// for one up to `timeout` seconds (0: for ever). Gives its key and the members; `None` when the time is
    /// up.
    ///
    /// [`BZMPOP`](https://redis.io/docs/latest/commands/bzmpop/), since 7.0.0, O(K+M*log(N)).
    fn bzmpop_max<K: ToRedisArgs>(
        timeout: f64,
        keys: K,
        count: isize,
    ) -> Option<(String, Vec<(String, f64)>)> {
        command!("BZMPOP").arg(timeout).arg(keys.num_of_args()).arg(keys).arg("MAX").arg("COUNT").arg(count)
    }
} } }
pub(crate) use sorted_sets_blocking_rows;
