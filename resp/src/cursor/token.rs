//! What a [`Cursor`] reads: scalars as they are, and the heads of aggregates with a counter of what is to come.

use std::borrow::Cow;

use crate::cursor::Cursor;
use crate::error::{ConversionError, ServerError};

/// One frame, or the head of an aggregate whose elements follow.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Token<'a> {
    /// A null of either protocol.
    Null,
    /// `:`
    Integer(i64),
    /// `#`
    Boolean(bool),
    /// `,`
    Double(f64),
    /// `+`
    Simple(&'a [u8]),
    /// `-` or `!`
    Error(ServerError),
    /// `$`; owned only when it came in several chunks.
    Bulk(Cow<'a, [u8]>),
    /// `(`: sign and digits.
    BigNumber(&'a [u8]),
    /// `=`
    Verbatim {
        /// Three letters, `txt` or `mkd`.
        format: [u8; 3],
        /// What follows the colon.
        text: &'a [u8],
    },
    /// `*`: the elements follow.
    Array(Elements),
    /// `%`: keys and values follow in turn.
    Map(Elements),
    /// `~`: the members follow.
    Set(Elements),
    /// `>`: the elements follow.
    Push(Elements),
}

/// Counts the elements of an aggregate while a [`Cursor`] reads them. A map counts its keys and its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the elements must be read or skipped"]
pub struct Elements {
    pub(super) left: usize,
    pub(super) streamed: bool,
}

impl Elements {
    /// Whether an element follows at the cursor, which the caller then reads or skips.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] when the reply ends within a streamed aggregate.
    #[inline]
    pub fn more(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, ConversionError> {
        if self.streamed {
            return self.more_streamed(cursor);
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Whether an element follows, without counting it.
    pub(crate) fn any(&self, cursor: &Cursor<'_>) -> Result<bool, ConversionError> {
        if self.streamed { Ok(cursor.first()? != b'.') } else { Ok(self.left > 0) }
    }

    #[cold]
    fn more_streamed(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, ConversionError> {
        if cursor.first()? != b'.' {
            return Ok(true);
        }
        cursor.line()?;
        *self = Self { left: 0, streamed: false };
        Ok(false)
    }

    /// How many elements are to come; `None` when the server did not say.
    pub fn left(&self) -> Option<usize> {
        (!self.streamed).then_some(self.left)
    }

    /// How many elements to make room for: what was announced, but never more than the reply's bytes can hold.
    pub fn room(&self, cursor: &Cursor<'_>) -> usize {
        self.left.min(cursor.rest.len() / 3)
    }
}
