//! Pub/sub: channels, patterns and channels of shards, heard as streams.
//!
//! All subscribers of a client share one connection beside that of the commands, so that a flood of messages delays no
//! reply. It is opened with the first of them and closed a few seconds after the last. Each subscriber has a buffer of
//! its own with a bound: a slow one loses its own messages, is told exactly how many, and holds up nobody.
//!
//! Pub/sub promises little: a message goes to whoever listens at that moment, and is kept for nobody. What Redlane adds
//! is that a loss is never silent. After a lost connection everything is subscribed to again, and a
//! [`Gap`](Event::Gap) stands in the stream between the last message before it and the first one after; a socket that
//! died without a word is found within five seconds.
//!
//! # What it does not promise
//! - **That a message arrives.** Each comes at most once: the server sends it once, waits for no answer and keeps nothing.
//!   What was published while a connection was down, or was on its way when it was lost, cannot be had any more: the gap
//!   tells from when on, not how many. Who needs every message uses a stream ([`Client::group_reader`]); who needs the
//!   present state keeps it in a key and reads that after each gap, as `examples/subscriber.rs` does.
//! - **That an outage is told while it lasts.** The gap comes with the first moment from which everything is heard again;
//!   until then the stream is as quiet as if nobody published. [`Client::pubsub_stats`] tells the two apart for the
//!   connection that is shared: it is not [`up`](PubSubStats::up) once it is lost, nor, some four seconds after the last
//!   word, when the server has not answered.
//! - **That the one who publishes knows.** The number that PUBLISH answers counts connections, of which all subscribers of
//!   a client share one, and says nothing of whether anybody has read it. A publisher whose reply was lost may have
//!   published.
//! - **That a slow subscriber hears everything.** Buffers have bounds, in messages and bytes, since memory has; [`OnFull`] says what is dropped,
//!   and [`Lagged`](Event::Lagged) how many. With [`OnFull::Block`] the server keeps them, until it cuts the connection.
//! - **An order between connections.** What comes over one connection keeps the order in which the server took it. Two
//!   publishers are not ordered but by the server, and a dedicated subscription may be ahead of a shared one.
//! - **That a replica is as good.** What is published on a primary reaches its replicas' subscribers later, and is lost in
//!   a failover like any write that was not replicated. A database is no border: channels have none.
//!
//! How it works, from the wire up: the pool's [feed](redlane_pool::feed) is a link on which every frame, also the arrays
//! that RESP2 sends instead of pushes, goes to one listener. `session.rs` is that listener, `board.rs` the wish list
//! that it serves; `inbox.rs` is a subscriber's buffer, and `hub.rs` holds the connection.
//!
//! ```no_run
//! use redlane::prelude::*;
//! use redlane::pubsub::Event;
//!
//! # async fn example(client: Client) -> Result<(), Error> {
//! let mut news = client.subscribe(["news"]).await?;
//! while let Some(event) = news.next().await {
//!     match event {
//!         Event::Message { payload, .. } => println!("{} bytes", payload.len()),
//!         Event::Gap { since, .. } => println!("whatever was published since {since:?} may be missing"),
//!         Event::Lagged(missed) => println!("too slow: {missed} messages were dropped"),
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```

mod board;
pub(crate) mod ear;
mod event;
mod frame;
mod hub;
mod inbox;
mod session;
mod subscription;
pub(crate) mod topic;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
#[cfg(feature = "cache")]
use std::sync::Weak;
use std::time::Duration;

#[cfg(feature = "cache")]
use self::ear::{Ear, Lent};
use self::hub::Hub;
use self::inbox::Room;
use self::topic::{Kind, Topic};
use crate::client::Client;
use crate::error::{Error, Result};

pub use self::event::{Ended, Event, GapReason, OnFull, PubSubStats};
pub use self::subscription::{Subscription, SubscriptionHandle};

/// Messages that a subscriber may lag behind by: a burst of a second at a thousand messages each second, in 32 KiB.
const BUFFER: usize = 1024;

/// Bytes of them: as much as the server keeps for a subscriber that does not read (`client-output-buffer-limit pubsub`).
const BUFFER_BYTES: usize = 32 * 1024 * 1024;

/// A subscription in the making: awaited, it resolves to a [`Subscription`] once the server has confirmed every channel.
///
/// # Errors
/// The server cannot be reached, or refuses ([`ErrorKind::Auth`](crate::error::ErrorKind), or `NOPERM`); what exactly was
/// refused is not in the error.
///
/// # Cancel safety
/// A dropped future leaves no subscription behind.
#[must_use = "nothing is subscribed to before it is awaited"]
pub struct Subscribe<'c> {
    client: &'c Client,
    topics: Vec<Topic>,
    room: Room,
    on_full: OnFull,
    dedicated: bool,
    limit: Duration,
}

impl Client {
    /// Listens to channels.
    ///
    /// [`SUBSCRIBE`](https://redis.io/docs/latest/commands/subscribe/), since 2.0.0, O(1) for each channel.
    pub fn subscribe<I>(&self, channels: I) -> Subscribe<'_>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        Subscribe::new(self, Kind::Channel.topics(channels))
    }

    /// Listens to all channels that match a pattern, such as `news.*`.
    ///
    /// [`PSUBSCRIBE`](https://redis.io/docs/latest/commands/psubscribe/), since 2.0.0, O(1) for each pattern; each
    /// message published anywhere is matched against each pattern.
    pub fn psubscribe<I>(&self, patterns: I) -> Subscribe<'_>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        Subscribe::new(self, Kind::Pattern.topics(patterns))
    }

    /// Listens to channels of shards, which [`spublish`](crate::prelude::PublishingCommands::spublish) publishes on.
    ///
    /// [`SSUBSCRIBE`](https://redis.io/docs/latest/commands/ssubscribe/), since 7.0.0, O(1) for each channel.
    pub fn ssubscribe<I>(&self, channels: I) -> Subscribe<'_>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        Subscribe::new(self, Kind::Shard.topics(channels))
    }

    /// Figures of the connection that its subscribers share.
    #[must_use]
    pub fn pubsub_stats(&self) -> PubSubStats {
        Hub::stats(self)
    }
}

impl<'c> Subscribe<'c> {
    fn new(client: &'c Client, topics: Vec<Topic>) -> Self {
        let limit = client.call_timeout();
        let room = Room { messages: BUFFER, bytes: BUFFER_BYTES };
        Self { client, topics, room, on_full: OnFull::default(), dedicated: false, limit }
    }

    /// How many messages may wait to be read. Default 1024, at least 1.
    pub fn buffer(mut self, messages: usize) -> Self {
        self.room.messages = messages;
        self
    }

    /// How many bytes of messages, payloads and names, may wait to be read; a message that is larger waits alone. Default
    /// 32 MiB. What several subscribers wait to read is in memory once, and counts for each of them.
    pub fn buffer_bytes(mut self, bytes: usize) -> Self {
        self.room.bytes = bytes;
        self
    }

    /// What becomes of a message that finds the buffer full. Default [`OnFull::DropOldest`].
    pub fn on_full(mut self, on_full: OnFull) -> Self {
        self.on_full = on_full;
        self
    }

    /// Gives it a connection of its own, which nobody else's messages fill.
    pub fn dedicated(mut self) -> Self {
        self.dedicated = true;
        self
    }

    /// How long to wait for the confirmation, here and when channels are added. Default: what any call of the client may
    /// take.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    async fn run(self) -> Result<Subscription> {
        let Self { client, topics, room, on_full, dedicated, limit } = self;
        if client.is_closed() {
            return Err(Error::closed());
        }
        if topics.is_empty() {
            return Err(Error::usage("a subscription needs a channel or a pattern"));
        }
        let own = dedicated || on_full == OnFull::Block;
        let hub = if own { Hub::for_one(client) } else { Hub::of(client) };
        let inbox = hub.join(room, on_full)?;
        let subscription = Subscription::new(hub, inbox, limit);
        subscription.add(topics).await?;
        Ok(subscription)
    }
}

/// Has `ear` told of what is published on `channel`, once the server has confirmed it and until what is returned is
/// dropped.
#[cfg(feature = "cache")]
pub(crate) async fn lend(client: &Client, channel: &str, ear: Weak<dyn Ear>) -> Result<Subscription> {
    let hub = Hub::of(client);
    let inbox = hub.lend(Lent(ear))?;
    let subscription = Subscription::new(hub, inbox, client.call_timeout());
    subscription.add(Kind::Channel.topics([channel])).await?;
    Ok(subscription)
}

impl<'c> IntoFuture for Subscribe<'c> {
    type Output = Result<Subscription>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Subscription>> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Subscribe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("topics", &self.topics.len())
            .field("buffer", &self.room.messages)
            .field("buffer_bytes", &self.room.bytes)
            .field("on_full", &self.on_full)
            .finish_non_exhaustive()
    }
}
