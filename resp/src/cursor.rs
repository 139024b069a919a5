//! Walks the frames of a reply that the scanner has passed, and hands out their contents by reference.
//!
//! The cursor trusts nothing all the same: its arithmetic is checked, a length never sizes an allocation by itself,
//! and bytes that never went through a scanner end in [`ConversionError::Malformed`] at worst. Attributes are skipped
//! wherever they stand.

mod skip;
#[cfg(test)]
mod tests;
mod token;

pub use token::{Elements, Token};

use std::borrow::Cow;

use bytes::Bytes;
use memchr::memchr;

use crate::digits::Digits;
use crate::error::{ConversionError, Kind, ServerError};

/// A payload of this size or more is taken as a slice of the block it arrived in, a smaller one is copied, so that a
/// kept ten-byte value never pins a 64 KiB block.
pub const SHARE_FROM: usize = 8 * 1024;

/// A reader over one reply, frame by frame. Cloning it is how to look ahead.
///
/// ```
/// use redlane_resp::cursor::Token;
/// use redlane_resp::reply::Reply;
///
/// let reply = Reply::from_frame("*2\r\n$3\r\nkey\r\n:7\r\n".into());
/// let mut cursor = reply.cursor();
/// let Token::Array(mut elements) = cursor.read()? else { panic!("no array") };
/// assert!(elements.more(&mut cursor)?);
/// assert_eq!(cursor.payload()?.as_ref(), b"key");
/// assert!(elements.more(&mut cursor)?);
/// assert!(matches!(cursor.read()?, Token::Integer(7)));
/// assert!(!elements.more(&mut cursor)?);
/// # Ok::<(), redlane_resp::error::ConversionError>(())
/// ```
#[derive(Clone)]
pub struct Cursor<'a> {
    frame: &'a Bytes,
    /// What has not been read.
    rest: &'a [u8],
}

/// The length in a header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Null,
    Streamed,
    Known(usize),
}

impl<'a> Cursor<'a> {
    /// A cursor before the first frame of `frame`.
    pub fn new(frame: &'a Bytes) -> Self {
        Self { frame, rest: frame }
    }

    /// The type of the frame at the cursor.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] at the end of the reply.
    pub fn kind(&mut self) -> Result<Kind, ConversionError> {
        let marker = self.marker()?;
        let null = || self.rest.get(1) == Some(&b'-');
        Ok(match marker {
            b'$' | b'*' if null() => Kind::Null,
            b'$' => Kind::Bulk,
            b'*' => Kind::Array,
            b':' => Kind::Integer,
            b'+' => Kind::Simple,
            b'-' | b'!' => Kind::Error,
            b'_' => Kind::Null,
            b'#' => Kind::Boolean,
            b',' => Kind::Double,
            b'(' => Kind::BigNumber,
            b'=' => Kind::Verbatim,
            b'%' => Kind::Map,
            b'~' => Kind::Set,
            b'>' => Kind::Push,
            _ => return Err(ConversionError::Malformed),
        })
    }

    /// Reads the frame at the cursor, or the head of an aggregate.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] at the end of the reply.
    #[inline]
    pub fn read(&mut self) -> Result<Token<'a>, ConversionError> {
        match self.rest.first() {
            Some(b'$') => match self.whole_bulk() {
                Some(payload) => Ok(Token::Bulk(Cow::Borrowed(payload))),
                None => self.read_other(),
            },
            Some(b':') => self.integer().map(Token::Integer),
            _ => self.read_other(),
        }
    }

    fn read_other(&mut self) -> Result<Token<'a>, ConversionError> {
        Ok(match self.marker()? {
            b'$' => match self.bulk()? {
                Some(payload) => Token::Bulk(payload),
                None => Token::Null,
            },
            b'*' => match self.open(1)? {
                Some(elements) => Token::Array(elements),
                None => Token::Null,
            },
            b'%' => Token::Map(self.open(2)?.ok_or(ConversionError::Malformed)?),
            b'~' => Token::Set(self.open(1)?.ok_or(ConversionError::Malformed)?),
            b'>' => Token::Push(self.open(1)?.ok_or(ConversionError::Malformed)?),
            b':' => Token::Integer(self.integer()?),
            b'+' => Token::Simple(self.line()?),
            b'-' => Token::Error(ServerError::from_line(self.line()?)),
            b'!' => Token::Error(ServerError::from_line(&self.bulk()?.ok_or(ConversionError::Malformed)?)),
            b'_' => {
                self.line()?;
                Token::Null
            }
            b'#' => Token::Boolean(self.line()? == b"t"),
            b',' => Token::Double(parse_double(self.line()?).ok_or(ConversionError::Malformed)?),
            b'(' => Token::BigNumber(self.line()?),
            b'=' => self.verbatim()?,
            _ => return Err(ConversionError::Malformed),
        })
    }

    /// Reads a text of any kind: bulk, simple or verbatim string, the latter without its format.
    ///
    /// # Errors
    /// [`ConversionError::Server`] for an error reply, [`ConversionError::Type`] for anything else.
    #[inline]
    pub fn payload(&mut self) -> Result<Cow<'a, [u8]>, ConversionError> {
        if let Some(payload) = self.whole_bulk() {
            return Ok(Cow::Borrowed(payload));
        }
        self.any_payload()
    }

    /// The frequent case: a bulk string in one piece, without attributes.
    #[inline(always)]
    pub(crate) fn whole_bulk(&mut self) -> Option<&'a [u8]> {
        let Some((b'$', body)) = self.rest.split_first() else { return None };
        let (length, rest) = length(body)?;
        let (payload, rest) = rest.split_at_checked(length)?;
        // The scanner has seen that these two are CR and LF.
        let (_, rest) = rest.split_first_chunk::<2>()?;
        self.rest = rest;
        Some(payload)
    }

    fn any_payload(&mut self) -> Result<Cow<'a, [u8]>, ConversionError> {
        const EXPECTED: &str = "a string";
        match self.marker()? {
            b'$' => match self.bulk()? {
                Some(payload) => Ok(payload),
                None => Err(ConversionError::Type { expected: EXPECTED, found: Kind::Null }),
            },
            b'+' => self.line().map(Cow::Borrowed),
            b'=' => match self.verbatim()? {
                Token::Verbatim { text, .. } => Ok(Cow::Borrowed(text)),
                _ => Err(ConversionError::Malformed),
            },
            _ => Err(self.mismatch(EXPECTED)),
        }
    }

    /// Takes a payload that this cursor handed out as [`Bytes`]: a slice of the reply from [`SHARE_FROM`] up, a copy
    /// below.
    pub fn share(&self, payload: Cow<'a, [u8]>) -> Bytes {
        match payload {
            Cow::Owned(payload) => Bytes::from(payload),
            Cow::Borrowed(payload) if payload.len() >= SHARE_FROM => self.share_slice(payload),
            Cow::Borrowed(payload) => Bytes::copy_from_slice(payload),
        }
    }

    /// A slice of the reply by reference, whatever its size; a copy when the bytes stand elsewhere.
    pub(crate) fn share_slice(&self, payload: &[u8]) -> Bytes {
        let start = payload.as_ptr().addr().wrapping_sub(self.frame.as_ptr().addr());
        let end = start.saturating_add(payload.len());
        if end <= self.frame.len() { self.frame.slice(start..end) } else { Bytes::copy_from_slice(payload) }
    }

    /// The error that says why the frame at the cursor is not `expected`: its own when it is a server's error.
    #[cold]
    pub fn mismatch(&mut self, expected: &'static str) -> ConversionError {
        let kind = match self.kind() {
            Ok(kind) => kind,
            Err(error) => return error,
        };
        if kind != Kind::Error {
            return ConversionError::Type { expected, found: kind };
        }
        match self.read() {
            Ok(Token::Error(error)) => ConversionError::Server(error),
            Ok(_) => ConversionError::Malformed,
            Err(error) => error,
        }
    }

    /// Whether the frame at the cursor is null; a null is read by that.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] at the end of the reply.
    pub fn take_null(&mut self) -> Result<bool, ConversionError> {
        let marker = self.marker()?;
        let null = marker == b'_' || (matches!(marker, b'$' | b'*') && self.rest.get(1) == Some(&b'-'));
        if null {
            self.line()?;
        }
        Ok(null)
    }

    /// The announced length of the array at the cursor, without reading it: `None` when there is no array,
    /// `Some(None)` when it is streamed.
    pub(crate) fn array_ahead(&mut self) -> Option<Option<usize>> {
        if self.marker().ok()? != b'*' {
            return None;
        }
        match self.clone().length().ok()? {
            Length::Known(length) => Some(Some(length)),
            Length::Streamed => Some(None),
            Length::Null => None,
        }
    }

    /// Whether every frame has been read.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.frame.len().saturating_sub(self.rest.len())
    }

    /// The byte at the cursor.
    #[inline]
    fn first(&self) -> Result<u8, ConversionError> {
        self.rest.first().copied().ok_or(ConversionError::Malformed)
    }

    /// The marker at the cursor, attributes skipped.
    #[inline]
    pub(crate) fn marker(&mut self) -> Result<u8, ConversionError> {
        match self.first()? {
            b'|' => self.skip_attributes(),
            marker => Ok(marker),
        }
    }

    /// Reads the head of the attributes at the cursor, when there are any: keys and values in turn, like a map's. Every
    /// other way to read skips them.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] at the end of the reply.
    pub fn open_attributes(&mut self) -> Result<Option<Elements>, ConversionError> {
        if self.rest.first() != Some(&b'|') {
            return Ok(None);
        }
        self.open(2)
    }

    /// Reads `:`.
    #[inline]
    pub(crate) fn integer(&mut self) -> Result<i64, ConversionError> {
        let body = self.rest.get(1..).unwrap_or_default();
        let (negative, digits) = match body.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, body),
        };
        let (digits, rest) = Digits::read(digits);
        match rest.split_first_chunk() {
            Some((b"\r\n", rest)) if digits.fit() => {
                self.rest = rest;
                let number = digits.number.cast_signed();
                Ok(if negative { number.wrapping_neg() } else { number })
            }
            _ => self.long_integer(),
        }
    }

    /// An integer of as many digits as 64 bits may take, or with a plus.
    #[cold]
    fn long_integer(&mut self) -> Result<i64, ConversionError> {
        let line = self.line()?;
        std::str::from_utf8(line).ok().and_then(|line| line.parse().ok()).ok_or(ConversionError::Malformed)
    }

    /// Reads a line: what stands between marker and CRLF.
    #[inline]
    pub(crate) fn line(&mut self) -> Result<&'a [u8], ConversionError> {
        let body = self.rest.get(1..).unwrap_or_default();
        let length = match body.iter().take(16).position(|byte| *byte == b'\r') {
            Some(length) => length,
            None => memchr(b'\r', body).ok_or(ConversionError::Malformed)?,
        };
        let (line, rest) = body.split_at_checked(length).ok_or(ConversionError::Malformed)?;
        let Some((_, rest)) = rest.split_first_chunk::<2>() else { return Err(ConversionError::Malformed) };
        self.rest = rest;
        Ok(line)
    }

    /// Reads a header that holds a length.
    #[inline]
    fn length(&mut self) -> Result<Length, ConversionError> {
        if let Some((length, rest)) = self.rest.get(1..).and_then(length) {
            self.rest = rest;
            return Ok(Length::Known(length));
        }
        match self.line()? {
            b"-1" => Ok(Length::Null),
            b"?" => Ok(Length::Streamed),
            // As many digits as the scanner takes, zeros ahead mostly.
            line if line.iter().all(u8::is_ascii_digit) => {
                let length = std::str::from_utf8(line).ok().and_then(|line| line.parse().ok());
                length.map(Length::Known).ok_or(ConversionError::Malformed)
            }
            _ => Err(ConversionError::Malformed),
        }
    }

    /// Reads an aggregate's header; `None` for a null.
    #[inline]
    pub(crate) fn open(&mut self, per_entry: usize) -> Result<Option<Elements>, ConversionError> {
        Ok(match self.length()? {
            Length::Null => None,
            Length::Streamed => Some(Elements { left: 0, streamed: true }),
            Length::Known(length) => {
                let left = length.checked_mul(per_entry).ok_or(ConversionError::Malformed)?;
                Some(Elements { left, streamed: false })
            }
        })
    }

    /// Reads a length and its payload; `None` for a null.
    pub(crate) fn bulk(&mut self) -> Result<Option<Cow<'a, [u8]>>, ConversionError> {
        match self.length()? {
            Length::Null => Ok(None),
            Length::Known(length) => Ok(Some(Cow::Borrowed(self.take(length)?))),
            Length::Streamed => {
                let mut whole = Vec::new();
                while let Some(chunk) = self.chunk()? {
                    whole.extend_from_slice(chunk);
                }
                Ok(Some(Cow::Owned(whole)))
            }
        }
    }

    /// Reads a chunk of a streamed string; `None` for the last, which is empty.
    fn chunk(&mut self) -> Result<Option<&'a [u8]>, ConversionError> {
        if self.first()? != b';' {
            return Err(ConversionError::Malformed);
        }
        match self.length()? {
            Length::Known(0) => Ok(None),
            Length::Known(length) => Ok(Some(self.take(length)?)),
            Length::Null | Length::Streamed => Err(ConversionError::Malformed),
        }
    }

    fn verbatim(&mut self) -> Result<Token<'a>, ConversionError> {
        let Length::Known(length) = self.length()? else { return Err(ConversionError::Malformed) };
        let (format, text) = self.take(length)?.split_first_chunk::<4>().ok_or(ConversionError::Malformed)?;
        let [a, b, c, _] = *format;
        Ok(Token::Verbatim { format: [a, b, c], text })
    }

    /// Takes a payload and steps over its CRLF.
    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], ConversionError> {
        let (payload, rest) = self.rest.split_at_checked(length).ok_or(ConversionError::Malformed)?;
        let Some((_, rest)) = rest.split_first_chunk::<2>() else { return Err(ConversionError::Malformed) };
        self.rest = rest;
        Ok(payload)
    }
}

impl std::fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("position", &self.position()).field("len", &self.frame.len()).finish()
    }
}

/// Reads a length of digits only: its value, and what follows its CRLF.
#[inline(always)]
fn length(body: &[u8]) -> Option<(usize, &[u8])> {
    let (digits, rest) = Digits::read(body);
    if !digits.fit() {
        return None;
    }
    let Some((b"\r\n", rest)) = rest.split_first_chunk() else { return None };
    Some((usize::try_from(digits.number).ok()?, rest))
}

/// Reads a double as RESP3 or a bulk string spells it.
pub(crate) fn parse_double(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
