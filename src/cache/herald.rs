//! Hearing from other caches what they have changed, where the server tells nothing: by a channel of the namespace.
//!
//! Whoever writes publishes the key on `namespace:inv`, in the same transaction or script, so that nobody dies between the
//! two. What is heard is acted upon by the connection's own task, before it reads anything further. Only caches tell:
//! a key that another program writes, or that a FLUSHALL takes away, is served on until its time here is over.
//!
//! While the subscription is broken nothing is kept and what was kept is gone. A socket that died without a word is found
//! by the pub/sub connection's heartbeat, within five seconds.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::tracker::Listener;
use crate::client::Client;
use crate::error::Result;
use crate::pubsub::Subscription;
use crate::pubsub::ear::Ear;

/// A cache's place among those that tell each other.
pub(super) struct Herald {
    channel: String,
    state: Mutex<State>,
    /// What stands in `state`, for those who only look.
    hears: AtomicBool,
}

#[derive(Default)]
struct State {
    listener: Option<Weak<dyn Listener>>,
    subscription: Option<Subscription>,
    /// How often it went deaf.
    breaks: u64,
}

impl Herald {
    pub(super) fn new(namespace: &str) -> Arc<Self> {
        let channel = [namespace, ":inv"].concat();
        Arc::new(Herald { channel, state: Mutex::default(), hears: AtomicBool::new(false) })
    }

    /// Where changes are told.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// Whether changes are being heard.
    pub(super) fn is_live(&self) -> bool {
        self.hears.load(Ordering::Acquire)
    }

    /// Has `listener` told of changes from now on.
    pub(super) async fn listen(
        self: &Arc<Self>,
        client: &Client,
        listener: Weak<dyn Listener>,
    ) -> Result<()> {
        self.with(|state| state.listener = Some(listener));
        let ear: Weak<dyn Ear> = Arc::downgrade(self) as _;
        let before = self.with(|state| state.breaks);
        let subscription = crate::pubsub::lend(client, &self.channel, ear).await?;
        self.with(|state| {
            state.subscription = Some(subscription);
            // Once it has been broken, it tells by itself when it hears again.
            if state.breaks == before {
                self.hears.store(true, Ordering::Release);
            }
        });
        Ok(())
    }

    fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn listener(&self) -> Option<Arc<dyn Listener>> {
        self.with(|state| state.listener.as_ref().and_then(Weak::upgrade))
    }

    fn set(&self, hears: bool) {
        self.with(|state| {
            state.breaks = state.breaks.wrapping_add(u64::from(!hears));
            self.hears.store(hears, Ordering::Release);
        });
    }
}

impl Ear for Herald {
    fn hear(&self, payload: &Bytes) {
        if let Some(listener) = self.listener() {
            listener.changed(payload);
        }
    }

    fn go_deaf(&self) {
        self.set(false);
        if let Some(listener) = self.listener() {
            listener.lost();
        }
    }

    fn hear_again(&self) {
        // Before anything may be kept again: what was read while it was deaf is not.
        if let Some(listener) = self.listener() {
            listener.lost();
        }
        self.set(true);
    }
}

impl Drop for Herald {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let subscription = state.subscription.take();
        // The last owner may be the connection's task, under the very lock that a subscription is given back by.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { drop(subscription) });
        }
    }
}

impl fmt::Debug for Herald {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Herald").field("live", &self.is_live()).finish_non_exhaustive()
    }
}
