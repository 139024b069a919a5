//! The way to a held lock: ask once, and if it is busy wait until somebody calls, or until it makes sense to ask again.
//!
//! Of those who wait in one process one asks at a time, but for a fair lock, where everybody stands in the server's queue
//! for himself. A holder that crashed sends no message, so there is a timer whatever wakes us. What need not be asked, as it
//! is known already, stands in `news.rs`.

use std::time::Duration;

use tokio::time::Instant;

use super::claim::Claim;
use super::error::LockError;
use super::gate::{Place, Seat, until};
use super::guard::Guard;
use super::held::Win;
use super::race::race;
use super::scripts::{Acquired, Patience};
use super::terms::{Fencing, Kind};
use super::ttl::Ttl;
use super::validity::{Moment, Validity};
use super::wakeup;
use super::word::HoldingId;
use crate::error::{Error, Failure, Outcome};

/// The longest time between two questions of one who is called: what a holder without a time to live, or a release that
/// nobody told of, costs at most.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The same of one who is not called, as the reference's lock has it.
const LONGEST_DEAF_WAIT: Duration = Duration::from_millis(100);

/// For how long an answer to one who asks tells the others that the lock is held: he asks every [`LONGEST_WAIT`], a tenth
/// of it later at most, while the server answers.
const FRESH: Duration = Duration::from_secs(2);

/// A question with less time than this left is not worth asking.
const SHORTEST_LIMIT: Duration = Duration::from_millis(1);

/// One who relies on what others say has at least this left for a question of his own.
const LEFT_TO_ASK: Duration = Duration::from_millis(100);

/// What one question came to.
enum Step {
    Won(Win),
    Busy { again: Option<Duration> },
}

/// Tries once; `None` when somebody else holds it.
pub(crate) async fn try_once(mut claim: Claim, name: &str) -> Result<Option<Guard>, LockError> {
    match ask(&mut claim, Patience::AsksOnce, None).await? {
        Step::Won(win) => Ok(Some(Guard::new(name.to_owned(), claim, win))),
        Step::Busy { .. } => Ok(None),
    }
}

/// Tries until `deadline`, which is `wait` from now.
pub(crate) async fn wait_for(claim: Claim, name: &str, wait: Duration) -> Result<Guard, LockError> {
    // Too far away for a clock is as good as never.
    let deadline = Instant::now().checked_add(wait);
    let mut waiter = Waiter { claim, wait, deadline, contended: false };
    let win = waiter.run().await?;
    Ok(Guard::new(name.to_owned(), waiter.claim, win))
}

struct Waiter {
    claim: Claim,
    wait: Duration,
    deadline: Option<Instant>,
    /// Somebody else had it.
    contended: bool,
}

impl Waiter {
    async fn run(&mut self) -> Result<Win, LockError> {
        let (core, terms) = (self.claim.core.clone(), self.claim.terms.clone());
        let key = &terms.keys.holder;
        // When releases are being heard already, the first question is as good as one after listening; and when somebody
        // waits for his turn to ask, it would come before his.
        let seat = match core.gates.hears(key) {
            true => core.gates.sit(key),
            false => {
                if let Step::Won(win) = ask(&mut self.claim, Patience::Waits, self.deadline).await? {
                    return Ok(win);
                }
                self.note_contention();
                let seat = core.gates.sit(key);
                seat.gate().note_answer();
                seat
            }
        };
        // Held to the end: the next one asks when we have the lock, or have gone.
        if let Some(place) = self.place_at_once(&seat) {
            return self.wait_in(&seat, &place, true).await;
        }
        self.note_contention();
        let turn = until(self.deadline, seat.turn()).await;
        let place = turn.ok_or_else(|| match seat.gate().was_answered_within(FRESH) {
            true => self.busy(),
            // Whoever has the turn has heard nothing: nobody knows whether it is held.
            false => self.unanswered(),
        })?;
        self.wait_in(&seat, &place, false).await
    }

    /// A place that needs no waiting for.
    fn place_at_once<'s>(&self, seat: &'s Seat<'_>) -> Option<Place<'s>> {
        match self.claim.terms.kind {
            Kind::Fair { .. } => Some(seat.stand(self.claim.token)),
            Kind::Plain | Kind::Semaphore { .. } => seat.try_turn(),
        }
    }

    /// Asks until it is ours, whenever somebody calls and when the timer says so. `comes`: without having waited for the
    /// place.
    async fn wait_in(&mut self, seat: &Seat<'_>, place: &Place<'_>, comes: bool) -> Result<Win, LockError> {
        let mut is_first = true;
        loop {
            if self.is_over() {
                return Err(self.busy());
            }
            // Before the question: a release between the two would be missed.
            let patience = if is_first { self.patience() } else { Duration::ZERO };
            let listening = wakeup::listen(&self.claim, seat, patience);
            let hears = until(self.deadline, listening).await.unwrap_or(false);
            if std::mem::take(&mut is_first) && hears && self.puts_off(seat, place, comes).await {
                continue;
            }
            place.ask();
            let answer = ask(&mut self.claim, Patience::Waits, self.deadline).await;
            if answer.is_ok() {
                seat.gate().note_answer();
            }
            match answer {
                Ok(Step::Won(win)) => {
                    self.note_won(seat, &win);
                    return Ok(win);
                }
                Ok(Step::Busy { again }) => {
                    self.note_contention();
                    seat.gate().note_refused();
                    self.rest(place, Instant::now().checked_add(self.pause(again, hears))).await;
                }
                // The last question was cut by our own deadline: busy it was, as far as anybody knows.
                Err(LockError::Failed { source, .. })
                    if self.is_over()
                        && source.outcome() != Outcome::Refused
                        && seat.gate().was_answered_within(FRESH) =>
                {
                    return Err(LockError::Timeout { wait: self.wait, outcome: source.outcome() });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// How long the first question may be put off, so that nothing is missed after it; one in a queue must not die there.
    fn patience(&self) -> Duration {
        match self.claim.terms.kind {
            Kind::Fair { waiter_ttl } => wakeup::PATIENCE.min(sign_of_life(waiter_ttl)),
            Kind::Plain | Kind::Semaphore { .. } => wakeup::PATIENCE,
        }
    }

    /// Waits before the first question, where it would come too early: one of this process has just won the lock, or
    /// another one is known to have it, or others should go first. Gives whether it did.
    async fn puts_off(&mut self, seat: &Seat<'_>, place: &Place<'_>, comes: bool) -> bool {
        if self.claim.terms.kind != Kind::Plain {
            return false;
        }
        let gate = seat.gate();
        if comes {
            // What was called before we came is known to the gate.
            place.hush();
            if let Some(end) = gate.let_others_go_first().filter(|end| self.can_ask_after(*end)) {
                let news = race(place.called(), gate.is_taken());
                if until(Some(end), news).await.is_none() {
                    gate.nobody_wanted_it();
                }
            }
        }
        let Some(taken) = gate.taken() else { return false };
        let end = taken.since.checked_add(LONGEST_WAIT).map_or(taken.until, |end| end.min(taken.until));
        // Who could not ask any more after that asks now, unless he has waited here for long enough to know.
        if comes && !self.can_ask_after(end) {
            return false;
        }
        self.note_contention();
        // What is called meanwhile is kept, so that nothing is missed.
        self.rest(place, Some(end)).await;
        true
    }

    /// Whether there is time for a question when this moment has come.
    fn can_ask_after(&self, moment: Instant) -> bool {
        self.deadline.is_none_or(|at| at.saturating_duration_since(moment) >= LEFT_TO_ASK)
    }

    /// Waits for a call, until then at most and never past the deadline.
    async fn rest(&self, place: &Place<'_>, timer: Option<Instant>) {
        let wake = match (timer, self.deadline) {
            (Some(timer), Some(deadline)) => Some(timer.min(deadline)),
            (one, other) => one.or(other),
        };
        until(wake, place.called()).await;
    }

    /// Saves the next in line a question that would come too early. Not of a semaphore: there may be another permit.
    fn note_won(&self, seat: &Seat<'_>, win: &Win) {
        if self.claim.terms.kind == Kind::Plain {
            let left = win.validity.left(Moment::now());
            seat.gate().note_won(HoldingId::of(&self.claim.token), Instant::now().checked_add(left));
        }
    }

    /// How long to wait when nobody calls and asking makes sense after `again`.
    fn pause(&self, again: Option<Duration>, hears: bool) -> Duration {
        let longest = if hears { LONGEST_WAIT } else { LONGEST_DEAF_WAIT };
        match self.claim.terms.kind {
            // A sign of life every third of its time, and no jitter: the one ahead may die exactly then.
            Kind::Fair { waiter_ttl } => {
                let sign = sign_of_life(waiter_ttl).min(longest);
                let after = again.map_or(sign, |again| again.saturating_add(SHORTEST_LIMIT));
                after.clamp(SHORTEST_LIMIT, sign.max(SHORTEST_LIMIT))
            }
            // A little more than asked for, so that not all processes come at once.
            Kind::Plain | Kind::Semaphore { .. } => {
                let pause = again.map_or(longest, |left| left.clamp(SHORTEST_LIMIT, longest));
                pause.saturating_add(pause.mul_f64(fastrand::f64() / 10.0))
            }
        }
    }

    fn note_contention(&mut self) {
        if !std::mem::replace(&mut self.contended, true) {
            self.claim.core.count_contended();
        }
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|at| at.saturating_duration_since(Instant::now()) < SHORTEST_LIMIT)
    }

    fn busy(&self) -> LockError {
        LockError::Timeout { wait: self.wait, outcome: Outcome::Refused }
    }

    fn unanswered(&self) -> LockError {
        LockError::failed("acquired")(Error::new(Failure::Timeout { limit: self.wait }, Outcome::NotSent))
    }
}

/// How often one in a queue shows that he lives.
fn sign_of_life(waiter_ttl: Ttl) -> Duration {
    waiter_ttl.duration().checked_div(3).unwrap_or_default()
}

/// Asks once. A lock that was won too late to be used is asked for again at once: the same token makes it live longer.
async fn ask(claim: &mut Claim, patience: Patience, deadline: Option<Instant>) -> Result<Step, LockError> {
    for _ in 0..2 {
        let sent = Moment::now();
        match claim.ask(patience, deadline).await? {
            Acquired::Busy { again } => return Ok(Step::Busy { again }),
            Acquired::Won { fence } => {
                let validity = Validity::of(sent, claim.ttl);
                if !validity.left(Moment::now()).is_zero() {
                    if claim.terms.fencing != Fencing::None && fence.is_none() {
                        return Err(LockError::FenceLost);
                    }
                    claim.core.count_acquired();
                    return Ok(Step::Won(Win { fence, validity }));
                }
            }
        }
    }
    Err(LockError::TooLate { ttl: claim.ttl.duration() })
}
