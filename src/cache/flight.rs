//! One fetch of a key at a time in this process: whoever comes meanwhile waits and takes what it brought.
//!
//! All who want a key queue for its flight. The first one flies; the others find the outcome when their turn comes. A
//! leader that goes away leaves none, so the next in line flies: a dropped future costs the others nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, MutexGuard as TurnGuard, Notify};

use super::error::CacheError;

/// What a fetch came to.
pub(super) type Outcome<V> = Result<Option<Arc<V>>, CacheError>;

/// The flights under way.
pub(super) struct Flights<V>(Mutex<HashMap<Box<str>, Arc<Flight<V>>>>);

/// One of them.
pub(super) struct Flight<V> {
    outcome: Turn<Option<Outcome<V>>>,
    changed: Notify,
}

/// A place in a flight; the last one to leave takes it off the list.
pub(super) struct Seat<'f, V> {
    flights: &'f Flights<V>,
    id: &'f str,
    flight: Arc<Flight<V>>,
}

impl<V> Flights<V> {
    pub(super) fn new() -> Self {
        Flights(Mutex::default())
    }

    /// Joins the flight for `id`, which is a new one when there is none.
    pub(super) fn join<'f>(&'f self, id: &'f str) -> Seat<'f, V> {
        let mut flights = self.lock();
        let flight = match flights.get(id) {
            Some(flight) => Arc::clone(flight),
            None => {
                let flight = Arc::new(Flight { outcome: Turn::new(None), changed: Notify::new() });
                flights.insert(id.into(), Arc::clone(&flight));
                flight
            }
        };
        Seat { flights: self, id, flight }
    }

    /// Tells the leader for `id`, if there is one, that the key has changed on the server.
    pub(super) fn changed(&self, id: &str) {
        if let Some(flight) = self.lock().get(id) {
            flight.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Flight<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Seat<'_, V> {
    /// Waits for the turn. Holds the outcome, if another one has flown.
    pub(super) async fn turn(&self) -> TurnGuard<'_, Option<Outcome<V>>> {
        self.flight.outcome.lock().await
    }

    /// Resolves when the key has changed since the last time.
    pub(super) async fn key_changed(&self) {
        self.flight.changed.notified().await;
    }

    /// Takes the flight off the list: who comes from now on flies anew.
    pub(super) fn land(&self) {
        let mut flights = self.flights.lock();
        if flights.get(self.id).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            flights.remove(self.id);
        }
    }
}

impl<V> Drop for Seat<'_, V> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        // The list and this seat: nobody else is left.
        if Arc::strong_count(&self.flight) <= 2
            && flights.get(self.id).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight))
        {
            flights.remove(self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_takes_what_the_first_brought() {
        let flights = Flights::<u32>::new();
        let (first, second) = (flights.join("a"), flights.join("a"));

        let mut leader = first.turn().await;
        assert!(leader.is_none());
        *leader = Some(Ok(Some(Arc::new(7))));
        first.land();
        drop(leader);

        assert!(matches!(&*second.turn().await, Some(Ok(Some(seven))) if **seven == 7));
        assert!(flights.join("a").turn().await.is_none(), "who comes later flies anew");
    }

    #[tokio::test]
    async fn a_leader_that_goes_away_hands_over() {
        let flights = Flights::<u32>::new();
        let second = flights.join("a");
        {
            let first = flights.join("a");
            let _turn = first.turn().await;
        }

        assert!(second.turn().await.is_none());
    }

    #[tokio::test]
    async fn nothing_is_left_behind() {
        let flights = Flights::<u32>::new();
        let (first, second) = (flights.join("a"), flights.join("a"));

        drop(first);
        assert_eq!(flights.lock().len(), 1);
        drop(second);

        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn a_change_is_kept_until_the_leader_looks() {
        let flights = Flights::<u32>::new();
        let seat = flights.join("a");

        flights.changed("a");
        flights.changed("b");

        seat.key_changed().await;
    }
}
