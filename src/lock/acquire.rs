//! The way to a held lock: ask once, and if it is busy wait for it in the queue of this process.
//!
//! Whoever's turn it is asks, and waits for a release or a timer between two questions: a holder that crashed sends no
//! message, so the timer is needed whatever wakes us.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::claim::Claim;
use super::error::LockError;
use super::guard::Guard;
use super::scripts::Acquired;
use super::validity::{Moment, Validity};
use crate::error::Outcome;

/// The longest time between two questions of a waiter: what a holder without a time to live, or a release that nobody
/// told of, costs at most.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A question with less time than this left is not worth asking.
const SHORTEST_LIMIT: Duration = Duration::from_millis(1);

/// What one question came to.
enum Step {
    Won { fence: u64, validity: Validity },
    Busy { expires: Option<Duration> },
}

/// Tries once; `None` when somebody else holds it.
pub(crate) async fn try_once(mut claim: Claim, name: &str) -> Result<Option<Guard>, LockError> {
    match ask(&mut claim, None).await? {
        Step::Won { fence, validity } => Ok(Some(Guard::new(name.to_owned(), claim, fence, validity))),
        Step::Busy { .. } => Ok(None),
    }
}

/// Tries until `deadline`, which is `wait` from now.
pub(crate) async fn wait_for(claim: Claim, name: &str, wait: Duration) -> Result<Guard, LockError> {
    // Too far away for a clock is as good as never.
    let deadline = Instant::now().checked_add(wait);
    Waiter { claim, name, wait, deadline }.run().await
}

struct Waiter<'a> {
    claim: Claim,
    name: &'a str,
    wait: Duration,
    deadline: Option<Instant>,
}

impl Waiter<'_> {
    async fn run(mut self) -> Result<Guard, LockError> {
        if let Step::Won { fence, validity } = ask(&mut self.claim, self.deadline).await? {
            return Ok(Guard::new(self.name.to_owned(), self.claim, fence, validity));
        }
        let core = self.claim.core.clone();
        let keys = self.claim.keys.clone();
        let seat = core.gates.sit(&keys.holder);
        // Held to the end: the next one asks when we have the lock, or have gone.
        let Some(_turn) = until(self.deadline, seat.turn()).await else { return Err(self.busy()) };
        loop {
            if self.is_over() {
                return Err(self.busy());
            }
            match ask(&mut self.claim, self.deadline).await {
                Ok(Step::Won { fence, validity }) => {
                    return Ok(Guard::new(self.name.to_owned(), self.claim, fence, validity));
                }
                Ok(Step::Busy { expires }) => {
                    let timer = Instant::now().checked_add(pause(expires));
                    let wake = match (timer, self.deadline) {
                        (Some(timer), Some(deadline)) => Some(timer.min(deadline)),
                        (one, other) => one.or(other),
                    };
                    until(wake, seat.freed()).await;
                }
                // The last question was cut by our own deadline: busy it was, as far as anybody knows.
                Err(LockError::Failed { source, .. })
                    if self.is_over() && source.outcome() != Outcome::Refused =>
                {
                    return Err(LockError::Timeout { wait: self.wait, outcome: source.outcome() });
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|at| at.saturating_duration_since(Instant::now()) < SHORTEST_LIMIT)
    }

    fn busy(&self) -> LockError {
        LockError::Timeout { wait: self.wait, outcome: Outcome::Refused }
    }
}

/// Asks once. A lock that was won too late to be used is asked for again at once: the same token makes it live longer.
async fn ask(claim: &mut Claim, deadline: Option<Instant>) -> Result<Step, LockError> {
    for _ in 0..2 {
        let sent = Moment::now();
        let limit = limit(claim, deadline);
        match claim.ask(limit).await.map_err(LockError::failed("acquired"))? {
            Acquired::Busy { expires } => return Ok(Step::Busy { expires }),
            Acquired::Won { fence } => {
                let validity = Validity::of(sent, claim.ttl);
                if !validity.left(Moment::now()).is_zero() {
                    let fence = fence.ok_or(LockError::FenceLost)?;
                    return Ok(Step::Won { fence, validity });
                }
            }
        }
    }
    Err(LockError::TooLate { ttl: claim.ttl.duration() })
}

/// What is left, if that is less than a call has anyway.
fn limit(claim: &Claim, deadline: Option<Instant>) -> Option<Duration> {
    let left = deadline?.saturating_duration_since(Instant::now());
    (left < claim.client.call_timeout()).then_some(left)
}

/// How long to wait for a lock that expires by itself after `expires`, with a little more, so that it has expired and
/// that not all processes ask at once.
fn pause(expires: Option<Duration>) -> Duration {
    let pause = expires.map_or(LONGEST_WAIT, |left| left.clamp(SHORTEST_LIMIT, LONGEST_WAIT));
    pause.saturating_add(pause.mul_f64(fastrand::f64() / 10.0))
}

/// Waits for `future`, at most until `deadline`.
async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}
