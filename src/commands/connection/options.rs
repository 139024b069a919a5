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

/// What connections have in common. Older servers know a few of these, and each in its own method of
/// [`ClientKillFilter`]; Valkey knows all of them since 9.0, in CLIENT LIST too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientProperty {
    /// Their number is one of these.
    Ids(Vec<i64>),
    /// They are of this kind.
    Type(ClientType),
    /// They speak for this user.
    User(String),
    /// They come from this address, `ip:port`.
    Address(String),
    /// They go to this address of the server, `ip:port`.
    LocalAddress(String),
    /// They come from this IP address.
    Ip(String),
    /// They have this name.
    Name(String),
    /// They use this database.
    Database(u32),
    /// They have all of these flags, by the letters of CLIENT LIST.
    Flags(String),
    /// Their library has this name.
    LibraryName(String),
    /// Their library is of this version.
    LibraryVersion(String),
    /// They can do all of this, by the letters of CLIENT LIST.
    Capabilities(String),
}

impl ClientProperty {
    /// The word for it, its opposite, and the value.
    fn words(&self) -> [Vec<Vec<u8>>; 3] {
        let (word, not, value) = match self {
            Self::Ids(ids) => ("ID", "NOT-ID", ids.to_redis_args()),
            Self::Type(kind) => ("TYPE", "NOT-TYPE", kind.to_redis_args()),
            Self::User(name) => ("USER", "NOT-USER", name.to_redis_args()),
            Self::Address(address) => ("ADDR", "NOT-ADDR", address.to_redis_args()),
            Self::LocalAddress(address) => ("LADDR", "NOT-LADDR", address.to_redis_args()),
            Self::Ip(address) => ("IP", "NOT-IP", address.to_redis_args()),
            Self::Name(name) => ("NAME", "NOT-NAME", name.to_redis_args()),
            Self::Database(number) => ("DB", "NOT-DB", number.to_redis_args()),
            Self::Flags(letters) => ("FLAGS", "NOT-FLAGS", letters.to_redis_args()),
            Self::LibraryName(name) => ("LIB-NAME", "NOT-LIB-NAME", name.to_redis_args()),
            Self::LibraryVersion(version) => ("LIB-VER", "NOT-LIB-VER", version.to_redis_args()),
            Self::Capabilities(letters) => ("CAPA", "NOT-CAPA", letters.to_redis_args()),
        };
        [word.to_redis_args(), not.to_redis_args(), value]
    }
}

/// Which connections CLIENT LIST gives: those of a kind, those with these numbers, or those that meet conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientListFilter {
    /// Those of that kind.
    Type(ClientType),
    /// Those with these numbers; ones that are gone are left out.
    Ids(Vec<i64>),
    /// Those that meet all these conditions. Valkey has it since 9.0, Redis has not.
    Conditions(ClientKillFilter),
}

impl ToRedisArgs for ClientListFilter {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Type(kind) => ("TYPE", kind).write_redis_args(out),
            Self::Ids(ids) => ("ID", ids.as_slice()).write_redis_args(out),
            Self::Conditions(conditions) => conditions.write_redis_args(out),
        }
    }
}

/// Which connections CLIENT KILL closes, or CLIENT LIST gives: those that meet all conditions. Without any, the
/// server refuses.
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

    /// Connections that have sent nothing for that many seconds, one or more. Valkey has it since 9.0, Redis has
    /// not.
    #[must_use]
    pub fn idle_for(self, seconds: u64) -> Self {
        self.with(("IDLE", seconds))
    }

    /// Connections of which this holds.
    #[must_use]
    pub fn only(self, property: &ClientProperty) -> Self {
        let [word, _, value] = property.words();
        self.with((word, value))
    }

    /// Connections of which this does not hold. Valkey has it since 9.0, Redis has not.
    #[must_use]
    pub fn except(self, property: &ClientProperty) -> Self {
        let [_, not, value] = property.words();
        self.with((not, value))
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
    fn properties_write_their_word_or_its_opposite() {
        let (ids, name) = (ClientProperty::Ids(vec![3, 4]), ClientProperty::LibraryName("x".to_owned()));
        let filter = ClientKillFilter::default().except(&ids).only(&name).idle_for(5);

        assert_eq!(written(ClientListFilter::Conditions(filter)), "NOT-ID 3 4 LIB-NAME x IDLE 5");
    }

    #[test]
    fn modes_and_reasons_write_their_words() {
        assert_eq!(written([PauseMode::All, PauseMode::Write].as_slice()), "ALL WRITE");
        assert_eq!(written([UnblockReason::Timeout, UnblockReason::Error].as_slice()), "TIMEOUT ERROR");
        assert_eq!(written([ClientType::Master, ClientType::Replica].as_slice()), "master replica");
    }
}
