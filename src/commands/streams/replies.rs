//! What the commands on streams answer.
//!
//! Their names and fields are redis-rs's. Field values are read as [`Value`] unless another type is asked for:
//! `client.xrange_all("s").read_as::<StreamRangeReply<String>>()`. What surprises: an entry that was deleted meanwhile
//! comes with its id and without fields, and an entry may hold a field twice, of which a map keeps the last; the
//! group reader of `streams` keeps both.

mod info;
mod pending;
mod status;

pub use info::{
    StreamInfoConsumer, StreamInfoConsumersReply, StreamInfoGroup, StreamInfoGroupsReply,
    StreamInfoStreamReply, StreamInfoStreamReplyWithIdempotency,
};
pub use pending::{StreamPendingCountReply, StreamPendingData, StreamPendingId, StreamPendingReply};
pub use status::{XAckDelStatusCode, XDelExStatusCode};

#[cfg(not(feature = "ahash"))]
use std::collections::HashMap;

#[cfg(feature = "ahash")]
use ahash::AHashMap as HashMap;
use bytes::BytesMut;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::{ConversionError, Kind};
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;
use redlane_resp::value::Value;

use crate::commands::fields::{each_element, missing};

/// One entry of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamId<V = Value> {
    /// Its id, such as `1526919030474-55`.
    pub id: String,
    /// Its fields. Empty when the entry was deleted meanwhile, or when ids alone were asked for.
    pub map: HashMap<String, V>,
    /// How long ago it was delivered, in milliseconds; known when it was claimed by a read.
    pub milliseconds_elapsed_from_delivery: Option<usize>,
    /// How many times it was delivered before; known when it was claimed by a read.
    pub delivered_count: Option<usize>,
}

impl<V> StreamId<V> {
    /// The value of a field; `None` when there is none.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&V> {
        self.map.get(field)
    }

    /// Whether it has a field.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// How many fields it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }
}

impl StreamId {
    /// The value of a field, read as any type that a reply can be read as; `None` when there is no such field. redis-rs's
    /// `get` is this, but that a value which is no such thing is `None` there and an error here.
    ///
    /// ```no_run
    /// # use redlane::prelude::*;
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// for entry in client.xrange_all("orders").await?.ids {
    ///     let amount: Option<i64> = entry.read("amount")?;
    ///     println!("{}: {amount:?}, {:?}", entry.id, entry.get("note"));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A value that is no such thing.
    pub fn read<T: FromReply>(&self, field: &str) -> Result<Option<T>, ConversionError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let mut frame = BytesMut::new();
        value.encode(&mut frame);
        Reply::from_frame(frame.freeze()).into_read().map(Some)
    }
}

impl<V> Default for StreamId<V> {
    fn default() -> Self {
        Self {
            id: String::new(),
            map: HashMap::new(),
            milliseconds_elapsed_from_delivery: None,
            delivered_count: None,
        }
    }
}

/// Reads an entry, or an id alone.
impl<V: FromReply> FromReply for StreamId<V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut entry = Self::default();
        if matches!(cursor.kind()?, Kind::Bulk | Kind::Simple) {
            entry.id = FromReply::from_reply(cursor)?;
            return Ok(entry);
        }
        let mut found = 0_usize;
        each_element(cursor, |place, cursor| {
            found = place.saturating_add(1);
            match place {
                0 => entry.id = FromReply::from_reply(cursor)?,
                1 => entry.map = <Vec<(String, V)>>::from_reply(cursor)?.into_iter().collect(),
                2 => entry.milliseconds_elapsed_from_delivery = FromReply::from_reply(cursor)?,
                3 => entry.delivered_count = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if found < 2 { Err(missing("fields of an entry")) } else { Ok(entry) }
    }
}

/// The entries of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamKey<V = Value> {
    /// The stream.
    pub key: String,
    /// Its entries, the oldest first.
    pub ids: Vec<StreamId<V>>,
}

impl<V> Default for StreamKey<V> {
    fn default() -> Self {
        Self { key: String::new(), ids: Vec::new() }
    }
}

/// What XREAD and XREADGROUP answer; null when there is nothing, so read an `Option` of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamReadReply<V = Value> {
    /// The streams that have something.
    pub keys: Vec<StreamKey<V>>,
}

impl<V> Default for StreamReadReply<V> {
    fn default() -> Self {
        Self { keys: Vec::new() }
    }
}

impl<V: FromReply> FromReply for StreamReadReply<V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        // A map in RESP3, an array of pairs in RESP2.
        let keys: Vec<(String, Vec<StreamId<V>>)> = FromReply::from_reply(cursor)?;
        Ok(Self { keys: keys.into_iter().map(|(key, ids)| StreamKey { key, ids }).collect() })
    }
}

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name<V = Value> {
            /// The entries.
            pub ids: Vec<StreamId<V>>,
        }

        impl<V> Default for $name<V> {
            fn default() -> Self {
                Self { ids: Vec::new() }
            }
        }

        impl<V: FromReply> FromReply for $name<V> {
            fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
                let entries: Vec<Option<StreamId<V>>> = FromReply::from_reply(cursor)?;
                Ok(Self { ids: entries.into_iter().flatten().collect() })
            }
        }
    )* };
}

entries! {
    /// What XRANGE and XREVRANGE answer.
    StreamRangeReply;
    /// What XCLAIM answers. Servers before 7.0 say null for an entry that was deleted; it is left out.
    StreamClaimReply;
}

/// What XAUTOCLAIM answers.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamAutoClaimReply<V = Value> {
    /// Where to go on; `0-0` when all was looked at.
    pub next_stream_id: String,
    /// The claimed entries.
    pub claimed: Vec<StreamId<V>>,
    /// Entries that nobody will get, since they were deleted; they are pending no more. Since 7.0.
    pub deleted_ids: Vec<String>,
    /// Whether there were deleted entries among the claimed, which servers before 7.0 give as null. They are still
    /// pending.
    pub invalid_entries: bool,
}

impl<V> Default for StreamAutoClaimReply<V> {
    fn default() -> Self {
        Self {
            next_stream_id: String::new(),
            claimed: Vec::new(),
            deleted_ids: Vec::new(),
            invalid_entries: false,
        }
    }
}

impl<V: FromReply> FromReply for StreamAutoClaimReply<V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut reply = Self::default();
        let mut found = 0_usize;
        each_element(cursor, |place, cursor| {
            found = place.saturating_add(1);
            match place {
                0 => reply.next_stream_id = FromReply::from_reply(cursor)?,
                1 => {
                    let entries: Vec<Option<StreamId<V>>> = FromReply::from_reply(cursor)?;
                    let count = entries.len();
                    reply.claimed = entries.into_iter().flatten().collect();
                    reply.invalid_entries = reply.claimed.len() < count;
                }
                2 => reply.deleted_ids = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if found < 2 { Err(missing("claimed entries")) } else { Ok(reply) }
    }
}

#[cfg(test)]
mod tests;
