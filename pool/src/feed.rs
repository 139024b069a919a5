//! A feed: a connection on which nothing is asked, so that every frame goes to one listener.
//!
//! It is a link without tickets: the same dialling, greeting, scanning and pace, and no replies to match. What is said
//! on it the driver fetches from the listener when there is something to say, and it alone, so that the order of the
//! words is the order on the wire, and words that a lost socket swallowed are nobody's: the listener says again to the
//! next one what still holds. What surprises: a listener that is not ready stops the reading, and with it, by way
//! of TCP, the server.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::config::LinkConfig;
use crate::connection::open;
use crate::connector::{Connector, PushSink};
use crate::error::CloseReason;
use crate::shared::{Fed, Shared};
use crate::stats::LinkStats;
use crate::supervisor;
use crate::transport::ConnectError;

/// The one who hears a feed. [`push`](PushSink::push) gives it every frame, not only those that RESP3 marks as pushes.
///
/// Called by the tasks of the feed, one call at a time but for [`down`](PushSink::down). It must not block.
pub trait Listener: PushSink {
    /// Appends what is to be said now, ready encoded. Asked after a socket has greeted, after [`Feed::wake`], and, with
    /// `silent`, when nothing was heard for one heartbeat: then it should say something that any server answers.
    fn words(&self, silent: bool, out: &mut Vec<u8>);

    /// Nothing was heard since it was asked, a heartbeat ago: the socket may be dead. Told again after each further
    /// heartbeat, until something is heard on it or another one takes over.
    fn silent(&self) {}

    /// Whether it has something to say that came up while it listened. What came up elsewhere, [`Feed::wake`] tells.
    fn has_words(&self) -> bool {
        false
    }

    /// Whether it takes another frame. After a no it calls [`Feed::wake`] as soon as it does.
    fn is_ready(&self) -> bool {
        true
    }

    /// Whether nobody needs the feed any more. It ends then, so after `true` no other answer counts. Asked at each
    /// silent heartbeat and after each failure to connect.
    fn retire(&self) -> bool {
        false
    }
}

/// A connection whose frames all go to one [`Listener`]. Dropped, it ends.
pub struct Feed {
    shared: Arc<Shared>,
}

impl Feed {
    /// Starts a feed that reconnects until it is dropped or retired. A server that is silent for `heartbeat` is asked;
    /// if it stays silent for as long again, another socket is dialled, and the first one that greets takes over.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn<C: Connector>(
        connector: Arc<C>,
        config: LinkConfig,
        listener: Arc<dyn Listener>,
        heartbeat: Duration,
    ) -> Self {
        let shared = Shared::of_feed(config, Fed { listener, heartbeat }, true);
        supervisor::spawn(Arc::clone(&shared), connector);
        Self { shared }
    }

    /// Connects one socket and returns the feed over it, which ends when the socket does.
    ///
    /// # Errors
    /// [`ConnectError`] when dialling or greeting fails within the connect timeout.
    ///
    /// # Cancel safety
    /// A dropped future closes the socket.
    pub async fn connect<C: Connector>(
        connector: Arc<C>,
        config: LinkConfig,
        listener: Arc<dyn Listener>,
        heartbeat: Duration,
    ) -> Result<Self, ConnectError> {
        let shared = Shared::of_feed(config, Fed { listener, heartbeat }, false);
        let connection = open(&*connector, &shared.config).await?;
        supervisor::spawn_single(Arc::clone(&shared), connector, connection);
        Ok(Self { shared })
    }

    /// Tells the driver that the listener has something to say, or takes frames again.
    pub fn wake(&self) {
        let mut inner = self.shared.lock();
        inner.core.flush_wanted = true;
        self.shared.unlock(inner, true);
    }

    /// Tells that somebody waits for it: a server that refuses us is dialled sooner then.
    pub fn ask(&self) {
        let mut inner = self.shared.lock();
        inner.asked = true;
        self.shared.unlock(inner, true);
    }

    /// Whether it is connected and greeted right now.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.shared.is_up()
    }

    /// Whether it has ended for good, and why.
    #[must_use]
    pub fn ended(&self) -> Option<CloseReason> {
        self.shared.ended()
    }

    /// Figures of this feed. Every frame counts as a push.
    #[must_use]
    pub fn stats(&self) -> LinkStats {
        self.shared.stats()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.end(CloseReason::Closed);
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("stats", &self.stats()).finish()
    }
}
