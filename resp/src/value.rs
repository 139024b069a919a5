//! A reply as a tree, built only when the caller asks for one. Typed decoding ([`FromReply`]) needs none.
//!
//! The tree is as deep as [`MAX_DEPTH`] allows, never deeper, so that the derived `Clone`, `Drop`, `PartialEq` and
//! `Debug` may recurse. A node takes 32 bytes: an attacker's two million empty arrays, 8 MB on
//! the wire, stay at 64 MB.

mod encode;
mod payload;
#[cfg(test)]
pub(crate) mod tests;

pub use payload::Payload;

use bytes::Bytes;

use crate::cursor::{Cursor, Elements, Token};
use crate::error::{ConversionError, Kind, ServerError};
use crate::from_reply::FromReply;
use crate::limits::MAX_DEPTH;

/// Any reply of RESP2 or RESP3.
///
/// RESP2's null bulk and null array are both [`Value::Null`]; both kinds of error are [`Value::Error`]; a streamed
/// reply gives the same value as one of announced length.
///
/// ```
/// use redlane_resp::reply::Reply;
/// use redlane_resp::value::Value;
///
/// let reply = Reply::from_frame("*2\r\n$2\r\nhi\r\n_\r\n".into());
/// let value: Value = reply.read()?;
/// assert_eq!(value, Value::Array(vec![Value::from("hi"), Value::Null]));
/// # Ok::<(), redlane_resp::error::ConversionError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// `:`
    Integer(i64),
    /// `#`
    Boolean(bool),
    /// `,`
    Double(f64),
    /// `$`
    Bulk(Payload),
    /// `+`
    Simple(Payload),
    /// `-` or `!`
    Error(ServerError),
    /// `(`: sign and digits.
    BigNumber(Payload),
    /// `=`
    Verbatim {
        /// Three letters: `txt` or `mkd`.
        format: [u8; 3],
        /// The text without its format.
        text: Payload,
    },
    /// `*`
    Array(Vec<Value>),
    /// `%`, in the order of the wire.
    Map(Vec<(Value, Value)>),
    /// `~`, in the order of the wire.
    Set(Vec<Value>),
    /// `>`
    Push(Vec<Value>),
    /// A value with attributes.
    Attributed(Box<Attributed>),
}

/// A value and the attributes that came ahead of it; a chain of them is one list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributed {
    /// The attributes, in the order of the wire.
    pub attributes: Vec<(Value, Value)>,
    /// What they belong to.
    pub value: Value,
}

impl Value {
    /// The value's type.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Integer(_) => Kind::Integer,
            Self::Boolean(_) => Kind::Boolean,
            Self::Double(_) => Kind::Double,
            Self::Bulk(_) => Kind::Bulk,
            Self::Simple(_) => Kind::Simple,
            Self::Error(_) => Kind::Error,
            Self::BigNumber(_) => Kind::BigNumber,
            Self::Verbatim { .. } => Kind::Verbatim,
            Self::Array(_) => Kind::Array,
            Self::Map(_) => Kind::Map,
            Self::Set(_) => Kind::Set,
            Self::Push(_) => Kind::Push,
            Self::Attributed(attributed) => attributed.value.kind(),
        }
    }

    /// The bytes of a bulk, simple or verbatim string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bulk(text) | Self::Simple(text) | Self::Verbatim { text, .. } => Some(text),
            Self::Attributed(attributed) => attributed.value.as_bytes(),
            _ => None,
        }
    }

    /// The elements of an array, set or push.
    pub fn as_slice(&self) -> Option<&[Value]> {
        match self {
            Self::Array(elements) | Self::Set(elements) | Self::Push(elements) => Some(elements),
            Self::Attributed(attributed) => attributed.value.as_slice(),
            _ => None,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Bulk(text.into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bulk(bytes.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// Builds the tree. A server's error becomes [`Value::Error`], at the top too.
impl FromReply for Value {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        read(cursor, MAX_DEPTH)
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        Ok(Value::Bulk(payload.into()))
    }
}

/// Reads a value of at most `levels` more levels.
fn read(cursor: &mut Cursor<'_>, levels: usize) -> Result<Value, ConversionError> {
    // A chain of attributes is no nesting on the wire, so it must not become one in the tree.
    let mut attributes = Vec::new();
    while let Some(elements) = cursor.open_attributes()? {
        read_pairs(cursor, elements, levels, &mut attributes)?;
    }
    let value = match cursor.read()? {
        Token::Null => Value::Null,
        Token::Integer(number) => Value::Integer(number),
        Token::Boolean(truth) => Value::Boolean(truth),
        Token::Double(number) => Value::Double(number),
        Token::Simple(text) => Value::Simple(text.into()),
        Token::Error(error) => Value::Error(error),
        Token::Bulk(payload) => Value::Bulk(Payload::take(cursor, payload)),
        Token::BigNumber(digits) => Value::BigNumber(digits.into()),
        Token::Verbatim { format, text } => {
            Value::Verbatim { format, text: Payload::take(cursor, text.into()) }
        }
        Token::Array(elements) => Value::Array(read_elements(cursor, elements, levels)?),
        Token::Set(elements) => Value::Set(read_elements(cursor, elements, levels)?),
        Token::Push(elements) => Value::Push(read_elements(cursor, elements, levels)?),
        Token::Map(elements) => {
            let mut pairs = Vec::new();
            read_pairs(cursor, elements, levels, &mut pairs)?;
            Value::Map(pairs)
        }
    };
    Ok(if attributes.is_empty() {
        value
    } else {
        Value::Attributed(Box::new(Attributed { attributes, value }))
    })
}

fn read_elements(
    cursor: &mut Cursor<'_>,
    mut elements: Elements,
    levels: usize,
) -> Result<Vec<Value>, ConversionError> {
    let levels = levels.checked_sub(1).ok_or(ConversionError::Malformed)?;
    let mut values = Vec::with_capacity(elements.room(cursor));
    while elements.more(cursor)? {
        values.push(read(cursor, levels)?);
    }
    Ok(values)
}

fn read_pairs(
    cursor: &mut Cursor<'_>,
    mut elements: Elements,
    levels: usize,
    pairs: &mut Vec<(Value, Value)>,
) -> Result<(), ConversionError> {
    let levels = levels.checked_sub(1).ok_or(ConversionError::Malformed)?;
    pairs.reserve(elements.room(cursor) / 2);
    while elements.more(cursor)? {
        let key = read(cursor, levels)?;
        if !elements.more(cursor)? {
            return Err(ConversionError::OddMap);
        }
        pairs.push((key, read(cursor, levels)?));
    }
    Ok(())
}
