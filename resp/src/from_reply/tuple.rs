//! Tuples, alone and in lists. A list of tuples comes in three shapes, and all read alike: a map (`%2 a 1 b 2`), a
//! flat array (`*4 a 1 b 2`), and an array of tuples (`*2 *2 a 1 *2 b 2`).
//!
//! The second and third can only be told apart by their first element: when it is an array of just the tuple's size,
//! they all must be.

use crate::cursor::{Cursor, Elements};
use crate::error::{ConversionError, Kind};
use crate::from_reply::FromReply;
use crate::from_reply::collections::{Gather, open};

/// Reads the fields of one tuple after each other; `None` when the elements end before its first.
trait Fields: FromReply {
    const ARITY: usize;

    fn fields(cursor: &mut Cursor<'_>, elements: &mut Elements) -> Result<Option<Self>, ConversionError>;
}

fn whole<T: Fields>(cursor: &mut Cursor<'_>) -> Result<T, ConversionError> {
    let expected = T::ARITY;
    if cursor.take_null()? {
        return Err(ConversionError::Type { expected: "an array", found: Kind::Null });
    }
    let Some((mut elements, _)) = open(cursor)? else { return Err(ConversionError::Malformed) };
    if let Some(found) = elements.left().filter(|found| *found != expected) {
        return Err(ConversionError::Length { expected, found });
    }
    let tuple = T::fields(cursor, &mut elements)?;
    let mut found = if tuple.is_some() { expected } else { 0 };
    while elements.more(cursor)? {
        cursor.skip()?;
        found = found.saturating_add(1);
    }
    tuple.filter(|_| found == expected).ok_or(ConversionError::Length { expected, found })
}

fn many<T: Fields, C: Gather<T>>(cursor: &mut Cursor<'_>) -> Result<C, ConversionError> {
    let Some((mut elements, _)) = open(cursor)? else { return Ok(C::with_room(0)) };
    let room = elements.room(cursor);
    if !elements.any(cursor)? {
        // Steps over the end mark of a streamed one.
        elements.more(cursor)?;
        return Ok(C::with_room(0));
    }
    let nested = match cursor.array_ahead() {
        Some(Some(length)) => length == T::ARITY,
        Some(None) => true,
        None => false,
    };
    if nested {
        let mut collection = C::with_room(room);
        while elements.more(cursor)? {
            collection.put(whole(cursor)?);
        }
        return Ok(collection);
    }
    let mut collection = C::with_room(room.checked_div(T::ARITY).unwrap_or(room));
    while let Some(tuple) = T::fields(cursor, &mut elements)? {
        collection.put(tuple);
    }
    Ok(collection)
}

/// The elements ended within a tuple.
#[cold]
fn cut(arity: usize, found: usize) -> ConversionError {
    if arity == 2 { ConversionError::OddMap } else { ConversionError::Length { expected: arity, found } }
}

macro_rules! tuples {
    ($($arity:literal: $first:ident $($rest:ident $index:literal)*;)*) => {$(
        impl<$first: FromReply, $($rest: FromReply),*> Fields for ($first, $($rest,)*) {
            const ARITY: usize = $arity;

            #[inline]
            fn fields(
                cursor: &mut Cursor<'_>,
                elements: &mut Elements,
            ) -> Result<Option<Self>, ConversionError> {
                if !elements.more(cursor)? {
                    return Ok(None);
                }
                Ok(Some((
                    $first::from_reply(cursor)?,
                    $({
                        if !elements.more(cursor)? {
                            return Err(cut($arity, $index));
                        }
                        $rest::from_reply(cursor)?
                    },)*
                )))
            }
        }

        /// An aggregate of just as many elements; a map counts its keys and its values.
        impl<$first: FromReply, $($rest: FromReply),*> FromReply for ($first, $($rest,)*) {
            fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
                whole(cursor)
            }

            fn gather<Collection: Gather<Self>>(
                cursor: &mut Cursor<'_>,
            ) -> Result<Collection, ConversionError> {
                many(cursor)
            }
        }
    )*};
}

tuples! {
    1: A;
    2: A B 1;
    3: A B 1 C 2;
    4: A B 1 C 2 D 3;
    5: A B 1 C 2 D 3 E 4;
    6: A B 1 C 2 D 3 E 4 F 5;
    7: A B 1 C 2 D 3 E 4 F 5 G 6;
    8: A B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    9: A B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    10: A B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    11: A B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    12: A B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}
