//! The commands about the server itself, one row each.

pub(crate) mod acl;
pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! server_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives what the server tells about itself, as text: the sections that it holds for the usual ones.
    ///
    /// [`INFO`](https://redis.io/docs/latest/commands/info/), since 1.0.0, O(1).
    fn info_text() -> String, typed none { command!("INFO") }

    /// Gives some sections of what the server tells about itself, as text. `all` and `everything` are names
    /// of sections too.
    ///
    /// [`INFO`](https://redis.io/docs/latest/commands/info/), since 1.0.0, O(1), several sections since
    /// 7.0.0.
    fn info_sections<S: ToRedisArgs>(sections: S) -> String, typed none { command!("INFO", sections) }

    /// Gives the number of keys in the database.
    ///
    /// [`DBSIZE`](https://redis.io/docs/latest/commands/dbsize/), since 1.0.0, O(1).
    fn dbsize() -> usize, typed none { command!("DBSIZE") }

    /// Gives the server's time: seconds since 1970, and microseconds.
    ///
    /// [`TIME`](https://redis.io/docs/latest/commands/time/), since 2.6.0, O(1).
    fn time() -> (u64, u32), typed none { command!("TIME") }

    /// Deletes all keys of all databases.
    ///
    /// [`FLUSHALL`](https://redis.io/docs/latest/commands/flushall/), since 1.0.0, O(N).
    fn flushall() -> () { command!("FLUSHALL") }

    /// Deletes all keys of all databases, before the reply or in the background.
    ///
    /// [`FLUSHALL`](https://redis.io/docs/latest/commands/flushall/), since 1.0.0, O(N).
    fn flushall_options(options: &'a FlushAllOptions) -> () { command!("FLUSHALL", options) }

    /// Deletes all keys of the database.
    ///
    /// [`FLUSHDB`](https://redis.io/docs/latest/commands/flushdb/), since 1.0.0, O(N).
    fn flushdb() -> () { command!("FLUSHDB") }

    /// Deletes all keys of the database, before the reply or in the background.
    ///
    /// [`FLUSHDB`](https://redis.io/docs/latest/commands/flushdb/), since 1.0.0, O(N).
    fn flushdb_options(options: &'a FlushDbOptions) -> () { command!("FLUSHDB", options) }

    /// Exchanges two databases: who uses one sees the keys of the other at once.
    ///
    /// [`SWAPDB`](https://redis.io/docs/latest/commands/swapdb/), since 4.0.0, O(N).
    fn swapdb(first: u32, second: u32) -> (), typed none { command!("SWAPDB", first, second) }

    /// Gives configuration parameters by name or glob pattern. Those that do not exist are left out.
    ///
    /// [`CONFIG GET`](https://redis.io/docs/latest/commands/config-get/), since 2.0.0, O(N), several since
    /// 7.0.0.
    fn config_get<P: ToRedisArgs>(parameters: P) -> HashMap<String, String>, typed none {
        command!("CONFIG GET", parameters)
    }

    /// Sets configuration parameters, all or none, from a map or from a list of pairs.
    ///
    /// [`CONFIG SET`](https://redis.io/docs/latest/commands/config-set/), since 2.0.0, O(N), several since
    /// 7.0.0.
    fn config_set<P: ToRedisArgs>(parameters: P) -> (), typed none { command!("CONFIG SET", parameters) }

    /// Sets the counters of INFO to zero.
    ///
    /// [`CONFIG RESETSTAT`](https://redis.io/docs/latest/commands/config-resetstat/), since 2.0.0, O(1).
    fn config_resetstat() -> (), typed none { command!("CONFIG RESETSTAT") }

    /// Writes the present configuration to the file that the server was started with.
    ///
    /// [`CONFIG REWRITE`](https://redis.io/docs/latest/commands/config-rewrite/), since 2.8.0, O(1).
    fn config_rewrite() -> (), typed none { command!("CONFIG REWRITE") }

    /// Saves all keys before it answers, and serves nobody meanwhile.
    ///
    /// [`SAVE`](https://redis.io/docs/latest/commands/save/), since 1.0.0, O(N).
    fn save() -> (), typed none { command!("SAVE") }

    /// Begins to save all keys in the background, and says so.
    ///
    /// [`BGSAVE`](https://redis.io/docs/latest/commands/bgsave/), since 1.0.0, O(1).
    fn bgsave() -> String, typed none { command!("BGSAVE") }

    /// Begins to save all keys in the background, when the append only file is written as soon as that is
    /// done.
    ///
    /// [`BGSAVE`](https://redis.io/docs/latest/commands/bgsave/), since 1.0.0, O(1).
    fn bgsave_schedule() -> String, typed none { command!("BGSAVE", "SCHEDULE") }

    /// Gives up a save in the background that is under way or scheduled. An error when there is none. Valkey
    /// has it since 8.1, Redis has not.
    ///
    /// [`BGSAVE`](https://redis.io/docs/latest/commands/bgsave/), since 1.0.0, O(1).
    fn bgsave_cancel() -> String, typed none { command!("BGSAVE").arg("CANCEL") }

    /// Begins to write the append only file anew in the background, and says so.
    ///
    /// [`BGREWRITEAOF`](https://redis.io/docs/latest/commands/bgrewriteaof/), since 1.0.0, O(1).
    fn bgrewriteaof() -> String, typed none { command!("BGREWRITEAOF") }

    /// Gives the second since 1970 at which keys were last saved.
    ///
    /// [`LASTSAVE`](https://redis.io/docs/latest/commands/lastsave/), since 1.0.0, O(1).
    fn lastsave() -> u64, typed none { command!("LASTSAVE") }

    /// Gives the server's part in replication.
    ///
    /// [`ROLE`](https://redis.io/docs/latest/commands/role/), since 2.8.12, O(1).
    fn role() -> Role, typed none { command!("ROLE") }

    /// Makes the server a replica of another. Its own keys are gone then.
    ///
    /// [`REPLICAOF`](https://redis.io/docs/latest/commands/replicaof/), since 5.0.0, O(1).
    fn replicaof<H: ToSingleRedisArg>(host: H, port: u16) -> (), typed none {
        command!("REPLICAOF", host, port)
    }

    /// Makes the server a primary. It keeps its keys.
    ///
    /// [`REPLICAOF`](https://redis.io/docs/latest/commands/replicaof/), since 5.0.0, O(1).
    fn replicaof_no_one() -> (), typed none { command!("REPLICAOF", "NO", "ONE") }

    /// Begins to hand the server's part over to a replica.
    ///
    /// [`FAILOVER`](https://redis.io/docs/latest/commands/failover/), since 6.2.0, O(1).
    fn failover(options: FailoverOptions) -> (), typed none { command!("FAILOVER", options) }

    /// Gives up a handover that is under way.
    ///
    /// [`FAILOVER`](https://redis.io/docs/latest/commands/failover/), since 6.2.0, O(1).
    fn failover_abort() -> (), typed none { command!("FAILOVER", "ABORT") }

    /// Gives the bytes that a key and its value take; `None` when there is no such key. Of a collection,
    /// `samples` elements are looked at (0: all; the server's default is 5).
    ///
    /// [`MEMORY USAGE`](https://redis.io/docs/latest/commands/memory-usage/), since 4.0.0, O(N).
    fn memory_usage<K: ToSingleRedisArg>(key: K, samples: Option<usize>) -> Option<usize>, typed none {
        command!("MEMORY USAGE").arg(key).arg(samples.map(|samples| ("SAMPLES", samples)))
    }

    /// Gives figures about the server's memory.
    ///
    /// [`MEMORY STATS`](https://redis.io/docs/latest/commands/memory-stats/), since 4.0.0, O(1).
    fn memory_stats() -> HashMap<String, Value>, typed none { command!("MEMORY STATS") }

    /// Gives advice about the server's memory.
    ///
    /// [`MEMORY DOCTOR`](https://redis.io/docs/latest/commands/memory-doctor/), since 4.0.0, O(1).
    fn memory_doctor() -> String, typed none { command!("MEMORY DOCTOR") }

    /// Gives the allocator's own report.
    ///
    /// [`MEMORY MALLOC-STATS`](https://redis.io/docs/latest/commands/memory-malloc-stats/), since 4.0.0, slow
    /// on a big heap.
    fn memory_malloc_stats() -> String, typed none { command!("MEMORY MALLOC-STATS") }

    /// Asks the allocator to give unused memory back. It removes no expired key.
    ///
    /// [`MEMORY PURGE`](https://redis.io/docs/latest/commands/memory-purge/), since 4.0.0, slow on a big
    /// heap.
    fn memory_purge() -> (), typed none { command!("MEMORY PURGE") }

    /// Gives the latest entries of the slow log, the newest first: 10 of them unless it is said otherwise,
    /// all for -1.
    ///
    /// [`SLOWLOG GET`](https://redis.io/docs/latest/commands/slowlog-get/), since 2.2.12, O(N).
    fn slowlog_get(count: Option<i64>) -> Vec<SlowLogEntry>, typed none { command!("SLOWLOG GET", count) }

    /// Gives the number of entries in the slow log.
    ///
    /// [`SLOWLOG LEN`](https://redis.io/docs/latest/commands/slowlog-len/), since 2.2.12, O(1).
    fn slowlog_len() -> usize, typed none { command!("SLOWLOG LEN") }

    /// Empties the slow log.
    ///
    /// [`SLOWLOG RESET`](https://redis.io/docs/latest/commands/slowlog-reset/), since 2.2.12, O(N).
    fn slowlog_reset() -> (), typed none { command!("SLOWLOG RESET") }

    /// Gives the latest entries of one of the command logs, the newest first; all of them for -1.
    ///
    /// [`COMMANDLOG GET`](https://valkey.io/commands/commandlog-get/), since Valkey 8.1.0, O(N).
    fn commandlog_get(count: i64, kind: CommandLogKind) -> Vec<SlowLogEntry>, typed none {
        command!("COMMANDLOG GET", count, kind)
    }

    /// Gives the number of entries in one of the command logs.
    ///
    /// [`COMMANDLOG LEN`](https://valkey.io/commands/commandlog-len/), since Valkey 8.1.0, O(1).
    fn commandlog_len(kind: CommandLogKind) -> usize, typed none { command!("COMMANDLOG LEN", kind) }

    /// Empties one of the command logs.
    ///
    /// [`COMMANDLOG RESET`](https://valkey.io/commands/commandlog-reset/), since Valkey 8.1.0, O(N).
    fn commandlog_reset(kind: CommandLogKind) -> (), typed none { command!("COMMANDLOG RESET", kind) }

    /// Gives the latest spike of each event that the latency monitor knows.
    ///
    /// [`LATENCY LATEST`](https://redis.io/docs/latest/commands/latency-latest/), since 2.8.13, O(1).
    fn latency_latest() -> Vec<LatencySpike>, typed none { command!("LATENCY LATEST") }

    /// Gives up to 160 spikes of an event: the second since 1970, and milliseconds.
    ///
    /// [`LATENCY HISTORY`](https://redis.io/docs/latest/commands/latency-history/), since 2.8.13, O(1).
    fn latency_history<E: ToSingleRedisArg>(event: E) -> Vec<(u64, u64)>, typed none {
        command!("LATENCY HISTORY", event)
    }

    /// Gives how long commands took: for each its `calls` and its `histogram_usec`. Of all commands when none
    /// is named.
    ///
    /// [`LATENCY HISTOGRAM`](https://redis.io/docs/latest/commands/latency-histogram/), since 7.0.0, O(N).
    fn latency_histogram<C: ToRedisArgs>(commands: C) -> HashMap<String, Value>, typed none {
        command!("LATENCY HISTOGRAM", commands)
    }

    /// Draws an event's spikes with characters.
    ///
    /// [`LATENCY GRAPH`](https://redis.io/docs/latest/commands/latency-graph/), since 2.8.13, O(1).
    fn latency_graph<E: ToSingleRedisArg>(event: E) -> String, typed none {
        command!("LATENCY GRAPH", event)
    }

    /// Gives advice about what makes the server slow.
    ///
    /// [`LATENCY DOCTOR`](https://redis.io/docs/latest/commands/latency-doctor/), since 2.8.13, O(1).
    fn latency_doctor() -> String, typed none { command!("LATENCY DOCTOR") }

    /// Forgets the spikes of some events, of all when none is named, and gives of how many.
    ///
    /// [`LATENCY RESET`](https://redis.io/docs/latest/commands/latency-reset/), since 2.8.13, O(1).
    fn latency_reset<E: ToRedisArgs>(events: E) -> usize, typed none { command!("LATENCY RESET", events) }

    /// Gives the number of the server's commands.
    ///
    /// [`COMMAND COUNT`](https://redis.io/docs/latest/commands/command-count/), since 2.8.13, O(1).
    fn command_count() -> usize, typed none { command!("COMMAND COUNT") }

    /// Gives the names of the server's commands.
    ///
    /// [`COMMAND LIST`](https://redis.io/docs/latest/commands/command-list/), since 7.0.0, O(N).
    fn command_list() -> Vec<String>, typed none { command!("COMMAND LIST") }

    /// Gives the names of some of the server's commands.
    ///
    /// [`COMMAND LIST`](https://redis.io/docs/latest/commands/command-list/), since 7.0.0, O(N).
    fn command_list_filtered(filter: CommandFilter) -> Vec<String>, typed none {
        command!("COMMAND LIST", filter)
    }

    /// Gives what the server says about commands; null for each that it does not know. When none is named,
    /// about all of them since 7.0, and nothing before.
    ///
    /// [`COMMAND INFO`](https://redis.io/docs/latest/commands/command-info/), since 2.8.13, O(N).
    fn command_info<C: ToRedisArgs>(names: C) -> Vec<Value>, typed none {
        command!("COMMAND INFO", names)
    }

    /// Gives the server's documentation of commands, of all of them when none is named.
    ///
    /// [`COMMAND DOCS`](https://redis.io/docs/latest/commands/command-docs/), since 7.0.0, O(N).
    fn command_docs<C: ToRedisArgs>(names: C) -> HashMap<String, Value>, typed none {
        command!("COMMAND DOCS", names)
    }

    /// Gives the keys in a command with its arguments.
    ///
    /// [`COMMAND GETKEYS`](https://redis.io/docs/latest/commands/command-getkeys/), since 2.8.13, O(N).
    fn command_getkeys<C: ToRedisArgs>(words: C) -> Vec<String>, typed none {
        command!("COMMAND GETKEYS", words)
    }

    /// Gives the keys in a command with its arguments, and what it does to each.
    ///
    /// [`COMMAND GETKEYSANDFLAGS`](https://redis.io/docs/latest/commands/command-getkeysandflags/), since
    /// 7.0.0, O(N).
    fn command_getkeysandflags<C: ToRedisArgs>(words: C) -> Vec<(String, Vec<String>)>, typed none {
        command!("COMMAND GETKEYSANDFLAGS", words)
    }

    /// Gives the loaded modules: for each its `name`, `ver`, `path` and `args`.
    ///
    /// [`MODULE LIST`](https://redis.io/docs/latest/commands/module-list/), since 4.0.0, O(N).
    fn module_list() -> Vec<HashMap<String, Value>>, typed none { command!("MODULE LIST") }

    /// Loads a module from a file of the server.
    ///
    /// [`MODULE LOAD`](https://redis.io/docs/latest/commands/module-load/), since 4.0.0, O(1).
    fn module_load<P: ToSingleRedisArg, A: ToRedisArgs>(path: P, arguments: A) -> (), typed none {
        command!("MODULE LOAD", path, arguments)
    }

    /// Loads a module from a file of the server, with a configuration.
    ///
    /// [`MODULE LOADEX`](https://redis.io/docs/latest/commands/module-loadex/), since 7.0.0, O(1).
    fn module_loadex<P: ToSingleRedisArg>(path: P, options: &'a ModuleOptions) -> (), typed none {
        command!("MODULE LOADEX", path, options)
    }

    /// Unloads a module.
    ///
    /// [`MODULE UNLOAD`](https://redis.io/docs/latest/commands/module-unload/), since 4.0.0, O(1).
    fn module_unload<N: ToSingleRedisArg>(name: N) -> (), typed none { command!("MODULE UNLOAD", name) }

    /// Gives a picture made by the server, and its version.
    ///
    /// [`LOLWUT`](https://redis.io/docs/latest/commands/lolwut/), since 5.0.0, O(1).
    fn lolwut() -> String, typed none { command!("LOLWUT") }

    /// Gives the picture that a version of the server made, drawn with these numbers.
    ///
    /// [`LOLWUT`](https://redis.io/docs/latest/commands/lolwut/), since 5.0.0, O(1).
    fn lolwut_version<N: ToRedisArgs>(version: u32, numbers: N) -> String, typed none {
        command!("LOLWUT").arg("VERSION").arg(version).arg(numbers)
    }
} } }
pub(crate) use server_rows;

#[rustfmt::skip]
macro_rules! acl_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the names of all users.
    ///
    /// [`ACL USERS`](https://redis.io/docs/latest/commands/acl-users/), since 6.0.0, O(N).
    fn acl_users() -> Vec<String> { command!("ACL USERS") }

    /// Gives the rules of all users, as the configuration file has them.
    ///
    /// [`ACL LIST`](https://redis.io/docs/latest/commands/acl-list/), since 6.0.0, O(N).
    fn acl_list() -> Vec<String> { command!("ACL LIST") }

    /// Gives the rules of a user; `None` when there is no such user.
    ///
    /// [`ACL GETUSER`](https://redis.io/docs/latest/commands/acl-getuser/), since 6.0.0, O(N).
    fn acl_getuser<K: ToSingleRedisArg>(username: K) -> Option<AclInfo> {
        command!("ACL GETUSER", username)
    }

    /// Makes a user who may do nothing, or leaves the one that exists as it is.
    ///
    /// [`ACL SETUSER`](https://redis.io/docs/latest/commands/acl-setuser/), since 6.0.0, O(N).
    fn acl_setuser<K: ToSingleRedisArg>(username: K) -> () { command!("ACL SETUSER", username) }

    /// Makes a user if there is none of that name, and applies rules one after the other.
    ///
    /// [`ACL SETUSER`](https://redis.io/docs/latest/commands/acl-setuser/), since 6.0.0, O(N).
    fn acl_setuser_rules<K: ToSingleRedisArg>(username: K, rules: &'a [Rule]) -> () {
        command!("ACL SETUSER", username, rules)
    }

    /// Deletes users, closes their connections, and gives how many there were.
    ///
    /// [`ACL DELUSER`](https://redis.io/docs/latest/commands/acl-deluser/), since 6.0.0, O(1).
    fn acl_deluser<K: ToRedisArgs>(usernames: &'a [K]) -> usize { command!("ACL DELUSER", usernames) }

    /// Tells whether a user may send a command: `"OK"`, or what is forbidden.
    ///
    /// [`ACL DRYRUN`](https://redis.io/docs/latest/commands/acl-dryrun/), since 7.0.0, O(1).
    fn acl_dryrun<K: ToSingleRedisArg, C: ToSingleRedisArg, A: ToRedisArgs>(
        username: K,
        command: C,
        args: A,
    ) -> String {
        command!("ACL DRYRUN", username, command, args)
    }

    /// Gives the categories of commands.
    ///
    /// [`ACL CAT`](https://redis.io/docs/latest/commands/acl-cat/), since 6.0.0, O(1).
    fn acl_cat() -> HashSet<String> { command!("ACL CAT") }

    /// Gives the commands of a category.
    ///
    /// [`ACL CAT`](https://redis.io/docs/latest/commands/acl-cat/), since 6.0.0, O(1).
    fn acl_cat_categoryname<K: ToSingleRedisArg>(categoryname: K) -> HashSet<String> {
        command!("ACL CAT", categoryname)
    }

    /// Gives a random password of 256 bits, in hex.
    ///
    /// [`ACL GENPASS`](https://redis.io/docs/latest/commands/acl-genpass/), since 6.0.0, O(1).
    fn acl_genpass() -> String { command!("ACL GENPASS") }

    /// Gives a random password of that many bits, in hex.
    ///
    /// [`ACL GENPASS`](https://redis.io/docs/latest/commands/acl-genpass/), since 6.0.0, O(1).
    fn acl_genpass_bits(bits: isize) -> String { command!("ACL GENPASS", bits) }

    /// Gives the name of the connection's user.
    ///
    /// [`ACL WHOAMI`](https://redis.io/docs/latest/commands/acl-whoami/), since 6.0.0, O(1).
    fn acl_whoami() -> String { command!("ACL WHOAMI") }

    /// Gives the latest refusals, the newest first, at most `count`.
    ///
    /// [`ACL LOG`](https://redis.io/docs/latest/commands/acl-log/), since 6.0.0, O(N).
    fn acl_log(count: isize) -> Vec<HashMap<String, Value>>, typed (Vec<String>) {
        command!("ACL LOG", count)
    }

    /// Forgets all refusals.
    ///
    /// [`ACL LOG`](https://redis.io/docs/latest/commands/acl-log/), since 6.0.0, O(N).
    fn acl_log_reset() -> () { command!("ACL LOG", "RESET") }

    /// Reads the users from the file of access control lists.
    ///
    /// [`ACL LOAD`](https://redis.io/docs/latest/commands/acl-load/), since 6.0.0, O(N).
    fn acl_load() -> () { command!("ACL LOAD") }

    /// Writes the users to the file of access control lists.
    ///
    /// [`ACL SAVE`](https://redis.io/docs/latest/commands/acl-save/), since 6.0.0, O(N).
    fn acl_save() -> () { command!("ACL SAVE") }

    /// Gives the server's own help on ACL.
    ///
    /// [`ACL HELP`](https://redis.io/docs/latest/commands/acl-help/), since 6.0.0, O(1).
    fn acl_help() -> Vec<String> { command!("ACL HELP") }
} } }
pub(crate) use acl_rows;
