//! A server that is killed and started again under load: which errors the tasks see, what became of their
//! commands, and how soon all is well again.
//!
//! The proof is in the counters. The private server has written each increment to its log before it answers, so
//! after the restart a counter holds at least what was acknowledged, and at most that plus what may have run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::Server;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::ground::Ground;
use crate::screen::{Checked, Screen, grouped, told};

/// Tasks that write, and as many that read.
const TASKS: usize = 25;
/// Load before the kill, and how long nobody is there.
const BEFORE: Duration = Duration::from_millis(250);
const OUTAGE: Duration = Duration::from_millis(400);
/// Short enough to end within the outage, so that one sees commands that were not sent.
const PATIENCE: Duration = Duration::from_millis(150);
/// Longer than the client may ever take to be back after so short an outage, on a crowded machine too.
const LIMIT: Duration = Duration::from_secs(3);

/// What a task has seen; errors by their kind and outcome, with the text of one.
#[derive(Default)]
struct Seen {
    replies: u64,
    errors: BTreeMap<(&'static str, &'static str), (u64, String)>,
    may_have_run: u64,
    back: Option<Instant>,
}

impl Seen {
    fn note<T>(&mut self, result: Result<T, Error>, again: &AtomicBool) -> Option<T> {
        match result {
            Ok(value) => {
                self.replies = self.replies.saturating_add(1);
                // The old server was gone before the new one was asked for: this reply is the new one's.
                if self.back.is_none() && again.load(Ordering::Acquire) {
                    self.back = Some(Instant::now());
                }
                Some(value)
            }
            Err(error) => {
                let outcome = match error.outcome() {
                    Outcome::NotSent => "not sent",
                    Outcome::MaybeExecuted => {
                        self.may_have_run = self.may_have_run.saturating_add(1);
                        "maybe executed"
                    }
                    Outcome::Refused => "refused",
                };
                let key = (error.kind().name(), outcome);
                let entry = self.errors.entry(key).or_insert_with(|| (0, told(&error)));
                entry.0 = entry.0.saturating_add(1);
                None
            }
        }
    }
}

/// When tasks stop, and whether the server was asked to come back.
#[derive(Default)]
struct Signals {
    again: AtomicBool,
    stop: AtomicBool,
}

/// Kills the private server under load and starts it again.
pub(crate) async fn show(
    screen: &mut Screen,
    ground: &Ground,
    server: &Arc<Server>,
    client: &Client,
) -> Checked {
    screen.chapter("A server restart under load");
    client.set(ground.key("restart:steady"), "here").await?;
    let reconnects = client.link_stats().reconnects();
    let signals = Arc::new(Signals::default());
    let mut writers = JoinSet::new();
    let mut readers = JoinSet::new();
    for number in 0..TASKS {
        let counter = ground.key(&format!("restart:{number}"));
        writers.spawn(write(client.clone(), counter, Arc::clone(&signals)));
        readers.spawn(read(client.clone(), ground.key("restart:steady"), Arc::clone(&signals)));
    }

    sleep(BEFORE).await;
    let killed = Instant::now();
    // Stopped ahead of that, so that commands are surely under way: sent, and never answered.
    on_server(server, Server::pause).await?;
    until_all_wait(client).await;
    on_server(server, Server::kill).await?;
    sleep(OUTAGE).await;
    signals.again.store(true, Ordering::Release);
    on_server(server, Server::start_again).await?;
    let answers = Instant::now();
    // Whoever waits for the connection is back with it; whoever gave up tries again within its patience.
    sleep(PATIENCE.saturating_mul(2)).await;
    signals.stop.store(true, Ordering::Release);
    let (writers, readers) =
        tokio::time::timeout(LIMIT, async { (writers.join_all().await, readers.join_all().await) })
            .await
            .map_err(|_| format!("the tasks hang: {LIMIT:?} after the restart they have not ended"))?;

    screen.fact("load", format!("{TASKS} tasks that INCR, {TASKS} that GET, one client"));
    screen
        .fact("the server did not answer for", format!("{:.0?}", answers.saturating_duration_since(killed)));
    tell_errors(screen, &writers, &readers);
    let reconnected = client.link_stats().reconnects().saturating_sub(reconnects);
    screen.fact("connections made anew", reconnected);
    tell_recovery(screen, answers, writers.iter().map(|(_, seen)| seen).chain(&readers))?;
    tell_counters(screen, ground, client, &writers).await
}

/// Waits until each task has a command under way and no reply has come since the last look: those of the time
/// before the stop have then all been handed out. Past the writers' patience theirs have ended as "may have run".
async fn until_all_wait(client: &Client) {
    let begun = Instant::now();
    let mut completed = None;
    while begun.elapsed() < PATIENCE {
        let stats = client.link_stats();
        if stats.in_flight >= TASKS.saturating_mul(2) && completed == Some(stats.completed) {
            return;
        }
        completed = Some(stats.completed);
        sleep(Duration::from_millis(10)).await;
    }
}

/// Increments a counter until told to stop.
async fn write(client: Client, counter: String, signals: Arc<Signals>) -> (String, Seen) {
    let mut seen = Seen::default();
    while !signals.stop.load(Ordering::Acquire) {
        let result = client.incr_one(&counter).deadline(PATIENCE).await;
        if seen.note(result, &signals.again).is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    }
    (counter, seen)
}

/// Reads one key until told to stop, with all the time that the client gives by default.
async fn read(client: Client, key: String, signals: Arc<Signals>) -> Seen {
    let mut seen = Seen::default();
    while !signals.stop.load(Ordering::Acquire) {
        let result = client.get(&key).await;
        if seen.note(result, &signals.again).is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    }
    seen
}

/// Does something to the server that takes a while and is not async.
pub(crate) async fn on_server(server: &Arc<Server>, act: fn(&Server)) -> Checked {
    let server = Arc::clone(server);
    Ok(tokio::task::spawn_blocking(move || act(&server)).await?)
}

fn tell_errors(screen: &Screen, writers: &[(String, Seen)], readers: &[Seen]) {
    let heading = ["tasks", "error", "outcome", "count"].map(str::to_owned);
    let mut rows = vec![heading];
    let mut examples = Vec::new();
    let writers: Vec<&Seen> = writers.iter().map(|(_, seen)| seen).collect();
    for (who, all) in [("INCR", writers), ("GET", readers.iter().collect())] {
        let mut errors = BTreeMap::new();
        for (key, (count, text)) in all.iter().flat_map(|seen| &seen.errors) {
            let entry = errors.entry(*key).or_insert_with(|| (0_u64, text));
            entry.0 = entry.0.saturating_add(*count);
        }
        if errors.is_empty() {
            rows.push([who, "none", "", ""].map(str::to_owned));
        }
        for ((kind, outcome), (count, text)) in errors {
            rows.push([who.to_owned(), kind.to_owned(), outcome.to_owned(), grouped(count)]);
            let example = format!("     {kind}: {text}");
            if !examples.contains(&example) {
                examples.push(example);
            }
        }
    }
    screen.table(&rows);
    for example in examples {
        screen.line(&example);
    }
}

fn tell_recovery<'a>(screen: &mut Screen, answers: Instant, all: impl Iterator<Item = &'a Seen>) -> Checked {
    let backs: Vec<Option<Instant>> = all.map(|seen| seen.back).collect();
    let served = backs.iter().flatten().count();
    let after = |back: Option<&Instant>| back.map_or(LIMIT, |back| back.saturating_duration_since(answers));
    let (first, last) = (after(backs.iter().flatten().min()), after(backs.iter().flatten().max()));
    screen.check("tasks that were served again", served, TASKS.saturating_mul(2))?;
    screen.fact("first reply, after the server was ready", format!("{first:.1?}"));
    let wanted = "less than a second";
    screen.require(
        "all tasks served, after the server was ready",
        format!("{last:.1?}"),
        last.as_secs() < 1,
        wanted,
    )
}

async fn tell_counters(
    screen: &mut Screen,
    ground: &Ground,
    client: &Client,
    writers: &[(String, Seen)],
) -> Checked {
    let (mut acknowledged, mut may_have_run, mut counted) = (0_u64, 0_u64, 0_u64);
    let mut lost = 0_u64;
    let mut doubled = 0_u64;
    for (counter, seen) in writers {
        let count = client.get(counter).read_as::<Option<u64>>().await?.unwrap_or(0);
        acknowledged = acknowledged.saturating_add(seen.replies);
        may_have_run = may_have_run.saturating_add(seen.may_have_run);
        counted = counted.saturating_add(count);
        lost = lost.saturating_add(seen.replies.saturating_sub(count));
        let most = seen.replies.saturating_add(seen.may_have_run);
        doubled = doubled.saturating_add(count.saturating_sub(most));
    }
    screen.fact("increments acknowledged", grouped(acknowledged));
    screen.require(
        "increments that may have run",
        grouped(may_have_run),
        may_have_run > 0,
        "some under way",
    )?;
    screen.fact("increments counted by the server", grouped(counted));
    screen.check("acknowledged and lost", lost, 0)?;
    screen.check("run twice", doubled, 0)?;
    let steady = client.get(ground.key("restart:steady")).await?;
    screen.check("a key from before", steady.as_deref(), Some("here"))
}
