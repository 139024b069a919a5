//! How a group reader is set up.

use std::time::Duration;

use redlane_resp::to_args::ToSingleRedisArg;

use super::ask::Place;
use super::reader::GroupReader;
use crate::client::Client;
use crate::error::{Error, Result};

/// Where a group that is made for the reader begins. One that exists goes on where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartAt {
    /// With the oldest entry.
    #[default]
    Beginning,
    /// With entries that are added from now on.
    Now,
    /// Behind this entry.
    After(String),
}

/// A reader that is about to begin.
#[derive(Clone, Debug)]
#[must_use = "a reader begins with `begin`"]
pub struct GroupReaderBuilder {
    place: Place,
    start: StartAt,
    pub(super) settings: Settings,
}

/// What bounds a reader's work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) prefetch: usize,
    pub(super) block: Duration,
    pub(super) claim_idle: Option<Duration>,
    pub(super) ack_batch: usize,
    pub(super) ack_every: Duration,
}

/// Enough to keep a handler of 1 ms busy over a round trip of tens of milliseconds, and few enough that what a lost
/// reader leaves behind is soon done again.
const PREFETCH: usize = 100;

/// One question every five seconds of an idle reader costs nothing, and a connection that is gone is found as soon.
const BLOCK: Duration = Duration::from_secs(5);

/// Ten times what a handler usually takes at most; one that takes longer must say so, or its entries come twice.
const CLAIM_IDLE: Duration = Duration::from_secs(60);

const ACK_BATCH: usize = 50;

/// How long an acknowledgement may wait for others: what a killed reader leaves to be done again.
const ACK_EVERY: Duration = Duration::from_millis(50);

impl GroupReaderBuilder {
    pub(super) fn new<K: ToSingleRedisArg>(client: Client, key: K, group: String, consumer: String) -> Self {
        let place = Place::new(client, key, group, consumer);
        let settings = Settings {
            prefetch: PREFETCH,
            block: BLOCK,
            claim_idle: Some(CLAIM_IDLE),
            ack_batch: ACK_BATCH,
            ack_every: ACK_EVERY,
        };
        Self { place, start: StartAt::default(), settings }
    }

    /// Where the group begins if it has to be made; with the oldest entry unless said otherwise.
    pub fn start_at(mut self, start: StartAt) -> Self {
        self.start = start;
        self
    }

    /// At most so many entries are with this reader, handed out or not, before some are acknowledged; 100 unless said
    /// otherwise.
    pub fn prefetch(mut self, entries: usize) -> Self {
        self.settings.prefetch = entries;
        self
    }

    /// How long one question waits at the server for an entry, rounded up to a millisecond; 5 s unless said otherwise.
    pub fn block(mut self, time: Duration) -> Self {
        self.settings.block = time;
        self
    }

    /// Takes over entries that another member has left alone for so long, a minute unless said otherwise; `None`: never.
    ///
    /// An entry whose handler takes longer is given to somebody else, too.
    pub fn claim_idle(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.claim_idle = time.into();
        self
    }

    /// Sends acknowledgements when so many are together; 50 unless said otherwise.
    pub fn ack_batch(mut self, entries: usize) -> Self {
        self.settings.ack_batch = entries;
        self
    }

    /// Sends acknowledgements when the first of them is so old; 50 ms unless said otherwise.
    pub fn ack_every(mut self, time: Duration) -> Self {
        self.settings.ack_every = time;
        self
    }

    /// Makes the group, and the stream, if there is none yet, and begins.
    ///
    /// # Errors
    /// A number or time of zero ([`ErrorKind::Usage`](crate::error::ErrorKind::Usage)); whatever keeps the group from
    /// being made, a key of another type among it.
    ///
    /// # Cancel safety
    /// A group may have been made, nothing else.
    pub async fn begin(self) -> Result<GroupReader> {
        let Settings { prefetch, block, claim_idle, ack_batch, ack_every } = self.settings;
        if prefetch == 0 || ack_batch == 0 {
            return Err(Error::usage("a group reader needs room for one entry at least"));
        }
        if block.is_zero() || claim_idle.is_some_and(|time| time.is_zero()) || ack_every.is_zero() {
            return Err(Error::usage("a time of a group reader must be longer than zero"));
        }
        let id = match &self.start {
            StartAt::Beginning => "0",
            StartAt::Now => "$",
            StartAt::After(id) => id,
        };
        self.place.create(id).await?;
        Ok(GroupReader::new(self.place, self.settings))
    }
}
