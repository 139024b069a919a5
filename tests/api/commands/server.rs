//! The server itself.

use std::collections::BTreeMap;
use std::time::Duration;

use redlane::commands::native::{KeysCommands, ServerCommands, StringsCommands};
use redlane::commands::types::{CommandFilter, CommandLogKind, FlushAllOptions, ModuleOptions, Role};
use redlane_test_support::{Options, Server, eventually};

use super::wire::both;

#[tokio::test]
async fn a_server_tells_about_itself() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        assert!(redis.info_text().await.contains("# Server"));
        assert!(!redis.info_sections("memory").await.contains("# Server"));
        assert!(redis.info_sections("everything").await.contains("# Commandstats"));
        assert_eq!(redis.info_sections("no-such-section").await, "");
        let (seconds, micros) = redis.time().await;
        assert!(seconds > 1_700_000_000 && micros < 1_000_000);
        assert!(redis.lastsave().await > 1_700_000_000);
        assert!(matches!(redis.role().await, Role::Primary { replicas, .. } if replicas.is_empty()));
        assert!(redis.lolwut().await.contains(|c: char| c.is_ascii_digit()));
        let (small, large) =
            (redis.lolwut_version(5, (8, 1, 1)).await, redis.lolwut_version(5, (60, 1, 1)).await);
        assert!(small.len() < large.len(), "{small}{large}");
        assert!(redis.memory_stats().await.contains_key("peak.allocated"));
        assert!(!redis.memory_doctor().await.is_empty());
        assert!(!redis.memory_malloc_stats().await.is_empty());
        redis.memory_purge().await;
        for module in redis.module_list().await {
            assert!(module["name"].as_bytes().is_some() && module.contains_key("ver"), "{module:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn databases_are_counted_and_measured() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.flushall().await;
        assert_eq!(redis.dbsize().await, 0);

        redis.set("k", 1).await;

        assert_eq!(redis.dbsize().await, 1);
        assert!(redis.memory_usage("k", None).await.unwrap() > 10);
        assert!(redis.memory_usage("k", Some(0)).await.is_some());
        assert_eq!(redis.memory_usage("absent", None).await, None);
    })
    .await;
}

#[tokio::test]
async fn databases_are_exchanged_and_emptied() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        let (now, later) = (FlushAllOptions::default().blocking(true), FlushAllOptions::default());
        let there = async || redis.exists("k").await == 1;

        redis.set("k", 1).await;
        redis.swapdb(0, 1).await;
        assert!(!there().await);
        redis.flushdb().await;
        redis.flushdb_options(&now).await;
        redis.flushdb_options(&later).await;
        redis.swapdb(0, 1).await;
        assert!(there().await);
        assert_eq!(redis.swapdb(0, 99).code().await, "ERR");
        redis.flushdb_options(&now).await;
        assert!(!there().await);
        redis.set("k", 1).await;
        redis.flushdb_options(&later).await;
        assert!(!there().await);
        redis.set("k", 1).await;
        redis.flushall_options(&now).await;
        assert!(!there().await);
        redis.set("k", 1).await;
        redis.flushall_options(&later).await;
        assert!(!there().await);
    })
    .await;
}

#[tokio::test]
async fn parameters_are_read_and_set() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.config_set(("maxmemory", "3mb")).await;

        assert_eq!(redis.config_get("maxmemory").await["maxmemory"], "3145728");
        assert!(redis.config_get("no-such-thing").await.is_empty());
        assert!(redis.config_get("maxmemory*").await.len() > 2);
        assert_eq!(redis.config_set(("no-such-thing", 1)).code().await, "ERR");
        redis.config_resetstat().await;
        // The question itself is counted when it is answered.
        assert_eq!(server.info("total_connections_received"), "1");
        redis.config_rewrite().await;
        let written = std::fs::read_to_string(server.folder().join("server.conf")).unwrap();
        assert!(written.contains("maxmemory 3mb"), "{written}");
    })
    .await;
}

#[tokio::test]
async fn several_parameters_are_read_and_set_at_once() {
    let server = Server::start(Options::new());
    if server.predates("CONFIG SET of several parameters", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(&server, async |redis, _| {
        redis.config_set(BTreeMap::from([("maxmemory", "2mb"), ("maxmemory-policy", "allkeys-lru")])).await;

        let read = redis.config_get(["maxmemory", "maxmemory-policy"].as_slice()).await;
        assert_eq!(
            (read["maxmemory"].as_str(), read["maxmemory-policy"].as_str()),
            ("2097152", "allkeys-lru")
        );
        assert!(redis.info_sections(["memory", "clients"].as_slice()).await.contains("# Clients"));
    })
    .await;
}

#[tokio::test]
async fn keys_are_saved() {
    // The server looks after its children at this pace.
    let server = Server::start(Options::new().set("hz", "500"));
    both(&server, async |redis, _| {
        let idle = |fields: &[&str]| {
            eventually("no save is under way", Duration::from_secs(10), || {
                fields.iter().all(|field| server.info(field) == "0")
            });
        };
        let before = redis.lastsave().await;

        redis.save().await;
        assert!(redis.lastsave().await >= before && before > 1_700_000_000);
        assert!(redis.bgsave().await.contains("saving started"));
        idle(&["rdb_bgsave_in_progress"]);
        assert!(redis.bgsave_schedule().await.contains("saving started"));
        idle(&["rdb_bgsave_in_progress"]);
        assert!(redis.bgrewriteaof().await.contains("rewriting started"));
        idle(&["aof_rewrite_in_progress", "aof_rewrite_scheduled"]);
    })
    .await;
}

#[tokio::test]
async fn a_save_is_given_up() {
    // So slow that it is still under way when it is asked to end.
    let server = Server::start(Options::new().set("rdb-key-save-delay", "10000"));
    if server.predates("BGSAVE CANCEL", None, Some((8, 1))) {
        return;
    }
    both(&server, async |redis, _| {
        let pairs: Vec<(u32, u32)> = (0..10_000).map(|n| (n, n)).collect();
        redis.mset(&pairs).await;
        assert_eq!(redis.bgsave_cancel().code().await, "ERR");

        redis.bgsave().await;
        assert!(redis.bgsave_cancel().await.contains("cancelled"));

        let idle = || server.info("rdb_bgsave_in_progress") == "0";
        eventually("the save is over", Duration::from_secs(10), idle);
        assert!(!server.folder().join("dump.rdb").exists());
    })
    .await;
}

#[tokio::test]
async fn slow_commands_are_logged() {
    let server = Server::start(Options::new().set("slowlog-log-slower-than", "0"));
    both(&server, async |redis, _| {
        redis.slowlog_reset().await;
        redis.set("k", "v").await;

        assert!(redis.slowlog_len().await >= 2);
        let entries = redis.slowlog_get(Some(-1)).await;
        let set = entries.iter().find(|entry| entry.arguments == ["SET", "k", "v"]).unwrap();
        assert!(set.time > 1_700_000_000 && !set.client_address.is_empty());
        assert!(redis.slowlog_get(None).await.len() <= 10);
        let newest = redis.slowlog_get(Some(1)).await;
        assert!(newest.len() == 1 && newest[0].id > set.id);
    })
    .await;
}

#[tokio::test]
async fn slow_and_large_commands_are_logged_apart() {
    let options = Options::new();
    let server = Server::start(options);
    if server.lacks("COMMANDLOG") {
        return;
    }
    both(&server, async |redis, _| {
        let limits = [
            ("commandlog-execution-slower-than", 0),
            ("commandlog-request-larger-than", 100),
            ("commandlog-reply-larger-than", 100),
        ];
        redis.config_set(limits.as_slice()).await;

        for kind in [CommandLogKind::Slow, CommandLogKind::LargeRequest, CommandLogKind::LargeReply] {
            redis.commandlog_reset(kind).await;
            redis.set("k", "v".repeat(200)).await;
            redis.get("k").await;

            assert!(redis.commandlog_len(kind).await >= 1);
            let entries = redis.commandlog_get(-1, kind).await;
            let name: &[u8] = if kind == CommandLogKind::LargeReply { b"GET" } else { b"SET" };
            let entry = entries.iter().find(|entry| entry.arguments[0] == name).unwrap();
            assert!(kind == CommandLogKind::Slow || entry.amount > 200, "{entry:?}");
            assert!(redis.commandlog_get(0, kind).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn spikes_of_latency_are_watched() {
    let server = Server::start(Options::new().set("latency-monitor-threshold", "1"));
    both(&server, async |redis, _| {
        server.command(&["DEBUG", "SLEEP", "0.01"]);

        let spikes = redis.latency_latest().await;
        let spike = spikes.iter().find(|spike| spike.event == "command").unwrap();
        assert!(spike.latest >= 10 && spike.longest >= spike.latest && spike.time > 1_700_000_000);
        assert!(redis.latency_history("command").await[0].1 >= 10);
        assert!(redis.latency_history("no-such-event").await.is_empty());
        assert_eq!(redis.latency_graph("no-such-event").code().await, "ERR");
        assert!(redis.latency_graph("command").await.contains("command"));
        assert!(!redis.latency_doctor().await.is_empty());
        assert_eq!(redis.latency_reset("command").await, 1);
        assert_eq!(redis.latency_reset([""; 0].as_slice()).await, 0);
        assert!(redis.latency_latest().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn latencies_are_summed_up_by_command() {
    if Server::shared().lacks("LATENCY|HISTOGRAM") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        redis.set(keys.key("k"), 1).await;

        assert!(redis.latency_histogram("set").await.contains_key("set"));
        assert!(redis.latency_histogram("no-such-command").await.is_empty());
        assert!(redis.latency_histogram([""; 0].as_slice()).await.len() > 1);
    })
    .await;
}

#[tokio::test]
async fn commands_are_described() {
    both(Server::shared(), async |redis, _| {
        assert!(redis.command_count().await > 200);
        assert_eq!(redis.command_getkeys(("MSET", "a", 1, "b", 2)).await, ["a", "b"]);
        let info = redis.command_info(["get", "no-such-command"].as_slice()).await;
        assert_eq!((info.len(), info[0].as_slice().is_some()), (2, true));
        assert_eq!(redis.command_getkeys("PING").code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn commands_are_listed_and_documented() {
    if Server::shared().lacks("COMMAND|DOCS") {
        return;
    }
    both(Server::shared(), async |redis, _| {
        assert!(redis.command_list().await.contains(&"get".to_owned()));
        assert!(redis.command_info([""; 0].as_slice()).await.len() > 200);
        let sorted = redis.command_list_filtered(CommandFilter::Pattern("zra*".to_owned())).await;
        assert!(sorted.iter().all(|name| name.starts_with("zra")) && sorted.len() > 3);
        assert!(!redis.command_list_filtered(CommandFilter::AclCategory("geo".to_owned())).await.is_empty());
        let none = redis.command_list_filtered(CommandFilter::Module("none".to_owned())).await;
        assert!(none.is_empty());
        assert!(redis.command_docs("get").await.contains_key("get"));
        assert!(redis.command_docs("no-such-command").await.is_empty());
        assert!(redis.command_docs([""; 0].as_slice()).await.len() > 200);
        let keys = redis.command_getkeysandflags(("SET", "k", "v")).await;
        assert_eq!(keys[0].0, "k");
        assert!(keys[0].1.contains(&"OW".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn modules_that_do_not_exist_are_refused() {
    if Server::shared().predates("MODULE LOADEX", Some((7, 0)), Some((7, 2))) {
        return;
    }
    let server = Server::start(Options::new().line("enable-module-command yes"));
    both(&server, async |redis, _| {
        let options = ModuleOptions::default().config("a.b", "1").argument("x");

        assert_eq!(redis.module_load("/no/such.so", [""; 0].as_slice()).code().await, "ERR");
        assert_eq!(redis.module_loadex("/no/such.so", &options).code().await, "ERR");
        assert_eq!(redis.module_unload("none").code().await, "ERR");
    })
    .await;
}
