//! Stepping over whole frames: no recursion, however deep they nest.
//!
//! Frames of announced length need one counter for all levels. A streamed aggregate ends by its own mark instead,
//! which takes a small stack; it is only made when one is met.

use crate::cursor::{Cursor, Length};
use crate::error::{ConversionError, ServerError};
use crate::limits::MAX_DEPTH;

/// More elements than any frame holds: the counter of a streamed level, which its end mark overrules.
const UNTOLD: usize = usize::MAX / 2;

/// What a step over one header found.
enum Step {
    /// A whole frame.
    Frame,
    /// An aggregate of that many frames.
    Aggregate(usize),
    /// Attributes of that many frames, which count for nothing themselves.
    Attribute(usize),
    /// A streamed aggregate.
    Streamed,
    /// The end of one.
    End,
}

impl Cursor<'_> {
    /// Steps over the frame at the cursor, with all that is in it.
    ///
    /// # Errors
    /// [`ConversionError::Malformed`] when the reply ends within the frame.
    pub fn skip(&mut self) -> Result<(), ConversionError> {
        self.skip_frames(1, false)
    }

    /// Steps over the frame at the cursor.
    ///
    /// # Errors
    /// [`ConversionError::Server`] with the first error that stands in it, at any level.
    pub fn skip_sound(&mut self) -> Result<(), ConversionError> {
        if let Some(rest) = self.rest.strip_prefix(b"+OK\r\n") {
            self.rest = rest;
            return Ok(());
        }
        self.skip_frames(1, true)
    }

    /// Steps over all attributes at the cursor, to the marker of their frame.
    #[cold]
    pub(super) fn skip_attributes(&mut self) -> Result<u8, ConversionError> {
        loop {
            match self.first()? {
                b'|' => {
                    let Step::Attribute(due) = self.step(false)? else {
                        return Err(ConversionError::Malformed);
                    };
                    self.skip_frames(due, false)?;
                }
                marker => return Ok(marker),
            }
        }
    }

    fn skip_frames(&mut self, mut due: usize, report: bool) -> Result<(), ConversionError> {
        while due > 0 {
            match self.step(report)? {
                Step::Frame => due = due.saturating_sub(1),
                Step::Aggregate(inner) => due = add(due, inner)?.saturating_sub(1),
                // Errors within attributes are nobody's.
                Step::Attribute(inner) if report => self.skip_frames(inner, false)?,
                Step::Attribute(inner) => due = add(due, inner)?,
                Step::Streamed => {
                    self.skip_streamed(report)?;
                    due = due.saturating_sub(1);
                }
                Step::End => return Err(ConversionError::Malformed),
            }
        }
        Ok(())
    }

    /// Steps over the rest of a streamed aggregate whose header is read.
    #[cold]
    fn skip_streamed(&mut self, report: bool) -> Result<(), ConversionError> {
        let mut outer = [0usize; MAX_DEPTH];
        let (mut depth, mut due) = (0usize, UNTOLD);
        loop {
            match self.step(report)? {
                Step::Frame => due = due.saturating_sub(1),
                Step::Aggregate(inner) => due = add(due, inner)?.saturating_sub(1),
                Step::Attribute(inner) if report => self.skip_frames(inner, false)?,
                Step::Attribute(inner) => due = add(due, inner)?,
                Step::Streamed => {
                    *outer.get_mut(depth).ok_or(ConversionError::Malformed)? = due;
                    depth = depth.saturating_add(1);
                    due = UNTOLD;
                }
                Step::End => {
                    let Some(around) = depth.checked_sub(1) else { return Ok(()) };
                    depth = around;
                    due = outer.get(depth).copied().unwrap_or_default().saturating_sub(1);
                }
            }
        }
    }

    /// Steps over one header and, where it has one, its payload.
    #[inline]
    fn step(&mut self, report: bool) -> Result<Step, ConversionError> {
        let marker = self.first()?;
        match marker {
            b'!' if report => {
                let line = self.bulk()?.ok_or(ConversionError::Malformed)?;
                Err(ConversionError::Server(ServerError::from_line(&line)))
            }
            b'$' | b'!' | b'=' => {
                match self.length()? {
                    Length::Null => {}
                    Length::Known(length) => {
                        self.take(length)?;
                    }
                    Length::Streamed => while self.chunk()?.is_some() {},
                }
                Ok(Step::Frame)
            }
            b'*' | b'%' | b'~' | b'>' | b'|' => {
                let per_entry = if matches!(marker, b'%' | b'|') { 2 } else { 1 };
                Ok(match self.length()? {
                    Length::Null => Step::Frame,
                    Length::Streamed => Step::Streamed,
                    Length::Known(length) => {
                        let inner = length.checked_mul(per_entry).ok_or(ConversionError::Malformed)?;
                        if marker == b'|' { Step::Attribute(inner) } else { Step::Aggregate(inner) }
                    }
                })
            }
            b'.' => {
                self.line()?;
                Ok(Step::End)
            }
            b'-' if report => {
                let line = self.line()?;
                Err(ConversionError::Server(ServerError::from_line(line)))
            }
            b'+' | b'-' | b':' | b',' | b'(' | b'#' | b'_' => {
                self.line()?;
                Ok(Step::Frame)
            }
            _ => Err(ConversionError::Malformed),
        }
    }
}

fn add(due: usize, inner: usize) -> Result<usize, ConversionError> {
    due.checked_add(inner).ok_or(ConversionError::Malformed)
}
