//! Integers with a meaning: a time to live or the reason why there is none, and the two of `INCREX`.

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch};
use crate::compat::value::Value;

/// A number, or one of the two negative ones that say why there is none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum IntegerReplyOrNoOp {
    /// The number.
    IntegerReply(usize),
    /// `-2`: there is no such key or field.
    NotExists,
    /// `-1`: there is one, without what was asked for.
    ExistsButNotRelevant,
}

impl IntegerReplyOrNoOp {
    /// The number as the server sent it.
    pub fn raw(&self) -> isize {
        match self {
            Self::IntegerReply(number) => isize::try_from(*number).unwrap_or(isize::MAX),
            Self::NotExists => -2,
            Self::ExistsButNotRelevant => -1,
        }
    }
}

impl FromRedisValue for IntegerReplyOrNoOp {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match v {
            Value::Int(-2) => Ok(Self::NotExists),
            Value::Int(-1) => Ok(Self::ExistsButNotRelevant),
            Value::Int(number) => match usize::try_from(*number) {
                Ok(number) => Ok(Self::IntegerReply(number)),
                Err(_) => Err(mismatch(v, "Could not convert from integer.")),
            },
            _ => Err(mismatch(v, "Value should be an integer")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }
}

macro_rules! compared {
    ($($type:ty)*) => {$(
        impl PartialEq<$type> for IntegerReplyOrNoOp {
            fn eq(&self, other: &$type) -> bool {
                match self {
                    Self::IntegerReply(number) => <$type>::try_from(*number).is_ok_and(|number| number == *other),
                    _ => isize::try_from(*other).is_ok_and(|other| other == self.raw()),
                }
            }
        }
    )*};
}

compared!(isize usize i32 u32);

/// The reply to `INCREX`: integers by `BYINT`, numbers of other kinds by `BYFLOAT`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IncrexResult {
    /// The value of the key now.
    pub value: Value,
    /// What was added. Less than was asked for when a bound was met; zero when that refused it.
    pub actual_increment: Value,
}

impl IncrexResult {
    /// The value as a `T`.
    ///
    /// # Errors
    /// [`ParsingError`] when it is no `T`.
    pub fn value_as<T: FromRedisValue>(&self) -> Result<T, ParsingError> {
        T::from_redis_value_ref(&self.value)
    }

    /// What was added as a `T`.
    ///
    /// # Errors
    /// [`ParsingError`] when it is no `T`.
    pub fn actual_increment_as<T: FromRedisValue>(&self) -> Result<T, ParsingError> {
        T::from_redis_value_ref(&self.actual_increment)
    }

    /// Both as integers, the value first.
    ///
    /// # Errors
    /// [`ParsingError`] when one of them is none.
    pub fn as_i64(&self) -> Result<(i64, i64), ParsingError> {
        Ok((self.value_as()?, self.actual_increment_as()?))
    }

    /// Both as floating point numbers, the value first.
    ///
    /// # Errors
    /// [`ParsingError`] when one of them is none.
    pub fn as_f64(&self) -> Result<(f64, f64), ParsingError> {
        Ok((self.value_as()?, self.actual_increment_as()?))
    }
}

impl FromRedisValue for IncrexResult {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let [value, actual_increment] = <[Value; 2]>::from_redis_value(v)?;
        Ok(Self { value, actual_increment })
    }
}
