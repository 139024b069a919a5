//! What can go wrong between bytes and values: the peer breaks the protocol ([`FramingError`]), the server refuses a
//! command ([`ServerError`]), or a sound reply is not what the caller asked for ([`ConversionError`]).
//!
//! The three want different answers. A framing error poisons the connection; a server error belongs to the caller; a
//! conversion error harms nobody, since its reply is already off the wire. None of them ever prints a payload.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// The peer sent bytes that are no RESP, or more than the [`Limits`](crate::limits::Limits) allow.
///
/// The connection is out of step for good: nothing after this point can be trusted to be a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset} of the reply")]
pub struct FramingError {
    /// What is wrong.
    pub kind: FramingErrorKind,
    /// Where, counted from the first byte of the frame: the offending byte itself, or the marker of the element that
    /// is over a limit.
    pub offset: u64,
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingErrorKind {
    /// A frame begins with a byte that is no marker of RESP2 or RESP3.
    #[error("unknown marker 0x{0:02x}")]
    Marker(u8),
    /// A length holds something other than digits, is empty, or is negative where no null exists.
    #[error("malformed length")]
    Length,
    /// An integer has no digits, or a foreign character.
    #[error("malformed integer")]
    Integer,
    /// An integer does not fit 64 bits.
    #[error("integer beyond 64 bits")]
    IntegerRange,
    /// A double breaks the grammar of RESP3.
    #[error("malformed double")]
    Double,
    /// A boolean is neither `t` nor `f`.
    #[error("malformed boolean")]
    Boolean,
    /// A null has a body.
    #[error("malformed null")]
    Null,
    /// A big number holds something other than a sign and digits.
    #[error("malformed big number")]
    BigNumber,
    /// A verbatim string lacks its three-letter format and colon.
    #[error("malformed verbatim string")]
    Verbatim,
    /// CR and LF do not stand together, or not where they must.
    #[error("line not ended by CRLF")]
    Terminator,
    /// A streamed type is not allowed here, or a chunk or end marker stands outside of one.
    #[error("streamed part out of place")]
    Streamed,
    /// A streamed map or set of attributes ends after a key.
    #[error("map ended after a key")]
    OddMap,
    /// An attribute is followed by no frame.
    #[error("attribute without a frame")]
    DanglingAttribute,
    /// A push stands inside another frame.
    #[error("push inside another frame")]
    NestedPush,
    /// More levels than [`Limits::depth`](crate::limits::Limits::depth).
    #[error("nested deeper than the limit of {limit}")]
    Depth {
        /// The limit, in levels.
        limit: usize,
    },
    /// A payload over [`Limits::bulk_bytes`](crate::limits::Limits::bulk_bytes).
    #[error("payload over the limit of {limit} bytes")]
    BulkBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// More elements than [`Limits::elements`](crate::limits::Limits::elements).
    #[error("elements over the limit of {limit}")]
    Elements {
        /// The limit, in elements.
        limit: usize,
    },
    /// A frame over [`Limits::frame_bytes`](crate::limits::Limits::frame_bytes).
    #[error("frame over the limit of {limit} bytes")]
    FrameBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line over [`Limits::line_bytes`](crate::limits::Limits::line_bytes).
    #[error("line over the limit of {limit} bytes")]
    LineBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A frame with a streamed part over [`Limits::streamed_bytes`](crate::limits::Limits::streamed_bytes).
    #[error("streamed frame over the limit of {limit} bytes")]
    StreamedBytes {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// An error that the server answered, its code (`WRONGTYPE`) apart from its text.
///
/// ```
/// use redlane_resp::error::ServerError;
///
/// let error = ServerError::from_line(b"WRONGTYPE Operation against a key holding the wrong kind of value");
/// assert_eq!(error.code(), "WRONGTYPE");
/// assert!(error.message().starts_with("Operation"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerError {
    line: Box<str>,
    /// Bytes of the code at the front of `line`.
    code: usize,
}

impl ServerError {
    /// Reads an error reply's text, without its marker and CRLF. Bytes that are not UTF-8 are replaced.
    pub fn from_line(line: &[u8]) -> Self {
        let line: Box<str> = String::from_utf8_lossy(line).into();
        let first = line.split(' ').next().unwrap_or_default();
        let code = if is_code(first) { first.len() } else { 0 };
        Self { line, code }
    }

    /// The first word when it is a code, as in `ERR` or `WRONGTYPE`; empty when the text begins otherwise.
    pub fn code(&self) -> &str {
        self.line.get(..self.code).unwrap_or_default()
    }

    /// What follows the code.
    pub fn message(&self) -> &str {
        self.line.get(self.code..).unwrap_or_default().trim_start_matches(' ')
    }

    /// The whole text as it was sent.
    pub fn line(&self) -> &str {
        &self.line
    }
}

/// Redis's convention: one word in capitals, digits or underscores, begun by a capital.
fn is_code(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError").field("code", &self.code()).field("message", &self.message()).finish()
    }
}

impl std::error::Error for ServerError {}

/// The type of a reply, as the wire tells it. RESP2's null bulk and null array are [`Kind::Null`]; both kinds of
/// error are [`Kind::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `+`
    Simple,
    /// `-` or `!`
    Error,
    /// `:`
    Integer,
    /// `$`, streamed or not
    Bulk,
    /// `*`
    Array,
    /// `_`, `$-1` or `*-1`
    Null,
    /// `#`
    Boolean,
    /// `,`
    Double,
    /// `(`
    BigNumber,
    /// `=`
    Verbatim,
    /// `%`
    Map,
    /// `~`
    Set,
    /// `>`
    Push,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simple => "a simple string",
            Self::Error => "an error",
            Self::Integer => "an integer",
            Self::Bulk => "a bulk string",
            Self::Array => "an array",
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Double => "a double",
            Self::BigNumber => "a big number",
            Self::Verbatim => "a verbatim string",
            Self::Map => "a map",
            Self::Set => "a set",
            Self::Push => "a push",
        })
    }
}

/// A sound reply that is not what the caller asked for. The connection is unharmed: the reply is off the wire.
///
/// Neither `Display` nor `Debug` shows a payload.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// The server answered an error, at the top or inside of the reply.
    #[error("{0}")]
    Server(ServerError),
    /// The reply is of another type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// What the target type reads.
        expected: &'static str,
        /// What the reply is.
        found: Kind,
    },
    /// A number does not fit the target type; it is never wrapped.
    #[error("number out of range for {target}")]
    OutOfRange {
        /// The Rust type asked for.
        target: &'static str,
    },
    /// A text that should hold a number, a truth value or the like does not.
    #[error("text is not {expected}")]
    Text {
        /// What the text should have been.
        expected: &'static str,
    },
    /// A text is not UTF-8. The error keeps the raw bytes for the caller to rescue.
    #[error("text of {} bytes is not UTF-8", bytes.len())]
    Utf8 {
        /// The payload as it arrived.
        bytes: Bytes,
    },
    /// An aggregate has another number of elements.
    #[error("expected {expected} elements, found {found}")]
    Length {
        /// The number that the target type holds.
        expected: usize,
        /// The number in the reply.
        found: usize,
    },
    /// A map given as a flat array ends after a key.
    #[error("map ended after a key")]
    OddMap,
    /// A C string would hold a zero byte.
    #[error("text holds a zero byte")]
    Nul,
    /// The bytes are no whole reply. The scanner lets none such pass.
    #[error("reply is cut short or malformed")]
    Malformed,
    /// A type outside of this crate refuses the reply.
    #[error("{0}")]
    Other(Cow<'static, str>),
}

impl ConversionError {
    /// An error of the caller's own, for implementations of [`FromReply`](crate::from_reply::FromReply).
    pub fn other(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Other(reason.into())
    }
}

impl From<ServerError> for ConversionError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl fmt::Debug for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => f.debug_tuple("Server").field(error).finish(),
            Self::Type { expected, found } => {
                f.debug_struct("Type").field("expected", expected).field("found", found).finish()
            }
            Self::OutOfRange { target } => f.debug_struct("OutOfRange").field("target", target).finish(),
            Self::Text { expected } => f.debug_struct("Text").field("expected", expected).finish(),
            Self::Utf8 { bytes } => f.debug_struct("Utf8").field("len", &bytes.len()).finish_non_exhaustive(),
            Self::Length { expected, found } => {
                f.debug_struct("Length").field("expected", expected).field("found", found).finish()
            }
            Self::OddMap => f.write_str("OddMap"),
            Self::Nul => f.write_str("Nul"),
            Self::Malformed => f.write_str("Malformed"),
            Self::Other(reason) => f.debug_tuple("Other").field(reason).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_first_word_in_capitals() {
        for (line, code, message) in [
            ("ERR unknown command", "ERR", "unknown command"),
            ("WRONGTYPE Operation against", "WRONGTYPE", "Operation against"),
            ("MOVED 3999 127.0.0.1:6381", "MOVED", "3999 127.0.0.1:6381"),
            ("NOAUTH", "NOAUTH", ""),
            ("MY_CODE2 text", "MY_CODE2", "text"),
            ("value is not an integer", "", "value is not an integer"),
            ("Err no", "", "Err no"),
            ("", "", ""),
            (" ERR", "", "ERR"),
        ] {
            let error = ServerError::from_line(line.as_bytes());
            assert_eq!((error.code(), error.message(), error.line()), (code, message, line));
            assert_eq!(error.to_string(), line);
        }
    }

    #[test]
    fn an_error_that_is_no_text_is_still_one() {
        let error = ServerError::from_line(b"ERR \xff");

        assert_eq!((error.code(), error.message()), ("ERR", "\u{fffd}"));
    }

    #[test]
    fn debug_shows_no_payload() {
        let error = ConversionError::Utf8 { bytes: Bytes::from_static(b"secret") };

        assert_eq!(format!("{error:?}"), "Utf8 { len: 6, .. }");
        assert_eq!(error.to_string(), "text of 6 bytes is not UTF-8");
    }

    #[test]
    fn messages_say_what_was_expected() {
        let error = ConversionError::Type { expected: "an integer", found: Kind::Null };
        assert_eq!(error.to_string(), "expected an integer, found null");
        let error = ConversionError::Length { expected: 2, found: 3 };
        assert_eq!(error.to_string(), "expected 2 elements, found 3");
        assert_eq!(ConversionError::OutOfRange { target: "u8" }.to_string(), "number out of range for u8");
    }
}
