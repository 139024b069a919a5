//! Filters of CLIENT LIST and CLIENT KILL, and what CLIENT PAUSE and CLIENT UNBLOCK may do.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// A kind of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientType {
    /// Whoever sends commands.
    Normal,
    /// The primary that this server copies.
    Master,
    /// A replica of this server.
    Replica,
    /// A subscriber.
    PubSub,
}

impl ToRedisArgs for ClientType {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Normal => b"normal".as_slice(),
            Self::Master => b"master",
            Self::Replica => b"replica",
            Self::PubSub => b"pubsub",
        });
    }
}

/// Which connections CLIENT LIST gives: those of a kind, or those with these numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientListFilter {
    /// Those of that kind.
    Type(ClientType),
    /// Those with these numbers; ones that are gone are left out.
    Ids(Vec<i64>),
}

impl ToRedisArgs for ClientListFilter {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Type(kind) => ("TYPE", kind).write_redis_args(out),
            Self::Ids(ids) => ("ID", ids.as_slice()).write_redis_args(out),
        }
    }
}

/// Which connections CLIENT KILL closes: those that meet all conditions. Without any, the server refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientKillFilter {
    words: Vec<Vec<u8>>,
}

impl ClientKillFilter {
    /// The connection with this number.
    #[must_use]
    pub fn id(self, id: i64) -> Self {
        self.with(("ID", id))
    }

    /// Connections of this kind.
    #[must_use]
    pub fn client_type(self, kind: ClientType) -> Self {
        self.with(("TYPE", kind))
    }

    /// Connections of this user.
    #[must_use]
    pub fn user(self, name: &str) -> Self {
        self.with(("USER", name))
    }

    /// The connection from this address, `ip:port`.
    #[must_use]
    pub fn address(self, address: &str) -> Self {
        self.with(("ADDR", address))
    }

    /// Connections to this address of the server, `ip:port`.
    #[must_use]
    pub fn local_address(self, address: &str) -> Self {
        self.with(("LADDR", address))
    }

    /// Connections older than that many seconds. Redis has it since 7.4, Valkey since 8.0.
    #[must_use]
    pub fn older_than(self, seconds: u64) -> Self {
        self.with(("MAXAGE", seconds))
    }

    /// Spares the connection that asks, which is so unless it is said otherwise.
    #[must_use]
    pub fn skip_me(self, skip: bool) -> Self {
        self.with(("SKIPME", if skip { "yes" } else { "no" }))
    }

    fn with(mut self, words: impl ToRedisArgs) -> Self {
        self.words.extend(words.to_redis_args());
        self
    }
}

impl ToRedisArgs for ClientKillFilter {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.words.write_redis_args(out);
    }
}

/// What CLIENT PAUSE holds back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PauseMode {
    /// Everything.
    #[default]
    All,
    /// What would write.
    Write,
}

impl ToRedisArgs for PauseMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::All => b"ALL".as_slice(),
            Self::Write => b"WRITE",
        });
    }
}

/// What a connection unblocked by CLIENT UNBLOCK is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnblockReason {
    /// That its time is up.
    #[default]
    Timeout,
    /// An error (`UNBLOCKED`).
    Error,
}

impl ToRedisArgs for UnblockReason {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Timeout => b"TIMEOUT".as_slice(),
            Self::Error => b"ERROR",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn list_filters_write_a_type_or_numbers() {
        assert_eq!(written(ClientListFilter::Type(ClientType::PubSub)), "TYPE pubsub");
        assert_eq!(written(ClientListFilter::Ids(vec![3, 4])), "ID 3 4");
    }

    #[test]
    fn kill_filters_write_all_their_conditions() {
        let filter = ClientKillFilter::default()
            .id(7)
            .client_type(ClientType::Normal)
            .user("u")
            .address("1.2.3.4:5")
            .local_address("6.7.8.9:10")
            .older_than(60)
            .skip_me(false);

        assert_eq!(
            written(filter),
            "ID 7 TYPE normal USER u ADDR 1.2.3.4:5 LADDR 6.7.8.9:10 MAXAGE 60 SKIPME no"
        );
    }

    #[test]
    fn modes_and_reasons_write_their_words() {
        assert_eq!(written([PauseMode::All, PauseMode::Write].as_slice()), "ALL WRITE");
        assert_eq!(written([UnblockReason::Timeout, UnblockReason::Error].as_slice()), "TIMEOUT ERROR");
        assert_eq!(written([ClientType::Master, ClientType::Replica].as_slice()), "master replica");
    }
}
