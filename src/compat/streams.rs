//! Streams: options and answers.
//!
//! The options are those of the native commands, and so are the answers that hold no entry; the others are in
//! `streams/entries.rs`. How all of them are read from a [`Value`] is redis-rs's affair and stands here. What surprises: an entry that was deleted meanwhile comes with its id
//! and without fields.

mod entries;

use std::collections::HashMap;
use std::fmt;

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value, from_redis_value_ref};
use crate::compat::value::Value;

pub use self::entries::{
    StreamAutoClaimReply, StreamClaimReply, StreamId, StreamInfoStreamReply,
    StreamInfoStreamReplyWithIdempotency, StreamKey, StreamRangeReply, StreamReadReply,
};
pub use crate::commands::types::{
    IDMP_DURATION_MAX, IDMP_DURATION_MIN, IDMP_MAXSIZE_MAX, IDMP_MAXSIZE_MIN, StreamAddOptions,
    StreamAutoClaimOptions, StreamClaimOptions, StreamConfigOptions, StreamDeletionPolicy,
    StreamIdempotencyMode, StreamInfoConsumer, StreamInfoConsumersReply, StreamInfoGroup,
    StreamInfoGroupsReply, StreamMaxlen, StreamNackMode, StreamNackOptions, StreamPendingCountReply,
    StreamPendingData, StreamPendingId, StreamPendingReply, StreamReadOptions, StreamTrimOptions,
    StreamTrimStrategy, StreamTrimmingMode, XAckDelStatusCode, XDelExStatusCode,
};

/// redis-rs has the value and what is wrong with it the other way round here than elsewhere.
fn wrong(value: &impl fmt::Debug, what: &str) -> ParsingError {
    format!("{value:?} (value was {what:?})").into()
}

type Fields = HashMap<String, Value>;
/// Entries as they come: an id and its fields each.
type Rows = Vec<HashMap<String, Fields>>;

fn entry(id: String, fields: Fields) -> StreamId {
    StreamId { id, map: fields.into_iter().collect(), ..StreamId::default() }
}

fn entries_of(rows: Rows) -> Vec<StreamId> {
    rows.into_iter().flatten().map(|(id, fields)| entry(id, fields)).collect()
}

macro_rules! entries_alone {
    ($($name:ident)*) => { $(
        impl FromRedisValue for $name {
            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                Ok(Self { ids: entries_of(from_redis_value(v)?) })
            }
        }
    )* };
}

entries_alone! { StreamRangeReply StreamClaimReply }

impl FromRedisValue for StreamReadReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        /// With CLAIM a server tells how long ago, and how many times, an entry was delivered.
        type Claimed = Vec<(String, Fields, Option<usize>, Option<usize>)>;
        if let Ok(streams) = from_redis_value_ref::<Vec<HashMap<String, Rows>>>(&v) {
            let streams = streams.into_iter().flatten();
            return Ok(Self {
                keys: streams.map(|(key, rows)| StreamKey { key, ids: entries_of(rows) }).collect(),
            });
        }
        if let Ok(streams) = from_redis_value_ref::<Vec<HashMap<String, Claimed>>>(&v) {
            let claimed = |(id, fields, elapsed, count)| StreamId {
                milliseconds_elapsed_from_delivery: elapsed,
                delivered_count: count,
                ..entry(id, fields)
            };
            let streams = streams.into_iter().flatten();
            let keys =
                streams.map(|(key, rows)| StreamKey { key, ids: rows.into_iter().map(claimed).collect() });
            return Ok(Self { keys: keys.collect() });
        }
        Err(wrong(&v, "Could not parse StreamReadReply in any known format"))
    }
}

impl FromRedisValue for StreamAutoClaimReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let Value::Array(parts) = v else { return Err(wrong(&v, "Not a array response")) };
        if !(2..=3).contains(&parts.len()) {
            return Err(wrong(&parts, "Incorrect number of items"));
        }
        let mut parts = parts.into_iter();
        let (next, claimed, deleted) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
        let next = next.unwrap_or_default();
        let next_stream_id = from_redis_value(next)?;
        let deleted_ids = deleted.map(from_redis_value).transpose()?.unwrap_or_default();
        let Value::Array(found) = claimed else { return Err(wrong(&claimed, "Incorrect type")) };
        // Servers before 7.0 say null for an entry that was deleted.
        let total = found.len();
        let found: Vec<Value> = found.into_iter().filter(|entry| *entry != Value::Nil).collect();
        let invalid_entries = found.len() < total;
        let claimed = match found.first() {
            None => Vec::new(),
            Some(Value::BulkString(_)) => {
                let ids: Vec<String> = from_redis_value(Value::Array(found))?;
                ids.into_iter().map(|id| entry(id, Fields::new())).collect()
            }
            Some(Value::Array(_)) => entries_of(from_redis_value(Value::Array(found))?),
            Some(_) => return Err(wrong(&Value::Array(found), "Incorrect type")),
        };
        Ok(Self { next_stream_id, claimed, deleted_ids, invalid_entries })
    }
}

impl FromRedisValue for StreamPendingReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        type Summary = (usize, Option<String>, Option<String>, Vec<Option<(String, String)>>);
        let (count, start, end, consumers): Summary = from_redis_value(v)?;
        if count == 0 {
            return Ok(Self::Empty);
        }
        let missing =
            |which: &str| ParsingError::from(format!("IllegalState: Non-zero pending expects {which} id"));
        let start_id = start.ok_or_else(|| missing("start"))?;
        let end_id = end.ok_or_else(|| missing("end"))?;
        let consumer = |(name, pending): (String, String)| StreamInfoConsumer {
            name,
            pending: pending.parse().unwrap_or_default(),
            idle: 0,
        };
        let consumers = consumers.into_iter().flatten().map(consumer).collect();
        Ok(Self::Data(StreamPendingData { count, start_id, end_id, consumers }))
    }
}

impl FromRedisValue for StreamPendingCountReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let unreadable = |at: u8| ParsingError::from(format!("Cannot parse redis data ({at})"));
        let Value::Array(entries) = v else { return Err(unreadable(1)) };
        let pending = |entry: Value| {
            let Value::Array(parts) = entry else { return Err(unreadable(2)) };
            let [Value::BulkString(_), Value::BulkString(_), Value::Int(_), Value::Int(_)] = parts.as_slice()
            else {
                return Err(unreadable(3));
            };
            let (id, consumer, last_delivered_ms, times_delivered) = from_redis_value(Value::Array(parts))?;
            Ok(StreamPendingId { id, consumer, last_delivered_ms, times_delivered })
        };
        Ok(Self { ids: entries.into_iter().map(pending).collect::<Result<_, _>>()? })
    }
}

/// Takes a field out of a description and reads it; what is not there stays as it is.
fn take<T: FromRedisValue>(fields: &mut Fields, name: &str, into: &mut T) -> Result<(), ParsingError> {
    if let Some(value) = fields.remove(name) {
        *into = from_redis_value(value)?;
    }
    Ok(())
}

/// The first or the last entry of a stream; whatever is no array is none.
fn take_entry(fields: &mut Fields, name: &str, into: &mut StreamId) -> Result<(), ParsingError> {
    let Some(Value::Array(parts)) = fields.remove(name) else { return Ok(()) };
    let mut parts = parts.into_iter();
    let id = parts.next().map(from_redis_value).transpose()?;
    let found = parts.next().map(from_redis_value::<Fields>).transpose()?;
    *into = entry(id.unwrap_or_default(), found.unwrap_or_default());
    Ok(())
}

fn describe(fields: &mut Fields) -> Result<StreamInfoStreamReply, ParsingError> {
    let mut stream = StreamInfoStreamReply::default();
    take(fields, "last-generated-id", &mut stream.last_generated_id)?;
    take(fields, "radix-tree-keys", &mut stream.radix_tree_keys)?;
    take(fields, "groups", &mut stream.groups)?;
    take(fields, "length", &mut stream.length)?;
    take_entry(fields, "first-entry", &mut stream.first_entry)?;
    take_entry(fields, "last-entry", &mut stream.last_entry)?;
    Ok(stream)
}

impl FromRedisValue for StreamInfoStreamReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        describe(&mut from_redis_value(v)?)
    }
}

impl FromRedisValue for StreamInfoStreamReplyWithIdempotency {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let mut fields: Fields = from_redis_value(v)?;
        let mut stream = Self { base: describe(&mut fields)?, ..Self::default() };
        take(&mut fields, "idmp-duration", &mut stream.idmp_duration)?;
        take(&mut fields, "idmp-maxsize", &mut stream.idmp_maxsize)?;
        take(&mut fields, "pids-tracked", &mut stream.pids_tracked)?;
        take(&mut fields, "iids-tracked", &mut stream.iids_tracked)?;
        take(&mut fields, "iids-added", &mut stream.iids_added)?;
        take(&mut fields, "iids-duplicates", &mut stream.iids_duplicates)?;
        Ok(stream)
    }
}

impl FromRedisValue for StreamInfoConsumersReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let consumer = |mut fields: Fields| {
            let mut consumer = StreamInfoConsumer::default();
            take(&mut fields, "name", &mut consumer.name)?;
            take(&mut fields, "pending", &mut consumer.pending)?;
            take(&mut fields, "idle", &mut consumer.idle)?;
            Ok(consumer)
        };
        let consumers: Vec<Fields> = from_redis_value(v)?;
        Ok(Self { consumers: consumers.into_iter().map(consumer).collect::<Result<_, ParsingError>>()? })
    }
}

impl FromRedisValue for StreamInfoGroupsReply {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let group = |mut fields: Fields| {
            let mut group = StreamInfoGroup::default();
            take(&mut fields, "name", &mut group.name)?;
            take(&mut fields, "pending", &mut group.pending)?;
            take(&mut fields, "consumers", &mut group.consumers)?;
            take(&mut fields, "last-delivered-id", &mut group.last_delivered_id)?;
            take(&mut fields, "entries-read", &mut group.entries_read)?;
            take(&mut fields, "lag", &mut group.lag)?;
            Ok(group)
        };
        let groups: Vec<Fields> = from_redis_value(v)?;
        Ok(Self { groups: groups.into_iter().map(group).collect::<Result<_, ParsingError>>()? })
    }
}

impl FromRedisValue for XDelExStatusCode {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match v {
            Value::Int(-1) => Ok(Self::IdNotFound),
            Value::Int(1) => Ok(Self::Deleted),
            Value::Int(2) => Ok(Self::NotDeletedUnacknowledgedOrStillReferenced),
            Value::Int(code) => Err(format!("Invalid XDelExStatusCode status code: {code}").into()),
            _ => Err("Response type not XAckDelStatusCode compatible".into()),
        }
    }
}

impl FromRedisValue for XAckDelStatusCode {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match v {
            Value::Int(-1) => Ok(Self::IdNotFound),
            Value::Int(1) => Ok(Self::AcknowledgedAndDeleted),
            Value::Int(2) => Ok(Self::AcknowledgedNotDeletedStillReferenced),
            // redis-rs means to name the code here, and does not.
            Value::Int(_) => Err("Invalid XAckDelStatusCode status code: {code}".into()),
            _ => Err("Response type not XAckDelStatusCode compatible".into()),
        }
    }
}

#[cfg(test)]
mod tests;
