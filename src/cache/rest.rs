//! When lookups go on without Redis from the outset: after it was too late for several in a row, it is given a rest.
//!
//! A lookup that gives Redis up has cost its caller the whole limit (`patience.rs`). Now and then that is bad luck; in an
//! outage it would be so for every one, for as long as it lasts. So during a rest Redis is not asked, but by one lookup at
//! a time, at intervals, as a probe. The first answer in time ends the rest, whosever it is.
//!
//! What surprises first: "in a row" is meant in time. A lookup that was late counts only if none was counted since it began,
//! for however many ask at the same moment, it is one thing that holds them up. So one slow command, or one lost packet,
//! is one late lookup, and a rest begins after as many times the limit of silence as it takes late ones.
//!
//! What surprises second: nobody holds the right to probe. It is a time, which who probes moves on, so a probe whose caller
//! goes away leaves nothing shut. And there is no timer: the lookups themselves look at the clock, and only during a rest.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::clock::millis;

/// How many late lookups in a row begin a rest. One may be a slow command, two a server that restarts; with the default limit
/// the third says that there was no answer for one and a half seconds, in which a socket that died is found out too.
const IN_A_ROW: u32 = 3;

/// The longest time between two probes, where the limit is not longer: what a server that is back waits for its first lookup,
/// and at the default limit no more than one lookup a second is late.
const SELDOM: Duration = Duration::from_secs(1);

/// Whether Redis is given a rest.
#[derive(Debug)]
pub(super) struct Rest {
    /// How many were late in a row. From [`IN_A_ROW`] on it is a rest, and the probes count on.
    late: AtomicU32,
    /// When the next probe is due, in ms since `base`; read during a rest only.
    due: AtomicU64,
    base: Instant,
    /// How long a lookup waits for Redis.
    limit: Duration,
}

/// The right to ask Redis: how many lookups were late in a row when it was given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pass(u32);

impl Rest {
    /// Of lookups that wait for Redis so long.
    pub(super) fn new(limit: Duration) -> Self {
        Rest { late: AtomicU32::new(0), due: AtomicU64::new(0), base: Instant::now(), limit }
    }

    /// The right to ask Redis; `None` during a rest, but for who is the probe.
    #[inline]
    pub(super) fn pass(&self) -> Option<Pass> {
        let late = self.late.load(Ordering::Relaxed);
        if late < IN_A_ROW { Some(Pass(late)) } else { self.probe(late) }
    }

    #[cold]
    fn probe(&self, late: u32) -> Option<Pass> {
        let (now, due) = (self.now(), self.due.load(Ordering::Acquire));
        let next = now.saturating_add(self.pause(late));
        let first =
            now >= due && self.due.compare_exchange(due, next, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        first.then_some(Pass(late))
    }

    /// Redis was too late for one who was given `pass`. Whether that begins a rest.
    pub(super) fn late(&self, pass: Pass) -> bool {
        let Pass(before) = pass;
        let late = before.saturating_add(1);
        if late == IN_A_ROW {
            // Before anybody sees that there is a rest, who would probe at once otherwise.
            self.due.store(self.now().saturating_add(self.pause(late)), Ordering::Release);
        }
        // Who began before the last one was late adds nothing to it.
        let counts = self.late.compare_exchange(before, late, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        counts && late == IN_A_ROW
    }

    /// Redis has answered one in time who was given `pass`. Whether that ends a rest.
    #[inline]
    pub(super) fn answered(&self, pass: Pass) -> bool {
        // Nothing was late when it began; what may have been since is for those to say who began after that.
        pass.0 != 0 && self.late.swap(0, Ordering::AcqRel) >= IN_A_ROW
    }

    fn now(&self) -> u64 {
        millis(self.base.elapsed())
    }

    /// The time between a probe and the next: the limit at first, so that no more than one waits at a time, then twice as
    /// long each time.
    fn pause(&self, late: u32) -> u64 {
        let doubled = 2_u32.saturating_pow(late.saturating_sub(IN_A_ROW));
        millis(self.limit.saturating_mul(doubled).min(SELDOM.max(self.limit)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(300);

    /// One lookup after the other is late, as many as begin a rest.
    async fn begun(limit: Duration) -> Rest {
        let rest = Rest::new(limit);
        for count in 1..=IN_A_ROW {
            let pass = rest.pass().unwrap();
            advance(limit).await;
            assert_eq!(rest.late(pass), count == IN_A_ROW);
        }
        rest
    }

    /// How long it takes until a probe is let through, and its pass.
    async fn next_probe(rest: &Rest) -> (Duration, Pass) {
        let began = Instant::now();
        loop {
            if let Some(pass) = rest.pass() {
                return (began.elapsed(), pass);
            }
            advance(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_begins_when_three_in_a_row_were_late_and_lets_one_through_after_the_limit() {
        let rest = begun(LIMIT).await;

        assert!(rest.pass().is_none());
        advance(LIMIT - Duration::from_millis(1)).await;
        assert!(rest.pass().is_none());
        advance(Duration::from_millis(1)).await;
        assert!(rest.pass().is_some());
        assert!(rest.pass().is_none(), "one at a time");
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_asked_at_the_same_time_count_once() {
        let rest = Rest::new(LIMIT);
        for _ in 1..IN_A_ROW {
            let herd: Vec<Pass> = (0..100).map(|_| rest.pass().unwrap()).collect();
            advance(LIMIT).await;
            assert!(herd.into_iter().all(|pass| !rest.late(pass)));
        }

        let herd: Vec<Pass> = (0..100).map(|_| rest.pass().unwrap()).collect();
        advance(LIMIT).await;

        assert_eq!(herd.into_iter().filter(|pass| rest.late(*pass)).count(), 1, "a rest begins once");
        assert!(rest.pass().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_begins_the_count_anew() {
        let rest = Rest::new(LIMIT);
        for _ in 0..5 {
            for _ in 1..IN_A_ROW {
                assert!(!rest.late(rest.pass().unwrap()));
            }
            assert!(!rest.answered(rest.pass().unwrap()), "there was no rest");
        }

        assert!(rest.pass().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn probes_become_as_seldom_as_one_a_second_and_no_more() {
        let rest = begun(LIMIT).await;
        let mut pauses = Vec::new();
        for _ in 0..40 {
            let (pause, pass) = next_probe(&rest).await;
            assert!(!rest.late(pass), "it is the same rest");
            pauses.push(pause);
        }

        assert_eq!(pauses[..4], [LIMIT, LIMIT, LIMIT * 2, SELDOM]);
        assert!(pauses[3..].iter().all(|pause| *pause == SELDOM), "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_more_than_a_second_is_the_time_between_two_probes() {
        let rest = begun(SELDOM * 5).await;
        for _ in 0..3 {
            let (pause, pass) = next_probe(&rest).await;
            rest.late(pass);
            assert_eq!(pause, SELDOM * 5);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_answer_ends_a_rest_once_and_for_all() {
        let rest = begun(LIMIT).await;
        let (_, first) = next_probe(&rest).await;
        advance(SELDOM).await;
        let second = rest.pass().unwrap();

        assert!(rest.answered(first));

        assert!(!rest.answered(second), "it is over already");
        for _ in 0..100 {
            assert!(rest.pass().is_some());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_late_before_an_answer_does_not_count_after_it() {
        let rest = begun(LIMIT).await;
        let (_, slow) = next_probe(&rest).await;
        advance(SELDOM).await;
        assert!(rest.answered(rest.pass().unwrap()));

        assert!(!rest.late(slow));

        for _ in 1..IN_A_ROW {
            assert!(!rest.late(rest.pass().unwrap()));
        }
        assert!(rest.late(rest.pass().unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_never_heard_of_again_is_followed_by_another() {
        let rest = begun(LIMIT).await;
        for _ in 0..3 {
            let (pause, _gone) = next_probe(&rest).await;
            assert_eq!(pause, LIMIT, "nothing was late since");
        }

        let (_, probe) = next_probe(&rest).await;
        assert!(rest.answered(probe));
    }
}
