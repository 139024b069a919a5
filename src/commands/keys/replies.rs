//! What the commands on keys of any type answer.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

/// A time, or why there is none: what TTL and its kin answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntegerReplyOrNoOp {
    /// There is no such key or field (-2).
    NotExists,
    /// There is, but it does not expire (-1).
    ExistsButNotRelevant,
    /// The number.
    IntegerReply(usize),
}

impl IntegerReplyOrNoOp {
    /// The number as the server sent it.
    #[must_use]
    pub fn raw(&self) -> isize {
        match self {
            Self::NotExists => -2,
            Self::ExistsButNotRelevant => -1,
            Self::IntegerReply(number) => isize::try_from(*number).unwrap_or(isize::MAX),
        }
    }
}

impl FromReply for IntegerReplyOrNoOp {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match i64::from_reply(cursor)? {
            -2 => Ok(Self::NotExists),
            -1 => Ok(Self::ExistsButNotRelevant),
            number => usize::try_from(number)
                .map(Self::IntegerReply)
                .map_err(|_| ConversionError::OutOfRange { target: "IntegerReplyOrNoOp" }),
        }
    }
}

macro_rules! value_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The type of a value, as TYPE names it.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ValueType {
            $($(#[$doc])* $name,)*
            /// Any other, by the server's name.
            Unknown(String),
        }

        impl ValueType {
            /// The server's name for it.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Unknown(name) => name,
                }
            }
        }

        impl From<&str> for ValueType {
            fn from(name: &str) -> Self {
                match name {
                    $($text => Self::$name,)*
                    name => Self::Unknown(name.to_owned()),
                }
            }
        }
    };
}

value_types! {
    /// There is no such key.
    None = "none",
    /// A string.
    String = "string",
    /// A list.
    List = "list",
    /// A set.
    Set = "set",
    /// A sorted set.
    ZSet = "zset",
    /// A hash.
    Hash = "hash",
    /// A stream.
    Stream = "stream",
    /// A JSON document.
    JSON = "ReJSON-RL",
    /// A Bloom filter of Redis.
    BloomFilterRedis = "MBbloom--",
    /// A Bloom filter of Valkey.
    BloomFilterValKey = "bloomfltr",
    /// A cuckoo filter.
    CuckooFilter = "MBbloomCF",
    /// A count-min sketch.
    CountMin = "CMSk-TYPE",
    /// A list of the most frequent.
    TopK = "TopK-TYPE",
    /// A t-digest.
    TDigest = "TDIS-TYPE",
    /// A time series.
    TimeSeries = "TSDB-TYPE",
    /// A dictionary for suggestions.
    Trie = "trietype0",
    /// A vector set.
    VectorSet = "vectorset",
}

impl FromReply for ValueType {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Ok(Self::from(String::from_reply(cursor)?.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::read;

    #[test]
    fn times_tell_absent_from_persistent() {
        assert_eq!(read(":-2\r\n"), Ok(IntegerReplyOrNoOp::NotExists));
        assert_eq!(read(":-1\r\n"), Ok(IntegerReplyOrNoOp::ExistsButNotRelevant));
        assert_eq!(read(":7\r\n"), Ok(IntegerReplyOrNoOp::IntegerReply(7)));
        assert!(read::<IntegerReplyOrNoOp>(":-3\r\n").is_err());
        assert_eq!(IntegerReplyOrNoOp::NotExists.raw(), -2);
        assert_eq!(IntegerReplyOrNoOp::ExistsButNotRelevant.raw(), -1);
        assert_eq!(IntegerReplyOrNoOp::IntegerReply(7).raw(), 7);
    }

    #[test]
    fn types_are_read_by_name_and_unknown_ones_are_kept() {
        assert_eq!(read("+zset\r\n"), Ok(ValueType::ZSet));
        assert_eq!(read("+none\r\n"), Ok(ValueType::None));
        assert_eq!(read("+newtype\r\n"), Ok(ValueType::Unknown("newtype".to_owned())));
        assert_eq!(ValueType::VectorSet.name(), "vectorset");
    }
}
