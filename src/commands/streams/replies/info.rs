//! What XINFO tells of streams, their groups, and the consumers of these.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_resp::value::Value;

use super::StreamId;
use crate::commands::fields::each_field;

/// What XINFO STREAM tells of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamInfoStreamReply<V = Value> {
    /// The id of the last entry that was added, be it deleted or not.
    pub last_generated_id: String,
    /// Keys in the tree that holds the entries: blocks of entries.
    pub radix_tree_keys: usize,
    /// How many groups read it.
    pub groups: usize,
    /// How many entries it has.
    pub length: usize,
    /// Its oldest entry; one without an id when it has none.
    pub first_entry: StreamId<V>,
    /// Its newest entry; one without an id when it has none.
    pub last_entry: StreamId<V>,
}

impl<V> Default for StreamInfoStreamReply<V> {
    fn default() -> Self {
        Self {
            last_generated_id: String::new(),
            radix_tree_keys: 0,
            groups: 0,
            length: 0,
            first_entry: StreamId::default(),
            last_entry: StreamId::default(),
        }
    }
}

impl<V: FromReply> StreamInfoStreamReply<V> {
    fn read(&mut self, name: &[u8], cursor: &mut Cursor<'_>) -> Result<bool, ConversionError> {
        let entry = |cursor: &mut Cursor<'_>| {
            <Option<StreamId<V>>>::from_reply(cursor).map(Option::unwrap_or_default)
        };
        match name {
            b"last-generated-id" => self.last_generated_id = FromReply::from_reply(cursor)?,
            b"radix-tree-keys" => self.radix_tree_keys = FromReply::from_reply(cursor)?,
            b"groups" => self.groups = FromReply::from_reply(cursor)?,
            b"length" => self.length = FromReply::from_reply(cursor)?,
            b"first-entry" => self.first_entry = entry(cursor)?,
            b"last-entry" => self.last_entry = entry(cursor)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl<V: FromReply> FromReply for StreamInfoStreamReply<V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut reply = Self::default();
        each_field(cursor, |name, cursor| reply.read(name, cursor))?;
        Ok(reply)
    }
}

/// What XINFO STREAM tells of a stream and of the identities that it keeps; zeros before Redis 8.6.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StreamInfoStreamReplyWithIdempotency<V = Value> {
    /// The stream itself.
    pub base: StreamInfoStreamReply<V>,
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

impl<V> Default for StreamInfoStreamReplyWithIdempotency<V> {
    fn default() -> Self {
        Self {
            base: StreamInfoStreamReply::default(),
            idmp_duration: 0,
            idmp_maxsize: 0,
            pids_tracked: 0,
            iids_tracked: 0,
            iids_added: 0,
            iids_duplicates: 0,
        }
    }
}

impl<V: FromReply> FromReply for StreamInfoStreamReplyWithIdempotency<V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut reply = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"idmp-duration" => reply.idmp_duration = FromReply::from_reply(cursor)?,
                b"idmp-maxsize" => reply.idmp_maxsize = FromReply::from_reply(cursor)?,
                b"pids-tracked" => reply.pids_tracked = FromReply::from_reply(cursor)?,
                b"iids-tracked" => reply.iids_tracked = FromReply::from_reply(cursor)?,
                b"iids-added" => reply.iids_added = FromReply::from_reply(cursor)?,
                b"iids-duplicates" => reply.iids_duplicates = FromReply::from_reply(cursor)?,
                name => return reply.base.read(name, cursor),
            }
            Ok(true)
        })?;
        Ok(reply)
    }
}

/// One consumer of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamInfoConsumer {
    /// Its name.
    pub name: String,
    /// How many entries it has been given and has not acknowledged.
    pub pending: usize,
    /// Milliseconds since it last asked for entries; 0 where the server does not say.
    pub idle: usize,
}

impl FromReply for StreamInfoConsumer {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut consumer = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"name" => consumer.name = FromReply::from_reply(cursor)?,
                b"pending" => consumer.pending = FromReply::from_reply(cursor)?,
                b"idle" => consumer.idle = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(consumer)
    }
}

/// What XINFO CONSUMERS answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamInfoConsumersReply {
    /// The consumers of the group.
    pub consumers: Vec<StreamInfoConsumer>,
}

impl FromReply for StreamInfoConsumersReply {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Ok(Self { consumers: FromReply::from_reply(cursor)? })
    }
}

/// One group that reads a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamInfoGroup {
    /// Its name.
    pub name: String,
    /// How many consumers it has.
    pub consumers: usize,
    /// How many entries were delivered and not acknowledged.
    pub pending: usize,
    /// The last entry that was delivered.
    pub last_delivered_id: String,
    /// How many entries the group has read, where the server knows. Since 7.0.
    pub entries_read: Option<usize>,
    /// How many entries are still to be delivered, where the server knows. Since 7.0.
    pub lag: Option<usize>,
}

impl FromReply for StreamInfoGroup {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut group = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"name" => group.name = FromReply::from_reply(cursor)?,
                b"consumers" => group.consumers = FromReply::from_reply(cursor)?,
                b"pending" => group.pending = FromReply::from_reply(cursor)?,
                b"last-delivered-id" => group.last_delivered_id = FromReply::from_reply(cursor)?,
                b"entries-read" => group.entries_read = FromReply::from_reply(cursor)?,
                b"lag" => group.lag = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(group)
    }
}

/// What XINFO GROUPS answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamInfoGroupsReply {
    /// The groups of the stream.
    pub groups: Vec<StreamInfoGroup>,
}

impl FromReply for StreamInfoGroupsReply {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Ok(Self { groups: FromReply::from_reply(cursor)? })
    }
}
