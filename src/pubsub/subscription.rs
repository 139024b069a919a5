//! A subscriber: the stream of what it hears, and the handle that changes what it listens to.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use super::event::{Ended, Event};
use super::hub::Hub;
use super::inbox::{Inbox, Reader};
use super::topic::{Kind, Topic};
use crate::error::{Error, Result};

/// A stream of what is published on some channels. Dropped, it unsubscribes.
///
/// It survives lost connections and restarts of the server: then a [`Gap`](Event::Gap) stands in the stream. It ends,
/// once what was buffered is read, when the client is closed, and for the other reasons in [`Ended`]; having no
/// channel left does not end it. It may outlive the client's last clone.
///
/// Another task can change what it listens to through a [`handle`](Self::handle).
pub struct Subscription {
    inner: Arc<Inner>,
    reader: Reader,
}

/// Changes what a [`Subscription`] listens to. Clones speak of the same one, and none keeps it alive.
#[derive(Clone)]
pub struct SubscriptionHandle(Weak<Inner>);

struct Inner {
    hub: Arc<Hub>,
    inbox: Arc<Inbox>,
    limit: Duration,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.hub.leave(self.inbox.id);
    }
}

impl Subscription {
    /// A subscriber who listens to nothing yet. An ask waits for `limit` at most.
    pub(super) fn new(hub: Arc<Hub>, inbox: Arc<Inbox>, limit: Duration) -> Self {
        Self { inner: Arc::new(Inner { hub, inbox, limit }), reader: Reader::default() }
    }

    /// The next event; `None` when the subscription is over.
    ///
    /// # Cancel safety
    /// No event is lost.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let Inner { hub, inbox, .. } = &*self.inner;
        let event = inbox.poll(&mut self.reader, cx.waker());
        if inbox.made_room() {
            hub.wake();
        }
        event
    }

    /// Why it is over; `None` while it goes on.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.inner.inbox.ended()
    }

    /// How many channels and patterns it listens to.
    #[must_use]
    pub fn topics(&self) -> usize {
        self.inner.hub.wishes(self.inner.inbox.id)
    }

    /// What changes it from elsewhere.
    #[must_use]
    pub fn handle(&self) -> SubscriptionHandle {
        SubscriptionHandle(Arc::downgrade(&self.inner))
    }

    pub(super) async fn add(&self, topics: Vec<Topic>) -> Result<()> {
        self.inner.add(topics).await
    }
}

impl Inner {
    async fn add(&self, topics: Vec<Topic>) -> Result<()> {
        self.hub.subscribe(self.inbox.id, topics, self.limit).await
    }
}

macro_rules! changes {
    ($($(#[$doc:meta])+ $on:ident, $(#[$off_doc:meta])+ $off:ident, $kind:expr;)*) => {
        impl SubscriptionHandle {
            $(
                $(#[$doc])+
                ///
                /// # Errors
                /// The server refuses it, cannot be reached in time, or the subscription is over. It goes on without them
                /// then.
                ///
                /// # Cancel safety
                /// A dropped future takes them back.
                pub async fn $on<I>(&self, names: I) -> Result<()>
                where
                    I: IntoIterator,
                    I::Item: AsRef<[u8]>,
                {
                    let topics = $kind.topics(names);
                    let Some(inner) = self.0.upgrade() else {
                        return Err(Error::usage("the subscription is over"));
                    };
                    inner.add(topics).await
                }

                $(#[$off_doc])+
                pub fn $off<I>(&self, names: I)
                where
                    I: IntoIterator,
                    I::Item: AsRef<[u8]>,
                {
                    if let Some(inner) = self.0.upgrade() {
                        inner.hub.unsubscribe(inner.inbox.id, &$kind.topics(names));
                    }
                }
            )*
        }

        impl Subscription {
            $(
                $(#[$doc])+
                ///
                /// # Errors
                /// The server refuses it, or cannot be reached in time. The subscription goes on without them then.
                ///
                /// # Cancel safety
                /// A dropped future takes them back.
                pub async fn $on<I>(&self, names: I) -> Result<()>
                where
                    I: IntoIterator,
                    I::Item: AsRef<[u8]>,
                {
                    self.add($kind.topics(names)).await
                }

                $(#[$off_doc])+
                pub fn $off<I>(&self, names: I)
                where
                    I: IntoIterator,
                    I::Item: AsRef<[u8]>,
                {
                    self.inner.hub.unsubscribe(self.inner.inbox.id, &$kind.topics(names));
                }
            )*
        }
    };
}

changes! {
    /// Listens to these channels as well; returns when the server has confirmed it.
    subscribe,
    /// Listens to these channels no longer. The server is told in its own time; nothing more of them is put into the buffer
    /// from now on, and what is in it is still read.
    unsubscribe,
    Kind::Channel;
    /// Listens to the channels that match these patterns as well; returns when the server has confirmed it.
    psubscribe,
    /// Listens to these patterns no longer; they are named as they were subscribed to.
    punsubscribe,
    Kind::Pattern;
    /// Listens to these channels of shards as well; returns when the server has confirmed it.
    ssubscribe,
    /// Listens to these channels of shards no longer.
    sunsubscribe,
    Kind::Shard;
}

impl Stream for Subscription {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("topics", &self.topics())
            .field("ended", &self.ended())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SubscriptionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionHandle").finish_non_exhaustive()
    }
}
