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

use crate::error::{Error, Failure, Outcome, Result};

/// What is left of the time that one lookup waits for Redis.
#[derive(Debug)]
pub(super) struct Patience {
    /// None: as long as any command may take.
    limit: Option<Duration>,
    left: Duration,
}

impl Patience {
    /// As long as any command of the client may take: for what nobody waits for.
    pub(super) const fn endless() -> Self {
        Patience { limit: None, left: Duration::ZERO }
    }

    /// So long in all; [`Duration::MAX`] sets no limit.
    pub(super) fn new(limit: Duration) -> Self {
        let limit = Some(limit).filter(|limit| *limit < Duration::MAX);
        Patience { limit, left: limit.unwrap_or_default() }
    }

    /// Begins anew.
    pub(super) fn renew(&mut self) {
        self.left = self.limit.unwrap_or_default();
    }

    /// Whether Redis took longer than was to be waited for it.
    pub(super) fn is_over(&self) -> bool {
        self.limit.is_some() && self.left.is_zero()
    }

    /// Asks, and takes the time that it took off what is left. The question is told how long it may take; `None`: as long
    /// as any command. It is not asked when nothing is left.
    pub(super) async fn spend<T, F>(&mut self, ask: impl FnOnce(Option<Duration>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let Some(limit) = self.limit else { return ask(None).await };
        if self.left.is_zero() {
            return Err(Error::new(Failure::Timeout { limit }, Outcome::NotSent));
        }
        let began = Instant::now();
        let answer = ask(Some(self.left)).await;
        self.left = self.left.saturating_sub(began.elapsed());
        answer
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A question that is answered after so long, or given up when its time is over.
    async fn ask(patience: &mut Patience, takes: Duration) -> Result<Option<Duration>> {
        let asked = |within: Option<Duration>| async move {
            sleep(within.unwrap_or(takes).min(takes)).await;
            Ok(within)
        };
        patience.spend(asked).await
    }

    #[tokio::test(start_paused = true)]
    async fn all_questions_share_one_limit() {
        let mut patience = Patience::new(SECOND);

        assert_eq!(ask(&mut patience, SECOND / 4).await.unwrap(), Some(SECOND));
        sleep(SECOND * 10).await;
        assert_eq!(
            ask(&mut patience, SECOND / 4).await.unwrap(),
            Some(SECOND * 3 / 4),
            "a load costs nothing"
        );
        assert!(!patience.is_over());
        assert_eq!(ask(&mut patience, SECOND).await.unwrap(), Some(SECOND / 2));

        assert!(patience.is_over());
        let refused = ask(&mut patience, Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.outcome(), Outcome::NotSent);
        patience.renew();
        assert_eq!(ask(&mut patience, SECOND).await.unwrap(), Some(SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_is_counted() {
        for mut patience in [Patience::endless(), Patience::new(Duration::MAX)] {
            assert_eq!(ask(&mut patience, SECOND).await.unwrap(), None);
            assert!(!patience.is_over());
            patience.renew();
            assert_eq!(ask(&mut patience, SECOND).await.unwrap(), None);
        }
    }
}
