//! Listening for the releases of a lock, so that whoever waits for it need not ask again and again.
//!
//! One subscription serves all in this process who wait for the same lock, and stays for a second or two after the last
//! of them: where a lock goes to and fro, the first question is then as good as one after listening. What surprises:
//! where listening is forbidden or fails nothing else does; waiters ask ten times a second instead, and the log says once
//! that it is forbidden.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::claim::Claim;
use super::core::Core;
use super::gate::{Call, Gate, Hearing, Seat};
use super::race::{First, race};
use super::terms::LockKeys;
use super::word::Word;
use crate::client::Client;
use crate::error::ErrorKind;
use crate::pubsub::{Event, Subscription};

/// How long a lock is listened for after its last waiter, at least, and twice that at most; and how long listening that
/// has failed is not tried again.
const LINGER: Duration = Duration::from_secs(1);

/// How long the first question of a waiter is put off for the listening to begin: a connection and a round trip, mostly.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

/// Wake-ups that may wait to be passed on. Losing some is no harm: whatever was lost, everybody is called.
const BUFFER: usize = 64;

/// Begins to listen, unless somebody does already, and waits for that, at most for so long. Gives whether releases are
/// heard from now on.
///
/// The listening has a task of its own: where it cannot begin, as the server takes no more connections, whoever waits for
/// the lock goes on asking.
pub(crate) async fn listen(claim: &Claim, seat: &Seat<'_>, patience: Duration) -> bool {
    let gate = seat.gate();
    if !claim.terms.wake_up {
        return false;
    }
    if !claim.core.gates.is_crowded() && gate.may_open() {
        let ear = Ear {
            core: Arc::clone(&claim.core),
            key: claim.terms.keys.holder.clone(),
            gate: Arc::clone(gate),
            left: Hearing::NotYet,
        };
        claim.core.attend(attend(claim.client.clone(), Arc::clone(&claim.terms.keys), ear), &claim.runtime);
    }
    if !patience.is_zero() && gate.hearing() == Hearing::Opening {
        // Or else we go on deaf, and are called when it has succeeded.
        let _ = timeout(patience, gate.opened()).await;
    }
    gate.hearing() == Hearing::Yes
}

/// One who listens for the releases of a lock. However he ends, also with his runtime, nobody goes on relying on him.
struct Ear {
    core: Arc<Core>,
    key: Vec<u8>,
    gate: Arc<Gate>,
    /// What others may think when he has gone.
    left: Hearing,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.core.gates.deafen(&self.key, &self.gate, self.left);
    }
}

async fn attend(client: Client, keys: Arc<LockKeys>, mut ear: Ear) {
    let closed = ear.core.closed();
    let opening = client.subscribe([&keys.channel]).buffer(BUFFER).into_future();
    match race(closed.cancelled(), opening).await {
        First::Right(Ok(subscription)) => {
            // The task must not keep the client.
            drop(client);
            ear.gate.hears_now();
            pass_on(subscription, &ear).await;
        }
        First::Right(Err(error)) if error.kind() == ErrorKind::NoPermission => {
            ear.left = Hearing::Never;
            ear.core.warn_of_deafness();
        }
        // It may pass and is tried again, but not before each question: one that fails at once would call for the next.
        First::Right(Err(_)) => {
            drop(client);
            ear.gate.hears_not_now();
            race(closed.cancelled(), sleep(LINGER)).await;
        }
        First::Left(()) => {}
    }
}

/// Calls those who wait for the lock, until nobody has for a while.
async fn pass_on(mut subscription: Subscription, ear: &Ear) {
    let closed = ear.core.closed();
    let mut look = Instant::now();
    loop {
        if Instant::now() >= look {
            look = look.checked_add(LINGER).unwrap_or(look);
            if ear.core.gates.retire(&ear.key) {
                return;
            }
        }
        match race(closed.cancelled(), timeout_at(look, subscription.next())).await {
            First::Left(()) | First::Right(Ok(None)) => return,
            First::Right(Ok(Some(event))) => pass_on_event(&event, &ear.gate),
            First::Right(Err(_)) => {}
        }
    }
}

fn pass_on_event(event: &Event, gate: &Gate) {
    let word = match event {
        Event::Message { payload, .. } => Word::read(payload),
        // After a break anybody's may have been lost.
        _ => Word::Try,
    };
    match word {
        Word::Held(id, ttl) => gate.note_held(id, ttl),
        Word::Free(id) => gate.call(Call::Ended(id)),
        Word::Turn(token) => gate.call(Call::First(token)),
        Word::Try => gate.call(Call::Everybody),
    }
}
