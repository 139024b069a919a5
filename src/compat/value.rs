//! A reply as a tree, in redis-rs's shape.
//!
//! It is built for whoever asks for a [`Value`], and for types that read themselves from one; std's types are read from
//! the bytes. What surprises: `+OK` is a value of its own, [`Value::Okay`], and `Debug` has a format that programs print
//! and tests compare.

mod maps;
mod push;
mod read;
mod read_async;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::compat::error::{RedisResult, ServerError};

pub(crate) use self::maps::{MapIter, OwnedMapIter};
pub use self::push::{PushInfo, PushKind};
pub use self::read::{Parser, parse_redis_value};
pub(crate) use self::read::{limits, read_reply};
pub use self::read_async::parse_redis_value_async;

/// A number of more than 64 bits.
#[cfg(feature = "num-bigint")]
pub(crate) type BigNumber = num_bigint::BigInt;
/// A number of more than 64 bits, as its digits.
#[cfg(not(feature = "num-bigint"))]
pub(crate) type BigNumber = Vec<u8>;

/// Any reply.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// No value.
    #[default]
    Nil,
    /// An integer.
    Int(i64),
    /// A byte string.
    BulkString(Vec<u8>),
    /// A list.
    Array(Vec<Self>),
    /// A short text.
    SimpleString(String),
    /// `OK`
    Okay,
    /// Pairs, in the order of the wire.
    Map(Vec<(Self, Self)>),
    /// A value with attributes.
    Attribute {
        /// The value.
        data: Box<Self>,
        /// Its attributes, in the order of the wire.
        attributes: Vec<(Self, Self)>,
    },
    /// Members, in the order of the wire.
    Set(Vec<Self>),
    /// A floating point number.
    Double(f64),
    /// A truth value.
    Boolean(bool),
    /// A text of a named format.
    VerbatimString {
        /// The format.
        format: VerbatimFormat,
        /// The text.
        text: String,
    },
    /// A number of more than 64 bits.
    #[cfg(feature = "num-bigint")]
    BigNumber(num_bigint::BigInt),
    /// A number of more than 64 bits, as its digits.
    #[cfg(not(feature = "num-bigint"))]
    BigNumber(Vec<u8>),
    /// What the server sends unasked, or as the answer to a subscription.
    Push {
        /// What it is about.
        kind: PushKind,
        /// What it says.
        data: Vec<Self>,
    },
    /// An error. It is an ordinary value within a reply, until [`extract_error`](Value::extract_error) makes it one.
    ServerError(ServerError),
}

/// The format of a [`Value::VerbatimString`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum VerbatimFormat {
    /// One that the library does not know, in three letters.
    Unknown(String),
    /// `mkd`
    Markdown,
    /// `txt`
    Text,
}

impl fmt::Display for VerbatimFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(letters) => letters,
            Self::Markdown => "mkd",
            Self::Text => "txt",
        })
    }
}

impl Value {
    /// Whether it has the shape of a reply to `SCAN`: a cursor and a list.
    pub fn looks_like_cursor(&self) -> bool {
        matches!(self, Self::Array(items) if matches!(items.as_slice(), [Self::BulkString(_), Self::Array(_)]))
    }

    /// The elements of a list or a set; none of `Nil`. `None` when it is neither.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) | Self::Set(items) => Some(items),
            Self::Nil => Some(&[]),
            _ => None,
        }
    }

    /// The elements of a list or a set; none of `Nil`.
    ///
    /// # Errors
    /// The value itself when it is neither.
    pub fn into_sequence(self) -> Result<Vec<Self>, Self> {
        match self {
            Self::Array(items) | Self::Set(items) => Ok(items),
            Self::Nil => Ok(Vec::new()),
            other => Err(other),
        }
    }

    /// The pairs of a map, or of a list of even length. `None` when it is neither.
    pub fn as_map_iter(&self) -> Option<MapIter<'_>> {
        match self {
            Self::Array(items) if items.len() % 2 == 0 => Some(MapIter::Array(items.iter())),
            Self::Map(pairs) => Some(MapIter::Map(pairs.iter())),
            _ => None,
        }
    }

    /// The pairs of a map, or of a list of even length.
    ///
    /// # Errors
    /// The value itself when it is neither.
    pub fn into_map_iter(self) -> Result<OwnedMapIter, Self> {
        match self {
            Self::Array(items) if items.len() % 2 == 0 => Ok(OwnedMapIter::Array(items.into_iter())),
            Self::Map(pairs) => Ok(OwnedMapIter::Map(pairs.into_iter())),
            other => Err(other),
        }
    }

    /// The value, unless there is a server's error in it, at any level.
    ///
    /// # Errors
    /// The first error in it.
    pub fn extract_error(self) -> RedisResult<Self> {
        match self.first_error() {
            None => Ok(self),
            Some(error) => Err(error.clone().into()),
        }
    }

    /// The first error at any level, in the order of the wire.
    pub(crate) fn first_error(&self) -> Option<&ServerError> {
        match self {
            Self::ServerError(error) => Some(error),
            Self::Array(items) | Self::Set(items) | Self::Push { data: items, .. } => {
                items.iter().find_map(Self::first_error)
            }
            Self::Map(pairs) => first_error_of(pairs),
            Self::Attribute { data, attributes } => data.first_error().or_else(|| first_error_of(attributes)),
            _ => None,
        }
    }

    /// Whether it is a list or a set of so many elements, or a map of so many keys and values.
    pub(crate) fn is_collection_of(&self, count: usize) -> bool {
        match self {
            Self::Array(items) | Self::Set(items) => items.len() == count,
            Self::Map(pairs) => pairs.len().checked_mul(2) == Some(count),
            _ => false,
        }
    }
}

fn first_error_of(pairs: &[(Value, Value)]) -> Option<&ServerError> {
    pairs.iter().find_map(|(key, value)| key.first_error().or_else(|| value.first_error()))
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Int(number) => write!(f, "int({number:?})"),
            Self::BulkString(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => write!(f, "bulk-string('{text:?}')"),
                Err(_) => write!(f, "binary-data({bytes:?})"),
            },
            Self::Array(items) => write!(f, "array({items:?})"),
            Self::SimpleString(text) => write!(f, "simple-string({text:?})"),
            Self::Okay => f.write_str("ok"),
            Self::Map(pairs) => write!(f, "map({pairs:?})"),
            Self::Attribute { data, .. } => write!(f, "attribute({data:?})"),
            Self::Set(items) => write!(f, "set({items:?})"),
            Self::Double(number) => write!(f, "double({number:?})"),
            Self::Boolean(truth) => write!(f, "boolean({truth:?})"),
            Self::VerbatimString { format, text } => write!(f, "verbatim-string({format:?},{text:?})"),
            Self::BigNumber(number) => write!(f, "big-number({number:?})"),
            Self::Push { kind, data } => write!(f, "push({kind:?}, {data:?})"),
            Self::ServerError(error) => match error.details() {
                Some(details) => write!(f, "Server error: `{}: {details}`", error.code()),
                None => write!(f, "Server error: `{}`", error.code()),
            },
        }
    }
}
