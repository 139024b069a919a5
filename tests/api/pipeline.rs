//! Pipelines, plain and atomic, against a real server.

use std::collections::HashMap;
use std::time::Duration;

use redlane::config::ConfigBuilder;
use redlane::error::{ConversionError, ServerError};
use redlane::prelude::*;
use redlane_test_support::{Keys, Options, Raw, Server, eventually_async};

fn config(server: &Server) -> ConfigBuilder {
    Config::builder().url(&server.url())
}

async fn connect(server: &Server) -> Client {
    Client::connect(config(server).build().unwrap()).await.unwrap()
}

async fn shared() -> (Client, Keys) {
    (connect(Server::shared()).await, Keys::new())
}

fn processed(server: &Server) -> u64 {
    server.info("total_commands_processed").parse().unwrap()
}

#[tokio::test]
async fn replies_are_read_as_a_tuple_of_their_types() {
    let (client, keys) = shared().await;
    let (name, visits, hash) = (keys.key("name"), keys.key("visits"), keys.key("hash"));

    let (set, got, count, fields, absent): (String, String, i64, HashMap<String, u8>, Option<Bytes>) = client
        .pipeline()
        .set(&name, "Ada")
        .get(&name)
        .incr(&visits, 3)
        .hset_all(&hash, &[("a", 1), ("b", 2)])
        .ignore()
        .hgetall(&hash)
        .get(keys.key("absent"))
        .query()
        .await
        .unwrap();

    assert_eq!((set.as_str(), got.as_str(), count, absent), ("OK", "Ada", 3, None));
    assert_eq!(fields, HashMap::from([("a".into(), 1), ("b".into(), 2)]));
}

#[tokio::test]
async fn a_hundred_commands_are_answered_in_their_order() {
    let (client, keys) = shared().await;
    let batches = client.link_stats().batches;
    let mut pipeline = client.pipeline();
    for n in 0..50 {
        (&mut pipeline).set(keys.key(&n.to_string()), n).get(keys.key(&n.to_string()));
    }
    assert_eq!(pipeline.len(), 100);

    let results = pipeline.try_all().await.unwrap();

    assert_eq!(results.len(), 100);
    for (n, pair) in results.chunks(2).enumerate() {
        let [set, get] = pair else { panic!() };
        assert_eq!(set.as_ref().unwrap().as_bytes(), Some(&b"OK"[..]));
        assert_eq!(get.as_ref().unwrap().as_bytes(), Some(n.to_string().as_bytes()));
    }
    assert_eq!(client.link_stats().batches - batches, 1, "they went out as one");
}

#[tokio::test]
async fn ten_thousand_commands_flow_past_a_small_bound() {
    let server = Server::shared();
    let client = Client::connect(config(server).max_in_flight(64).build().unwrap()).await.unwrap();
    let key = Keys::new().key("counter");
    let mut pipeline = client.pipeline();
    for _ in 0..10_000 {
        pipeline = pipeline.incr(&key, 1);
    }

    let (counts, others) = tokio::join!(pipeline.query::<Vec<u32>>(), async {
        // Others get in between the parts.
        for _ in 0..20 {
            client.ping().await.unwrap();
        }
    });

    let () = others;
    assert_eq!(counts.unwrap(), (1..=10_000).collect::<Vec<u32>>());
    assert_eq!(client.link_stats().in_flight, 0);
}

#[tokio::test]
async fn ten_thousand_commands_run_as_one_transaction() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");
    let mut pipeline = client.pipeline().atomic();
    for _ in 0..10_000 {
        pipeline = pipeline.incr(&key, 1);
    }

    let counts: Vec<u32> = pipeline.query().await.unwrap();

    assert_eq!(counts, (1..=10_000).collect::<Vec<u32>>());
}

#[tokio::test]
async fn large_values_pass_both_ways() {
    let (client, keys) = shared().await;
    let values: Vec<Bytes> = (0..20u8).map(|n| Bytes::from(vec![n; 100_000 + usize::from(n)])).collect();
    let mut pipeline = client.pipeline();
    for (n, value) in values.iter().enumerate() {
        let mut set = cmd("SET").arg(keys.key(&n.to_string()));
        set.push_bytes(value.clone());
        pipeline = pipeline.add(set).ignore().get(keys.key(&n.to_string())).strlen(keys.key(&n.to_string()));
    }

    let replies: Vec<Value> = pipeline.query().await.unwrap();

    assert_eq!(replies.len(), 40);
    for (pair, value) in replies.chunks(2).zip(&values) {
        assert_eq!(pair[0].as_bytes(), Some(&value[..]));
        assert_eq!(pair[1], Value::Integer(value.len() as i64));
    }
}

#[tokio::test]
async fn a_failing_command_stops_none_of_the_others() {
    let (client, keys) = shared().await;
    let (text, counter) = (keys.key("text"), keys.key("counter"));
    let pipeline = || client.pipeline().set(&text, "abc").incr(&text, 1).incr(&counter, 1);

    let results = pipeline().try_all().await.unwrap();
    let error = pipeline().query::<(Value, i64, i64)>().await.unwrap_err();

    assert!(results[0].is_ok());
    let refused = results[1].as_ref().unwrap_err();
    assert_eq!((refused.command(), refused.index(), refused.code()), (Some("INCRBY"), Some(1), Some("ERR")));
    assert_eq!(refused.outcome(), Outcome::Refused);
    assert_eq!(results[2].as_ref().unwrap(), &Value::Integer(1));
    assert_eq!((error.index(), error.outcome()), (Some(1), Outcome::MaybeExecuted), "others ran");
    assert!(error.to_string().starts_with("error reply to INCRBY at index 1: ERR "), "{error}");
    assert_eq!(client.get(&counter).read_as::<i64>().await.unwrap(), 2);
}

#[tokio::test]
async fn error_replies_can_be_taken_as_values() {
    let (client, keys) = shared().await;
    let text = keys.key("text");
    client.set(&text, "abc").await.unwrap();

    let (bad, good): (Result<i64, ServerError>, Result<i64, ServerError>) =
        client.pipeline().incr(&text, 1).incr(keys.key("counter"), 1).query().await.unwrap();

    assert_eq!((bad.unwrap_err().code(), good), ("ERR", Ok(1)));
}

#[tokio::test]
async fn a_pipeline_of_one_refused_command_ran_nothing() {
    let (client, keys) = shared().await;
    let list = keys.key("list");
    client.rpush(&list, "x").await.unwrap();

    let one = client.pipeline().incr(&list, 1).exec().await.unwrap_err();
    let all = client.pipeline().incr(&list, 1).append(&list, "y").exec().await.unwrap_err();

    for error in [one, all] {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::WrongType, Outcome::Refused));
    }
}

#[tokio::test]
async fn an_error_of_an_ignored_command_counts() {
    let (client, keys) = shared().await;
    let text = keys.key("text");

    let pipeline = client.pipeline().set(&text, "abc").incr(&text, 1).ignore().get(&text);
    let error = pipeline.query::<(String, String)>().await.unwrap_err();
    let trailing =
        client.pipeline().get(&text).incr(&text, 1).ignore().query::<(String,)>().await.unwrap_err();

    assert_eq!(error.index(), Some(1));
    assert_eq!(trailing.index(), Some(1));
}

#[tokio::test]
async fn the_number_of_replies_is_checked_before_anything_is_sent() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");

    let error = client.pipeline().incr(&key, 1).incr(&key, 1).query::<(i64,)>().await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Usage, Outcome::NotSent));
    assert_eq!(error.to_string(), "the pipeline has 2 replies, and the type asked for reads 1");
    assert_eq!(client.exists(&key).await.unwrap(), 0);
}

#[tokio::test]
async fn a_reply_of_another_type_is_named_and_the_connection_stays_in_step() {
    let (client, keys) = shared().await;
    let text = keys.key("text");

    let error = client
        .pipeline()
        .set(&text, "abc")
        .get(&text)
        .get(&text)
        .query::<((), i64, String)>()
        .await
        .unwrap_err();

    assert_eq!((error.kind(), error.index()), (ErrorKind::Conversion, Some(1)));
    assert!(matches!(error.failure(), Failure::Conversion(ConversionError::Text { .. })), "{error:?}");
    assert_eq!(client.get(&text).await.unwrap().as_deref(), Some("abc"));
}

#[tokio::test]
async fn an_empty_pipeline_succeeds_without_a_connection() {
    // Nobody listens on port 1.
    let config = Config::builder().host("127.0.0.1").port(1).build().unwrap();
    let client = Client::new(config).unwrap();

    client.pipeline().exec().await.unwrap();
    client.pipeline().atomic().query::<()>().await.unwrap();

    assert!(client.pipeline().try_all().await.unwrap().is_empty());
    assert!(client.pipeline().query::<Vec<i64>>().await.unwrap().is_empty());
}

#[tokio::test]
async fn commands_without_a_place_in_a_pipeline_are_refused_before_anything_is_sent() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");
    let refused = [
        (cmd("BLPOP").arg(&key).arg(0), "call it on the client"),
        (cmd("XREAD").arg("BLOCK").arg(0).arg("STREAMS").arg(&key).arg(0), "call it on the client"),
        (cmd("multi"), "Pipeline::atomic"),
        (cmd("EXEC"), "Pipeline::atomic"),
        (cmd("WATCH").arg(&key), "Client::transaction"),
        (cmd("SUBSCRIBE").arg("channel"), "Client::subscribe"),
        (cmd("select").arg(1), "ConfigBuilder::"),
        (cmd("MONITOR"), "redis-cli monitor"),
        (cmd("CLIENT").arg("REPLY").arg("OFF"), "Client::pipeline"),
    ];

    for (command, instead) in refused {
        let name = command.name().into_owned();
        let error = client.pipeline().incr(&key, 1).add(command).exec().await.unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Usage, Outcome::NotSent));
        assert_eq!((error.index(), error.command()), (Some(1), Some(name.as_str())));
        assert!(error.to_string().contains(instead), "{name}: {error}");
    }
    assert_eq!(client.exists(&key).await.unwrap(), 0);
}

#[tokio::test]
async fn a_dropped_pipeline_leaves_the_connection_in_step() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");
    for round in 0..200u64 {
        let mut pipeline = client.pipeline();
        if round % 2 == 0 {
            pipeline = pipeline.atomic();
        }
        for _ in 0..50 {
            pipeline = pipeline.incr(&key, 1).echo("a reply that nobody must see");
        }
        let _ = tokio::time::timeout(Duration::from_micros(round * 5), pipeline.exec()).await;

        let tag = round.to_string();
        assert_eq!(client.echo(tag.as_str()).read_as::<String>().await.unwrap(), tag);
    }

    let stats = client.link_stats();
    assert_eq!((stats.connects, stats.in_flight), (1, 0));
    let counter: u64 = client.get(&key).read_as().await.unwrap();
    assert_eq!(counter % 50, 0, "whole or not at all");
}

#[tokio::test]
async fn an_atomic_pipeline_gives_the_results_of_its_commands() {
    let (client, keys) = shared().await;
    let hash = keys.key("hash");

    // C16 of the documented API: hget, hincrby, hset; the first is nil when the field is missing.
    let (before, count, new): (Option<i64>, i64, usize) = client
        .pipeline()
        .atomic()
        .hget(&hash, "count")
        .hincr(&hash, "count", 5)
        .hset(&hash, "last", "now")
        .query()
        .await
        .unwrap();

    assert_eq!((before, count, new), (None, 5, 1));
}

#[tokio::test]
async fn an_error_inside_a_transaction_undoes_nothing() {
    let (client, keys) = shared().await;
    let (text, after) = (keys.tagged("text"), keys.tagged("after"));
    let pipeline = || client.pipeline().atomic().set(&text, "abc").incr(&text, 1).set(&after, "here");

    let results = pipeline().try_all().await.unwrap();
    let error = pipeline().exec().await.unwrap_err();

    assert!(results[0].is_ok() && results[2].is_ok());
    assert_eq!(results[1].as_ref().unwrap_err().code(), Some("ERR"));
    assert_eq!((error.index(), error.outcome()), (Some(1), Outcome::MaybeExecuted));
    assert_eq!(client.get(&after).await.unwrap().as_deref(), Some("here"));
}

#[tokio::test]
async fn a_command_refused_in_the_queue_discards_the_transaction() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");

    let pipeline = client.pipeline().atomic().incr(&key, 1).add(cmd("GET")).add(cmd("NO.SUCH.COMMAND"));
    let error = pipeline.try_all().await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ExecAbort, Outcome::Refused));
    assert_eq!((error.index(), error.code()), (Some(1), Some("ERR")));
    assert!(matches!(error.failure(), Failure::Discarded { index: Some(1), .. }));
    assert_eq!(client.exists(&key).await.unwrap(), 0, "nothing ran");
    // After EXECABORT the server has left MULTI: the next caller is not queued.
    assert_eq!(client.incr(&key, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_transaction_is_not_interleaved_with_other_callers() {
    let (client, keys) = shared().await;
    let (a, b) = (keys.tagged("a"), keys.tagged("b"));
    let writer = async {
        for _ in 0..200 {
            client.pipeline().atomic().incr(&a, 1).incr(&b, 1).exec().await.unwrap();
        }
    };
    let reader = async {
        for _ in 0..200 {
            let (a, b): (Option<u64>, Option<u64>) = client.mget(&[&a, &b]).read_as().await.unwrap();
            assert_eq!(a, b);
        }
    };

    tokio::join!(writer, reader);
}

#[tokio::test]
async fn commands_whose_multi_is_forbidden_are_said_to_have_run() {
    let server = Server::start(Options::new().line("user plain on nopass ~* +@all -multi"));
    let config = config(&server).username("plain").password("any").build().unwrap();
    let client = Client::connect(config).await.unwrap();

    let error = client.pipeline().atomic().incr("counter", 1).exec().await.unwrap_err();

    assert_eq!((error.code(), error.outcome()), (Some("NOPERM"), Outcome::MaybeExecuted));
    assert_eq!(error.command(), Some("MULTI"));
    assert_eq!(client.incr("counter", 1).await.unwrap(), 2);
}

#[tokio::test]
async fn a_transaction_discarded_by_a_busy_server_is_tried_again() {
    let server = Server::start(Options::new());
    server.command(&["CONFIG", "SET", "lua-time-limit", "20"]);
    server.command(&["SET", "key", "value"]);
    let client = Client::connect(config(&server).retry_attempts(100).build().unwrap()).await.unwrap();
    let mut raw = Raw::tcp(server.port()).unwrap();
    let busy = std::thread::spawn(move || raw.command(&["EVAL", "while true do end", "0"]));
    eventually_async("the server is busy", Duration::from_secs(5), || {
        server.command(&["GET", "key"]).text().starts_with("BUSY")
    })
    .await;

    let pipeline = client.pipeline().atomic().get("key");
    let (value, ()) = tokio::join!(pipeline.query::<(String,)>(), async {
        eventually_async("it was tried again", Duration::from_secs(5), || client.metrics().retries() > 0)
            .await;
        server.command(&["SCRIPT", "KILL"]);
    });

    assert_eq!(value.unwrap().0, "value");
    busy.join().unwrap();
}

#[tokio::test]
async fn a_script_by_hash_is_refused_in_a_transaction_unless_it_is_loaded_there() {
    let (client, keys) = shared().await;
    let script = format!("return '{keys}'");
    let sha = client.script_load(&script).await.unwrap();

    let naked = client.pipeline().evalsha(&sha, "k", "").atomic().exec().await.unwrap_err();
    let loaded = client.pipeline().atomic().script_load(&script).ignore().evalsha(&sha, "k", "");
    let loaded: (String,) = loaded.query().await.unwrap();

    assert_eq!((naked.kind(), naked.outcome(), naked.index()), (ErrorKind::Usage, Outcome::NotSent, Some(0)));
    assert_eq!(loaded.0, keys.to_string());
}

#[tokio::test]
async fn a_closed_client_refuses_pipelines() {
    let (client, keys) = shared().await;
    client.close().await;

    let plain = client.pipeline().incr(keys.key("c"), 1).exec().await.unwrap_err();
    let atomic = client.pipeline().atomic().incr(keys.key("c"), 1).exec().await.unwrap_err();

    for error in [plain, atomic] {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Closed, Outcome::NotSent));
    }
}

#[tokio::test]
async fn a_server_sees_a_transaction_as_multi_commands_and_exec() {
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    let before = processed(&server);

    client.pipeline().atomic().set("a", 1).set("b", 2).exec().await.unwrap();

    // Besides MULTI, two SETs and EXEC: the second question for the figure counts its own first.
    assert_eq!(processed(&server) - before, 4 + 1);
}

#[tokio::test]
async fn the_same_in_resp2() {
    let server = Server::shared();
    let config = config(server).protocol(redlane::config::Protocol::Resp2).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let keys = Keys::new();
    let (hash, scores) = (keys.tagged("hash"), keys.tagged("scores"));

    for atomic in [false, true] {
        let mut pipeline = client
            .pipeline()
            .hset(&hash, "a", 1)
            .ignore()
            .hgetall(&hash)
            .zadd(&scores, "m", 1.5)
            .ignore()
            .zscore(&scores, "m")
            .get(keys.tagged("absent"));
        if atomic {
            pipeline = pipeline.atomic();
        }
        let (fields, score, absent): (HashMap<String, u8>, Option<f64>, Option<String>) =
            pipeline.query().await.unwrap();

        assert_eq!((fields, score, absent), (HashMap::from([("a".into(), 1)]), Some(1.5), None));
    }
}

#[test]
fn pipelines_and_transactions_can_be_moved_and_shared() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<Pipeline<'static>>();
    check::<redlane::pipeline::PipelineReplies>();
    check::<redlane::transaction::Tx>();
    check::<redlane::transaction::Multi<'static>>();
    check::<redlane::transaction::Within<'static, String>>();
    check::<redlane::transaction::Transaction<'static, fn()>>();
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn pipelines_can_be_spawned() {
    let (client, keys) = shared().await;
    let key = keys.key("counter");

    let counts = tokio::spawn(assert_send(async move {
        let mut pipeline = client.pipeline();
        for _ in 0..3 {
            pipeline.push(cmd("INCR").arg(&key));
        }
        pipeline.query::<[u8; 3]>().await
    }));

    assert_eq!(counts.await.unwrap().unwrap(), [1, 2, 3]);
}
