//! The queues of this process before locks that somebody else holds: of all who wait for one lock, one asks the
//! server at a time, and the others wait for that one in the order in which they came.
//!
//! Those who wait for a fair lock stand in the server's queue instead, each for himself, and are called by their tokens.
//! Who calls is a release by this process, and the lock's channel when somebody listens to it (`wakeup.rs`).

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use super::token::Token;

/// All queues, by the lock's key. One exists for as long as somebody waits in it, or listens for it.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<Vec<u8>, Post>>);

#[derive(Debug)]
struct Post {
    gate: Arc<Gate>,
    seats: usize,
}

/// One queue.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Whose turn it is to ask; first come, first served.
    turn: Semaphore,
    /// Calls the one whose turn it is. Keeps one call, for a release between a question and the wait after it.
    freed: Notify,
    /// Those who stand in the server's queue.
    standing: Mutex<HashMap<Token, Arc<Notify>>>,
    /// Whether releases by others are heard.
    hearing: Mutex<Hearing>,
    /// One at a time begins to listen.
    pub(crate) opening: tokio::sync::Mutex<()>,
    /// Somebody has sat here since it was last looked at.
    used: AtomicBool,
}

/// Whether releases by others are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    NotYet,
    Yes,
    /// It is forbidden.
    Never,
}

/// Who is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call<'a> {
    Everybody,
    /// The one with this token, if he stands here; and whoever does not stand in the server's queue.
    First(&'a [u8]),
}

impl Gates {
    /// Takes a seat in the queue of a lock; it is left by dropping it.
    pub(crate) fn sit(&self, key: &[u8]) -> Seat<'_> {
        let mut gates = self.lock();
        let post = match gates.get_mut(key) {
            Some(post) => post,
            None => gates.entry(key.to_vec()).or_insert_with(Post::new),
        };
        post.seats = post.seats.saturating_add(1);
        post.gate.used.store(true, Ordering::Relaxed);
        Seat { gates: self, key: key.to_vec(), gate: Arc::clone(&post.gate) }
    }

    /// Whether releases of the lock are being heard.
    pub(crate) fn hears(&self, key: &[u8]) -> bool {
        self.lock().get(key).is_some_and(|post| post.gate.hearing() == Hearing::Yes)
    }

    /// A lock may be free: whoever asks for it should ask now.
    pub(crate) fn wake(&self, key: &[u8]) {
        let gate = self.lock().get(key).map(|post| Arc::clone(&post.gate));
        if let Some(gate) = gate {
            gate.call(Call::Everybody);
        }
    }

    /// Ends the listening to a lock that nobody has waited for since this was last asked. `false`: go on.
    pub(crate) fn retire(&self, key: &[u8]) -> bool {
        let mut gates = self.lock();
        let idle = gates
            .get(key)
            .is_some_and(|post| post.seats == 0 && !post.gate.used.swap(false, Ordering::Relaxed));
        if idle {
            gates.remove(key);
        }
        idle
    }

    /// The listening to a lock has ended by itself.
    pub(crate) fn deafen(&self, key: &[u8]) {
        let mut gates = self.lock();
        let Some(post) = gates.get(key) else { return };
        post.gate.set_hearing(Hearing::NotYet);
        post.gate.call(Call::Everybody);
        if post.seats == 0 {
            gates.remove(key);
        }
    }

    /// How many locks are waited for.
    pub(crate) fn len(&self) -> usize {
        self.lock().values().filter(|post| post.seats > 0).count()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Post>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Post {
    fn new() -> Self {
        let gate = Gate {
            turn: Semaphore::new(1),
            freed: Notify::new(),
            standing: Mutex::default(),
            hearing: Mutex::new(Hearing::NotYet),
            opening: tokio::sync::Mutex::default(),
            used: AtomicBool::new(true),
        };
        Self { gate: Arc::new(gate), seats: 0 }
    }
}

impl Gate {
    pub(crate) fn hearing(&self) -> Hearing {
        *self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_hearing(&self, hearing: Hearing) {
        *self.hearing.lock().unwrap_or_else(PoisonError::into_inner) = hearing;
    }

    /// Has those who should ask do so.
    pub(crate) fn call(&self, call: Call<'_>) {
        self.freed.notify_one();
        let standing = self.standing();
        match call {
            Call::Everybody => standing.values().for_each(|one| one.notify_one()),
            Call::First(token) => {
                if let Some(one) = standing.get(token) {
                    one.notify_one();
                }
            }
        }
    }

    fn standing(&self) -> MutexGuard<'_, HashMap<Token, Arc<Notify>>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
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
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// Waits until it is our turn to ask. The next one's comes when the place is dropped.
    pub(crate) async fn turn(&self) -> Place<'_> {
        // It is never closed.
        Place { gate: &self.gate, turn: self.gate.turn.acquire().await.ok(), standing: None }
    }

    /// Takes the turn if it is free.
    pub(crate) fn try_turn(&self) -> Option<Place<'_>> {
        let turn = self.gate.turn.try_acquire().ok()?;
        Some(Place { gate: &self.gate, turn: Some(turn), standing: None })
    }

    /// Stands in the server's queue, and is called by `token`.
    pub(crate) fn stand(&self, token: Token) -> Place<'_> {
        let call = Arc::new(Notify::new());
        self.gate.standing().insert(token, Arc::clone(&call));
        Place { gate: &self.gate, turn: None, standing: Some((token, call)) }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut gates = self.gates.lock();
        let Some(post) = gates.get_mut(&self.key) else { return };
        post.seats = post.seats.saturating_sub(1);
        if post.seats == 0 && self.gate.hearing() != Hearing::Yes {
            gates.remove(&self.key);
        }
    }
}

/// The right to ask, and where one is called to do so.
#[derive(Debug)]
pub(crate) struct Place<'s> {
    gate: &'s Gate,
    /// Held for the next one's sake.
    #[expect(dead_code, reason = "it is there to be dropped")]
    turn: Option<SemaphorePermit<'s>>,
    standing: Option<(Token, Arc<Notify>)>,
}

impl Place<'_> {
    /// Waits for a call.
    pub(crate) async fn called(&self) {
        self.bell().notified().await;
    }

    /// Forgets a call that came before: the question that follows is newer.
    pub(crate) fn hush(&self) {
        // It takes the stored call when there is one.
        let mut stored = std::pin::pin!(self.bell().notified());
        stored.as_mut().enable();
    }

    fn bell(&self) -> &Notify {
        self.standing.as_ref().map_or(&self.gate.freed, |(_, call)| call)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some((token, _)) = &self.standing {
            self.gate.standing().remove(token);
        }
    }
}

/// Waits for `future`, at most until `deadline`.
pub(crate) async fn until<F: Future>(deadline: Option<tokio::time::Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
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
        assert!(second.try_turn().is_none());
        drop(turn);
        assert!(!is_waiting(second.turn()).await);
        assert!(second.try_turn().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_release_before_the_wait_is_not_missed_and_one_before_the_question_is() {
        let gates = Gates::default();
        let seat = gates.sit(b"k");
        let place = seat.turn().await;

        gates.wake(b"k");
        gates.wake(b"other");

        assert!(!is_waiting(place.called()).await);
        assert!(is_waiting(place.called()).await);
        gates.wake(b"k");
        place.hush();
        place.hush();
        assert!(is_waiting(place.called()).await);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_stand_are_called_by_their_tokens() {
        let gates = Gates::default();
        let (seat, token) = (gates.sit(b"k"), Token::new().unwrap());
        let (mine, other) = (seat.stand(token), seat.stand(Token::new().unwrap()));

        seat.gate().call(Call::First(token.as_bytes()));
        assert!(!is_waiting(mine.called()).await && is_waiting(other.called()).await);

        seat.gate().call(Call::First(b"of another process"));
        assert!(is_waiting(mine.called()).await && is_waiting(other.called()).await);

        seat.gate().call(Call::Everybody);
        assert!(!is_waiting(mine.called()).await && !is_waiting(other.called()).await);
        drop((mine, other));
        assert!(seat.gate().standing().is_empty());
    }

    #[test]
    fn a_queue_is_gone_with_its_last_seat() {
        let gates = Gates::default();
        let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));

        drop(first);
        assert_eq!(gates.len(), 1);
        drop(second);

        assert_eq!((gates.len(), gates.lock().len()), (0, 0));
    }

    #[test]
    fn a_queue_that_is_listened_for_stays_a_little() {
        let gates = Gates::default();
        let seat = gates.sit(b"k");
        seat.gate().set_hearing(Hearing::Yes);

        assert!(!gates.retire(b"k"));
        drop(seat);
        assert!(gates.hears(b"k") && gates.len() == 0);
        drop(gates.sit(b"k"));
        assert!(!gates.retire(b"k"), "somebody was here");
        assert!(gates.retire(b"k"));

        assert!(!gates.hears(b"k"));
        let seat = gates.sit(b"k");
        seat.gate().set_hearing(Hearing::Yes);
        drop(seat);
        gates.deafen(b"k");
        assert!(gates.lock().is_empty());
    }
}
