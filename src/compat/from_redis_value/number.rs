//! Numbers and truth values.
//!
//! Integers are checked: where redis-rs 1.8 wraps (`-1` as a `u64`), this is an error. A double loses its fraction, as
//! there.

use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::reply::Reply;

use super::{FromRedisValue, elements_of, list_at, mismatch, peel_ref};
use crate::compat::error::ParsingError;
use crate::compat::value::Value;

const NOT_A_NUMBER: &str = "Response type not convertible to numeric.";
const NO_NUMBER_IN_TEXT: &str = "Could not convert from string.";
const OUT_OF_RANGE: &str = "Could not convert from integer.";

/// Converts without wrapping.
trait Number: Sized + std::str::FromStr {
    fn from_integer(number: i64) -> Option<Self>;
    fn from_double(number: f64) -> Option<Self>;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Number for $type {
            #[inline]
            fn from_integer(number: i64) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_double(number: f64) -> Option<Self> {
                /// One more than the largest: a power of two, and so exact.
                const END: f64 = 2.0 * (<$type>::MAX / 2 + 1) as f64;
                let whole = number.trunc();
                (whole >= <$type>::MIN as f64 && whole < END).then_some(whole as $type)
            }
        }
    )*};
}

integers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize u8);

macro_rules! floats {
    ($($type:ty)*) => {$(
        impl Number for $type {
            fn from_integer(number: i64) -> Option<Self> {
                Some(number as $type)
            }

            fn from_double(number: f64) -> Option<Self> {
                Some(number as $type)
            }
        }
    )*};
}

floats!(f32 f64);

fn number<T: Number>(value: &Value) -> Result<T, ParsingError> {
    let value = peel_ref(value);
    match value {
        Value::Int(number) => T::from_integer(*number).ok_or_else(|| mismatch(value, OUT_OF_RANGE)),
        Value::Double(number) => T::from_double(*number).ok_or_else(|| mismatch(value, OUT_OF_RANGE)),
        Value::SimpleString(text) => text.parse().map_err(|_| mismatch(value, NO_NUMBER_IN_TEXT)),
        Value::BulkString(bytes) => {
            std::str::from_utf8(bytes)?.parse().map_err(|_| mismatch(value, NO_NUMBER_IN_TEXT))
        }
        _ => Err(mismatch(value, NOT_A_NUMBER)),
    }
}

#[inline]
fn number_at<T: Number>(cursor: &mut Cursor<'_>) -> Option<T> {
    match cursor.read().ok()? {
        Token::Integer(number) => T::from_integer(number),
        Token::Bulk(digits) => std::str::from_utf8(&digits).ok()?.parse().ok(),
        Token::Double(number) => T::from_double(number),
        _ => None,
    }
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl FromRedisValue for $type {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                number(v)
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                number(&v)
            }

            #[inline]
            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                number_at(cursor)
            }
        }
    )*};
}

numbers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize f32 f64);

/// A list of bytes is a byte string.
impl FromRedisValue for u8 {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        number(v)
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        number(&v)
    }

    fn from_byte_slice(bytes: &[u8]) -> Option<Vec<Self>> {
        Some(bytes.to_vec())
    }

    fn from_byte_vec(bytes: Vec<u8>) -> Result<Vec<Self>, ParsingError> {
        Ok(bytes)
    }

    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        number_at(cursor)
    }

    #[inline]
    fn vec_from_reply(cursor: &mut Cursor<'_>) -> Option<Vec<Self>> {
        let ahead = cursor.clone();
        if let Ok(Token::Bulk(bytes)) = cursor.read() {
            return Some(bytes.into_owned());
        }
        *cursor = ahead;
        let Some(elements) = list_at(cursor)? else { return Some(Vec::new()) };
        elements_of(cursor, elements)
    }

    #[inline]
    fn vec_from_whole(reply: Reply) -> Result<Vec<Self>, Reply> {
        if reply.payload().is_some() || (reply.as_bytes().first() == Some(&b'$') && !reply.is_null()) {
            // A bulk string is bytes whatever it holds; the reply is spent only for one that no scanner has passed.
            return reply.into_read().map_err(|_| Reply::from_frame(bytes::Bytes::new()));
        }
        Self::vec_from_reply(&mut reply.cursor()).ok_or(reply)
    }
}

impl FromRedisValue for bool {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        let v = peel_ref(v);
        match v {
            Value::Nil => Ok(false),
            Value::Int(number) => Ok(*number != 0),
            Value::Boolean(truth) => Ok(*truth),
            Value::Okay => Ok(true),
            Value::SimpleString(text) => match text.as_str() {
                "1" => Ok(true),
                "0" => Ok(false),
                _ => Err(mismatch(v, "Response status not valid boolean")),
            },
            Value::BulkString(bytes) if bytes == b"1" => Ok(true),
            Value::BulkString(bytes) if bytes == b"0" => Ok(false),
            _ => Err(mismatch(v, "Response type not bool compatible.")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }

    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        match cursor.read().ok()? {
            Token::Null => Some(false),
            Token::Integer(number) => Some(number != 0),
            Token::Boolean(truth) => Some(truth),
            Token::Simple(b"OK") => Some(true),
            _ => None,
        }
    }
}

/// Numbers of other crates: from an integer or from text.
#[cfg(any(feature = "num-bigint", feature = "rust_decimal", feature = "bigdecimal"))]
macro_rules! foreign_numbers {
    ($($type:ty)*) => {$(
        impl FromRedisValue for $type {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                match v {
                    Value::Int(number) => <$type>::try_from(*number).map_err(|_| mismatch(v, OUT_OF_RANGE)),
                    Value::SimpleString(text) => text.parse().map_err(|_| mismatch(v, NO_NUMBER_IN_TEXT)),
                    Value::BulkString(bytes) => {
                        std::str::from_utf8(bytes)?.parse().map_err(|_| mismatch(v, NO_NUMBER_IN_TEXT))
                    }
                    _ => Err(mismatch(v, NOT_A_NUMBER)),
                }
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                Self::from_redis_value_ref(&v)
            }
        }
    )*};
}

#[cfg(feature = "bigdecimal")]
foreign_numbers!(bigdecimal::BigDecimal);
#[cfg(feature = "num-bigint")]
foreign_numbers!(num_bigint::BigInt num_bigint::BigUint);
#[cfg(feature = "rust_decimal")]
foreign_numbers!(rust_decimal::Decimal);
