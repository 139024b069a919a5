//! Publishers and subscribers beside the mixed load, and what a subscriber may miss.
//!
//! A message names its publisher, its number, and the last number before it whose publication was acknowledged. So a
//! subscriber sees by two messages whether one between them was lost: those that were never acknowledged may be missing,
//! any other only where the stream has told so. Numbers only grow, in a gap too, so nothing comes twice or late.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use redlane::client::Client;
use redlane::error::Error;
use redlane::prelude::*;
use redlane::pubsub::{Event, OnFull, Subscription};

use crate::load::{End, World, fastrand_up_to};

pub(crate) const PUBLISHERS: usize = 4;

/// Subscribers of every habit, on both clients.
pub(crate) const SUBSCRIBERS: usize = 2 * Habit::ALL.len();

/// One message in so many is large, so that cuts fall into the middle of one.
const LARGE_EVERY: u64 = 32;
const LARGE: usize = 64 * 1024;

/// What all publishers and subscribers share.
#[derive(Default)]
pub(crate) struct News {
    /// The last number that each publisher has begun to publish.
    begun: [AtomicU64; PUBLISHERS],
    acknowledged: AtomicU64,
    heard: AtomicU64,
    gaps: AtomicU64,
    dropped: AtomicU64,
    subscribed: AtomicU64,
}

impl News {
    pub(crate) fn report(&self) -> String {
        let [acknowledged, heard, gaps, dropped, subscribed] =
            [&self.acknowledged, &self.heard, &self.gaps, &self.dropped, &self.subscribed]
                .map(|count| count.load(SeqCst));
        format!(
            "{acknowledged} messages published, {heard} heard by {subscribed} subscriptions, {gaps} gaps, \
             {dropped} told as dropped"
        )
    }

    /// Messages were heard, and losses told.
    pub(crate) fn check(&self) {
        for count in [&self.acknowledged, &self.heard, &self.gaps, &self.dropped] {
            assert!(count.load(SeqCst) > 0, "nothing was tried: {}", self.report());
        }
    }
}

fn channel(publisher: usize) -> String {
    format!("news:{publisher}")
}

/// Publishes one number after the other until told to stop.
pub(crate) async fn publisher(world: Arc<World>, number: usize) {
    let client = world.client(number);
    let channel = channel(number);
    let (mut message, mut acknowledged) = (0u64, 0);
    while !world.stop.load(SeqCst) {
        message += 1;
        world.news.begun[number].store(message, SeqCst);
        let filling = if message % LARGE_EVERY == 0 { LARGE } else { 64 };
        let text = format!("{number} {message} {acknowledged} {}", "x".repeat(filling));
        if let End::Answered(_) = world.end(client.publish(&channel, text).read_as::<u64>()).await {
            acknowledged = message;
            world.news.acknowledged.fetch_add(1, SeqCst);
        }
        tokio::time::sleep(Duration::from_millis(2 + fastrand_up_to(10))).await;
    }
}

/// How a subscriber goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Channels,
    Pattern,
    /// Hears one publisher twice.
    Both,
    /// Reads so seldom that its buffer overflows.
    Slow,
    /// Has a connection of its own, which waits for it.
    Dedicated,
    /// Comes, hears a little and goes; in a storm it does not even wait for the confirmation.
    Passing,
}

impl Habit {
    const ALL: [Self; 6] =
        [Self::Channels, Self::Pattern, Self::Both, Self::Slow, Self::Dedicated, Self::Passing];

    async fn subscribe(self, client: &Client) -> Result<Subscription, Error> {
        match self {
            Self::Channels => client.subscribe([channel(0), channel(1)]).await,
            Self::Pattern => client.psubscribe(["news:*"]).await,
            Self::Both => {
                let subscription = client.subscribe([channel(2)]).await?;
                subscription.psubscribe(["news:*"]).await?;
                Ok(subscription)
            }
            Self::Slow => client.subscribe([channel(3)]).buffer(8).await,
            Self::Dedicated => client.psubscribe(["news:*"]).buffer(8).on_full(OnFull::Block).await,
            Self::Passing => client.subscribe([channel(0), channel(3)]).await,
        }
    }
}

/// Subscribes and listens until told to stop.
pub(crate) async fn subscriber(world: Arc<World>, number: usize) {
    let habit = Habit::ALL[number % Habit::ALL.len()];
    let client = world.client(number / Habit::ALL.len());
    while !world.stop.load(SeqCst) {
        if let End::Answered(subscription) = world.end(habit.subscribe(client)).await {
            world.news.subscribed.fetch_add(1, SeqCst);
            listen(&world, habit, subscription).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn listen(world: &World, habit: Habit, mut subscription: Subscription) {
    let mut account = Account::default();
    // What was begun before the server has confirmed it may have come too early.
    account.excuse(&world.news);
    let mut patience = if habit == Habit::Passing { 50 } else { u64::MAX };
    while !world.stop.load(SeqCst) && patience > 0 {
        let limit = match world.storm.load(SeqCst) {
            true => Duration::from_micros(fastrand_up_to(800)),
            false => Duration::from_millis(100),
        };
        let Ok(event) = tokio::time::timeout(limit, subscription.next()).await else { continue };
        let Some(event) = event else {
            return world.breaks(format!("{habit:?} has ended: {:?}", subscription.ended()));
        };
        if let Err(broken) = account.enter(&world.news, &event) {
            world.breaks(format!("{habit:?}: {broken}"));
        }
        if habit == Habit::Slow {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        patience -= 1;
    }
}

/// What one subscriber has heard of one publisher by one topic.
#[derive(Clone, Copy, Default)]
struct Run {
    last: u64,
    /// Up to here a loss was told, or nothing was promised.
    excused: u64,
}

/// What one subscriber has heard of all: by the channel, and by a pattern.
#[derive(Default)]
struct Account {
    runs: [[Run; 2]; PUBLISHERS],
    /// Told as dropped since the last message.
    dropped: u64,
}

impl Account {
    /// What was begun by now may be missing.
    fn excuse(&mut self, news: &News) {
        for (runs, begun) in self.runs.iter_mut().zip(&news.begun) {
            for run in runs {
                run.excused = begun.load(SeqCst);
            }
        }
    }

    fn enter(&mut self, news: &News, event: &Event) -> Result<(), String> {
        match event {
            Event::Message { channel, pattern, payload } => {
                news.heard.fetch_add(1, SeqCst);
                self.hear(channel, pattern.is_some(), payload)
            }
            Event::Gap { .. } => {
                news.gaps.fetch_add(1, SeqCst);
                self.excuse(news);
                Ok(())
            }
            Event::Lagged(count) => {
                news.dropped.fetch_add(*count, SeqCst);
                self.dropped += count;
                self.excuse(news);
                Ok(())
            }
            other => Err(format!("an unknown event: {other:?}")),
        }
    }

    fn hear(&mut self, on: &[u8], by_pattern: bool, payload: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(payload);
        let words: Vec<&str> = text.split(' ').collect();
        let [publisher, message, acknowledged, filling] = words[..] else {
            return Err(format!("no message of ours: {} bytes", payload.len()));
        };
        let [publisher, message, acknowledged] =
            [publisher, message, acknowledged].map(|word| word.parse::<u64>().unwrap_or(u64::MAX));
        let expected = if message % LARGE_EVERY == 0 { LARGE } else { 64 };
        let publisher = usize::try_from(publisher).unwrap_or(usize::MAX);
        if on != channel(publisher).as_bytes() || filling.len() != expected {
            return Err(format!("message {message} of {publisher} came otherwise than it was published"));
        }
        let dropped = std::mem::take(&mut self.dropped);
        let run = &mut self.runs[publisher][usize::from(by_pattern)];
        let Run { last, excused } = std::mem::replace(run, Run { last: message, ..*run });
        if message <= last {
            return Err(format!("message {message} of {publisher} came after {last}"));
        }
        if acknowledged > last.max(excused) {
            return Err(format!(
                "message {acknowledged} of {publisher} was lost without a word, between {last} and {message}"
            ));
        }
        // Only who hears one publisher by one topic is ever slow.
        if dropped > 0 && last > 0 && dropped > message - last - 1 {
            return Err(format!("{dropped} told as dropped between {last} and {message}"));
        }
        Ok(())
    }
}
