//! Every recorded reply, then the shapes no recording has, then arbitrary bytes.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

const SAMPLES: [(&str, &[u8]); 11] = [
    ("redis-7.0", include_bytes!("samples/redis-7.0.txt")),
    ("redis-7.0-default", include_bytes!("samples/redis-7.0-default.txt")),
    ("redis-7.0-replica", include_bytes!("samples/redis-7.0-replica.txt")),
    ("redis-7.0-sentinel", include_bytes!("samples/redis-7.0-sentinel.txt")),
    ("redis-8.2", include_bytes!("samples/redis-8.2.txt")),
    ("redis-8.2-default", include_bytes!("samples/redis-8.2-default.txt")),
    ("redis-8.2-replica", include_bytes!("samples/redis-8.2-replica.txt")),
    ("valkey-9.1", include_bytes!("samples/valkey-9.1.txt")),
    ("valkey-9.1-cluster", include_bytes!("samples/valkey-9.1-cluster.txt")),
    ("valkey-9.1-default", include_bytes!("samples/valkey-9.1-default.txt")),
    ("valkey-9.1-replica", include_bytes!("samples/valkey-9.1-replica.txt")),
];

fn sample(name: &str) -> Info {
    let (_, text) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    Info::parse(*text)
}

#[test]
fn every_recorded_reply_comes_back_byte_for_byte() {
    for (name, text) in SAMPLES {
        let info = Info::parse(text);

        assert_eq!(info.encode(), text, "{name}");
        assert_eq!(info.as_bytes(), text, "{name}");
        let with_lf = String::from_utf8_lossy(text).replace("\r\n", "\n").into_bytes();
        let same = Info::parse(with_lf.clone());
        assert_eq!(same.encode(), with_lf, "{name}");
        assert!(info.whole().fields().eq(same.whole().fields()), "{name}: LF reads as CRLF does");
    }
}

#[test]
fn every_recorded_line_is_a_header_a_field_or_empty() {
    for (name, text) in SAMPLES {
        let info = Info::parse(text);

        let strays =
            info.lines().filter(|line| matches!(line.content, Content::Text(text) if !text.is_empty()));
        assert_eq!(strays.count(), 0, "{name}");
        let fields: usize = info.sections().map(|section| section.fields().count()).sum();
        assert_eq!(fields, info.whole().fields().count(), "{name}: each field is in one section");
        let colons = String::from_utf8_lossy(text).lines().filter(|line| line.contains(':')).count();
        assert_eq!(fields, colons, "{name}");
    }
}

#[test]
fn the_recordings_beside_the_checkout_come_back_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/info");
    let Ok(entries) = std::fs::read_dir(folder) else { return };

    for path in
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|x| x == "txt"))
    {
        let text = std::fs::read(&path).unwrap();
        assert_eq!(Info::parse(text.clone()).encode(), text, "{}", path.display());
    }
}

#[test]
fn the_server_is_told_apart_from_the_version_it_is_compatible_with() {
    let valkey = sample("valkey-9.1-cluster").server();
    let redis = sample("redis-8.2").server();
    let sentinel = sample("redis-7.0-sentinel").server();

    assert_eq!((valkey.vendor, valkey.mode), (Vendor::Valkey, Some(Mode::Cluster)));
    assert_eq!(valkey.version, Some(Version::new(9, 1, 2)));
    assert_eq!(valkey.redis_version, Some(Version::new(7, 2, 4)));
    assert_eq!(valkey.availability_zone.as_deref(), Some("az-0"));
    assert_eq!(
        (redis.vendor, redis.mode, redis.role),
        (Vendor::Redis, Some(Mode::Standalone), Some(Role::Primary))
    );
    assert_eq!(redis.version, Some(Version::new(8, 2, 3)));
    assert_eq!(redis.config_file, None);
    assert_eq!(redis.uptime, Some(Duration::from_secs(462)));
    assert_eq!((sentinel.mode, sentinel.role), (Some(Mode::Sentinel), Some(Role::Sentinel)));
}

#[test]
fn other_vendors_are_known_by_what_they_send() {
    let dragonfly =
        Info::parse("redis_version:7.2.0\ndragonfly_version:df-v1.21.2\nredis_mode:standalone").server();
    let other = Info::parse("redis_version:7.2.4\nserver_name:serverx\nserverx_version:2.1").server();
    let nobody = Info::parse("").server();

    assert_eq!((dragonfly.vendor, dragonfly.version), (Vendor::Dragonfly, Some(Version::new(1, 21, 2))));
    assert_eq!((other.vendor, other.version), (Vendor::Other("serverx".into()), Some(Version::new(2, 1, 0))));
    assert_eq!((nobody.version, nobody.mode, nobody.role), (None, None, None));
}

#[test]
fn sections_are_found_by_name_and_an_absent_one_is_empty() {
    let info = sample("valkey-9.1-cluster");

    assert_eq!(info.section("cluster_info").u64("cluster_known_nodes"), Some(6));
    assert_eq!(info.section("SCRIPTING ENGINES").engines()[&0].name, Some("LUA"));
    assert!(info.section("keyspace").is_present());
    assert_eq!(info.section("keyspace").fields().count(), 0);
    assert_eq!(info.section("Memory").u64("connected_clients"), None);
    assert!(!info.section("commandstat").is_present());
    assert!(!info.section("").is_present());
    assert_eq!(Info::parse("before:1\n# A\nx:2").section("").u64("before"), Some(1));
}

#[test]
fn indexed_members_are_ordered_by_number() {
    let text = "slave10:ip=b,port=1,state=online,offset=5,lag=-1\nslave2:ip=a,port=2,state=wait_bgsave,offset=0,lag=3\n\
                slave_read_only:1\nslavex:ip=c\nslave4294967296:ip=d\ndb007:keys=1\n";

    let info = Info::parse(text);

    let replicas = info.replicas();
    assert_eq!(replicas.keys().copied().collect::<Vec<_>>(), [2, 10]);
    assert_eq!((replicas[&10].ip, replicas[&10].lag), (Some("b"), Some(-1)));
    assert_eq!(info.db(7).and_then(|db| db.keys), Some(1));
}

#[test]
fn keyspaces_keep_what_only_some_servers_send() {
    let redis = sample("redis-8.2");
    let valkey = sample("valkey-9.1");

    let db = redis.section("Keyspace").db(0).unwrap();
    assert_eq!((db.keys, db.expires, db.subexpiry), (Some(355), Some(50), Some(1)));
    assert_eq!(db.average_ttl, Some(Duration::from_millis(625_461)));
    assert_eq!(db.keys_with_volatile_items, None);
    assert_eq!(valkey.db(0).unwrap().keys_with_volatile_items, Some(1));
    assert_eq!(valkey.db(0).unwrap().subexpiry, None);
    assert_eq!(valkey.key_count(), Some(362));
    assert_eq!(sample("valkey-9.1-cluster").key_count(), Some(0));
    assert_eq!(sample("redis-7.0-sentinel").key_count(), None);
}

#[test]
fn members_of_every_family_are_read() {
    let redis = sample("redis-8.2");
    let valkey = sample("valkey-9.1");
    let two = Info::parse(
        "listener0:name=tcp,bind=127.0.0.1,bind=-::1,port=6379\nlistener1:name=unix,bind=/tmp/r.sock",
    );

    assert_eq!(redis.io_threads()[&0].reads, Some(905));
    assert_eq!(two.listeners()[&0].binds().collect::<Vec<_>>(), ["127.0.0.1", "-::1"]);
    assert_eq!((two.listeners()[&1].name, two.listeners()[&1].port), (Some("unix"), None));
    assert_eq!(valkey.replicas()[&0].kind, Some("replica"));
    assert_eq!(valkey.engines()[&0].abi_version, Some(4));
    let master = sample("redis-7.0-sentinel").masters()[&0].address.map(str::to_owned);
    assert_eq!(master.as_deref(), Some("127.0.0.1:24301"));
    let modules = valkey.modules();
    assert_eq!((modules.len(), modules[0].name), (1, "lua"));
    assert_eq!(modules[0].options, ["handle-repl-async-load", "handle-atomic-slot-migration"]);
}

#[test]
fn several_modules_stay_several() {
    let info = Info::parse("module:name=ReJSON,ver=20008\r\nmodule:name=search,ver=21020,usedby=[a|b]\r\n");

    let names: Vec<_> = info.modules().iter().map(|module| module.name).collect();

    assert_eq!(names, ["ReJSON", "search"]);
    assert_eq!(info.modules()[1].used_by, ["a", "b"]);
}

#[test]
fn distributions_count_from_whole_numbers() {
    let info = Info::parse(
        "# Keysizes\ndb0_distrib_strings_sizes:0=4,512=7,1K=2,64K=1,1M=3,odd=1\ndb12_distrib_lists_items:16=1",
    );

    let all = info.distributions();

    let buckets: Vec<_> =
        all[&(0, "strings_sizes")].buckets.iter().map(|(from, count)| (*from, *count)).collect();
    assert_eq!(buckets, [(0, 4), (512, 7), (1024, 2), (65_536, 1), (1_048_576, 3)]);
    assert_eq!(all[&(0, "strings_sizes")].pairs.get("odd"), Some("1"));
    assert_eq!(all[&(12, "lists_items")].db, 12);
    assert_eq!(sample("redis-8.2").distributions().len(), 6);
}

#[test]
fn counters_are_found_by_command_and_by_error_code() {
    let info = sample("redis-8.2");

    let get = info.cmdstat("GET").unwrap();
    assert_eq!((get.calls, get.rejected, get.failed), (Some(362), Some(1), Some(0)));
    assert_eq!(get.total_time, Some(Duration::from_micros(359)));
    assert_eq!(get.mean_time, Some(Duration::from_nanos(990)));
    assert_eq!(info.cmdstat("CONFIG GET").unwrap().calls, Some(1));
    assert_eq!(info.cmdstat("client|tracking").unwrap().calls, Some(1));
    assert!(info.cmdstat("nosuch").is_none());
    assert_eq!(info.errorstat("WRONGTYPE"), Some(1));
    assert_eq!(info.errorstats().values().sum::<u64>(), info.u64("total_error_replies").unwrap());
    let get = info.latency("get").unwrap();
    assert_eq!(get.at("p99.9"), Some(Duration::from_nanos(6015)));
    assert_eq!(get.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["p50", "p99", "p99.9"]);
    assert_eq!(
        info.latencies().len(),
        info.latencies().keys().filter(|name| info.cmdstat(name).is_some()).count()
    );
}

#[test]
fn the_host_trap_is_counted_under_its_own_name() {
    let info = Info::parse("cmdstat_host::calls=3,usec=1\ncmdstat_get:calls=1,usec=1");

    assert_eq!(info.cmdstat("host:").unwrap().calls, Some(3));
    assert_eq!(info.cmdstats().into_keys().collect::<Vec<_>>(), ["get", "host:"]);
}

#[test]
fn a_field_that_looks_like_a_number_is_text_until_asked() {
    let info = sample("redis-7.0");

    assert_eq!(info.raw("redis_git_sha1"), Some("00000000"));
    assert_eq!(info.raw("used_memory_human").map(str::to_owned), info.memory().used_human);
    assert_eq!(info.raw("monotonic_clock"), Some("POSIX clock_gettime"));
    assert_eq!(info.raw("executable"), Some(""));
    assert_eq!(sample("valkey-9.1-cluster").raw("monotonic_clock"), Some("X86 TSC @ 2445.66 ticks/us"));
}

#[test]
fn a_wrong_type_is_none_and_says_why() {
    let info = Info::parse(&b"a:1_000\nb:-1\nc:\xff\nd:ok\ne:87.00K"[..]);

    assert_eq!(info.u64("a"), None);
    assert_eq!(info.try_u64("a").unwrap_err().to_string(), "INFO field a is not an unsigned integer");
    assert_eq!(info.try_u64("z").unwrap_err().to_string(), "INFO has no field z");
    assert!(info.try_bool("z").unwrap_err().is_absent());
    assert_eq!((info.u64("b"), info.i64("b"), info.seconds("b")), (None, Some(-1), None));
    assert_eq!(info.try_seconds("b"), Ok(None));
    assert_eq!((info.raw("c"), info.raw_bytes("c")), (None, Some(&b"\xff"[..])));
    assert_eq!(info.try_raw("c").unwrap_err().key(), "c");
    assert_eq!((info.status("d"), info.bool("d")), (Some(true), None));
    assert_eq!(info.bytes("e"), Some(87 * 1024));
}

#[test]
fn of_a_key_sent_twice_the_last_counts_and_both_are_kept() {
    let info = Info::parse("x:1\nx:2\n");

    assert_eq!(info.u64("x"), Some(2));
    assert_eq!(info.whole().all("x").collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn views_read_what_their_section_says() {
    let info = sample("redis-8.2");
    let replica = sample("redis-8.2-replica").replication();
    let cluster = sample("valkey-9.1-cluster").cluster();

    assert_eq!((info.clients().connected, info.clients().limit), (Some(4), Some(10_000)));
    assert_eq!(info.memory().used, Some(1_637_320));
    assert_eq!(info.memory().used_human.as_deref(), Some("1.56M"));
    assert_eq!(info.memory().peak_percent, Some(76.52));
    assert_eq!(info.memory().fragmentation_ratio, Some(6.23));
    assert_eq!(info.stats().keyspace_hits, Some(324));
    assert_eq!(info.persistence().is_loading, Some(false));
    assert_eq!(info.persistence().last_save_ok, Some(true));
    assert_eq!(info.persistence().aof_size, None);
    assert_eq!(info.cpu().user, Some(Duration::from_micros(1_228_141)));
    assert_eq!(info.replication().second_offset, None);
    assert_eq!(info.replication().role(), Some(Role::Primary));
    assert_eq!((replica.role(), replica.is_link_up), (Some(Role::Replica), Some(true)));
    assert_eq!(replica.last_heard, Some(Duration::from_secs(1)));
    assert_eq!((cluster.is_enabled, cluster.is_ok, cluster.slots_ok), (Some(true), Some(true), Some(16_384)));
    assert_eq!(sample("redis-7.0-sentinel").sentinel().masters, Some(1));
    assert_eq!(sample("redis-7.0-sentinel").memory(), Memory::default());
}

#[test]
fn the_summary_is_one_line_of_what_is_known() {
    assert_eq!(
        sample("redis-8.2").summary().to_string(),
        "Redis 8.2.3 standalone primary, up 7m 42s, 4 clients, 1.56M used of 1.00G, 362 keys, 89.0 % hits"
    );
    assert_eq!(sample("redis-7.0-sentinel").summary().to_string(), "Redis 7.0.15 sentinel, up 6s, 3 clients");
    assert_eq!(Info::default().summary().to_string(), "Redis");
}

#[cfg(feature = "serde")]
#[test]
fn serde_sees_sections_nested_values_and_lists() {
    let info = Info::parse(
        "# Server\r\nredis_git_sha1:00000000\r\nexecutable:/a,b=c\r\nlistener0:name=tcp,bind=a,bind=b\r\n# Modules\r\n\
         module:name=x\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\n",
    );

    let json = serde_json::to_value(&info).unwrap();

    assert_eq!(
        json,
        serde_json::json!({
            "Server": {
                "redis_git_sha1": "00000000",
                "executable": "/a,b=c",
                "listener0": {"name": "tcp", "bind": ["a", "b"]},
            },
            "Modules": {"module": [{"name": "x"}]},
            "Keyspace": {"db0": {"keys": "1", "expires": "0"}},
        })
    );
    let memory = serde_json::to_value(sample("redis-8.2").memory()).unwrap();
    assert_eq!(memory["used_memory"], 1_637_320);
    assert_eq!(serde_json::to_value(sample("redis-8.2").server()).unwrap()["version"], "8.2.3");
}

/// Asks every question there is, so that none can panic.
fn ask_everything(info: &Info) {
    let _ =
        (info.server(), info.clients(), info.memory(), info.persistence(), info.stats(), info.replication());
    let _ = (info.cpu(), info.cluster(), info.sentinel(), info.modules(), info.distributions());
    let _ = (
        info.databases(),
        info.replicas(),
        info.masters(),
        info.listeners(),
        info.io_threads(),
        info.engines(),
    );
    let _ = (
        info.cmdstats(),
        info.errorstats(),
        info.latencies(),
        info.summary().to_string(),
        format!("{info:?}"),
    );
    for section in info.sections() {
        for (key, _) in section.fields() {
            let _ = (
                section.u64(key),
                section.i64(key),
                section.f64(key),
                section.bool(key),
                section.status(key),
            );
            let _ = (section.bytes(key), section.percent(key), section.seconds(key), section.fraction(key));
            let pairs = section.pairs(key).unwrap();
            for (name, _) in pairs.iter() {
                let _ = (pairs.list(name), pairs.micros(name), pairs.millis(name));
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_come_back_and_panic_nowhere(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let info = Info::parse(text.clone());

        ask_everything(&info);

        prop_assert_eq!(info.encode(), text);
    }

    #[test]
    fn arbitrary_fields_panic_nowhere(
        lines in proptest::collection::vec(
            ("(db|slave|master|listener|io_thread_|engine_|cmdstat_|errorstat_|latency_percentiles_usec_|used_memory|\
              redis_version|uptime_in_seconds|used_cpu_sys|# |module)[0-9a-z_|]{0,3}", "[:=,\\[\\]|0-9.eKM%nai-]{0,24}"),
            0..24,
        )
    ) {
        let text: String = lines.iter().map(|(key, value)| format!("{key}:{value}\r\n")).collect();
        let info = Info::parse(text.clone());

        ask_everything(&info);

        prop_assert_eq!(info.encode(), text.into_bytes());
    }
}
