//! What HOTKEYS GET answers.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::{ConversionError, Kind};
use redlane_resp::from_reply::FromReply;

use crate::commands::fields::each_field;

/// A key, and what it cost.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HotKeyEntry {
    /// The key.
    pub key: String,
    /// Microseconds of the processor, or bytes on the network.
    pub value: u64,
}

impl HotKeyEntry {
    pub(crate) fn new(key: String, value: u64) -> Self {
        Self { key, value }
    }
}

/// Neighbouring slots.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SlotRange {
    /// The first.
    pub start: u16,
    /// The last.
    pub end: u16,
}

impl SlotRange {
    pub(crate) fn new(start: u16, end: u16) -> Self {
        Self { start, end }
    }
}

/// What a watch found. What was not watched is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HotkeysResponse {
    /// Whether the watch still runs.
    pub tracking_active: bool,
    /// One in so many keys was looked at.
    pub sample_ratio: u64,
    /// The slots that were looked at.
    pub selected_slots: Vec<SlotRange>,
    /// Microseconds of all commands on all slots.
    pub all_commands_all_slots_us: u64,
    /// Bytes of all commands on all slots.
    pub net_bytes_all_commands_all_slots: u64,
    /// When the watch began, in milliseconds since 1970.
    pub collection_start_time_unix_ms: u64,
    /// How long it ran, in milliseconds.
    pub collection_duration_ms: u64,
    /// Milliseconds of the processor in the server's own code.
    pub total_cpu_time_user_ms: Option<u64>,
    /// Milliseconds of the processor in the kernel.
    pub total_cpu_time_sys_ms: Option<u64>,
    /// Bytes on the network.
    pub total_net_bytes: Option<u64>,
    /// The keys that cost the most time, the hottest first.
    pub by_cpu_time_us: Option<Vec<HotKeyEntry>>,
    /// The keys that cost the most bytes, the hottest first.
    pub by_net_bytes: Option<Vec<HotKeyEntry>>,
    /// Microseconds of the commands that were looked at, in these slots.
    pub sampled_commands_selected_slots_us: Option<u64>,
    /// Microseconds of all commands in these slots.
    pub all_commands_selected_slots_us: Option<u64>,
    /// Bytes of the commands that were looked at, in these slots.
    pub net_bytes_sampled_commands_selected_slots: Option<u64>,
    /// Bytes of all commands in these slots.
    pub net_bytes_all_commands_selected_slots: Option<u64>,
}

/// The fields, in RESP2 and RESP3 inside an array of one.
impl FromReply for HotkeysResponse {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        if cursor.kind()? == Kind::Array {
            let mut inside = cursor.clone();
            if let Ok([Wrapped(found)]) = <[Wrapped; 1]>::from_reply(&mut inside) {
                *cursor = inside;
                return Ok(found);
            }
        }
        let Wrapped(found) = Wrapped::from_reply(cursor)?;
        Ok(found)
    }
}

struct Wrapped(HotkeysResponse);

impl FromReply for Wrapped {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut found = HotkeysResponse::default();
        each_field(cursor, |name, cursor| {
            match unquoted(name) {
                b"tracking-active" => found.tracking_active = i64::from_reply(cursor)? != 0,
                b"sample-ratio" => found.sample_ratio = FromReply::from_reply(cursor)?,
                b"selected-slots" => {
                    let ranges: Vec<Slots> = FromReply::from_reply(cursor)?;
                    found.selected_slots = ranges.into_iter().map(|Slots(range)| range).collect();
                }
                b"all-commands-all-slots-us" => {
                    found.all_commands_all_slots_us = FromReply::from_reply(cursor)?;
                }
                b"net-bytes-all-commands-all-slots" => {
                    found.net_bytes_all_commands_all_slots = FromReply::from_reply(cursor)?;
                }
                b"collection-start-time-unix-ms" => {
                    found.collection_start_time_unix_ms = FromReply::from_reply(cursor)?;
                }
                b"collection-duration-ms" => found.collection_duration_ms = FromReply::from_reply(cursor)?,
                b"total-cpu-time-user-ms" => found.total_cpu_time_user_ms = FromReply::from_reply(cursor)?,
                b"total-cpu-time-sys-ms" => found.total_cpu_time_sys_ms = FromReply::from_reply(cursor)?,
                b"total-net-bytes" => found.total_net_bytes = FromReply::from_reply(cursor)?,
                b"by-cpu-time-us" => found.by_cpu_time_us = Some(entries(cursor)?),
                b"by-net-bytes" => found.by_net_bytes = Some(entries(cursor)?),
                b"sampled-commands-selected-slots-us" => {
                    found.sampled_commands_selected_slots_us = FromReply::from_reply(cursor)?;
                }
                b"all-commands-selected-slots-us" => {
                    found.all_commands_selected_slots_us = FromReply::from_reply(cursor)?;
                }
                b"net-bytes-sampled-commands-selected-slots" => {
                    found.net_bytes_sampled_commands_selected_slots = FromReply::from_reply(cursor)?;
                }
                b"net-bytes-all-commands-selected-slots" => {
                    found.net_bytes_all_commands_selected_slots = FromReply::from_reply(cursor)?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self(found))
    }
}

/// One slot, or the first and the last of several.
struct Slots(SlotRange);

impl FromReply for Slots {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match Vec::<u16>::from_reply(cursor)?.as_slice() {
            [slot] => Ok(Self(SlotRange::new(*slot, *slot))),
            [start, end, ..] => Ok(Self(SlotRange::new(*start, *end))),
            [] => Err(ConversionError::other("a range of no slots")),
        }
    }
}

/// Keys and their costs in turn.
fn entries(cursor: &mut Cursor<'_>) -> Result<Vec<HotKeyEntry>, ConversionError> {
    let pairs: Vec<(String, u64)> = FromReply::from_reply(cursor)?;
    Ok(pairs.into_iter().map(|(key, value)| HotKeyEntry::new(unquoted_text(key), value)).collect())
}

/// The server may write names and keys with quotes around them.
fn unquoted(name: &[u8]) -> &[u8] {
    match name {
        [b'"', inside @ .., b'"'] => inside,
        name => name,
    }
}

pub(crate) fn unquoted_text(key: String) -> String {
    match key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
        Some(inside) => inside.to_owned(),
        None => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::read;

    const FIELDS: &str = "+tracking-active\r\n:1\r\n+sample-ratio\r\n:5\r\n+selected-slots\r\n*2\r\n*1\r\n:7\r\n\
         *2\r\n:9\r\n:12\r\n+new-field\r\n*1\r\n:1\r\n+by-cpu-time-us\r\n*2\r\n$5\r\n\"k\\\"\"\r\n:40\r\n";

    #[test]
    fn the_answer_is_read_from_both_protocols() {
        for frame in
            [format!("*1\r\n*10\r\n{FIELDS}"), format!("*1\r\n%5\r\n{FIELDS}"), format!("%5\r\n{FIELDS}")]
        {
            let found: HotkeysResponse = read(&frame).unwrap();

            assert!(found.tracking_active);
            assert_eq!(found.sample_ratio, 5);
            assert_eq!(found.selected_slots, [SlotRange::new(7, 7), SlotRange::new(9, 12)]);
            assert_eq!(found.by_cpu_time_us, Some(vec![HotKeyEntry::new("k\\\"".to_owned(), 40)]));
            assert_eq!((found.by_net_bytes, found.total_net_bytes), (None, None));
        }
    }

    #[test]
    fn no_watch_is_none_and_nonsense_an_error() {
        assert_eq!(read::<Option<HotkeysResponse>>("*-1\r\n"), Ok(None));
        assert!(read::<HotkeysResponse>(":1\r\n").is_err());
        assert!(read::<HotkeysResponse>("*1\r\n%1\r\n+selected-slots\r\n*1\r\n*0\r\n").is_err());
        assert!(matches!(read::<HotkeysResponse>("-ERR no\r\n"), Err(ConversionError::Server(_))));
    }
}
