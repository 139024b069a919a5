//! The tables against the servers' own lists, against redis-rs, and against the house's rules for their docs.

use std::collections::BTreeSet;
use std::path::Path;

use redlane_resp::from_reply::FromReply;

use crate::commands::bitmaps::bitmaps_rows;
use crate::commands::bloom::bloom_rows;
use crate::commands::cluster::cluster_rows;
use crate::commands::command::Command;
use crate::commands::connection::{connection_rows, connection_state_rows};
use crate::commands::executor::{ExclusiveExecutor, Executor};
use crate::commands::facts::{self, Blocks, Class, Lane};
use crate::commands::geo::geo_rows;
use crate::commands::hashes::hashes_rows;
use crate::commands::hotkeys::hotkeys_rows;
use crate::commands::hyperloglogs::hyperloglogs_rows;
#[cfg(feature = "json")]
use crate::commands::json::json_rows;
use crate::commands::keys::{keys_blocking_rows, keys_rows};
use crate::commands::lists::{lists_blocking_rows, lists_rows};
use crate::commands::publishing::publishing_rows;
use crate::commands::scripting::scripting_rows;
use crate::commands::search::search_rows;
use crate::commands::server::{acl_rows, server_rows};
use crate::commands::sets::sets_rows;
use crate::commands::sorted_sets::combinations::sorted_set_combinations_rows;
use crate::commands::sorted_sets::ranges::sorted_set_ranges_rows;
use crate::commands::sorted_sets::{sorted_sets_blocking_rows, sorted_sets_rows};
use crate::commands::streams::streams_rows;
use crate::commands::strings::strings_rows;
use crate::commands::test_support::words;
#[cfg(feature = "json")]
use crate::commands::vector_sets::vector_sets_json_rows;
use crate::commands::vector_sets::vector_sets_rows;

use super::{BlockingCommands, HashesCommands, StringsCommands};

/// One row, as text.
struct Row {
    doc: &'static str,
    name: &'static str,
    generics: &'static [(&'static str, &'static str)],
    arguments: &'static [(&'static str, &'static str)],
    reply: &'static str,
    typed: &'static str,
    body: &'static str,
}

impl Row {
    /// The commands that the row may send.
    fn commands(&self) -> impl Iterator<Item = &'static str> {
        self.body.split("command!").skip(1).filter_map(|rest| rest.split('"').nth(1))
    }
}

/// Every row; the second part are those that need an executor of their own.
fn rows() -> (Vec<Row>, Vec<Row>) {
    let mut rows = Vec::new();
    macro_rules! describe { ($($table:ident)*) => { $($table!(descriptions);)* } }
    macro_rules! push {
        ($row:expr) => {
            rows.push($row)
        };
    }
    describe! {
        strings_rows keys_rows hashes_rows lists_rows sets_rows sorted_sets_rows sorted_set_ranges_rows
        sorted_set_combinations_rows bitmaps_rows hyperloglogs_rows geo_rows streams_rows scripting_rows publishing_rows
        connection_rows server_rows acl_rows cluster_rows hotkeys_rows bloom_rows search_rows vector_sets_rows
    }
    #[cfg(feature = "json")]
    describe! { vector_sets_json_rows json_rows }
    let shared = std::mem::take(&mut rows);
    macro_rules! push {
        ($row:expr) => {
            rows.push($row)
        };
    }
    describe! { lists_blocking_rows sorted_sets_blocking_rows keys_blocking_rows connection_state_rows }
    (shared, rows)
}

fn all_rows() -> Vec<Row> {
    let (mut shared, exclusive) = rows();
    shared.extend(exclusive);
    shared
}

/// Commands without a row, each for a reason.
const WITHOUT_ROW: &[(&str, &[&str])] = &[
    ("sets up a connection, which the configuration does", &["AUTH", "HELLO", "SELECT", "QUIT", "RESET"]),
    ("belongs to the client side cache", &["CLIENT CACHING", "CLIENT TRACKING"]),
    ("tells the server that a client follows redirects, which none of ours does yet", &["CLIENT CAPA"]),
    ("belongs to a client of a cluster", &["ASKING", "READONLY", "READWRITE"]),
    ("transactions are pipelines, or closures", &["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"]),
    ("ends the pairing of requests and replies", &["CLIENT REPLY", "MONITOR", "SYNC", "PSYNC", "REPLCONF"]),
    (
        "subscriptions are streams",
        &["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUNSUBSCRIBE"],
    ),
    ("ends the server; no reply comes", &["SHUTDOWN"]),
    ("for those who test servers", &["DEBUG", "PFDEBUG", "PFSELFTEST", "SCRIPT DEBUG"]),
    ("servers send it to each other", &["RESTORE-ASKING", "CLUSTER SYNCSLOTS"]),
    ("another name of a command that has a row", &["SUBSTR", "SLAVEOF", "COMMAND"]),
    ("deprecated since 6.2, GEOSEARCH takes its place", &["GEORADIUS_RO", "GEORADIUSBYMEMBER_RO"]),
];

/// The commands that the servers list: server, name, flags, and where its keys are. Containers and their HELP are left
/// out. Empty where the lists are not at hand.
fn servers() -> Vec<[String; 4]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/commands");
    let mut listed = Vec::new();
    for server in ["redis-7.0", "redis-8.2", "valkey-9.1"] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{server}.tsv"))) else { continue };
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
        let column = |name| rows[0].iter().position(|column| *column == name).unwrap();
        let (name, flags, keys) = (column("name"), column("flags"), column("key_specs"));
        let parents: BTreeSet<&str> =
            rows.iter().filter_map(|row| Some(row[name].split_once('|')?.0)).collect();
        let single = rows[1..].iter().filter(|row| row[name] == "command" || !parents.contains(row[name]));
        listed.extend(single.filter(|row| !row[name].ends_with("|help")).map(|row| {
            [
                server.to_owned(),
                row[name].to_uppercase().replace('|', " "),
                row[flags].into(),
                row[keys].into(),
            ]
        }));
    }
    listed
}

#[test]
fn every_command_of_every_server_has_a_row_that_knows_its_class_its_wait_and_its_keys() {
    let have: BTreeSet<&str> = all_rows().iter().flat_map(Row::commands).collect();
    let excepted: BTreeSet<&str> = WITHOUT_ROW.iter().flat_map(|(_, names)| *names).copied().collect();
    let listed = servers();
    let mut wrong = Vec::new();

    for [server, name, flags, keys] in &listed {
        let mut say = |what: &str| wrong.push(format!("{server}: {name} {what}"));
        if !have.contains(name.as_str()) {
            if !excepted.contains(name.as_str()) {
                say("has no row");
            }
            continue;
        }
        // The facts of the command that the row builds.
        let known = facts::of(name);
        let flags: BTreeSet<&str> = flags.split(',').collect();
        if flags.contains("readonly") && !flags.contains("blocking") && known.class != Class::Read {
            say("only reads");
        }
        if flags.contains("write") && known.class == Class::Read {
            say("writes");
        }
        if flags.contains("blocking") && known.blocks == Blocks::Never {
            say("waits");
        }
        if (keys == "-") != known.keys.is_empty() {
            say("has other keys");
        }
    }

    assert!(listed.is_empty() || listed.len() > 1_000, "the lists were not understood: {}", listed.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        have.intersection(&excepted).collect::<Vec<_>>(),
        [&""; 0],
        "has a row and an excuse for none"
    );
    for name in excepted {
        assert!(facts::all().any(|facts| facts.name == name), "there is no {name}");
    }
}

#[test]
fn every_command_that_is_known_has_a_row() {
    let have: BTreeSet<&str> = all_rows().iter().flat_map(Row::commands).collect();
    let excepted: BTreeSet<&str> = WITHOUT_ROW.iter().flat_map(|(_, names)| *names).copied().collect();

    let wanted = facts::all()
        .filter(|facts| facts.group != "module")
        .filter(|facts| !facts.container || facts.name == "COMMAND")
        .filter(|facts| !facts.name.ends_with(" HELP"))
        .map(|facts| facts.name);
    let missing: Vec<&str> = wanted.filter(|name| !have.contains(name) && !excepted.contains(name)).collect();

    assert_eq!(missing, [""; 0]);
}

#[test]
fn rows_that_block_or_change_their_connection_need_an_executor_of_their_own() {
    let (shared, exclusive) = rows();
    let facts_of = |row: &Row| row.commands().map(facts::of).collect::<Vec<_>>();

    for row in &shared {
        assert!(facts_of(row).iter().all(|facts| facts.lane == Lane::Shared), "{}", row.name);
        assert!(facts_of(row).iter().all(|facts| facts.class != Class::Blocking), "{}", row.name);
    }
    for row in &exclusive {
        assert!(
            facts_of(row).iter().all(|facts| matches!(facts.lane, Lane::Lease | Lane::Held(_))),
            "{}",
            row.name
        );
    }
}

#[test]
fn names_of_rows_are_unique() {
    let rows = all_rows();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();

    assert_eq!(names.len(), rows.len());
}

#[test]
fn docs_begin_with_a_sentence_and_end_with_page_version_and_cost() {
    for row in all_rows() {
        let paragraphs: Vec<String> = row
            .doc
            .split("\n\n")
            .map(|text| text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
            .collect();
        let first = row.commands().next().map(facts::of).unwrap();

        assert!(paragraphs[0].ends_with('.'), "{}: first paragraph", row.name);
        let page = row.commands().map(facts::of).map(|facts| format!("[`{}`]({})", facts.name, facts.page()));
        let last = paragraphs.last().unwrap().trim();
        assert!(
            page.into_iter().any(|page| last.starts_with(&format!("{page}, since "))),
            "{}: {last}",
            row.name
        );
        // Modules have versions of their own, which no table knows.
        let version = first.since.redis.or(first.since.valkey).unwrap_or("since Redi");
        assert!(row.commands().count() > 1 || last.contains(version), "{}: {last}", row.name);
        assert!(last.ends_with('.') && last.matches(", ").count() >= 2, "{}: {last}", row.name);
    }
}

/// Without blanks and lifetimes, and with the crate's paths cut off, so that two spellings of one type are
/// equal.
fn normal(text: &str) -> String {
    let text = text.replace("Send + Sync + 'a", "").replace("std::num::", "");
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace("+", "")
}

/// A row of redis-rs: its name, generics and arguments, and what its typed twin answers, which is empty where there is
/// none.
struct Theirs {
    name: String,
    generics: String,
    arguments: String,
    typed: String,
}

/// The rows of redis-rs, from the list of its items; none where that is not at hand.
fn redis_rs() -> Vec<Theirs> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dropin-api.tsv");
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let mut typed = std::collections::HashMap::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, path, _, _, signature, ..] = cells[..] else { continue };
        let mut parts = path.rsplit("::");
        let (Some(name), Some(owner)) = (parts.next(), parts.next()) else { continue };
        match owner {
            "TypedCommands" => {
                let answer = signature.split_once("-> RedisResult<").map_or("", |(_, answer)| answer);
                let any = signature.contains("<'a, RV: FromRedisValue");
                let answer = normal(answer.strip_suffix('>').unwrap_or(answer));
                typed.insert(name, if any { "any".to_owned() } else { answer });
            }
            "AsyncCommands" | "JsonAsyncCommands" | "AsyncHotkeysCommands" => rows.push((name, signature)),
            _ => {}
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows.into_iter()
        .map(|(name, signature)| {
            let (generics, rest) = signature
                .split_once("(self: &'a mut Self")
                .or_else(|| signature.split_once("(&mut self"))
                .unwrap_or((signature, ")"));
            let generics = generics.split_once("<'a, ").map_or("", |(_, generics)| generics);
            let generics = normal(generics).replace(",RV>", "").replace("RV>", "");
            let (arguments, _) = rest.split_once(") -> ").unwrap_or_default();
            Theirs {
                name: name.to_owned(),
                generics,
                arguments: normal(arguments).trim_start_matches(',').to_owned(),
                typed: typed.remove(name).unwrap_or_default(),
            }
        })
        .collect()
}

impl Row {
    /// The row in the spelling of [`Theirs`].
    fn as_theirs(&self) -> Theirs {
        let pairs = |pairs: &[(&str, &str)]| {
            normal(&pairs.iter().map(|(name, kind)| format!("{name}:{kind}")).collect::<Vec<_>>().join(","))
        };
        Theirs {
            name: self.name.to_owned(),
            generics: pairs(self.generics),
            arguments: pairs(self.arguments),
            typed: match self.typed {
                "" => normal(self.reply),
                typed => normal(typed.trim_start_matches('(').trim_end_matches(')')),
            },
        }
    }
}

#[test]
fn rows_keep_the_names_generics_arguments_and_types_of_redis_rs() {
    let theirs = redis_rs();
    assert!(theirs.is_empty() || theirs.len() > 300, "the list of redis-rs's rows was not understood");
    let mut differences = Vec::new();

    for row in all_rows().iter().filter(|_| !theirs.is_empty()) {
        let own = row.as_theirs();
        let Some(their) = theirs.iter().find(|their| their.name == own.name) else {
            if own.typed != "none" {
                differences.push(format!("{}: redis-rs has it not, so it must be `typed none`", own.name));
            }
            continue;
        };
        for (what, own, their) in [
            ("generics", &own.generics, &their.generics),
            ("arguments", &own.arguments, &their.arguments),
            // A row without a typed twin may answer anything.
            ("typed", if their.typed.is_empty() { &their.typed } else { &own.typed }, &their.typed),
        ] {
            if own != their {
                differences.push(format!("{}: {what} {own}, redis-rs {their}", row.name));
            }
        }
    }

    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn no_row_of_redis_rs_is_missing() {
    // What is no row of a table: the scan family, which makes iterators, and what takes a script of redis-rs.
    const ELSEWHERE: [&str; 6] = ["scan", "hscan", "sscan", "zscan", "invoke_script", "load_script"];
    // Rows behind a feature.
    #[cfg(not(feature = "json"))]
    const FEATURES: [&str; 2] = ["json_", "vsetattr"];
    #[cfg(feature = "json")]
    const FEATURES: [&str; 0] = [];
    let rows = all_rows();
    let missing: Vec<String> = redis_rs()
        .into_iter()
        .map(|their| their.name)
        .filter(|name| {
            !ELSEWHERE.contains(&name.split("_match").next().unwrap().split("_opt").next().unwrap())
        })
        .filter(|name| !FEATURES.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| !rows.iter().any(|row| row.name == name))
        .collect();

    assert_eq!(missing, [""; 0]);
}

/// Keeps the commands that it is given.
#[derive(Default)]
struct Recorder(std::cell::RefCell<Vec<Command>>);

impl Executor for &Recorder {
    type Output<R: FromReply> = &'static str;

    fn run<R: FromReply>(self, command: Command) -> Self::Output<R> {
        self.0.borrow_mut().push(command);
        std::any::type_name::<R>()
    }
}

impl ExclusiveExecutor for &Recorder {}

#[test]
fn methods_hand_their_command_and_its_natural_reply_to_the_executor() {
    let recorder = Recorder::default();

    let reply = recorder.get("k");
    recorder.hset("h", "f", 1.5);
    recorder.blpop(["a", "b"].as_slice(), 0.5);

    assert!(reply.contains("Option<"), "{reply}");
    let sent: Vec<String> = recorder.0.borrow().iter().map(words).collect();
    assert_eq!(sent, ["GET k", "HSET h f 1.5", "BLPOP a b 0.5"]);
}
