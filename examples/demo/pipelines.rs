//! Several commands in one go: a score that is changed atomically, and a pipeline in which one command fails.

use redlane::prelude::*;
use tokio::task::JoinSet;

use crate::ground::Ground;
use crate::screen::{Checked, Screen};
use crate::tasks::now;

/// Tasks that change the same score at the same time.
const TASKS: i64 = 20;

/// A transaction and a plain pipeline.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("Pipelines, atomic and plain");
    let user = ground.key("user:score");
    screen.check("score of user_123, old and new", update_score(client, &user, 100).await?, (0, 100))?;
    screen.check("once more", update_score(client, &user, -25).await?, (100, 75))?;

    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (client, user) = (client.clone(), user.clone());
        tasks.spawn(async move { update_score(&client, &user, 1).await });
    }
    let mut seen = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (old, new) = done??;
        if old.saturating_add(1) != new {
            return Err(format!("a transaction saw {old} and {new}: somebody came in between").into());
        }
        seen.push(new);
    }
    seen.sort_unstable();
    let wanted: Vec<i64> = (76..=75_i64.saturating_add(TASKS)).collect();
    screen.require(
        "20 tasks add 1 at once, each sees its own",
        "76 to 95",
        seen == wanted,
        "every number once",
    )?;

    let text = ground.key("pipeline:text");
    let results = client.pipeline().set(&text, "no number").incr_one(&text).get(&text).try_all().await?;
    let shown: Vec<String> = results
        .iter()
        .map(|result| match result {
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("{:?}, {}", error.kind(), error.outcome()),
        })
        .collect();
    let wanted = ["ok", "Server, refused", "ok"].map(str::to_owned).to_vec();
    screen.check("plain: SET, INCR of a text, GET", shown, wanted)
}

/// The reference's atomic update: old score, new score, and when.
async fn update_score(client: &Client, user: &str, delta: i64) -> Result<(i64, i64), Error> {
    let (old, new, _) = client
        .pipeline()
        .atomic()
        .hget(user, "score")
        .hincr_by(user, "score", delta)
        .hset(user, "last_updated", now())
        .query::<(Option<i64>, i64, usize)>()
        .await?;
    Ok((old.unwrap_or(0), new))
}
