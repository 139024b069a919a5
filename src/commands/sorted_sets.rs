//! The commands on sorted sets, one row each. Those that give whole ranges, that put several sorted sets together, or that
//! wait for a member are in tables of their own.

pub(crate) mod combinations;
pub(crate) mod options;
pub(crate) mod ranges;

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
