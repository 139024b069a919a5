//! A server's part in replication, and how it hands that over.

use std::cell::RefCell;
use std::time::Duration;

use redlane::commands::native::{BlockingCommands, ServerCommands, StringsCommands};
use redlane::commands::types::{FailoverOptions, Role};
use redlane_test_support::{Options, Server, eventually_async};

use super::wire::both;

/// Long against a copy of an empty data set on a crowded machine.
const LIMIT: Duration = Duration::from_secs(20);

/// A server that copies and is copied without the usual pauses.
fn server() -> Server {
    Server::start(Options::new().set("repl-diskless-sync-delay", "0").set("hz", "100"))
}

/// A primary and its replica.
async fn pair() -> (Server, Server) {
    let (primary, replica) = (server(), server());
    replica.command(&["REPLICAOF", "127.0.0.1", &primary.port().to_string()]);
    until_in_step(&primary, &replica).await;
    (primary, replica)
}

async fn until_in_step(primary: &Server, replica: &Server) {
    // The primary believes so before the replica has read all that it was sent.
    let in_step =
        || replica.info("master_link_status") == "up" && primary.info("slave0").contains("state=online");
    eventually_async("the replica is in step", LIMIT, in_step).await;
}

/// Gives `here` back the part that it has handed over to `there`.
async fn hand_back(here: &Server, there: &Server) {
    until_in_step(there, here).await;
    there.command(&["FAILOVER"]);
    until_in_step(here, there).await;
}

#[tokio::test]
async fn a_server_copies_another_and_no_more() {
    let (here, there) = (server(), server());
    both(&here, async |redis, keys| {
        redis.replicaof("127.0.0.1", there.port()).await;
        until_in_step(&there, &here).await;

        let Role::Replica { primary_ip, primary_port, replication_state, .. } = redis.role().await else {
            panic!("no replica")
        };
        assert_eq!((primary_ip.as_str(), primary_port), ("127.0.0.1", there.port()));
        assert_eq!(replication_state, "connected");
        redis.replicaof_no_one().await;
        assert!(matches!(redis.role().await, Role::Primary { .. }));
        redis.set(keys.key("k"), 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_knows_its_replicas_and_waits_for_them() {
    let (here, there) = pair().await;
    both(&here, async |redis, keys| {
        redis.set(keys.key("k"), 1).await;
        assert_eq!(redis.wait(1, LIMIT).await, 1);

        let Role::Primary { replication_offset, replicas } = redis.role().await else { panic!("no primary") };
        assert!(replication_offset > 0);
        let replica = &replicas[0];
        assert_eq!((replicas.len(), replica.ip.as_str(), replica.port), (1, "127.0.0.1", there.port()));
        assert!(replica.replication_offset <= i64::try_from(replication_offset).unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_server_hands_over_to_its_replica() {
    let (here, there) = pair().await;
    let named = FailoverOptions::default().to("127.0.0.1", there.port()).timeout(LIMIT);
    // A handover takes seconds on some servers: one way for each protocol.
    let ways = RefCell::new(vec![FailoverOptions::default(), named]);
    both(&here, async |redis, _| {
        let way = ways.borrow_mut().pop().unwrap();

        redis.failover(way).await;

        until_in_step(&there, &here).await;
        assert!(matches!(redis.role().await, Role::Replica { .. }));
        hand_back(&here, &there).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_hands_over_by_force_once_the_time_is_up() {
    let (here, there) = pair().await;
    both(&here, async |redis, keys| {
        // A replica that cannot keep up.
        there.pause();
        redis.set(keys.key("k"), 1).await;
        let limit = Duration::from_millis(1);
        redis.failover(FailoverOptions::default().force_to("127.0.0.1", there.port(), limit)).await;
        let is_forced = || here.info("master_failover_state") == "failover-in-progress";
        eventually_async("the time is up", LIMIT, is_forced).await;
        there.resume();

        hand_back(&here, &there).await;
    })
    .await;
}

#[tokio::test]
async fn a_handover_is_given_up() {
    let (here, there) = pair().await;
    both(&here, async |redis, keys| {
        assert_eq!(redis.failover_abort().code().await, "ERR");
        there.pause();
        redis.set(keys.key("k"), 1).await;
        redis.failover(FailoverOptions::default()).await;
        assert_eq!(here.info("master_failover_state"), "waiting-for-sync");

        redis.failover_abort().await;

        assert_eq!(here.info("master_failover_state"), "no-failover");
        there.resume();
    })
    .await;
}

#[tokio::test]
async fn a_server_without_a_replica_has_nobody_to_hand_over_to() {
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.failover(FailoverOptions::default()).code().await, "ERR");
    })
    .await;
}
