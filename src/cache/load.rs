//! The way of a lookup: this process, Redis, the loader; once for all who want the same.
//!
//! A hit in this process needs no task switch and no box. A miss joins the flight of its key, whose leader asks Redis
//! (`reading.rs`) and, when nothing is there, sees to it that the value is loaded (`lease.rs`).

use std::error::Error as StdError;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tracing::{info, warn};

use super::Inner;
use super::error::CacheError;
use super::flight::{Outcome, Task, Turn};
use super::hit::Hit;
use super::lease::Refresh;
use super::patience::{Answer, Patience, unasked};
use super::reading::{Found, Held};
use super::settings::OnFailure;
use super::stats::Counters;

pub(super) type Loading<V> = Pin<Box<dyn Future<Output = Result<Option<V>, CacheError>> + Send>>;
pub(super) type Loader<V> = Box<dyn FnOnce(String) -> Loading<V> + Send>;

/// A lookup in the making: awaited, it resolves to the value. See [`Cache::get_or_load`](super::Cache::get_or_load).
#[must_use = "a lookup does nothing before it is awaited"]
pub struct Load<'c, V, F> {
    inner: &'c Arc<Inner<V>>,
    id: &'c str,
    /// Boxed only when it is needed: a hit in this process needs none.
    loader: F,
    wish: Wish,
}

impl<'c, V: Send + Sync + 'static, F> Load<'c, V, F> {
    pub(super) fn new(inner: &'c Arc<Inner<V>>, id: &'c str, loader: F) -> Self {
        Load { inner, id, loader, wish: Wish { tags: Vec::new(), ttl: inner.settings.ttl } }
    }

    /// What a loaded value depends on: it is out of date when one of these is
    /// [invalidated](super::Cache::invalidate_tag).
    pub fn tags<'t>(mut self, tags: impl IntoIterator<Item = &'t str>) -> Self {
        self.wish.tags.extend(tags.into_iter().map(Box::from));
        self
    }

    /// A time to live of its own for a loaded value, instead of the cache's; at least a millisecond.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.wish.ttl = Some(ttl.max(Duration::from_millis(1)));
        self
    }
}

impl<'c, V, F, Fut, E> IntoFuture for Load<'c, V, F>
where
    V: Send + Sync + 'static,
    F: FnOnce(String) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Option<V>, E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Output = Outcome<V>;
    type IntoFuture = Lookup<'c, V>;

    #[inline]
    fn into_future(self) -> Lookup<'c, V> {
        let Load { inner, id, loader, wish } = self;
        match inner.hit(id) {
            Some(hit) => {
                inner.counters.of_hit(&hit);
                if let Some(due) = hit.due {
                    inner.refresh(id, Refresh::Kept(due), boxed(loader), wish);
                }
                Lookup(State::Hit(hit.value))
            }
            None => Lookup::fetch(inner, id, Some((boxed(loader), wish))),
        }
    }
}

#[cold]
fn boxed<V, F, Fut, E>(loader: F) -> Loader<V>
where
    F: FnOnce(String) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Option<V>, E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    Box::new(move |id| {
        let load = loader(id);
        Box::pin(async move { load.await.map_err(CacheError::load) })
    })
}

/// What a loaded value shall be like.
pub(super) struct Wish {
    pub(super) tags: Vec<Box<str>>,
    pub(super) ttl: Option<Duration>,
}

/// The future of a lookup.
#[must_use = "a lookup does nothing before it is awaited"]
pub struct Lookup<'c, V>(State<'c, V>);

enum State<'c, V> {
    Hit(Option<Arc<V>>),
    Given,
    Fetching(Pin<Box<dyn Future<Output = Outcome<V>> + Send + 'c>>),
}

impl<'c, V: Send + Sync + 'static> Lookup<'c, V> {
    #[inline]
    pub(super) fn look(inner: &'c Arc<Inner<V>>, id: &'c str) -> Self {
        match inner.hit(id) {
            Some(hit) => {
                inner.counters.of_hit(&hit);
                Lookup(State::Hit(hit.value))
            }
            None => Lookup::fetch(inner, id, None),
        }
    }

    #[cold]
    fn fetch(inner: &'c Arc<Inner<V>>, id: &'c str, load: Option<(Loader<V>, Wish)>) -> Self {
        Lookup(State::Fetching(Box::pin(inner.fetch(id, load))))
    }
}

impl<V> Future for Lookup<'_, V> {
    type Output = Outcome<V>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<V>> {
        match &mut self.0 {
            State::Hit(value) => {
                let value = value.take();
                self.0 = State::Given;
                Poll::Ready(Ok(value))
            }
            State::Fetching(fetch) => fetch.as_mut().poll(cx),
            State::Given => Poll::Ready(Err(CacheError::Usage("a lookup gives its value once"))),
        }
    }
}

impl Counters {
    fn of_hit<V>(&self, hit: &Hit<V>) {
        match (&hit.value, hit.fresh) {
            (None, _) => self.negative_hit.add(),
            (Some(_), true) => self.l1_hit.add(),
            (Some(_), false) => self.l1_stale_hit.add(),
        }
    }

    pub(super) fn of_held<V>(&self, held: &Held<V>) {
        match (&held.value, held.fresh) {
            (None, _) => self.negative_hit.add(),
            (Some(_), true) => self.l2_hit.add(),
            (Some(_), false) => self.l2_stale_hit.add(),
        }
    }
}

impl<V: Send + Sync + 'static> Inner<V> {
    async fn fetch(self: &Arc<Self>, id: &str, load: Option<(Loader<V>, Wish)>) -> Outcome<V> {
        if self.remote.client.is_closed() {
            return Err(CacheError::Closed);
        }
        let flights = if load.is_some() { &self.loads } else { &self.looks };
        let id = Arc::from(id);
        loop {
            let seat = flights.join(&id);
            let mut turn = match seat.turn().await {
                Task::Lead(turn) => turn,
                Task::Take(outcome) => {
                    self.counters.load_coalesced.add();
                    return outcome;
                }
                Task::Rejoin => continue,
            };
            let Some(pass) = self.rest.pass() else {
                turn.ask();
                let outcome = Box::pin(self.do_without(&id, load)).await;
                turn.land(&outcome);
                return outcome;
            };
            let mut patience = Patience::new(self.settings.lookup_timeout, pass);
            let outcome = match load {
                Some((loader, wish)) => self.find_or_load(&id, &mut turn, &mut patience, loader, wish).await,
                None => self.find(&id, &mut turn, &mut patience).await,
            };
            self.tell(&mut patience);
            turn.land(&outcome);
            return outcome;
        }
    }

    /// What becomes of a lookup while Redis rests: as if it could not be asked, but at once.
    async fn do_without(&self, id: &str, load: Option<(Loader<V>, Wish)>) -> Outcome<V> {
        self.counters.l2_rested.add();
        match (self.settings.on_failure, load) {
            (OnFailure::Fail, _) => Err(CacheError::Redis(unasked(self.settings.lookup_timeout))),
            (OnFailure::Load, None) => Ok(None),
            (OnFailure::Load, Some((loader, _))) => {
                self.counters.miss.add();
                self.load_alone(id, &mut Patience::endless(), loader).await
            }
        }
    }

    /// Tells how Redis has done by a lookup since that was last told, on which it depends whether it rests.
    #[inline]
    pub(super) fn tell(&self, patience: &mut Patience) {
        let Some((answer, pass)) = patience.take_answer() else { return };
        let (namespace, limit) = (&self.settings.namespace, self.settings.lookup_timeout);
        if answer == Answer::Late {
            self.counters.l2_late.add();
            if self.rest.late(pass) {
                warn!(target: "redlane::cache", namespace, ?limit, "Redis is too late; lookups go without it");
            }
        } else if self.rest.answered(pass) {
            info!(target: "redlane::cache", namespace, "Redis answers in time; lookups ask it again");
        }
    }

    /// Looks, and loads nothing.
    async fn find(&self, id: &Arc<str>, turn: &mut Turn<'_, V>, patience: &mut Patience) -> Outcome<V> {
        turn.ask();
        let found = match self.read(id, patience).await {
            Ok(found) => found,
            Err(error) => return self.failed(error).map(|()| None),
        };
        match found {
            Found::Held(held) => {
                self.counters.of_held(&held);
                Ok(held.value)
            }
            Found::Taken(_) | Found::Missing(_) => {
                self.counters.miss.add();
                Ok(None)
            }
        }
    }

    /// Looks, and loads what is not there.
    async fn find_or_load(
        self: &Arc<Self>,
        id: &Arc<str>,
        turn: &mut Turn<'_, V>,
        patience: &mut Patience,
        loader: Loader<V>,
        wish: Wish,
    ) -> Outcome<V> {
        turn.ask();
        match self.read(id, patience).await {
            Ok(Found::Held(held)) => Ok(self.take(id, held, loader, wish)),
            // Boxed, so that those who find something do not carry the room for this.
            found => Box::pin(self.seek(id, turn, patience, found, loader, wish)).await,
        }
    }

    /// Serves what Redis has, and has it loaded anew if it is time.
    pub(super) fn take(
        self: &Arc<Self>,
        id: &str,
        held: Held<V>,
        loader: Loader<V>,
        wish: Wish,
    ) -> Option<Arc<V>> {
        self.counters.of_held(&held);
        if held.due {
            self.refresh(id, Refresh::Seen(held.seen), loader, wish);
        }
        held.value
    }

    /// Redis could not be asked.
    pub(super) fn failed(&self, error: crate::error::Error) -> Result<(), CacheError> {
        self.counters.l2_err.add();
        match self.settings.on_failure {
            OnFailure::Load => Ok(()),
            OnFailure::Fail => Err(CacheError::Redis(error)),
        }
    }
}
