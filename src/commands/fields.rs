//! Reads replies made of named fields: a map in RESP3, a flat array in RESP2. Fields that nobody asks for are
//! skipped, since newer servers add some.

use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::ConversionError;

/// Calls `read` for each field with its name; it reads the value, or leaves it alone and answers `false`.
pub(super) fn each_field<'a>(
    cursor: &mut Cursor<'a>,
    mut read: impl FnMut(&[u8], &mut Cursor<'a>) -> Result<bool, ConversionError>,
) -> Result<(), ConversionError> {
    let mut start = cursor.clone();
    let (Token::Map(mut elements) | Token::Array(mut elements)) = cursor.read()? else {
        return Err(start.mismatch("a map"));
    };
    while elements.more(cursor)? {
        let name = cursor.payload()?;
        if !elements.more(cursor)? {
            return Err(ConversionError::OddMap);
        }
        if !read(&name, cursor)? {
            cursor.skip()?;
        }
    }
    Ok(())
}

/// Calls `read` for each element of an array with its place; it reads the element, or leaves it alone and
/// answers `false`.
pub(super) fn each_element<'a>(
    cursor: &mut Cursor<'a>,
    mut read: impl FnMut(usize, &mut Cursor<'a>) -> Result<bool, ConversionError>,
) -> Result<(), ConversionError> {
    let mut start = cursor.clone();
    let (Token::Array(mut elements) | Token::Set(mut elements)) = cursor.read()? else {
        return Err(start.mismatch("an array"));
    };
    let mut place = 0_usize;
    while elements.more(cursor)? {
        if !read(place, cursor)? {
            cursor.skip()?;
        }
        place = place.saturating_add(1);
    }
    Ok(())
}

/// The field or element that a reply lacks.
pub(super) fn missing(what: &'static str) -> ConversionError {
    ConversionError::other(format!("the reply has no {what}"))
}
