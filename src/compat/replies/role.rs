//! The reply to `ROLE`: the native type, read as redis-rs reads it.

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch, peel};
use crate::compat::value::Value;

pub use crate::commands::server::replies::{ReplicaInfo, Role};

/// Takes the next element as a `T`; the number of elements was checked.
fn next<T: FromRedisValue>(elements: &mut std::vec::IntoIter<Value>) -> Result<T, ParsingError> {
    T::from_redis_value(elements.next().unwrap_or(Value::Nil))
}

/// redis-rs shows what is left of the array.
fn too_short(elements: &[Value], wrong: &str) -> ParsingError {
    format!("{wrong:?} (value was {elements:?})").into()
}

impl FromRedisValue for ReplicaInfo {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let elements = peel(v).into_sequence();
        let elements = elements.map_err(|v| mismatch(&v, "Replica response should be an array"))?;
        if elements.len() < 3 {
            return Err(too_short(&elements, "Replica array is too short, expected 3 elements"));
        }
        let mut elements = elements.into_iter();
        Ok(Self {
            ip: next(&mut elements)?,
            port: next(&mut elements)?,
            replication_offset: next(&mut elements)?,
        })
    }
}

impl FromRedisValue for Role {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let elements = peel(v).into_sequence();
        let elements = elements.map_err(|v| mismatch(&v, "Role response should be an array"))?;
        if elements.len() < 2 {
            return Err(too_short(&elements, "Role array is too short, expected at least 2 elements"));
        }
        let Some(Value::BulkString(role)) = elements.first() else {
            return Err(too_short(&elements, "Role type is not a bulk string"));
        };
        let (least, wrong) = match role.as_slice() {
            b"master" => (3, "Role primary response too short, expected 3 elements"),
            b"slave" => (5, "Role replica response too short, expected 5 elements"),
            b"sentinel" => (2, "Role sentinel response too short, expected at least 2 elements"),
            _ => return Err(too_short(&elements, "Role type is not master, slave or sentinel")),
        };
        if elements.len() < least {
            return Err(too_short(&elements, wrong));
        }
        let mut rest = elements.into_iter();
        rest.next();
        Ok(match least {
            3 => Self::Primary { replication_offset: next(&mut rest)?, replicas: next(&mut rest)? },
            5 => Self::Replica {
                primary_ip: next(&mut rest)?,
                primary_port: next(&mut rest)?,
                replication_state: next(&mut rest)?,
                data_received: next(&mut rest)?,
            },
            _ => Self::Sentinel { primary_names: next(&mut rest)? },
        })
    }
}
