//! The reply to `TYPE`.

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch};
use crate::compat::value::Value;

macro_rules! value_types {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What a key holds.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum ValueType {
            $($(#[$doc])* $name,)*
            /// Something else, by the server's word.
            Unknown(String),
        }

        impl<T: AsRef<str>> From<T> for ValueType {
            fn from(word: T) -> Self {
                match word.as_ref() {
                    $($word => Self::$name,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<ValueType> for String {
            fn from(value_type: ValueType) -> Self {
                match value_type {
                    $(ValueType::$name => $word.to_owned(),)*
                    ValueType::Unknown(word) => word,
                }
            }
        }
    };
}

value_types! {
    /// Nothing: there is no such key.
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
    /// A vector set.
    VectorSet = "vectorset",
    /// A JSON document.
    JSON = "ReJSON-RL",
    /// A Bloom filter of Redis.
    BloomFilterRedis = "MBbloom--",
    /// A cuckoo filter.
    CuckooFilter = "MBbloomCF",
    /// A count-min sketch.
    CountMin = "CMSk-TYPE",
    /// A t-digest.
    TDigest = "TDIS-TYPE",
    /// A top-k list.
    TopK = "TopK-TYPE",
    /// A time series.
    TimeSeries = "TSDB-TYPE",
    /// A trie of suggestions.
    Trie = "trietype0",
    /// A Bloom filter of Valkey.
    BloomFilterValKey = "bloomfltr",
}

impl FromRedisValue for ValueType {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match v {
            Value::SimpleString(word) => Ok(word.into()),
            _ => Err(mismatch(v, "Value type should be a simple string")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }
}
