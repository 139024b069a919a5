//! The stream of events.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use futures_core::Stream;

use super::event::{EventKind, KeyEvent};
use super::flags::FlagWarning;
use super::router::KeyRouter;
use crate::pubsub::{Ended, Event, GapReason, Subscription};

/// One item of [`KeyEvents`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyStreamItem {
    /// Something happened to a key.
    Event(KeyEvent),
    /// What happened from `since` until now may not have been told. See [`Event::Gap`].
    Gap {
        /// When the server was last heard before.
        since: SystemTime,
        /// What broke the run.
        reason: GapReason,
    },
    /// So many events, exactly here, found the buffer full and were dropped.
    Lagged(u64),
}

/// A stream of keyspace events; it lives and ends as the [`Subscription`] under it.
pub struct KeyEvents {
    subscription: Subscription,
    /// Empty: all.
    wanted: Vec<EventKind>,
    warnings: Vec<FlagWarning>,
}

impl KeyEvents {
    pub(super) fn new(
        subscription: Subscription,
        wanted: Vec<EventKind>,
        warnings: Vec<FlagWarning>,
    ) -> Self {
        Self { subscription, wanted, warnings }
    }

    /// The next item; `None` when the stream is over.
    ///
    /// # Cancel safety
    /// No item is lost.
    pub async fn next(&mut self) -> Option<KeyStreamItem> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What may keep events from coming, as found when the stream began.
    #[must_use]
    pub fn warnings(&self) -> &[FlagWarning] {
        &self.warnings
    }

    /// Why it is over; `None` while it goes on.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.subscription.ended()
    }

    /// Hands its events to functions by the beginning of the key.
    pub fn router(self) -> KeyRouter {
        KeyRouter::new(self)
    }
}

impl Stream for KeyEvents {
    type Item = KeyStreamItem;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<KeyStreamItem>> {
        loop {
            let item = match ready!(Pin::new(&mut self.subscription).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Event::Gap { since, reason }) => KeyStreamItem::Gap { since, reason },
                Some(Event::Lagged(count)) => KeyStreamItem::Lagged(count),
                Some(Event::Message { channel, payload, .. }) => match KeyEvent::parse(&channel, &payload) {
                    Some(event) if self.wanted.is_empty() || self.wanted.contains(&event.event) => {
                        KeyStreamItem::Event(event)
                    }
                    _ => continue,
                },
            };
            return Poll::Ready(Some(item));
        }
    }
}

impl fmt::Debug for KeyEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEvents").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}
