//! Lists. A byte string is a list of one element, but of bytes it is the list; a map is a list of maps of one pair.

use std::any::type_name;
use std::sync::Arc;

use redlane_resp::cursor::Cursor;
use redlane_resp::reply::Reply;

use super::{FromRedisValue, mismatch};
use crate::compat::error::ParsingError;
use crate::compat::value::Value;

const NOT_A_LIST: &str = "Response type not vector compatible.";

/// Reads a list for `Whole`, which the message names.
fn list_ref<T: FromRedisValue, Whole>(v: &Value) -> Result<Vec<T>, ParsingError> {
    match v {
        Value::BulkString(bytes) => T::from_byte_slice(bytes)
            .ok_or_else(|| mismatch(v, format!("Conversion to {} failed.", type_name::<Whole>()))),
        Value::Array(items) | Value::Set(items) => T::from_redis_value_refs(items),
        Value::Map(pairs) => pairs.iter().map(|pair| one_pair(pair.clone())).collect(),
        Value::Nil => Ok(Vec::new()),
        _ => Err(mismatch(v, NOT_A_LIST)),
    }
}

fn list<T: FromRedisValue>(v: Value) -> Result<Vec<T>, ParsingError> {
    match v {
        Value::BulkString(bytes) => T::from_byte_vec(bytes),
        Value::Array(items) | Value::Set(items) => T::from_redis_values(items),
        Value::Map(pairs) => pairs.into_iter().map(one_pair).collect(),
        Value::Nil => Ok(Vec::new()),
        other => Err(mismatch(&other, NOT_A_LIST)),
    }
}

fn one_pair<T: FromRedisValue>(pair: (Value, Value)) -> Result<T, ParsingError> {
    T::from_redis_value(Value::Map(vec![pair]))
}

macro_rules! lists {
    ($($type:ty)*) => {$(
        impl<T: FromRedisValue> FromRedisValue for $type {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                list_ref::<T, Self>(v).map(Into::into)
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                list::<T>(v).map(Into::into)
            }

            #[inline]
            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                T::vec_from_reply(cursor).map(Into::into)
            }

            #[inline]
            fn from_whole(reply: Reply) -> Result<Self, Reply> {
                T::vec_from_whole(reply).map(Into::into)
            }
        }
    )*};
}

lists!(Vec<T> Arc<[T]> Box<[T]>);

impl<T: FromRedisValue, const N: usize> FromRedisValue for [T; N] {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        let items = match v {
            Value::BulkString(bytes) => T::from_byte_slice(bytes).ok_or_else(|| {
                mismatch(v, format!("Conversion to Array[{}; {N}] failed", type_name::<T>()))
            })?,
            Value::Array(items) => T::from_redis_value_refs(items)?,
            Value::Nil => Vec::new(),
            _ => return Err(mismatch(v, "Response type not array compatible")),
        };
        items.try_into().map_err(|items: Vec<T>| {
            mismatch(v, format!("Response has wrong dimension, expected {N}, got {}", items.len()))
        })
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }
}
