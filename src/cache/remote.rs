//! The second level: what is said to Redis about a key.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::herald::Herald;
use super::question::{self, Name, Question, Stored};
use super::tracker::Tracker;
use crate::client::Client;
use crate::commands::build;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::Result;
use crate::script::{Script, ScriptCall};

static LEASE: Script = Script::new(include_str!("lease.lua"));
static FILL: Script = Script::new(include_str!("fill.lua")).idempotent(true);
static RENEW: Script = Script::new(include_str!("renew.lua")).idempotent(true);
static YIELD: Script = Script::new(include_str!("yield.lua")).idempotent(true);
static VERSION: Script = Script::new(include_str!("version.lua")).idempotent(true);
static BUMP: Script = Script::new(include_str!("bump.lua")).idempotent(true);

/// Redis, as a cache sees it.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) client: Client,
    pub(super) word: Word,
    /// The longest time for which this process has stored anything, in ms.
    longest: AtomicU64,
}

/// By whom changes are told.
#[derive(Debug)]
pub(super) enum Word {
    /// The server.
    Tracked(Arc<Tracker>),
    /// The other caches.
    Published(Arc<Herald>),
    Nobody,
}

impl Remote {
    pub(super) fn new(client: Client, word: Word) -> Self {
        Remote { client, word, longest: AtomicU64::new(0) }
    }

    /// The longest time for which this process has stored anything.
    pub(super) fn longest(&self) -> Duration {
        Duration::from_millis(self.longest.load(Ordering::Relaxed))
    }

    /// A time to be stored for, in ms; it is remembered when it is the longest.
    fn stores_for(&self, time: Duration) -> u64 {
        let time = millis(time);
        self.longest.fetch_max(time, Ordering::Relaxed);
        time
    }

    /// Whether changes are being heard.
    pub(super) fn is_told(&self) -> bool {
        match &self.word {
            Word::Tracked(tracker) => tracker.is_live(),
            Word::Published(herald) => herald.is_live(),
            Word::Nobody => false,
        }
    }

    /// Whether what is read now may be kept in this process.
    pub(super) fn keeps(&self) -> bool {
        matches!(self.word, Word::Nobody) || self.is_told()
    }

    /// The connection on which keys are tracked, while changes are being heard.
    fn tracked(&self) -> Option<&Tracker> {
        match &self.word {
            Word::Tracked(tracker) => Some(&**tracker).filter(|tracker| tracker.is_live()),
            Word::Published(_) | Word::Nobody => None,
        }
    }

    /// Where a change is to be told; empty: nowhere.
    fn channel(&self) -> &str {
        match &self.word {
            Word::Published(herald) => herald.channel(),
            Word::Tracked(_) | Word::Nobody => "",
        }
    }

    /// What stands under a key.
    pub(super) async fn read(&self, name: Name<'_>, within: Option<Duration>) -> Result<Option<Stored>> {
        if let Some(tracker) = self.tracked() {
            return question::answer(tracker.ask(&Question(name), within).await?);
        }
        // Boxed, so that reads on the tracked connection do not carry the room for this.
        Box::pin(self.read_untracked(name, within)).await
    }

    async fn read_untracked(&self, name: Name<'_>, within: Option<Duration>) -> Result<Option<Stored>> {
        let key = name.key();
        let mut asked = self.client.pipeline().add(build::get(&key)).add(build::pttl(&key));
        if let Some(within) = within {
            asked = asked.deadline(within);
        }
        let (bytes, left): (Option<Bytes>, i64) = asked.query().await?;
        Ok(Stored::new(bytes, left))
    }

    /// The version of a tag, which lives so long when it has to be begun.
    pub(super) async fn version(
        &self,
        key: &str,
        life: Option<Duration>,
        within: Option<Duration>,
    ) -> Result<u64> {
        let began = Instant::now();
        let get = build::get(key);
        let version: Option<u64> = match (self.tracked(), within) {
            (Some(tracker), _) => {
                question::taken(tracker.ask(get.wire(), within).await?.next_reply())?.into_read()?
            }
            (None, Some(within)) => self.client.execute(get).deadline(within).await?,
            (None, None) => self.client.execute(get).await?,
        };
        match version {
            Some(version) => Ok(version),
            // Not zero: a version that was lost would make values true again that were put out of date before.
            None => {
                let left = within.map(|within| within.saturating_sub(began.elapsed()));
                bounded(VERSION.key(key).arg(optional(life)), left).call(&self.client).await
            }
        }
    }

    /// Raises the version of a tag above all that it ever was.
    pub(super) async fn bump(
        &self,
        key: &str,
        life: Option<Duration>,
        within: Option<Duration>,
    ) -> Result<()> {
        let bump = BUMP.key(key).arg(optional(life)).arg(self.channel());
        bounded(bump, within).call::<String>(&self.client).await.map(|_| ())
    }

    /// Asks for the right to load `key`. What stands there instead, unless it begins with `replacing`; `None`: the
    /// right is ours, in the name of `header`.
    pub(super) async fn lease(
        &self,
        key: &str,
        header: &[u8],
        time: Duration,
        replacing: &[u8],
        within: Option<Duration>,
    ) -> Result<Option<Bytes>> {
        let lease = LEASE.key(key).arg(header).arg(millis(time)).arg(replacing).arg(self.channel());
        bounded(lease, within).call(&self.client).await
    }

    /// Stores a value in the place of what began with `seen`. Whether it was still there.
    pub(super) async fn fill(
        &self,
        key: &str,
        seen: &[u8],
        value: &[u8],
        time: Duration,
        within: Option<Duration>,
    ) -> Result<bool> {
        let time = self.stores_for(time);
        let fill = FILL.key(key).arg(seen).arg(value).arg(time).arg(self.channel());
        bounded(fill, within).call(&self.client).await
    }

    /// Keeps the right to load for so long again.
    pub(super) async fn renew(&self, key: &str, header: &[u8], time: Duration) -> Result<bool> {
        RENEW.key(key).arg(header).arg(millis(time)).call(&self.client).await
    }

    /// What it takes to give the right to load back, later and by anybody.
    pub(super) fn give_back(
        &self,
        key: &str,
        header: &[u8],
        within: Option<Duration>,
    ) -> impl Future<Output = Result<bool>> + use<> {
        let (client, key) = (self.client.clone(), key.to_owned());
        let (header, channel) = (Bytes::copy_from_slice(header), self.channel().to_owned());
        async move { bounded(YIELD.key(key).arg(&header[..]).arg(channel), within).call(&client).await }
    }

    /// Stores a value, whatever is there.
    pub(super) async fn set(&self, key: &str, value: &[u8], time: Option<Duration>) -> Result<()> {
        let mut set = Command::known(const { facts::of("SET") }).arg(key).arg(value);
        let millis = self.stores_for(time.unwrap_or(FOREVER));
        if time.is_some() {
            set.push_arg("PX").push_arg(millis);
        }
        match self.channel() {
            "" => self.client.execute(set).await,
            channel => {
                let publish = build::publish(channel, key);
                self.client.pipeline().atomic().add(set).ignore().add(publish).ignore().query().await
            }
        }
    }

    /// Removes a key. Whether it was there.
    pub(super) async fn remove(&self, key: &str, within: Option<Duration>) -> Result<bool> {
        let unlink = build::unlink(key);
        match self.channel() {
            "" => {
                let unlink = self.client.execute::<bool>(unlink).idempotent();
                match within {
                    Some(within) => unlink.deadline(within).await,
                    None => unlink.await,
                }
            }
            channel => {
                let publish = build::publish(channel, key);
                let mut both = self.client.pipeline().atomic().add(unlink).add(publish).ignore().idempotent();
                if let Some(within) = within {
                    both = both.deadline(within);
                }
                both.query::<(bool,)>().await.map(|(there,)| there)
            }
        }
    }
}

/// A call with a limit of its own, if there is one.
fn bounded(call: ScriptCall<'_>, within: Option<Duration>) -> ScriptCall<'_> {
    match within {
        Some(within) => call.deadline(within),
        None => call,
    }
}

/// What has no end, or a later one, is stored for a century: the server refuses what its clock cannot bear.
pub(super) const FOREVER: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// At least one: the server refuses zero.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.min(FOREVER).as_millis()).unwrap_or(u64::MAX).max(1)
}

/// In milliseconds; nothing when there is none.
fn optional(time: Option<Duration>) -> String {
    time.map(|time| millis(time).to_string()).unwrap_or_default()
}
