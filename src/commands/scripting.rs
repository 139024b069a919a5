//! The commands on scripts and functions, one row each.
//!
//! A reply is whatever the script returns: read it as the type that it should be.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! scripting_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Runs a script on the server.
    ///
    /// [`EVAL`](https://redis.io/docs/latest/commands/eval/), since 2.6.0, at the cost of the script.
    fn eval<S: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        script: S,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("EVAL").arg(script).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Runs a script that writes nothing, on a replica too.
    ///
    /// [`EVAL_RO`](https://redis.io/docs/latest/commands/eval_ro/), since 7.0.0, at the cost of the script.
    fn eval_ro<S: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        script: S,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("EVAL_RO").arg(script).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Runs a script that the server has, by its SHA-1 in hex. An error (`NOSCRIPT`) when it has not.
    ///
    /// [`EVALSHA`](https://redis.io/docs/latest/commands/evalsha/), since 2.6.0, at the cost of the script.
    fn evalsha<S: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        sha1: S,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("EVALSHA").arg(sha1).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Runs a script that the server has and that writes nothing, by its SHA-1 in hex, on a replica too.
    ///
    /// [`EVALSHA_RO`](https://redis.io/docs/latest/commands/evalsha_ro/), since 7.0.0, at the cost of the
    /// script.
    fn evalsha_ro<S: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        sha1: S,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("EVALSHA_RO").arg(sha1).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Gives the server a script and gets its SHA-1 in hex.
    ///
    /// [`SCRIPT LOAD`](https://redis.io/docs/latest/commands/script-load/), since 2.6.0, O(N).
    fn script_load<S: ToSingleRedisArg>(script: S) -> String, typed none {
        command!("SCRIPT LOAD", script)
    }

    /// Tells of each SHA-1 whether the server has its script.
    ///
    /// [`SCRIPT EXISTS`](https://redis.io/docs/latest/commands/script-exists/), since 2.6.0, O(N).
    fn script_exists<S: ToRedisArgs>(sha1s: S) -> Vec<bool>, typed none {
        command!("SCRIPT EXISTS", sha1s)
    }

    /// Makes the server forget all scripts.
    ///
    /// [`SCRIPT FLUSH`](https://redis.io/docs/latest/commands/script-flush/), since 2.6.0, O(N).
    fn script_flush(mode: FlushMode) -> (), typed none { command!("SCRIPT FLUSH", mode) }

    /// Ends the script that is running, if it has written nothing. An error (`NOTBUSY`) when none is.
    ///
    /// [`SCRIPT KILL`](https://redis.io/docs/latest/commands/script-kill/), since 2.6.0, O(1).
    fn script_kill() -> (), typed none { command!("SCRIPT KILL") }

    /// Gives the source of a script by its SHA-1 in hex.
    ///
    /// [`SCRIPT SHOW`](https://valkey.io/commands/script-show/), since Valkey 8.0.0, O(1).
    fn script_show<S: ToSingleRedisArg>(sha1: S) -> String, typed none { command!("SCRIPT SHOW", sha1) }

    /// Calls a function of a library that the server has.
    ///
    /// [`FCALL`](https://redis.io/docs/latest/commands/fcall/), since 7.0.0, at the cost of the function.
    fn fcall<F: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        function: F,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("FCALL").arg(function).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Calls a function that writes nothing, on a replica too.
    ///
    /// [`FCALL_RO`](https://redis.io/docs/latest/commands/fcall_ro/), since 7.0.0, at the cost of the
    /// function.
    fn fcall_ro<F: ToSingleRedisArg, K: ToRedisArgs, A: ToRedisArgs>(
        function: F,
        keys: K,
        args: A,
    ) -> Value, typed none {
        command!("FCALL_RO").arg(function).arg(keys.num_of_args()).arg(keys).arg(args)
    }

    /// Gives the server a library of functions and gets the library's name. An error when there is one of
    /// that name.
    ///
    /// [`FUNCTION LOAD`](https://redis.io/docs/latest/commands/function-load/), since 7.0.0, O(1).
    fn function_load<C: ToSingleRedisArg>(code: C) -> String, typed none {
        command!("FUNCTION LOAD", code)
    }

    /// Gives the server a library of functions, in the place of one of the same name, and gets the library's
    /// name.
    ///
    /// [`FUNCTION LOAD`](https://redis.io/docs/latest/commands/function-load/), since 7.0.0, O(1).
    fn function_load_replace<C: ToSingleRedisArg>(code: C) -> String, typed none {
        command!("FUNCTION LOAD", "REPLACE", code)
    }

    /// Gives the libraries that the server has: for each its name, engine, functions and, if asked for, code.
    ///
    /// [`FUNCTION LIST`](https://redis.io/docs/latest/commands/function-list/), since 7.0.0, O(N).
    fn function_list(options: &'a FunctionListOptions) -> Vec<HashMap<String, Value>>, typed none {
        command!("FUNCTION LIST", options)
    }

    /// Gives the function that is running, if any, and figures about the engines.
    ///
    /// [`FUNCTION STATS`](https://redis.io/docs/latest/commands/function-stats/), since 7.0.0, O(1).
    fn function_stats() -> HashMap<String, Value>, typed none { command!("FUNCTION STATS") }

    /// Deletes a library.
    ///
    /// [`FUNCTION DELETE`](https://redis.io/docs/latest/commands/function-delete/), since 7.0.0, O(1).
    fn function_delete<L: ToSingleRedisArg>(library: L) -> (), typed none {
        command!("FUNCTION DELETE", library)
    }

    /// Deletes all libraries.
    ///
    /// [`FUNCTION FLUSH`](https://redis.io/docs/latest/commands/function-flush/), since 7.0.0, O(N).
    fn function_flush(mode: FlushMode) -> (), typed none { command!("FUNCTION FLUSH", mode) }

    /// Gives all libraries in the server's own form.
    ///
    /// [`FUNCTION DUMP`](https://redis.io/docs/latest/commands/function-dump/), since 7.0.0, O(N).
    fn function_dump() -> Bytes, typed none { command!("FUNCTION DUMP") }

    /// Adds libraries that FUNCTION DUMP gave.
    ///
    /// [`FUNCTION RESTORE`](https://redis.io/docs/latest/commands/function-restore/), since 7.0.0, O(N).
    fn function_restore<P: ToSingleRedisArg>(payload: P, policy: FunctionRestorePolicy) -> (), typed none {
        command!("FUNCTION RESTORE", payload, policy)
    }

    /// Ends the function that is running, if it has written nothing. An error (`NOTBUSY`) when none is.
    ///
    /// [`FUNCTION KILL`](https://redis.io/docs/latest/commands/function-kill/), since 7.0.0, O(1).
    fn function_kill() -> (), typed none { command!("FUNCTION KILL") }
} } }
pub(crate) use scripting_rows;
