//! Hands events to functions by the beginning of the key.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;

use super::event::KeyEvent;
use super::stream::{KeyEvents, KeyStreamItem};

type Handling = Pin<Box<dyn Future<Output = ()> + Send>>;
type Handler = Box<dyn FnMut(KeyEvent) -> Handling + Send>;
type Other = Box<dyn FnMut(KeyStreamItem) -> Handling + Send>;

/// Calls a function for each event of keys that begin in a certain way, one at a time and in order. One that panics is
/// logged, and the next event comes all the same.
///
/// ```no_run
/// # use redlane::prelude::*;
/// # async fn example(client: Client) -> Result<(), Error> {
/// let events = client.keyspace_events().events([redlane::keyspace::EventKind::Expired]).await?;
/// events
///     .router()
///     .on_prefix("session:", |event| async move { println!("a session of {} bytes", event.key.len()) })
///     .on_prefix("task:", |_| async { println!("a task") })
///     .on_break(|_| async { println!("look what was missed") })
///     .run()
///     .await;
/// # Ok(()) }
/// ```
#[must_use = "nothing is called before `run`"]
pub struct KeyRouter {
    events: KeyEvents,
    routes: Vec<(Bytes, Handler)>,
    on_break: Option<Other>,
}

impl KeyRouter {
    pub(super) fn new(events: KeyEvents) -> Self {
        Self { events, routes: Vec::new(), on_break: None }
    }

    /// Calls `handle` for events of keys that begin with `prefix`. Of several that fit each is called, in the order in
    /// which they were named.
    pub fn on_prefix<F, Fut>(mut self, prefix: impl AsRef<[u8]>, mut handle: F) -> Self
    where
        F: FnMut(KeyEvent) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let prefix = Bytes::copy_from_slice(prefix.as_ref());
        self.routes.push((prefix, Box::new(move |event| Box::pin(handle(event)))));
        self
    }

    /// Calls `handle` when events may be missing: with each [`Gap`](KeyStreamItem::Gap) and
    /// [`Lagged`](KeyStreamItem::Lagged).
    pub fn on_break<F, Fut>(mut self, mut handle: F) -> Self
    where
        F: FnMut(KeyStreamItem) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.on_break = Some(Box::new(move |item| Box::pin(handle(item))));
        self
    }

    /// Runs until the stream is over.
    ///
    /// # Cancel safety
    /// Dropped, it ends with whatever function it was in.
    pub async fn run(mut self) {
        while let Some(item) = self.events.next().await {
            match item {
                KeyStreamItem::Event(event) => {
                    for (prefix, handle) in &mut self.routes {
                        if event.key.starts_with(prefix) {
                            survive(|| handle(event.clone())).await;
                        }
                    }
                }
                other => {
                    if let Some(handle) = &mut self.on_break {
                        survive(|| handle(other)).await;
                    }
                }
            }
        }
    }
}

/// Waits for a handler and survives its panics. It is never polled again after one, so what it leaves broken is its own.
async fn survive(handle: impl FnOnce() -> Handling) {
    let Ok(mut handling) = catch_unwind(AssertUnwindSafe(handle)) else { return complain() };
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(_) => {
            complain();
            Poll::Ready(())
        }
    })
    .await;
}

fn complain() {
    tracing::error!("a handler of keyspace events panicked");
}

impl fmt::Debug for KeyRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRouter").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}
