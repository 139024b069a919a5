//! `INFO` for serde: a map of sections, each a map of fields with the text as it was sent.
//!
//! Nested values become maps, names that repeat become lists, and `module` always is one. Numbers stay text
//! here, for only the views know which digits are a number: `redis_git_sha1:00000000` is none.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::pairs::Pairs;
use super::section::Section;
use super::text::Info;

impl Serialize for Info {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.sections().map(|section| (section.name(), section)))
    }
}

impl Serialize for Section<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (order, values) = grouped(self.fields());
        let mut map = serializer.serialize_map(Some(order.len()))?;
        for key in order {
            let values = values.get(key).map(Vec::as_slice).unwrap_or_default();
            match values {
                [value] if is_nested(key) => map.serialize_entry(key, &Pairs::new(value))?,
                [value] if key != "module" => map.serialize_entry(key, value)?,
                _ if is_nested(key) || key == "module" => {
                    let lists: Vec<_> = values.iter().map(|value| Pairs::new(value)).collect();
                    map.serialize_entry(key, &lists)?;
                }
                _ => map.serialize_entry(key, values)?,
            }
        }
        map.end()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (order, values) = grouped(self.iter());
        let mut map = serializer.serialize_map(Some(order.len()))?;
        for name in order {
            match values.get(name).map(Vec::as_slice).unwrap_or_default() {
                [value] => map.serialize_entry(name, value)?,
                values => map.serialize_entry(name, values)?,
            }
        }
        map.end()
    }
}

/// Seconds as a number, whole or with a fraction: what the server itself writes.
pub(crate) fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) if time.subsec_nanos() == 0 => serializer.serialize_u64(time.as_secs()),
        Some(time) => serializer.serialize_f64(time.as_secs_f64()),
        None => serializer.serialize_none(),
    }
}

/// The names in the order they first came, and the values of each.
fn grouped<'a>(
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> (Vec<&'a str>, BTreeMap<&'a str, Vec<&'a str>>) {
    let (mut order, mut values) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
    for (key, value) in fields {
        let known = values.entry(key).or_default();
        if known.is_empty() {
            order.push(key);
        }
        known.push(value);
    }
    (order, values)
}

/// Whether a field's value is pairs: by its name, for a path or a module's text may hold `=` and commas too.
fn is_nested(key: &str) -> bool {
    let is_numbered = |prefix| {
        let index: Option<&str> = key.strip_prefix(prefix);
        index.is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
    };
    ["cmdstat_", "errorstat_", "latency_percentiles_usec_"].iter().any(|prefix| key.starts_with(prefix))
        || ["db", "slave", "master", "listener", "io_thread_", "engine_"].into_iter().any(is_numbered)
        || key.starts_with("db") && key.contains("_distrib_")
}
