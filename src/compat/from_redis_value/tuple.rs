//! Tuples up to twelve parts: a list of just that many, a map of half as many pairs. A list of tuples reads a flat list
//! too, a tuple's worth at a time.

use redlane_resp::cursor::{Cursor, Elements, Token};
use redlane_resp::error::Kind;

use super::{FromRedisValue, elements_of, mismatch, peel, peel_ref};
use crate::compat::error::ParsingError;
use crate::compat::value::Value;

/// Why a list cannot be cut into tuples.
fn uneven(length: usize, arity: usize) -> ParsingError {
    format!("Vector with length {length} doesn't have arity of {arity}").into()
}

/// The parts of a tuple as a list. A map gives keys and values in turn.
fn parts(v: Value, arity: usize) -> Result<Vec<Value>, ParsingError> {
    match v {
        Value::Array(items) if items.len() == arity => Ok(items),
        Value::Set(items) if items.len() == arity => Ok(items),
        Value::Map(pairs) if pairs.len().checked_mul(2) == Some(arity) => {
            Ok(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect())
        }
        Value::Array(_) => Err(mismatch(&v, "Array response of wrong dimension")),
        // redis-rs shows the members of a set that it was given as an array.
        Value::Set(items) => Err(mismatch(&Value::Array(items), "Set response of wrong dimension")),
        Value::Map(_) => Err(mismatch(&v, "Map response of wrong dimension")),
        _ => Err(mismatch(&v, "Not a Array response")),
    }
}

fn parts_ref(v: &Value, arity: usize) -> Result<Vec<&Value>, ParsingError> {
    match v {
        Value::Array(items) | Value::Set(items) if items.len() == arity => Ok(items.iter().collect()),
        Value::Map(pairs) if pairs.len().checked_mul(2) == Some(arity) => {
            Ok(pairs.iter().flat_map(|(key, value)| [key, value]).collect())
        }
        Value::Array(_) => Err(mismatch(v, "Array response of wrong dimension")),
        Value::Set(_) => Err(mismatch(v, "Set response of wrong dimension")),
        Value::Map(_) => Err(mismatch(v, "Map response of wrong dimension")),
        _ => Err(mismatch(v, "Not a Array response")),
    }
}

/// Opens what may be a tuple at the cursor.
fn open(cursor: &mut Cursor<'_>, arity: usize) -> Option<Elements> {
    match cursor.read().ok()? {
        Token::Array(elements) | Token::Set(elements) | Token::Map(elements) => {
            (elements.left() == Some(arity)).then_some(elements)
        }
        _ => None,
    }
}

/// Whether the list at the cursor, whose head is read, holds its tuples one by one.
fn is_nested(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.clone().kind(), Ok(Kind::Array | Kind::Set | Kind::Map))
}

fn divides(arity: usize, length: usize) -> bool {
    length.checked_rem(arity) == Some(0)
}

macro_rules! tuples {
    ($($arity:literal: $($part:ident)+;)*) => {$(
        #[doc(hidden)]
        impl<$($part: FromRedisValue),+> FromRedisValue for ($($part,)+) {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                let mut parts = parts_ref(peel_ref(v), $arity)?.into_iter();
                Ok(($($part::from_redis_value_ref(parts.next().unwrap_or(&Value::Nil))?,)+))
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                let mut parts = parts(peel(v), $arity)?.into_iter();
                Ok(($($part::from_redis_value(parts.next().unwrap_or(Value::Nil))?,)+))
            }

            fn from_redis_value_refs(items: &[Value]) -> Result<Vec<Self>, ParsingError> {
                if items.iter().all(|item| item.is_collection_of($arity)) {
                    return items.iter().map(Self::from_redis_value_ref).collect();
                }
                if !divides($arity, items.len()) {
                    return Err(uneven(items.len(), $arity));
                }
                items.chunks($arity).map(|chunk| {
                    let mut parts = chunk.iter();
                    Ok(($($part::from_redis_value_ref(parts.next().unwrap_or(&Value::Nil))?,)+))
                }).collect()
            }

            fn from_redis_values(items: Vec<Value>) -> Result<Vec<Self>, ParsingError> {
                if items.iter().all(|item| item.is_collection_of($arity)) {
                    return items.into_iter().map(Self::from_redis_value).collect();
                }
                if !divides($arity, items.len()) {
                    return Err(uneven(items.len(), $arity));
                }
                let mut list = Vec::with_capacity(items.len() / $arity);
                let mut items = items.into_iter();
                while items.len() > 0 {
                    list.push(($($part::from_redis_value(items.next().unwrap_or(Value::Nil))?,)+));
                }
                Ok(list)
            }

            #[expect(non_snake_case, reason = "the parts are named after their types")]
            fn from_each_redis_values(items: Vec<Value>) -> Vec<Result<Self, ParsingError>> {
                if items.iter().all(|item| item.is_collection_of($arity)) {
                    return items.into_iter().map(Self::from_redis_value).collect();
                }
                if !divides($arity, items.len()) {
                    return vec![Err(uneven(items.len(), $arity))];
                }
                let mut list = Vec::with_capacity(items.len() / $arity);
                let mut items = items.into_iter();
                while items.len() > 0 {
                    // All parts are taken before one is judged, so that the next tuple begins where it should.
                    let ($($part,)+) =
                        ($($part::from_redis_value(items.next().unwrap_or(Value::Nil)),)+);
                    list.push((|| Ok(($($part?,)+)))());
                }
                list
            }

            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                let _ = open(cursor, $arity)?;
                Some(($($part::from_reply(cursor)?,)+))
            }

            fn vec_from_reply(cursor: &mut Cursor<'_>) -> Option<Vec<Self>> {
                let elements = match cursor.read().ok()? {
                    Token::Null => return Some(Vec::new()),
                    Token::Array(elements) | Token::Set(elements) if is_nested(cursor) => {
                        return elements_of(cursor, elements);
                    }
                    Token::Array(elements) | Token::Set(elements) => elements,
                    // A pair at a time, which is a tuple of two.
                    Token::Map(elements) if $arity == 2 => elements,
                    _ => return None,
                };
                let mut left = elements.left().filter(|left| divides($arity, *left))?;
                let mut list = Vec::with_capacity(elements.room(cursor) / $arity);
                while left > 0 {
                    left = left.saturating_sub($arity);
                    list.push(($($part::from_reply(cursor)?,)+));
                }
                Some(list)
            }
        }
    )*};
}

tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
    9: A B C D E F G H I;
    10: A B C D E F G H I J;
    11: A B C D E F G H I J K;
    12: A B C D E F G H I J K L;
}
