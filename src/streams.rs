//! Reading a stream as a member of a consumer group, without losing an entry.
//!
//! A [`GroupReader`] is a [`Stream`](futures_core::Stream) of entries, and its own [`next`](GroupReader::next) needs no
//! other crate. What stands where: `reader.rs` decides what to ask next, `ask.rs` puts the questions to the server,
//! `ledger.rs` keeps which entries are out and which are acknowledged, `entry.rs` is what the caller gets. What
//! surprises: there is no task behind a reader. What it does, it does while somebody waits for its next entry.

mod ask;
mod builder;
mod entry;
mod ledger;
mod reader;

pub use self::builder::{GroupReaderBuilder, StartAt};
pub use self::entry::Entry;
pub use self::reader::GroupReader;

use redlane_resp::to_args::ToSingleRedisArg;

use crate::client::Client;

impl Client {
    /// Begins to read the stream `key` as the member `consumer` of `group`. See [`GroupReader`].
    ///
    /// Two readers that are at work at the same time must not share a name: each would take the other's entries for
    /// its own that it lost.
    pub fn group_reader<K: ToSingleRedisArg>(
        &self,
        key: K,
        group: impl Into<String>,
        consumer: impl Into<String>,
    ) -> GroupReaderBuilder {
        GroupReaderBuilder::new(self.clone(), key, group.into(), consumer.into())
    }
}
