//! The sections most asked for, each as one struct; a field that the server did not send is `None`.
//!
//! A view is copied out of the text, so it can be kept and sent; with the feature `serde` its fields carry
//! the names that the server has for them.

use std::time::Duration;

use super::section::Section;
use super::server::Role;

/// Declares a view: its section method, and of each field the name, the type, the getter and the server's
/// name.
macro_rules! view {
    (
        $(#[$doc:meta])* $name:ident, $(#[$getter_doc:meta])* $getter:ident {
            $($(#[$field_doc:meta])* $field:ident: $value:ty = $read:ident($key:literal),)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[cfg_attr(feature = "serde", serde(rename = $key))]
                pub $field: Option<$value>,
            )*
        }

        impl Section<'_> {
            $(#[$getter_doc])*
            pub fn $getter(self) -> $name {
                $name { $($field: self.$read($key),)* }
            }
        }

        impl super::text::Info {
            $(#[$getter_doc])*
            pub fn $getter(&self) -> $name {
                self.whole().$getter()
            }
        }
    };
}

view! {
    /// What `# Clients` says.
    Clients,
    /// The clients connected now.
    clients {
        /// Client connections, those of replicas left out.
        connected: u64 = u64("connected_clients"),
        /// Connections of other cluster nodes.
        cluster_connections: u64 = u64("cluster_connections"),
        /// How many clients there may be.
        limit: u64 = u64("maxclients"),
        /// The largest query buffer among them, in bytes.
        recent_max_input_buffer: u64 = u64("client_recent_max_input_buffer"),
        /// The largest output buffer among them, in bytes.
        recent_max_output_buffer: u64 = u64("client_recent_max_output_buffer"),
        /// Clients waiting in a blocking command.
        blocked: u64 = u64("blocked_clients"),
        /// Clients that asked for invalidations.
        tracking: u64 = u64("tracking_clients"),
        /// Clients with a subscription (since 7.4).
        subscribed: u64 = u64("pubsub_clients"),
        /// Clients that watch keys (since 7.4).
        watching: u64 = u64("watching_clients"),
    }
}

view! {
    /// What `# Memory` says, in bytes unless it says otherwise.
    Memory,
    /// Where the memory went.
    memory {
        /// What the allocator gave out.
        used: u64 = u64("used_memory"),
        /// The same for reading: `1.56M`.
        used_human: String = text("used_memory_human"),
        /// What the system gave to the process.
        resident: u64 = u64("used_memory_rss"),
        /// The same for reading.
        resident_human: String = text("used_memory_rss_human"),
        /// The most it ever used.
        peak: u64 = u64("used_memory_peak"),
        /// The same for reading.
        peak_human: String = text("used_memory_peak_human"),
        /// Use now in percent of the peak; may pass 100.
        peak_percent: f64 = percent("used_memory_peak_perc"),
        /// What the server needs for itself.
        overhead: u64 = u64("used_memory_overhead"),
        /// What it used when it had just started.
        startup: u64 = u64("used_memory_startup"),
        /// What the data needs.
        dataset: u64 = u64("used_memory_dataset"),
        /// That in percent of the use without the start-up part.
        dataset_percent: f64 = percent("used_memory_dataset_perc"),
        /// What the machine has.
        total_system: u64 = u64("total_system_memory"),
        /// What Lua scripts use.
        lua: u64 = u64("used_memory_lua"),
        /// The limit; zero says that there is none.
        limit: u64 = u64("maxmemory"),
        /// What happens at the limit.
        policy: String = text("maxmemory_policy"),
        /// Resident over used. On an idle small server it is large and says nothing.
        fragmentation_ratio: f64 = f64("mem_fragmentation_ratio"),
        /// Resident minus used; negative when memory is swapped out.
        fragmentation_bytes: i64 = i64("mem_fragmentation_bytes"),
        /// The buffers of normal clients.
        normal_clients: u64 = u64("mem_clients_normal"),
        /// The replication backlog.
        replication_backlog: u64 = u64("mem_replication_backlog"),
        /// The allocator's name and version.
        allocator: String = text("mem_allocator"),
        /// Objects that wait to be freed in the background.
        lazyfree_pending_objects: u64 = u64("lazyfree_pending_objects"),
    }
}

view! {
    /// What `# Persistence` says.
    Persistence,
    /// Whether the data is safe on a disk.
    persistence {
        /// The data is being loaded, and commands are refused with `LOADING`.
        is_loading: bool = bool("loading"),
        /// A replica loads a new copy and still serves the old one.
        is_async_loading: bool = bool("async_loading"),
        /// How much of it is loaded, in percent; only while it is.
        loading_percent: f64 = percent("loading_loaded_perc"),
        /// How long the rest may take; only while it loads.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        loading_rest: Duration = seconds("loading_eta_seconds"),
        /// Changes that no snapshot has.
        changes_since_save: u64 = u64("rdb_changes_since_last_save"),
        /// A snapshot is being written.
        is_saving: bool = bool("rdb_bgsave_in_progress"),
        /// When the last snapshot was whole, in seconds since 1970.
        last_save_unix: u64 = u64("rdb_last_save_time"),
        /// Whether the last snapshot succeeded.
        last_save_ok: bool = status("rdb_last_bgsave_status"),
        /// How long it took; `None` when there was none.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        last_save_took: Duration = seconds("rdb_last_bgsave_time_sec"),
        /// The append-only file is on.
        is_aof_enabled: bool = bool("aof_enabled"),
        /// The append-only file is being rewritten.
        is_aof_rewriting: bool = bool("aof_rewrite_in_progress"),
        /// Whether its last rewrite succeeded.
        last_aof_rewrite_ok: bool = status("aof_last_bgrewrite_status"),
        /// Whether its last write succeeded; if not, writes are refused.
        last_aof_write_ok: bool = status("aof_last_write_status"),
        /// Its size in bytes; only when it is on.
        aof_size: u64 = u64("aof_current_size"),
    }
}

view! {
    /// What `# Stats` says: counters since the start or the last `CONFIG RESETSTAT`.
    Stats,
    /// What was done so far.
    stats {
        /// Connections accepted.
        connections_received: u64 = u64("total_connections_received"),
        /// Commands run.
        commands_processed: u64 = u64("total_commands_processed"),
        /// Commands a second, over the last 1.6 s.
        ops_per_second: u64 = u64("instantaneous_ops_per_sec"),
        /// Bytes read.
        net_input_bytes: u64 = u64("total_net_input_bytes"),
        /// Bytes written.
        net_output_bytes: u64 = u64("total_net_output_bytes"),
        /// KiB read a second.
        input_kib_per_second: f64 = f64("instantaneous_input_kbps"),
        /// KiB written a second.
        output_kib_per_second: f64 = f64("instantaneous_output_kbps"),
        /// Connections refused because there were `maxclients`.
        rejected_connections: u64 = u64("rejected_connections"),
        /// Full copies made for replicas.
        full_syncs: u64 = u64("sync_full"),
        /// Replicas that could go on where they were.
        partial_syncs: u64 = u64("sync_partial_ok"),
        /// Replicas that could not.
        failed_partial_syncs: u64 = u64("sync_partial_err"),
        /// Keys removed because their time had come.
        expired_keys: u64 = u64("expired_keys"),
        /// Keys removed for want of memory.
        evicted_keys: u64 = u64("evicted_keys"),
        /// Clients closed for want of memory.
        evicted_clients: u64 = u64("evicted_clients"),
        /// Reads that found their key.
        keyspace_hits: u64 = u64("keyspace_hits"),
        /// Reads that did not.
        keyspace_misses: u64 = u64("keyspace_misses"),
        /// Channels with a subscriber.
        channels: u64 = u64("pubsub_channels"),
        /// Patterns with a subscriber.
        patterns: u64 = u64("pubsub_patterns"),
        /// Keys for which somebody wants an invalidation.
        tracked_keys: u64 = u64("tracking_total_keys"),
        /// Error replies sent.
        error_replies: u64 = u64("total_error_replies"),
        /// Clients closed because they did not read fast enough.
        output_buffer_disconnections: u64 = u64("client_output_buffer_limit_disconnections"),
    }
}

view! {
    /// What `# Replication` says; the links to replicas are in [`Section::replicas`].
    Replication,
    /// Who follows whom.
    replication {
        /// `master` or `slave`.
        role_name: String = text("role"),
        /// How many replicas are connected.
        connected_replicas: u64 = u64("connected_slaves"),
        /// On a replica: its primary's host.
        primary_host: String = text("master_host"),
        /// On a replica: its primary's port.
        primary_port: u64 = u64("master_port"),
        /// On a replica: whether the link is up.
        is_link_up: bool = status("master_link_status"),
        /// On a replica whose link is down: for how long.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        link_down_since: Duration = seconds("master_link_down_since_seconds"),
        /// On a replica: since the primary was last heard; `None` while it is not connected.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        last_heard: Duration = seconds("master_last_io_seconds_ago"),
        /// On a replica: a full copy is under way.
        is_syncing: bool = bool("master_sync_in_progress"),
        /// On a replica: whether it refuses writes.
        is_read_only: bool = bool("slave_read_only"),
        /// On a replica: how far it has read the stream, in bytes.
        replica_offset: u64 = u64("slave_repl_offset"),
        /// How long the stream is, in bytes.
        offset: u64 = u64("master_repl_offset"),
        /// The stream's name.
        replication_id: String = text("master_replid"),
        /// Up to where the stream before the last failover may be followed; `None` when there was none.
        second_offset: u64 = offset("second_repl_offset"),
        /// The state of a failover that was asked for.
        failover_state: String = text("master_failover_state"),
        /// The backlog is on.
        has_backlog: bool = bool("repl_backlog_active"),
        /// The backlog's size in bytes.
        backlog_size: u64 = u64("repl_backlog_size"),
        /// How much of it is in use.
        backlog_used: u64 = u64("repl_backlog_histlen"),
    }
}

impl Replication {
    /// The role as a word of ours; `None` when the server sent another one.
    pub fn role(&self) -> Option<Role> {
        match self.role_name.as_deref() {
            Some("master") => Some(Role::Primary),
            Some("slave") => Some(Role::Replica),
            _ => None,
        }
    }
}

view! {
    /// What `# CPU` says: time spent so far.
    Cpu,
    /// Where the time went.
    cpu {
        /// In the system, for the server.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        system: Duration = fraction("used_cpu_sys"),
        /// In the server.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        user: Duration = fraction("used_cpu_user"),
        /// In the system, for processes that saved or rewrote.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        system_children: Duration = fraction("used_cpu_sys_children"),
        /// In processes that saved or rewrote.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        user_children: Duration = fraction("used_cpu_user_children"),
        /// In the system, for the thread that runs commands.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        system_main_thread: Duration = fraction("used_cpu_sys_main_thread"),
        /// In the thread that runs commands.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        user_main_thread: Duration = fraction("used_cpu_user_main_thread"),
    }
}

view! {
    /// What `# Cluster` says, and on Valkey since 9.1 `# Cluster Info`.
    Cluster,
    /// Whether this is a cluster's node, and the cluster's state.
    cluster {
        /// It is a node of a cluster.
        is_enabled: bool = bool("cluster_enabled"),
        /// Every slot has a node that serves it, as far as the settings want that.
        is_ok: bool = status("cluster_state"),
        /// Slots that belong to a node.
        slots_assigned: u64 = u64("cluster_slots_assigned"),
        /// Slots whose node is well.
        slots_ok: u64 = u64("cluster_slots_ok"),
        /// Slots whose node does not answer this one.
        slots_pfail: u64 = u64("cluster_slots_pfail"),
        /// Slots whose node the cluster has given up.
        slots_fail: u64 = u64("cluster_slots_fail"),
        /// Nodes, replicas too.
        known_nodes: u64 = u64("cluster_known_nodes"),
        /// Primaries with slots.
        size: u64 = u64("cluster_size"),
        /// Grows with each change of the configuration.
        current_epoch: u64 = u64("cluster_current_epoch"),
    }
}

view! {
    /// What `# Sentinel` says; the primaries it watches are in [`Section::masters`].
    Sentinel,
    /// What a Sentinel does.
    sentinel {
        /// How many primaries it watches.
        masters: u64 = u64("sentinel_masters"),
        /// Its clock jumped, and it does not act for a while.
        is_tilted: bool = bool("sentinel_tilt"),
        /// For how long; `None` when it is not.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
        tilted_since: Duration = seconds("sentinel_tilt_since_seconds"),
        /// Scripts it runs now.
        running_scripts: u64 = u64("sentinel_running_scripts"),
        /// Scripts that wait.
        queued_scripts: u64 = u64("sentinel_scripts_queue_length"),
    }
}
