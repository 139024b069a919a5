//! Loading what is nowhere, by one process at a time.
//!
//! Who finds nothing asks for the lease of the key, which one process at a time has, and loads. Whoever finds the lease
//! taken waits for the server to tell that the key has changed, and looks again. What was loaded is stored only where the
//! lease still stands: a write by anybody in between has removed it, and the value goes to the callers alone.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::{sleep, timeout};

use super::clock::Moment;
use super::envelope::{Header, Kind, Seen, Tag};
use super::error::CacheError;
use super::flight::{self, Turn};
use super::load::{Loader, Wish};
use super::patience::Patience;
use super::reading::Found;
use super::remote::{FOREVER, Remote};
use super::{Inner, Refreshing};
use crate::error::{Outcome, Result};

/// How soon a taken lease is looked at again when nobody tells; doubled up to [`SELDOM`].
const OFTEN: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_millis(200);

/// With the server telling, this only bounds what a lost socket costs.
const TOLD: Duration = Duration::from_secs(1);

impl<V: Send + Sync + 'static> Inner<V> {
    /// Loads what was not `found`, as soon as nobody else does.
    pub(super) async fn seek(
        self: &Arc<Self>,
        id: &Arc<str>,
        turn: &mut Turn<'_, V>,
        patience: &mut Patience,
        mut found: Result<Found<V>>,
        loader: Loader<V>,
        wish: Wish,
    ) -> flight::Outcome<V> {
        let key = self.name(id).key();
        let mut waited = false;
        let mut pause = OFTEN;
        loop {
            let seen = match found {
                Ok(Found::Missing(seen)) => seen,
                Ok(Found::Held(held)) => return Ok(self.take(id, held, loader, wish)),
                Ok(Found::Taken(left)) => {
                    if !waited {
                        self.counters.lease_wait.add();
                        waited = true;
                    }
                    let told = self.remote.is_told();
                    let longest = if told { TOLD } else { pause };
                    pause = pause.saturating_mul(2).min(SELDOM);
                    let left = left.unwrap_or(longest).saturating_add(Duration::from_millis(1));
                    // Either way one looks again; a change is seen at once, an end of the lease soon after it.
                    let _ = timeout(left.min(longest), turn.key_changed()).await;
                    turn.ask();
                    // Redis has answered: what was waited for is the load.
                    self.tell(patience);
                    patience.renew();
                    found = self.read(id, patience).await;
                    continue;
                }
                Err(error) => {
                    self.failed(error)?;
                    self.counters.miss.add();
                    return self.load_alone(id, patience, loader).await;
                }
            };
            turn.ask();
            if self.is_plain() {
                self.counters.miss.add();
                return self.load_plain(id, turn, patience, &seen, loader, wish).await;
            }
            let header =
                Header::new(Kind::Lease, self.settings.codec.id(), self.settings.schema).seal(&[], b"");
            // Held from before it is asked for: who goes away in between may have it already.
            let mut lease = Lease { remote: &self.remote, key: &key, header, held: true };
            let asked = patience
                .spend(|within| {
                    let (header, time) = (&lease.header, self.settings.lease);
                    self.remote.lease(&key, header, time, seen.as_bytes(), within)
                })
                .await;
            lease.held = match &asked {
                Ok(there) => there.is_none(),
                Err(error) => error.outcome() == Outcome::MaybeExecuted,
            };
            match asked {
                Ok(None) => {
                    self.counters.miss.add();
                    if waited {
                        self.counters.lease_takeover.add();
                    }
                    // Nothing of before the lease is told from here on.
                    turn.ask();
                    return self.load_leased(id, lease, patience, loader, wish).await;
                }
                // An empty text is no cache's, and has no first bytes by which to replace it; only as such is it removed.
                Ok(Some(there)) if there.is_empty() => {
                    let _ = patience.spend(|within| self.remote.give_back(&key, b"", within)).await;
                }
                // Somebody was quicker: what stands there now is looked at like anything else.
                Ok(Some(_)) => {}
                Err(error) => {
                    found = Err(error);
                    continue;
                }
            }
            turn.ask();
            found = self.read(id, patience).await;
        }
    }

    /// Loads for the callers alone: nothing can be stored.
    pub(super) async fn load_alone(
        &self,
        id: &str,
        patience: &mut Patience,
        loader: Loader<V>,
    ) -> flight::Outcome<V> {
        let (value, _) = self.load(id, patience, loader, None).await?;
        Ok(value.map(Arc::new))
    }

    /// Loads, and stores the value as it is, unless the key was told to have changed meanwhile. No lease stands for it in
    /// Redis: what nobody told of is noticed only where it still stands there, and what this process writes has to wait.
    async fn load_plain(
        &self,
        id: &str,
        turn: &Turn<'_, V>,
        patience: &mut Patience,
        seen: &Seen,
        loader: Loader<V>,
        wish: Wish,
    ) -> flight::Outcome<V> {
        let (value, _) = self.load(id, patience, loader, None).await?;
        // What cannot be encoded goes to the callers all the same.
        if let Some(payload) = value.as_ref().and_then(|value| self.encode(value).ok()) {
            match turn.store().await {
                Some(_storing) => {
                    self.replace(id, patience, seen, &payload, wish.ttl).await;
                }
                None => self.counters.fill_raced.add(),
            }
        }
        Ok(value.map(Arc::new))
    }

    async fn load_leased(
        &self,
        id: &str,
        mut lease: Lease<'_>,
        patience: &mut Patience,
        loader: Loader<V>,
        wish: Wish,
    ) -> flight::Outcome<V> {
        // The versions are those from before the load: what changes while it runs makes the value out of date.
        let tags = self.tags_of(&wish, patience).await;
        let (value, delta) = match self.load(id, patience, loader, Some(&lease)).await {
            Ok(loaded) => loaded,
            Err(error) => {
                lease.give_back(patience).await;
                return Err(error);
            }
        };
        let loaded = Loaded { value, delta, tags, ttl: wish.ttl };
        match self.sealed(&loaded) {
            Some((bytes, time)) => {
                let seen = Seen::of(&lease.header);
                // Replaced by the value, or by somebody else's. Otherwise it is tried to be given back.
                lease.held = !self.replace(id, patience, &seen, &bytes, time).await;
            }
            None => lease.give_back(patience).await,
        }
        Ok(loaded.value.map(Arc::new))
    }

    /// The tags of a wish with their versions; `None` when they cannot be had, and nothing can be stored then.
    async fn tags_of(&self, wish: &Wish, patience: &mut Patience) -> Option<Vec<Tag>> {
        let names: Vec<&str> = wish.tags.iter().map(|tag| &**tag).collect();
        match self.tags_now(&names, patience).await {
            Ok(tags) => Some(tags),
            Err(_) => {
                self.counters.l2_err.add();
                None
            }
        }
    }

    /// What is to be stored of a load, and for how long; `None`: nothing.
    fn sealed(&self, loaded: &Loaded<V>) -> Option<(Bytes, Option<Duration>)> {
        let tags = loaded.tags.as_ref()?;
        match &loaded.value {
            // What cannot be encoded goes to the callers all the same.
            Some(value) => {
                let payload = self.encode(value).ok()?;
                Some(self.seal(&payload, loaded.ttl, loaded.delta, tags))
            }
            None if self.settings.negative.is_zero() => None,
            None => {
                let header = Header::new(Kind::Nothing, self.settings.codec.id(), self.settings.schema);
                let bytes = header.taking(loaded.delta).seal(tags, b"");
                Some((bytes, Some(self.varied(self.settings.negative))))
            }
        }
    }

    /// Stores what was loaded in the place of what began with `seen`, unless somebody has written in between, however late
    /// it arrives. Whether Redis has answered.
    async fn replace(
        &self,
        id: &str,
        patience: &mut Patience,
        seen: &Seen,
        bytes: &[u8],
        time: Option<Duration>,
    ) -> bool {
        let (key, time) = (self.name(id).key(), time.unwrap_or(FOREVER));
        self.drop_local(id);
        let filled =
            patience.spend(|within| self.remote.fill(&key, seen.as_bytes(), bytes, time, within)).await;
        self.drop_local(id);
        match &filled {
            Ok(true) => {}
            Ok(false) => self.counters.fill_raced.add(),
            Err(_) => self.counters.l2_err.add(),
        }
        filled.is_ok()
    }

    /// Runs the loader, as many at a time as may be, and keeps the lease meanwhile.
    async fn load(
        &self,
        id: &str,
        patience: &mut Patience,
        loader: Loader<V>,
        lease: Option<&Lease<'_>>,
    ) -> Result<(Option<V>, Duration), CacheError> {
        // Now, for the load may take its time.
        self.tell(patience);
        let limit = self.settings.load_wait;
        let running = async {
            let _place = match timeout(limit, self.loaders.acquire()).await {
                Ok(Ok(place)) => place,
                Ok(Err(_)) => return Err(CacheError::Closed),
                Err(_) => return Err(CacheError::Busy { limit }),
            };
            let began = Instant::now();
            let value = loader(id.to_owned()).await?;
            Ok((value, began.elapsed()))
        };
        let loaded = match lease {
            None => running.await,
            Some(lease) => {
                let time = self.settings.lease;
                let renew = || self.remote.renew(lease.key, &lease.header, time);
                keeping(time.div_f64(3.0), renew, running).await
            }
        };
        match &loaded {
            Ok(_) => self.counters.load_ok.add(),
            Err(_) => self.counters.load_err.add(),
        }
        loaded
    }

    /// Loads a value anew, unseen; not if somebody is at it, or too many are being loaded so.
    pub(super) fn refresh(self: &Arc<Self>, id: &str, what: Refresh, loader: Loader<V>, wish: Wish) {
        let Ok(place) = Arc::clone(&self.refreshers).try_acquire_owned() else { return };
        let Some(refreshing) = Refreshing::begin(self, id) else { return };
        tokio::spawn(async move {
            let (inner, id) = (&refreshing.inner, &refreshing.id);
            if let Some(seen) = inner.still_due(id, what).await {
                let mut patience = Patience::endless();
                let tags = inner.tags_of(&wish, &mut patience).await;
                // A failed load leaves what is there; it is tried again at the next call.
                if let Ok((value, delta)) = inner.load(id, &mut patience, loader, None).await {
                    inner.counters.refresh.add();
                    let loaded = Loaded { value, delta, tags, ttl: wish.ttl };
                    if let Some((bytes, time)) = inner.sealed(&loaded) {
                        inner.replace(id, &mut patience, &seen, &bytes, time).await;
                    }
                }
            }
            drop(place);
        });
    }

    /// What is to be replaced; `None` when another process was quicker, or nothing is there any more.
    async fn still_due(&self, id: &Arc<str>, what: Refresh) -> Option<Seen> {
        let due = match what {
            Refresh::Seen(seen) => return Some(seen),
            Refresh::Kept(due) => due,
        };
        match self.read(id, &mut Patience::endless()).await {
            // A value of another load ends later, by more than the rounding of times.
            Ok(Found::Held(held)) if held.ends.since(due) < ROUNDING => Some(held.seen),
            _ => None,
        }
    }
}

/// Runs a load, and renews its lease after each third of its time, whatever became of the last renewal: one may fail. The
/// load goes on whatever becomes of the lease, and while Redis is asked for it: its callers wait for it.
async fn keeping<T, R: Future>(third: Duration, renew: impl Fn() -> R, load: impl Future<Output = T>) -> T {
    let mut load = pin!(load);
    let mut keep = pin!(async {
        let mut due = pin!(sleep(third));
        loop {
            due.as_mut().await;
            due.set(sleep(third));
            // Given up when the next one is due, which is before the lease is over.
            let _ = timeout(third, renew()).await;
        }
    });
    poll_fn(|cx| match load.as_mut().poll(cx) {
        Poll::Ready(loaded) => Poll::Ready(loaded),
        Poll::Pending => keep.as_mut().poll(cx),
    })
    .await
}

/// What a load came to, and what is to be stored with it.
struct Loaded<V> {
    value: Option<V>,
    delta: Duration,
    /// Those from before the load; `None` when they could not be had, and nothing can be stored.
    tags: Option<Vec<Tag>>,
    ttl: Option<Duration>,
}

/// What is to be loaded anew.
pub(super) enum Refresh {
    /// What was just read from Redis.
    Seen(Seen),
    /// What this process has, which was to end then; what Redis has is yet to be seen.
    Kept(Moment),
}

/// The end of a value is computed anew at each read, from whole milliseconds and after a round trip.
const ROUNDING: Duration = Duration::from_millis(50);

/// The right to load a key. Dropped before it is over, it is given back in a task of its own; and its time ends it in any
/// case.
struct Lease<'c> {
    remote: &'c Remote,
    key: &'c str,
    header: Bytes,
    held: bool,
}

impl Lease<'_> {
    async fn give_back(&mut self, patience: &mut Patience) {
        let given = patience.spend(|within| self.remote.give_back(self.key, &self.header, within));
        if given.await.is_ok() {
            self.held = false;
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.remote.give_back(self.key, &self.header, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};

    use super::*;

    const THIRD: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_renewed_each_third_of_its_time_for_as_long_as_the_load_takes() {
        let renewals = Cell::new(0);
        let renew = || {
            renewals.set(renewals.get() + 1);
            ready(())
        };

        keeping(THIRD, renew, sleep(THIRD * 7 / 2)).await;

        assert_eq!(renewals.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_load_goes_on_while_redis_does_not_answer() {
        let began = tokio::time::Instant::now();
        let renewals = Cell::new(0);
        let renew = || {
            renewals.set(renewals.get() + 1);
            pending::<()>()
        };

        keeping(THIRD, renew, sleep(THIRD * 7 / 2)).await;

        assert_eq!(began.elapsed(), THIRD * 7 / 2);
        assert_eq!(renewals.get(), 3, "one that is not answered is given up when the next is due");
    }
}
