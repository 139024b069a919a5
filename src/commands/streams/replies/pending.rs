//! What XPENDING tells of entries that were delivered and not acknowledged.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

use super::StreamInfoConsumer;
use crate::commands::fields::{each_element, missing};

/// What XPENDING tells of a group as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamPendingReply {
    /// Nothing is pending.
    #[default]
    Empty,
    /// Something is.
    Data(StreamPendingData),
}

impl StreamPendingReply {
    /// How many entries are pending.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Data(data) => data.count,
        }
    }
}

/// The pending entries of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamPendingData {
    /// How many there are.
    pub count: usize,
    /// The least id among them.
    pub start_id: String,
    /// The greatest id among them.
    pub end_id: String,
    /// Who was given how many. Idle times are not told here.
    pub consumers: Vec<StreamInfoConsumer>,
}

impl FromReply for StreamPendingReply {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        type Summary = (usize, Option<String>, Option<String>, Option<Vec<(String, usize)>>);
        let (count, start, end, consumers): Summary = FromReply::from_reply(cursor)?;
        if count == 0 {
            return Ok(Self::Empty);
        }
        let (Some(start_id), Some(end_id)) = (start, end) else {
            return Err(missing("ids of pending entries"));
        };
        let consumers = consumers.unwrap_or_default().into_iter();
        let consumers =
            consumers.map(|(name, pending)| StreamInfoConsumer { name, pending, idle: 0 }).collect();
        Ok(Self::Data(StreamPendingData { count, start_id, end_id, consumers }))
    }
}

/// What XPENDING tells of single entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamPendingCountReply {
    /// The pending entries.
    pub ids: Vec<StreamPendingId>,
}

impl FromReply for StreamPendingCountReply {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Ok(Self { ids: FromReply::from_reply(cursor)? })
    }
}

/// One pending entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamPendingId {
    /// Its id.
    pub id: String,
    /// Who was given it.
    pub consumer: String,
    /// How long ago, in milliseconds.
    pub last_delivered_ms: usize,
    /// How many times it was delivered.
    pub times_delivered: usize,
}

impl FromReply for StreamPendingId {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut entry = Self::default();
        let mut found = 0_usize;
        each_element(cursor, |place, cursor| {
            found = place.saturating_add(1);
            match place {
                0 => entry.id = FromReply::from_reply(cursor)?,
                1 => entry.consumer = FromReply::from_reply(cursor)?,
                2 => entry.last_delivered_ms = FromReply::from_reply(cursor)?,
                3 => entry.times_delivered = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if found < 4 { Err(missing("count of deliveries")) } else { Ok(entry) }
    }
}
