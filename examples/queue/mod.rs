//! A queue of jobs in a list that loses none: a job moves to a list of the worker that takes it (BLMOVE), in one step, and
//! stays there until it is done. When a worker is silent for too long, others put its jobs back.
//!
//! It is a part of the examples and not of the library; copy it and change it. For many consumers and a history take a
//! stream: [`Client::group_reader`]. Each job is done at least once: twice when its worker is slower than the time that it
//! may be silent, so jobs must bear that. One worker does one job at a time; more at once are workers of other names.

use std::time::{Duration, Instant};

use redlane::prelude::*;

static SEEN: Script = Script::new(include_str!("seen.lua")).idempotent(true);
static REQUEUE: Script = Script::new(include_str!("requeue.lua"));

/// How long a worker without jobs is remembered: longer than anything may sleep.
const REMEMBERED: Duration = Duration::from_secs(86_400);

/// What can go wrong with a queue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    /// No answer, or a refusal.
    #[error(transparent)]
    Redis(#[from] Error),
    /// The system has no randomness to give.
    #[error("no random id can be made")]
    Random(#[from] getrandom::Error),
}

/// A queue, as one worker sees it.
pub(crate) struct WorkQueue {
    client: Client,
    /// What all keys begin with; in braces, so that they share a slot.
    prefix: String,
    worker: String,
    silence: Duration,
}

/// A job that a worker has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// As it stands in the list: 32 digits that no other job has, and the payload.
    message: Bytes,
}

/// The digits of 128 random bits.
const ID: usize = 32;

impl Job {
    /// What the producer gave.
    pub(crate) fn payload(&self) -> &[u8] {
        self.message.get(ID..).unwrap_or_default()
    }

    /// What no other job has.
    pub(crate) fn id(&self) -> String {
        String::from_utf8_lossy(self.message.get(..ID).unwrap_or_default()).into_owned()
    }
}

impl WorkQueue {
    /// The queue `name` for the worker `worker`, which may be silent for `silence` before its jobs are given to others.
    pub(crate) fn new(client: Client, name: &str, worker: &str, silence: Duration) -> Self {
        Self { client, prefix: format!("{{queue:{name}}}"), worker: worker.to_owned(), silence }
    }

    /// Adds a job at the end, and gives its id.
    pub(crate) async fn push(&self, payload: &[u8]) -> Result<String, QueueError> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)?;
        let id = format!("{:032x}", u128::from_be_bytes(random));
        let message = [id.as_bytes(), payload].concat();
        self.client.rpush(self.ready(), message).await?;
        Ok(id)
    }

    /// Takes the first job, waiting for one up to `wait`. A worker that was cut off, or started again under its name, is
    /// given the job again that it had and did not finish.
    pub(crate) async fn take(&self, wait: Duration) -> Result<Option<Job>, QueueError> {
        let (ready, busy) = (self.ready(), self.busy(&self.worker));
        let begun = Instant::now();
        loop {
            self.renew().await?;
            let own: Option<Bytes> = self.client.lindex(&busy, 0).read_as().await?;
            if let Some(message) = own {
                return Ok(Some(Job { message }));
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            // It must be seen again before it counts as lost.
            let nap = left.min(self.silence.div_f64(3.0)).as_secs_f64().max(0.001);
            let (from, to) = (Direction::Left, Direction::Right);
            let moved: Option<Bytes> = self.client.blmove(&ready, &busy, from, to, nap).read_as().await?;
            if let Some(message) = moved {
                // The job's time begins now.
                self.renew().await?;
                return Ok(Some(Job { message }));
            }
        }
    }

    /// Says that the worker lives: during a job that takes long.
    pub(crate) async fn renew(&self) -> Result<(), QueueError> {
        Ok(SEEN.key(self.workers()).arg(&self.worker).call(&self.client).await?)
    }

    /// Ends a job. `false` when it came too late: the job was put back, and is or was done again.
    pub(crate) async fn finish(&self, job: &Job) -> Result<bool, QueueError> {
        Ok(self.client.lrem(self.busy(&self.worker), 1, &job.message).await? > 0)
    }

    /// Puts the jobs of lost workers back to the head of the queue, and gives how many. Any worker calls it now and then.
    pub(crate) async fn requeue_lost(&self) -> Result<u64, QueueError> {
        let mut requeued = 0_u64;
        for worker in self.client.zrange(self.workers(), 0, -1).await? {
            let keys = [self.ready(), self.busy(&worker), self.workers()];
            let call = REQUEUE.key(keys.as_slice()).arg(&worker);
            let call = call.arg(millis(self.silence)).arg(millis(REMEMBERED));
            requeued = requeued.saturating_add(call.call(&self.client).await?);
        }
        Ok(requeued)
    }

    /// How many jobs wait.
    pub(crate) async fn waiting(&self) -> Result<usize, QueueError> {
        Ok(self.client.llen(self.ready()).await?)
    }

    fn ready(&self) -> String {
        format!("{}:ready", self.prefix)
    }

    fn busy(&self, worker: &str) -> String {
        format!("{}:busy:{worker}", self.prefix)
    }

    fn workers(&self) -> String {
        format!("{}:workers", self.prefix)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
