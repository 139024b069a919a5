//! What adds nothing to a type but a place, an absence, or a failure; and the types that read anything.

use std::rc::Rc;
use std::sync::Arc;

use redlane_resp::cursor::Cursor;
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;

use super::{FromRedisValue, peel, peel_ref, sound};
use crate::compat::error::{ParsingError, RedisResult};
use crate::compat::value::Value;

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: FromRedisValue> FromRedisValue for $pointer<T> {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                T::from_redis_value_ref(v).map($pointer::new)
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                T::from_redis_value(v).map($pointer::new)
            }

            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                T::from_reply(cursor).map($pointer::new)
            }

            fn from_whole(reply: Reply) -> Result<Self, Reply> {
                T::from_whole(reply).map($pointer::new)
            }
        }
    )*};
}

pointers!(Box Arc Rc);

impl<T: FromRedisValue> FromRedisValue for Option<T> {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match peel_ref(v) {
            Value::Nil => Ok(None),
            v => T::from_redis_value_ref(v).map(Some),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match peel(v) {
            Value::Nil => Ok(None),
            v => T::from_redis_value(v).map(Some),
        }
    }

    #[inline]
    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        if cursor.take_null().ok()? { Some(None) } else { T::from_reply(cursor).map(Some) }
    }

    #[inline]
    fn from_whole(reply: Reply) -> Result<Self, Reply> {
        if reply.is_null() { Ok(None) } else { T::from_whole(reply).map(Some) }
    }
}

/// An error of the server within a pipeline's replies is a value to it.
impl<T: FromRedisValue> FromRedisValue for RedisResult<T> {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match v {
            Value::ServerError(error) => Ok(Err(error.clone().into())),
            _ => T::from_redis_value_ref(v).map(Ok),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match v {
            Value::ServerError(error) => Ok(Err(error.into())),
            _ => T::from_redis_value(v).map(Ok),
        }
    }

    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        // A command's reply has no error in it at this point, or the tree finds it.
        T::from_reply(cursor).map(Ok)
    }

    fn from_whole(reply: Reply) -> Result<Self, Reply> {
        T::from_whole(reply).map(Ok)
    }
}

impl FromRedisValue for Value {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        Ok(v.clone())
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Ok(v)
    }

    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        sound(cursor)
    }

    /// The tree is what is wanted.
    fn from_whole(reply: Reply) -> Result<Self, Reply> {
        Err(reply)
    }
}

/// Anything but an error.
impl FromRedisValue for () {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        match v {
            Value::ServerError(error) => Err(error.to_string().into()),
            _ => Ok(()),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }

    #[inline]
    fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
        <() as FromReply>::from_reply(cursor).ok()
    }
}
