//! From std's times to the numbers Redis wants: always rounded away from zero, so that a short time to live
//! is never none.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The greatest number of milliseconds that a server takes.
const MOST: u64 = i64::MAX as u64;

/// Milliseconds, rounded up.
pub(crate) fn millis(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(MOST).min(MOST)
}

/// Seconds when it is a whole number of them.
pub(super) fn whole_seconds(duration: Duration) -> Option<u64> {
    (duration.subsec_nanos() == 0).then_some(duration.as_secs().min(MOST / 1_000))
}

/// Milliseconds since 1970, rounded up. An instant before that is the first millisecond: in the past, and yet
/// a number that a server takes.
pub(super) fn unix_millis(instant: SystemTime) -> u64 {
    instant.duration_since(UNIX_EPOCH).map_or(1, millis).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_millisecond_is_one() {
        assert_eq!(millis(Duration::from_nanos(1)), 1);
        assert_eq!(millis(Duration::from_micros(1_001)), 2);
        assert_eq!(millis(Duration::ZERO), 0);
        assert_eq!(millis(Duration::MAX), MOST);
    }

    #[test]
    fn only_whole_seconds_are_seconds() {
        assert_eq!(whole_seconds(Duration::from_secs(3)), Some(3));
        assert_eq!(whole_seconds(Duration::from_millis(3_001)), None);
        assert_eq!(whole_seconds(Duration::from_nanos(1)), None);
    }

    #[test]
    fn instants_before_1970_are_the_first_millisecond() {
        assert_eq!(unix_millis(UNIX_EPOCH + Duration::from_micros(1_500)), 2);
        assert_eq!(unix_millis(UNIX_EPOCH - Duration::from_secs(9)), 1);
    }
}
