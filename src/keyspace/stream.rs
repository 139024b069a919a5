//! The stream of events.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use futures_core::Stream;

use super::event::KeyEvent;
use super::flags::{FlagWarning, Flags};
use super::router::KeyRouter;
use crate::error::Result;
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

/// A look at the server's setting. Never locked, the mutex is only there for `Sync`.
type Checking = Mutex<Pin<Box<dyn Future<Output = Result<Vec<FlagWarning>>> + Send>>>;

/// A stream of keyspace events; it ends as the [`Subscription`] under it, and keeps the client alive.
pub struct KeyEvents {
    subscription: Subscription,
    /// Its events are those that are wanted; none are all.
    flags: Flags,
    warnings: Vec<FlagWarning>,
    /// A gap, and the look at the setting that goes before it is told.
    checking: Option<(KeyStreamItem, Checking)>,
}

impl KeyEvents {
    pub(super) fn new(subscription: Subscription, flags: Flags, warnings: Vec<FlagWarning>) -> Self {
        Self { subscription, flags, warnings, checking: None }
    }

    /// The next item; `None` when the stream is over.
    ///
    /// # Cancel safety
    /// No item is lost.
    pub async fn next(&mut self) -> Option<KeyStreamItem> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What may keep events from coming, as found when the stream began and again at each gap: another server may be there
    /// then, or the same one without what was set.
    #[must_use]
    pub fn warnings(&self) -> &[FlagWarning] {
        &self.warnings
    }

    /// Why it is over; `None` while it goes on.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.subscription.ended()
    }

    fn wants(&self, event: &KeyEvent) -> bool {
        self.flags.events.is_empty() || self.flags.events.contains(&event.event)
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
            if let Some((_, checking)) = &mut self.checking {
                let checking = checking.get_mut().unwrap_or_else(PoisonError::into_inner);
                let checked = ready!(checking.as_mut().poll(cx));
                self.warnings = checked.unwrap_or_else(|error| vec![FlagWarning::Unchecked(error)]);
                return Poll::Ready(self.checking.take().map(|(gap, _)| gap));
            }
            let item = match ready!(Pin::new(&mut self.subscription).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Event::Gap { since, reason }) => {
                    let checking: Checking = Mutex::new(Box::pin(self.flags.clone().check()));
                    self.checking = Some((KeyStreamItem::Gap { since, reason }, checking));
                    continue;
                }
                Some(Event::Lagged(count)) => KeyStreamItem::Lagged(count),
                Some(Event::Message { channel, payload, .. }) => match KeyEvent::parse(&channel, &payload) {
                    Some(event) if self.wants(&event) => KeyStreamItem::Event(event),
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
