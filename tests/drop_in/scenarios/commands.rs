//! The lines of `commands.txt`, sent as they are, on every kind of connection.

use std::time::Duration;

use super::redis::{
    AsyncConnectionConfig, Client, Cmd, IntoConnectionInfo, ProtocolVersion, RedisResult, Value, cmd,
};
use crate::Transcript;

/// The commands with their words, and whether only the shape of their replies is the same everywhere.
pub fn lines() -> impl Iterator<Item = (bool, &'static str)> {
    include_str!("../commands.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(
        |line| match line.strip_prefix('~') {
            Some(rest) => (true, rest),
            None => (false, line),
        },
    )
}

fn command(line: &str) -> Cmd {
    let mut words = line.split(' ');
    let mut command = cmd(words.next().unwrap_or_default());
    words.for_each(|word| {
        command.arg(word.replace("__", " "));
    });
    command
}

/// The kinds of values, without what is in them.
fn shape(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Int(_) => "integer".into(),
        Value::BulkString(_) => "bulk".into(),
        Value::Array(elements) => format!("array of {}", elements.first().map_or("nothing".into(), shape)),
        Value::SimpleString(_) => "simple".into(),
        Value::Okay => "ok".into(),
        Value::Map(pairs) => {
            format!("map to {}", pairs.first().map_or("nothing".into(), |(_, value)| shape(value)))
        }
        Value::Set(_) => "set".into(),
        Value::Double(_) => "double".into(),
        Value::Boolean(_) => "boolean".into(),
        Value::VerbatimString { format, .. } => format!("verbatim {format:?}"),
        other => format!("{other:?}"),
    }
}

fn note(t: &mut Transcript, how: &str, random: bool, line: &str, reply: RedisResult<Value>) {
    let what = format!("{how}: {line}");
    match reply {
        Ok(value) if random => t.text(what, shape(&value)),
        Ok(value) => t.note(what, value),
        Err(error) => {
            t.note(what, (error.kind(), error.code(), error.detail(), error.to_string(), error.is_io_error()))
        }
    }
}

/// Sends all lines over a multiplexed connection.
pub async fn multiplexed(t: &mut Transcript, url: &str, protocol: ProtocolVersion) {
    let info = url.into_connection_info().unwrap();
    let settings = info.redis_settings().clone().set_protocol(protocol);
    let client = Client::open(info.set_redis_settings(settings)).unwrap();
    // Half a second, which is the default, is not enough where many tests run at once.
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(30)));
    let mut con = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();
    for (random, line) in lines() {
        let reply = command(line).query_async::<Value>(&mut con).await;
        note(t, &format!("{protocol:?}"), random, line, reply);
    }
}

/// Sends all lines over a blocking connection.
pub fn blocking(t: &mut Transcript, url: &str, protocol: ProtocolVersion) {
    let info = url.into_connection_info().unwrap();
    let settings = info.redis_settings().clone().set_protocol(protocol);
    let client = Client::open(info.set_redis_settings(settings)).unwrap();
    let mut con = client.get_connection().unwrap();
    for (random, line) in lines() {
        let reply = command(line).query::<Value>(&mut con);
        note(t, &format!("blocking {protocol:?}"), random, line, reply);
    }
}
