//! Dedicated connections: links over one socket each, made for a pool and leased to one caller at a time.
//!
//! They run on the same engine as the shared links but never reconnect: with its socket a dedicated connection loses what
//! made it worth leasing. It says nothing by itself; the words that clean or check it come from the
//! [`Connector`], and count as done only when the server has answered each of them without an error.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use redlane_resp::command::WireSink;
use redlane_resp::limits::Limits;
use redlane_resp::scan::{Scan, Scanner};

use crate::config::LinkConfig;
use crate::connector::{Connector, Dirt, PushSink};
use crate::link::Link;
use crate::outbox::Outbox;
use crate::payload::Payload;
use crate::pool::Manage;
use crate::transport::ConnectError;

/// Makes the dedicated connections of one server.
pub struct Dedicated<C> {
    connector: Arc<C>,
    config: LinkConfig,
    sink: Option<Arc<dyn PushSink>>,
}

impl<C: Connector> Dedicated<C> {
    /// Connections that are dialed and greeted as `connector` says. Of `config` holds what
    /// [`for_lease`](LinkConfig::for_lease) makes of it.
    #[must_use]
    pub fn new(connector: Arc<C>, config: &LinkConfig) -> Self {
        Dedicated { connector, config: config.for_lease(), sink: None }
    }

    /// The same, with all pushes going to `sink`.
    #[must_use]
    pub fn with_sink(mut self, sink: Arc<dyn PushSink>) -> Self {
        self.sink = Some(sink);
        self
    }
}

impl<C: Connector> Manage for Dedicated<C> {
    type Connection = Link;

    async fn create(&self) -> Result<Link, ConnectError> {
        Link::connect(Arc::clone(&self.connector), self.config.clone(), self.sink.clone()).await
    }

    fn is_usable(&self, link: &Link) -> bool {
        link.is_reusable()
    }

    fn can_recycle(&self, dirt: Dirt) -> bool {
        self.connector.cleanse(dirt).is_some()
    }

    async fn recycle(&self, link: &mut Link, dirt: Dirt) -> bool {
        let bytes = if dirt.is_clean() { Some(self.connector.probe()) } else { self.connector.cleanse(dirt) };
        let Some(words) = bytes.and_then(Words::new) else { return false };
        match link.call(&words).await {
            Ok(replies) => replies.len() == words.count && !replies.iter().any(|reply| reply.is_error()),
            Err(error) => {
                tracing::debug!(%error, "a pooled connection could not be recycled");
                false
            }
        }
    }
}

impl<C> fmt::Debug for Dedicated<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dedicated").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Ready encoded commands from a connector.
struct Words {
    bytes: Bytes,
    count: usize,
}

impl Words {
    /// Counts the commands; `None` when the bytes are none.
    fn new(bytes: Bytes) -> Option<Self> {
        let mut scanner = Scanner::new(Limits::default());
        let (mut rest, mut count) = (bytes.as_ref(), 0_usize);
        while !rest.is_empty() {
            let Ok(Scan::Whole { len, .. }) = scanner.scan(rest) else { return None };
            rest = rest.get(len..)?;
            count = count.saturating_add(1);
        }
        (count > 0).then_some(Words { bytes, count })
    }
}

impl Payload for Words {
    fn frames(&self) -> usize {
        self.count
    }

    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    fn encode(&self, out: &mut Outbox) {
        out.put_slice(&self.bytes);
    }
}

#[cfg(test)]
mod tests;
