//! The pairs of a map, whichever way the server sent them.

use super::Value;

/// The pairs of a map, or of a list of keys and values in turn.
#[derive(Debug)]
#[non_exhaustive]
pub enum MapIter<'a> {
    /// Of a list.
    Array(std::slice::Iter<'a, Value>),
    /// Of a map.
    Map(std::slice::Iter<'a, (Value, Value)>),
}

impl<'a> Iterator for MapIter<'a> {
    type Item = (&'a Value, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Array(items) => Some((items.next()?, items.next()?)),
            Self::Map(pairs) => pairs.next().map(|(key, value)| (key, value)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let pairs = match self {
            Self::Array(items) => items.len() / 2,
            Self::Map(pairs) => pairs.len(),
        };
        (pairs, Some(pairs))
    }
}

/// [`MapIter`] of a value that is given away.
#[derive(Debug)]
#[non_exhaustive]
pub enum OwnedMapIter {
    /// Of a list.
    Array(std::vec::IntoIter<Value>),
    /// Of a map.
    Map(std::vec::IntoIter<(Value, Value)>),
}

impl Iterator for OwnedMapIter {
    type Item = (Value, Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Array(items) => Some((items.next()?, items.next()?)),
            Self::Map(pairs) => pairs.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let pairs = match self {
            Self::Array(items) => items.len() / 2,
            Self::Map(pairs) => pairs.len(),
        };
        (pairs, Some(pairs))
    }
}
