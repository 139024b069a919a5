//! What goes over the link besides single commands.

use redlane_pool::outbox::Outbox;
use redlane_pool::payload::Payload;
use redlane_resp::command::Command as Wire;

use crate::commands::facts::Lane;
use crate::compat::cmd::Cmd;
use crate::compat::pipeline::Pipeline;

/// A pipeline, between MULTI and EXEC if it is a transaction.
pub(super) struct Batch<'a> {
    pipeline: &'a Pipeline,
    ends: Option<[Wire; 2]>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(pipeline: &'a Pipeline) -> Self {
        let ends = pipeline.is_transaction().then(|| [Wire::new("MULTI"), Wire::new("EXEC")]);
        Self { pipeline, ends }
    }

    fn wires(&self) -> impl Iterator<Item = &Wire> {
        let (first, last) = match &self.ends {
            Some([multi, exec]) => (Some(multi), Some(exec)),
            None => (None, None),
        };
        first.into_iter().chain(self.pipeline.cmd_iter().map(Cmd::wire)).chain(last)
    }
}

/// Whether its answers are pushes.
pub(super) fn is_subscription(command: &Cmd) -> bool {
    matches!(command.facts().lane, Lane::Subscription(_))
}

impl Payload for Batch<'_> {
    fn frames(&self) -> usize {
        let ends = if self.ends.is_some() { 2 } else { 0 };
        self.pipeline.len().saturating_add(ends)
    }

    fn encoded_len(&self) -> usize {
        self.wires().map(Wire::encoded_len).fold(0, usize::saturating_add)
    }

    fn encode(&self, out: &mut Outbox) {
        self.wires().for_each(|wire| wire.encode(out));
    }

    fn whole(&self) -> bool {
        self.ends.is_some()
    }
}

/// Commands with one answer each, which may be a push.
pub(super) struct Subscription(pub(super) Vec<Wire>);

impl Payload for Subscription {
    fn frames(&self) -> usize {
        self.0.len()
    }

    fn encoded_len(&self) -> usize {
        self.0.iter().map(Wire::encoded_len).fold(0, usize::saturating_add)
    }

    fn encode(&self, out: &mut Outbox) {
        self.0.iter().for_each(|wire| wire.encode(out));
    }

    fn whole(&self) -> bool {
        self.0.len() == 1
    }

    fn answered_by_pushes(&self) -> bool {
        true
    }
}
