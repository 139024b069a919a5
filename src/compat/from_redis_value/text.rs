//! Texts and byte strings of fixed meaning.

use std::ffi::CString;

use bytes::Bytes;
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::reply::Reply;

use super::{FromRedisValue, mismatch, peel, peel_ref};
use crate::compat::error::ParsingError;
use crate::compat::value::Value;

impl FromRedisValue for String {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        let v = peel_ref(v);
        match v {
            Value::BulkString(bytes) => Ok(std::str::from_utf8(bytes)?.to_owned()),
            Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(text.clone()),
            Value::Okay => Ok("OK".to_owned()),
            Value::Int(number) => Ok(number.to_string()),
            Value::Double(number) => Ok(number.to_string()),
            _ => Err(mismatch(v, "Response type not string compatible.")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match peel(v) {
            Value::BulkString(bytes) => Ok(Self::from_utf8(bytes)?),
            Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(text),
            other => Self::from_redis_value_ref(&other),
        }
    }

    #[inline]
    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        match cursor.read().ok()? {
            Token::Bulk(bytes) => Self::from_utf8(bytes.into_owned()).ok(),
            Token::Simple(text) | Token::Verbatim { text, .. } => {
                std::str::from_utf8(text).ok().map(str::to_owned)
            }
            Token::Integer(number) => Some(itoa::Buffer::new().format(number).to_owned()),
            _ => None,
        }
    }

    #[inline]
    fn from_whole(reply: Reply) -> Result<Self, Reply> {
        // A long text takes over the memory that it arrived in, and must be known to be one before that.
        if let Some(payload) = reply.payload() {
            if std::str::from_utf8(payload).is_err() {
                return Err(reply);
            }
            return reply.into_read().map_err(|_| Reply::from_frame(Bytes::new()));
        }
        if reply.as_bytes().len() < TAKEN_OVER_FROM {
            return Self::from_reply(&mut reply.cursor()).ok_or(reply);
        }
        let text = match reply.cursor().read() {
            Ok(Token::Bulk(bytes)) => std::str::from_utf8(&bytes).is_ok(),
            _ => false,
        };
        if !text {
            return Self::from_reply(&mut reply.cursor()).ok_or(reply);
        }
        reply.into_read().map_err(|_| Reply::from_frame(Bytes::new()))
    }
}

/// From this size on a reply has a block of its own, whose memory a `Vec` or a `String` can take over.
const TAKEN_OVER_FROM: usize = 64 * 1024;

impl FromRedisValue for CString {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        Self::from_redis_value(v.clone())
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Ok(match peel(v) {
            Value::BulkString(bytes) => Self::new(bytes)?,
            Value::SimpleString(text) => Self::new(text)?,
            Value::Okay => Self::new("OK")?,
            other => return Err(mismatch(&other, "Response type not CString compatible.")),
        })
    }
}

impl FromRedisValue for Bytes {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match peel_ref(v) {
            Value::BulkString(bytes) => Ok(Self::copy_from_slice(bytes)),
            other => Err(mismatch(other, "Not a bulk string")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match peel(v) {
            Value::BulkString(bytes) => Ok(bytes.into()),
            other => Err(mismatch(&other, "Not a bulk string")),
        }
    }

    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        match cursor.read().ok()? {
            Token::Bulk(bytes) => Some(cursor.share(bytes)),
            _ => None,
        }
    }
}

#[cfg(feature = "uuid")]
impl FromRedisValue for uuid::Uuid {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match v {
            Value::BulkString(bytes) => Ok(Self::from_slice(bytes)?),
            _ => Err(mismatch(v, "Response type not uuid compatible.")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }
}
