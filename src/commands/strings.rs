//! The commands on strings, one row each.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! strings_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the value of `key`; `None` when there is no such key.
    ///
    /// [`GET`](https://redis.io/docs/latest/commands/get/), since 1.0.0, O(1).
    fn get<K: ToSingleRedisArg>(key: K) -> Option<String> { command!("GET", key) }

    /// Gives the values of several keys in their order, `None` for each that does not exist or is no string.
    ///
    /// [`MGET`](https://redis.io/docs/latest/commands/mget/), since 1.0.0, O(N).
    fn mget<K: ToRedisArgs>(key: K) -> Vec<Option<String>> { command!("MGET", key) }

    /// Sets `key` to `value`, whatever was there, and removes its time to live.
    ///
    /// [`SET`](https://redis.io/docs/latest/commands/set/), since 1.0.0, O(1).
    fn set<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> () {
        command!("SET", key, value)
    }

    /// Sets `key` to `value` under conditions, with a time to live, or asking for the old value.
    ///
    /// The reply is `"OK"`, `None` when a condition prevented it; with [`SetOptions::get`] it is the old
    /// value, `None` when there was none.
    ///
    /// [`SET`](https://redis.io/docs/latest/commands/set/), since 1.0.0, O(1).
    fn set_options<K: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        value: V,
        options: SetOptions,
    ) -> Option<String> {
        command!("SET", key, value, options)
    }

    /// Sets every key to its value at once.
    ///
    /// [`MSET`](https://redis.io/docs/latest/commands/mset/), since 1.0.1, O(N).
    fn mset<K: ToRedisArgs, V: ToRedisArgs>(items: &'a [(K, V)]) -> () { command!("MSET", items) }

    /// Sets every key to its value at once, with one time to live for all. `false` when a condition prevented
    /// it.
    ///
    /// [`MSETEX`](https://redis.io/docs/latest/commands/msetex/), since 8.4.0 (Valkey 9.1.0), O(N).
    fn mset_ex<K: ToRedisArgs, V: ToRedisArgs>(items: &'a [(K, V)], options: MSetOptions) -> bool {
        command!("MSETEX").arg(items.len()).arg(items).arg(options)
    }

    /// Sets every key to its value at once, unless one of them exists. `false` when one does: nothing is set
    /// then.
    ///
    /// [`MSETNX`](https://redis.io/docs/latest/commands/msetnx/), since 1.0.1, O(N).
    fn mset_nx<K: ToRedisArgs, V: ToRedisArgs>(items: &'a [(K, V)]) -> bool { command!("MSETNX", items) }

    /// Sets `key` to `value` with a time to live in seconds. Zero is an error.
    ///
    /// [`SETEX`](https://redis.io/docs/latest/commands/setex/), since 2.0.0, O(1).
    fn set_ex<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V, seconds: u64) -> () {
        command!("SETEX", key, seconds, value)
    }

    /// Sets `key` to `value` with a time to live in milliseconds. Zero is an error.
    ///
    /// [`PSETEX`](https://redis.io/docs/latest/commands/psetex/), since 2.6.0, O(1).
    fn pset_ex<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V, milliseconds: u64) -> () {
        command!("PSETEX", key, milliseconds, value)
    }

    /// Sets `key` to `value` unless it exists. `false` when it does.
    ///
    /// [`SETNX`](https://redis.io/docs/latest/commands/setnx/), since 1.0.0, O(1).
    fn set_nx<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> bool {
        command!("SETNX", key, value)
    }

    /// Sets `key` to `value` and gives the old value; `None` when there was none. The time to live is
    /// removed.
    ///
    /// [`GETSET`](https://redis.io/docs/latest/commands/getset/), since 1.0.0, O(1).
    fn getset<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> Option<String> {
        command!("GETSET", key, value)
    }

    /// Gives the value of `key` and changes its time to live; `None` when there is no such key.
    ///
    /// [`GETEX`](https://redis.io/docs/latest/commands/getex/), since 6.2.0, O(1).
    fn get_ex<K: ToSingleRedisArg>(key: K, expire_at: Expiry) -> Option<String> {
        command!("GETEX", key, expire_at)
    }

    /// Gives the value of `key` and deletes it; `None` when there is no such key.
    ///
    /// [`GETDEL`](https://redis.io/docs/latest/commands/getdel/), since 6.2.0, O(1).
    fn get_del<K: ToSingleRedisArg>(key: K) -> Option<String> { command!("GETDEL", key) }

    /// Gives the bytes of the value from `from` to `to`, both included; -1 is the last one. Empty when there
    /// is no such key.
    ///
    /// [`GETRANGE`](https://redis.io/docs/latest/commands/getrange/), since 2.4.0, O(N).
    fn getrange<K: ToSingleRedisArg>(key: K, from: isize, to: isize) -> String {
        command!("GETRANGE", key, from, to)
    }

    /// Overwrites a part of the value from byte `offset` on and gives the new length in bytes. Gaps are
    /// filled with zeros.
    ///
    /// [`SETRANGE`](https://redis.io/docs/latest/commands/setrange/), since 2.2.0, O(N).
    fn setrange<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, offset: isize, value: V) -> usize {
        command!("SETRANGE", key, offset, value)
    }

    /// Appends to the value and gives the new length in bytes. An absent key counts as empty.
    ///
    /// [`APPEND`](https://redis.io/docs/latest/commands/append/), since 2.0.0, O(1).
    fn append<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> usize {
        command!("APPEND", key, value)
    }

    /// Gives the length of the value in bytes, 0 when there is no such key.
    ///
    /// [`STRLEN`](https://redis.io/docs/latest/commands/strlen/), since 2.2.0, O(1).
    fn strlen<K: ToSingleRedisArg>(key: K) -> usize { command!("STRLEN", key) }

    /// Adds `delta` to the number that the value spells and gives the sum; an absent key counts as 0.
    ///
    /// A `delta` of a floating point type sends INCRBYFLOAT; read such a reply as `f64`.
    ///
    /// [`INCRBY`](https://redis.io/docs/latest/commands/incrby/), since 1.0.0, O(1).
    fn incr<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, delta: V) -> i64, typed (isize) {
        match delta.describe_numeric_behavior() {
            NumericBehavior::NumberIsFloat => command!("INCRBYFLOAT", key, delta),
            _ => command!("INCRBY", key, delta),
        }
    }

    /// Adds 1 to the number that the value spells and gives the sum; an absent key counts as 0.
    ///
    /// [`INCR`](https://redis.io/docs/latest/commands/incr/), since 1.0.0, O(1).
    fn incr_one<K: ToSingleRedisArg>(key: K) -> i64, typed none { command!("INCR", key) }

    /// Adds `delta` to the number that the value spells and gives the sum; an absent key counts as 0.
    ///
    /// [`INCRBYFLOAT`](https://redis.io/docs/latest/commands/incrbyfloat/), since 2.6.0, O(1).
    fn incr_by_float<K: ToSingleRedisArg>(key: K, delta: f64) -> f64, typed none {
        command!("INCRBYFLOAT", key, delta)
    }

    /// Subtracts `delta` from the number that the value spells and gives the difference; an absent key counts
    /// as 0.
    ///
    /// [`DECRBY`](https://redis.io/docs/latest/commands/decrby/), since 1.0.0, O(1).
    fn decr<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, delta: V) -> i64, typed (isize) {
        command!("DECRBY", key, delta)
    }

    /// Subtracts 1 from the number that the value spells and gives the difference; an absent key counts as 0.
    ///
    /// [`DECR`](https://redis.io/docs/latest/commands/decr/), since 1.0.0, O(1).
    fn decr_one<K: ToSingleRedisArg>(key: K) -> i64, typed none { command!("DECR", key) }

    /// Adds `increment` within bounds, and with a time to live; gives the value and what was added to it. An
    /// absent key counts as 0.
    ///
    /// A sum out of bounds changes nothing, unless the options say to stop at the bound. An `increment` of a
    /// floating point type adds one; read such a reply as `(f64, f64)`.
    ///
    /// [`INCREX`](https://redis.io/docs/latest/commands/increx/), since 8.8.0, O(1).
    fn increx<K: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        increment: V,
        options: IncrexOptions<V>,
    ) -> (i64, i64), typed (IncrexResult) {
        let kind = match increment.describe_numeric_behavior() {
            NumericBehavior::NumberIsFloat => "BYFLOAT",
            _ => "BYINT",
        };
        command!("INCREX", key, kind, increment, options)
    }

    /// Gives the longest common subsequence of two values; an absent key counts as empty.
    ///
    /// [`LCS`](https://redis.io/docs/latest/commands/lcs/), since 7.0.0, O(N*M) in the lengths.
    fn lcs<K1: ToSingleRedisArg, K2: ToSingleRedisArg>(key1: K1, key2: K2) -> String, typed none {
        command!("LCS", key1, key2)
    }

    /// Gives the length of the longest common subsequence of two values; an absent key counts as empty.
    ///
    /// [`LCS`](https://redis.io/docs/latest/commands/lcs/), since 7.0.0, O(N*M) in the lengths.
    fn lcs_len<K1: ToSingleRedisArg, K2: ToSingleRedisArg>(key1: K1, key2: K2) -> u64, typed none {
        command!("LCS", key1, key2, "LEN")
    }

    /// Gives the places of what two values share, the last ones first; an absent key counts as empty.
    ///
    /// [`LCS`](https://redis.io/docs/latest/commands/lcs/), since 7.0.0, O(N*M) in the lengths.
    fn lcs_matches<K1: ToSingleRedisArg, K2: ToSingleRedisArg>(
        key1: K1,
        key2: K2,
        options: LcsOptions,
    ) -> LcsMatches, typed none {
        command!("LCS", key1, key2, "IDX", options, "WITHMATCHLEN")
    }

    /// Deletes `key` if its value is `value`. `false` when it is another or there is no such key.
    ///
    /// [`DELIFEQ`](https://valkey.io/commands/delifeq/), since Valkey 9.0.0, O(1).
    fn del_if_eq<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, value: V) -> bool, typed none {
        command!("DELIFEQ", key, value)
    }

    /// Deletes `key` if its value compares so. Gives how many keys are gone: 0 or 1.
    ///
    /// [`DELEX`](https://redis.io/docs/latest/commands/delex/), since Redis 8.4.0, O(1).
    fn del_ex<K: ToSingleRedisArg>(key: K, value_comparison: ValueComparison) -> usize {
        command!("DELEX", key, value_comparison)
    }

    /// Gives a digest of the value, 16 hex digits; `None` when there is no such key.
    ///
    /// [`DIGEST`](https://redis.io/docs/latest/commands/digest/), since Redis 8.4.0, O(N).
    fn digest<K: ToSingleRedisArg>(key: K) -> Option<String> { command!("DIGEST", key) }
} } }
pub(crate) use strings_rows;
