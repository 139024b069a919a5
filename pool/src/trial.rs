//! One connection made for trial, step by step, each step timed: to tell somebody where it goes wrong.
//!
//! It carries no traffic and ends with its last question. A name is looked up in a step of its own here,
//! which dialing otherwise does by itself; all else is what a link does.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use redlane_resp::reply::Reply;
use redlane_resp::scan::Scanner;
use tokio::time::{Instant, timeout_at};

use crate::block::ReadBlock;
use crate::config::LinkConfig;
use crate::connector::{Connector, Exchange};
use crate::transport::{ConnectError, Socket, Step, Target, dial, dial_any, resolve};

/// A limit that the clock cannot hold is as good as this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What became of one step.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Which step it was; each question is one.
    pub step: Step,
    /// How long it took.
    pub took: Duration,
    /// The reply to a question, an error reply too, and nothing for other steps; or why the trial ends here.
    pub result: Result<Option<Reply>, ConnectError>,
}

/// What became of a connection made for trial.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Where it was to go; `None` when the connector could not say.
    pub target: Option<Target>,
    /// The steps taken, in order; only the last one can have failed.
    pub stages: Vec<Stage>,
}

impl Trial {
    /// Looks up, dials and greets as a link would, asks each of the encoded `questions` in turn, and hangs
    /// up.
    ///
    /// All of it together takes at most the configuration's `connect_timeout`. A target without a name to
    /// look up has no [`Step::Resolve`].
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection.
    pub async fn run<C: Connector>(connector: &C, config: &LinkConfig, questions: &[Bytes]) -> Trial {
        let limit = config.connect_timeout;
        let now = Instant::now();
        let mut trial = Trial::default();
        let clock = Clock { limit, deadline: now.checked_add(limit.min(LONGEST)).unwrap_or(now) };
        // Where it fails stands in the last stage.
        let _ = trial.walk(connector, config, questions, clock).await;
        trial
    }

    async fn walk<C: Connector>(
        &mut self,
        connector: &C,
        config: &LinkConfig,
        questions: &[Bytes],
        clock: Clock,
    ) -> Option<()> {
        let socket = self.connect(connector, config, clock).await?;
        let (mut reader, mut writer) = socket.split();
        let mut scanner = Scanner::new(config.limits);
        let mut block = ReadBlock::new(config.read_block.min(4 * 1024));
        let mut exchange = Exchange {
            reader: &mut reader,
            writer: &mut writer,
            scanner: &mut scanner,
            block: &mut block,
            heard: false,
        };
        self.take(Step::Greet, clock, connector.greet(&mut exchange), |()| None).await?;
        for question in questions {
            let answer = async {
                exchange.send(question).await?;
                exchange.read().await
            };
            self.take(Step::Ask, clock, answer, |reply| Some(reply.clone())).await?;
        }
        Some(())
    }

    async fn connect<C: Connector>(
        &mut self,
        connector: &C,
        config: &LinkConfig,
        clock: Clock,
    ) -> Option<Socket> {
        let begun = Instant::now();
        let target = match timeout_at(clock.deadline, connector.target()).await {
            Ok(Ok(target)) => target,
            Ok(Err(error)) => return self.fail(Step::Resolve, begun, error),
            Err(_) => return self.fail(Step::Resolve, begun, clock.late(Step::Resolve)),
        };
        self.target = Some(target.clone());
        match &target {
            Target::Tcp { host, port } => self.look_up_and_dial(host, *port, config, clock).await,
            #[cfg(feature = "tls")]
            Target::Tls { host, port, tls } => {
                let socket = self.look_up_and_dial(host, *port, config, clock).await?;
                let encrypted = tls.encrypt(host, socket, clock.left());
                self.take(Step::Tls, clock, encrypted, |_| None).await
            }
            target => {
                let dialed = dial(target, &config.socket, clock.left());
                self.take(Step::Dial, clock, dialed, |_| None).await
            }
        }
    }

    async fn look_up_and_dial(
        &mut self,
        host: &str,
        port: u16,
        config: &LinkConfig,
        clock: Clock,
    ) -> Option<Socket> {
        let found = resolve(host, port, clock.left());
        let found: Vec<SocketAddr> = self.take(Step::Resolve, clock, found, |_| None).await?;
        let dialed = dial_any(found, &config.socket, Instant::now(), clock.left());
        self.take(Step::Dial, clock, dialed, |_| None).await
    }

    /// Runs a step within the time that is left and notes what became of it; `None` when it failed.
    async fn take<T>(
        &mut self,
        step: Step,
        clock: Clock,
        work: impl Future<Output = Result<T, ConnectError>>,
        reply: impl FnOnce(&T) -> Option<Reply>,
    ) -> Option<T> {
        let begun = Instant::now();
        match timeout_at(clock.deadline, work).await {
            Ok(Ok(done)) => {
                self.stages.push(Stage { step, took: begun.elapsed(), result: Ok(reply(&done)) });
                Some(done)
            }
            // What is left of the limit says little; the limit itself is what somebody has set.
            Ok(Err(ConnectError::Timeout { .. })) | Err(_) => self.fail(step, begun, clock.late(step)),
            Ok(Err(error)) => self.fail(step, begun, error),
        }
    }

    fn fail<T>(&mut self, step: Step, begun: Instant, error: ConnectError) -> Option<T> {
        self.stages.push(Stage { step, took: begun.elapsed(), result: Err(error) });
        None
    }
}

/// The one limit of a trial.
#[derive(Clone, Copy)]
struct Clock {
    limit: Duration,
    deadline: Instant,
}

impl Clock {
    fn left(self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn late(self, step: Step) -> ConnectError {
        ConnectError::Timeout { step, limit: self.limit }
    }
}

#[cfg(test)]
mod tests;
