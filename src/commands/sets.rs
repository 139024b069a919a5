//! The commands on sets, one row each.

#[rustfmt::skip]
macro_rules! sets_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Adds members and gives how many are new.
    ///
    /// [`SADD`](https://redis.io/docs/latest/commands/sadd/), since 1.0.0, O(1) per member.
    fn sadd<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, member: M) -> usize {
        command!("SADD", key, member)
    }

    /// Deletes members and gives how many there were. With the last member goes the key.
    ///
    /// [`SREM`](https://redis.io/docs/latest/commands/srem/), since 1.0.0, O(N).
    fn srem<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, member: M) -> usize {
        command!("SREM", key, member)
    }

    /// Gives all members. An absent key counts as empty.
    ///
    /// [`SMEMBERS`](https://redis.io/docs/latest/commands/smembers/), since 1.0.0, O(N).
    fn smembers<K: ToSingleRedisArg>(key: K) -> HashSet<String> { command!("SMEMBERS", key) }

    /// Gives the number of members, 0 when there is no such key.
    ///
    /// [`SCARD`](https://redis.io/docs/latest/commands/scard/), since 1.0.0, O(1).
    fn scard<K: ToSingleRedisArg>(key: K) -> usize { command!("SCARD", key) }

    /// Tells whether `member` is one.
    ///
    /// [`SISMEMBER`](https://redis.io/docs/latest/commands/sismember/), since 1.0.0, O(1).
    fn sismember<K: ToSingleRedisArg, M: ToSingleRedisArg>(key: K, member: M) -> bool {
        command!("SISMEMBER", key, member)
    }

    /// Tells of each of several whether it is a member.
    ///
    /// [`SMISMEMBER`](https://redis.io/docs/latest/commands/smismember/), since 6.2.0, O(N).
    fn smismember<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, members: M) -> Vec<bool> {
        command!("SMISMEMBER", key, members)
    }

    /// Moves a member from one set to another. `false` when it was no member.
    ///
    /// [`SMOVE`](https://redis.io/docs/latest/commands/smove/), since 1.0.0, O(1).
    fn smove<S: ToSingleRedisArg, D: ToSingleRedisArg, M: ToSingleRedisArg>(
        srckey: S,
        dstkey: D,
        member: M,
    ) -> bool {
        command!("SMOVE", srckey, dstkey, member)
    }

    /// Takes some member; `None` when there is no such key.
    ///
    /// [`SPOP`](https://redis.io/docs/latest/commands/spop/), since 1.0.0, O(1).
    fn spop<K: ToSingleRedisArg>(key: K) -> Option<String>, typed any { command!("SPOP", key) }

    /// Takes up to `count` members. An absent key counts as empty.
    ///
    /// [`SPOP`](https://redis.io/docs/latest/commands/spop/), since 1.0.0, O(N).
    fn spop_multiple<K: ToSingleRedisArg>(key: K, count: usize) -> Vec<String>, typed none {
        command!("SPOP", key, count)
    }

    /// Gives some member; `None` when there is no such key.
    ///
    /// [`SRANDMEMBER`](https://redis.io/docs/latest/commands/srandmember/), since 1.0.0, O(1).
    fn srandmember<K: ToSingleRedisArg>(key: K) -> Option<String> { command!("SRANDMEMBER", key) }

    /// Gives some members: up to `count` different ones, or exactly `-count` of them when negative, some
    /// perhaps twice.
    ///
    /// [`SRANDMEMBER`](https://redis.io/docs/latest/commands/srandmember/), since 1.0.0, O(N).
    fn srandmember_multiple<K: ToSingleRedisArg>(key: K, count: isize) -> Vec<String> {
        command!("SRANDMEMBER", key, count)
    }

    /// Gives some members, and the cursor to go on with: 0 at the beginning and at the end. A member may be
    /// given twice.
    ///
    /// [`SSCAN`](https://redis.io/docs/latest/commands/sscan/), since 2.8.0, O(1) per call.
    fn sscan_step<K: ToSingleRedisArg>(
        key: K,
        cursor: u64,
        options: ScanOptions,
    ) -> (u64, Vec<String>), typed none {
        command!("SSCAN", key, cursor, options)
    }

    /// Gives the members of the first set that are in none of the others. An absent key counts as empty.
    ///
    /// [`SDIFF`](https://redis.io/docs/latest/commands/sdiff/), since 1.0.0, O(N).
    fn sdiff<K: ToRedisArgs>(keys: K) -> HashSet<String> { command!("SDIFF", keys) }

    /// Stores the members of the first set that are in none of the others, and gives how many they are.
    ///
    /// [`SDIFFSTORE`](https://redis.io/docs/latest/commands/sdiffstore/), since 1.0.0, O(N).
    fn sdiffstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("SDIFFSTORE", dstkey, keys)
    }

    /// Gives the members that all sets share. An absent key counts as empty.
    ///
    /// [`SINTER`](https://redis.io/docs/latest/commands/sinter/), since 1.0.0, O(N*M).
    fn sinter<K: ToRedisArgs>(keys: K) -> HashSet<String> { command!("SINTER", keys) }

    /// Stores the members that all sets share, and gives how many they are.
    ///
    /// [`SINTERSTORE`](https://redis.io/docs/latest/commands/sinterstore/), since 1.0.0, O(N*M).
    fn sinterstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("SINTERSTORE", dstkey, keys)
    }

    /// Gives how many members all sets share, counting no further than `limit` (0: to the end).
    ///
    /// [`SINTERCARD`](https://redis.io/docs/latest/commands/sintercard/), since 7.0.0, O(N*M).
    fn sintercard<K: ToRedisArgs>(keys: K, limit: usize) -> usize, typed none {
        command!("SINTERCARD").arg(keys.num_of_args()).arg(keys).arg("LIMIT").arg(limit)
    }

    /// Gives the members of all sets together.
    ///
    /// [`SUNION`](https://redis.io/docs/latest/commands/sunion/), since 1.0.0, O(N).
    fn sunion<K: ToRedisArgs>(keys: K) -> HashSet<String> { command!("SUNION", keys) }

    /// Stores the members of all sets together, and gives how many they are.
    ///
    /// [`SUNIONSTORE`](https://redis.io/docs/latest/commands/sunionstore/), since 1.0.0, O(N).
    fn sunionstore<D: ToSingleRedisArg, K: ToRedisArgs>(dstkey: D, keys: K) -> usize {
        command!("SUNIONSTORE", dstkey, keys)
    }
} } }
pub(crate) use sets_rows;
