//! A subscriber that outlives its connection. The messages are numbers, so that any break of their run shows: there is
//! one, where the server was restarted (or, when it is not ours, the connection killed), and a gap tells of it.

use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::Server;
use tokio::time::{sleep, timeout};

use crate::ground::Ground;
use crate::restart::on_server;
use crate::screen::{Checked, Screen};

/// Numbers before the loss, and after it.
const RUN: u64 = 100;
/// Longer than the client may ever take to be back, on a crowded machine too.
const LIMIT: Duration = Duration::from_secs(5);

/// What a subscriber has heard.
#[derive(Default)]
struct Heard {
    /// The first and the last of numbers that followed each other, with no gap told in between.
    runs: Vec<(u64, u64)>,
    gaps: usize,
    dropped: u64,
}

/// Numbers before, while and after nobody is there.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client) -> Checked {
    let survives = if ground.server.is_some() { "a server restart" } else { "a lost connection" };
    screen.chapter(&format!("A subscriber that survives {survives}"));
    let channel = ground.key("numbers");
    let mut numbers = client.subscribe([&channel]).await?;
    let mut heard = Heard::default();
    for number in 1..=RUN {
        client.publish(&channel, number).await?;
    }
    // What is still on its way when the server dies would be lost with it.
    heard.until(RUN, &mut numbers).await?;

    let lost = Instant::now();
    match &ground.server {
        Some(server) => {
            on_server(server, Server::restart).await?;
            // A read, so that it is tried until the new server answers: what is published then is published once.
            client.ping().await?;
        }
        None => {
            if let Err(error) = kill_subscriber(client, ground.config.client_name()).await {
                screen.fact("left out: our connection cannot be killed", error);
                return Ok(());
            }
        }
    }
    let mut number = RUN.saturating_add(1);
    while client.publish(&channel, number).await? == 0 {
        if lost.elapsed() > LIMIT {
            return Err("the subscriber does not come back".into());
        }
        number = number.saturating_add(1);
        sleep(Duration::from_millis(1)).await;
    }
    let (first, away) = (number, lost.elapsed());
    let last = first.saturating_add(RUN);
    for number in first.saturating_add(1)..=last {
        client.publish(&channel, number).await?;
    }
    heard.until(last, &mut numbers).await?;
    screen.fact("subscribed again after", format!("{away:.0?}"));
    screen.fact("numbers published while nobody was there", first.saturating_sub(RUN).saturating_sub(1));
    screen.check("gaps told", heard.gaps, 1)?;
    screen.check("unbroken runs of numbers, and no other", heard.runs, vec![(1, RUN), (first, last)])?;
    screen.check("dropped for want of room", heard.dropped, 0)
}

impl Heard {
    /// Listens until it hears `last`.
    async fn until(&mut self, last: u64, numbers: &mut Subscription) -> Checked {
        let mut broken = self.runs.is_empty();
        while self.runs.last().is_none_or(|(_, heard)| *heard < last) {
            let event = timeout(LIMIT, numbers.next()).await.map_err(|_| "the next number does not come")?;
            match event.ok_or("the subscription has ended")? {
                Event::Message { payload, .. } => {
                    let number: u64 = std::str::from_utf8(&payload)?.parse()?;
                    match self.runs.last_mut() {
                        Some((_, heard)) if !broken && number == heard.saturating_add(1) => *heard = number,
                        _ => self.runs.push((number, number)),
                    }
                    broken = false;
                }
                Event::Gap { .. } => {
                    self.gaps = self.gaps.saturating_add(1);
                    broken = true;
                }
                Event::Lagged(count) => self.dropped = self.dropped.saturating_add(count),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Kills the demo's own subscriber, as an administrator would: by the name that nobody else's connections have.
async fn kill_subscriber(client: &Client, name: Option<&str>) -> Checked {
    let name = format!("name={}", name.unwrap_or_default());
    let list = client.client_list_filtered(ClientListFilter::Type(ClientType::PubSub)).await?;
    let ours = list.lines().find(|line| line.split(' ').any(|word| word == name));
    let id = ours.and_then(|line| line.split(' ').next()?.strip_prefix("id="));
    let id = id.ok_or("it is not in the server's list")?.parse()?;
    client.client_kill(ClientKillFilter::default().id(id)).await?;
    Ok(())
}
