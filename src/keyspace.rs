//! Keyspace events: what happens to keys, heard as a typed stream.
//!
//! # What it does not promise
//! - **That an event arrives.** The server publishes an event only if `notify-keyspace-events` asks for its class, to
//!   whoever listens at that moment, and keeps it for nobody: what happens while a connection is down is lost, and a
//!   [`Gap`](KeyStreamItem::Gap) stands in its place. A server that restarted has the setting of its configuration file
//!   again: it is looked at, and with [`ensure_flags`](KeyspaceEvents::ensure_flags) set, before the gap is told; what
//!   somebody else sets in between is not noticed.
//! - **That `expired` is punctual.** It comes when the server *removes* the key, not when its time is over: when somebody
//!   touches the key, or when the server's sweep finds it, which takes long where many keys have a time to live.
//! - **That everything is told.** FLUSHALL and FLUSHDB tell nothing, since they look at no key. DEL and MSET tell one event
//!   for each key; what removes the last element of a collection tells that and then `del`.
//! - **What another server knows.** Events are told by the node on which they happen, to those who listen there: a replica
//!   tells `del` where its primary told `expired`.
//!
//! What must not be missed hangs on no event: keep a sorted set of deadlines beside the keys, and ask it, after each
//! gap too.
//!
//! ```no_run
//! use redlane::keyspace::{EventKind, KeyStreamItem};
//! use redlane::prelude::*;
//!
//! # async fn example(client: Client) -> Result<(), Error> {
//! let mut events = client.keyspace_events().events([EventKind::Expired]).ensure_flags(true).await?;
//! for warning in events.warnings() {
//!     eprintln!("{warning}");
//! }
//! while let Some(item) = events.next().await {
//!     if let KeyStreamItem::Event(event) = item {
//!         println!("a key of {} bytes: {}", event.key.len(), event.event);
//!     }
//! }
//! # Ok(()) }
//! ```

mod event;
mod flags;
mod router;
mod stream;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use self::flags::Flags;
use crate::client::Client;
use crate::error::Result;
use crate::pubsub::OnFull;

pub use self::event::{EventKind, KeyEvent};
pub use self::flags::FlagWarning;
pub use self::router::KeyRouter;
pub use self::stream::{KeyEvents, KeyStreamItem};

/// A stream of keyspace events in the making; awaited, it resolves to [`KeyEvents`] once it is subscribed.
///
/// # Errors
/// As for [`Client::subscribe`]. That the server's settings cannot be read is no error but a
/// [warning](KeyEvents::warnings).
///
/// # Cancel safety
/// A dropped future leaves no subscription behind.
#[must_use = "nothing is subscribed to before it is awaited"]
pub struct KeyspaceEvents<'c> {
    client: &'c Client,
    /// `None`: all of them.
    db: Option<u32>,
    events: Vec<EventKind>,
    prefixes: Vec<Vec<u8>>,
    ensure_flags: bool,
    buffer: Option<usize>,
    buffer_bytes: Option<usize>,
    on_full: OnFull,
}

impl Client {
    /// Listens to what happens to keys, of its own database if nothing else is said.
    pub fn keyspace_events(&self) -> KeyspaceEvents<'_> {
        KeyspaceEvents {
            client: self,
            db: Some(u32::try_from(self.config().db()).unwrap_or_default()),
            events: Vec::new(),
            prefixes: Vec::new(),
            ensure_flags: false,
            buffer: None,
            buffer_bytes: None,
            on_full: OnFull::default(),
        }
    }
}

impl<'c> KeyspaceEvents<'c> {
    /// Of this database, whichever the client uses.
    pub fn db(mut self, db: u32) -> Self {
        self.db = Some(db);
        self
    }

    /// Of all databases.
    pub fn all_dbs(mut self) -> Self {
        self.db = None;
        self
    }

    /// Only these events. Without it all that the server tells.
    pub fn events(mut self, events: impl IntoIterator<Item = EventKind>) -> Self {
        self.events.extend(events);
        self
    }

    /// Only of keys that begin so; called again, also of those. The server sorts them out then, by the channels of single
    /// keys (`K` instead of `E` in its settings).
    pub fn key_prefix(mut self, prefix: impl AsRef<[u8]>) -> Self {
        self.prefixes.push(prefix.as_ref().to_vec());
        self
    }

    /// Has `notify-keyspace-events` set to what is needed, if it is not. Letters are only added. The server hides some of
    /// them (`n`, `o`, `c`) behind `A`; so that none is taken away by this, they are then added as well. A server that is
    /// started again has forgotten what does not stand in its configuration file: it is set again before the gap is told.
    pub fn ensure_flags(mut self, ensure: bool) -> Self {
        self.ensure_flags = ensure;
        self
    }

    /// How many events may wait to be read; see [`Subscribe::buffer`](crate::pubsub::Subscribe::buffer).
    pub fn buffer(mut self, events: usize) -> Self {
        self.buffer = Some(events);
        self
    }

    /// How many bytes of events, keys and names of channels, may wait to be read; see
    /// [`Subscribe::buffer_bytes`](crate::pubsub::Subscribe::buffer_bytes). Keys may be long, and come from whoever writes
    /// them.
    pub fn buffer_bytes(mut self, bytes: usize) -> Self {
        self.buffer_bytes = Some(bytes);
        self
    }

    /// What becomes of an event that finds the buffer full. Default [`OnFull::DropOldest`].
    pub fn on_full(mut self, on_full: OnFull) -> Self {
        self.on_full = on_full;
        self
    }

    /// The letter for the kind of channel that is listened to.
    fn carrier(&self) -> char {
        if self.prefixes.is_empty() { 'E' } else { 'K' }
    }

    /// Channels to subscribe to: these exactly, or those that match a pattern.
    fn channels(&self) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let db = self.db.map_or_else(|| "*".to_owned(), |db| db.to_string());
        if !self.prefixes.is_empty() {
            let pattern = |prefix: &Vec<u8>| {
                let mut pattern = format!("__keyspace@{db}__:").into_bytes();
                for byte in prefix {
                    if b"*?[]\\".contains(byte) {
                        pattern.push(b'\\');
                    }
                    pattern.push(*byte);
                }
                pattern.push(b'*');
                pattern
            };
            return (Vec::new(), self.prefixes.iter().map(pattern).collect());
        }
        let of_event = |event: &str| format!("__keyevent@{db}__:{event}").into_bytes();
        if self.events.is_empty() {
            return (Vec::new(), vec![of_event("*")]);
        }
        let channels = self.events.iter().map(|event| of_event(event.name())).collect();
        if self.db.is_some() { (channels, Vec::new()) } else { (Vec::new(), channels) }
    }

    async fn run(self) -> Result<KeyEvents> {
        let (channels, patterns) = self.channels();
        let builder = match channels.is_empty() {
            false => self.client.subscribe(&channels),
            true => self.client.psubscribe(&patterns),
        };
        let builder = match self.buffer {
            Some(buffer) => builder.buffer(buffer),
            None => builder,
        };
        let builder = match self.buffer_bytes {
            Some(bytes) => builder.buffer_bytes(bytes),
            None => builder,
        };
        let subscription = builder.on_full(self.on_full).await?;
        // After it: what happens from the moment on in which the flags are set is heard.
        let flags = Flags {
            client: self.client.clone(),
            carrier: self.carrier(),
            events: self.events,
            ensure: self.ensure_flags,
        };
        let warnings = flags.clone().check().await?;
        Ok(KeyEvents::new(subscription, flags, warnings))
    }
}

impl<'c> IntoFuture for KeyspaceEvents<'c> {
    type Output = Result<KeyEvents>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<KeyEvents>> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for KeyspaceEvents<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyspaceEvents")
            .field("db", &self.db)
            .field("events", &self.events)
            .field("prefixes", &self.prefixes.len())
            .finish_non_exhaustive()
    }
}
