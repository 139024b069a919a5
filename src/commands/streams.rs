//! The commands on streams, one row each.
//!
//! What surprises: `xread_options` waits when it is told to [block](options::StreamReadOptions::block), and then goes out
//! on a connection of its own; a pipeline refuses it.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! streams_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Acknowledges entries and gives how many were pending.
    ///
    /// [`XACK`](https://redis.io/docs/latest/commands/xack/), since 5.0.0, O(1) per id.
    fn xack<K: ToRedisArgs, G: ToRedisArgs, I: ToRedisArgs>(key: K, group: G, ids: &'a [I]) -> usize {
        command!("XACK", key, group, ids)
    }

    /// Acknowledges entries and deletes them from the stream, as far as the policy lets it. Tells of each.
    ///
    /// [`XACKDEL`](https://redis.io/docs/latest/commands/xackdel/), since 8.2.0, O(1) per id.
    fn xack_del<K: ToRedisArgs, G: ToRedisArgs, ID: ToRedisArgs>(
        key: K,
        group: G,
        ids: &'a [ID],
        options: StreamDeletionPolicy,
    ) -> Vec<XAckDelStatusCode> {
        command!("XACKDEL", key, group, options, "IDS", ids.len(), ids)
    }

    /// Gives pending entries back, so that any consumer may claim them at once, and gives how many.
    ///
    /// [`XNACK`](https://redis.io/docs/latest/commands/xnack/), since 8.8.0, O(1) per id.
    fn xnack<K: ToSingleRedisArg, G: ToSingleRedisArg, ID: ToSingleRedisArg>(
        key: K,
        group: G,
        ids: &'a [ID],
        options: &'a StreamNackOptions,
    ) -> usize {
        command!("XNACK", key, group, options, "IDS", ids.len(), ids)
    }

    /// Adds an entry and gives its id; with `*` for one the server makes it.
    ///
    /// [`XADD`](https://redis.io/docs/latest/commands/xadd/), since 5.0.0, O(1).
    fn xadd<K: ToRedisArgs, ID: ToRedisArgs, F: ToRedisArgs, V: ToRedisArgs>(
        key: K,
        id: ID,
        items: &'a [(F, V)],
    ) -> Option<String> {
        command!("XADD", key, id, items)
    }

    /// Adds an entry with the fields of a map and gives its id.
    ///
    /// [`XADD`](https://redis.io/docs/latest/commands/xadd/), since 5.0.0, O(1).
    fn xadd_map<K: ToRedisArgs, ID: ToRedisArgs, BTM: ToRedisArgs>(
        key: K,
        id: ID,
        map: BTM,
    ) -> Option<String> {
        command!("XADD", key, id, map)
    }

    /// Adds an entry under conditions, or trims the stream with it. Gives its id; `None` when there is no such
    /// stream and none was to be made.
    ///
    /// [`XADD`](https://redis.io/docs/latest/commands/xadd/), since 5.0.0, O(1), or O(N) in the trimmed
    /// entries.
    fn xadd_options<K: ToRedisArgs, ID: ToRedisArgs, I: ToRedisArgs>(
        key: K,
        id: ID,
        items: I,
        options: &'a StreamAddOptions,
    ) -> Option<String> {
        command!("XADD", key, options, id, items)
    }

    /// Adds an entry, trims the stream, and gives the entry's id.
    ///
    /// [`XADD`](https://redis.io/docs/latest/commands/xadd/), since 5.0.0, O(1), or O(N) in the trimmed
    /// entries.
    fn xadd_maxlen<K: ToSingleRedisArg, ID: ToRedisArgs, F: ToRedisArgs, V: ToRedisArgs>(
        key: K,
        maxlen: StreamMaxlen,
        id: ID,
        items: &'a [(F, V)],
    ) -> Option<String> {
        command!("XADD", key, maxlen, id, items)
    }

    /// Adds an entry with the fields of a map, trims the stream, and gives the entry's id.
    ///
    /// [`XADD`](https://redis.io/docs/latest/commands/xadd/), since 5.0.0, O(1), or O(N) in the trimmed
    /// entries.
    fn xadd_maxlen_map<K: ToSingleRedisArg, ID: ToRedisArgs, BTM: ToRedisArgs>(
        key: K,
        maxlen: StreamMaxlen,
        id: ID,
        map: BTM,
    ) -> Option<String> {
        command!("XADD", key, maxlen, id, map)
    }

    /// Takes over entries that their consumers have left alone for `min_idle_time` milliseconds, from `start`
    /// on.
    ///
    /// [`XAUTOCLAIM`](https://redis.io/docs/latest/commands/xautoclaim/), since 6.2.0, O(1) for a bounded
    /// count.
    fn xautoclaim_options<
        K: ToSingleRedisArg,
        G: ToRedisArgs,
        C: ToRedisArgs,
        MIT: ToRedisArgs,
        S: ToRedisArgs
    >(
        key: K,
        group: G,
        consumer: C,
        min_idle_time: MIT,
        start: S,
        options: StreamAutoClaimOptions,
    ) -> StreamAutoClaimReply {
        command!("XAUTOCLAIM", key, group, consumer, min_idle_time, start, options)
    }

    /// Takes over entries whose consumers have left them alone for `min_idle_time` milliseconds, and gives
    /// them. Other ids are passed over.
    ///
    /// [`XCLAIM`](https://redis.io/docs/latest/commands/xclaim/), since 5.0.0, O(log N) per id.
    fn xclaim<
        K: ToSingleRedisArg,
        G: ToRedisArgs,
        C: ToRedisArgs,
        MIT: ToRedisArgs,
        ID: ToRedisArgs
    >(
        key: K,
        group: G,
        consumer: C,
        min_idle_time: MIT,
        ids: &'a [ID],
    ) -> StreamClaimReply {
        command!("XCLAIM", key, group, consumer, min_idle_time, ids)
    }

    /// Takes over entries, and sets what is known of their deliveries.
    ///
    /// The reply is one of entries, or of ids with [`StreamClaimOptions::with_justid`]; the natural type reads
    /// both.
    ///
    /// [`XCLAIM`](https://redis.io/docs/latest/commands/xclaim/), since 5.0.0, O(log N) per id.
    fn xclaim_options<
        K: ToSingleRedisArg,
        G: ToRedisArgs,
        C: ToRedisArgs,
        MIT: ToRedisArgs,
        ID: ToRedisArgs
    >(
        key: K,
        group: G,
        consumer: C,
        min_idle_time: MIT,
        ids: &'a [ID],
        options: StreamClaimOptions,
    ) -> StreamClaimReply, typed any {
        command!("XCLAIM", key, group, consumer, min_idle_time, ids, options)
    }

    /// Deletes entries and gives how many there were. Groups keep their references to them.
    ///
    /// [`XDEL`](https://redis.io/docs/latest/commands/xdel/), since 5.0.0, O(1) per id.
    fn xdel<K: ToSingleRedisArg, ID: ToRedisArgs>(key: K, ids: &'a [ID]) -> usize {
        command!("XDEL", key, ids)
    }

    /// Deletes entries as far as the policy lets it, and tells of each.
    ///
    /// [`XDELEX`](https://redis.io/docs/latest/commands/xdelex/), since 8.2.0, O(1) per id.
    fn xdel_ex<K: ToRedisArgs, ID: ToRedisArgs>(
        key: K,
        ids: &'a [ID],
        options: StreamDeletionPolicy,
    ) -> Vec<XDelExStatusCode> {
        command!("XDELEX", key, options, "IDS", ids.len(), ids)
    }

    /// Makes a group that begins behind the entry `id`: `0` gives it all entries, `$` only later ones. An error
    /// (`BUSYGROUP`) when there is one of that name, and one when there is no stream.
    ///
    /// [`XGROUP CREATE`](https://redis.io/docs/latest/commands/xgroup-create/), since 5.0.0, O(1).
    fn xgroup_create<K: ToRedisArgs, G: ToRedisArgs, ID: ToRedisArgs>(key: K, group: G, id: ID) -> () {
        command!("XGROUP CREATE", key, group, id)
    }

    /// Makes a group, and an empty stream if there is none. An error (`BUSYGROUP`) when there is a group of that
    /// name.
    ///
    /// [`XGROUP CREATE`](https://redis.io/docs/latest/commands/xgroup-create/), since 5.0.0, O(1).
    fn xgroup_create_mkstream<K: ToRedisArgs, G: ToRedisArgs, ID: ToRedisArgs>(
        key: K,
        group: G,
        id: ID,
    ) -> () {
        command!("XGROUP CREATE", key, group, id, "MKSTREAM")
    }

    /// Makes a consumer. `false` when the group has one of that name. A read makes one, too.
    ///
    /// [`XGROUP CREATECONSUMER`](https://redis.io/docs/latest/commands/xgroup-createconsumer/), since 6.2.0,
    /// O(1).
    fn xgroup_createconsumer<K: ToRedisArgs, G: ToRedisArgs, C: ToRedisArgs>(
        key: K,
        group: G,
        consumer: C,
    ) -> bool {
        command!("XGROUP CREATECONSUMER", key, group, consumer)
    }

    /// Moves a group on, or back, to behind the entry `id`.
    ///
    /// [`XGROUP SETID`](https://redis.io/docs/latest/commands/xgroup-setid/), since 5.0.0, O(1).
    fn xgroup_setid<K: ToRedisArgs, G: ToRedisArgs, ID: ToRedisArgs>(key: K, group: G, id: ID) -> () {
        command!("XGROUP SETID", key, group, id)
    }

    /// Deletes a group with all that is pending. `false` when there is none.
    ///
    /// [`XGROUP DESTROY`](https://redis.io/docs/latest/commands/xgroup-destroy/), since 5.0.0, O(N).
    fn xgroup_destroy<K: ToRedisArgs, G: ToRedisArgs>(key: K, group: G) -> bool {
        command!("XGROUP DESTROY", key, group)
    }

    /// Deletes a consumer and gives how many entries it had pending: nobody can claim these any more.
    ///
    /// [`XGROUP DELCONSUMER`](https://redis.io/docs/latest/commands/xgroup-delconsumer/), since 5.0.0, O(1).
    fn xgroup_delconsumer<K: ToRedisArgs, G: ToRedisArgs, C: ToRedisArgs>(
        key: K,
        group: G,
        consumer: C,
    ) -> usize {
        command!("XGROUP DELCONSUMER", key, group, consumer)
    }

    /// Tells of the consumers of a group.
    ///
    /// [`XINFO CONSUMERS`](https://redis.io/docs/latest/commands/xinfo-consumers/), since 5.0.0, O(1).
    fn xinfo_consumers<K: ToRedisArgs, G: ToRedisArgs>(key: K, group: G) -> StreamInfoConsumersReply {
        command!("XINFO CONSUMERS", key, group)
    }

    /// Tells of the groups that read a stream.
    ///
    /// [`XINFO GROUPS`](https://redis.io/docs/latest/commands/xinfo-groups/), since 5.0.0, O(1).
    fn xinfo_groups<K: ToRedisArgs>(key: K) -> StreamInfoGroupsReply { command!("XINFO GROUPS", key) }

    /// Tells of a stream. An error when there is none.
    ///
    /// [`XINFO STREAM`](https://redis.io/docs/latest/commands/xinfo-stream/), since 5.0.0, O(1).
    fn xinfo_stream<K: ToRedisArgs>(key: K) -> StreamInfoStreamReply { command!("XINFO STREAM", key) }

    /// Tells of a stream and of the identities that it keeps, zeros before Redis 8.6. An error when there is
    /// none.
    ///
    /// [`XINFO STREAM`](https://redis.io/docs/latest/commands/xinfo-stream/), since 5.0.0, O(1).
    fn xinfo_stream_with_idempotency<K: ToRedisArgs>(key: K) -> StreamInfoStreamReplyWithIdempotency {
        command!("XINFO STREAM", key)
    }

    /// Tells all of a stream, by the server's names: entries, groups, and pending entries, of each at most
    /// `count` (all with 0).
    ///
    /// [`XINFO STREAM`](https://redis.io/docs/latest/commands/xinfo-stream/), since 5.0.0, O(N).
    fn xinfo_stream_full<K: ToSingleRedisArg>(key: K, count: usize) -> HashMap<String, Value>, typed none {
        command!("XINFO STREAM", key, "FULL", "COUNT", count)
    }

    /// Gives the number of entries, 0 when there is no such key.
    ///
    /// [`XLEN`](https://redis.io/docs/latest/commands/xlen/), since 5.0.0, O(1).
    fn xlen<K: ToRedisArgs>(key: K) -> usize { command!("XLEN", key) }

    /// Tells how many entries of a group are pending, and whose they are.
    ///
    /// [`XPENDING`](https://redis.io/docs/latest/commands/xpending/), since 5.0.0, O(N) in the consumers.
    fn xpending<K: ToRedisArgs, G: ToRedisArgs>(key: K, group: G) -> StreamPendingReply {
        command!("XPENDING", key, group)
    }

    /// Tells of up to `count` pending entries from `start` to `end`, both included.
    ///
    /// [`XPENDING`](https://redis.io/docs/latest/commands/xpending/), since 5.0.0, O(N) in the entries.
    fn xpending_count<
        K: ToRedisArgs,
        G: ToRedisArgs,
        S: ToRedisArgs,
        E: ToRedisArgs,
        C: ToRedisArgs
    >(
        key: K,
        group: G,
        start: S,
        end: E,
        count: C,
    ) -> StreamPendingCountReply {
        command!("XPENDING", key, group, start, end, count)
    }

    /// Tells of up to `count` pending entries of one consumer, from `start` to `end`, both included.
    ///
    /// [`XPENDING`](https://redis.io/docs/latest/commands/xpending/), since 5.0.0, O(N) in the entries.
    fn xpending_consumer_count<
        K: ToRedisArgs,
        G: ToRedisArgs,
        S: ToRedisArgs,
        E: ToRedisArgs,
        C: ToRedisArgs,
        CN: ToRedisArgs
    >(
        key: K,
        group: G,
        start: S,
        end: E,
        count: C,
        consumer: CN,
    ) -> StreamPendingCountReply {
        command!("XPENDING", key, group, start, end, count, consumer)
    }

    /// Gives the entries from `start` to `end`, both included; `-` is the first one and `+` the last, `(`
    /// before an id leaves it out. An absent key counts as empty.
    ///
    /// [`XRANGE`](https://redis.io/docs/latest/commands/xrange/), since 5.0.0, O(N).
    fn xrange<K: ToRedisArgs, S: ToRedisArgs, E: ToRedisArgs>(
        key: K,
        start: S,
        end: E,
    ) -> StreamRangeReply {
        command!("XRANGE", key, start, end)
    }

    /// Gives all entries. An absent key counts as empty.
    ///
    /// [`XRANGE`](https://redis.io/docs/latest/commands/xrange/), since 5.0.0, O(N).
    fn xrange_all<K: ToRedisArgs>(key: K) -> StreamRangeReply { command!("XRANGE", key, "-", "+") }

    /// Gives up to `count` entries from `start` to `end`, both included.
    ///
    /// [`XRANGE`](https://redis.io/docs/latest/commands/xrange/), since 5.0.0, O(N).
    fn xrange_count<K: ToRedisArgs, S: ToRedisArgs, E: ToRedisArgs, C: ToRedisArgs>(
        key: K,
        start: S,
        end: E,
        count: C,
    ) -> StreamRangeReply {
        command!("XRANGE", key, start, end, "COUNT", count)
    }

    /// Gives the entries of each stream behind the one that `ids` names for it; `None` when there are none.
    ///
    /// [`XREAD`](https://redis.io/docs/latest/commands/xread/), since 5.0.0, O(N).
    fn xread<K: ToRedisArgs, ID: ToRedisArgs>(
        keys: &'a [K],
        ids: &'a [ID],
    ) -> Option<StreamReadReply> {
        command!("XREAD", "STREAMS", keys, ids)
    }

    /// Gives the entries of each stream behind the one that `ids` names for it, at most so many, waiting for
    /// some, or as a member of a group; `None` when there are none.
    ///
    /// With a group the id `>` gives entries that nobody was given yet, any other one the member's own pending
    /// ones behind it.
    ///
    /// [`XREADGROUP`](https://redis.io/docs/latest/commands/xreadgroup/), since 5.0.0, O(N).
    fn xread_options<K: ToRedisArgs, ID: ToRedisArgs>(
        keys: &'a [K],
        ids: &'a [ID],
        options: &'a StreamReadOptions,
    ) -> Option<StreamReadReply> {
        let command = if options.read_only() { command!("XREAD") } else { command!("XREADGROUP") };
        command.arg(options).arg("STREAMS").arg(keys).arg(ids)
    }

    /// Gives the entries from `end` back to `start`, both included, the newest first.
    ///
    /// [`XREVRANGE`](https://redis.io/docs/latest/commands/xrevrange/), since 5.0.0, O(N).
    fn xrevrange<K: ToRedisArgs, E: ToRedisArgs, S: ToRedisArgs>(
        key: K,
        end: E,
        start: S,
    ) -> StreamRangeReply {
        command!("XREVRANGE", key, end, start)
    }

    /// Gives all entries, the newest first.
    ///
    /// [`XREVRANGE`](https://redis.io/docs/latest/commands/xrevrange/), since 5.0.0, O(N).
    fn xrevrange_all<K: ToRedisArgs>(key: K) -> StreamRangeReply { command!("XREVRANGE", key, "+", "-") }

    /// Gives up to `count` entries from `end` back to `start`, both included, the newest first.
    ///
    /// [`XREVRANGE`](https://redis.io/docs/latest/commands/xrevrange/), since 5.0.0, O(N).
    fn xrevrange_count<K: ToRedisArgs, E: ToRedisArgs, S: ToRedisArgs, C: ToRedisArgs>(
        key: K,
        end: E,
        start: S,
        count: C,
    ) -> StreamRangeReply {
        command!("XREVRANGE", key, end, start, "COUNT", count)
    }

    /// Trims a stream to a length and gives how many entries are gone.
    ///
    /// [`XTRIM`](https://redis.io/docs/latest/commands/xtrim/), since 5.0.0, O(N).
    fn xtrim<K: ToRedisArgs>(key: K, maxlen: StreamMaxlen) -> usize { command!("XTRIM", key, maxlen) }

    /// Trims a stream and gives how many entries are gone.
    ///
    /// [`XTRIM`](https://redis.io/docs/latest/commands/xtrim/), since 5.0.0, O(N).
    fn xtrim_options<K: ToRedisArgs>(key: K, options: &'a StreamTrimOptions) -> usize {
        command!("XTRIM", key, options)
    }

    /// Sets the id behind which the next entry comes, which may not be less than that of an entry there is.
    ///
    /// [`XSETID`](https://redis.io/docs/latest/commands/xsetid/), since 5.0.0, O(1).
    fn xsetid<K: ToSingleRedisArg, ID: ToSingleRedisArg>(key: K, id: ID) -> (), typed none {
        command!("XSETID", key, id)
    }

    /// Sets for how long, and how many of them, a stream keeps the identities of entries. It forgets all that
    /// it has.
    ///
    /// [`XCFGSET`](https://redis.io/docs/latest/commands/xcfgset/), since 8.6.0, O(1).
    fn xcfgset<K: ToRedisArgs>(key: K, options: &'a StreamConfigOptions) -> String {
        command!("XCFGSET", key, options)
    }
} } }
pub(crate) use streams_rows;
