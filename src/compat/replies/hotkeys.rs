//! What HOTKEYS GET answers.

use crate::commands::types::{HotKeyEntry, HotkeysResponse, SlotRange};
use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value_ref};
use crate::compat::value::Value;

impl FromRedisValue for HotkeysResponse {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        // The server puts its answer into an array of one.
        let v = match v {
            Value::Array(mut outer) if outer.len() == 1 => outer.pop().unwrap_or(Value::Nil),
            other => other,
        };
        let mut found = Self::default();
        match &v {
            Value::Map(fields) => {
                for (name, value) in fields {
                    read_field(&mut found, name, value)?;
                }
            }
            Value::Array(elements) => {
                let mut elements = elements.iter();
                while let Some(name) = elements.next() {
                    match elements.next() {
                        Some(value) => read_field(&mut found, name, value)?,
                        None => drop(String::from_redis_value_ref(name)?),
                    }
                }
            }
            other => {
                // The words are redis-rs's, in its order.
                let wrong = "Expected array or map response for HOTKEYS GET";
                return Err(format!("{other:?} (value was {wrong:?})").into());
            }
        }
        Ok(found)
    }
}

fn read_field(found: &mut HotkeysResponse, name: &Value, value: &Value) -> Result<(), ParsingError> {
    let name = String::from_redis_value_ref(name)?;
    let number = || from_redis_value_ref::<u64>(value);
    match unquoted(&name) {
        "tracking-active" => found.tracking_active = from_redis_value_ref::<i64>(value)? != 0,
        "sample-ratio" => found.sample_ratio = number()?,
        "selected-slots" => {
            if let Value::Array(ranges) = value {
                found.selected_slots = ranges.iter().map(slots).collect::<Result<_, _>>()?;
            }
        }
        "all-commands-all-slots-us" => found.all_commands_all_slots_us = number()?,
        "net-bytes-all-commands-all-slots" => found.net_bytes_all_commands_all_slots = number()?,
        "collection-start-time-unix-ms" => found.collection_start_time_unix_ms = number()?,
        "collection-duration-ms" => found.collection_duration_ms = number()?,
        "total-cpu-time-user-ms" => found.total_cpu_time_user_ms = Some(number()?),
        "total-cpu-time-sys-ms" => found.total_cpu_time_sys_ms = Some(number()?),
        "total-net-bytes" => found.total_net_bytes = Some(number()?),
        "by-cpu-time-us" => found.by_cpu_time_us = entries(value)?,
        "by-net-bytes" => found.by_net_bytes = entries(value)?,
        "sampled-commands-selected-slots-us" => found.sampled_commands_selected_slots_us = Some(number()?),
        "all-commands-selected-slots-us" => found.all_commands_selected_slots_us = Some(number()?),
        "net-bytes-sampled-commands-selected-slots" => {
            found.net_bytes_sampled_commands_selected_slots = Some(number()?);
        }
        "net-bytes-all-commands-selected-slots" => {
            found.net_bytes_all_commands_selected_slots = Some(number()?);
        }
        _ => {}
    }
    Ok(())
}

/// One slot, or the first and the last of several.
fn slots(range: &Value) -> Result<SlotRange, ParsingError> {
    let Value::Array(ends) = range else {
        return Err(format!("{range:?} (value was {:?})", "Expected array for slot range").into());
    };
    match ends.as_slice() {
        [] => Err(format!("{ends:?} (value was {:?})", "Empty slot range entry").into()),
        [slot] => {
            let slot = from_redis_value_ref(slot)?;
            Ok(SlotRange::new(slot, slot))
        }
        [start, end, ..] => Ok(SlotRange::new(from_redis_value_ref(start)?, from_redis_value_ref(end)?)),
    }
}

/// Keys and their costs in turn.
fn entries(value: &Value) -> Result<Option<Vec<HotKeyEntry>>, ParsingError> {
    let Value::Array(elements) = value else { return Ok(None) };
    let mut elements = elements.iter();
    let mut entries = Vec::new();
    while let Some(key) = elements.next() {
        let key = String::from_redis_value_ref(key)?;
        let Some(cost) = elements.next() else {
            return Err("Expected value after key in hotkey entry".into());
        };
        entries.push(HotKeyEntry::new(unquoted(&key).to_owned(), from_redis_value_ref(cost)?));
    }
    Ok(Some(entries))
}

/// The server may write names and keys with quotes around them.
fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::value::parse_redis_value;

    fn read(bytes: &str) -> Result<HotkeysResponse, ParsingError> {
        HotkeysResponse::from_redis_value(parse_redis_value(bytes.as_bytes()).unwrap())
    }

    #[test]
    fn the_answer_is_read_from_both_protocols() {
        let fields = "+tracking-active\r\n:1\r\n+selected-slots\r\n*2\r\n*1\r\n:7\r\n*2\r\n:9\r\n:12\r\n\
             +new-field\r\n*1\r\n:1\r\n+by-cpu-time-us\r\n*2\r\n$3\r\n\"k\"\r\n:40\r\n";
        for head in ["*1\r\n*8\r\n", "*1\r\n%4\r\n", "%4\r\n", "*8\r\n"] {
            let found = read(&format!("{head}{fields}")).unwrap();

            assert!(found.tracking_active);
            assert_eq!(found.selected_slots, [SlotRange::new(7, 7), SlotRange::new(9, 12)]);
            assert_eq!(found.by_cpu_time_us, Some(vec![HotKeyEntry::new("k".to_owned(), 40)]));
            assert_eq!((found.by_net_bytes, found.total_net_bytes), (None, None));
        }
    }

    #[test]
    fn what_is_no_answer_says_so() {
        for frame in
            [":1\r\n", "%1\r\n+selected-slots\r\n*1\r\n*0\r\n", "%1\r\n+by-net-bytes\r\n*1\r\n+k\r\n"]
        {
            assert!(read(frame).is_err(), "{frame}");
        }
        let error = read(":1\r\n").unwrap_err().to_string();
        assert!(error.contains("Expected array or map response for HOTKEYS GET"), "{error}");
    }
}
