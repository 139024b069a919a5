//! The reply to `ROLE`.

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch, peel};
use crate::compat::value::Value;

/// What a server says of its part in replication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It is the one that is written to.
    Primary {
        /// How far its stream of changes has come, in bytes.
        replication_offset: u64,
        /// Who follows it.
        replicas: Vec<ReplicaInfo>,
    },
    /// It follows another one.
    Replica {
        /// The host of the one it follows.
        primary_ip: String,
        /// The port of the one it follows.
        primary_port: u16,
        /// `connect`, `connecting`, `sync` or `connected`.
        replication_state: String,
        /// How far it has come, in bytes.
        data_received: u64,
    },
    /// It watches others.
    Sentinel {
        /// The names of the primaries that it watches.
        primary_names: Vec<String>,
    },
}

/// A replica, as its primary sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaInfo {
    /// Its host.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// How far it has come, in bytes.
    pub replication_offset: i64,
}

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
