//! One event: which database, what happened, to which key.

use std::fmt;

use bytes::Bytes;

/// What happened to a key. `Debug` does not show the key.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeyEvent {
    /// The database that the key is in.
    pub db: u32,
    /// What happened.
    pub event: EventKind,
    /// The key.
    pub key: Bytes,
}

impl KeyEvent {
    /// Reads what came on `channel`; `None` when that is no channel of keyspace events.
    ///
    /// The name of the database ends at the first `__:`, since a key may hold anything.
    pub(super) fn parse(channel: &[u8], payload: &Bytes) -> Option<Self> {
        let (by_event, rest) = match channel.strip_prefix(b"__keyevent@") {
            Some(rest) => (true, rest),
            None => (false, channel.strip_prefix(b"__keyspace@")?),
        };
        let end = memchr::memmem::find(rest, b"__:")?;
        let (db, rest) = rest.split_at_checked(end)?;
        let name = rest.strip_prefix(b"__:")?;
        let db = std::str::from_utf8(db).ok()?.parse().ok()?;
        let (event, key) =
            if by_event { (name, payload.clone()) } else { (payload.as_ref(), Bytes::copy_from_slice(name)) };
        Some(Self { db, event: EventKind::of(&String::from_utf8_lossy(event)), key })
    }
}

impl fmt::Debug for KeyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEvent")
            .field("db", &self.db)
            .field("event", &self.event)
            .field("key_len", &self.key.len())
            .finish()
    }
}

macro_rules! kinds {
    ($($variant:ident $name:literal $class:literal)*) => {
        /// What happened to a key, by the server's own names.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $(
                #[doc = concat!("`", $name, "`, of the class `", $class, "`.")]
                $variant,
            )*
            /// An event that Redlane does not know.
            Other(String),
        }

        impl EventKind {
            /// The kind with the server's name.
            #[must_use]
            pub fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }

            /// The server's name for it.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// The letter of its class in `notify-keyspace-events`; `None` for one that Redlane does not know.
            #[must_use]
            pub fn class(&self) -> Option<char> {
                match self {
                    $(Self::$variant => Some($class),)*
                    Self::Other(_) => None,
                }
            }
        }
    };
}

kinds! {
    Del "del" 'g'
    Expire "expire" 'g'
    Persist "persist" 'g'
    RenameFrom "rename_from" 'g'
    RenameTo "rename_to" 'g'
    MoveFrom "move_from" 'g'
    MoveTo "move_to" 'g'
    CopyTo "copy_to" 'g'
    Restore "restore" 'g'
    Set "set" '$'
    SetRange "setrange" '$'
    IncrBy "incrby" '$'
    IncrByFloat "incrbyfloat" '$'
    Append "append" '$'
    SetBit "setbit" '$'
    PfAdd "pfadd" '$'
    LPush "lpush" 'l'
    RPush "rpush" 'l'
    LPop "lpop" 'l'
    RPop "rpop" 'l'
    LInsert "linsert" 'l'
    LSet "lset" 'l'
    LRem "lrem" 'l'
    LTrim "ltrim" 'l'
    SortStore "sortstore" 'l'
    SAdd "sadd" 's'
    SRem "srem" 's'
    SPop "spop" 's'
    SInterStore "sinterstore" 's'
    SUnionStore "sunionstore" 's'
    SDiffStore "sdiffstore" 's'
    HSet "hset" 'h'
    HDel "hdel" 'h'
    HIncrBy "hincrby" 'h'
    HIncrByFloat "hincrbyfloat" 'h'
    HExpire "hexpire" 'h'
    HExpired "hexpired" 'h'
    HPersist "hpersist" 'h'
    ZAdd "zadd" 'z'
    ZIncr "zincr" 'z'
    ZRem "zrem" 'z'
    ZPopMin "zpopmin" 'z'
    ZPopMax "zpopmax" 'z'
    ZRemRangeByRank "zremrangebyrank" 'z'
    ZRemRangeByScore "zremrangebyscore" 'z'
    ZRemRangeByLex "zremrangebylex" 'z'
    ZDiffStore "zdiffstore" 'z'
    ZInterStore "zinterstore" 'z'
    ZUnionStore "zunionstore" 'z'
    ZRangeStore "zrangestore" 'z'
    GeoSearchStore "geosearchstore" 'z'
    GeoRadiusStore "georadiusstore" 'z'
    XAdd "xadd" 't'
    XDel "xdel" 't'
    XTrim "xtrim" 't'
    XSetId "xsetid" 't'
    XGroupCreate "xgroup-create" 't'
    XGroupDestroy "xgroup-destroy" 't'
    XGroupSetId "xgroup-setid" 't'
    XGroupCreateConsumer "xgroup-createconsumer" 't'
    XGroupDelConsumer "xgroup-delconsumer" 't'
    Expired "expired" 'x'
    Evicted "evicted" 'e'
    KeyMiss "keymiss" 'm'
    New "new" 'n'
    Overwritten "overwritten" 'o'
    TypeChanged "type_changed" 'c'
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(channel: &str, payload: &'static str) -> Option<(u32, EventKind, String)> {
        let event = KeyEvent::parse(channel.as_bytes(), &Bytes::from_static(payload.as_bytes()))?;
        Some((event.db, event.event, String::from_utf8(event.key.to_vec()).unwrap()))
    }

    #[test]
    fn both_kinds_of_channel_tell_the_same() {
        let told = Some((3, EventKind::Expired, "session:7".to_owned()));

        assert_eq!(parse("__keyevent@3__:expired", "session:7"), told);
        assert_eq!(parse("__keyspace@3__:session:7", "expired"), told);
    }

    #[test]
    fn a_key_may_hold_what_ends_the_database() {
        let key = "a__:b@c__:";

        assert_eq!(parse(&format!("__keyspace@0__:{key}"), "del"), Some((0, EventKind::Del, key.to_owned())));
        assert_eq!(parse("__keyspace@0__:", "del"), Some((0, EventKind::Del, String::new())));
    }

    #[test]
    fn an_event_of_the_future_keeps_its_name() {
        let other = EventKind::Other("vanished".to_owned());

        assert_eq!(parse("__keyevent@0__:vanished", "k"), Some((0, other, "k".to_owned())));
    }

    #[test]
    fn other_channels_are_none_of_ours() {
        for channel in ["news", "__keyevent@0", "__keyevent@x__:del", "__keyevent@__:del", "keyspace@0__:k"] {
            assert_eq!(parse(channel, "k"), None, "{channel}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        let event = KeyEvent { db: 0, event: EventKind::Del, key: Bytes::from_static(b"secret") };

        assert_eq!(format!("{event:?}"), "KeyEvent { db: 0, event: Del, key_len: 6 }");
    }
}
