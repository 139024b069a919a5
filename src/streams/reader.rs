//! What a reader asks next, and when.
//!
//! At most two questions are under way: one for entries, one that acknowledges. Both live in the reader and not in a
//! call of `next`, so that a dropped call drops nothing. Whenever an answer may have been lost, the reader goes back to
//! what is pending for it at the server, and the ledger tells what it has already.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, Sleep};

use super::ask::{Arrived, Page, Place, Question};
use super::builder::Settings;
use super::entry::Entry;
use super::ledger::Ledger;
use crate::error::{Error, Result};

/// A reader of a stream in a consumer group: each entry goes to one of the group's members, and is theirs until they
/// acknowledge it.
///
/// It makes the group if there is none (and again from the stream's beginning when somebody destroys it), begins with the entries that it was given and never acknowledged (under the
/// same name, before it was started again), then reads new ones, and takes over those that other members have left
/// alone. It reconnects by itself, for as long as it takes. Reads that wait take a connection of their own.
///
/// ```no_run
/// use redlane::prelude::*;
///
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let mut orders = client.group_reader("orders", "billing", "worker-1").prefetch(50).begin().await?;
/// while let Some(entry) = orders.next().await {
///     let entry = entry?;
///     println!("{}: {:?}", entry.id(), entry.get("amount"));
///     entry.ack();
/// }
/// # Ok(()) }
/// ```
///
/// # What it promises
/// **At least once.** No entry is lost, whatever happens to a reader, a connection or the server's process (as far as
/// the server keeps its data). An entry may come twice: when its handler takes longer than
/// [`claim_idle`](super::GroupReaderBuilder::claim_idle), or when a reader ends before an acknowledgement is sent. So
/// handlers must bear that, by the entry's id for instance. Entries come in the stream's order, but for those that come
/// [again](Entry::is_redelivery).
///
/// # What it does while nobody asks
/// Nothing: there is no task behind it. Entries can be handed to other tasks, acknowledged there, and in any order;
/// the acknowledgements leave while somebody waits in [`next`](Self::next), or by [`flush`](Self::flush).
///
/// # Cancel safety
/// A dropped `next` loses nothing. A dropped reader leaves its entries pending: they come again.
#[must_use = "a reader asks for nothing before its first entry is asked for"]
pub struct GroupReader {
    place: Place,
    settings: Settings,
    ledger: Arc<Ledger>,
    /// Arrived, and not handed out.
    ready: VecDeque<Entry>,
    phase: Phase,
    asked: Option<Question<Page>>,
    /// The answer may tell of entries that are out.
    looks_back: bool,
    acking: Option<(Vec<String>, Question<()>)>,
    /// Acknowledged while such an answer is on its way: it may still tell of them.
    settled: Vec<String>,
    /// Where the next claim goes on, and when it is due.
    claim_from: String,
    claim_at: Instant,
    pause: Pause,
    timer: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The group is gone.
    Create,
    /// What is pending for this reader, behind this entry.
    Own(String),
    /// What nobody has, or others have left alone.
    New,
}

/// The wait after something failed.
#[derive(Debug, Default)]
struct Pause {
    until: Option<Instant>,
    next: Duration,
}

/// The first wait, which doubles up to the last one: short enough for a server that was only restarted.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_secs(1);

impl Pause {
    fn lengthen(&mut self) {
        self.next = self.next.saturating_mul(2).clamp(FIRST_PAUSE, LAST_PAUSE);
        // Half of it fixed: a crowd of readers must not come back at the same moment.
        let wait = self.next.mul_f64(0.5 + 0.5 * fastrand::f64());
        self.until = Instant::now().checked_add(wait);
    }

    /// The time until the wait is over; `None` when it is.
    fn left(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

impl GroupReader {
    pub(super) fn new(place: Place, settings: Settings) -> Self {
        Self {
            place,
            settings,
            ledger: Arc::default(),
            ready: VecDeque::new(),
            phase: Phase::Own(FIRST.to_owned()),
            asked: None,
            looks_back: false,
            acking: None,
            settled: Vec::new(),
            claim_from: FIRST.to_owned(),
            claim_at: Instant::now(),
            pause: Pause::default(),
            timer: None,
            ended: false,
        }
    }

    /// The next entry. `None` after an error that does not pass.
    ///
    /// # Errors
    /// What does not pass by itself: a closed client, no permission, a key of another type. Once, and then the end.
    /// Everything else is tried again.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn next(&mut self) -> Option<Result<Entry>> {
        poll_fn(|cx| self.poll_entry(cx)).await
    }

    /// Tells the server of all entries that are acknowledged.
    ///
    /// # Errors
    /// When the server cannot be told; they wait then and leave with the next ones.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn flush(&mut self) -> Result<()> {
        loop {
            if self.acking.is_none() {
                let done = self.ledger.take_done();
                if done.is_empty() {
                    return Ok(());
                }
                self.acking = Some((done.clone(), self.place.ack(done)));
            }
            poll_fn(|cx| self.poll_acking(cx)).await?;
        }
    }

    /// Ends the reader: acknowledges what is done, hands back at once what it was not asked for yet, and leaves the
    /// group unless something is still pending for it. `true` when it has left.
    ///
    /// An entry that is out and not acknowledged stays pending under this reader's name, and comes again.
    ///
    /// # Errors
    /// When the server cannot be told. Nothing is lost then: what was not acknowledged comes again.
    ///
    /// # Cancel safety
    /// Some of it is done, nothing is lost.
    pub async fn leave(mut self) -> Result<bool> {
        self.asked = None;
        self.flush().await?;
        let unread: Vec<String> = self.ready.iter().map(|entry| entry.id().to_owned()).collect();
        if let Some(idle) = self.settings.claim_idle.filter(|_| !unread.is_empty()) {
            self.place.hand_back(&unread, idle).await?;
        }
        self.place.leave().await
    }

    /// How many entries are with this reader, handed out or not, and not acknowledged at the server.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.ledger.out()
    }

    fn poll_entry(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Entry>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        // Before anything is looked at: what happens from here on wakes the task.
        self.ledger.watch(cx);
        loop {
            let progress = match self.poll_questions(cx) {
                Ok(progress) => progress,
                Err(error) => {
                    self.ended = true;
                    self.asked = None;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            if let Some(entry) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(entry)));
            }
            if !progress && !self.poll_timer(cx) {
                return Poll::Pending;
            }
        }
    }

    /// Asks what is to be asked, and takes what is answered. Whether anything happened.
    fn poll_questions(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        let mut progress = false;
        let now = Instant::now();
        if self.acking.is_none() && self.acks_are_due(now) {
            let done = self.ledger.take_done();
            self.acking = Some((done.clone(), self.place.ack(done)));
        }
        if self.acking.is_some() {
            match self.poll_acking(cx) {
                Poll::Ready(Err(error)) => self.failed(error)?,
                Poll::Ready(Ok(())) => progress = true,
                Poll::Pending => {}
            }
        }
        if self.asked.is_none() && self.pause.left(now).is_none() {
            self.asked = self.next_question(now);
        }
        if let Some(asked) = &mut self.asked
            && let Poll::Ready(answer) = asked.as_mut().poll(cx)
        {
            self.asked = None;
            let result = match answer {
                Ok(page) => {
                    self.pause = Pause::default();
                    self.take(page);
                    Ok(())
                }
                Err(error) => self.failed(error),
            };
            self.ledger.settle(&std::mem::take(&mut self.settled));
            result?;
            progress = true;
        }
        Ok(progress)
    }

    fn acks_are_due(&self, now: Instant) -> bool {
        if self.pause.left(now).is_some() {
            return false;
        }
        let (count, since) = self.ledger.waiting_acks();
        let old = since.is_some_and(|since| now.saturating_duration_since(since) >= self.settings.ack_every);
        let full = self.ready.is_empty() && self.room() == 0;
        count > 0 && (old || full || count >= self.settings.ack_batch)
    }

    fn poll_acking(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some((ids, question)) = &mut self.acking else { return Poll::Ready(Ok(())) };
        let Poll::Ready(answer) = question.as_mut().poll(cx) else { return Poll::Pending };
        let ids = std::mem::take(ids);
        self.acking = None;
        // When the group is gone, so is all that was pending.
        let known = match &answer {
            Ok(()) => true,
            Err(error) => error.code() == Some("NOGROUP"),
        };
        if !known {
            self.ledger.put_back(ids);
        } else if self.asked.is_some() && self.looks_back {
            self.settled.extend(ids);
        } else {
            self.ledger.settle(&ids);
        }
        Poll::Ready(answer)
    }

    fn room(&self) -> usize {
        self.settings.prefetch.saturating_sub(self.ledger.out())
    }

    /// `None` when there is no room for an answer.
    fn next_question(&mut self, now: Instant) -> Option<Question<Page>> {
        let claim = self.settings.claim_idle.filter(|_| self.claim_at <= now);
        self.looks_back = self.phase != Phase::New || claim.is_some();
        match (&self.phase, self.room()) {
            (Phase::Create, _) => Some(self.place.create_again()),
            (Phase::Own(after), room @ 1..) => Some(self.place.own(after, room)),
            (Phase::New, room @ 1..) => Some(match claim {
                Some(idle) => self.place.claim(&self.claim_from, room, idle),
                None => self.place.new_ones(room, self.block_time(now)),
            }),
            (_, 0) => None,
        }
    }

    /// No longer than until the next claim is due.
    fn block_time(&self, now: Instant) -> Duration {
        match self.settings.claim_idle {
            Some(_) => self.claim_at.saturating_duration_since(now).min(self.settings.block),
            None => self.settings.block,
        }
    }

    fn take(&mut self, page: Page) {
        match page {
            Page::Created => self.phase = Phase::Own(FIRST.to_owned()),
            Page::Own(entries) => {
                let more = match (entries.last(), &self.phase) {
                    (Some((last, _)), Phase::Own(_)) => Phase::Own(last.clone()),
                    _ => Phase::New,
                };
                self.phase = more;
                self.arrive(entries, true);
            }
            Page::New(entries) => self.arrive(entries, false),
            Page::Claimed { next, entries } => {
                // All was looked at: the next round begins when half of the time has passed in which an entry may be
                // left alone.
                if next == END {
                    let every = self.settings.claim_idle.unwrap_or(LAST_PAUSE).div_f64(2.0);
                    self.claim_at = Instant::now().checked_add(every).unwrap_or(self.claim_at);
                }
                self.claim_from = next;
                self.arrive(entries, true);
            }
        }
    }

    fn arrive(&mut self, entries: Arrived, again: bool) {
        for (id, fields) in entries {
            let deleted = fields.is_none();
            match Entry::new(id, fields.unwrap_or_default(), again, &self.ledger) {
                // Nobody can work on it.
                Some(entry) if deleted => entry.ack(),
                Some(entry) => self.ready.push_back(entry),
                // It is out already.
                None => {}
            }
        }
    }

    /// Goes on after what passes by itself.
    fn failed(&mut self, error: Error) -> Result<()> {
        if error.code() == Some("NOGROUP") {
            // What was pending is pending no more, and may come again under the same ids.
            self.phase = Phase::Create;
            self.claim_from = FIRST.to_owned();
            (self.asked, self.acking) = (None, None);
            self.ready.clear();
            self.ledger.turn_page();
        } else if error.kind().is_transient() {
            // Entries may have been given to this reader in an answer that never came.
            self.phase = Phase::Own(FIRST.to_owned());
        } else {
            return Err(error);
        }
        self.pause.lengthen();
        Ok(())
    }

    /// Waits for the next thing that is due by the clock. `true` when it is due now.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let now = Instant::now();
        let pause = self.pause.left(now);
        let acks = match self.ledger.waiting_acks() {
            (1.., Some(since)) if self.acking.is_none() => since.checked_add(self.settings.ack_every),
            _ => None,
        };
        // What waits for the end of a pause is not due before.
        let acks = acks.map(|acks| acks.max(pause.unwrap_or(acks)));
        let Some(at) = [pause, acks].into_iter().flatten().min() else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        if timer.deadline() != at {
            timer.as_mut().reset(at);
        }
        timer.as_mut().poll(cx).is_ready()
    }
}

/// Before the first entry.
const FIRST: &str = "0-0";

/// What XAUTOCLAIM says when there is nothing behind.
const END: &str = "0-0";

impl Stream for GroupReader {
    type Item = Result<Entry>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_entry(cx)
    }
}

impl fmt::Debug for GroupReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupReader")
            .field("ready", &self.ready.len())
            .field("outstanding", &self.outstanding())
            .field("phase", &self.phase)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
