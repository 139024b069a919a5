//! The commands on lists, one row each. Those that wait for an element are in a table of their own.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! lists_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Puts elements before the head, one after the other, and gives the new length.
    ///
    /// [`LPUSH`](https://redis.io/docs/latest/commands/lpush/), since 1.0.0, O(1) per element.
    fn lpush<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, value: V) -> usize {
        command!("LPUSH", key, value)
    }

    /// Puts elements before the head if the list exists, and gives the new length: 0 when there is no such
    /// key.
    ///
    /// [`LPUSHX`](https://redis.io/docs/latest/commands/lpushx/), since 2.2.0, O(1) per element.
    fn lpush_exists<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, value: V) -> usize {
        command!("LPUSHX", key, value)
    }

    /// Puts elements behind the tail, one after the other, and gives the new length.
    ///
    /// [`RPUSH`](https://redis.io/docs/latest/commands/rpush/), since 1.0.0, O(1) per element.
    fn rpush<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, value: V) -> usize {
        command!("RPUSH", key, value)
    }

    /// Puts elements behind the tail if the list exists, and gives the new length: 0 when there is no such
    /// key.
    ///
    /// [`RPUSHX`](https://redis.io/docs/latest/commands/rpushx/), since 2.2.0, O(1) per element.
    fn rpush_exists<K: ToSingleRedisArg, V: ToRedisArgs>(key: K, value: V) -> usize {
        command!("RPUSHX", key, value)
    }

    /// Takes the head, or up to `count` elements from it on.
    ///
    /// Without a count the reply is an element, with one a list; null when there is no such key. Read it as
    /// `Option<String>` or `Option<Vec<String>>`.
    ///
    /// [`LPOP`](https://redis.io/docs/latest/commands/lpop/), since 1.0.0, O(N).
    fn lpop<K: ToSingleRedisArg>(key: K, count: Option<NonZeroUsize>) -> Value, typed any {
        command!("LPOP", key, count)
    }

    /// Takes the tail, or up to `count` elements from it on.
    ///
    /// Without a count the reply is an element, with one a list; null when there is no such key. Read it as
    /// `Option<String>` or `Option<Vec<String>>`.
    ///
    /// [`RPOP`](https://redis.io/docs/latest/commands/rpop/), since 1.0.0, O(N).
    fn rpop<K: ToSingleRedisArg>(key: K, count: Option<NonZeroUsize>) -> Value, typed any {
        command!("RPOP", key, count)
    }

    /// Takes up to `count` elements from an end of the first of `numkeys` lists that is not empty. Gives its
    /// key and the elements; `None` when all are empty.
    ///
    /// [`LMPOP`](https://redis.io/docs/latest/commands/lmpop/), since 7.0.0, O(N+M).
    fn lmpop<K: ToRedisArgs>(
        numkeys: usize,
        key: K,
        dir: Direction,
        count: usize,
    ) -> Option<(String, Vec<String>)> {
        command!("LMPOP", numkeys, key, dir, "COUNT", count)
    }

    /// Takes an element from an end of one list and puts it at an end of another, which may be the same.
    /// Gives the element; `None` when there is no such list.
    ///
    /// [`LMOVE`](https://redis.io/docs/latest/commands/lmove/), since 6.2.0, O(1).
    fn lmove<S: ToSingleRedisArg, D: ToSingleRedisArg>(
        srckey: S,
        dstkey: D,
        src_dir: Direction,
        dst_dir: Direction,
    ) -> Option<String>, typed (String) {
        command!("LMOVE", srckey, dstkey, src_dir, dst_dir)
    }

    /// Takes the tail of one list and puts it before the head of another, which may be the same. Gives the
    /// element; `None` when there is no such list.
    ///
    /// [`RPOPLPUSH`](https://redis.io/docs/latest/commands/rpoplpush/), since 1.2.0, O(1).
    fn rpoplpush<K: ToSingleRedisArg, D: ToSingleRedisArg>(key: K, dstkey: D) -> Option<String> {
        command!("RPOPLPUSH", key, dstkey)
    }

    /// Gives the number of elements, 0 when there is no such key.
    ///
    /// [`LLEN`](https://redis.io/docs/latest/commands/llen/), since 1.0.0, O(1).
    fn llen<K: ToSingleRedisArg>(key: K) -> usize { command!("LLEN", key) }

    /// Gives the element at `index`, counted from 0 at the head or from -1 at the tail; `None` when there is
    /// none.
    ///
    /// [`LINDEX`](https://redis.io/docs/latest/commands/lindex/), since 1.0.0, O(N).
    fn lindex<K: ToSingleRedisArg>(key: K, index: isize) -> Option<String> {
        command!("LINDEX", key, index)
    }

    /// Gives the elements from index `start` to `stop`, both included; -1 is the tail. An absent key counts
    /// as empty.
    ///
    /// [`LRANGE`](https://redis.io/docs/latest/commands/lrange/), since 1.0.0, O(S+N).
    fn lrange<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> Vec<String> {
        command!("LRANGE", key, start, stop)
    }

    /// Gives the place of an element, `None` when it is not there; with [`LposOptions::count`] the list of
    /// places.
    ///
    /// [`LPOS`](https://redis.io/docs/latest/commands/lpos/), since 6.0.6, O(N).
    fn lpos<K: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        value: V,
        options: LposOptions,
    ) -> Option<usize>, typed any {
        command!("LPOS", key, value, options)
    }

    /// Puts an element before the first one equal to `pivot`, and gives the new length: -1 when there is no
    /// such element, 0 when there is no such key.
    ///
    /// [`LINSERT`](https://redis.io/docs/latest/commands/linsert/), since 2.2.0, O(N).
    fn linsert_before<K: ToSingleRedisArg, P: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        pivot: P,
        value: V,
    ) -> isize {
        command!("LINSERT", key, "BEFORE", pivot, value)
    }

    /// Puts an element behind the first one equal to `pivot`, and gives the new length: -1 when there is no
    /// such element, 0 when there is no such key.
    ///
    /// [`LINSERT`](https://redis.io/docs/latest/commands/linsert/), since 2.2.0, O(N).
    fn linsert_after<K: ToSingleRedisArg, P: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        pivot: P,
        value: V,
    ) -> isize {
        command!("LINSERT", key, "AFTER", pivot, value)
    }

    /// Replaces the element at `index`. An error when there is none.
    ///
    /// [`LSET`](https://redis.io/docs/latest/commands/lset/), since 1.0.0, O(N).
    fn lset<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, index: isize, value: V) -> () {
        command!("LSET", key, index, value)
    }

    /// Deletes elements equal to `value` and gives how many: the first `count` from the head, from the tail
    /// when negative, all when 0.
    ///
    /// [`LREM`](https://redis.io/docs/latest/commands/lrem/), since 1.0.0, O(N+M).
    fn lrem<K: ToSingleRedisArg, V: ToSingleRedisArg>(key: K, count: isize, value: V) -> usize {
        command!("LREM", key, count, value)
    }

    /// Deletes all elements but those from index `start` to `stop`, both included.
    ///
    /// [`LTRIM`](https://redis.io/docs/latest/commands/ltrim/), since 1.0.0, O(N).
    fn ltrim<K: ToSingleRedisArg>(key: K, start: isize, stop: isize) -> () {
        command!("LTRIM", key, start, stop)
    }
} } }
pub(crate) use lists_rows;

#[rustfmt::skip]
macro_rules! lists_blocking_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Takes the head of the first list that is not empty, waiting for one up to `timeout` seconds (0: for
    /// ever). Gives its key and the element; `None` when the time is up.
    ///
    /// An element may be lost when the call is given up or the connection is; with `blmove` it stays on a
    /// list.
    ///
    /// [`BLPOP`](https://redis.io/docs/latest/commands/blpop/), since 2.0.0, O(N).
    fn blpop<K: ToRedisArgs>(key: K, timeout: f64) -> Option<(String, String)>, typed (Option<[String; 2]>) {
        command!("BLPOP", key, timeout)
    }

    /// Takes the tail of the first list that is not empty, waiting for one up to `timeout` seconds (0: for
    /// ever). Gives its key and the element; `None` when the time is up.
    ///
    /// An element may be lost when the call is given up or the connection is; with `blmove` it stays on a
    /// list.
    ///
    /// [`BRPOP`](https://redis.io/docs/latest/commands/brpop/), since 2.0.0, O(N).
    fn brpop<K: ToRedisArgs>(key: K, timeout: f64) -> Option<(String, String)>, typed (Option<[String; 2]>) {
        command!("BRPOP", key, timeout)
    }

    /// Takes up to `count` elements from an end of the first of `numkeys` lists that is not empty, waiting
    /// for one up to `timeout` seconds (0: for ever). Gives its key and the elements; `None` when the time is
    /// up.
    ///
    /// [`BLMPOP`](https://redis.io/docs/latest/commands/blmpop/), since 7.0.0, O(N+M).
    fn blmpop<K: ToRedisArgs>(
        timeout: f64,
        numkeys: usize,
        key: K,
        dir: Direction,
        count: usize,
    ) -> Option<(String, Vec<String>)>, typed (Option<[String; 2]>) {
        command!("BLMPOP", timeout, numkeys, key, dir, "COUNT", count)
    }

    /// Takes an element from an end of one list and puts it at an end of another, waiting for one up to
    /// `timeout` seconds (0: for ever). Gives the element; `None` when the time is up.
    ///
    /// [`BLMOVE`](https://redis.io/docs/latest/commands/blmove/), since 6.2.0, O(1).
    fn blmove<S: ToSingleRedisArg, D: ToSingleRedisArg>(
        srckey: S,
        dstkey: D,
        src_dir: Direction,
        dst_dir: Direction,
        timeout: f64,
    ) -> Option<String> {
        command!("BLMOVE", srckey, dstkey, src_dir, dst_dir, timeout)
    }

    /// Takes the tail of one list and puts it before the head of another, waiting for one up to `timeout`
    /// seconds (0: for ever). Gives the element; `None` when the time is up.
    ///
    /// [`BRPOPLPUSH`](https://redis.io/docs/latest/commands/brpoplpush/), since 2.2.0, O(1).
    fn brpoplpush<S: ToSingleRedisArg, D: ToSingleRedisArg>(
        srckey: S,
        dstkey: D,
        timeout: f64,
    ) -> Option<String> {
        command!("BRPOPLPUSH", srckey, dstkey, timeout)
    }
} } }
pub(crate) use lists_blocking_rows;
