//! The commands on several sorted sets at once, one row each: what they share, what they are together, what only the first
//! one has. Stored or given.

#[rustfmt::skip]
macro_rules! sorted_set_combinations_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
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
pub(crate) use sorted_set_combinations_rows;
