//! Reports from recorded replies, from replies that lack fields, and from pairs of replies.

use std::time::Duration;

use super::*;
use crate::info::Info;

const REDIS: &[u8] = include_bytes!("../info/samples/redis-8.2-default.txt");
const SENTINEL: &[u8] = include_bytes!("../info/samples/redis-7.0-sentinel.txt");

#[test]
fn a_healthy_report_has_the_human_memory() {
    let report = HealthReport::healthy(&Info::parse(REDIS));

    assert!(report.is_healthy());
    assert_eq!(report.used_memory, "1.58M");
    assert_eq!((report.keyspace_hits, report.keyspace_misses), (324, 40));
    assert_eq!(
        report.to_string(),
        "healthy: 4 clients, 1.58M used, 903 commands, 324 hits, 40 misses, up 462s"
    );
}

#[test]
fn what_the_server_did_not_send_counts_as_the_reference_has_it() {
    let report = HealthReport::healthy(&Info::parse(SENTINEL));

    assert_eq!((report.used_memory.as_str(), report.connected_clients), ("0B", 3));
    assert_eq!(HealthReport::ping_failed().to_string(), "unhealthy: ping_failed");
    assert!(!HealthReport::unhealthy("refused").is_healthy());
}

#[test]
fn memory_without_a_limit_has_no_percentage() {
    let unlimited = MemoryCheck::of(&Info::parse("used_memory:500\nmaxmemory:0"));
    let absent = MemoryCheck::of(&Info::parse(""));

    assert_eq!((unlimited.used, unlimited.max, unlimited.percent), (500, 0, None));
    assert!(!unlimited.is_high() && !unlimited.warn_above(0.0).is_high());
    assert_eq!(absent.percent, None);
    assert_eq!(unlimited.to_string(), "Memory usage: 500 bytes, no limit");
}

#[test]
fn memory_warns_above_its_threshold() {
    let at = |used: u32| MemoryCheck::of(&Info::parse(format!("used_memory:{used}\nmaxmemory:1000")));

    assert!(!at(900).is_high());
    assert!(at(901).is_high());
    assert!(at(801).warn_above(80.0).is_high());
    assert_eq!(at(950).to_string(), "Memory usage: 95.00% (Warning: Memory usage too high)");
    assert_eq!(at(1500).percent, Some(150.0));
}

#[test]
fn memory_usage_and_performance_have_the_fields_of_the_reference() {
    let info = Info::parse(REDIS);

    let memory = MemoryUsage::of(&info);
    let performance = PerformanceMetrics::of(&info);
    let nothing = MemoryUsage::of(&Info::default());

    assert_eq!(memory.used_memory_human, info.raw("used_memory_human").unwrap());
    assert_eq!(memory.maxmemory, Some(1_073_741_824));
    assert_eq!(
        (nothing.used_memory, nothing.used_memory_rss_human.as_str(), nothing.maxmemory),
        (0, "0B", None)
    );
    assert_eq!(performance.hit_rate, Some(324.0 / 364.0));
    assert_eq!(PerformanceMetrics::of(&Info::parse(SENTINEL)).hit_rate, None);
}

#[test]
fn the_five_key_metrics_come_from_one_reply() {
    let metrics = KeyMetrics::of(&Info::parse(REDIS));

    assert_eq!((metrics.connections, metrics.keys), (Some(4), Some(362)));
    assert!(metrics.memory.is_some() && metrics.ops_per_second.is_some() && metrics.hit_rate.is_some());
    assert_eq!(KeyMetrics::of(&Info::parse(SENTINEL)).keys, None);
}

#[test]
fn connection_info_is_zero_where_the_server_has_no_such_field() {
    let info = ConnectionInfo::of(&Info::parse("connected_clients:7"));

    assert_eq!((info.connected_clients, info.client_recent_max_input_buffer), (7, 0));
    assert_eq!(ConnectionInfo::of(&Info::parse(SENTINEL)).client_recent_max_input_buffer, 20_480);
}

fn snapshot(run: &str, uptime: u64, commands: u64, hits: u64, misses: u64) -> Snapshot {
    Snapshot::of(&Info::parse(format!(
        "run_id:{run}\nuptime_in_seconds:{uptime}\ntotal_commands_processed:{commands}\nkeyspace_hits:{hits}\n\
         keyspace_misses:{misses}\n"
    )))
}

#[test]
fn rates_are_differences_a_second() {
    let (before, after) = (snapshot("a", 10, 1000, 900, 100), snapshot("a", 14, 1400, 910, 190));

    let rates = before.rates_until(&after, Duration::from_secs(4));

    assert!(!rates.reset);
    assert_eq!((rates.commands, rates.hits, rates.misses), (Some(100.0), Some(2.5), Some(22.5)));
    assert_eq!(rates.hit_rate, Some(0.1), "of this time, not of the lifetime");
    assert_eq!(rates.evicted, None, "the counter was not sent");
}

#[test]
fn no_time_and_no_lookup_give_no_number() {
    let same = snapshot("a", 10, 1000, 900, 100);

    let rates = same.rates_until(&same, Duration::ZERO);

    assert_eq!((rates.commands, rates.hit_rate, rates.reset), (None, None, false));
}

#[test]
fn counters_that_began_anew_give_no_rates() {
    let before = snapshot("a", 10, 1000, 900, 100);

    let restarted = snapshot("b", 12, 5000, 5000, 5000);
    let without_run_id = snapshot("a", 3, 5000, 5000, 5000);
    let reset_by_command = snapshot("a", 12, 1, 900, 100);

    for after in [restarted, without_run_id, reset_by_command] {
        let rates = before.rates_until(&after, Duration::from_secs(2));
        assert!(rates.reset);
        assert_eq!((rates.commands, rates.hits, rates.hit_rate), (None, None, None));
    }
}

#[cfg(feature = "serde")]
#[test]
fn serde_writes_the_names_and_shapes_of_the_reference() {
    let info = Info::parse("used_memory_human:1.02M\nconnected_clients:5\nused_memory:7");

    let healthy = serde_json::to_value(HealthReport::healthy(&info)).unwrap();
    let failed = serde_json::to_value(HealthReport::ping_failed()).unwrap();
    let error = serde_json::to_value(Reading::<MemoryUsage>::from(Err("no route"))).unwrap();
    let memory = serde_json::to_value(Reading::from(Ok::<_, String>(MemoryUsage::of(&info)))).unwrap();

    assert_eq!(
        healthy,
        serde_json::json!({
            "status": "healthy", "connected_clients": 5, "used_memory": "1.02M", "total_commands_processed": 0,
            "keyspace_hits": 0, "keyspace_misses": 0, "uptime_in_seconds": 0,
        })
    );
    assert_eq!(failed, serde_json::json!({"status": "unhealthy", "error": "ping_failed"}));
    assert_eq!(error, serde_json::json!({"error": "no route"}));
    assert_eq!(memory["used_memory"], 7);
    assert_eq!(memory["used_memory_peak_human"], "0B");
}
