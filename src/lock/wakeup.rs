//! Listening for the releases of a lock, so that whoever waits for it need not ask again and again.
//!
//! One subscription serves all in this process who wait for the same lock, and stays for a second or two after the last
//! of them: where a lock goes to and fro, the first question is then as good as one after listening. What surprises:
//! where listening is forbidden nothing fails; waiters ask ten times a second instead, and the log says so once a lock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::claim::Claim;
use super::core::Core;
use super::gate::{Call, Gate, Hearing, Seat};
use super::race::{First, race};
use crate::error::ErrorKind;
use crate::pubsub::{Event, Subscription};

/// How long a lock is listened for after its last waiter, at least; twice that at most.
const LINGER: Duration = Duration::from_secs(1);

/// Wake-ups that may wait to be passed on. Losing some is no harm: whatever was lost, everybody is called.
const BUFFER: usize = 64;

/// Begins to listen, unless somebody does already. Gives whether releases are heard from now on.
pub(crate) async fn listen(claim: &Claim, seat: &Seat<'_>) -> bool {
    let gate = seat.gate();
    if !claim.terms.wake_up || gate.hearing() == Hearing::Never {
        return false;
    }
    if gate.hearing() == Hearing::Yes {
        return true;
    }
    let _alone = gate.opening.lock().await;
    if gate.hearing() != Hearing::NotYet {
        return gate.hearing() == Hearing::Yes;
    }
    match claim.client.subscribe([&claim.terms.keys.channel]).buffer(BUFFER).await {
        Ok(subscription) => {
            gate.set_hearing(Hearing::Yes);
            let (core, key) = (Arc::clone(&claim.core), claim.terms.keys.holder.clone());
            let passing = pass_on(subscription, Arc::clone(gate), key, core);
            claim.core.attend(passing, &claim.runtime);
            true
        }
        Err(error) => {
            if error.kind() == ErrorKind::NoPermission {
                gate.set_hearing(Hearing::Never);
                tracing::warn!(
                    target: "redlane::lock",
                    "no right to listen for the releases of a lock: it is asked for ten times a second instead",
                );
            }
            // Else it may pass: it is tried again before the next question.
            false
        }
    }
}

/// Calls those who wait for the lock, until nobody has for a while.
async fn pass_on(mut subscription: Subscription, gate: Arc<Gate>, key: Vec<u8>, core: Arc<Core>) {
    let closed = core.closed();
    let mut look = Instant::now();
    loop {
        let ended = if Instant::now() >= look {
            look = look.checked_add(LINGER).unwrap_or(look);
            core.gates.retire(&key)
        } else {
            match race(closed.cancelled(), timeout_at(look, subscription.next())).await {
                First::Left(()) | First::Right(Ok(None)) => {
                    core.gates.deafen(&key);
                    true
                }
                First::Right(Ok(Some(event))) => {
                    gate.call(call_of(&event));
                    false
                }
                First::Right(Err(_)) => false,
            }
        };
        if ended {
            return;
        }
    }
}

/// A release names the one whose turn it is when there is a queue. After a break anybody's may have been lost.
fn call_of(event: &Event) -> Call<'_> {
    match event {
        Event::Message { payload, .. } if !payload.is_empty() => Call::First(payload),
        _ => Call::Everybody,
    }
}
