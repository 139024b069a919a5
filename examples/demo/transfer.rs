//! Points that move from one user to another by the reference's script: whole or not at all, by many tasks at once.

use redlane::prelude::*;
use tokio::task::JoinSet;

use crate::ground::Ground;
use crate::points::{Invalid, Transfer, transfer};
use crate::screen::{Checked, Screen, grouped};

const POINTS: i64 = 100;
/// Tasks that move points there, and as many that move them back.
const TASKS: usize = 10;
const TIMES: usize = 20;
/// Of different sizes, so that some are refused.
const THERE: i64 = 7;
const BACK: i64 = 5;

/// A transfer of each kind, then four hundred of them at once.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    screen.chapter("Points that move whole or not at all");
    let users = ground.key("user:");
    let (alice, bob) = (format!("{users}alice"), format!("{users}bob"));
    client.hset(&alice, "points", POINTS).await?;
    let move_to_bob = |points| transfer(client, &users, "alice", "bob", points);
    screen.check("30 points from alice to bob", move_to_bob(30).await?, Transfer::Done)?;
    let insufficient = Transfer::Refused("insufficient_balance".to_owned());
    screen.check("80 more, of her 70", move_to_bob(80).await?, insufficient)?;
    screen.check("no points at all", move_to_bob(0).await?, Transfer::Invalid(Invalid::Points))?;
    screen.check("what they have", balances(client, &alice, &bob).await?, (70, 30))?;

    let mut tasks = JoinSet::new();
    for number in 0..TASKS.saturating_mul(2) {
        let (client, users) = (client.clone(), users.clone());
        let there = number % 2 == 0;
        tasks.spawn(async move {
            let (from, to, points) = if there { ("alice", "bob", THERE) } else { ("bob", "alice", BACK) };
            let mut done = 0_i64;
            for _ in 0..TIMES {
                let moved = transfer(&client, &users, from, to, points).await?;
                done = done.saturating_add(i64::from(moved == Transfer::Done));
            }
            Ok::<_, Error>((there, done))
        });
    }
    let (mut there, mut back) = (0_i64, 0_i64);
    while let Some(task) = tasks.join_next().await {
        let (forth, done) = task??;
        let count = if forth { &mut there } else { &mut back };
        *count = count.saturating_add(done);
    }
    let all = TASKS.saturating_mul(2).saturating_mul(TIMES) as u64;
    let done = there.saturating_add(back).unsigned_abs();
    screen.fact("transfers to and fro by 20 tasks", grouped(all));
    screen.fact("of them refused, for want of points", grouped(all.saturating_sub(done)));
    let moved = there.saturating_mul(THERE).saturating_sub(back.saturating_mul(BACK));
    let (left, right) = balances(client, &alice, &bob).await?;
    screen.check("points in all", left.saturating_add(right), POINTS)?;
    screen.check("bob has what the transfers say", right, 30_i64.saturating_add(moved))?;
    screen.require("nobody owes any", format!("{left}, {right}"), left >= 0 && right >= 0, "no debts")
}

async fn balances(client: &Client, alice: &str, bob: &str) -> Result<(i64, i64), Error> {
    client.pipeline().atomic().hget(alice, "points").hget(bob, "points").query().await
}
