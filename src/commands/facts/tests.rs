//! The table against the servers' own words (skipped where the samples are not at hand), and the questions
//! put to facts.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::*;

/// Rows of every sample, oldest server first: (server, column name to cell).
fn samples() -> Vec<(String, Vec<HashMap<String, String>>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/commands");
    let mut found = Vec::new();
    for server in ["redis-7.0", "redis-8.2", "valkey-9.1"] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{server}.tsv"))) else { continue };
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let names = lines.next().unwrap();
        let rows = lines.map(|cells| names.iter().cloned().zip(cells).collect()).collect();
        found.push((server.to_owned(), rows));
    }
    found
}

fn spec_as_text(spec: &KeySpec) -> String {
    let access = match spec.access {
        Access::Read => "RO",
        Access::Update => "RW",
        Access::Overwrite => "OW",
        Access::Remove => "RM",
        Access::NotAKey => "not_key",
    };
    let begin = match spec.begin {
        Begin::Index(index) => format!("index:{index}"),
        Begin::Keyword(word, from) => format!("keyword:{word}:{from}"),
        Begin::Nowhere => "unknown".to_owned(),
    };
    let find = match spec.find {
        Find::Range { last, step, limit } => format!("range:{last}:{step}:{limit}"),
        Find::KeyNum { at, first, step } => format!("keynum:{at}:{first}:{step}"),
        Find::Unknown => "unknown".to_owned(),
    };
    format!("{access}@{begin}>{find}")
}

#[test]
fn every_command_of_every_server_is_in_the_table_as_the_newest_one_says() {
    let samples = samples();
    let newest: HashMap<&str, &HashMap<String, String>> =
        samples.iter().flat_map(|(_, rows)| rows).map(|row| (row["name"].as_str(), row)).collect();

    for (name, row) in newest {
        let mut words = name.split('|');
        let facts = lookup(words.next().unwrap().as_bytes(), words.next().map(str::as_bytes)).unwrap();
        assert_eq!(facts.name.to_lowercase().replace(' ', "|"), name);
        assert_eq!(facts.group, row["group"], "{name}");
        let specs: Vec<String> = facts.keys.iter().map(spec_as_text).collect();
        let told: Vec<String> = row["key_specs"]
            .split(' ')
            .filter(|spec| *spec != "-")
            .map(|spec| {
                let (flags, place) = spec.split_once('@').unwrap();
                format!("{}@{place}", flags.split('+').next().unwrap())
            })
            .collect();
        assert_eq!(specs, told, "{name}");
    }
}

#[test]
fn classes_agree_with_the_flags_of_every_server() {
    for (server, rows) in samples() {
        for row in rows {
            let name = &row["name"];
            let facts = of_text(name);
            let flags: HashSet<&str> = row["flags"].split(',').collect();
            if flags.contains("readonly") && !flags.contains("blocking") {
                assert_eq!(facts.class, Class::Read, "{server} {name}");
            }
            if flags.contains("write") {
                assert_ne!(facts.class, Class::Read, "{server} {name}");
            }
            if flags.contains("blocking") {
                assert_ne!(facts.blocks, Blocks::Never, "{server} {name}");
            }
            assert_eq!(facts.lane == Lane::Lease, facts.class == Class::Blocking, "{server} {name}");
        }
    }
}

#[test]
fn versions_are_those_the_servers_tell() {
    for (server, rows) in samples() {
        for row in rows.iter().filter(|row| server != "redis-7.0" || row["name"] != "client|pause") {
            let since = of_text(&row["name"]).since;
            let told = if server.starts_with("redis") { since.redis } else { since.valkey };
            assert_eq!(told, Some(row["since"].as_str()), "{server} {}", row["name"]);
        }
    }
}

fn of_text(name: &str) -> &'static Facts {
    let mut words = name.split('|').map(str::as_bytes);
    lookup(words.next().unwrap(), words.next()).unwrap()
}

#[test]
fn the_table_is_sorted_and_its_prefixes_spell_the_names() {
    assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
    for facts in all() {
        let spelt: String =
            facts.name.split(' ').map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
        assert_eq!(facts.prefix, spelt.as_bytes());
        assert_eq!(usize::from(facts.words), facts.name.split(' ').count());
    }
}

#[test]
fn containers_are_the_commands_with_subcommands() {
    let parents: HashSet<&str> = all().filter_map(|facts| Some(facts.name.split_once(' ')?.0)).collect();
    for facts in all() {
        assert_eq!(facts.container, parents.contains(facts.name), "{}", facts.name);
    }
}

#[test]
fn lookup_ignores_case_and_knows_subcommands() {
    assert_eq!(lookup(b"get", None).unwrap().name, "GET");
    assert_eq!(lookup(b"Get", Some(b"ex")).unwrap().name, "GET");
    assert_eq!(lookup(b"config", Some(b"gEt")).unwrap().name, "CONFIG GET");
    assert_eq!(lookup(b"CONFIG", Some(b"nonsense")).unwrap().name, "CONFIG");
    assert_eq!(lookup(b"CONFIG", None).unwrap().name, "CONFIG");
    assert_eq!(lookup(b"CONFIG GET", None).unwrap().name, "CONFIG GET");
    assert_eq!(lookup(b"NO.SUCH", None), None);
    assert_eq!(lookup(b"", None), None);
}

#[test]
fn the_table_is_what_the_script_writes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/commands");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/facts/generate.py");
    if !folder.exists() {
        return;
    }

    let written = std::process::Command::new("python3").arg(script).arg(folder).output().unwrap();

    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    assert!(written.stdout == include_bytes!("table.rs"), "run generate.py again");
}

#[test]
fn commands_of_modules_are_known_too() {
    let get = lookup(b"json.get", None).unwrap();
    let set = lookup(b"JSON.SET", None).unwrap();

    assert_eq!((get.class, get.keys.len(), get.group), (Class::Read, 1, "module"));
    assert_eq!(set.class_with(["k", "$", "1"]), Class::IdempotentWrite);
    assert_eq!(set.class_with(["k", "$", "1", "nx"]), Class::Write);
    assert_eq!(of("VADD").class, Class::Write);
    assert!(of("FT.SEARCH").keys.is_empty());
    assert_eq!(get.page(), "https://redis.io/docs/latest/commands/json.get/");
}

#[test]
fn a_constant_finds_its_facts() {
    const FACTS: &Facts = of("OBJECT ENCODING");

    assert_eq!(FACTS.prefix, b"$6\r\nOBJECT\r\n$8\r\nENCODING\r\n");
    assert_eq!(FACTS.class, Class::Read);
}

#[test]
fn an_unknown_command_is_a_write_on_the_shared_link() {
    assert_eq!((UNKNOWN.class, UNKNOWN.lane), (Class::Write, Lane::Shared));
}

fn block_time(name: &str, arguments: &str) -> Option<BlockTime> {
    of_text(name).block_time(arguments.split_whitespace())
}

#[test]
fn blocking_commands_tell_how_long() {
    let seconds = |n| Some(BlockTime::For(Duration::from_secs_f64(n)));

    assert_eq!(block_time("blpop", "a b 5"), seconds(5.0));
    assert_eq!(block_time("brpop", "a 0.25"), seconds(0.25));
    assert_eq!(block_time("bzpopmin", "a 0"), Some(BlockTime::Forever));
    assert_eq!(block_time("blmove", "a b LEFT RIGHT 2"), seconds(2.0));
    assert_eq!(block_time("brpoplpush", "a b 3"), seconds(3.0));
    assert_eq!(block_time("blmpop", "1.5 2 a b LEFT"), seconds(1.5));
    assert_eq!(block_time("bzmpop", "7 1 a MIN COUNT 3"), seconds(7.0));
    assert_eq!(block_time("wait", "1 250"), seconds(0.25));
    assert_eq!(block_time("waitaof", "1 0 0"), Some(BlockTime::Forever));
    assert_eq!(block_time("get", "a"), None);
}

#[test]
fn xread_blocks_only_with_its_option() {
    assert_eq!(block_time("xread", "COUNT 1 STREAMS BLOCK 0"), None);
    assert_eq!(
        block_time("xread", "count 2 block 40 streams a 0"),
        Some(BlockTime::For(Duration::from_millis(40)))
    );
    assert_eq!(block_time("xreadgroup", "GROUP BLOCK BLOCK STREAMS a >"), None);
    assert_eq!(block_time("xreadgroup", "GROUP g c BLOCK 0 STREAMS a >"), Some(BlockTime::Forever));

    let class = |name, text: &str| of_text(name).class_with(text.split_whitespace());
    assert_eq!(class("xread", "STREAMS a 0"), Class::Read);
    assert_eq!(class("xread", "BLOCK 0 STREAMS a 0"), Class::Blocking);
    assert_eq!(class("xreadgroup", "GROUP g c STREAMS a >"), Class::Write);
}

#[test]
fn a_timeout_that_no_server_takes_blocks_for_no_time() {
    for text in ["x", "-1", "nan", ""] {
        assert_eq!(of("BLPOP").block_time(["k", text]), Some(BlockTime::For(Duration::ZERO)), "{text}");
    }
    assert_eq!(of("BLPOP").block_time(["k", "1e300"]), Some(BlockTime::Forever));
    assert_eq!(of("BLPOP").block_time::<&str>([]), Some(BlockTime::For(Duration::ZERO)));
}

#[test]
fn conditions_make_a_plain_write_of_an_idempotent_one() {
    let class = |name, text: &str| of_text(name).class_with(text.split_whitespace());

    assert_eq!(class("set", "k v EX 10"), Class::IdempotentWrite);
    assert_eq!(class("set", "NX NX"), Class::IdempotentWrite);
    assert_eq!(class("set", "k v px 10 nx"), Class::Write);
    assert_eq!(class("set", "k v GET"), Class::Write);
    assert_eq!(class("zadd", "k CH 1 a"), Class::IdempotentWrite);
    assert_eq!(class("zadd", "k GT 1 a"), Class::Write);
    assert_eq!(class("expire", "k 10"), Class::IdempotentWrite);
    assert_eq!(class("expire", "k 10 GT"), Class::Write);
    assert_eq!(class("msetex", "1 NX NX EX 5"), Class::IdempotentWrite);
    assert_eq!(class("msetex", "1 k v NX"), Class::Write);
    assert_eq!(class("incr", "k"), Class::Write);
    assert_eq!(class("get", "k"), Class::Read);
}

#[test]
fn what_changes_a_connection_stays_off_the_shared_link() {
    for name in [
        "SELECT",
        "MULTI",
        "EXEC",
        "DISCARD",
        "WATCH",
        "SUBSCRIBE",
        "MONITOR",
        "AUTH",
        "HELLO",
        "RESET",
        "QUIT",
    ] {
        let facts = lookup(name.as_bytes(), None).unwrap();
        assert!(!matches!(facts.lane, Lane::Shared | Lane::Lease), "{name}");
        assert_ne!(facts.leaves, Leaves::Nothing, "{name}");
        assert_eq!(facts.class, Class::ConnState, "{name}");
    }
    assert!(matches!(of("CLIENT REPLY").lane, Lane::Refused(_)));
    assert_eq!(of("CLIENT LIST").lane, Lane::Shared);
}

#[test]
fn all_or_nothing_writes_are_never_split() {
    for name in ["MSETNX", "MSETEX"] {
        assert_eq!(lookup(name.as_bytes(), None).unwrap().request, RequestPolicy::Default);
    }
}

#[test]
fn only_scripts_transactions_and_migrations_err_after_the_deed() {
    let late: Vec<&str> = all().filter(|facts| facts.late_errors).map(|facts| facts.name).collect();

    assert_eq!(late, ["EVAL", "EVALSHA", "EXEC", "FCALL", "MIGRATE"]);
}

#[test]
fn pages_are_those_of_the_vendor_that_has_the_command() {
    assert_eq!(of("CONFIG GET").page(), "https://redis.io/docs/latest/commands/config-get/");
    assert_eq!(of("DELIFEQ").page(), "https://valkey.io/commands/delifeq/");
}

#[test]
fn what_is_named_in_a_command_s_place_is_there() {
    // By hand: methods of this crate, in the words in which errors name them.
    const METHODS: &[&str] = &[
        "Client::close",
        "Client::pipeline",
        "Client::subscribe",
        "Client::transaction",
        "ConfigBuilder::client_name",
        "ConfigBuilder::db",
        "ConfigBuilder::no_evict",
        "ConfigBuilder::no_touch",
        "ConfigBuilder::password",
        "ConfigBuilder::protocol",
        "Pipeline::atomic",
    ];

    for facts in TABLE {
        if let Lane::Held(instead) | Lane::Subscription(instead) | Lane::Refused(instead) = facts.lane {
            assert!(!instead.contains("::") || METHODS.contains(&instead), "{}: {instead}", facts.name);
        }
    }
}
