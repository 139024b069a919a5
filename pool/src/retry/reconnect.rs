//! How long a link waits before it dials again.
//!
//! Fast at first, since most outages are a restart; then steady, so that a server that comes back after ten seconds is
//! found within 300 ms and yet never sees more than a few dials a second from each link. Where the server itself says no,
//! dialing fast is of no use to anybody.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::{Jitter, between};
use crate::transport::ConnectError;

/// The outage is young for this long; then the steady pace holds.
const YOUNG: Duration = Duration::from_secs(2);
/// Bounds of the doubling waits of a young outage.
const FIRST: Duration = Duration::from_millis(10);
const CAP: Duration = Duration::from_millis(100);
/// The steady pace: four or five dials a second, and what is left of the 300 ms in which a server that is back must be
/// found is for the dial and the greeting.
const STEADY: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(285));
/// A server that is full or loading.
const BUSY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_millis(500));
/// A server that refuses, while somebody waits for it: twice a second at most, and found within a second of its change of
/// mind, the dial and the greeting included.
const REFUSED: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(950));
/// A server that refuses, with nobody waiting: 1 s to 2 s, doubling up to 15 s to 30 s.
const UNASKED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// Why the last dial came to nothing, as far as the pace of the next one goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setback {
    /// Nobody answered, or the connection was lost.
    Unreachable,
    /// The server takes nobody at the moment: full, loading, or closing whatever it accepts.
    Busy,
    /// The server refused: credentials, rights, settings.
    Refused,
}

impl From<&ConnectError> for Setback {
    fn from(error: &ConnectError) -> Self {
        match error {
            error if error.is_busy() => Setback::Busy,
            error if error.is_transient() => Setback::Unreachable,
            // What speaks another protocol will not learn ours by being dialed fast, nor does a certificate get better.
            _ => Setback::Refused,
        }
    }
}

/// The waits between the dials of one outage. A new outage starts a new one.
#[derive(Clone, Debug)]
pub struct ReconnectDelay {
    rng: Rng,
    since: Instant,
    /// Bound of the next wait of a young outage.
    young: Duration,
    /// Lower bound of the next wait that nobody asks for.
    unasked: Duration,
    /// The wait that was drawn last, cut to what holds while somebody asks.
    while_asked: Duration,
}

impl ReconnectDelay {
    /// Waits of the outage that began at `since`.
    #[must_use]
    pub fn new(since: Instant) -> Self {
        ReconnectDelay::with_rng(since, Rng::new())
    }

    /// Waits of the outage that began at `since`, drawn from `rng`.
    #[must_use]
    pub fn with_rng(since: Instant, rng: Rng) -> Self {
        ReconnectDelay { rng, since, young: FIRST, unasked: UNASKED.0, while_asked: Duration::ZERO }
    }

    /// The wait before the first dial after a connection was lost: clients that lost it together spread at once.
    pub fn first(&mut self) -> Duration {
        self.after(Setback::Unreachable, self.since, false)
    }

    /// The wait from `now`, after `setback`, to the next dial. `asked`: calls wait for this connection, or failed for want
    /// of it since the last dial.
    pub fn after(&mut self, setback: impl Into<Setback>, now: Instant, asked: bool) -> Duration {
        let wait = match setback.into() {
            Setback::Unreachable if now.saturating_duration_since(self.since) < YOUNG => {
                let bound = self.young;
                self.young = bound.saturating_mul(2).min(CAP);
                Jitter::Full.spread(bound, &mut self.rng)
            }
            Setback::Unreachable => self.between(STEADY),
            Setback::Busy => self.between(BUSY),
            Setback::Refused => {
                self.while_asked = self.between(REFUSED);
                if asked {
                    self.unasked = UNASKED.0;
                    return self.while_asked;
                }
                let low = self.unasked;
                self.unasked = low.saturating_mul(2).min(UNASKED.1);
                return self.between((low, low.saturating_mul(2)));
            }
        };
        self.while_asked = wait;
        wait
    }

    /// What the wait drawn last is cut to as soon as somebody asks: shorter than it only after a refusal.
    #[must_use]
    pub fn while_asked(&self) -> Duration {
        self.while_asked
    }

    fn between(&mut self, (low, high): (Duration, Duration)) -> Duration {
        between(low, high, &mut self.rng)
    }
}
