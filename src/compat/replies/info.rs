//! The reply to `INFO` as a dictionary.

#[cfg(not(feature = "ahash"))]
use std::collections::HashMap;
use std::ops::Deref;

#[cfg(feature = "ahash")]
use ahash::AHashMap as HashMap;

use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::value::Value;

/// The fields of `INFO`. Of a field that stands there more than once, such as `module`, the last one.
///
/// ```
/// use redlane::compat::InfoDict;
///
/// let info = InfoDict::new("# Clients\r\nconnected_clients:7\r\n");
/// assert_eq!(info.get::<u32>("connected_clients"), Some(7));
/// ```
#[derive(Clone, Debug)]
pub struct InfoDict {
    map: HashMap<String, Value>,
}

impl InfoDict {
    /// Reads the text of `INFO`: lines `name:value`; headings and empty lines are skipped.
    pub fn new(kvpairs: &str) -> Self {
        let fields = kvpairs.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), Value::SimpleString(value.to_owned())))
        });
        Self { map: fields.collect() }
    }

    /// A field as a `T`. `None` when there is no such field, or it is no `T`.
    pub fn get<T: FromRedisValue>(&self, key: &str) -> Option<T> {
        T::from_redis_value_ref(self.map.get(key)?).ok()
    }

    /// A field as it is.
    pub fn find(&self, key: &&str) -> Option<&Value> {
        self.map.get(*key)
    }

    /// Whether there is such a field.
    pub fn contains_key(&self, key: &&str) -> bool {
        self.map.contains_key(*key)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }
}

impl Deref for InfoDict {
    type Target = HashMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.map
    }
}

impl FromRedisValue for InfoDict {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        Ok(Self::new(&String::from_redis_value_ref(v)?))
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Ok(Self::new(&String::from_redis_value(v)?))
    }
}
