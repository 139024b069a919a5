//! [`FromReply`]: from a reply's bytes straight into the caller's type, strictly.
//!
//! Nothing is guessed and nothing wraps. What differs between the protocols reads alike: a map is a map in RESP3, a
//! flat array in RESP2 and an array of pairs in some replies of RESP3; a score is a double here and a text there.
//!
//! | target | reads |
//! |---|---|
//! | `()` | anything but an error, at any level |
//! | `bool` | booleans, `0` and `1` as integer or text, `+OK` as true, null as false (Lua's false) |
//! | integers | integers, decimal text, doubles and big numbers of integral value; checked |
//! | `f32`, `f64` | doubles, decimal text with `inf` and `nan`, integers |
//! | `String`, `Box<str>`, `Arc<str>`, `CString` | texts, and numbers as they were spelled; strict UTF-8 |
//! | `Vec<u8>`, `Bytes`, `[u8; N]` | texts as they are |
//! | `Vec<T>` and other lists and sets | arrays, sets, pushes; maps flattened; null is empty |
//! | maps, lists of tuples | maps, flat arrays, arrays of tuples; null is empty |
//! | tuples | aggregates of just that many elements |
//! | `Option<T>` | null, or a `T` |
//! | `Result<T, ServerError>` | an error at any level, or a `T` |
//! | [`Value`](crate::value::Value) | anything |

mod collections;
mod number;
mod pointer;
#[cfg(test)]
mod tests;
mod text;
mod tuple;

use bytes::Bytes;

use crate::cursor::{Cursor, Token};
use crate::error::{ConversionError, Kind, ServerError};
use crate::from_reply::collections::Gather;
use crate::reply::Reply;

/// Reads itself from a reply.
///
/// An implementation reads exactly one frame from the cursor, whatever it nests; most are made of those for std's
/// types:
///
/// ```
/// use redlane_resp::cursor::Cursor;
/// use redlane_resp::error::ConversionError;
/// use redlane_resp::from_reply::FromReply;
/// use redlane_resp::reply::Reply;
///
/// struct Celsius(f64);
///
/// impl FromReply for Celsius {
///     fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
///         let degrees = f64::from_reply(cursor)?;
///         if degrees < -273.15 {
///             return Err(ConversionError::other("colder than possible"));
///         }
///         Ok(Self(degrees))
///     }
/// }
///
/// let reply = Reply::from_frame("*2\r\n$4\r\n21.5\r\n,20\r\n".into());
/// let room: Vec<Celsius> = reply.read()?;
/// assert_eq!(room[0].0, 21.5);
/// # Ok::<(), ConversionError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a reply",
    note = "see `redlane_resp::from_reply` for the types that can"
)]
pub trait FromReply: Sized {
    /// Whether an error that is the whole reply is a value to it. A hook: `Result` takes it, and so reads one where an
    /// error reply is otherwise told apart before anything is read.
    #[doc(hidden)]
    const TAKES_ERRORS: bool = false;

    /// Reads the frame at the cursor.
    ///
    /// # Errors
    /// [`ConversionError`] when the frame is, or holds, an error or something that is no `Self`. The cursor may then
    /// stand anywhere within it.
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError>;

    /// Reads the only frame of `frame`, whose memory it may keep.
    #[doc(hidden)]
    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        Self::from_reply(&mut Cursor::new(&frame))
    }

    /// [`from_frame`](Self::from_frame) for a bulk string of which only the payload is there.
    #[doc(hidden)]
    #[cold]
    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        Self::from_frame(Reply::from_payload(payload).into_bytes())
    }

    /// Reads the elements of an aggregate into a collection. A hook: tuples read maps by it.
    #[doc(hidden)]
    fn gather<C: Gather<Self>>(cursor: &mut Cursor<'_>) -> Result<C, ConversionError> {
        collections::gather_elements(cursor)
    }

    /// Reads a `Vec` of this. A hook: for `u8` it is a string.
    #[doc(hidden)]
    fn vec_from_reply(cursor: &mut Cursor<'_>) -> Result<Vec<Self>, ConversionError> {
        Self::gather(cursor)
    }

    /// [`from_frame`](Self::from_frame) for a `Vec` of this.
    #[doc(hidden)]
    fn vec_from_frame(frame: Bytes) -> Result<Vec<Self>, ConversionError> {
        Self::vec_from_reply(&mut Cursor::new(&frame))
    }

    /// [`from_payload`](Self::from_payload) for a `Vec` of this.
    #[doc(hidden)]
    #[cold]
    fn vec_from_payload(payload: Bytes) -> Result<Vec<Self>, ConversionError> {
        Self::vec_from_frame(Reply::from_payload(payload).into_bytes())
    }
}

impl FromReply for () {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        cursor.skip_sound()
    }

    fn from_payload(_: Bytes) -> Result<Self, ConversionError> {
        Ok(())
    }
}

impl<T: FromReply> FromReply for Option<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        if cursor.take_null()? { Ok(None) } else { T::from_reply(cursor).map(Some) }
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        if Cursor::new(&frame).take_null()? { Ok(None) } else { T::from_frame(frame).map(Some) }
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        T::from_payload(payload).map(Some)
    }
}

/// Catches the first error in the frame, at any level that `T` itself does not catch.
impl<T: FromReply> FromReply for Result<T, ServerError> {
    const TAKES_ERRORS: bool = true;

    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        if cursor.kind()? == Kind::Error
            && let Token::Error(error) = cursor.read()?
        {
            return Ok(Err(error));
        }
        let start = cursor.clone();
        match T::from_reply(cursor) {
            Ok(value) => Ok(Ok(value)),
            Err(ConversionError::Server(error)) => {
                *cursor = start;
                cursor.skip()?;
                Ok(Err(error))
            }
            Err(other) => Err(other),
        }
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        if Cursor::new(&frame).kind()? == Kind::Error {
            return Self::from_reply(&mut Cursor::new(&frame));
        }
        match T::from_frame(frame) {
            Ok(value) => Ok(Ok(value)),
            Err(ConversionError::Server(error)) => Ok(Err(error)),
            Err(other) => Err(other),
        }
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        T::from_payload(payload).map(Ok)
    }
}
