//! The server itself, and its users.

use std::collections::BTreeMap;
use std::time::Duration;

use redlane::commands::native::{AclCommands, KeysCommands, ServerCommands, StringsCommands};
use redlane::commands::types::{
    CommandFilter, CommandLogKind, FailoverOptions, FlushAllOptions, ModuleOptions, Role, Rule,
};
use redlane_test_support::{Options, Server, eventually};

use super::wire::both;

#[tokio::test]
async fn a_server_tells_about_itself() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        assert!(redis.info_text().await.contains("# Server"));
        assert!(!redis.info_sections("memory").await.contains("# Server"));
        assert!(redis.time().await.0 > 1_700_000_000);
        assert!(redis.lastsave().await > 1_700_000_000);
        assert!(matches!(redis.role().await, Role::Primary { replicas, .. } if replicas.is_empty()));
        assert!(redis.lolwut().await.contains(|c: char| c.is_ascii_digit()));
        assert!(redis.memory_stats().await.contains_key("peak.allocated"));
        assert!(!redis.memory_doctor().await.is_empty());
        assert!(!redis.memory_malloc_stats().await.is_empty());
        redis.memory_purge().await;
        redis.module_list().await;
    })
    .await;
}

#[tokio::test]
async fn databases_are_counted_exchanged_and_emptied() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.set("k", 1).await;
        assert_eq!(redis.dbsize().await, 1);
        assert!(redis.memory_usage("k", None).await.unwrap() > 10);
        assert!(redis.memory_usage("k", Some(0)).await.is_some());
        assert_eq!(redis.memory_usage("absent", None).await, None);

        redis.swapdb(0, 1).await;
        assert_eq!(redis.exists("k").await, 0);
        redis.flushdb().await;
        redis.flushdb_options(&FlushAllOptions::default()).await;
        redis.swapdb(0, 1).await;
        assert_eq!(redis.exists("k").await, 1);
        redis.flushall_options(&FlushAllOptions::default().blocking(true)).await;
        redis.flushall().await;
        assert_eq!(redis.dbsize().await, 0);
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
        redis.config_resetstat().await;
        redis.config_rewrite().await;
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
async fn slow_commands_are_logged() {
    let server = Server::start(Options::new().set("slowlog-log-slower-than", "0"));
    both(&server, async |redis, _| {
        redis.slowlog_reset().await;
        redis.set("k", "v").await;

        assert!(redis.slowlog_len().await >= 1);
        let entries = redis.slowlog_get(Some(-1)).await;
        let set = entries.iter().find(|entry| entry.arguments == ["SET", "k", "v"]).unwrap();
        assert!(set.time > 1_700_000_000 && !set.client_address.is_empty());
        assert!(redis.slowlog_get(None).await.len() <= 10);
    })
    .await;
}

#[tokio::test]
async fn large_replies_are_logged() {
    let server = Server::start(Options::new());
    if server.lacks("COMMANDLOG") {
        return;
    }
    both(&server, async |redis, _| {
        redis.commandlog_reset(CommandLogKind::LargeReply).await;
        redis.config_set(("commandlog-reply-larger-than", 100)).await;
        redis.info_text().await;

        assert!(redis.commandlog_len(CommandLogKind::LargeReply).await >= 1);
        assert!(redis.commandlog_get(-1, CommandLogKind::LargeReply).await[0].amount > 100);
        assert!(redis.commandlog_get(1, CommandLogKind::Slow).await.len() <= 1);
        redis.commandlog_reset(CommandLogKind::LargeRequest).await;
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
        assert!(redis.latency_graph("command").await.contains("command"));
        assert!(!redis.latency_doctor().await.is_empty());
        assert_eq!(redis.latency_reset("command").await, 1);
        assert_eq!(redis.latency_reset([""; 0].as_slice()).await, 0);
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
        let sorted = redis.command_list_filtered(CommandFilter::Pattern("zra*".to_owned())).await;
        assert!(sorted.iter().all(|name| name.starts_with("zra")) && sorted.len() > 3);
        assert!(!redis.command_list_filtered(CommandFilter::AclCategory("geo".to_owned())).await.is_empty());
        assert!(redis.command_docs("get").await.contains_key("get"));
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

#[tokio::test]
async fn a_server_copies_another_and_hands_over() {
    let (here, there) = (Server::start(Options::new()), Server::start(Options::new()));
    both(&here, async |redis, _| {
        redis.replicaof("127.0.0.1", there.port()).await;
        let Role::Replica { primary_port, .. } = redis.role().await else { panic!("no replica") };
        assert_eq!(primary_port, there.port());
        redis.replicaof_no_one().await;

        assert!(matches!(redis.role().await, Role::Primary { .. }));
        assert_eq!(redis.failover(FailoverOptions::default()).code().await, "ERR");
        assert_eq!(redis.failover_abort().code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn users_are_made_described_and_deleted() {
    let server = Server::start(Options::new());
    if server.predates("ACL selectors", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(&server, async |redis, _| {
        let rules = [
            Rule::On,
            Rule::AddPass("secret".to_owned()),
            Rule::Pattern("a*".to_owned()),
            Rule::AddCategory("read".to_owned()),
            Rule::RemoveCommand("keys".to_owned()),
            Rule::Selector(vec![Rule::AddCommand("set".to_owned()), Rule::Pattern("b*".to_owned())]),
        ];

        redis.acl_setuser_rules("ada", &rules).await;
        redis.acl_setuser("bob").await;
        let ada = redis.acl_getuser("ada").await.unwrap();
        assert!(ada.flags.contains(&Rule::On));
        assert!(matches!(ada.passwords.as_slice(), [Rule::AddHashedPass(hash)] if hash.len() == 64));
        assert_eq!(ada.keys, [Rule::Pattern("a*".to_owned())]);
        assert_eq!(ada.commands[1..], [rules[3].clone(), rules[4].clone()]);
        let [Rule::Selector(selector)] = ada.selectors.as_slice() else { panic!("{ada:?}") };
        assert!(selector.contains(&Rule::AddCommand("set".to_owned())));
        assert!(selector.contains(&Rule::Pattern("b*".to_owned())));
        assert_eq!(redis.acl_getuser("nobody").await, None);
        assert_eq!(redis.acl_users().await, ["ada", "bob", "default"]);
        assert_eq!(redis.acl_list().await.len(), 3);
        assert_eq!(redis.acl_dryrun("ada", "GET", "a1").await, "OK");
        assert_ne!(redis.acl_dryrun("ada", "GET", "c1").await, "OK");
        assert_eq!(redis.acl_deluser(&["ada", "bob", "nobody"]).await, 2);
    })
    .await;
}

#[tokio::test]
async fn permissions_are_named_and_refusals_logged() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        assert!(redis.acl_cat().await.contains("read"));
        assert!(redis.acl_cat_categoryname("read").await.contains("get"));
        assert_eq!(redis.acl_genpass().await.len(), 64);
        assert_eq!(redis.acl_genpass_bits(8).await.len(), 2);
        assert_eq!(redis.acl_whoami().await, "default");
        assert!(!redis.acl_help().await.is_empty());
        redis.acl_log_reset().await;
        server.raw().command(&["AUTH", "nobody", "x"]);
        assert!(redis.acl_log(10).await[0].contains_key("reason"));
        // Neither works without a file of users.
        assert_eq!(redis.acl_load().code().await, "ERR");
        assert_eq!(redis.acl_save().code().await, "ERR");
    })
    .await;
}
