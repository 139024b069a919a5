//! How long a link waits before it dials again.
//!
//! Fast at first, since most outages are a restart; then steady, so that a server that comes back after ten seconds is
//! found within 300 ms and yet never sees more than a few dials a second from each link. Where the server itself says no,
//! dialing fast is of no use to anybody.

use std::time::Duration;

use fastrand::Rng;

use super::{Jitter, between};
use crate::transport::ConnectError;

/// The outage is young for this long; then the steady pace holds.
const YOUNG: Duration = Duration::from_secs(2);
/// Bounds of the doubling waits of a young outage.
const FIRST: Duration = Duration::from_millis(10);
const CAP: Duration = Duration::from_millis(100);
/// The steady pace: within the 300 ms in which a server that is back must be found, four or five dials a second.
const STEADY: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(300));
/// A server that is full or loading.
const BUSY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_millis(500));
/// A server that refuses, while somebody waits for it.
const REFUSED: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(1));
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
    Refused {
        /// Whether calls are waiting for this connection, or failed for want of it since the last dial.
        asked: bool,
    },
}

impl Setback {
    /// The setback that `error` stands for.
    #[must_use]
    pub fn of(error: &ConnectError, asked: bool) -> Self {
        match error {
            // What speaks another protocol will not learn ours by being dialed fast.
            ConnectError::Refused(_) | ConnectError::Framing(_) | ConnectError::Unsupported(_) => {
                Setback::Refused { asked }
            }
            error if error.is_busy() => Setback::Busy,
            _ => Setback::Unreachable,
        }
    }
}

/// The waits between the dials of one outage. A new outage starts a new one.
#[derive(Clone, Debug)]
pub struct ReconnectDelay {
    rng: Rng,
    young: Duration,
    unasked: Duration,
}

impl ReconnectDelay {
    /// Waits drawn from `rng`.
    #[must_use]
    pub fn new(rng: Rng) -> Self {
        ReconnectDelay { rng, young: FIRST, unasked: UNASKED.0 }
    }

    /// The wait before the next dial, after `setback`, `outage` after the connection was lost.
    pub fn after(&mut self, setback: Setback, outage: Duration) -> Duration {
        let (low, high) = match setback {
            Setback::Unreachable if outage < YOUNG => {
                let bound = self.young;
                self.young = bound.saturating_mul(2).min(CAP);
                return Jitter::Full.spread(bound, &mut self.rng);
            }
            Setback::Unreachable => STEADY,
            Setback::Busy => BUSY,
            Setback::Refused { asked: true } => {
                self.unasked = UNASKED.0;
                REFUSED
            }
            Setback::Refused { asked: false } => {
                let low = self.unasked;
                self.unasked = low.saturating_mul(2).min(UNASKED.1);
                (low, low.saturating_mul(2))
            }
        };
        between(low, high, &mut self.rng)
    }
}
