//! The span of one command, with the names of OpenTelemetry's database conventions.
//!
//! It is made only when somebody listens: else it costs one check of a flag. Neither keys nor values are in it.

use redlane_resp::error::ServerError;
use tracing::field::Empty;
use tracing::{Level, Span};

use crate::client::Client;
use crate::commands::command::Command;
use crate::error::Error;

/// The span of a command, if anybody listens.
#[derive(Debug)]
pub(crate) struct CommandSpan(Option<Box<Span>>);

impl CommandSpan {
    #[inline]
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// Opens the span, unless nobody listens.
    #[inline]
    pub(crate) fn begin(client: &Client, command: &Command) -> Self {
        if tracing::enabled!(target: "redlane::command", Level::DEBUG) {
            Self::open(client, &command.name())
        } else {
            Self(None)
        }
    }

    /// [`begin`](Self::begin) in place, where none is open.
    #[inline]
    pub(crate) fn open_here(&mut self, client: &Client, command: &Command) {
        if tracing::enabled!(target: "redlane::command", Level::DEBUG) {
            *self = Self::open(client, &command.name());
        }
    }

    /// Opens the span of several commands sent as one.
    pub(crate) fn begin_batch(client: &Client, name: &'static str, size: usize) -> Self {
        if !tracing::enabled!(target: "redlane::command", Level::DEBUG) {
            return Self(None);
        }
        let span = Self::open(client, name);
        if let Self(Some(span)) = &span {
            span.record("db.operation.batch.size", size);
        }
        span
    }

    #[cold]
    fn open(client: &Client, name: &str) -> Self {
        let place = client.place();
        Self(Some(Box::new(tracing::debug_span!(
            target: "redlane::command",
            "redis",
            otel.name = name,
            otel.kind = "client",
            db.system.name = "redis",
            db.operation.name = name,
            db.operation.batch.size = Empty,
            db.namespace = place.namespace,
            server.address = place.address,
            server.port = place.port,
            error.type = Empty,
            db.response.status_code = Empty,
            redlane.attempts = Empty,
            redlane.outcome = Empty,
        ))))
    }

    #[inline]
    pub(crate) fn succeeded(&mut self) {
        // Dropping one takes a call even when there is none.
        if self.0.is_some() {
            self.0 = None;
        }
    }

    /// Notes how the command ended.
    pub(crate) fn failed(&mut self, error: &Error) {
        let Some(span) = self.0.take() else { return };
        span.record("error.type", error.kind().name());
        if let Some(code) = error.server_error().map(ServerError::code) {
            span.record("db.response.status_code", code);
        }
        span.record("redlane.attempts", error.attempts());
        span.record("redlane.outcome", tracing::field::display(error.outcome()));
        let _entered = span.enter();
        tracing::debug!(target: "redlane::command", kind = error.kind().name(), "command failed");
    }
}

/// Where a client's commands go, as spans name it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) address: String,
    pub(crate) port: Option<u16>,
}
