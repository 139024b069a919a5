//! From a reply into the caller's type, by redis-rs's rules.
//!
//! There are two ways in. [`from_redis_value`](FromRedisValue::from_redis_value) reads from a tree and is what third
//! parties implement. The hidden `from_reply` reads from the bytes and knows the common cases only; where it gives up,
//! the tree is built after all and decides, so that rules and texts of the errors stand in one place. These rules are
//! looser than those of `redlane_resp`'s `FromReply`, and the two must never be merged. What surprises: an error of the
//! server anywhere in a reply is found before anything is converted.

mod list;
mod map;
mod number;
mod pointer;
#[cfg(test)]
mod tests;
mod text;
mod tuple;

use std::fmt;

use redlane_resp::cursor::{Cursor, Elements, Token};
use redlane_resp::reply::Reply;

use crate::compat::error::{ParsingError, RedisResult, ServerError};
use crate::compat::value::{Value, read_reply};

/// A type that reads itself from a reply.
///
/// ```
/// use redlane::compat::{FromRedisValue, ParsingError, Value, from_redis_value};
///
/// struct Celsius(f64);
///
/// impl FromRedisValue for Celsius {
///     fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
///         f64::from_redis_value(value).map(Celsius)
///     }
/// }
///
/// let celsius: Celsius = from_redis_value(Value::BulkString(b"21.5".to_vec()))?;
/// assert_eq!(celsius.0, 21.5);
/// # Ok::<(), ParsingError>(())
/// ```
pub trait FromRedisValue: Sized {
    /// Reads itself from a value that is kept.
    ///
    /// # Errors
    /// [`ParsingError`] when the value is no `Self`.
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        Self::from_redis_value(v.clone())
    }

    /// Reads itself from a value that is given away.
    ///
    /// # Errors
    /// [`ParsingError`] when the value is no `Self`.
    fn from_redis_value(v: Value) -> Result<Self, ParsingError>;

    /// Reads a list of itself. A tuple reads as many elements at a time as it has parts.
    ///
    /// # Errors
    /// That of the first element which is no `Self`.
    fn from_redis_value_refs(items: &[Value]) -> Result<Vec<Self>, ParsingError> {
        items.iter().map(Self::from_redis_value_ref).collect()
    }

    /// [`from_redis_value_refs`](Self::from_redis_value_refs) of values that are given away.
    ///
    /// # Errors
    /// That of the first element which is no `Self`.
    fn from_redis_values(items: Vec<Value>) -> Result<Vec<Self>, ParsingError> {
        items.into_iter().map(Self::from_redis_value).collect()
    }

    /// [`from_redis_values`](Self::from_redis_values) with a result for each.
    fn from_each_redis_values(items: Vec<Value>) -> Vec<Result<Self, ParsingError>> {
        items.into_iter().map(Self::from_redis_value).collect()
    }

    /// Reads a list of itself from a byte string: one element, but for `u8`, of which it is the list.
    fn from_byte_slice(bytes: &[u8]) -> Option<Vec<Self>> {
        Self::from_redis_value(Value::BulkString(bytes.to_vec())).map(|only| vec![only]).ok()
    }

    /// [`from_byte_slice`](Self::from_byte_slice) of bytes that are given away.
    ///
    /// # Errors
    /// [`ParsingError`] when the bytes are no `Self`.
    fn from_byte_vec(bytes: Vec<u8>) -> Result<Vec<Self>, ParsingError> {
        Self::from_redis_value(Value::BulkString(bytes)).map(|only| vec![only])
    }

    /// Reads the frame at the cursor. `None`: the tree has to decide; the cursor may then stand anywhere in the frame.
    #[doc(hidden)]
    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        Self::from_redis_value(sound(cursor)?).ok()
    }

    /// Reads a whole reply, whose memory it may keep.
    ///
    /// # Errors
    /// The reply itself when the tree has to decide.
    #[doc(hidden)]
    fn from_whole(reply: Reply) -> Result<Self, Reply> {
        Self::from_reply(&mut reply.cursor()).ok_or(reply)
    }

    /// Reads a list of itself from the frame at the cursor.
    #[doc(hidden)]
    fn vec_from_reply(cursor: &mut Cursor<'_>) -> Option<Vec<Self>> {
        let Some(elements) = list_at(cursor)? else { return Some(Vec::new()) };
        elements_of(cursor, elements)
    }

    /// [`from_whole`](Self::from_whole) for a list of itself.
    #[doc(hidden)]
    fn vec_from_whole(reply: Reply) -> Result<Vec<Self>, Reply> {
        Self::vec_from_reply(&mut reply.cursor()).ok_or(reply)
    }
}

/// Reads a value that is kept.
///
/// # Errors
/// [`ParsingError`] when the value is no `T`.
pub fn from_redis_value_ref<T: FromRedisValue>(v: &Value) -> Result<T, ParsingError> {
    T::from_redis_value_ref(v)
}

/// Reads a value that is given away.
///
/// # Errors
/// [`ParsingError`] when the value is no `T`.
pub fn from_redis_value<T: FromRedisValue>(v: Value) -> Result<T, ParsingError> {
    T::from_redis_value(v)
}

/// Reads the reply to a command: an error of the server at any level fails, then `T` decides.
///
/// # Errors
/// The server's error, or a parse error when the reply is no `T`.
#[inline]
pub(crate) fn read_command_reply<T: FromRedisValue>(reply: Reply) -> RedisResult<T> {
    if reply.payload().is_some() {
        return T::from_whole(reply).or_else(|reply| read_tree(&reply));
    }
    match reply.as_bytes().first() {
        // The rules know one layer of attributes, a cursor none.
        Some(b'-' | b'!' | b'|' | b'>') | None => read_tree(&reply),
        Some(_) => T::from_whole(reply).or_else(|reply| read_tree(&reply)),
    }
}

/// The long way: by the tree.
#[cold]
fn read_tree<T: FromRedisValue>(reply: &Reply) -> RedisResult<T> {
    Ok(T::from_redis_value(read_reply(reply)?.extract_error()?)?)
}

/// The server's error, when the reply is one.
#[inline]
pub(crate) fn server_error(reply: &Reply) -> Option<ServerError> {
    if !reply.is_error() {
        return None;
    }
    reply.error().map(|error| ServerError::from_line(error.line()))
}

/// The tree of the frame at the cursor, unless there is an error in it.
fn sound(cursor: &mut Cursor<'_>) -> Option<Value> {
    Value::read(cursor).ok().filter(|value| value.first_error().is_none())
}

/// Opens the list at the cursor. `Some(None)`: null, which is an empty one. `None`: something else.
#[inline]
fn list_at(cursor: &mut Cursor<'_>) -> Option<Option<Elements>> {
    match cursor.read().ok()? {
        Token::Array(elements) | Token::Set(elements) => Some(Some(elements)),
        Token::Null => Some(None),
        _ => None,
    }
}

/// Reads the elements one by one.
fn elements_of<T: FromRedisValue>(cursor: &mut Cursor<'_>, mut elements: Elements) -> Option<Vec<T>> {
    let mut list = Vec::with_capacity(elements.room(cursor));
    while elements.more(cursor).ok()? {
        list.push(T::from_reply(cursor)?);
    }
    Some(list)
}

/// The value below one layer of attributes.
pub(crate) fn peel(value: Value) -> Value {
    match value {
        Value::Attribute { data, .. } => *data,
        value => value,
    }
}

fn peel_ref(value: &Value) -> &Value {
    match value {
        Value::Attribute { data, .. } => data,
        value => value,
    }
}

/// The error that redis-rs gives: what is wrong, in quotes, and with what.
#[cold]
pub(crate) fn mismatch(value: &Value, wrong: impl fmt::Debug) -> ParsingError {
    format!("{wrong:?} (value was {value:?})").into()
}
