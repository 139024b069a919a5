//! The commands on hashes, one row each.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! hashes_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the value of a field; `None` when there is no such field or key.
    ///
    /// [`HGET`](https://redis.io/docs/latest/commands/hget/), since 2.0.0, O(1).
    fn hget<K: ToSingleRedisArg, F: ToSingleRedisArg>(key: K, field: F) -> Option<String> {
        command!("HGET", key, field)
    }

    /// Gives the values of several fields in their order, `None` for each that does not exist.
    ///
    /// [`HMGET`](https://redis.io/docs/latest/commands/hmget/), since 2.0.0, O(N).
    fn hmget<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        fields: F,
    ) -> Vec<Option<String>>, typed (Vec<String>) {
        command!("HMGET", key, fields)
    }

    /// Gives all fields with their values. An absent key counts as empty.
    ///
    /// [`HGETALL`](https://redis.io/docs/latest/commands/hgetall/), since 2.0.0, O(N).
    fn hgetall<K: ToSingleRedisArg>(key: K) -> HashMap<String, String> { command!("HGETALL", key) }

    /// Gives the values of fields and deletes these; `None` for each that does not exist.
    ///
    /// [`HGETDEL`](https://redis.io/docs/latest/commands/hgetdel/), since 8.0.0 (Valkey 9.1.0), O(N).
    fn hget_del<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<Option<String>> {
        command!("HGETDEL").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Gives the values of fields and changes their time to live; `None` for each that does not exist.
    ///
    /// [`HGETEX`](https://redis.io/docs/latest/commands/hgetex/), since 8.0.0 (Valkey 9.0.0), O(N).
    fn hget_ex<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        fields: F,
        expire_at: Expiry,
    ) -> Vec<Option<String>>, typed (Vec<String>) {
        command!("HGETEX").arg(key).arg(expire_at).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Sets a field and gives how many are new: 0 when it was there and has another value now.
    ///
    /// [`HSET`](https://redis.io/docs/latest/commands/hset/), since 2.0.0, O(1).
    fn hset<K: ToSingleRedisArg, F: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        field: F,
        value: V,
    ) -> usize {
        command!("HSET", key, field, value)
    }

    /// Sets several fields, from a map or from a list of pairs, and gives how many are new.
    ///
    /// [`HSET`](https://redis.io/docs/latest/commands/hset/), since 2.0.0, O(N).
    fn hset_all<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, fields: M) -> usize, typed none {
        command!("HSET", key, fields)
    }

    /// Sets several fields.
    ///
    /// [`HMSET`](https://redis.io/docs/latest/commands/hmset/), since 2.0.0, O(N).
    fn hset_multiple<K: ToSingleRedisArg, F: ToRedisArgs, V: ToRedisArgs>(key: K, items: &'a [(F, V)]) -> () {
        command!("HMSET", key, items)
    }

    /// Sets a field unless it exists. `false` when it does.
    ///
    /// [`HSETNX`](https://redis.io/docs/latest/commands/hsetnx/), since 2.0.0, O(1).
    fn hset_nx<K: ToSingleRedisArg, F: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        field: F,
        value: V,
    ) -> bool {
        command!("HSETNX", key, field, value)
    }

    /// Sets several fields with one time to live for them. `false` when a condition prevented it: nothing is
    /// set then.
    ///
    /// [`HSETEX`](https://redis.io/docs/latest/commands/hsetex/), since 8.0.0 (Valkey 9.0.0), O(N).
    fn hset_ex<K: ToSingleRedisArg, F: ToRedisArgs, V: ToRedisArgs>(
        key: K,
        hash_field_expiration_options: &'a HashFieldExpirationOptions,
        fields_values: &'a [(F, V)],
    ) -> bool {
        command!("HSETEX")
            .arg(key)
            .arg(hash_field_expiration_options)
            .arg("FIELDS")
            .arg(fields_values.len())
            .arg(fields_values)
    }

    /// Deletes fields and gives how many there were. With the last field goes the key.
    ///
    /// [`HDEL`](https://redis.io/docs/latest/commands/hdel/), since 2.0.0, O(N).
    fn hdel<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, field: F) -> usize {
        command!("HDEL", key, field)
    }

    /// Tells whether a field exists.
    ///
    /// [`HEXISTS`](https://redis.io/docs/latest/commands/hexists/), since 2.0.0, O(1).
    fn hexists<K: ToSingleRedisArg, F: ToSingleRedisArg>(key: K, field: F) -> bool {
        command!("HEXISTS", key, field)
    }

    /// Adds `delta` to the number that a field spells and gives the sum; an absent field counts as 0.
    ///
    /// A `delta` of a floating point type sends HINCRBYFLOAT. `hincr_by` reads the whole range of integers.
    ///
    /// [`HINCRBY`](https://redis.io/docs/latest/commands/hincrby/), since 2.0.0, O(1).
    fn hincr<K: ToSingleRedisArg, F: ToSingleRedisArg, D: ToSingleRedisArg>(
        key: K,
        field: F,
        delta: D,
    ) -> f64 {
        match delta.describe_numeric_behavior() {
            NumericBehavior::NumberIsFloat => command!("HINCRBYFLOAT", key, field, delta),
            _ => command!("HINCRBY", key, field, delta),
        }
    }

    /// Adds `delta` to the number that a field spells and gives the sum; an absent field counts as 0.
    ///
    /// [`HINCRBY`](https://redis.io/docs/latest/commands/hincrby/), since 2.0.0, O(1).
    fn hincr_by<K: ToSingleRedisArg, F: ToSingleRedisArg>(key: K, field: F, delta: i64) -> i64, typed none {
        command!("HINCRBY", key, field, delta)
    }

    /// Adds `delta` to the number that a field spells and gives the sum; an absent field counts as 0.
    ///
    /// [`HINCRBYFLOAT`](https://redis.io/docs/latest/commands/hincrbyfloat/), since 2.6.0, O(1).
    fn hincr_by_float<K: ToSingleRedisArg, F: ToSingleRedisArg>(
        key: K,
        field: F,
        delta: f64,
    ) -> f64, typed none {
        command!("HINCRBYFLOAT", key, field, delta)
    }

    /// Gives all fields. An absent key counts as empty.
    ///
    /// [`HKEYS`](https://redis.io/docs/latest/commands/hkeys/), since 2.0.0, O(N).
    fn hkeys<K: ToSingleRedisArg>(key: K) -> Vec<String> { command!("HKEYS", key) }

    /// Gives all values. An absent key counts as empty.
    ///
    /// [`HVALS`](https://redis.io/docs/latest/commands/hvals/), since 2.0.0, O(N).
    fn hvals<K: ToSingleRedisArg>(key: K) -> Vec<String> { command!("HVALS", key) }

    /// Gives the number of fields, 0 when there is no such key.
    ///
    /// [`HLEN`](https://redis.io/docs/latest/commands/hlen/), since 2.0.0, O(1).
    fn hlen<K: ToSingleRedisArg>(key: K) -> usize { command!("HLEN", key) }

    /// Gives the length of a field's value in bytes, 0 when there is no such field or key.
    ///
    /// [`HSTRLEN`](https://redis.io/docs/latest/commands/hstrlen/), since 3.2.0, O(1).
    fn hstrlen<K: ToSingleRedisArg, F: ToSingleRedisArg>(key: K, field: F) -> usize, typed none {
        command!("HSTRLEN", key, field)
    }

    /// Gives some field; `None` when there is no such key.
    ///
    /// [`HRANDFIELD`](https://redis.io/docs/latest/commands/hrandfield/), since 6.2.0, O(1).
    fn hrandfield<K: ToSingleRedisArg>(key: K) -> Option<String>, typed none {
        command!("HRANDFIELD", key)
    }

    /// Gives some fields: up to `count` different ones, or exactly `-count` of them when negative, some
    /// perhaps twice.
    ///
    /// [`HRANDFIELD`](https://redis.io/docs/latest/commands/hrandfield/), since 6.2.0, O(N).
    fn hrandfield_multiple<K: ToSingleRedisArg>(key: K, count: i64) -> Vec<String>, typed none {
        command!("HRANDFIELD", key, count)
    }

    /// Gives some fields with their values: up to `count` different ones, or exactly `-count` of them when
    /// negative.
    ///
    /// [`HRANDFIELD`](https://redis.io/docs/latest/commands/hrandfield/), since 6.2.0, O(N).
    fn hrandfield_withvalues<K: ToSingleRedisArg>(key: K, count: i64) -> Vec<(String, String)>, typed none {
        command!("HRANDFIELD", key, count, "WITHVALUES")
    }

    /// Gives some fields with their values, and the cursor to go on with: 0 at the beginning and at the end.
    ///
    /// [`HSCAN`](https://redis.io/docs/latest/commands/hscan/), since 2.8.0, O(1) per call.
    fn hscan_step<K: ToSingleRedisArg>(
        key: K,
        cursor: u64,
        options: ScanOptions,
    ) -> (u64, Vec<(String, String)>), typed none {
        command!("HSCAN", key, cursor, options)
    }

    /// Gives some fields without their values, and the cursor to go on with. Redis has it since 7.4, Valkey
    /// since 8.0.
    ///
    /// [`HSCAN`](https://redis.io/docs/latest/commands/hscan/), since 2.8.0, O(1) per call.
    fn hscan_step_novalues<K: ToSingleRedisArg>(
        key: K,
        cursor: u64,
        options: ScanOptions,
    ) -> (u64, Vec<String>), typed none {
        command!("HSCAN", key, cursor, options, "NOVALUES")
    }

    /// Lets fields expire after `seconds`. For each: 1 when it is set, 0 when the option prevented it, 2 when
    /// zero seconds deleted the field, -2 when it does not exist.
    ///
    /// [`HEXPIRE`](https://redis.io/docs/latest/commands/hexpire/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hexpire<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        seconds: i64,
        opt: ExpireOption,
        fields: F,
    ) -> Vec<IntegerReplyOrNoOp> {
        command!("HEXPIRE").arg(key).arg(seconds).arg(opt).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Lets fields expire at a second since 1970. For each the same as `hexpire`.
    ///
    /// [`HEXPIREAT`](https://redis.io/docs/latest/commands/hexpireat/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hexpire_at<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        ts: i64,
        opt: ExpireOption,
        fields: F,
    ) -> Vec<IntegerReplyOrNoOp> {
        command!("HEXPIREAT").arg(key).arg(ts).arg(opt).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Lets fields expire after that many milliseconds. For each the same as `hexpire`.
    ///
    /// [`HPEXPIRE`](https://redis.io/docs/latest/commands/hpexpire/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hpexpire<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        milliseconds: i64,
        opt: ExpireOption,
        fields: F,
    ) -> Vec<IntegerReplyOrNoOp> {
        command!("HPEXPIRE")
            .arg(key)
            .arg(milliseconds)
            .arg(opt)
            .arg("FIELDS")
            .arg(fields.num_of_args())
            .arg(fields)
    }

    /// Lets fields expire at a millisecond since 1970. For each the same as `hexpire`.
    ///
    /// [`HPEXPIREAT`](https://redis.io/docs/latest/commands/hpexpireat/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hpexpire_at<K: ToSingleRedisArg, F: ToRedisArgs>(
        key: K,
        ts: i64,
        opt: ExpireOption,
        fields: F,
    ) -> Vec<IntegerReplyOrNoOp> {
        command!("HPEXPIREAT").arg(key).arg(ts).arg(opt).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Gives the second since 1970 at which each field expires.
    ///
    /// [`HEXPIRETIME`](https://redis.io/docs/latest/commands/hexpiretime/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hexpire_time<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<IntegerReplyOrNoOp> {
        command!("HEXPIRETIME").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Gives the millisecond since 1970 at which each field expires.
    ///
    /// [`HPEXPIRETIME`](https://redis.io/docs/latest/commands/hpexpiretime/), since 7.4.0 (Valkey 9.0.0),
    /// O(N).
    fn hpexpire_time<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<IntegerReplyOrNoOp> {
        command!("HPEXPIRETIME").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Gives the time to live of each field in seconds.
    ///
    /// [`HTTL`](https://redis.io/docs/latest/commands/httl/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn httl<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<IntegerReplyOrNoOp> {
        command!("HTTL").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Gives the time to live of each field in milliseconds.
    ///
    /// [`HPTTL`](https://redis.io/docs/latest/commands/hpttl/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hpttl<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<IntegerReplyOrNoOp> {
        command!("HPTTL").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }

    /// Removes the time to live of fields. For each: 1 when it is removed, -1 when it had none, -2 when it
    /// does not exist.
    ///
    /// [`HPERSIST`](https://redis.io/docs/latest/commands/hpersist/), since 7.4.0 (Valkey 9.0.0), O(N).
    fn hpersist<K: ToSingleRedisArg, F: ToRedisArgs>(key: K, fields: F) -> Vec<IntegerReplyOrNoOp> {
        command!("HPERSIST").arg(key).arg("FIELDS").arg(fields.num_of_args()).arg(fields)
    }
} } }
pub(crate) use hashes_rows;
