//! Lists, sets and maps of std.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use crate::cursor::{Cursor, Elements};
use crate::error::{ConversionError, Kind};
use crate::from_reply::FromReply;

/// A collection that grows by one element at a time.
#[doc(hidden)]
pub trait Gather<T> {
    /// An empty one with room for `room` elements.
    fn with_room(room: usize) -> Self;
    /// Adds an element.
    fn put(&mut self, element: T);
}

/// Opens whatever holds elements one after the other; `None` for null.
pub(super) fn open(cursor: &mut Cursor<'_>) -> Result<Option<(Elements, Kind)>, ConversionError> {
    let (per_entry, kind) = match cursor.marker()? {
        b'*' => (1, Kind::Array),
        b'%' => (2, Kind::Map),
        b'~' => (1, Kind::Set),
        b'>' => (1, Kind::Push),
        _ if cursor.take_null()? => return Ok(None),
        _ => return Err(cursor.mismatch("an array")),
    };
    Ok(cursor.open(per_entry)?.map(|elements| (elements, kind)))
}

pub(super) fn gather_elements<T: FromReply, C: Gather<T>>(
    cursor: &mut Cursor<'_>,
) -> Result<C, ConversionError> {
    let Some((mut elements, _)) = open(cursor)? else { return Ok(C::with_room(0)) };
    let mut collection = C::with_room(elements.room(cursor));
    while elements.more(cursor)? {
        collection.put(T::from_reply(cursor)?);
    }
    Ok(collection)
}

impl<T> Gather<T> for Vec<T> {
    fn with_room(room: usize) -> Self {
        Self::with_capacity(room)
    }

    fn put(&mut self, element: T) {
        self.push(element);
    }
}

impl<T> Gather<T> for VecDeque<T> {
    fn with_room(room: usize) -> Self {
        Self::with_capacity(room)
    }

    fn put(&mut self, element: T) {
        self.push_back(element);
    }
}

impl<T: Eq + Hash, S: BuildHasher + Default> Gather<T> for HashSet<T, S> {
    fn with_room(room: usize) -> Self {
        Self::with_capacity_and_hasher(room, S::default())
    }

    fn put(&mut self, element: T) {
        self.insert(element);
    }
}

impl<T: Ord> Gather<T> for BTreeSet<T> {
    fn with_room(_: usize) -> Self {
        Self::new()
    }

    fn put(&mut self, element: T) {
        self.insert(element);
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> Gather<(K, V)> for HashMap<K, V, S> {
    fn with_room(room: usize) -> Self {
        Self::with_capacity_and_hasher(room, S::default())
    }

    fn put(&mut self, (key, value): (K, V)) {
        self.insert(key, value);
    }
}

impl<K: Ord, V> Gather<(K, V)> for BTreeMap<K, V> {
    fn with_room(_: usize) -> Self {
        Self::new()
    }

    fn put(&mut self, (key, value): (K, V)) {
        self.insert(key, value);
    }
}

impl<T: FromReply> FromReply for Vec<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::vec_from_reply(cursor)
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        T::vec_from_frame(frame)
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        T::vec_from_payload(payload)
    }
}

impl<T: FromReply> FromReply for Box<[T]> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::vec_from_reply(cursor).map(Into::into)
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        T::vec_from_frame(frame).map(Into::into)
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        T::vec_from_payload(payload).map(Into::into)
    }
}

impl<T: FromReply> FromReply for Arc<[T]> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::vec_from_reply(cursor).map(Into::into)
    }
}

impl<T: FromReply> FromReply for Rc<[T]> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::vec_from_reply(cursor).map(Into::into)
    }
}

impl<T: FromReply, const N: usize> FromReply for [T; N] {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::vec_from_reply(cursor)?
            .try_into()
            .map_err(|rest: Vec<T>| ConversionError::Length { expected: N, found: rest.len() })
    }
}

impl<T: FromReply> FromReply for VecDeque<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::gather(cursor)
    }
}

impl<T: FromReply + Eq + Hash, S: BuildHasher + Default> FromReply for HashSet<T, S> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::gather(cursor)
    }
}

impl<T: FromReply + Ord> FromReply for BTreeSet<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        T::gather(cursor)
    }
}

impl<K: FromReply + Eq + Hash, V: FromReply, S: BuildHasher + Default> FromReply for HashMap<K, V, S> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        <(K, V)>::gather(cursor)
    }
}

impl<K: FromReply + Ord, V: FromReply> FromReply for BTreeMap<K, V> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        <(K, V)>::gather(cursor)
    }
}
