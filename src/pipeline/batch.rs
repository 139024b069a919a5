//! What a pipeline sends, in which parts, and what became of each command.
//!
//! A batch knows nothing of deadlines and retries: it is one attempt at a time, made by `client/execute.rs`. It keeps
//! what was answered, so that another attempt sends only the rest, and it keeps how far the bytes of any attempt came,
//! so that each command without a reply is told apart: not sent, or maybe executed.

use std::borrow::Cow;
use std::time::Duration;

use redlane_pool::error::Outcome;
use redlane_pool::link::Link;
use redlane_pool::outbox::Outbox;
use redlane_pool::payload::Payload;
use redlane_resp::command::WireSink;
use redlane_resp::reply::Replies;
use tokio::time::Instant;

use super::exec::{self, EXEC, MULTI};
use super::wire::Wire;
use crate::client::Client;
use crate::client::execute::{Attempt, Bounds};
use crate::client::submission::{Cut, submit};
use crate::commands::command::Command;
use crate::commands::facts::Facts;
use crate::error::{Error, Result};

/// One command of a pipeline.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Where its bytes end.
    end: usize,
    facts: &'static Facts,
    ignored: bool,
}

/// The commands of a pipeline, encoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    wire: Wire,
    steps: Vec<Step>,
}

impl Plan {
    pub(super) fn push(&mut self, command: &Command) {
        command.wire().encode(&mut self.wire);
        self.steps.push(Step { end: self.wire.len(), facts: command.facts(), ignored: false });
    }

    pub(super) fn ignore_last(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.ignored = true;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether the reply to the command is not wanted, unless it is an error.
    pub(super) fn is_ignored(&self, index: usize) -> bool {
        self.steps.get(index).is_some_and(|step| step.ignored)
    }

    /// How many replies are wanted.
    pub(super) fn wanted(&self) -> usize {
        self.steps.iter().filter(|step| !step.ignored).count()
    }

    /// Whether an error reply to the command leaves open what it did.
    pub(super) fn late_errors(&self, index: usize) -> bool {
        self.steps.get(index).is_some_and(|step| step.facts.late_errors)
    }

    /// The name of a command, for errors.
    pub(super) fn name(&self, index: usize) -> Cow<'static, str> {
        let Some(step) = self.steps.get(index) else { return Cow::Borrowed("") };
        match step.facts.name {
            "" => Cow::Owned(self.wire.name(self.start(index), step.end).unwrap_or_default()),
            name => Cow::Borrowed(name),
        }
    }

    /// Where the bytes of a command begin.
    fn start(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.steps.get(before));
        before.map_or(0, |step| step.end)
    }

    /// How many commands end within the first `bytes` bytes.
    fn ended_by(&self, bytes: usize) -> usize {
        self.steps.partition_point(|step| step.end <= bytes)
    }
}

/// How much a batch puts on a link at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartLimit {
    pub(super) commands: usize,
    pub(super) bytes: usize,
}

impl PartLimit {
    /// Half of the room that the link has, so that the commands of others still get in between.
    pub(super) fn of(client: &Client) -> Self {
        let half = |limit: usize| (limit / 2).max(1);
        Self {
            commands: half(client.config().max_in_flight()),
            bytes: half(client.config().max_in_flight_bytes()),
        }
    }
}

/// A pipeline under way.
#[derive(Debug)]
pub(super) struct Batch {
    plan: Plan,
    atomic: bool,
    limit: PartLimit,
    /// One submission in its first attempt needs no timer: the link's own clock bounds it.
    link_keeps_time: bool,
    replies: Vec<Replies>,
    answered: usize,
    /// Commands before this one may have run, whatever came back.
    touched: usize,
}

impl Batch {
    pub(super) fn new(mut plan: Plan, atomic: bool, limit: PartLimit, link_keeps_time: bool) -> Self {
        plan.wire.seal();
        Self { plan, atomic, limit, link_keeps_time, replies: Vec::new(), answered: 0, touched: 0 }
    }

    /// A transaction on a connection that keeps no time.
    pub(super) fn transaction(plan: Plan) -> Self {
        Self::new(plan, true, PartLimit { commands: usize::MAX, bytes: usize::MAX }, false)
    }

    pub(super) fn into_fate(self) -> Fate {
        Fate { plan: self.plan, replies: self.replies, answered: self.answered, touched: self.touched }
    }

    /// The commands that go out next: as many as the limit lets through, and at least one.
    fn next_part(&self) -> Part<'_> {
        let from = self.answered;
        let start = self.plan.start(from);
        if self.atomic {
            let body = Body { wire: &self.plan.wire, from: 0, to: self.plan.wire.len() };
            return Part { body, commands: self.plan.len(), atomic: true };
        }
        let by_bytes = self.plan.ended_by(start.saturating_add(self.limit.bytes));
        let by_count = from.saturating_add(self.limit.commands).min(self.plan.len());
        let until = by_bytes.min(by_count).max(from.saturating_add(1));
        let body = Body { wire: &self.plan.wire, from: start, to: self.plan.start(until) };
        Part { body, commands: until.saturating_sub(from), atomic: false }
    }

    fn keep(&mut self, replies: Replies) {
        self.answered = self.answered.saturating_add(replies.len()).min(self.plan.len());
        self.touched = self.touched.max(self.answered);
        if !replies.is_empty() {
            self.replies.push(replies);
        }
    }

    /// Notes how far the commands from `from` on came, and gives the error with what that means for the rest.
    fn note_cut(&mut self, from: usize, cut: Cut) -> Error {
        let reached = self.plan.start(from).saturating_add(cut.written);
        let written = self.plan.ended_by(reached);
        self.keep(cut.replies);
        self.touched = self.touched.max(written);
        let rest_is_unsent = written <= self.answered;
        cut.error.with_outcome(if rest_is_unsent { Outcome::NotSent } else { Outcome::MaybeExecuted })
    }

    async fn send_parts(&mut self, link: &Link, until: Option<Instant>, shown: Duration) -> Result<()> {
        while self.answered < self.plan.len() {
            let from = self.answered;
            let part = self.next_part();
            let alone = part.commands == self.plan.len();
            let until = if alone && self.link_keeps_time { None } else { until };
            match submit(link, &part, until, shown).await {
                Ok(replies) => self.keep(replies),
                Err(cut) => return Err(self.note_cut(from, cut)),
            }
        }
        Ok(())
    }

    async fn transact(&mut self, link: &Link, until: Option<Instant>, shown: Duration) -> Result<()> {
        let until = if self.link_keeps_time { None } else { until };
        let replies = submit(link, &self.next_part(), until, shown).await.map_err(|cut| cut.error)?;
        let results = exec::results(replies, self.plan.len())?;
        self.keep(results);
        Ok(())
    }
}

impl Attempt for Batch {
    type Reply = ();

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(if self.atomic { "MULTI" } else { "PIPELINE" })
    }

    fn is_apart(&self) -> bool {
        false
    }

    async fn attempt(&mut self, client: &Client, bounds: Bounds) -> Result<()> {
        let (link, until, shown) = (client.router().link(), bounds.until(), bounds.shown());
        let result = if self.atomic {
            self.transact(link, until, shown).await
        } else {
            self.send_parts(link, until, shown).await
        };
        self.link_keeps_time = false;
        result
    }
}

/// A transaction on one certain connection.
#[derive(Debug)]
pub(super) struct OnLink<'a> {
    batch: &'a mut Batch,
    link: &'a Link,
}

impl<'a> OnLink<'a> {
    pub(super) fn new(batch: &'a mut Batch, link: &'a Link) -> Self {
        Self { batch, link }
    }
}

impl Attempt for OnLink<'_> {
    type Reply = ();

    fn name(&self) -> Cow<'static, str> {
        self.batch.name()
    }

    fn is_apart(&self) -> bool {
        true
    }

    async fn attempt(&mut self, _: &Client, bounds: Bounds) -> Result<()> {
        self.batch.transact(self.link, bounds.until(), bounds.shown()).await
    }
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) plan: Plan,
    pub(super) replies: Vec<Replies>,
    /// So many commands were answered; no reply came to the others.
    pub(super) answered: usize,
    /// Commands from here on were not sent.
    pub(super) touched: usize,
}

/// A range of encoded commands.
struct Body<'p> {
    wire: &'p Wire,
    from: usize,
    to: usize,
}

/// Commands that go out as one submission.
struct Part<'p> {
    body: Body<'p>,
    commands: usize,
    atomic: bool,
}

impl Payload for Part<'_> {
    fn frames(&self) -> usize {
        self.commands.saturating_add(if self.atomic { 2 } else { 0 })
    }

    fn encoded_len(&self) -> usize {
        let frame = if self.atomic { MULTI.len().saturating_add(EXEC.len()) } else { 0 };
        self.body.to.saturating_sub(self.body.from).saturating_add(frame)
    }

    fn encode(&self, out: &mut Outbox) {
        if self.atomic {
            out.put_slice(MULTI);
        }
        self.body.wire.put(self.body.from, self.body.to, out);
        if self.atomic {
            out.put_slice(EXEC);
        }
    }

    /// Half of a transaction, or of a single command, executes nothing.
    fn whole(&self) -> bool {
        self.atomic || self.commands == 1
    }
}

#[cfg(test)]
mod tests;
