//! What the server commands answer.

use std::fmt;

use bytes::Bytes;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::{ConversionError, Kind};
use redlane_resp::from_reply::FromReply;

use super::acl::Rule;
use crate::commands::fields::{each_element, each_field};

/// A server's part in replication, as ROLE tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It takes writes.
    Primary {
        /// How much it has written for its replicas, in bytes.
        replication_offset: u64,
        /// Who copies it.
        replicas: Vec<ReplicaInfo>,
    },
    /// It copies another.
    Replica {
        /// Whom.
        primary_ip: String,
        /// On which port.
        primary_port: u16,
        /// `connect`, `connecting`, `sync` or `connected`.
        replication_state: String,
        /// How much it has copied, in bytes; 0 before the first byte.
        data_received: u64,
    },
    /// It watches over others.
    Sentinel {
        /// The names of the primaries.
        primary_names: Vec<String>,
    },
}

/// One replica of a primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaInfo {
    /// Its address.
    pub ip: String,
    /// Its port.
    pub port: u16,
    /// How much it has copied, in bytes.
    pub replication_offset: i64,
}

impl FromReply for ReplicaInfo {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let (ip, port, replication_offset) = FromReply::from_reply(cursor)?;
        Ok(Self { ip, port, replication_offset })
    }
}

impl FromReply for Role {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let start = cursor.clone();
        let mut kind = String::new();
        each_element(cursor, |place, cursor| {
            if place == 0 {
                kind = String::from_reply(cursor)?;
            }
            Ok(place == 0)
        })?;
        *cursor = start;
        match kind.as_str() {
            "master" => {
                let (_, replication_offset, replicas): (String, _, _) = FromReply::from_reply(cursor)?;
                Ok(Self::Primary { replication_offset, replicas })
            }
            "slave" => {
                type Fields = (String, String, u16, String, i64);
                let (_, primary_ip, primary_port, replication_state, received): Fields =
                    FromReply::from_reply(cursor)?;
                // -1 while it has never been in step.
                let data_received = u64::try_from(received).unwrap_or(0);
                Ok(Self::Replica { primary_ip, primary_port, replication_state, data_received })
            }
            "sentinel" => {
                let (_, primary_names): (String, _) = FromReply::from_reply(cursor)?;
                Ok(Self::Sentinel { primary_names })
            }
            _ => Err(ConversionError::Text { expected: "a role in replication" }),
        }
    }
}

/// One entry of the slow log, or of another command log.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowLogEntry {
    /// Its number, which only grows.
    pub id: u64,
    /// When it was, in seconds since 1970.
    pub time: u64,
    /// How long the command ran, in microseconds; in the logs of large requests and replies their size in
    /// bytes.
    pub amount: u64,
    /// The command's words; the server cuts long ones and long lists.
    pub arguments: Vec<Bytes>,
    /// Who sent it, as address and port.
    pub client_address: String,
    /// The name of the connection; empty when it had none.
    pub client_name: String,
}

impl FromReply for SlowLogEntry {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut entry = Self::default();
        each_element(cursor, |place, cursor| {
            match place {
                0 => entry.id = FromReply::from_reply(cursor)?,
                1 => entry.time = FromReply::from_reply(cursor)?,
                2 => entry.amount = FromReply::from_reply(cursor)?,
                3 => entry.arguments = FromReply::from_reply(cursor)?,
                4 => entry.client_address = FromReply::from_reply(cursor)?,
                5 => entry.client_name = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(entry)
    }
}

/// The number of the arguments and not what they are: keys and values are in no debug output.
impl fmt::Debug for SlowLogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlowLogEntry")
            .field("id", &self.id)
            .field("time", &self.time)
            .field("amount", &self.amount)
            .field("arguments", &self.arguments.len())
            .field("client_address", &self.client_address)
            .field("client_name", &self.client_name)
            .finish()
    }
}

/// The latest spike of an event, as the latency monitor saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencySpike {
    /// The event: `command`, `fork`, …
    pub event: String,
    /// When it was, in seconds since 1970.
    pub time: u64,
    /// How long it took, in milliseconds.
    pub latest: u64,
    /// How long the longest of this event took since the server began, in milliseconds.
    pub longest: u64,
}

impl FromReply for LatencySpike {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut spike = Self::default();
        each_element(cursor, |place, cursor| {
            match place {
                0 => spike.event = FromReply::from_reply(cursor)?,
                1 => spike.time = FromReply::from_reply(cursor)?,
                2 => spike.latest = FromReply::from_reply(cursor)?,
                3 => spike.longest = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(spike)
    }
}

/// The rules of a user, as ACL GETUSER tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclInfo {
    /// Whether the user is on, and what holds for it as a whole.
    pub flags: Vec<Rule>,
    /// The hashes of its passwords.
    pub passwords: Vec<Rule>,
    /// Which commands it may send.
    pub commands: Vec<Rule>,
    /// Which keys it may use.
    pub keys: Vec<Rule>,
    /// Which channels it may use.
    pub channels: Vec<Rule>,
    /// Sets of rules that allow something by themselves.
    pub selectors: Vec<Rule>,
}

impl FromReply for AclInfo {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut user = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"flags" => user.flags = rules(cursor, "")?,
                b"passwords" => {
                    let hashes: Vec<String> = FromReply::from_reply(cursor)?;
                    user.passwords = hashes.into_iter().map(Rule::AddHashedPass).collect();
                }
                b"commands" => user.commands = rules(cursor, "")?,
                b"keys" => user.keys = rules(cursor, "~")?,
                b"channels" => user.channels = rules(cursor, "&")?,
                b"selectors" => user.selectors = selectors(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(user)
    }
}

/// Rules in one text with blanks between them, or in an array, as older servers send them, without their
/// `sign`.
fn rules(cursor: &mut Cursor<'_>, sign: &str) -> Result<Vec<Rule>, ConversionError> {
    if matches!(cursor.kind()?, Kind::Array | Kind::Set) {
        let words: Vec<String> = FromReply::from_reply(cursor)?;
        return Ok(words
            .iter()
            .map(
                |word| {
                    if word.starts_with(sign) { Rule::read(word) } else { Rule::read(&[sign, word].concat()) }
                },
            )
            .collect());
    }
    let text = String::from_reply(cursor)?;
    Ok(text.split_ascii_whitespace().map(Rule::read).collect())
}

fn selectors(cursor: &mut Cursor<'_>) -> Result<Vec<Rule>, ConversionError> {
    let mut found = Vec::new();
    each_element(cursor, |_, cursor| {
        let mut selector = Vec::new();
        each_field(cursor, |name, cursor| {
            match name {
                b"commands" => selector.extend(rules(cursor, "")?),
                b"keys" => selector.extend(rules(cursor, "~")?),
                b"channels" => selector.extend(rules(cursor, "&")?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        found.push(Rule::Selector(selector));
        Ok(true)
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests;
