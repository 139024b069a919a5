//! One fetch of a key at a time in this process: whoever comes meanwhile waits and takes what it brought.
//!
//! All who want a key queue for its flight. The first one flies; the others find the outcome when their turn comes. A
//! leader that goes away leaves none, so the next in line flies: a dropped future costs the others nothing.
//!
//! What surprises: not everybody may take what was brought. The key may have changed after the leader asked for it and
//! before a later one came aboard, and who comes after a change must not be given what was there before it. So a flight
//! counts the changes that it is told of; who is refused flies anew.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Queue, MutexGuard as Place, Notify};

use super::error::CacheError;

/// What a fetch came to.
pub(super) type Outcome<V> = Result<Option<Arc<V>>, CacheError>;

/// The flights under way.
pub(super) struct Flights<V>(Mutex<HashMap<Arc<str>, Aboard<V>>>);

/// A flight, and how many seats of it are taken.
struct Aboard<V> {
    flight: Arc<Flight<V>>,
    seats: usize,
}

/// One of them.
struct Flight<V> {
    brought: Queue<Option<Brought<V>>>,
    /// Counts the changes of the key.
    changes: AtomicU64,
    changed: Notify,
    /// Held while what was loaded is being stored, where no lease tells whether it still may.
    storing: Queue<()>,
}

/// What a flight brought, and how many changes of the key its leader knew of when it asked.
struct Brought<V> {
    outcome: Outcome<V>,
    as_of: u64,
}

/// A place in a flight; the last one to leave takes it off the list.
pub(super) struct Seat<'f, V> {
    flights: &'f Flights<V>,
    id: Arc<str>,
    flight: Arc<Flight<V>>,
    /// How many changes of the key there were when it was taken.
    since: u64,
}

/// The first place in the queue of a flight.
pub(super) struct Turn<'s, V> {
    seat: &'s Seat<'s, V>,
    brought: Place<'s, Option<Brought<V>>>,
    as_of: u64,
}

/// What there is to do in one's turn.
pub(super) enum Task<'s, V> {
    /// To fly.
    Lead(Turn<'s, V>),
    /// Nothing: another one has flown, and brought this.
    Take(Outcome<V>),
    /// What another one brought is too old; one takes a seat in the next flight.
    Rejoin,
}

impl<V> Flights<V> {
    pub(super) fn new() -> Self {
        Flights(Mutex::default())
    }

    /// Joins the flight for `id`, which is a new one when there is none.
    pub(super) fn join(&self, id: &Arc<str>) -> Seat<'_, V> {
        let mut flights = self.lock();
        let aboard = flights.entry(Arc::clone(id)).or_insert_with(|| {
            let flight = Flight {
                brought: Queue::new(None),
                changes: AtomicU64::new(0),
                changed: Notify::new(),
                storing: Queue::new(()),
            };
            Aboard { flight: Arc::new(flight), seats: 0 }
        });
        aboard.seats = aboard.seats.saturating_add(1);
        let since = aboard.flight.changes.load(Ordering::Acquire);
        Seat { flights: self, id: Arc::clone(id), flight: Arc::clone(&aboard.flight), since }
    }

    /// Tells the flight for `id`, if there is one, that the key has changed.
    pub(super) fn changed(&self, id: &str) {
        if let Some(aboard) = self.lock().get(id) {
            aboard.flight.change();
        }
    }

    /// Waits until nothing is being stored that was loaded before the last change.
    pub(super) async fn stored(&self, id: &str) {
        let flight = self.lock().get(id).map(|aboard| Arc::clone(&aboard.flight));
        if let Some(flight) = flight {
            drop(flight.storing.lock().await);
        }
    }

    /// Tells all flights that their keys may have changed.
    pub(super) fn all_changed(&self) {
        self.lock().values().for_each(|aboard| aboard.flight.change());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Aboard<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Flight<V> {
    fn change(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.changed.notify_one();
    }
}

impl<V> Seat<'_, V> {
    /// Waits for the turn.
    pub(super) async fn turn(&self) -> Task<'_, V> {
        let brought = self.flight.brought.lock().await;
        match &*brought {
            None => Task::Lead(Turn { seat: self, brought, as_of: self.since }),
            // An error is nothing that a change makes untrue.
            Some(there) if there.as_of >= self.since || there.outcome.is_err() => {
                Task::Take(there.outcome.clone())
            }
            Some(_) => Task::Rejoin,
        }
    }
}

impl<V> Turn<'_, V> {
    /// To be called before one asks for what is brought: the changes until now do not make it untrue.
    pub(super) fn ask(&mut self) {
        self.as_of = self.seat.flight.changes.load(Ordering::Acquire);
    }

    /// The right to store what was loaded, while nothing was told of a change since then. Whoever changes the key from
    /// now on [waits](Flights::stored) for its end.
    pub(super) async fn store(&self) -> Option<Place<'_, ()>> {
        let storing = self.seat.flight.storing.lock().await;
        let is_current = self.seat.flight.changes.load(Ordering::Acquire) == self.as_of;
        is_current.then_some(storing)
    }

    /// Resolves when the key has changed since the last time.
    pub(super) async fn key_changed(&self) {
        self.seat.flight.changed.notified().await;
    }

    /// Leaves the outcome to the others, and takes the flight off the list: who comes from now on flies anew.
    pub(super) fn land(mut self, outcome: &Outcome<V>) {
        let Seat { flights, id, flight, .. } = self.seat;
        let mut flights = flights.lock();
        if let Some(aboard) = flights.get(id)
            && Arc::ptr_eq(&aboard.flight, flight)
        {
            // Most often nobody waits, and the outcome need not be shared.
            if aboard.seats > 1 {
                *self.brought = Some(Brought { outcome: outcome.clone(), as_of: self.as_of });
            }
            flights.remove(id);
        }
    }
}

impl<V> Drop for Seat<'_, V> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        if let Some(aboard) = flights.get_mut(&self.id)
            && Arc::ptr_eq(&aboard.flight, &self.flight)
        {
            aboard.seats = aboard.seats.saturating_sub(1);
            if aboard.seats == 0 {
                flights.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn join<'f>(flights: &'f Flights<u32>, id: &str) -> Seat<'f, u32> {
        flights.join(&id.into())
    }

    async fn lead<'s>(seat: &'s Seat<'s, u32>) -> Turn<'s, u32> {
        match seat.turn().await {
            Task::Lead(turn) => turn,
            Task::Take(_) | Task::Rejoin => panic!("another one has flown"),
        }
    }

    fn seven() -> Outcome<u32> {
        Ok(Some(Arc::new(7)))
    }

    #[tokio::test]
    async fn the_second_takes_what_the_first_brought() {
        let flights = Flights::new();
        let (first, second) = (join(&flights, "a"), join(&flights, "a"));

        lead(&first).await.land(&seven());

        assert!(matches!(second.turn().await, Task::Take(Ok(Some(seven))) if *seven == 7));
        lead(&join(&flights, "a")).await;
    }

    #[tokio::test]
    async fn who_comes_after_a_change_does_not_take_what_was_asked_for_before_it() {
        let flights = Flights::new();
        let (first, before) = (join(&flights, "a"), join(&flights, "a"));
        let mut leader = lead(&first).await;
        leader.ask();

        flights.changed("a");
        let after = join(&flights, "a");
        leader.land(&seven());

        assert!(matches!(before.turn().await, Task::Take(Ok(Some(_)))));
        assert!(matches!(after.turn().await, Task::Rejoin));
        lead(&join(&flights, "a")).await;
    }

    #[tokio::test]
    async fn what_was_asked_for_after_a_change_is_for_all() {
        let flights = Flights::new();
        let (first, other) = (join(&flights, "a"), join(&flights, "b"));
        let (mut leader, mut other) = (lead(&first).await, lead(&other).await);

        flights.all_changed();
        let (after, after_other) = (join(&flights, "a"), join(&flights, "b"));
        leader.ask();
        leader.land(&seven());
        other.as_of = 0;
        other.land(&Err(CacheError::Closed));

        assert!(matches!(after.turn().await, Task::Take(Ok(Some(_)))));
        assert!(matches!(after_other.turn().await, Task::Take(Err(CacheError::Closed))), "errors do not age");
    }

    #[tokio::test]
    async fn a_leader_that_goes_away_hands_over() {
        let flights = Flights::new();
        let second = join(&flights, "a");
        {
            let first = join(&flights, "a");
            let _turn = lead(&first).await;
        }

        lead(&second).await;
    }

    #[tokio::test]
    async fn nothing_is_left_behind() {
        let flights = Flights::new();
        let (first, second) = (join(&flights, "a"), join(&flights, "a"));

        drop(first);
        assert_eq!(flights.lock().len(), 1);
        drop(second);
        assert!(flights.lock().is_empty());

        let (first, second) = (join(&flights, "a"), join(&flights, "a"));
        lead(&first).await.land(&seven());
        let next = join(&flights, "a");
        drop((first, second));
        assert_eq!(flights.lock().len(), 1, "the next flight is not the last one's to end");
        drop(next);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn what_was_loaded_is_stored_before_a_change_or_not_at_all() {
        let flights = Flights::new();
        let seat = join(&flights, "a");
        let mut turn = lead(&seat).await;
        turn.ask();

        let storing = turn.store().await.unwrap();
        flights.changed("a");
        assert!(timeout(Duration::ZERO, flights.stored("a")).await.is_err(), "it waits");
        flights.stored("b").await;
        drop(storing);

        flights.stored("a").await;
        assert!(turn.store().await.is_none());
    }

    #[tokio::test]
    async fn a_change_is_kept_until_the_leader_looks() {
        let flights = Flights::new();
        let seat = join(&flights, "a");
        let turn = lead(&seat).await;

        flights.changed("a");
        flights.changed("b");

        turn.key_changed().await;
    }
}
