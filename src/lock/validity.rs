//! Until when a holder may rely on a lock: a pure matter of clocks, no question to the server.
//!
//! It counts from before the question was sent. The monotonic clock decides; it stands still while the machine is
//! suspended, so the wall clock is asked too, and may shorten the time but never lengthen it.

use std::time::{Duration, Instant, SystemTime};

use super::ttl::Ttl;

/// One moment, on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    clock: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self { clock: Instant::now(), wall: SystemTime::now() }
    }

    /// How long it is until `clock`.
    pub(crate) fn until(self, clock: Instant) -> Duration {
        clock.saturating_duration_since(self.clock)
    }

    /// A later moment; this one, if there is no such time.
    fn after(self, span: Duration) -> Self {
        Self {
            clock: self.clock.checked_add(span).unwrap_or(self.clock),
            wall: self.wall.checked_add(span).unwrap_or(self.wall),
        }
    }
}

/// Until when a lock may be relied on; `None`: it is over, whatever the clocks say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity(Option<Moment>);

impl Validity {
    /// Of a lock that was asked for at `sent`.
    pub(crate) fn of(sent: Moment, ttl: Ttl) -> Self {
        Self(Some(sent.after(ttl.reliable())))
    }

    /// What is left of it.
    pub(crate) fn left(self, now: Moment) -> Duration {
        let Some(until) = self.0 else { return Duration::ZERO };
        let wall = until.wall.duration_since(now.wall).unwrap_or_default();
        until.clock.saturating_duration_since(now.clock).min(wall)
    }

    /// Ends it for good and says whether it had anything left.
    pub(crate) fn end(&mut self, now: Moment) -> bool {
        let left = self.left(now);
        self.0 = None;
        !left.is_zero()
    }

    /// Takes the earlier of both ends.
    pub(crate) fn shorten(&mut self, other: Self) {
        self.replace(other, std::cmp::min);
    }

    /// Ends at `other`'s end from now on, unless it was ended for good.
    pub(crate) fn renew(&mut self, other: Self) {
        self.replace(other, |_, new| new);
    }

    fn replace(&mut self, other: Self, choose: impl Fn(Instant, Instant) -> Instant) {
        if let (Some(old), Some(new)) = (self.0, other.0) {
            let clock = choose(old.clock, new.clock);
            self.0 = Some(if clock == old.clock { old } else { new });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ttl(seconds: u64) -> Ttl {
        Ttl::new(Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn it_counts_from_the_question_and_ends_before_the_server_s_time() {
        let sent = Moment::now();
        let validity = Validity::of(sent, ttl(10));

        assert_eq!(validity.left(sent), Duration::from_millis(9_898));
        assert_eq!(validity.left(sent.after(4 * SECOND)), Duration::from_millis(5_898));
        assert_eq!(validity.left(sent.after(Duration::from_millis(9_898))), Duration::ZERO);
        assert_eq!(validity.left(sent.after(60 * SECOND)), Duration::ZERO);
    }

    #[test]
    fn the_wall_clock_shortens_it_and_never_lengthens_it() {
        let sent = Moment::now();
        let validity = Validity::of(sent, ttl(10));

        // Suspended for 8 s: the monotonic clock has seen one second.
        let suspended = Moment { clock: sent.clock + SECOND, wall: sent.wall + 9 * SECOND };
        assert_eq!(validity.left(suspended), Duration::from_millis(898));
        // Set back by an hour.
        let set_back = Moment { clock: sent.clock + 9 * SECOND, wall: sent.wall - 3600 * SECOND };
        assert_eq!(validity.left(set_back), Duration::from_millis(898));
        // Set forward by an hour.
        let set_forward = Moment { clock: sent.clock + SECOND, wall: sent.wall + 3600 * SECOND };
        assert_eq!(validity.left(set_forward), Duration::ZERO);
    }

    #[test]
    fn what_was_ended_stays_so() {
        let sent = Moment::now();
        let mut validity = Validity::of(sent, ttl(10));

        assert!(validity.end(sent));
        validity.renew(Validity::of(sent, ttl(10)));

        assert_eq!(validity.left(sent), Duration::ZERO);
        assert!(!validity.end(sent));
    }

    #[test]
    fn it_is_shortened_at_once_and_renewed_when_that_is_sure() {
        let sent = Moment::now();
        let mut validity = Validity::of(sent, ttl(10));

        validity.shorten(Validity::of(sent, ttl(20)));
        assert_eq!(validity.left(sent), ttl(10).reliable());
        validity.shorten(Validity::of(sent, ttl(5)));
        assert_eq!(validity.left(sent), ttl(5).reliable());
        validity.renew(Validity::of(sent, ttl(20)));
        assert_eq!(validity.left(sent), ttl(20).reliable());
    }
}
