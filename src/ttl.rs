//! Expiry presets, by what a key is for.
//!
//! They are starting points with names, so that a service says once how long a session lives; any other duration is
//! as good.

use std::time::Duration;

/// A user's session: 30 minutes.
pub const SESSION: Duration = Duration::from_secs(1_800);

/// A cached result: one hour.
pub const CACHE: Duration = Duration::from_secs(3_600);

/// A value that is needed for a moment: 5 minutes.
pub const TEMP: Duration = Duration::from_secs(300);

/// Never expires; for whatever takes an `Option<Duration>`.
pub const PERMANENT: Option<Duration> = None;
