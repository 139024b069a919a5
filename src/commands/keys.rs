//! The commands on keys of any type, one row each.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! keys_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Deletes keys and gives how many there were.
    ///
    /// [`DEL`](https://redis.io/docs/latest/commands/del/), since 1.0.0, O(N).
    fn del<K: ToRedisArgs>(key: K) -> usize { command!("DEL", key) }

    /// Deletes keys and gives how many there were; their memory is freed in the background.
    ///
    /// [`UNLINK`](https://redis.io/docs/latest/commands/unlink/), since 4.0.0, O(1) per key.
    fn unlink<K: ToRedisArgs>(key: K) -> usize { command!("UNLINK", key) }

    /// Gives how many of the keys exist; one given twice counts twice.
    ///
    /// [`EXISTS`](https://redis.io/docs/latest/commands/exists/), since 1.0.0, O(N).
    fn exists<K: ToRedisArgs>(key: K) -> usize, typed (bool) { command!("EXISTS", key) }

    /// Marks keys as just used and gives how many there are.
    ///
    /// [`TOUCH`](https://redis.io/docs/latest/commands/touch/), since 3.2.1, O(N).
    fn touch<K: ToRedisArgs>(keys: K) -> usize, typed none { command!("TOUCH", keys) }

    /// Gives the type of the value of `key`; [`ValueType::None`] when there is no such key.
    ///
    /// [`TYPE`](https://redis.io/docs/latest/commands/type/), since 1.0.0, O(1).
    fn key_type<K: ToSingleRedisArg>(key: K) -> ValueType { command!("TYPE", key) }

    /// Gives all keys that match a glob pattern. It looks at every key and blocks the server meanwhile:
    /// prefer a scan.
    ///
    /// [`KEYS`](https://redis.io/docs/latest/commands/keys/), since 1.0.0, O(N).
    fn keys<K: ToSingleRedisArg>(key: K) -> Vec<String> { command!("KEYS", key) }

    /// Gives some key, `None` when there is none.
    ///
    /// [`RANDOMKEY`](https://redis.io/docs/latest/commands/randomkey/), since 1.0.0, O(1).
    fn randomkey() -> Option<String>, typed none { command!("RANDOMKEY") }

    /// Gives some keys, and the cursor to go on with: 0 at the beginning and at the end. A key may be given
    /// twice; one that comes or goes meanwhile may be given or not.
    ///
    /// [`SCAN`](https://redis.io/docs/latest/commands/scan/), since 2.8.0, O(1) per call.
    fn scan_step(cursor: u64, options: ScanOptions) -> (u64, Vec<String>), typed none {
        command!("SCAN", cursor, options)
    }

    /// Gives `key` the name `new_key`, whatever that held. An error when there is no such key.
    ///
    /// [`RENAME`](https://redis.io/docs/latest/commands/rename/), since 1.0.0, O(1).
    fn rename<K: ToSingleRedisArg, N: ToSingleRedisArg>(key: K, new_key: N) -> () {
        command!("RENAME", key, new_key)
    }

    /// Gives `key` the name `new_key` unless that exists. `false` when it does, an error when there is no
    /// such key.
    ///
    /// [`RENAMENX`](https://redis.io/docs/latest/commands/renamenx/), since 1.0.0, O(1).
    fn rename_nx<K: ToSingleRedisArg, N: ToSingleRedisArg>(key: K, new_key: N) -> bool {
        command!("RENAMENX", key, new_key)
    }

    /// Copies a value with its time to live. `false` when there is no source, or a destination that is not to
    /// be replaced.
    ///
    /// [`COPY`](https://redis.io/docs/latest/commands/copy/), since 6.2.0, O(N).
    fn copy<KSrc: ToSingleRedisArg, KDst: ToSingleRedisArg, Db: ToString>(
        source: KSrc,
        destination: KDst,
        options: CopyOptions<Db>,
    ) -> bool {
        command!("COPY", source, destination, options)
    }

    /// Moves `key` to another database. `false` when there is no such key, or the other database has one.
    ///
    /// [`MOVE`](https://redis.io/docs/latest/commands/move/), since 1.0.0, O(1).
    fn move_key<K: ToSingleRedisArg>(key: K, db: u32) -> bool, typed none {
        command!("MOVE", key, db)
    }

    /// Lets `key` expire after `seconds`; zero or less deletes it now. `false` when there is no such key.
    ///
    /// [`EXPIRE`](https://redis.io/docs/latest/commands/expire/), since 1.0.0, O(1).
    fn expire<K: ToSingleRedisArg>(key: K, seconds: i64) -> bool { command!("EXPIRE", key, seconds) }

    /// Lets `key` expire after `seconds` if its present time to live allows it. `false` when not, or there is
    /// no such key.
    ///
    /// [`EXPIRE`](https://redis.io/docs/latest/commands/expire/), since 1.0.0, O(1), the options since 7.0.0.
    fn expire_options<K: ToSingleRedisArg>(key: K, seconds: i64, option: ExpireOption) -> bool, typed none {
        command!("EXPIRE", key, seconds, option)
    }

    /// Lets `key` expire after `time`, rounded up to a millisecond; zero deletes it now. `false` when there
    /// is no such key.
    ///
    /// [`PEXPIRE`](https://redis.io/docs/latest/commands/pexpire/), since 2.6.0, O(1).
    fn expire_after<K: ToSingleRedisArg>(key: K, time: Duration) -> bool, typed none {
        command!("PEXPIRE").arg(key).arg(millis(time))
    }

    /// Lets `key` expire at a second since 1970; the past deletes it now. `false` when there is no such key.
    ///
    /// [`EXPIREAT`](https://redis.io/docs/latest/commands/expireat/), since 1.2.0, O(1).
    fn expire_at<K: ToSingleRedisArg>(key: K, ts: i64) -> bool { command!("EXPIREAT", key, ts) }

    /// Lets `key` expire at a second since 1970 if its present time to live allows it. `false` when not, or
    /// there is no such key.
    ///
    /// [`EXPIREAT`](https://redis.io/docs/latest/commands/expireat/), since 1.2.0, O(1), the options since
    /// 7.0.0.
    fn expire_at_options<K: ToSingleRedisArg>(key: K, ts: i64, option: ExpireOption) -> bool, typed none {
        command!("EXPIREAT", key, ts, option)
    }

    /// Lets `key` expire after that many milliseconds; zero or less deletes it now. `false` when there is no
    /// such key.
    ///
    /// [`PEXPIRE`](https://redis.io/docs/latest/commands/pexpire/), since 2.6.0, O(1).
    fn pexpire<K: ToSingleRedisArg>(key: K, ms: i64) -> bool { command!("PEXPIRE", key, ms) }

    /// Lets `key` expire after that many milliseconds if its present time to live allows it. `false` when
    /// not, or there is no such key.
    ///
    /// [`PEXPIRE`](https://redis.io/docs/latest/commands/pexpire/), since 2.6.0, O(1), the options since
    /// 7.0.0.
    fn pexpire_options<K: ToSingleRedisArg>(key: K, ms: i64, option: ExpireOption) -> bool, typed none {
        command!("PEXPIRE", key, ms, option)
    }

    /// Lets `key` expire at a millisecond since 1970; the past deletes it now. `false` when there is no such
    /// key.
    ///
    /// [`PEXPIREAT`](https://redis.io/docs/latest/commands/pexpireat/), since 2.6.0, O(1).
    fn pexpire_at<K: ToSingleRedisArg>(key: K, ts: i64) -> bool { command!("PEXPIREAT", key, ts) }

    /// Lets `key` expire at a millisecond since 1970 if its present time to live allows it. `false` when not,
    /// or there is no such key.
    ///
    /// [`PEXPIREAT`](https://redis.io/docs/latest/commands/pexpireat/), since 2.6.0, O(1), the options since
    /// 7.0.0.
    fn pexpire_at_options<K: ToSingleRedisArg>(key: K, ts: i64, option: ExpireOption) -> bool, typed none {
        command!("PEXPIREAT", key, ts, option)
    }

    /// Gives the second since 1970 at which `key` expires.
    ///
    /// [`EXPIRETIME`](https://redis.io/docs/latest/commands/expiretime/), since 7.0.0, O(1).
    fn expire_time<K: ToSingleRedisArg>(key: K) -> IntegerReplyOrNoOp { command!("EXPIRETIME", key) }

    /// Gives the millisecond since 1970 at which `key` expires.
    ///
    /// [`PEXPIRETIME`](https://redis.io/docs/latest/commands/pexpiretime/), since 7.0.0, O(1).
    fn pexpire_time<K: ToSingleRedisArg>(key: K) -> IntegerReplyOrNoOp { command!("PEXPIRETIME", key) }

    /// Gives the time to live of `key` in seconds.
    ///
    /// [`TTL`](https://redis.io/docs/latest/commands/ttl/), since 1.0.0, O(1).
    fn ttl<K: ToSingleRedisArg>(key: K) -> IntegerReplyOrNoOp { command!("TTL", key) }

    /// Gives the time to live of `key` in milliseconds.
    ///
    /// [`PTTL`](https://redis.io/docs/latest/commands/pttl/), since 2.6.0, O(1).
    fn pttl<K: ToSingleRedisArg>(key: K) -> IntegerReplyOrNoOp { command!("PTTL", key) }

    /// Removes the time to live of `key`. `false` when it has none, or there is no such key.
    ///
    /// [`PERSIST`](https://redis.io/docs/latest/commands/persist/), since 2.2.0, O(1).
    fn persist<K: ToSingleRedisArg>(key: K) -> bool { command!("PERSIST", key) }

    /// Gives the value of `key` in the server's own form, which RESTORE reads; `None` when there is no such
    /// key.
    ///
    /// [`DUMP`](https://redis.io/docs/latest/commands/dump/), since 2.6.0, O(N).
    fn dump<K: ToSingleRedisArg>(key: K) -> Option<Bytes>, typed none { command!("DUMP", key) }

    /// Makes `key` of a value that DUMP gave.
    ///
    /// [`RESTORE`](https://redis.io/docs/latest/commands/restore/), since 2.6.0, O(N).
    fn restore<K: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        value: V,
        options: RestoreOptions,
    ) -> (), typed none {
        command!("RESTORE").arg(key).arg(options.ttl()).arg(value).arg(options)
    }

    /// Moves keys to another server. `"OK"`, or `"NOKEY"` when none of them exists.
    ///
    /// When it fails by a time limit, a key may be on both servers. The time limit is between any two steps
    /// of the transfer.
    ///
    /// [`MIGRATE`](https://redis.io/docs/latest/commands/migrate/), since 2.6.0, O(N).
    fn migrate<H: ToSingleRedisArg, K: ToRedisArgs>(
        host: H,
        port: u16,
        keys: K,
        db: u32,
        timeout: Duration,
        options: MigrateOptions,
    ) -> String, typed none {
        command!("MIGRATE")
            .arg(host)
            .arg(port)
            .arg("")
            .arg(db)
            .arg(millis(timeout).max(1))
            .arg(options)
            .arg("KEYS")
            .arg(keys)
    }

    /// Gives the elements of a list, set or sorted set in order. An absent key counts as empty.
    ///
    /// With [`SortOptions::get`] an element may be null; read such a reply as `Vec<Option<String>>`.
    ///
    /// [`SORT`](https://redis.io/docs/latest/commands/sort/), since 1.0.0, O(N+M*log(M)).
    fn sort<K: ToSingleRedisArg>(key: K, options: SortOptions) -> Vec<String>, typed none {
        command!("SORT", key, options)
    }

    /// Gives the elements of a list, set or sorted set in order, on a replica too. An absent key counts as
    /// empty.
    ///
    /// [`SORT_RO`](https://redis.io/docs/latest/commands/sort_ro/), since 7.0.0, O(N+M*log(M)).
    fn sort_ro<K: ToSingleRedisArg>(key: K, options: SortOptions) -> Vec<String>, typed none {
        command!("SORT_RO", key, options)
    }

    /// Stores the elements of a list, set or sorted set in order as the list `destination`, and gives how
    /// many they are.
    ///
    /// [`SORT`](https://redis.io/docs/latest/commands/sort/), since 1.0.0, O(N+M*log(M)).
    fn sort_store<K: ToSingleRedisArg, D: ToSingleRedisArg>(
        key: K,
        destination: D,
        options: SortOptions,
    ) -> usize, typed none {
        command!("SORT", key, options, "STORE", destination)
    }

    /// Gives how the server keeps the value of `key`: `embstr`, `listpack`, …; `None` when there is no such
    /// key.
    ///
    /// [`OBJECT ENCODING`](https://redis.io/docs/latest/commands/object-encoding/), since 2.2.3, O(1).
    fn object_encoding<K: ToSingleRedisArg>(key: K) -> Option<String> { command!("OBJECT ENCODING", key) }

    /// Gives for how many seconds `key` has not been used; `None` when there is no such key. An error under
    /// an LFU policy.
    ///
    /// [`OBJECT IDLETIME`](https://redis.io/docs/latest/commands/object-idletime/), since 2.2.3, O(1).
    fn object_idletime<K: ToSingleRedisArg>(key: K) -> Option<usize> { command!("OBJECT IDLETIME", key) }

    /// Gives the logarithmic count of uses of `key`; `None` when there is no such key. An error but under an
    /// LFU policy.
    ///
    /// [`OBJECT FREQ`](https://redis.io/docs/latest/commands/object-freq/), since 4.0.0, O(1).
    fn object_freq<K: ToSingleRedisArg>(key: K) -> Option<usize> { command!("OBJECT FREQ", key) }

    /// Gives how many references there are to the value of `key`; `None` when there is no such key.
    ///
    /// [`OBJECT REFCOUNT`](https://redis.io/docs/latest/commands/object-refcount/), since 2.2.3, O(1).
    fn object_refcount<K: ToSingleRedisArg>(key: K) -> Option<usize> { command!("OBJECT REFCOUNT", key) }
} } }
pub(crate) use keys_rows;

#[rustfmt::skip]
macro_rules! keys_blocking_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Waits until that many replicas have all that this connection wrote before, and gives how many have.
    ///
    /// It speaks about one connection: on a client it says nothing about commands sent before, on a lease
    /// about those of the lease. `Duration::ZERO` waits for ever.
    ///
    /// [`WAIT`](https://redis.io/docs/latest/commands/wait/), since 3.0.0, O(1).
    fn wait(replicas: usize, timeout: Duration) -> usize, typed none {
        command!("WAIT").arg(replicas).arg(millis(timeout))
    }

    /// Waits until what this connection wrote before is in the append only files, here (`local` is 0 or 1)
    /// and on that many replicas. Gives how many have it: here, and replicas.
    ///
    /// It speaks about one connection, as `wait` does. `Duration::ZERO` waits for ever.
    ///
    /// [`WAITAOF`](https://redis.io/docs/latest/commands/waitaof/), since 7.2.0, O(1).
    fn waitaof(local: usize, replicas: usize, timeout: Duration) -> (usize, usize), typed none {
        command!("WAITAOF").arg(local).arg(replicas).arg(millis(timeout))
    }
} } }
pub(crate) use keys_blocking_rows;
