//! What can be subscribed to, and the words for it.

use bytes::Bytes;
use redlane_resp::command::Command;

/// One channel or pattern that somebody may listen to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Topic {
    pub(crate) kind: Kind,
    pub(crate) name: Bytes,
}

/// The three kinds of subscription, which the server keeps apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    Channel,
    Pattern,
    /// A channel of a slot's shard.
    Shard,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Channel, Self::Pattern, Self::Shard];

    /// Each of `names`, once.
    pub(crate) fn topics<I>(self, names: I) -> Vec<Topic>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let mut topics: Vec<Topic> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for name in names {
            let name = Bytes::copy_from_slice(name.as_ref());
            if known.insert(name.clone()) {
                topics.push(Topic { kind: self, name });
            }
        }
        topics
    }

    /// How many names go into one command. A shard's channels must not cross slots, and one that is refused must not
    /// take others with it; with the others the server's reply buffer sets no limit, so this one keeps a line readable
    /// in the server's slow log.
    pub(super) const fn names_per_command(self) -> usize {
        match self {
            Self::Channel | Self::Pattern => 512,
            Self::Shard => 1,
        }
    }

    /// The command that subscribes, or ends it.
    pub(super) fn command(self, on: bool) -> Command {
        Command::new(self.word(on))
    }

    /// Its name.
    pub(crate) const fn word(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Channel, true) => "SUBSCRIBE",
            (Self::Channel, false) => "UNSUBSCRIBE",
            (Self::Pattern, true) => "PSUBSCRIBE",
            (Self::Pattern, false) => "PUNSUBSCRIBE",
            (Self::Shard, true) => "SSUBSCRIBE",
            (Self::Shard, false) => "SUNSUBSCRIBE",
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}
