//! Call sites as applications write them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::redis::{
    self, AsyncCommands, AsyncTypedCommands, Commands, RedisFuture, RedisResult, Script, TypedCommands,
};
use crate::Transcript;

/// What asynchronous applications do.
pub async fn asynchronous(t: &mut Transcript, url: &str) {
    let ended = with_async_connections(t, url).await;
    t.note("the end", ended);
}

/// What blocking applications do.
pub fn blocking(t: &mut Transcript, url: &str) {
    let ended = with_blocking_connections(t, url);
    t.note("the end", ended);
}

async fn with_async_connections(t: &mut Transcript, url: &str) -> RedisResult<()> {
    let client = redis::Client::open(url)?;
    let config = redis::AsyncConnectionConfig::new()
        .set_response_timeout(Some(Duration::from_secs(3)))
        .set_connection_timeout(Some(Duration::from_secs(3)));
    let mut con = client.get_multiplexed_async_connection_with_config(&config).await?;

    // Turbofish in every order, `let _: () =`, annotated bindings, inference from the return type.
    AsyncCommands::set::<_, _, ()>(&mut con, "call:a", 1).await?;
    let _: () = AsyncCommands::set(&mut con, "call:a", 42_i64).await?;
    let () = redis::cmd("SET").arg("call:b").arg("two").query_async(&mut con).await?;
    let a: Option<i64> = AsyncCommands::get(&mut con, "call:a").await?;
    let many: (i64, String) = AsyncCommands::mget(&mut con, &["call:a", "call:b"]).await?;
    t.note("values", (a, many));
    let counted = AsyncCommands::incr::<_, _, i64>(&mut con, "call:a", 8).await?;
    let map = BTreeMap::from([("x", 1), ("y", 2)]);
    let pairs: Vec<(&str, i32)> = map.iter().map(|(field, value)| (*field, *value)).collect();
    let _: () = AsyncCommands::hset_multiple(&mut con, "call:h", &pairs).await?;
    let all: BTreeMap<String, i32> = AsyncCommands::hgetall(&mut con, "call:h").await?;
    let hashed: HashMap<String, String> = AsyncCommands::hgetall(&mut con, "call:h").await?;
    t.note("a hash", (counted, all, hashed.len()));
    let _: i32 = AsyncCommands::zadd(&mut con, "call:z", "one", 1.5).await?;
    let scored: Vec<(String, f64)> = AsyncCommands::zrange_withscores(&mut con, "call:z", 0, -1).await?;
    t.note("a sorted set", scored);

    // Futures kept and awaited later, clones in tasks.
    let stored: RedisFuture<'_, String> = AsyncCommands::get(&mut con, "call:b");
    t.note("stored", stored.await?);
    let tasks: Vec<_> = (0..10_i64)
        .map(|n| {
            let mut con = con.clone();
            tokio::spawn(async move { AsyncCommands::incr::<_, _, i64>(&mut con, "call:n", n).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap()?;
    }
    let total: i64 = AsyncCommands::get(&mut con, "call:n").await?;
    t.note("from tasks", total);

    // The typed traits infer what they can.
    let typed = AsyncTypedCommands::get(&mut con, "call:b").await?;
    let exists = AsyncTypedCommands::exists(&mut con, "call:b").await?;
    let number = AsyncTypedCommands::get_int(&mut con, "call:a").await?;
    let length = AsyncTypedCommands::rpush(&mut con, "call:l", &["a", "b"]).await?;
    t.note("typed", (typed, exists, number, length));

    // Iterators.
    for n in 0..25 {
        let _: () = AsyncCommands::set(&mut con, format!("scan:{n:02}"), n).await?;
    }
    let mut found: Vec<String> = Vec::new();
    let mut iter = AsyncCommands::scan_match::<_, String>(&mut con, "scan:*").await?;
    while let Some(key) = iter.next_item().await {
        found.push(key?);
    }
    drop(iter);
    found.sort();
    found.dedup();
    t.note("scanned", (found.len(), found.first().cloned()));

    // Scripts, pipelines, transactions.
    let script = Script::new("return {KEYS[1], ARGV[1] + 1}");
    let (key, value): (String, i64) = script.key("k").arg(41).invoke_async(&mut con).await?;
    t.note("a script", (key, value, script.get_hash()));
    let (n, _, text): (i64, i64, Option<String>) =
        redis::pipe().atomic().incr("call:a", 1).del("call:none").get("call:b").query_async(&mut con).await?;
    t.note("a transaction", (n, text));
    let bumped: (i64,) =
        redis::aio::transaction_async(con.clone(), &["call:a"], |mut con, mut pipe| async move {
            let old: i64 = AsyncCommands::get(&mut con, "call:a").await?;
            pipe.set("call:a", old + 1).ignore().get("call:a").query_async(&mut con).await
        })
        .await?;
    t.note("watched", bumped);

    // Errors by kind and text.
    let error = AsyncCommands::lpush::<_, _, ()>(&mut con, "call:a", 1).await.unwrap_err();
    super::errors::note(t, "wrong type", &error);
    let error = AsyncCommands::get::<_, Vec<Vec<u8>>>(&mut con, "call:none").await;
    t.note("nil as a list", error.map_err(|error| error.to_string()));
    let error = AsyncCommands::get::<_, String>(&mut con, "call:none").await.unwrap_err();
    super::errors::note(t, "nil as a string", &error);
    let error = AsyncCommands::get::<_, u8>(&mut con, "call:b").await.unwrap_err();
    super::errors::note(t, "no number", &error);

    // Streams.
    let id: String = AsyncCommands::xadd(&mut con, "call:x", "1-1", &[("f", "v")]).await?;
    let options = redis::streams::StreamReadOptions::default().count(10);
    let read: redis::streams::StreamReadReply =
        AsyncCommands::xread_options(&mut con, &["call:x"], &["0"], &options).await?;
    let entry = &read.keys[0].ids[0];
    t.note("a stream", (id, &read.keys[0].key, &entry.id, entry.get::<String>("f")));

    // Managed connections.
    let mut manager = client.get_connection_manager().await?;
    let value: String = AsyncCommands::get(&mut manager, "call:b").await?;
    t.note("managed", value);

    // Subscriptions.
    let mut pubsub = client.get_async_pubsub().await?;
    pubsub.subscribe("call:channel").await?;
    pubsub.psubscribe("call:p*").await?;
    let _: i64 = AsyncCommands::publish(&mut con, "call:channel", "hello").await?;
    let _: i64 = AsyncCommands::publish(&mut con, "call:pattern", "again").await?;
    for _ in 0..2 {
        let message = futures_util::StreamExt::next(&mut pubsub.on_message()).await.unwrap();
        t.note(
            "a message",
            (
                message.get_channel_name(),
                message.get_payload::<String>()?,
                message.from_pattern(),
                message.get_pattern::<Option<String>>()?,
            ),
        );
    }
    pubsub.unsubscribe("call:channel").await?;

    // Without anyone who listens.
    let refused = redis::Client::open("redis://127.0.0.1:1/")?.get_multiplexed_async_connection().await;
    t.note("refused", refused.map(|_| ()).map_err(|error| (error.kind(), error.is_connection_refusal())));
    Ok(())
}

fn with_blocking_connections(t: &mut Transcript, url: &str) -> RedisResult<()> {
    let client = redis::Client::open(url)?;
    let mut con = client.get_connection()?;
    let _: () = Commands::set(&mut con, "sync:a", 1)?;
    Commands::set::<_, _, ()>(&mut con, "sync:b", b"bytes\xff")?;
    let bytes: Vec<u8> = Commands::get(&mut con, "sync:b")?;
    let text = Commands::get::<_, String>(&mut con, "sync:b");
    t.note("bytes", (bytes, text.map_err(|error| (error.kind(), error.to_string()))));
    t.note(
        "typed",
        (TypedCommands::get(&mut con, "sync:a")?, TypedCommands::get_int(&mut con, "sync:none")?),
    );
    let total: i64 = redis::transaction(&mut con, &["sync:a"], |con, pipe| {
        let old: i64 = Commands::get(con, "sync:a")?;
        pipe.set("sync:a", old + 1)
            .ignore()
            .get("sync:a")
            .query::<Option<(i64,)>>(con)
            .map(|seen| seen.map(|(n,)| n))
    })?;
    t.note("watched", total);
    for n in 0..25 {
        let _: i64 = Commands::sadd(&mut con, "sync:set", n)?;
    }
    let mut members: Vec<i64> = Commands::sscan(&mut con, "sync:set")?.collect::<RedisResult<_>>()?;
    members.sort_unstable();
    t.note("scanned", members);
    let (a, b): (i64, Option<i64>) = redis::pipe().get("sync:a").get("sync:none").query(&mut con)?;
    t.note("a pipeline", (a, b));
    let script = Script::new("return ARGV[1]");
    t.note("a script", script.arg("x").invoke::<String>(&mut con)?);
    t.note("through the client", redis::cmd("ECHO").arg("x").query::<String>(&mut client.clone())?);

    con.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut publisher = client.get_connection()?;
    let mut pubsub = con.as_pubsub();
    pubsub.subscribe("sync:channel")?;
    let _: i64 = Commands::publish(&mut publisher, "sync:channel", "hello")?;
    let message = pubsub.get_message()?;
    t.note("a message", (message.get_channel_name(), message.get_payload::<String>()?));
    drop(pubsub);
    t.note("after the subscription", Commands::get::<_, i64>(&mut con, "sync:a")?);
    t.note("open", redis::ConnectionLike::is_open(&con));
    Ok(())
}
