//! The queues of this process before locks that somebody else holds: of all who wait for one lock, one asks the
//! server at a time, and the others wait for that one in the order in which they came. A release by this process
//! wakes the one who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// All queues, by the lock's key. One exists for as long as somebody waits in it.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<Vec<u8>, Arc<Gate>>>);

#[derive(Debug)]
struct Gate {
    /// Whose turn it is to ask; first come, first served.
    turn: Semaphore,
    /// Keeps one wake-up, for a release between a question and the wait after it.
    freed: Notify,
}

impl Gates {
    /// Takes a seat in the queue of a lock; it is left by dropping it.
    pub(crate) fn sit(&self, key: &[u8]) -> Seat<'_> {
        let mut gates = self.lock();
        let gate = match gates.get(key) {
            Some(gate) => Arc::clone(gate),
            None => {
                let gate = Arc::new(Gate { turn: Semaphore::new(1), freed: Notify::new() });
                gates.insert(key.to_vec(), Arc::clone(&gate));
                gate
            }
        };
        Seat { gates: self, key: key.to_vec(), gate }
    }

    /// A lock may be free: whoever asks for it should ask now.
    pub(crate) fn wake(&self, key: &[u8]) {
        if let Some(gate) = self.lock().get(key) {
            gate.freed.notify_one();
        }
    }

    /// How many locks are waited for.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Arc<Gate>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue of one lock.
#[derive(Debug)]
pub(crate) struct Seat<'g> {
    gates: &'g Gates,
    key: Vec<u8>,
    gate: Arc<Gate>,
}

impl Seat<'_> {
    /// Waits until it is our turn to ask. The next one's comes when the permit is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.gate.turn.acquire().await.ok()
    }

    /// Waits until somebody in this process has released the lock.
    ///
    /// Messages on the lock's channel belong here too, once this client can subscribe: they end the wait for locks
    /// that other processes release.
    pub(crate) async fn freed(&self) {
        self.gate.freed.notified().await;
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut gates = self.gates.lock();
        // Ours and the map's: nobody else can take a seat while the map is locked.
        if Arc::strong_count(&self.gate) <= 2 {
            gates.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Paused time: over as soon as nothing else can happen.
    async fn is_waiting(future: impl Future) -> bool {
        timeout(Duration::from_secs(1), future).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_in_the_order_of_the_seats() {
        let gates = Gates::default();
        let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));
        let turn = first.turn().await;

        assert!(is_waiting(second.turn()).await);
        drop(turn);
        assert!(second.turn().await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_release_before_the_wait_is_not_missed() {
        let gates = Gates::default();
        let seat = gates.sit(b"k");

        gates.wake(b"k");
        gates.wake(b"other");

        assert!(!is_waiting(seat.freed()).await);
        assert!(is_waiting(seat.freed()).await);
    }

    #[test]
    fn a_queue_is_gone_with_its_last_seat() {
        let gates = Gates::default();
        let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));

        drop(first);
        assert_eq!(gates.len(), 1);
        drop(second);

        assert_eq!(gates.len(), 0);
    }
}
