//! Two stores of a service, as the reference has them: the status and results of tasks, and the sessions of users.
//!
//! They are part of the examples and not of the library: what a task or a session holds is the service's own affair.
//! Copy them and change them.

pub(crate) mod sessions;
pub(crate) mod tasks;

use std::time::{SystemTime, UNIX_EPOCH};

use redlane::keys::PatternError;

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// No answer, or a refusal; whether anything was written is in the error's outcome.
    #[error(transparent)]
    Redis(#[from] redlane::error::Error),
    /// An empty id, mostly.
    #[error("no key can be made")]
    Key(#[from] PatternError),
    /// Somebody else wrote there.
    #[error("the result is no JSON")]
    Json(#[from] serde_json::Error),
    /// Somebody else wrote there.
    #[error("the status has no proper field {0}")]
    Field(&'static str),
    /// The system has no randomness to give.
    #[error("no random id can be made")]
    Random(#[from] getrandom::Error),
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
