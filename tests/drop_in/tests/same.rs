//! Both crates see the same.

use redlane_drop_in::{Transcript, compare, with_redis_rs, with_redlane};
use redlane_test_support::{Options, Server};

/// Runs a scenario with both crates.
macro_rules! same {
    ($($path:ident)::+) => {{
        let (mut redlane, mut redis_rs) = (Transcript::default(), Transcript::default());
        with_redis_rs::scenarios::$($path)::+(&mut redis_rs);
        with_redlane::scenarios::$($path)::+(&mut redlane);
        compare(&redlane, &redis_rs);
    }};
}

/// Runs a scenario with both crates, on a server for each.
macro_rules! same_on_servers {
    ($($path:ident)::+ $(, $arg:ident)*) => {{
        let servers = [(); 2].map(|()| Server::start(Options::new()));
        let (mut redlane, mut redis_rs) = (Transcript::default(), Transcript::default());
        with_redis_rs::scenarios::$($path)::+(
            &mut redis_rs, &servers[0].url() $(, with_redis_rs::redis::ProtocolVersion::$arg)*).await;
        with_redlane::scenarios::$($path)::+(
            &mut redlane, &servers[1].url() $(, with_redlane::redis::ProtocolVersion::$arg)*).await;
        compare(&redlane, &redis_rs);
    }};
}

/// The same for a scenario that blocks.
macro_rules! same_on_servers_blocking {
    ($($path:ident)::+ $(, $arg:ident)*) => {{
        let servers = [(); 2].map(|()| Server::start(Options::new()));
        let (mut redlane, mut redis_rs) = (Transcript::default(), Transcript::default());
        with_redis_rs::scenarios::$($path)::+(
            &mut redis_rs, &servers[0].url() $(, with_redis_rs::redis::ProtocolVersion::$arg)*);
        with_redlane::scenarios::$($path)::+(
            &mut redlane, &servers[1].url() $(, with_redlane::redis::ProtocolVersion::$arg)*);
        compare(&redlane, &redis_rs);
    }};
}

#[test]
fn values_become_the_same_arguments() {
    same!(arguments::run);
}

#[test]
fn every_command_is_packed_into_the_same_bytes() {
    same!(packed::run);
}

#[test]
fn urls_mean_the_same() {
    same!(urls::run);
}

#[test]
fn errors_say_the_same() {
    same!(errors::run);
}

#[test]
fn replies_are_read_alike_as_every_type() {
    same!(decoding::run);
}

/// What would end the connection, the server or this test, or changes the dialogue itself.
const LEFT_OUT: &[&str] = &[
    "bgrewriteaof",
    "bgsave",
    "client|kill",
    "client|reply",
    "client|tracking",
    "cluster",
    "debug",
    "monitor",
    "pfdebug",
    "psubscribe",
    "punsubscribe",
    "quit",
    "replconf",
    "save",
    "shutdown",
    "ssubscribe",
    "subscribe",
    "sunsubscribe",
    "sync",
    "unsubscribe",
    "module",
    "function|restore",
    "script|debug",
    "memory|malloc-stats",
    "acl|save",
];

#[test]
fn the_lines_name_every_command_that_a_plain_server_offers() {
    use with_redis_rs::redis::{Client, Value, cmd};
    let server = Server::start(Options::new());
    let mut con = Client::open(server.url()).unwrap().get_connection().unwrap();
    let tried: Vec<String> =
        with_redis_rs::scenarios::commands::lines().map(|(_, line)| line.to_lowercase()).collect();
    let sent = |name: &str| {
        let words = name.replace('|', " ");
        tried.iter().any(|line| line == &words || line.starts_with(&format!("{words} ")))
    };

    let offered: Vec<Vec<Value>> = cmd("COMMAND").query(&mut con).unwrap();
    let mut names = Vec::new();
    for entry in &offered {
        let subcommands = entry.get(9).and_then(Value::as_sequence).unwrap_or_default();
        let of =
            |entry: &[Value]| -> String { with_redis_rs::redis::from_redis_value(entry[0].clone()).unwrap() };
        if subcommands.is_empty() {
            names.push(of(entry));
        }
        names.extend(subcommands.iter().filter_map(Value::as_sequence).map(of));
    }
    let left_out =
        |name: &String| LEFT_OUT.iter().any(|left| name == left || name.starts_with(&format!("{left}|")));
    let missing: Vec<_> = names.iter().filter(|name| !sent(name) && !left_out(name)).collect();

    assert!(names.len() > 300, "{} commands", names.len());
    assert!(missing.is_empty(), "never sent: {missing:?}");
}

#[tokio::test]
async fn commands_answer_alike_with_resp2() {
    same_on_servers!(commands::multiplexed, RESP2);
}

#[tokio::test]
async fn commands_answer_alike_with_resp3() {
    same_on_servers!(commands::multiplexed, RESP3);
}

#[test]
fn commands_answer_alike_on_a_blocking_connection() {
    same_on_servers_blocking!(commands::blocking, RESP2);
}

#[test]
fn commands_answer_alike_on_a_blocking_connection_with_resp3() {
    same_on_servers_blocking!(commands::blocking, RESP3);
}

#[tokio::test]
async fn pipelines_answer_alike() {
    same_on_servers!(pipelines::run);
}

#[tokio::test]
async fn types_of_a_user_s_own_work_alike() {
    same_on_servers!(own_types::run);
}

#[tokio::test]
async fn applications_work_alike() {
    same_on_servers!(call_sites::asynchronous);
}

#[test]
fn blocking_applications_work_alike() {
    same_on_servers_blocking!(call_sites::blocking);
}
