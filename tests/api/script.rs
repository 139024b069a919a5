//! Scripts against a real server: sent by name, by text when the server does not know them, and once.

use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Cut, FaultProxy, Flow, Keys, Options, RawReply, Server, eventually_async};

#[path = "../../examples/points/mod.rs"]
mod points;

use points::{Invalid, Transfer, transfer};

async fn client(port: u16) -> Client {
    let config = Config::builder().host("127.0.0.1").port(port).build().unwrap();
    Client::connect(config).await.unwrap()
}

/// How often the server has run `command`.
fn calls(server: &Server, command: &str) -> u64 {
    let RawReply::Bulk(info) = server.command(&["INFO", "commandstats"]) else { panic!("no text") };
    let info = String::from_utf8(info).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
    line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_flushed_script_costs_one_more_round_trip_and_no_more() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");

    for call in 1..=10_u64 {
        client.script_flush(FlushMode::Sync).await.unwrap();
        let sent = client.link_stats().submitted;

        let flushed: i64 = script.key("n").arg(1).call(&client).await.unwrap();
        assert_eq!(client.link_stats().submitted - sent, 2);
        let known: i64 = script.key("n").arg(1).call(&client).await.unwrap();

        assert_eq!(client.link_stats().submitted - sent, 3);
        assert_eq!((flushed, known), (2 * call as i64 - 1, 2 * call as i64));
        assert_eq!((calls(&server, "evalsha"), calls(&server, "eval")), (2 * call, call));
    }
}

#[tokio::test]
async fn a_loaded_script_is_known_at_its_first_call() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let script = Script::from("return {KEYS[1], ARGV[1]}".to_owned());

    script.load(&client).await.unwrap();
    let (key, arg): (String, String) = script.arg("x").key("k").call(&client).await.unwrap();

    assert_eq!((key.as_str(), arg.as_str()), ("k", "x"));
    assert_eq!((calls(&server, "evalsha"), calls(&server, "eval")), (1, 0));
}

fn plain_or_atomic(client: &Client, atomic: bool) -> Pipeline<'_> {
    let pipeline = client.pipeline();
    if atomic { pipeline.atomic() } else { pipeline }
}

#[tokio::test]
async fn a_script_in_a_pipeline_runs_in_its_place_and_once() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    static ADD: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");

    for atomic in [false, true] {
        server.command(&["SET", "n", "0"]);
        client.script_flush(FlushMode::Sync).await.unwrap();
        let mut pipeline = plain_or_atomic(&client, atomic);
        for _ in 0..50 {
            pipeline = ADD.key("n").arg(10).by_text::<i64, _>(pipeline.incr("n", 1));
        }

        let counts: Vec<i64> = pipeline.query().await.unwrap();

        let expected = (0..50).flat_map(|pair| [11 * pair + 1, 11 * pair + 11]);
        assert_eq!(counts, expected.collect::<Vec<i64>>());
    }
    // And on a client, where it is one command.
    assert_eq!(ADD.key("n").arg(1).by_text::<i64, _>(&client).await.unwrap(), 551);
}

#[tokio::test]
async fn a_script_that_a_pipeline_calls_often_is_loaded_once_and_never_unknown() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    static ADD: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    static LEN: Script = Script::new("return redis.call('STRLEN', KEYS[1])");

    for atomic in [false, true] {
        server.command(&["SET", "n", "0"]);
        client.script_flush(FlushMode::Sync).await.unwrap();
        // Servers before 7.0 count all of SCRIPT together.
        let loads = || calls(&server, "script|load") + calls(&server, "script");
        let before = (loads(), calls(&server, "evalsha"), calls(&server, "eval"));
        let mut pipeline = plain_or_atomic(&client, atomic);
        for _ in 0..50 {
            pipeline = ADD.key("n").arg(10).by_name(pipeline.incr("n", 1));
        }
        pipeline = LEN.key("n").by_name(pipeline);

        let counts: Vec<i64> = pipeline.query().await.unwrap();

        let expected = (0..50).flat_map(|pair| [11 * pair + 1, 11 * pair + 11]);
        assert_eq!(counts, expected.chain([3]).collect::<Vec<i64>>());
        let after = (loads(), calls(&server, "evalsha"), calls(&server, "eval"));
        assert_eq!((after.0 - before.0, after.1 - before.1, after.2 - before.2), (2, 51, 0));
    }
}

#[tokio::test]
async fn one_unknown_script_among_a_hundred_commands_keeps_its_place_and_repeats_nothing() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let unknown = Script::new("return redis.call('INCRBY', KEYS[1], 1000)");

    for atomic in [false, true] {
        server.command(&["SET", "n", "0"]);
        client.script_flush(FlushMode::Sync).await.unwrap();
        let mut pipeline = plain_or_atomic(&client, atomic);
        for place in 0..100 {
            pipeline = if place == 50 { unknown.key("n").by_name(pipeline) } else { pipeline.incr("n", 1) };
        }

        let counts: Vec<i64> = pipeline.query().await.unwrap();

        let expected = (0..100).map(|place| if place < 50 { place + 1 } else { place + 1000 });
        assert_eq!(counts, expected.collect::<Vec<_>>(), "atomic: {atomic}");
        assert_eq!(server.command(&["GET", "n"]).text(), "1099");
    }
}

#[tokio::test]
async fn a_script_called_by_a_name_that_nobody_knows_fails_alone() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let mut pipeline = client.pipeline();
    for place in 0..100 {
        let unknown = || cmd("EVALSHA").arg("0".repeat(40)).arg(1).arg("n");
        pipeline = if place == 50 { pipeline.add(unknown()) } else { pipeline.incr("n", 1) };
    }

    let plain = pipeline.clone().try_all().await.unwrap();
    let atomic = pipeline.atomic().try_all().await.unwrap_err();

    assert_eq!(plain.len(), 100);
    for (place, reply) in plain.into_iter().enumerate() {
        match reply {
            Err(error) => assert_eq!((place, error.kind()), (50, ErrorKind::NoScript), "{error}"),
            Ok(count) => assert_eq!(count, Value::Integer(if place < 50 { place + 1 } else { place } as i64)),
        }
    }
    // The others would have run, and nothing could be undone: so it is not even sent.
    assert_eq!(
        (atomic.kind(), atomic.outcome(), atomic.index()),
        (ErrorKind::Usage, Outcome::NotSent, Some(50))
    );
    assert_eq!(server.command(&["GET", "n"]).text(), "99");
}

#[tokio::test]
async fn a_script_that_the_server_has_dropped_for_newer_ones_runs_all_the_same() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    // Servers since 7.4 keep 500 of those that came by their text.
    let scripts: Vec<Script> =
        (0..600).map(|number| Script::from(format!("return {number} + ARGV[1]"))).collect();

    for round in 1..=2 {
        for (number, script) in scripts.iter().enumerate() {
            assert_eq!(script.arg(round).call::<usize>(&client).await.unwrap(), number + round);
        }
    }
}

#[tokio::test]
async fn a_replica_that_was_never_told_a_script_runs_it() {
    let server = Server::start(Options::new());
    if server.lacks("EVALSHA_RO") {
        return;
    }
    let replica = Server::start(Options::new().line(&format!("replicaof 127.0.0.1 {}", server.port())));
    let limit = Duration::from_secs(20);
    eventually_async("it follows", limit, || replica.info("master_link_status") == "up").await;
    let (primary, reader) = (client(server.port()).await, client(replica.port()).await);
    let read = Script::new("return redis.call('GET', KEYS[1])").read_only(true);
    primary.set("k", "v").await.unwrap();
    read.load(&primary).await.unwrap();
    eventually_async("it has the key", limit, || replica.command(&["EXISTS", "k"]).text() == "1").await;

    let here: String = read.key("k").call(&reader).await.unwrap();
    let again: String = read.key("k").call(&reader).await.unwrap();

    assert_eq!((here.as_str(), again.as_str()), ("v", "v"));
    assert_eq!((calls(&replica, "evalsha_ro"), calls(&replica, "eval_ro")), (2, 1));
}

#[tokio::test]
async fn in_resp2_scripts_answer_the_same() {
    let config = Config::from_url(&format!("{}?protocol=2", Server::shared().url())).unwrap();
    let (client, key) = (Client::connect(config).await.unwrap(), Keys::new().key("n"));
    static ALL: Script = Script::new(
        "redis.call('SET', KEYS[1], ARGV[1]) return {true, false, 2.9, redis.call('GET', KEYS[1]), 'end'}",
    );

    let all: (bool, bool, i64, String, String) = ALL.key(&key).arg(7).call(&client).await.unwrap();
    let (again,): ((bool, bool, i64, String, String),) =
        ALL.key(&key).arg(8).by_name(client.pipeline()).query().await.unwrap();

    assert_eq!(all, (true, false, 2, "7".to_owned(), "end".to_owned()));
    assert_eq!(again, (true, false, 2, "8".to_owned(), "end".to_owned()));
}

#[tokio::test]
async fn lua_s_true_and_false_are_read_as_booleans() {
    let client = client(Server::shared().port()).await;

    let no: (bool, String) = Script::new("return {false, 'no'}").call(&client).await.unwrap();
    let yes: (bool, String) = Script::new("return {true, 'yes'}").call(&client).await.unwrap();
    let real: (bool, bool) =
        Script::new("redis.setresp(3) return {true, false}").call(&client).await.unwrap();
    let nothing: bool = Script::new("return nil").call(&client).await.unwrap();

    assert_eq!(no, (false, "no".to_owned()));
    assert_eq!(yes, (true, "yes".to_owned()));
    assert_eq!(real, (true, false));
    assert!(!nothing);
}

#[tokio::test]
async fn an_error_of_a_script_may_come_from_its_middle() {
    let (client, key) = (client(Server::shared().port()).await, Keys::new().key("n"));
    let script = Script::new("redis.call('SET', KEYS[1], 'x') return redis.call('INCR', KEYS[1])");

    let error = script.key(&key).call::<i64>(&client).await.unwrap_err();

    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    assert_eq!(client.get(&key).await.unwrap().as_deref(), Some("x"));
}

#[tokio::test]
async fn what_is_no_lua_is_an_error_of_the_server() {
    let client = client(Server::shared().port()).await;
    let script = Script::new("this is no lua");

    let called = script.call::<()>(&client).await.unwrap_err();
    let loaded = script.load(&client).await.unwrap_err();

    assert_eq!((called.kind(), loaded.kind()), (ErrorKind::Server, ErrorKind::Server));
    assert_eq!((called.command(), loaded.command()), (Some("EVAL"), Some("SCRIPT LOAD")));
}

#[tokio::test]
async fn a_read_only_script_reads_and_may_not_write() {
    let server = Server::shared();
    if server.lacks("EVALSHA_RO") {
        return;
    }
    let (client, key) = (client(server.port()).await, Keys::new().key("k"));
    client.set(&key, "v").await.unwrap();
    let read = Script::new("return redis.call('GET', KEYS[1])").read_only(true);
    let write = Script::new("return redis.call('DEL', KEYS[1])").read_only(true);

    assert_eq!(read.key(&key).call::<String>(&client).await.unwrap(), "v");
    let refused = write.key(&key).call::<i64>(&client).await.unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::Server);
    assert_eq!(client.get(&key).await.unwrap().as_deref(), Some("v"));
}

#[tokio::test]
async fn a_deadline_bounds_both_round_trips() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = client(proxy.port()).await;
    let delay = Duration::from_millis(60);
    proxy.change(|plan| plan.replies.delay = delay).await;
    let began = std::time::Instant::now();

    // The first round trip fits, the second does not.
    let script = Script::new("return 1");
    let call = script.begin().deadline(Duration::from_millis(90));
    let error = call.call::<i64>(&client).await.unwrap_err();

    assert_eq!((error.kind(), error.command()), (ErrorKind::Timeout, Some("EVAL")));
    let elapsed = began.elapsed();
    assert!(elapsed >= delay && elapsed < Duration::from_millis(140), "{elapsed:?}");
}

#[tokio::test]
async fn only_an_idempotent_script_is_repeated_when_its_reply_is_lost() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let client = client(proxy.port()).await;
    static ADD: Script = Script::new("return redis.call('INCR', KEYS[1])");
    ADD.load(&client).await.unwrap();

    for (idempotent, runs) in [(false, 1), (true, 2)] {
        let key = format!("idempotent:{idempotent}");
        client.ping().await.unwrap();
        proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
        let call = tokio::spawn({
            let (client, key) = (client.clone(), key.clone());
            async move { ADD.key(&key).idempotent(idempotent).call::<i64>(&client).await }
        });
        eventually_async("it has run", Duration::from_secs(5), || {
            server.command(&["GET", &key]) == RawReply::Bulk(b"1".to_vec())
        })
        .await;
        proxy.cut(Cut::Reset);
        proxy.heal().await;

        match call.await.unwrap() {
            Ok(count) => assert_eq!((idempotent, count), (true, 2)),
            Err(error) => assert_eq!((idempotent, error.outcome()), (false, Outcome::MaybeExecuted)),
        }
        assert_eq!(server.command(&["GET", &key]).text(), runs.to_string());
    }
}

#[tokio::test]
async fn points_move_whole_or_not_at_all() {
    let (client, keys) = (client(Server::shared().port()).await, Keys::new());
    let prefix = keys.key("user:");
    let points = async |user: &str| -> Option<i64> {
        client.hget(format!("{prefix}{user}"), "points").read_as().await.unwrap()
    };
    let insufficient = Transfer::Refused("insufficient_balance".to_owned());
    client.hset(format!("{prefix}a"), "points", 100).await.unwrap();

    assert_eq!(transfer(&client, &prefix, "a", "b", 60).await.unwrap(), Transfer::Done);
    assert_eq!(transfer(&client, &prefix, "a", "b", 60).await.unwrap(), insufficient);
    assert_eq!(transfer(&client, &prefix, "nobody", "b", 1).await.unwrap(), insufficient);
    assert_eq!((points("a").await, points("b").await, points("nobody").await), (Some(40), Some(60), None));
}

#[tokio::test]
async fn a_transfer_that_makes_no_sense_is_not_sent() {
    let (client, keys) = (client(Server::shared().port()).await, Keys::new());
    let prefix = keys.key("user:");
    let sent = client.link_stats().submitted;

    for points in [0, -1, i64::MIN] {
        let result = transfer(&client, &prefix, "a", "b", points).await.unwrap();
        assert_eq!(result, Transfer::Invalid(Invalid::Points));
    }
    let result = transfer(&client, &prefix, "a", "a", 1).await.unwrap();

    assert_eq!(result, Transfer::Invalid(Invalid::SameUser));
    assert_eq!(client.link_stats().submitted, sent);
}

#[tokio::test]
async fn a_transfer_that_fails_moves_nothing() {
    let (client, keys) = (client(Server::shared().port()).await, Keys::new());
    let prefix = keys.key("user:");
    let set = async |user: &str, points: &str| {
        client.hset(format!("{prefix}{user}"), "points", points).await.unwrap();
    };
    let points = async |user: &str| client.hget(format!("{prefix}{user}"), "points").await.unwrap();
    set("rich", "100").await;

    for (from, to, given) in [("rich", "full", "9223372036854775807"), ("half", "rich", "1.5")] {
        set(if from == "rich" { to } else { from }, given).await;

        transfer(&client, &prefix, from, to, 1).await.unwrap_err();

        assert_eq!(points("rich").await.as_deref(), Some("100"), "{from} to {to}");
    }
    // A debit of all that there can be: no digit is lost on the way through Lua.
    assert_eq!(transfer(&client, &prefix, "full", "empty", i64::MAX).await.unwrap(), Transfer::Done);
    assert_eq!(points("empty").await.as_deref(), Some("9223372036854775807"));
    assert_eq!(points("full").await.as_deref(), Some("0"));
}

#[tokio::test]
async fn an_error_within_what_a_script_returns_is_no_word_of_the_server() {
    let (client, key) = (client(Server::shared().port()).await, Keys::new().key("n"));
    let script = Script::new("redis.call('INCR', KEYS[1]) return {redis.error_reply('NOSCRIPT of mine')}");
    script.load(&client).await.unwrap();

    let error = script.key(&key).call::<Vec<i64>>(&client).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::NoScript, Outcome::MaybeExecuted));
    assert_eq!(client.get(&key).read_as::<i64>().await.unwrap(), 1, "it ran once");
}
