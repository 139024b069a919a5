//! Texts and byte strings. UTF-8 is strict, and its error keeps the bytes.

use std::borrow::Cow;
use std::ffi::CString;
use std::rc::Rc;
use std::str;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use crate::cursor::{Cursor, SHARE_FROM};
use crate::error::ConversionError;
use crate::from_reply::FromReply;

/// From this size on a reply has a block of its own, which its only owner may keep.
pub(super) const TAKE_OVER_FROM: usize = 64 * 1024;

/// Cuts a frame down to its payload when it is a bulk string of at least `least` bytes, in one piece and without
/// attributes; else gives it back.
pub(super) fn only_bulk(mut frame: Bytes, least: usize) -> Result<Bytes, Bytes> {
    let mut cursor = Cursor::new(&frame);
    let payload = if frame.len() < least { None } else { cursor.whole_bulk() };
    match payload.map(<[u8]>::len).filter(|length| *length >= least) {
        Some(length) => {
            let start = cursor.position().saturating_sub(length).saturating_sub(2);
            frame.advance(start);
            frame.truncate(length);
            Ok(frame)
        }
        None => Err(frame),
    }
}

/// Reads a text, or a number as it was spelled.
#[inline]
fn spelled<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, [u8]>, ConversionError> {
    if let Some(payload) = cursor.whole_bulk() {
        return Ok(Cow::Borrowed(payload));
    }
    match cursor.marker()? {
        b':' | b',' | b'(' => cursor.line().map(Cow::Borrowed),
        _ => cursor.payload(),
    }
}

/// Checks that bytes are UTF-8.
///
/// Most are ASCII, which `is_ascii` finds out in a fraction of the time that `from_utf8` takes below a few hundred
/// bytes: lists and maps of 64-byte strings are read 20 % faster, allocation included.
#[inline]
fn utf8(bytes: &[u8]) -> Option<&str> {
    if !bytes.is_ascii() {
        return str::from_utf8(bytes).ok();
    }
    // SAFETY: ASCII is UTF-8.
    #[expect(
        unsafe_code,
        reason = "no stable way makes a str of checked ASCII; measured above, fuzzed by typed_decode"
    )]
    Some(unsafe { str::from_utf8_unchecked(bytes) })
}

/// A text of any kind; a number gives its digits as they were sent.
impl FromReply for String {
    #[inline]
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let text = spelled(cursor)?;
        match utf8(&text) {
            Some(text) => Ok(text.to_owned()),
            None => Err(ConversionError::Utf8 { bytes: cursor.share(text) }),
        }
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        if frame.len() < TAKE_OVER_FROM {
            return Self::from_reply(&mut Cursor::new(&frame));
        }
        match only_bulk(frame, TAKE_OVER_FROM) {
            Ok(payload) => Self::from_payload(payload),
            Err(frame) => Self::from_reply(&mut Cursor::new(&frame)),
        }
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        Self::from_utf8(payload.into())
            .map_err(|error| ConversionError::Utf8 { bytes: error.into_bytes().into() })
    }
}

/// As for `String`.
impl FromReply for Box<str> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        String::from_reply(cursor).map(Into::into)
    }
}

/// As for `String`.
impl FromReply for Arc<str> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        String::from_reply(cursor).map(Into::into)
    }
}

/// As for `String`.
impl FromReply for Rc<str> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        String::from_reply(cursor).map(Into::into)
    }
}

/// A text without a zero byte.
impl FromReply for CString {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Self::new(spelled(cursor)?).map_err(|_| ConversionError::Nul)
    }
}

/// A text as it is: a slice of the reply from 8 KiB up, a copy below.
impl FromReply for Bytes {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let payload = cursor.payload()?;
        Ok(cursor.share(payload))
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        if frame.len() < SHARE_FROM {
            return Self::from_reply(&mut Cursor::new(&frame));
        }
        only_bulk(frame, SHARE_FROM).or_else(|frame| Self::from_reply(&mut Cursor::new(&frame)))
    }

    fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
        Ok(payload)
    }
}
