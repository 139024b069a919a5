//! What the cluster commands answer: slots, and the nodes that serve them.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

use crate::commands::fields::{each_element, each_field, missing};

/// Slots and the nodes that serve them: an element of what CLUSTER SLOTS answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSlotRange {
    /// The first and the last slot.
    pub slots: (u16, u16),
    /// The primary, and its replicas behind it.
    pub nodes: Vec<ClusterSlotNode>,
}

/// Where one node of a range of slots is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSlotNode {
    /// Its address or name. `None`: the one that was asked; empty: not known.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// Its name in the cluster.
    pub id: String,
}

impl FromReply for ClusterSlotRange {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut range = Self::default();
        each_element(cursor, |place, cursor| {
            match place {
                0 => range.slots.0 = FromReply::from_reply(cursor)?,
                1 => range.slots.1 = FromReply::from_reply(cursor)?,
                _ => range.nodes.push(FromReply::from_reply(cursor)?),
            }
            Ok(true)
        })?;
        if range.nodes.is_empty() { Err(missing("node for a range of slots")) } else { Ok(range) }
    }
}

impl FromReply for ClusterSlotNode {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut node = Self::default();
        each_element(cursor, |place, cursor| {
            match place {
                0 => node.host = FromReply::from_reply(cursor)?,
                1 => node.port = FromReply::from_reply(cursor)?,
                2 => node.id = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(node)
    }
}

/// A primary with its replicas: an element of what CLUSTER SHARDS answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterShard {
    /// The first and the last slot of each range that it serves.
    pub slots: Vec<(u16, u16)>,
    /// Its nodes.
    pub nodes: Vec<ClusterShardNode>,
}

/// One node of a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterShardNode {
    /// Its name in the cluster.
    pub id: String,
    /// Its port; `None` when it speaks TLS only.
    pub port: Option<u16>,
    /// Its port for TLS.
    pub tls_port: Option<u16>,
    /// Its address.
    pub ip: String,
    /// Where clients should look for it.
    pub endpoint: Option<String>,
    /// Its host's name, when it has told one.
    pub hostname: Option<String>,
    /// `master` or `replica`.
    pub role: String,
    /// How far its copy of the data is.
    pub replication_offset: i64,
    /// `online`, `failed` or `loading`.
    pub health: String,
}

impl FromReply for ClusterShard {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut shard = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"slots" => shard.slots = FromReply::from_reply(cursor)?,
                b"nodes" => shard.nodes = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(shard)
    }
}

impl FromReply for ClusterShardNode {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut node = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"id" => node.id = FromReply::from_reply(cursor)?,
                b"port" => node.port = FromReply::from_reply(cursor)?,
                b"tls-port" => node.tls_port = FromReply::from_reply(cursor)?,
                b"ip" => node.ip = FromReply::from_reply(cursor)?,
                b"endpoint" => node.endpoint = FromReply::from_reply(cursor)?,
                b"hostname" => node.hostname = FromReply::from_reply(cursor)?,
                b"role" => node.role = FromReply::from_reply(cursor)?,
                b"replication-offset" => node.replication_offset = FromReply::from_reply(cursor)?,
                b"health" => node.health = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::{bulk, read};

    #[test]
    fn slots_tell_the_primary_first_and_skip_what_newer_servers_add() {
        let node = |host: &str, port: u16| format!("*4\r\n{host}:{port}\r\n{}*0\r\n", bulk("n"));
        let frame =
            format!("*1\r\n*4\r\n:0\r\n:100\r\n{}{}", node(&bulk("127.0.0.1"), 1), node("$-1\r\n", 2));

        let slots: Vec<ClusterSlotRange> = read(&frame).unwrap();

        assert_eq!((slots.len(), slots[0].slots), (1, (0, 100)));
        let hosts: Vec<_> = slots[0].nodes.iter().map(|node| (node.host.as_deref(), node.port)).collect();
        assert_eq!(hosts, [(Some("127.0.0.1"), 1), (None, 2)]);
        assert!(read::<ClusterSlotRange>("*2\r\n:0\r\n:1\r\n").is_err());
    }

    #[test]
    fn shards_are_read_from_both_protocols() {
        let node = format!("%2\r\n{}{}{}:7\r\n", bulk("id"), bulk("n"), bulk("tls-port"));
        let body = format!("{}*4\r\n:0\r\n:5\r\n:9\r\n:9\r\n{}*1\r\n{node}", bulk("slots"), bulk("nodes"));

        for head in ["*4\r\n", "%2\r\n"] {
            let shard: ClusterShard = read(&format!("{head}{body}")).unwrap();
            assert_eq!(shard.slots, [(0, 5), (9, 9)]);
            assert_eq!((shard.nodes[0].id.as_str(), shard.nodes[0].tls_port), ("n", Some(7)));
        }
    }
}
