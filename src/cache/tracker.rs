//! Hearing from the server what has changed: one connection of a client on which keys are tracked.
//!
//! All tracked reads of a client's caches go over one link of its own, after `CLIENT TRACKING ON`. The server remembers which
//! keys were read on it and pushes their names when they change; the link's driver hands pushes over in wire order, before
//! any later reply. What was heard holds for one socket only: whenever it goes, everything is dropped at once, and nothing
//! is kept until a PING has been answered since. A socket that died without a word is found by the same PING, each second
//! while there is anything to lose: so nothing older than two seconds is served.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use redlane_pool::connector::{Connector, Dirt, Exchange, PushSink};
use redlane_pool::error::CloseReason;
use redlane_pool::link::Link;
use redlane_pool::payload::Payload;
use redlane_pool::transport::{ConnectError, Target};
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::reply::{Replies, Reply};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::client::{Client, submission};
use crate::commands::command::Command;
use crate::commands::facts;
use crate::config::Protocol;
use crate::error::Result;
use crate::handshake::Handshake;

/// How often the server is asked whether it is still there. The bound of staleness is twice this.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Who wants to hear of changes. Called by the driver: it must not wait.
pub(super) trait Listener: Send + Sync {
    /// The key has changed.
    fn changed(&self, key: &[u8]);
    /// Any key may have changed.
    fn lost(&self);
    /// Whether there is anything to lose.
    fn holds_any(&self) -> bool;
}

/// The tracked connection of a client.
pub(super) struct Tracker {
    link: Link,
    ears: Arc<Ears>,
}

/// Finds the tracker of a client, if it has one.
#[derive(Default)]
struct Slot(Mutex<Weak<Tracker>>);

struct Ears {
    listeners: Mutex<Vec<Weak<dyn Listener>>>,
    /// A PING was answered since the last change of sockets.
    live: AtomicBool,
    /// Counts the changes of sockets.
    changes: AtomicU64,
    /// The heart has to beat now.
    beat: Notify,
    closed: AtomicBool,
}

impl Tracker {
    /// The one of `client`; connects when it is the first.
    pub(super) fn of(client: &Client) -> Arc<Self> {
        let slot = client.services().get::<Slot>();
        let mut known = slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tracker) = known.upgrade() {
            return tracker;
        }
        let ears = Arc::new(Ears {
            listeners: Mutex::default(),
            live: AtomicBool::new(false),
            changes: AtomicU64::new(0),
            beat: Notify::new(),
            closed: AtomicBool::new(false),
        });
        let connector = Arc::new(Tracking(Arc::clone(client.handshake())));
        let link = Link::spawn(connector, client.config().link(), Some(Arc::clone(&ears) as _));
        let tracker = Arc::new(Tracker { link, ears: Arc::clone(&ears) });
        *known = Arc::downgrade(&tracker);
        tokio::spawn(heart(Arc::downgrade(&tracker)));
        client.services().on_close(Box::new(move || ears.close()));
        tracker
    }

    /// Has `listener` told of changes from now on.
    pub(super) fn listen(&self, listener: Weak<dyn Listener>) {
        let mut listeners = self.ears.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|known| known.strong_count() > 0);
        listeners.push(listener);
    }

    /// Whether changes are being heard.
    pub(super) fn is_live(&self) -> bool {
        self.ears.live.load(Ordering::Acquire)
    }

    /// Asks whether the server tracks, once.
    pub(super) async fn check(&self, limit: Duration) -> Result<()> {
        let ping = Command::known(const { facts::of("PING") });
        let until = Instant::now().checked_add(limit);
        submission::command(&self.link, &ping, until, limit).await?;
        self.ears.beat.notify_one();
        Ok(())
    }

    /// What is answered to a submission on the tracked connection, within a time of its own or the connection's.
    pub(super) async fn ask<P: Payload + Sync>(
        &self,
        payload: &P,
        within: Option<Duration>,
    ) -> Result<Replies> {
        let until = within.and_then(|within| Instant::now().checked_add(within));
        let shown = within.unwrap_or_default();
        submission::submit(&self.link, payload, until, shown).await.map_err(|cut| cut.error)
    }
}

/// Beats while there is anything to lose, and whenever the socket has changed.
async fn heart(tracker: Weak<Tracker>) {
    loop {
        let Some(ears) = tracker.upgrade().map(|tracker| Arc::clone(&tracker.ears)) else { return };
        let called = timeout(HEARTBEAT, ears.beat.notified()).await.is_ok();
        let Some(tracker) = tracker.upgrade() else { return };
        if ears.closed.load(Ordering::Acquire) {
            tracker.link.close(Duration::ZERO).await;
            return;
        }
        if !called && ears.live.load(Ordering::Acquire) && !ears.holds_any() {
            continue;
        }
        let changes = ears.changes.load(Ordering::Acquire);
        let ping = Command::known(const { facts::of("PING") });
        let until = Instant::now().checked_add(HEARTBEAT);
        let answered = submission::command(&tracker.link, &ping, until, HEARTBEAT).await.is_ok();
        drop(tracker);
        if !answered {
            ears.lose();
        } else if ears.changes.load(Ordering::Acquire) == changes {
            ears.live.store(true, Ordering::Release);
            // The socket may have changed between the two lines.
            if ears.changes.load(Ordering::Acquire) != changes {
                ears.live.store(false, Ordering::Release);
                ears.beat.notify_one();
            }
        }
    }
}

impl Ears {
    /// Those who listen. Whoever is the last to let go of one of them drops it after `listeners` is unlocked: with it may go
    /// the tracker, which tells all listeners.
    fn awake(&self) -> Vec<Arc<dyn Listener>> {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().filter_map(Weak::upgrade).collect()
    }

    fn holds_any(&self) -> bool {
        self.awake().iter().any(|listener| listener.holds_any())
    }

    /// Nothing that was heard holds any more.
    fn lose(&self) {
        self.live.store(false, Ordering::Release);
        tell_lost(&self.awake());
    }

    fn socket_changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.lose();
        self.beat.notify_one();
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.lose();
        self.beat.notify_one();
    }
}

impl PushSink for Ears {
    fn push(&self, frame: Reply) {
        let bytes = frame.into_bytes();
        let mut cursor = Cursor::new(&bytes);
        let Ok(Token::Push(mut parts)) = cursor.read() else { return };
        let named = matches!(parts.more(&mut cursor), Ok(true))
            && cursor.payload().is_ok_and(|kind| &*kind == b"invalidate");
        if !named {
            return;
        }
        let listeners = self.awake();
        let more = parts.more(&mut cursor);
        // Any number of keys; none at all stands for all of them, and so does what cannot be read.
        let Ok(Token::Array(mut keys)) = more.and_then(|_| cursor.read()) else {
            return tell_lost(&listeners);
        };
        loop {
            match keys.more(&mut cursor).and_then(|more| more.then(|| cursor.payload()).transpose()) {
                Ok(Some(key)) => listeners.iter().for_each(|listener| listener.changed(&key)),
                Ok(None) => return,
                Err(_) => return tell_lost(&listeners),
            }
        }
    }

    fn up(&self) {
        self.socket_changed();
    }

    fn down(&self, _: CloseReason) {
        self.socket_changed();
    }
}

fn tell_lost(listeners: &[Arc<dyn Listener>]) {
    listeners.iter().for_each(|listener| listener.lost());
}

/// Greets as every connection does, and then has the keys tracked that are read on this one.
struct Tracking(Arc<Handshake>);

impl Connector for Tracking {
    async fn target(&self) -> Result<Target, ConnectError> {
        self.0.target().await
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        self.0.greet(exchange).await?;
        // In RESP2 the server says OK and then never tells anything.
        if !self.0.greeting().is_some_and(|greeting| greeting.protocol == Protocol::Resp3) {
            return Err(ConnectError::Unsupported(
                "tracking needs RESP3, which the server does not speak".to_owned(),
            ));
        }
        let tracking = Command::known(const { facts::of("CLIENT TRACKING") }).arg("ON");
        exchange.send(&tracking.wire().to_bytes()).await?;
        match exchange.read().await?.error() {
            Some(error) => Err(ConnectError::from_reply(error)),
            None => Ok(()),
        }
    }

    fn probe(&self) -> Bytes {
        self.0.probe()
    }

    fn cleanse(&self, dirt: Dirt) -> Option<Bytes> {
        self.0.cleanse(dirt)
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").field("live", &self.is_live()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Listener for Heard {
        fn changed(&self, key: &[u8]) {
            self.0.lock().unwrap().push(String::from_utf8_lossy(key).into_owned());
        }
        fn lost(&self) {
            self.0.lock().unwrap().push("all".to_owned());
        }
        fn holds_any(&self) -> bool {
            false
        }
    }

    fn heard(frames: &[&'static str]) -> Vec<String> {
        let listener = Arc::new(Heard::default());
        let weak: Weak<dyn Listener> = Arc::downgrade(&listener) as _;
        let ears = Ears {
            listeners: Mutex::new(vec![weak]),
            live: AtomicBool::new(true),
            changes: AtomicU64::new(0),
            beat: Notify::new(),
            closed: AtomicBool::new(false),
        };
        for frame in frames {
            ears.push(Reply::from_frame(Bytes::from_static(frame.as_bytes())));
        }
        let lines = listener.0.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn every_key_of_a_push_is_told() {
        let frame = ">2\r\n$10\r\ninvalidate\r\n*3\r\n$1\r\na\r\n$0\r\n\r\n$2\r\nbc\r\n";

        assert_eq!(heard(&[frame]), ["a", "", "bc"]);
    }

    #[test]
    fn a_push_without_keys_means_all() {
        assert_eq!(heard(&[">2\r\n$10\r\ninvalidate\r\n_\r\n"]), ["all"]);
    }

    #[test]
    fn other_pushes_are_not_ours() {
        let message = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n";

        assert!(heard(&[message, ">2\r\n$5\r\nother\r\n*1\r\n$1\r\na\r\n", ">1\r\n+x\r\n"]).is_empty());
    }
}
