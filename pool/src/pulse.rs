//! The heartbeat of a feed: when to ask a silent server whether it is there, and when to stop believing in it.
//!
//! A feed awaits no reply, so nothing of a link's rules of liveness ever falls due on it; and its clock of 25 ms would
//! wake an idle process forty times a second. One timer per feed stands here instead, set from the last byte.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing was heard for one interval.
    Ask,
    /// Nothing was heard since it was asked, an interval ago. Told again after each further one.
    Silent,
}

/// Measures silence.
#[derive(Debug)]
pub(crate) struct Pulse {
    interval: Duration,
    last_heard: Instant,
    asked: bool,
    sleep: Pin<Box<Sleep>>,
}

impl Pulse {
    pub(crate) fn new(interval: Duration) -> Self {
        let sleep = Box::pin(tokio::time::sleep(interval));
        Self { interval, last_heard: Instant::now(), asked: false, sleep }
    }

    /// Bytes came.
    pub(crate) fn heard(&mut self) {
        self.last_heard = Instant::now();
        self.asked = false;
    }

    /// Resolves each time that something is due.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Beat> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let now = Instant::now();
            let due = self.last_heard.checked_add(self.interval).unwrap_or(now);
            if !self.asked && due > now {
                self.sleep.as_mut().reset(due);
                continue;
            }
            self.sleep.as_mut().reset(now.checked_add(self.interval).unwrap_or(now));
            if std::mem::replace(&mut self.asked, true) {
                return Poll::Ready(Beat::Silent);
            }
            return Poll::Ready(Beat::Ask);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::timeout;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(2);

    async fn next(pulse: &mut Pulse) -> (Beat, Duration) {
        let began = Instant::now();
        let beat = poll_fn(|cx| pulse.poll(cx)).await;
        (beat, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_asked_after_one_interval_and_given_up_after_two() {
        let mut pulse = Pulse::new(INTERVAL);

        let (first, asked_after) = next(&mut pulse).await;
        let (second, silent_after) = next(&mut pulse).await;

        assert_eq!((first, second), (Beat::Ask, Beat::Silent));
        assert!(asked_after + silent_after < 2 * INTERVAL + Duration::from_millis(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_begins_the_interval_anew() {
        let mut pulse = Pulse::new(INTERVAL);
        assert!(timeout(INTERVAL / 2, next(&mut pulse)).await.is_err());
        pulse.heard();

        let (beat, after) = next(&mut pulse).await;

        assert_eq!(beat, Beat::Ask);
        assert!(after >= INTERVAL, "{after:?}");
        pulse.heard();
        assert_eq!(next(&mut pulse).await.0, Beat::Ask);
    }
}
