//! How long a lookup still waits for Redis.
//!
//! A lookup asks several times: for the value, for what it depends on, for the right to load, and again to store what was
//! loaded. All of that together has one limit. What does not count is what is waited for somebody's load, the caller's own or
//! another process's: Redis has answered then.
//!
//! What surprises: nothing is dropped at the limit. Each question carries what is left as its own deadline, so that it ends
//! as every command does that is out of time: it is taken back if it was not sent, its reply is read and thrown away if it
//! was, and the error says which.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::rest::Pass;
use crate::error::{Error, Failure, Outcome, Result};

/// How Redis has done by a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It answered. That it refused is an answer too.
    InTime,
    /// It took longer than was to be waited for it.
    Late,
}

/// What is left of the time that one lookup waits for Redis.
#[derive(Debug)]
pub(super) struct Patience {
    /// None: as long as any command may take.
    limit: Option<Duration>,
    left: Duration,
    /// The right by which it is asked.
    pass: Pass,
    /// To the last question; what failed soon, such as a connection that was cut, says nothing.
    answer: Option<Answer>,
}

impl Patience {
    /// As long as any command of the client may take: for what nobody waits for.
    pub(super) fn endless() -> Self {
        Patience { limit: None, left: Duration::ZERO, pass: Pass::default(), answer: None }
    }

    /// So long in all; [`Duration::MAX`] sets no limit.
    pub(super) fn new(limit: Duration, pass: Pass) -> Self {
        let limit = Some(limit).filter(|limit| *limit < Duration::MAX);
        Patience { limit, left: limit.unwrap_or_default(), pass, answer: None }
    }

    /// Begins anew.
    pub(super) fn renew(&mut self) {
        self.left = self.limit.unwrap_or_default();
    }

    /// How Redis has done by the last question, told once, and the right by which it was asked.
    pub(super) fn take_answer(&mut self) -> Option<(Answer, Pass)> {
        self.answer.take().map(|answer| (answer, self.pass))
    }

    /// Asks, and takes the time that it took off what is left. The question is told how long it may take; `None`: as long
    /// as any command. It is not asked when nothing is left.
    pub(super) async fn spend<T, F>(&mut self, ask: impl FnOnce(Option<Duration>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let Some(limit) = self.limit else { return ask(None).await };
        if self.left.is_zero() {
            return Err(unasked(limit));
        }
        let began = Instant::now();
        let answer = ask(Some(self.left)).await;
        self.left = self.left.saturating_sub(began.elapsed());
        self.answer = if self.left.is_zero() || answer.as_ref().is_err_and(is_late) {
            Some(Answer::Late)
        } else {
            answer.as_ref().map_or_else(is_answer, |_| true).then_some(Answer::InTime)
        };
        answer
    }
}

/// What is said of Redis that is not asked, because it was too late before.
pub(super) fn unasked(limit: Duration) -> Error {
    Error::new(Failure::Timeout { limit }, Outcome::NotSent)
}

/// Whether it was given up by the client, which may wait for less than a lookup: for an answer, or for a connection.
fn is_late(error: &Error) -> bool {
    matches!(error.failure(), Failure::Timeout { .. } | Failure::Connect(_))
}

/// Whether the server itself has said so.
fn is_answer(error: &Error) -> bool {
    error.server_error().is_some() || matches!(error.failure(), Failure::Conversion(_))
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;
    use crate::error::{CloseReason, ConnectError, ServerError};

    const SECOND: Duration = Duration::from_secs(1);

    /// A question that is answered after so long, or given up when its time is over.
    async fn ask(patience: &mut Patience, takes: Duration) -> Result<Option<Duration>> {
        let asked = |within: Option<Duration>| async move {
            sleep(within.unwrap_or(takes).min(takes)).await;
            Ok(within)
        };
        patience.spend(asked).await
    }

    /// What is made of a question that fails by `error`.
    async fn fail(patience: &mut Patience, error: Error) -> Option<Answer> {
        let failed: Result<()> = patience.spend(|_| std::future::ready(Err(error))).await;
        failed.unwrap_err();
        told(patience)
    }

    fn told(patience: &mut Patience) -> Option<Answer> {
        patience.take_answer().map(|(answer, _)| answer)
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_an_answer_and_a_lost_connection_is_none() {
        let mut patience = Patience::new(SECOND, Pass::default());
        let mut fail = async |error: Error| fail(&mut patience, error).await;

        for code in ["LOADING", "READONLY", "WRONGTYPE", "WRONGPASS", "NOREPLICAS"] {
            let refused = Error::server(ServerError::from_line(code.as_bytes()), false);
            assert_eq!(fail(refused).await, Some(Answer::InTime), "{code}");
        }
        let lost = Failure::Disconnected { reason: CloseReason::Ended };
        assert_eq!(fail(Error::new(lost, Outcome::MaybeExecuted)).await, None);
        assert_eq!(fail(Error::closed()).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_gives_up_sooner_was_waited_for_long_enough() {
        let mut patience = Patience::new(SECOND, Pass::default());
        let mut fail = async |error: Error| fail(&mut patience, error).await;

        let late = Failure::Timeout { limit: SECOND / 10 };
        assert_eq!(fail(Error::new(late, Outcome::MaybeExecuted)).await, Some(Answer::Late));
        assert_eq!(fail(Error::connect(ConnectError::Closed)).await, Some(Answer::Late));
    }

    #[tokio::test(start_paused = true)]
    async fn all_questions_share_one_limit() {
        let mut patience = Patience::new(SECOND, Pass::default());

        assert_eq!(ask(&mut patience, SECOND / 4).await.unwrap(), Some(SECOND));
        sleep(SECOND * 10).await;
        assert_eq!(
            ask(&mut patience, SECOND / 4).await.unwrap(),
            Some(SECOND * 3 / 4),
            "a load costs nothing"
        );
        assert_eq!(told(&mut patience), Some(Answer::InTime));
        assert_eq!(ask(&mut patience, SECOND).await.unwrap(), Some(SECOND / 2));

        assert_eq!(told(&mut patience), Some(Answer::Late));
        let refused = ask(&mut patience, Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.outcome(), Outcome::NotSent);
        assert_eq!(told(&mut patience), None, "it is told once");
        patience.renew();
        assert_eq!(ask(&mut patience, SECOND).await.unwrap(), Some(SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_is_counted() {
        for mut patience in [Patience::endless(), Patience::new(Duration::MAX, Pass::default())] {
            assert_eq!(ask(&mut patience, SECOND).await.unwrap(), None);
            assert_eq!(told(&mut patience), None);
            patience.renew();
            assert_eq!(ask(&mut patience, SECOND).await.unwrap(), None);
        }
    }
}
