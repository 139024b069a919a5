//! The commands about connections, one row each. Those that change the connection itself are in a table of
//! their own.
//!
//! On a client whose connections are shared, `client_id` and its like speak about whichever connection
//! carried them.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! connection_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Answers `"PONG"`.
    ///
    /// [`PING`](https://redis.io/docs/latest/commands/ping/), since 1.0.0, O(1).
    fn ping() -> String { command!("PING") }

    /// Answers with `message`.
    ///
    /// [`PING`](https://redis.io/docs/latest/commands/ping/), since 1.0.0, O(1).
    fn ping_message<K: ToSingleRedisArg>(message: K) -> String { command!("PING", message) }

    /// Answers with `message`.
    ///
    /// [`ECHO`](https://redis.io/docs/latest/commands/echo/), since 1.0.0, O(1).
    fn echo<M: ToSingleRedisArg>(message: M) -> String, typed none { command!("ECHO", message) }

    /// Gives the number of the connection.
    ///
    /// [`CLIENT ID`](https://redis.io/docs/latest/commands/client-id/), since 5.0.0, O(1).
    fn client_id() -> isize { command!("CLIENT ID") }

    /// Gives the name of the connection; `None` when it has none.
    ///
    /// [`CLIENT GETNAME`](https://redis.io/docs/latest/commands/client-getname/), since 2.6.9, O(1).
    fn client_getname() -> Option<String> { command!("CLIENT GETNAME") }

    /// Gives what the server knows about the connection: one line of `name=value` with blanks between them.
    ///
    /// [`CLIENT INFO`](https://redis.io/docs/latest/commands/client-info/), since 6.2.0, O(1).
    fn client_info() -> String, typed none { command!("CLIENT INFO") }

    /// Gives what the server knows about all connections: a line of `name=value` for each.
    ///
    /// [`CLIENT LIST`](https://redis.io/docs/latest/commands/client-list/), since 2.4.0, O(N).
    fn client_list() -> String, typed none { command!("CLIENT LIST") }

    /// Gives what the server knows about some connections: a line of `name=value` for each.
    ///
    /// [`CLIENT LIST`](https://redis.io/docs/latest/commands/client-list/), since 2.4.0, O(N).
    fn client_list_filtered(filter: ClientListFilter) -> String, typed none {
        command!("CLIENT LIST", filter)
    }

    /// Closes connections and gives how many.
    ///
    /// [`CLIENT KILL`](https://redis.io/docs/latest/commands/client-kill/), since 2.4.0, O(N).
    fn client_kill(filter: ClientKillFilter) -> usize, typed none { command!("CLIENT KILL", filter) }

    /// Holds back the commands of all clients for `time`, rounded up to a millisecond.
    ///
    /// [`CLIENT PAUSE`](https://redis.io/docs/latest/commands/client-pause/), since 3.0.0, O(1).
    fn client_pause(time: Duration, mode: PauseMode) -> (), typed none {
        command!("CLIENT PAUSE").arg(millis(time)).arg(mode)
    }

    /// Ends a pause.
    ///
    /// [`CLIENT UNPAUSE`](https://redis.io/docs/latest/commands/client-unpause/), since 6.2.0, O(N).
    fn client_unpause() -> (), typed none { command!("CLIENT UNPAUSE") }

    /// Ends the wait of a connection in a blocking command. `false` when it was not waiting.
    ///
    /// [`CLIENT UNBLOCK`](https://redis.io/docs/latest/commands/client-unblock/), since 5.0.0, O(log N).
    fn client_unblock(id: i64, reason: UnblockReason) -> bool, typed none {
        command!("CLIENT UNBLOCK", id, reason)
    }

    /// Gives the number of the connection to which invalidations go: 0 for this one, -1 for none.
    ///
    /// [`CLIENT GETREDIR`](https://redis.io/docs/latest/commands/client-getredir/), since 6.0.0, O(1).
    fn client_getredir() -> i64, typed none { command!("CLIENT GETREDIR") }

    /// Gives the state of the connection's tracking: `flags`, `redirect` and `prefixes`.
    ///
    /// [`CLIENT TRACKINGINFO`](https://redis.io/docs/latest/commands/client-trackinginfo/), since 6.2.0,
    /// O(1).
    fn client_trackinginfo() -> HashMap<String, Value>, typed none { command!("CLIENT TRACKINGINFO") }
} } }
pub(crate) use connection_rows;

#[rustfmt::skip]
macro_rules! connection_state_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the connection a name, which CLIENT LIST shows. A client takes its name from its configuration.
    ///
    /// [`CLIENT SETNAME`](https://redis.io/docs/latest/commands/client-setname/), since 2.6.9, O(1).
    fn client_setname<K: ToSingleRedisArg>(connection_name: K) -> () {
        command!("CLIENT SETNAME", connection_name)
    }

    /// Tells the server the name of the library behind the connection, which CLIENT LIST shows.
    ///
    /// [`CLIENT SETINFO`](https://redis.io/docs/latest/commands/client-setinfo/), since 7.2.0, O(1).
    fn client_setinfo_lib_name<N: ToSingleRedisArg>(name: N) -> (), typed none {
        command!("CLIENT SETINFO", "LIB-NAME", name)
    }

    /// Tells the server the version of the library behind the connection, which CLIENT LIST shows.
    ///
    /// [`CLIENT SETINFO`](https://redis.io/docs/latest/commands/client-setinfo/), since 7.2.0, O(1).
    fn client_setinfo_lib_ver<V: ToSingleRedisArg>(version: V) -> (), typed none {
        command!("CLIENT SETINFO", "LIB-VER", version)
    }

    /// Spares the connection when the server closes some for want of memory, or not.
    ///
    /// [`CLIENT NO-EVICT`](https://redis.io/docs/latest/commands/client-no-evict/), since 7.0.0, O(1).
    fn client_no_evict(on: bool) -> (), typed none {
        command!("CLIENT NO-EVICT", if on { "ON" } else { "OFF" })
    }

    /// Keeps the connection's commands from counting as a use of their keys, or not.
    ///
    /// [`CLIENT NO-TOUCH`](https://redis.io/docs/latest/commands/client-no-touch/), since 7.2.0, O(1).
    fn client_no_touch(on: bool) -> (), typed none {
        command!("CLIENT NO-TOUCH", if on { "ON" } else { "OFF" })
    }

    /// Marks the connection as one that copies another server's data into a server in import mode, or not: it sees keys
    /// whose time is over.
    ///
    /// [`CLIENT IMPORT-SOURCE`](https://valkey.io/commands/client-import-source/), since Valkey 8.1.0, O(1).
    fn client_import_source(on: bool) -> (), typed none {
        command!("CLIENT IMPORT-SOURCE", if on { "ON" } else { "OFF" })
    }
} } }
pub(crate) use connection_state_rows;
