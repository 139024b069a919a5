//! A lock's time to live, as a server can keep it: whole milliseconds, at least one.

use std::time::Duration;

use super::error::LockError;

/// A checked time to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ttl(u64);

impl Ttl {
    /// What is below a millisecond is cut off; less than one is refused, since a server takes it for an error and
    /// other clients for "for ever".
    pub(crate) fn new(ttl: Duration) -> Result<Self, LockError> {
        /// Servers add it to their clock, in milliseconds of 63 bits; a quarter of the range is safe.
        const MOST: u128 = 1 << 61;
        match ttl.as_millis() {
            0 => Err(LockError::Ttl { ttl }),
            millis if millis > MOST => Err(LockError::Ttl { ttl }),
            millis => u64::try_from(millis).map(Self).map_err(|_| LockError::Ttl { ttl }),
        }
    }

    /// As servers take it.
    pub(crate) fn millis(self) -> u64 {
        self.0
    }

    pub(crate) fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// For how long from the question on its holder may rely on it: clocks drift by less than 1 %, and the server
    /// rounds to milliseconds.
    pub(crate) fn reliable(self) -> Duration {
        self.duration().saturating_sub(Duration::from_millis((self.0 / 100).saturating_add(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_millisecond_and_more_than_a_server_counts_are_refused() {
        for ttl in
            [Duration::ZERO, Duration::from_nanos(999_999), Duration::MAX, Duration::from_millis(1 << 62)]
        {
            assert!(matches!(Ttl::new(ttl), Err(LockError::Ttl { .. })), "{ttl:?}");
        }
        assert_eq!(Ttl::new(Duration::from_micros(1_999)).unwrap().millis(), 1);
        assert_eq!(Ttl::new(Duration::from_secs(10)).unwrap().millis(), 10_000);
    }

    #[test]
    fn it_is_reliable_for_a_hundredth_and_two_milliseconds_less() {
        let reliable = |millis| Ttl::new(Duration::from_millis(millis)).unwrap().reliable();

        assert_eq!(reliable(10_000), Duration::from_millis(9_898));
        assert_eq!(reliable(50), Duration::from_millis(48));
        assert_eq!(reliable(1), Duration::ZERO);
    }
}
