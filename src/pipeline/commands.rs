//! What a pipeline or a transaction collects: commands, and whether they may go out together.
//!
//! Nothing is sent from here. A command without a place in a pipeline is kept as the error that says so, and told when
//! the pipeline is sent, so that adding commands never fails.

use std::time::Duration;

use redlane_pool::link::Link;

use super::batch::{Batch, OnLink, Plan};
use super::replies::{FromReplies, PipelineReplies};
use crate::client::Client;
use crate::client::execute::{self, CallOptions, Terms};
use crate::client::span::CommandSpan;
use crate::commands::command::Command;
use crate::commands::facts::{self, Class, Lane};
use crate::error::{Error, Result};

/// Commands that go out together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands {
    plan: Plan,
    /// Some command changes something.
    writes: bool,
    /// Why they cannot be sent.
    refused: Option<Error>,
    scripts: Scripts,
}

impl Commands {
    pub(crate) fn take(&mut self, command: &Command) {
        match command.lane() {
            Lane::Shared => {}
            lane => self.refuse(command, lane),
        }
        self.writes = self.writes || command.class() != Class::Read;
        self.scripts.note(command, self.len());
        self.plan.push(command);
    }

    #[cold]
    fn refuse(&mut self, command: &Command, lane: Lane) {
        let error = match lane {
            Lane::Held(instead) | Lane::Subscription(instead) | Lane::Refused(instead) => {
                execute::refused(command, instead)
            }
            Lane::Shared | Lane::Lease => {
                let name = command.name();
                Error::usage(format!("{name} may wait and would hold up all others: call it on the client"))
            }
        };
        let index = self.len();
        self.refused.get_or_insert_with(|| error.with_command(execute::name_of(command)).with_index(index));
    }

    /// Whether the script of that SHA-1 is loaded by these commands already; from now on it is.
    pub(crate) fn loads(&mut self, sha1: &str) -> bool {
        let known = self.scripts.named.iter().any(|known| **known == *sha1);
        if !known {
            self.scripts.named.push(sha1.into());
        }
        known
    }

    pub(crate) fn ignore_last(&mut self) {
        self.plan.ignore_last();
    }

    pub(crate) fn len(&self) -> usize {
        self.plan.len()
    }

    pub(super) fn only_reads(&self) -> bool {
        !self.writes
    }

    pub(super) fn into_plan(self) -> Plan {
        self.plan
    }

    /// Whether `T` reads as many replies as are wanted.
    pub(crate) fn check_count<T: FromReplies>(&self) -> Result<()> {
        let wanted = self.plan.wanted();
        match T::COUNT.filter(|count| *count != wanted) {
            Some(count) => Err(Error::usage(format!(
                "the pipeline has {wanted} replies, and the type asked for reads {count}"
            ))),
            None => Ok(()),
        }
    }

    /// Whether they may be sent.
    pub(super) fn check(&self, atomic: bool) -> Result<()> {
        if let Some(error) = &self.refused {
            return Err(error.clone());
        }
        if atomic { self.scripts.check_known() } else { Ok(()) }
    }

    /// Sends them as a transaction on a connection that its caller holds, within `limit`, and once.
    pub(crate) async fn exec_on(
        self,
        client: &Client,
        link: &Link,
        limit: Duration,
    ) -> Result<PipelineReplies> {
        self.check(true)?;
        let options = CallOptions { deadline: Some(limit), no_retry: true, idempotent: false };
        let span = CommandSpan::begin_batch(client, "MULTI", self.len());
        let terms = Terms::of_batch(client, false, true, options);
        let mut batch = Batch::transaction(self.plan);
        let mut call = OnLink::new(&mut batch, link);
        execute::attempts(client, &mut call, &terms, None, Duration::ZERO, span).await?;
        Ok(PipelineReplies::new(batch.into_fate(), None, false))
    }
}

/// Scripts that are called by their hash. Inside of a transaction a server that has forgotten one answers NOSCRIPT while
/// the commands around it are applied, so that it has to be loaded in the same transaction.
#[derive(Clone, Debug, Default)]
struct Scripts {
    loaded: bool,
    /// Those whose SHA-1 is known to be loaded.
    named: Vec<Box<str>>,
    /// The first call ahead of any SCRIPT LOAD.
    unloaded: Option<usize>,
}

impl Scripts {
    fn note(&mut self, command: &Command, index: usize) {
        const LOAD: &str = facts::of("SCRIPT LOAD").name;
        match command.facts().name {
            LOAD => self.loaded = true,
            "EVALSHA" | "EVALSHA_RO" if !self.loaded => self.unloaded = self.unloaded.or(Some(index)),
            _ => {}
        }
    }

    fn check_known(&self) -> Result<()> {
        let Some(index) = self.unloaded else { return Ok(()) };
        let text = "a script may be unknown to the server and would fail amid a transaction: use EVAL, \
                    or SCRIPT LOAD ahead of it in the same pipeline";
        Err(Error::usage(text).with_command("EVALSHA".into()).with_index(index))
    }
}
