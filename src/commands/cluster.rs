//! The commands about a cluster and its nodes, one row each. They speak of the node that is asked.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! cluster_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Gives the node's view of the cluster: lines of `name:value`.
    ///
    /// [`CLUSTER INFO`](https://redis.io/docs/latest/commands/cluster-info/), since 3.0.0, O(1).
    fn cluster_info() -> String, typed none { command!("CLUSTER INFO") }

    /// Gives the nodes that the node knows: a line for each.
    ///
    /// [`CLUSTER NODES`](https://redis.io/docs/latest/commands/cluster-nodes/), since 3.0.0, O(N).
    fn cluster_nodes() -> String, typed none { command!("CLUSTER NODES") }

    /// Gives the slots and the nodes that serve them.
    ///
    /// [`CLUSTER SLOTS`](https://redis.io/docs/latest/commands/cluster-slots/), since 3.0.0, O(N).
    fn cluster_slots() -> Vec<ClusterSlotRange>, typed none { command!("CLUSTER SLOTS") }

    /// Gives the shards: each primary with its replicas and its slots.
    ///
    /// [`CLUSTER SHARDS`](https://redis.io/docs/latest/commands/cluster-shards/), since 7.0.0, O(N).
    fn cluster_shards() -> Vec<ClusterShard>, typed none { command!("CLUSTER SHARDS") }

    /// Gives the node's connections to other nodes, by the server's names.
    ///
    /// [`CLUSTER LINKS`](https://redis.io/docs/latest/commands/cluster-links/), since 7.0.0, O(N).
    fn cluster_links() -> Vec<HashMap<String, Value>>, typed none { command!("CLUSTER LINKS") }

    /// Gives the node's name in the cluster.
    ///
    /// [`CLUSTER MYID`](https://redis.io/docs/latest/commands/cluster-myid/), since 3.0.0, O(1).
    fn cluster_myid() -> String, typed none { command!("CLUSTER MYID") }

    /// Gives the name of the node's shard.
    ///
    /// [`CLUSTER MYSHARDID`](https://redis.io/docs/latest/commands/cluster-myshardid/), since 7.2.0, O(1).
    fn cluster_myshardid() -> String, typed none { command!("CLUSTER MYSHARDID") }

    /// Gives the slot of a key.
    ///
    /// [`CLUSTER KEYSLOT`](https://redis.io/docs/latest/commands/cluster-keyslot/), since 3.0.0, O(N).
    fn cluster_keyslot<K: ToSingleRedisArg>(key: K) -> u16, typed none { command!("CLUSTER KEYSLOT", key) }

    /// Gives how many keys the node has in a slot.
    ///
    /// [`CLUSTER COUNTKEYSINSLOT`](https://redis.io/docs/latest/commands/cluster-countkeysinslot/), since
    /// 3.0.0, O(1).
    fn cluster_countkeysinslot(slot: u16) -> usize, typed none { command!("CLUSTER COUNTKEYSINSLOT", slot) }

    /// Gives up to `count` keys that the node has in a slot.
    ///
    /// [`CLUSTER GETKEYSINSLOT`](https://redis.io/docs/latest/commands/cluster-getkeysinslot/), since 3.0.0,
    /// O(N).
    fn cluster_getkeysinslot(slot: u16, count: usize) -> Vec<String>, typed none {
        command!("CLUSTER GETKEYSINSLOT", slot, count)
    }

    /// Gives figures of slots that the node serves, by the server's names.
    ///
    /// [`CLUSTER SLOT-STATS`](https://redis.io/docs/latest/commands/cluster-slot-stats/), since 8.2.0 (Valkey
    /// 8.0.0), O(N).
    fn cluster_slot_stats(filter: SlotStatsFilter) -> Vec<(u16, HashMap<String, i64>)>, typed none {
        command!("CLUSTER SLOT-STATS", filter)
    }

    /// Gives how many other nodes report a node as failing.
    ///
    /// [`CLUSTER COUNT-FAILURE-REPORTS`](https://redis.io/docs/latest/commands/cluster-count-failure-reports/),
    /// since 3.0.0, O(N).
    fn cluster_count_failure_reports<I: ToSingleRedisArg>(node_id: I) -> usize, typed none {
        command!("CLUSTER COUNT-FAILURE-REPORTS", node_id)
    }

    /// Gives the replicas of a primary: a line for each, as CLUSTER NODES has it.
    ///
    /// [`CLUSTER REPLICAS`](https://redis.io/docs/latest/commands/cluster-replicas/), since 5.0.0, O(N).
    fn cluster_replicas<I: ToSingleRedisArg>(node_id: I) -> Vec<String>, typed none {
        command!("CLUSTER REPLICAS", node_id)
    }

    /// Gives the replicas of a primary: the old name of `cluster_replicas`.
    ///
    /// [`CLUSTER SLAVES`](https://redis.io/docs/latest/commands/cluster-slaves/), since 3.0.0, O(N).
    fn cluster_slaves<I: ToSingleRedisArg>(node_id: I) -> Vec<String>, typed none {
        command!("CLUSTER SLAVES", node_id)
    }

    /// Lets the node serve slots. An error when one of them is served already: none is added then.
    ///
    /// [`CLUSTER ADDSLOTS`](https://redis.io/docs/latest/commands/cluster-addslots/), since 3.0.0, O(N).
    fn cluster_addslots(slots: &'a [u16]) -> (), typed none { command!("CLUSTER ADDSLOTS", slots) }

    /// Lets the node serve slots from one to another, both included.
    ///
    /// [`CLUSTER ADDSLOTSRANGE`](https://redis.io/docs/latest/commands/cluster-addslotsrange/), since 7.0.0,
    /// O(N).
    fn cluster_addslotsrange(ranges: &'a [(u16, u16)]) -> (), typed none {
        command!("CLUSTER ADDSLOTSRANGE", ranges)
    }

    /// Lets the node serve slots no more.
    ///
    /// [`CLUSTER DELSLOTS`](https://redis.io/docs/latest/commands/cluster-delslots/), since 3.0.0, O(N).
    fn cluster_delslots(slots: &'a [u16]) -> (), typed none { command!("CLUSTER DELSLOTS", slots) }

    /// Lets the node serve slots from one to another no more, both included.
    ///
    /// [`CLUSTER DELSLOTSRANGE`](https://redis.io/docs/latest/commands/cluster-delslotsrange/), since 7.0.0,
    /// O(N).
    fn cluster_delslotsrange(ranges: &'a [(u16, u16)]) -> (), typed none {
        command!("CLUSTER DELSLOTSRANGE", ranges)
    }

    /// Lets the node serve no slot any more. An error when it has keys.
    ///
    /// [`CLUSTER FLUSHSLOTS`](https://redis.io/docs/latest/commands/cluster-flushslots/), since 3.0.0, O(1).
    fn cluster_flushslots() -> (), typed none { command!("CLUSTER FLUSHSLOTS") }

    /// Deletes all keys of a slot.
    ///
    /// [`CLUSTER FLUSHSLOT`](https://valkey.io/commands/cluster-flushslot/), since Valkey 9.0.0, O(N).
    fn cluster_flushslot(slot: u16, mode: FlushMode) -> (), typed none {
        command!("CLUSTER FLUSHSLOT", slot, mode)
    }

    /// Tells the node what becomes of a slot.
    ///
    /// [`CLUSTER SETSLOT`](https://redis.io/docs/latest/commands/cluster-setslot/), since 3.0.0, O(1).
    fn cluster_setslot(slot: u16, state: &'a ClusterSlotState) -> (), typed none {
        command!("CLUSTER SETSLOT", slot, state)
    }

    /// Begins to move slots from this node to another. The reply comes before they are there.
    ///
    /// [`CLUSTER MIGRATESLOTS`](https://valkey.io/commands/cluster-migrateslots/), since Valkey 9.0.0, O(N).
    fn cluster_migrateslots<I: ToSingleRedisArg>(ranges: &'a [(u16, u16)], node_id: I) -> (), typed none {
        command!("CLUSTER MIGRATESLOTS", "SLOTSRANGE", ranges, "NODE", node_id)
    }

    /// Gives the moves of slots that are under way or ended lately, by the server's names.
    ///
    /// [`CLUSTER GETSLOTMIGRATIONS`](https://valkey.io/commands/cluster-getslotmigrations/), since Valkey
    /// 9.0.0, O(N).
    fn cluster_getslotmigrations() -> Vec<HashMap<String, Value>>, typed none {
        command!("CLUSTER GETSLOTMIGRATIONS")
    }

    /// Ends all moves of slots that are under way; the slots stay where they are.
    ///
    /// [`CLUSTER CANCELSLOTMIGRATIONS`](https://valkey.io/commands/cluster-cancelslotmigrations/), since
    /// Valkey 9.0.0, O(N).
    fn cluster_cancelslotmigrations() -> (), typed none { command!("CLUSTER CANCELSLOTMIGRATIONS") }

    /// Lets the node meet another one, and join its cluster.
    ///
    /// [`CLUSTER MEET`](https://redis.io/docs/latest/commands/cluster-meet/), since 3.0.0, O(1).
    fn cluster_meet<H: ToSingleRedisArg>(ip: H, port: u16) -> (), typed none {
        command!("CLUSTER MEET", ip, port)
    }

    /// Lets the node forget another one for a minute at least.
    ///
    /// [`CLUSTER FORGET`](https://redis.io/docs/latest/commands/cluster-forget/), since 3.0.0, O(1).
    fn cluster_forget<I: ToSingleRedisArg>(node_id: I) -> (), typed none { command!("CLUSTER FORGET", node_id) }

    /// Makes the node a replica of a primary.
    ///
    /// [`CLUSTER REPLICATE`](https://redis.io/docs/latest/commands/cluster-replicate/), since 3.0.0, O(1).
    fn cluster_replicate<I: ToSingleRedisArg>(node_id: I) -> (), typed none {
        command!("CLUSTER REPLICATE", node_id)
    }

    /// Lets a replica take the place of its primary.
    ///
    /// [`CLUSTER FAILOVER`](https://redis.io/docs/latest/commands/cluster-failover/), since 3.0.0, O(1).
    fn cluster_failover(mode: ClusterFailoverMode) -> (), typed none { command!("CLUSTER FAILOVER", mode) }

    /// Lets the node forget its cluster. An error when it is a primary with keys.
    ///
    /// [`CLUSTER RESET`](https://redis.io/docs/latest/commands/cluster-reset/), since 3.0.0, O(N).
    fn cluster_reset(mode: ClusterResetMode) -> (), typed none { command!("CLUSTER RESET", mode) }

    /// Lets the node save what it knows of the cluster.
    ///
    /// [`CLUSTER SAVECONFIG`](https://redis.io/docs/latest/commands/cluster-saveconfig/), since 3.0.0, O(1).
    fn cluster_saveconfig() -> (), typed none { command!("CLUSTER SAVECONFIG") }

    /// Sets the epoch of a node that knows no other one and has none yet.
    ///
    /// [`CLUSTER SET-CONFIG-EPOCH`](https://redis.io/docs/latest/commands/cluster-set-config-epoch/), since
    /// 3.0.0, O(1).
    fn cluster_set_config_epoch(epoch: u64) -> (), typed none { command!("CLUSTER SET-CONFIG-EPOCH", epoch) }

    /// Gives the node an epoch above all others: `BUMPED`, or `STILL` when it has it, and the epoch.
    ///
    /// [`CLUSTER BUMPEPOCH`](https://redis.io/docs/latest/commands/cluster-bumpepoch/), since 3.0.0, O(1).
    fn cluster_bumpepoch() -> String, typed none { command!("CLUSTER BUMPEPOCH") }

    /// Gives some keys of the whole cluster, and the cursor to go on with: `0` at the beginning and at the end.
    ///
    /// [`CLUSTERSCAN`](https://valkey.io/commands/clusterscan/), since Valkey 9.1.0, O(1) per call.
    fn clusterscan_step<C: ToSingleRedisArg>(
        cursor: C,
        options: ScanOptions,
    ) -> (String, Vec<String>), typed none {
        command!("CLUSTERSCAN", cursor, options)
    }
} } }
pub(crate) use cluster_rows;
