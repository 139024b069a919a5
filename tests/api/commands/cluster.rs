//! The commands about a cluster, on a node that is one all by itself.

use std::time::Duration;

use redlane::commands::native::{ClusterCommands, StringsCommands};
use redlane::commands::types::{
    ClusterFailoverMode, ClusterResetMode, ClusterSlotState, FlushMode, ScanOptions, SlotStatsFilter,
};
use redlane_test_support::{Options, Server, eventually_async};

use super::wire::bare;

/// No node has this name.
const NOBODY: &str = "0123456789abcdef0123456789abcdef01234567";

/// A node of a cluster that knows no other one, and serves all slots once it is asked to.
fn node() -> Server {
    Server::start(Options::new().set("cluster-enabled", "yes"))
}

/// The slots are served when the node has looked at itself once more.
async fn is_up(server: &Server) {
    let ok = || server.command(&["CLUSTER", "INFO"]).text().contains("cluster_state:ok");
    eventually_async("the cluster is up", Duration::from_secs(20), ok).await;
}

#[tokio::test]
async fn a_node_tells_of_itself_and_its_slots() {
    let server = node();
    let all: Vec<u16> = (0..16_384).collect();
    bare(&server, async |redis| {
        redis.cluster_addslots(&all).await;
        is_up(&server).await;
        let id = redis.cluster_myid().await;
        redis.set("{a}:1", 1).await;
        redis.set("{a}:2", 2).await;

        assert!(redis.cluster_info().await.contains("cluster_slots_assigned:16384"));
        assert!(redis.cluster_nodes().await.starts_with(&id));
        let slots = redis.cluster_slots().await;
        assert_eq!((slots.len(), slots[0].slots, slots[0].nodes.len()), (1, (0, 16_383), 1));
        assert_eq!((slots[0].nodes[0].id.as_str(), slots[0].nodes[0].port), (id.as_str(), server.port()));
        let slot = redis.cluster_keyslot("a").await;
        assert_eq!((slot, redis.cluster_keyslot("{a}:1").await), (15_495, 15_495));
        assert_eq!(redis.cluster_countkeysinslot(slot).await, 2);
        assert_eq!(redis.cluster_getkeysinslot(slot, 1).await.len(), 1);
        assert_eq!(redis.cluster_count_failure_reports(&id).await, 0);
        assert_eq!(redis.cluster_replicas(&id).await, [""; 0]);
        assert_eq!(redis.cluster_slaves(&id).await, [""; 0]);
        redis.cluster_saveconfig().await;
        let epoch = redis.cluster_bumpepoch().await;
        assert!(epoch.starts_with("BUMPED ") || epoch.starts_with("STILL "), "{epoch}");

        server.command(&["FLUSHALL"]);
        redis.cluster_delslots(&[0, 1]).await;
        redis.cluster_flushslots().await;
        assert!(redis.cluster_slots().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_node_is_given_ranges_and_tells_of_its_shard() {
    let server = node();
    if server.lacks("CLUSTER|ADDSLOTSRANGE") {
        return;
    }
    bare(&server, async |redis| {
        redis.cluster_addslotsrange(&[(0, 99), (200, 16_383)]).await;

        let shards = redis.cluster_shards().await;
        assert_eq!((shards.len(), shards[0].slots.as_slice()), (1, [(0, 99), (200, 16_383)].as_slice()));
        let node = &shards[0].nodes[0];
        assert_eq!((node.id.as_str(), node.role.as_str()), (redis.cluster_myid().await.as_str(), "master"));
        assert_eq!((node.port, node.health.as_str()), (Some(server.port()), "online"));
        assert!(redis.cluster_links().await.is_empty());

        redis.cluster_delslotsrange(&[(0, 99)]).await;
        assert_eq!(redis.cluster_slots().await[0].slots, (200, 16_383));
        redis.cluster_flushslots().await;
    })
    .await;
}

#[tokio::test]
async fn a_shard_has_a_name() {
    let server = node();
    if server.lacks("CLUSTER|MYSHARDID") {
        return;
    }
    bare(&server, async |redis| assert_eq!(redis.cluster_myshardid().await.len(), 40)).await;
}

#[tokio::test]
async fn slots_have_figures() {
    let server = node();
    if server.lacks("CLUSTER|SLOT-STATS") {
        return;
    }
    bare(&server, async |redis| {
        redis.cluster_addslotsrange(&[(0, 16_383)]).await;
        is_up(&server).await;
        redis.set("a", 1).await;

        let range = redis.cluster_slot_stats(SlotStatsFilter::range(15_494, 15_495)).await;
        let most = redis.cluster_slot_stats(SlotStatsFilter::order_by("key-count").limit(1)).await;
        let least =
            redis.cluster_slot_stats(SlotStatsFilter::order_by("key-count").ascending().limit(2)).await;

        assert_eq!((range.len(), range[1].0, range[1].1["key-count"]), (2, 15_495, 1));
        assert_eq!((most.len(), most[0].0), (1, 15_495));
        assert_eq!((least.len(), least[0].1["key-count"]), (2, 0));
        server.command(&["FLUSHALL"]);
        redis.cluster_flushslots().await;
    })
    .await;
}

#[tokio::test]
async fn what_needs_another_node_is_refused_by_one_alone() {
    let server = node();
    bare(&server, async |redis| {
        redis.cluster_addslots(&[1]).await;
        let state = async |state: ClusterSlotState| redis.cluster_setslot(1, &state).code().await;

        assert_eq!(state(ClusterSlotState::Migrating(NOBODY.into())).await, "ERR");
        assert_eq!(state(ClusterSlotState::Importing(NOBODY.into())).await, "ERR");
        assert_eq!(state(ClusterSlotState::Node(NOBODY.into())).await, "ERR");
        redis.cluster_setslot(1, &ClusterSlotState::Stable).await;
        assert_eq!(redis.cluster_forget(NOBODY).code().await, "ERR");
        assert_eq!(redis.cluster_replicate(NOBODY).code().await, "ERR");
        for mode in [ClusterFailoverMode::Handover, ClusterFailoverMode::Force, ClusterFailoverMode::Takeover]
        {
            assert_eq!(redis.cluster_failover(mode).code().await, "ERR");
        }
        assert_eq!(redis.cluster_meet("no address", 1).code().await, "ERR");

        redis.cluster_reset(ClusterResetMode::Soft).await;
        redis.cluster_reset(ClusterResetMode::Hard).await;
        redis.cluster_set_config_epoch(7).await;
        assert_eq!(redis.cluster_set_config_epoch(8).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn slots_are_emptied_and_moved() {
    let server = node();
    if server.lacks("CLUSTER|FLUSHSLOT") {
        return;
    }
    bare(&server, async |redis| {
        redis.cluster_addslotsrange(&[(0, 16_383)]).await;
        is_up(&server).await;
        redis.set("a", 1).await;

        redis.cluster_flushslot(15_495, FlushMode::Sync).await;
        assert_eq!(redis.cluster_countkeysinslot(15_495).await, 0);
        assert_eq!(redis.cluster_migrateslots(&[(0, 5), (9, 9)], NOBODY).code().await, "ERR");
        assert!(redis.cluster_getslotmigrations().await.is_empty());
        assert_eq!(redis.cluster_cancelslotmigrations().code().await, "ERR", "none is under way");
        redis.cluster_flushslots().await;
    })
    .await;
}

#[tokio::test]
async fn the_keys_of_a_cluster_are_walked_through() {
    let server = node();
    if server.lacks("CLUSTERSCAN") {
        return;
    }
    bare(&server, async |redis| {
        redis.cluster_addslotsrange(&[(0, 16_383)]).await;
        is_up(&server).await;
        redis.set("{a}:1", 1).await;

        let mut found = Vec::new();
        let mut cursor = "0".to_owned();
        loop {
            let options = ScanOptions::default().with_count(1_000);
            let (next, keys) = redis.clusterscan_step(&cursor, options).await;
            found.extend(keys);
            if next == "0" {
                break;
            }
            cursor = next;
        }

        assert_eq!(found, ["{a}:1"]);
        server.command(&["FLUSHALL"]);
        redis.cluster_flushslots().await;
    })
    .await;
}
