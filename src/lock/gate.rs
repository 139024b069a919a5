//! The queues of this process before locks that somebody else holds: of all who wait for one lock, one asks the
//! server at a time, and the others wait for that one in the order in which they came.
//!
//! Those who wait for a fair lock stand in the server's queue instead, each for himself, and are called by their tokens.
//! Who calls is a release by this process, and the lock's channel when somebody listens to it (`wakeup.rs`).

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use super::news::{News, Taken};
use super::token::Token;
use super::word::HoldingId;

/// More queues than these, and no more are listened for: a listener stays for a second after those who wait, and whoever
/// waits for another name each time must not leave any number of them behind. A subscription is some 2 KiB, on both sides.
const MOST_HEARD: usize = 16_384;

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
    hearing: watch::Sender<Hearing>,
    news: Mutex<News>,
    /// Rings for those who let others go first, when somebody has.
    held: Notify,
    /// Somebody has sat here since it was last looked at.
    used: AtomicBool,
}

/// Whether releases by others are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    NotYet,
    /// Somebody is about to find out.
    Opening,
    Yes,
    /// It has failed just now, and is tried again in a while.
    NotNow,
    /// It is forbidden.
    Never,
}

/// Who is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call<'a> {
    Everybody,
    /// The same, if it is news that this holding has ended.
    Ended(HoldingId),
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

    /// Whether there are too many queues for another one to be listened for.
    pub(crate) fn is_crowded(&self) -> bool {
        self.lock().len() > MOST_HEARD
    }

    /// Whether releases of the lock are being heard.
    pub(crate) fn hears(&self, key: &[u8]) -> bool {
        self.lock().get(key).is_some_and(|post| post.gate.hearing() == Hearing::Yes)
    }

    /// A lock may be free: whoever asks for it should ask now. `told`: a message says so too, which is enough where it
    /// is heard, and names the one whose turn it is. `ended`: the holding that we have given back, if it is over for good.
    pub(crate) fn wake(&self, key: &[u8], told: bool, ended: Option<HoldingId>) {
        let gate = self.lock().get(key).map(|post| Arc::clone(&post.gate));
        let Some(gate) = gate else { return };
        if let Some(id) = ended {
            gate.news().gave_back(id, Instant::now());
        }
        if !(told && gate.hearing() == Hearing::Yes) {
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

    /// The listening to a lock has ended by itself, or did not begin; `hearing` says what may become of it.
    pub(crate) fn deafen(&self, key: &[u8], gate: &Arc<Gate>, hearing: Hearing) {
        let mut gates = self.lock();
        gate.hearing.send_replace(hearing);
        gate.call(Call::Everybody);
        if gates.get(key).is_some_and(|post| post.seats == 0 && Arc::ptr_eq(&post.gate, gate)) {
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
            hearing: watch::Sender::new(Hearing::NotYet),
            news: Mutex::default(),
            held: Notify::new(),
            used: AtomicBool::new(true),
        };
        Self { gate: Arc::new(gate), seats: 0 }
    }
}

impl Gate {
    pub(crate) fn hearing(&self) -> Hearing {
        *self.hearing.borrow()
    }

    /// Whether it is for the one who asks to begin to listen; he must then [hear](Self::hears_now) or [be
    /// deaf](Gates::deafen).
    pub(crate) fn may_open(&self) -> bool {
        self.hearing.send_if_modified(|hearing| {
            let may = *hearing == Hearing::NotYet;
            if may {
                *hearing = Hearing::Opening;
            }
            may
        })
    }

    /// Releases are heard from now on. What was released before may not have been: everybody is called.
    pub(crate) fn hears_now(&self) {
        // In this order: one who waits for it takes the call with him.
        self.call(Call::Everybody);
        self.hearing.send_replace(Hearing::Yes);
    }

    /// Releases are not heard for now, and whoever waits for that goes on deaf. The one who has found out must [be
    /// deaf](Gates::deafen) in a while.
    pub(crate) fn hears_not_now(&self) {
        self.hearing.send_replace(Hearing::NotNow);
    }

    /// Waits until nobody is about to find out whether releases are heard.
    pub(crate) async fn opened(&self) {
        // It is never closed while we are here.
        let _ = self.hearing.subscribe().wait_for(|hearing| *hearing != Hearing::Opening).await;
    }

    /// One who had the turn holds the lock, until this moment at most if he does not renew it.
    pub(crate) fn note_won(&self, id: HoldingId, until: Option<Instant>) {
        self.news().won(id, until, Instant::now());
    }

    /// Somebody else holds it, says an answer.
    pub(crate) fn note_refused(&self) {
        self.news().refused();
    }

    /// Somebody holds it, says his own word, for so long at most if he does not renew it.
    pub(crate) fn note_held(&self, id: HoldingId, ttl: Duration) {
        if self.news().held(id, ttl, Instant::now()) {
            self.held.notify_waiters();
        }
    }

    /// Who holds the lock as far as is known, if nobody has called since.
    pub(crate) fn taken(&self) -> Option<Taken> {
        self.news().taken()
    }

    /// Until when others may go first, if they may.
    pub(crate) fn let_others_go_first(&self) -> Option<Instant> {
        self.news().let_others_go_first(Instant::now())
    }

    /// Waits until somebody is known to hold the lock.
    pub(crate) async fn is_taken(&self) {
        let mut held = std::pin::pin!(self.held.notified());
        // Before we look: what is heard after that rings.
        held.as_mut().enable();
        if self.taken().is_none() {
            held.await;
        }
    }

    /// Others might have gone first, and have not.
    pub(crate) fn nobody_wanted_it(&self) {
        self.news().nobody_wanted_it();
    }

    /// The server has answered just now.
    pub(crate) fn note_answer(&self) {
        self.news().answered(Instant::now());
    }

    /// Whether the server has told anybody here anything within this time.
    pub(crate) fn was_answered_within(&self, span: Duration) -> bool {
        self.news().last_answer().is_some_and(|at| at.elapsed() <= span)
    }

    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has those who should ask do so.
    pub(crate) fn call(&self, call: Call<'_>) {
        let is_news = match call {
            Call::Ended(id) => self.news().free(id),
            Call::Everybody | Call::First(_) => {
                self.news().call();
                true
            }
        };
        if is_news {
            self.freed.notify_one();
        }
        // What is old to the one whose turn it is to ask may be news to those who ask for themselves.
        let standing = self.standing();
        match call {
            Call::Everybody | Call::Ended(_) => standing.values().for_each(|one| one.notify_one()),
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
        // Whoever listens, or has yet to, takes it away himself.
        if post.seats == 0 && matches!(self.gate.hearing(), Hearing::NotYet | Hearing::Never) {
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

    /// A question follows, which is newer than any call that has come.
    pub(crate) fn ask(&self) {
        self.hush();
        if self.standing.is_none() {
            self.gate.news().ask();
        }
    }

    /// Forgets a call that has come.
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
pub(crate) async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

#[cfg(test)]
mod tests;
