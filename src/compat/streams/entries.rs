//! Entries of streams, and the answers that hold some: what a field holds is any [`Value`].

#[cfg(not(feature = "ahash"))]
use std::collections::HashMap;

#[cfg(feature = "ahash")]
use ahash::AHashMap as HashMap;

use crate::compat::from_redis_value::{FromRedisValue, from_redis_value_ref};
use crate::compat::value::Value;

/// One entry of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamId {
    /// Its id.
    pub id: String,
    /// Its fields; empty when it was deleted meanwhile, or when ids alone were asked for.
    pub map: HashMap<String, Value>,
    /// How long ago it was delivered, in milliseconds; known when a read claimed it.
    pub milliseconds_elapsed_from_delivery: Option<usize>,
    /// How many times it was delivered before; known when a read claimed it.
    pub delivered_count: Option<usize>,
}

impl StreamId {
    /// Reads a field; `None` when there is none, or when it is no `T`.
    pub fn get<T: FromRedisValue>(&self, key: &str) -> Option<T> {
        self.map.get(key).and_then(|value| from_redis_value_ref(value).ok())
    }

    /// Whether it has a field.
    pub fn contains_key(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }
}

/// The entries of one stream.
#[derive(Clone, Debug, Default)]
pub struct StreamKey {
    /// The stream.
    pub key: String,
    /// Its entries, the oldest first.
    pub ids: Vec<StreamId>,
}

/// What XREAD and XREADGROUP answer; null when there is nothing, so read an `Option` of it.
#[derive(Clone, Debug, Default)]
pub struct StreamReadReply {
    /// The streams that have something.
    pub keys: Vec<StreamKey>,
}

/// What XRANGE and XREVRANGE answer.
#[derive(Clone, Debug, Default)]
pub struct StreamRangeReply {
    /// The entries.
    pub ids: Vec<StreamId>,
}

/// What XCLAIM answers.
#[derive(Clone, Debug, Default)]
pub struct StreamClaimReply {
    /// The entries.
    pub ids: Vec<StreamId>,
}

/// What XAUTOCLAIM answers.
#[derive(Clone, Debug, Default)]
pub struct StreamAutoClaimReply {
    /// Where to go on; `0-0` when all was looked at.
    pub next_stream_id: String,
    /// The claimed entries.
    pub claimed: Vec<StreamId>,
    /// Entries that were deleted, and are pending no more. Since 7.0.
    pub deleted_ids: Vec<String>,
    /// Whether there were deleted entries among the claimed, which servers before 7.0 give as null.
    pub invalid_entries: bool,
}

/// What XINFO STREAM tells of a stream.
#[derive(Clone, Debug, Default)]
pub struct StreamInfoStreamReply {
    /// The id of the last entry that was added.
    pub last_generated_id: String,
    /// Keys in the tree that holds the entries.
    pub radix_tree_keys: usize,
    /// How many groups read it.
    pub groups: usize,
    /// How many entries it has.
    pub length: usize,
    /// Its oldest entry; one without an id when it has none.
    pub first_entry: StreamId,
    /// Its newest entry; one without an id when it has none.
    pub last_entry: StreamId,
}

/// What XINFO STREAM tells of a stream and of the identities that it keeps; zeros before Redis 8.6.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamInfoStreamReplyWithIdempotency {
    /// The stream itself.
    pub base: StreamInfoStreamReply,
    /// For how many seconds an identity is kept.
    pub idmp_duration: u32,
    /// How many identities are kept for each producer.
    pub idmp_maxsize: u16,
    /// How many producers are known.
    pub pids_tracked: usize,
    /// How many identities are known.
    pub iids_tracked: usize,
    /// How many entries with an identity were added.
    pub iids_added: usize,
    /// How many entries were recognised and not added.
    pub iids_duplicates: usize,
}
