//! Pipelines and transactions: what comes back, what fails, what is left out.

use super::redis::{Client, Pipeline, RedisResult, Value, cmd, pipe};
use crate::Transcript;

fn pipelines() -> Vec<(&'static str, Pipeline)> {
    let mut all = Vec::new();
    let mut add = |name, made: &mut Pipeline| all.push((name, std::mem::replace(made, pipe())));
    add("empty", &mut pipe());
    add("one", pipe().set("p", 1));
    add("ignored", pipe().set("p", 1).ignore().get("p"));
    add("all ignored", pipe().set("p", 1).ignore().del("p").ignore());
    add("mixed", pipe().set("p", 1).cmd("INCR").arg("p").get("p").get("none"));
    add("a failing one", pipe().set("p", "x").cmd("INCR").arg("p").get("p").lpush("p", 1));
    add("a failing one ignored", pipe().set("p", "x").cmd("INCR").arg("p").ignore().get("p"));
    add("errors kept", pipe().ignore_errors().set("p", "x").cmd("INCR").arg("p").get("p"));
    add("atomic", pipe().atomic().set("p", 1).ignore().incr("p", 2).get("p"));
    add("atomic and empty", pipe().atomic());
    add("atomic with a failing one", pipe().atomic().set("p", "x").cmd("INCR").arg("p").get("p"));
    add("atomic, errors kept", pipe().atomic().ignore_errors().set("p", "x").cmd("INCR").arg("p").get("p"));
    add("atomic with nonsense", pipe().atomic().cmd("NOSUCH").set("p", 1));
    add("many", (0..500).fold(&mut pipe(), |made, n| made.cmd("ECHO").arg(n)));
    all
}

fn note<T: std::fmt::Debug>(t: &mut Transcript, what: String, reply: RedisResult<T>) {
    match reply {
        Ok(reply) => t.note(what, reply),
        Err(error) => t.note(what, (error.kind(), error.to_string(), error.into_server_errors())),
    }
}

/// On both kinds of connection, read as several types.
pub async fn run(t: &mut Transcript, url: &str) {
    let client = Client::open(url).unwrap();
    let mut con = client.get_multiplexed_async_connection().await.unwrap();
    for (name, made) in pipelines() {
        note(t, format!("{name}: value"), made.query_async::<Value>(&mut con).await);
        note(t, format!("{name}: strings"), made.query_async::<Vec<String>>(&mut con).await);
        note(
            t,
            format!("{name}: one each"),
            made.query_async::<Vec<RedisResult<Value>>>(&mut con).await.map(|all| {
                all.into_iter().map(|one| one.map_err(|error| error.to_string())).collect::<Vec<_>>()
            }),
        );
        note(t, format!("{name}: a tuple"), made.query_async::<(Option<String>,)>(&mut con).await);
        note(t, format!("{name}: nothing"), made.exec_async(&mut con).await);
    }
    note(t, "an empty command".into(), super::redis::Cmd::new().query_async::<Value>(&mut con).await);
    note(t, "still in step".into(), cmd("PING").query_async::<String>(&mut con).await);

    let url = url.to_owned();
    let mut seen = std::mem::take(t);
    *t = tokio::task::spawn_blocking(move || {
        let mut con = Client::open(url).unwrap().get_connection().unwrap();
        for (name, made) in pipelines() {
            note(&mut seen, format!("blocking, {name}: value"), made.query::<Value>(&mut con));
            note(&mut seen, format!("blocking, {name}: strings"), made.query::<Vec<String>>(&mut con));
            note(&mut seen, format!("blocking, {name}: nothing"), made.exec(&mut con));
        }
        seen
    })
    .await
    .unwrap();
}
