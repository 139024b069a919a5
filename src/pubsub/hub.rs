//! One connection for many subscribers: opened when the first one comes, closed some time after the last one left.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use redlane_pool::config::LinkConfig;
use redlane_pool::feed::Feed;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::board::Board;
#[cfg(feature = "cache")]
use super::ear::Lent;
use super::event::{Ended, OnFull, PubSubStats};
use super::inbox::{Inbox, Room};
use super::session::Session;
use super::topic::Topic;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::handshake::Handshake;

/// Silence after which the server is asked. A socket that died without a word is found after two of it, which leaves a
/// second of the five that it may take.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// The connection of some subscribers.
pub(crate) struct Hub {
    board: Arc<Board>,
    handshake: Arc<Handshake>,
    link: LinkConfig,
    feed: Mutex<Option<Feed>>,
}

/// The hubs that a client keeps.
#[derive(Default)]
struct Kept {
    shared: OnceLock<Arc<Hub>>,
    /// Those of single subscribers.
    own: Mutex<Vec<Weak<Hub>>>,
    closes: OnceLock<()>,
}

impl Hub {
    /// The one that all subscribers of `client` share.
    pub(crate) fn of(client: &Client) -> Arc<Self> {
        let kept = Kept::by(client);
        let hub = Arc::clone(kept.shared.get_or_init(|| Self::new(client)));
        if client.is_closed() {
            hub.close();
        }
        hub
    }

    /// One for a single subscriber, who may hold it up.
    pub(crate) fn for_one(client: &Client) -> Arc<Self> {
        let hub = Self::new(client);
        Kept::by(client).note(&hub);
        if client.is_closed() {
            hub.close();
        }
        hub
    }

    fn new(client: &Client) -> Arc<Self> {
        Arc::new(Self {
            board: Arc::default(),
            handshake: Arc::clone(client.handshake()),
            link: client.config().link(),
            feed: Mutex::default(),
        })
    }

    /// Figures of the one that all subscribers of `client` share.
    pub(super) fn stats(client: &Client) -> PubSubStats {
        Kept::by(client).shared.get().map(|hub| hub.board.stats()).unwrap_or_default()
    }

    /// A new subscriber, who wants nothing yet.
    pub(super) fn join(&self, room: Room, on_full: OnFull) -> Result<Arc<Inbox>> {
        self.board.join(room, on_full)
    }

    /// A new subscriber who is told at once, and wants nothing yet.
    #[cfg(feature = "cache")]
    pub(super) fn lend(&self, ear: Lent) -> Result<Arc<Inbox>> {
        self.board.lend(ear)
    }

    /// Waits until `member` is subscribed to all of `topics`.
    ///
    /// # Cancel safety
    /// A dropped future takes back what it had added.
    pub(super) async fn subscribe(&self, member: u64, topics: Vec<Topic>, limit: Duration) -> Result<()> {
        let deadline = Instant::now().checked_add(limit);
        let (ask, added) = self.board.want(member, topics);
        let mut asking = Asking { hub: self, member, ask, added };
        self.reach()?;
        let answer = poll_fn(|cx| self.board.poll_ask(ask, cx.waker()));
        let answer = match deadline {
            Some(deadline) => timeout_at(deadline, answer).await,
            None => Ok(answer.await),
        };
        answer.unwrap_or_else(|_| Err(self.board.late(ask, limit)))?;
        asking.added.clear();
        Ok(())
    }

    pub(super) fn unsubscribe(&self, member: u64, topics: &[Topic]) {
        self.board.release(member, topics);
        self.wake();
    }

    pub(super) fn leave(&self, member: u64) {
        self.board.leave(member);
        self.wake();
    }

    pub(super) fn wishes(&self, member: u64) -> usize {
        self.board.wishes(member)
    }

    /// Ends all subscriptions and the connection.
    pub(super) fn close(&self) {
        self.board.finish(&Ended::Closed);
        let feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(feed);
    }

    /// Tells the connection's task that wishes changed, or that there is room again.
    pub(super) fn wake(&self) {
        if let Some(feed) = &*self.feed.lock().unwrap_or_else(PoisonError::into_inner) {
            feed.wake();
        }
    }

    /// Sees to it that there is a connection, or will be.
    fn reach(&self) -> Result<()> {
        if Handle::try_current().is_err() {
            return Err(Error::usage("a subscription is made inside a tokio runtime, which then drives it"));
        }
        let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.board.begin(), &*feed) {
            (Some(number), _) => {
                let session = Arc::new(Session {
                    number,
                    board: Arc::clone(&self.board),
                    handshake: Arc::clone(&self.handshake),
                });
                let listener = Arc::clone(&session);
                *feed = Some(Feed::spawn(session, self.link.clone(), listener, HEARTBEAT));
            }
            (None, Some(feed)) => {
                feed.ask();
                feed.wake();
            }
            (None, None) => {}
        }
        Ok(())
    }
}

impl Kept {
    fn by(client: &Client) -> Arc<Self> {
        let kept: Arc<Self> = client.services().get();
        kept.closes.get_or_init(|| {
            let kept = Arc::clone(&kept);
            client.services().on_close(Box::new(move || kept.close()));
        });
        kept
    }

    fn note(&self, hub: &Arc<Hub>) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|hub| hub.strong_count() > 0);
        own.push(Arc::downgrade(hub));
    }

    fn close(&self) {
        if let Some(hub) = self.shared.get() {
            hub.close();
        }
        let own = std::mem::take(&mut *self.own.lock().unwrap_or_else(PoisonError::into_inner));
        for hub in own.iter().filter_map(Weak::upgrade) {
            hub.close();
        }
    }
}

/// What an ask leaves behind when it is over, or dropped.
struct Asking<'a> {
    hub: &'a Hub,
    member: u64,
    ask: u64,
    /// What it has added to the wishes and would take back.
    added: Vec<Topic>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.hub.board.drop_ask(self.ask);
        if !self.added.is_empty() {
            self.hub.unsubscribe(self.member, &self.added);
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Hub").field("feed", &*feed).finish_non_exhaustive()
    }
}
