//! Which link a command travels on.
//!
//! A closed enum with one arm today: a single server. Cluster and Sentinel become arms beside it; nothing outside
//! this module knows how many nodes there are.

pub(crate) mod single;

use std::time::Duration;

use redlane_pool::link::Link;
use redlane_pool::stats::LinkStats;

use self::single::Single;

/// The topology behind a client.
#[derive(Debug)]
pub(crate) enum Router {
    /// One server.
    Single(Single),
}

impl Router {
    /// The shared link for a command.
    #[inline]
    pub(crate) fn link(&self) -> &Link {
        match self {
            Self::Single(single) => single.link(),
        }
    }

    /// Ends all links after what is under way, within `limit`.
    pub(crate) async fn close(&self, limit: Duration) {
        match self {
            Self::Single(single) => single.link().close(limit).await,
        }
    }

    /// Figures of all links, added up.
    pub(crate) fn stats(&self) -> LinkStats {
        match self {
            Self::Single(single) => single.link().stats(),
        }
    }
}
