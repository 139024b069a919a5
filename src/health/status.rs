//! Whether a server is up, from what PING and INFO gave, and the question itself under one deadline.
//!
//! An error reply is an answer: a server that is loading or runs a long script is alive and `Degraded`. The
//! surprise is the other way round: a server that cannot save refuses even PING, with `MISCONF`. Only
//! silence, a lost connection and refused credentials are `Down`. What INFO says, or that it may not be
//! asked, changes no `Up` into `Down`.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::memory::{MemoryCheck, WARNING_PERCENT};
use crate::error::{Error, ErrorKind, Failure, Outcome};
use crate::info::{Info, Role};

/// Whether a server is up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Status {
    /// It answers, and nothing is known against it.
    Up,
    /// It answers, and something is amiss.
    Degraded(Vec<Reason>),
    /// It does not answer, or not to us.
    Down(Error),
}

/// What is amiss with a server that answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// It reads its data set and refuses most commands.
    Loading,
    /// A script has been running for long, and it refuses most commands.
    Busy,
    /// It cannot save its data and takes no writes.
    CannotSave,
    /// It is a replica without its primary, for as long as it says.
    LinkDown(Option<Duration>),
    /// It is a replica that takes no writes, and a primary is wanted.
    ReadOnly,
    /// Memory in use is above the mark, in percent of the limit.
    Memory(f64),
    /// It answered PING with an error of this code.
    Refused(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => out.write_str("loading"),
            Self::Busy => out.write_str("busy with a script"),
            Self::CannotSave => out.write_str("cannot save, takes no writes"),
            Self::LinkDown(Some(since)) => write!(out, "no link to its primary for {}s", since.as_secs()),
            Self::LinkDown(None) => out.write_str("no link to its primary"),
            Self::ReadOnly => out.write_str("a replica, takes no writes"),
            Self::Memory(percent) => write!(out, "memory at {percent:.1} % of its limit"),
            Self::Refused(code) => write!(out, "refuses PING with {code}"),
        }
    }
}

/// What a healthy server is expected to be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Expectations {
    /// A primary is wanted, so that a replica counts as degraded; by default it is not.
    pub primary: bool,
    /// The percentage of the memory limit above which a server counts as degraded; by default 90.
    pub memory_percent: f64,
}

impl Default for Expectations {
    fn default() -> Self {
        Self { primary: false, memory_percent: WARNING_PERCENT }
    }
}

impl Expectations {
    /// The same expectations, of a server that takes writes.
    #[must_use]
    pub fn of_a_primary(self) -> Self {
        Self { primary: true, ..self }
    }

    /// The same expectations, with the mark for memory at `percent` of the limit.
    #[must_use]
    pub fn with_memory_percent(self, percent: f64) -> Self {
        Self { memory_percent: percent, ..self }
    }
}

/// How a server is, and what that was concluded from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Up, degraded or down.
    pub status: Status,
    /// How long PING took; `None` when it got no answer.
    pub latency: Option<Duration>,
    /// What the server said about itself; `None` when it may not be asked, or did not answer in time.
    pub info: Option<Info>,
}

impl Health {
    /// Concludes from the answer to PING, the time it took, and what INFO gave.
    pub fn judge(
        ping: Result<(), Error>,
        took: Duration,
        info: Option<Info>,
        expectations: &Expectations,
    ) -> Self {
        let mut reasons = Vec::new();
        if let Err(error) = ping {
            match reason(&error) {
                Some(reason) => reasons.push(reason),
                None => return Self { status: Status::Down(error), latency: None, info: None },
            }
        }
        for reason in info.iter().flat_map(|info| reasons_in(info, expectations)) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let status = if reasons.is_empty() { Status::Up } else { Status::Degraded(reasons) };
        Self { status, latency: Some(took), info }
    }

    /// Whether the server answers; a degraded one does.
    pub fn is_alive(&self) -> bool {
        !matches!(self.status, Status::Down(_))
    }

    /// Whether the server answers and nothing is known against it.
    pub fn is_up(&self) -> bool {
        matches!(self.status, Status::Up)
    }
}

/// Asks a server how it is: PING, and if that is answered INFO, both within `limit`.
///
/// INFO that fails or comes late only leaves [`Health::info`] empty.
///
/// # Cancel safety
/// Dropping the future drops the question under way; nothing else is held.
pub async fn check<P, I>(limit: Duration, expectations: &Expectations, ping: P, info: I) -> Health
where
    P: Future<Output = Result<(), Error>>,
    I: Future<Output = Result<Info, Error>>,
{
    let started = Instant::now();
    // A limit beyond what the clock can hold is as good as a day.
    let deadline = started.checked_add(limit).unwrap_or_else(|| day_after(started));
    let ping = match timeout_at(deadline, ping).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::new(Failure::Timeout { limit }, Outcome::MaybeExecuted)),
    };
    let took = started.elapsed();
    let is_alive = ping.as_ref().map_or_else(|error| reason(error).is_some(), |()| true);
    let info = if is_alive { timeout_at(deadline, info).await.ok().and_then(Result::ok) } else { None };
    Health::judge(ping, took, info, expectations)
}

/// What an error to PING says about a server that is alive; `None` when it is not, or not for us.
fn reason(error: &Error) -> Option<Reason> {
    Some(match error.kind() {
        ErrorKind::Loading => Reason::Loading,
        ErrorKind::Busy => Reason::Busy,
        ErrorKind::Misconfigured => Reason::CannotSave,
        ErrorKind::PrimaryDown => Reason::LinkDown(None),
        ErrorKind::Auth | ErrorKind::Connect => return None,
        _ => Reason::Refused(error.code()?.to_owned()),
    })
}

fn reasons_in(info: &Info, expectations: &Expectations) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if info.bool("loading") == Some(true) {
        reasons.push(Reason::Loading);
    }
    if info.role() == Some(Role::Replica) {
        if info.status("master_link_status") == Some(false) {
            reasons.push(Reason::LinkDown(info.seconds("master_link_down_since_seconds")));
        }
        if expectations.primary && info.bool("slave_read_only") != Some(false) {
            reasons.push(Reason::ReadOnly);
        }
    }
    let memory = MemoryCheck::of(info).warn_above(expectations.memory_percent);
    if let Some(percent) = memory.percent.filter(|_| memory.is_high()) {
        reasons.push(Reason::Memory(percent));
    }
    reasons
}

fn day_after(now: Instant) -> Instant {
    now.checked_add(Duration::from_secs(86_400)).unwrap_or(now)
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => out.write_str("up"),
            Self::Degraded(reasons) => {
                out.write_str("degraded: ")?;
                for (at, reason) in reasons.iter().enumerate() {
                    let separator = if at == 0 { "" } else { ", " };
                    write!(out, "{separator}{reason}")?;
                }
                Ok(())
            }
            Self::Down(error) => write!(out, "down: {error}"),
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(out)?;
        if let Some(latency) = self.latency {
            write!(out, ", PING took {latency:.1?}")?;
        }
        if let Some(info) = &self.info {
            write!(out, " ({})", info.summary())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
