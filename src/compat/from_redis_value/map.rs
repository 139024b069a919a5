//! Maps and sets of std, and of the crates that redis-rs names.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use redlane_resp::cursor::{Cursor, Token};

use super::{FromRedisValue, list_at, mismatch, peel, peel_ref};
use crate::compat::error::ParsingError;
use crate::compat::value::Value;

/// For sets too: that is what redis-rs says.
const NOT_A_MAP: &str = "Response type not map compatible";

/// Reads the pairs of the map at the cursor, or of a flat list.
fn pairs_at<K: FromRedisValue, V: FromRedisValue, M: Default + Extend<(K, V)>>(
    cursor: &mut Cursor<'_>,
) -> Option<M> {
    let mut map = M::default();
    let mut elements = match cursor.read().ok()? {
        Token::Map(elements) => elements,
        Token::Array(elements) if elements.left()? % 2 == 0 => elements,
        Token::Null => return Some(map),
        _ => return None,
    };
    while elements.more(cursor).ok()? {
        let key = K::from_reply(cursor)?;
        if !elements.more(cursor).ok()? {
            return None;
        }
        map.extend([(key, V::from_reply(cursor)?)]);
    }
    Some(map)
}

fn members_at<T: FromRedisValue, S: Default + Extend<T>>(cursor: &mut Cursor<'_>) -> Option<S> {
    let mut set = S::default();
    let Some(mut elements) = list_at(cursor)? else { return Some(set) };
    while elements.more(cursor).ok()? {
        set.extend([T::from_reply(cursor)?]);
    }
    Some(set)
}

macro_rules! map {
    (<$($parameter:ident),+> $type:ty where $($bounds:tt)+) => {
        impl<$($parameter),+> FromRedisValue for $type
        where
            $($bounds)+
        {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                let v = peel_ref(v);
                if *v == Value::Nil {
                    return Ok(Self::default());
                }
                let pairs = v.as_map_iter().ok_or_else(|| mismatch(v, NOT_A_MAP))?;
                pairs.map(|(key, value)| Ok((K::from_redis_value_ref(key)?, V::from_redis_value_ref(value)?))).collect()
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                let v = peel(v);
                if v == Value::Nil {
                    return Ok(Self::default());
                }
                let pairs = v.into_map_iter().map_err(|v| mismatch(&v, NOT_A_MAP))?;
                pairs.map(|(key, value)| Ok((K::from_redis_value(key)?, V::from_redis_value(value)?))).collect()
            }

            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                pairs_at(cursor)
            }
        }
    };
}

macro_rules! set {
    (<$($parameter:ident),+> $type:ty where $($bounds:tt)+) => {
        impl<$($parameter),+> FromRedisValue for $type
        where
            $($bounds)+
        {
            fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
                let v = peel_ref(v);
                let members = v.as_sequence().ok_or_else(|| mismatch(v, NOT_A_MAP))?;
                members.iter().map(T::from_redis_value_ref).collect()
            }

            fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
                let members = peel(v).into_sequence().map_err(|v| mismatch(&v, NOT_A_MAP))?;
                members.into_iter().map(T::from_redis_value).collect()
            }

            fn from_reply(cursor: &mut Cursor<'_>) -> Option<Self> {
                members_at(cursor)
            }
        }
    };
}

map!(<K, V, S> HashMap<K, V, S>
    where K: FromRedisValue + Eq + Hash, V: FromRedisValue, S: BuildHasher + Default);
map!(<K, V> BTreeMap<K, V> where K: FromRedisValue + Eq + Ord, V: FromRedisValue);
set!(<T, S> HashSet<T, S> where T: FromRedisValue + Eq + Hash, S: BuildHasher + Default);
set!(<T> BTreeSet<T> where T: FromRedisValue + Ord);

#[cfg(feature = "hashbrown")]
map!(<K, V, S> hashbrown::HashMap<K, V, S>
    where K: FromRedisValue + Eq + Hash, V: FromRedisValue, S: BuildHasher + Default);
#[cfg(feature = "hashbrown")]
set!(<T, S> hashbrown::HashSet<T, S> where T: FromRedisValue + Eq + Hash, S: BuildHasher + Default);

#[cfg(feature = "ahash")]
map!(<K, V> ahash::AHashMap<K, V> where K: FromRedisValue + Eq + Hash, V: FromRedisValue);
#[cfg(feature = "ahash")]
set!(<T> ahash::AHashSet<T> where T: FromRedisValue + Eq + Hash);
