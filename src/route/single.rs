//! One server behind one shared link.

use std::sync::Arc;

use redlane_pool::config::LinkConfig;
use redlane_pool::connector::Connector;
use redlane_pool::link::Link;

/// The shared link to the one server. It is one, so that what a task sends first runs first.
#[derive(Debug)]
pub(crate) struct Single {
    link: Link,
}

impl Single {
    /// Starts to connect.
    pub(crate) fn new<C: Connector>(connector: Arc<C>, config: LinkConfig) -> Self {
        Self { link: Link::spawn(connector, config, None) }
    }

    #[inline]
    pub(crate) fn link(&self) -> &Link {
        &self.link
    }
}
