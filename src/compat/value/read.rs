//! Builds the tree from a reply's bytes.

use std::fmt;
use std::io::{ErrorKind, Read};

use bytes::BytesMut;
use redlane_resp::cursor::{Cursor, Elements, Token};
use redlane_resp::error::ConversionError;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};

use super::{BigNumber, PushKind, Value, VerbatimFormat};
use crate::compat::error::{ParsingError, RedisResult, ServerError};

/// Levels of a reply at most, the innermost value included, as in redis-rs.
const MAX_DEPTH: usize = 100;

/// The bounds on what a server may send on this surface.
pub(crate) fn limits() -> Limits {
    // The scanner counts aggregates only.
    Limits::default().with_depth(MAX_DEPTH.saturating_sub(1))
}

/// Builds the tree of a reply.
///
/// # Errors
/// [`ParsingError`] for bytes that no scanner has passed, and for a text where a text must be UTF-8 and is not.
pub(crate) fn read_reply(reply: &Reply) -> Result<Value, ParsingError> {
    match reply.payload() {
        Some(payload) => Ok(Value::BulkString(payload.to_vec())),
        None => Value::read(&mut reply.cursor()),
    }
}

fn malformed(error: ConversionError) -> ParsingError {
    ParsingError::from(error.to_string())
}

impl Value {
    /// Builds the tree of the frame at the cursor.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, ParsingError> {
        read(cursor, MAX_DEPTH)
    }
}

fn read(cursor: &mut Cursor<'_>, levels: usize) -> Result<Value, ParsingError> {
    let Some(below) = levels.checked_sub(1) else {
        return Err(ParsingError::from("Maximum recursion depth exceeded"));
    };
    if let Some(elements) = cursor.open_attributes().map_err(malformed)? {
        let attributes = read_pairs(cursor, elements, below)?;
        return Ok(Value::Attribute { data: Box::new(read(cursor, below)?), attributes });
    }
    Ok(match cursor.read().map_err(malformed)? {
        Token::Null => Value::Nil,
        Token::Integer(number) => Value::Int(number),
        Token::Bulk(bytes) => Value::BulkString(bytes.into_owned()),
        Token::Simple(b"OK") => Value::Okay,
        Token::Simple(text) => Value::SimpleString(std::str::from_utf8(text)?.to_owned()),
        Token::Boolean(truth) => Value::Boolean(truth),
        Token::Double(number) => Value::Double(number),
        Token::BigNumber(digits) => Value::BigNumber(big_number(digits)?),
        Token::Verbatim { format, text } => Value::VerbatimString {
            format: match &format {
                b"txt" => VerbatimFormat::Text,
                b"mkd" => VerbatimFormat::Markdown,
                letters => VerbatimFormat::Unknown(String::from_utf8_lossy(letters).into_owned()),
            },
            text: String::from_utf8_lossy(text).into_owned(),
        },
        Token::Error(error) => Value::ServerError(ServerError::from_line(error.line())),
        Token::Array(elements) => Value::Array(read_elements(cursor, elements, below)?),
        Token::Set(elements) => Value::Set(read_elements(cursor, elements, below)?),
        Token::Map(elements) => Value::Map(read_pairs(cursor, elements, below)?),
        Token::Push(elements) => push(read_elements(cursor, elements, below)?)?,
        _ => return Err(ParsingError::from("a reply of an unknown type")),
    })
}

fn read_elements(
    cursor: &mut Cursor<'_>,
    mut elements: Elements,
    levels: usize,
) -> Result<Vec<Value>, ParsingError> {
    let mut values = Vec::with_capacity(elements.room(cursor));
    while elements.more(cursor).map_err(malformed)? {
        values.push(read(cursor, levels)?);
    }
    Ok(values)
}

fn read_pairs(
    cursor: &mut Cursor<'_>,
    mut elements: Elements,
    levels: usize,
) -> Result<Vec<(Value, Value)>, ParsingError> {
    let mut pairs = Vec::with_capacity(elements.room(cursor) / 2);
    while elements.more(cursor).map_err(malformed)? {
        let key = read(cursor, levels)?;
        if !elements.more(cursor).map_err(malformed)? {
            return Err(malformed(ConversionError::OddMap));
        }
        pairs.push((key, read(cursor, levels)?));
    }
    Ok(pairs)
}

/// The first element names the push.
fn push(elements: Vec<Value>) -> Result<Value, ParsingError> {
    let mut elements = elements.into_iter();
    let word = match elements.next() {
        None => String::new(),
        Some(Value::BulkString(word)) => String::from_utf8(word)?,
        Some(Value::SimpleString(word)) => word,
        Some(_) => return Err(ParsingError::from("parse error when decoding push")),
    };
    Ok(Value::Push { kind: PushKind::from_word(word), data: elements.collect() })
}

#[cfg(feature = "num-bigint")]
fn big_number(digits: &[u8]) -> Result<BigNumber, ParsingError> {
    BigNumber::parse_bytes(digits, 10).ok_or_else(|| ParsingError::from("Expected bigint, got garbage"))
}

#[cfg(not(feature = "num-bigint"))]
fn big_number(digits: &[u8]) -> Result<BigNumber, ParsingError> {
    Ok(digits.to_vec())
}

/// Reads replies from a reader.
pub struct Parser {
    scanner: Scanner,
    /// What was read beyond the last reply.
    buffer: BytesMut,
}

impl Parser {
    /// A parser that has read nothing yet.
    pub fn new() -> Self {
        Self { scanner: Scanner::new(limits()), buffer: BytesMut::new() }
    }

    /// Reads the next reply. What is read beyond it is kept for the next call.
    ///
    /// # Errors
    /// An I/O error of the reader, `UnexpectedEof` at its end, or a parse error for bytes that are no reply.
    pub fn parse_value<T: Read>(&mut self, mut reader: T) -> RedisResult<Value> {
        let mut chunk = [0; 8 * 1024];
        loop {
            if !self.buffer.is_empty() {
                let scanned = self.scanner.scan(&self.buffer);
                match scanned.map_err(|error| ParsingError::from(error.to_string()))? {
                    Scan::Whole { len, .. } => {
                        let frame = self.buffer.split_to(len).freeze();
                        return Ok(read_reply(&Reply::from_frame(frame))?);
                    }
                    Scan::Partial { .. } => {}
                }
            }
            match reader.read(&mut chunk) {
                Ok(0) => return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into()),
                Ok(length) => self.buffer.extend_from_slice(chunk.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}

/// Reads one reply from bytes; what follows it is ignored.
///
/// # Errors
/// A parse error for bytes that are no reply, or an I/O error when they end too early.
pub fn parse_redis_value(bytes: &[u8]) -> RedisResult<Value> {
    Parser::new().parse_value(bytes)
}
