//! Reading a stream as a member of a consumer group, without losing an entry.
//!
//! A [`GroupReader`] is a [`Stream`](futures_core::Stream) of entries, and its own [`next`](GroupReader::next) needs no
//! other crate. What stands where: `reader.rs` decides what to ask next, `ask.rs` puts the questions to the server,
//! `ledger.rs` keeps which entries are out and which are acknowledged, `entry.rs` is what the caller gets. What
//! surprises: there is no task behind a reader. What it does, it does while somebody waits for its next entry.
//!
//! # What it does not promise
//! - **Exactly once.** What a handler does and the acknowledgement are two steps, in two systems mostly, and a process can
//!   end between them: then the entry comes again. So handlers must bear that. XADD is as any other write: one whose reply
//!   was lost may have added the entry.
//! - **An order between members.** Each member gets entries in the stream's order; two members are at work at the same
//!   time, and what one leaves behind comes to another later. Where order matters a stream has one member.
//! - **Entries that are no longer there.** Who trims a stream (MAXLEN, XTRIM) removes entries that nobody has read yet, and
//!   pending ones too: the server does not look at groups. Those are passed over.
//! - **That an entry ever succeeds.** One that makes its handler fail comes again for ever. XPENDING counts how often, for
//!   whoever wants to put it aside.
//! - **More than the server keeps.** An entry that was acknowledged to its producer is lost in a failover that came before
//!   its replication, or in a restart without its data.

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
