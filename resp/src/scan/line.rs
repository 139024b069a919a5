//! The byte-wise machine: reads any element's header or line from any cut on, and names what is wrong with it.
//!
//! It is entered with an element's marker and as many of its bytes as the hot loop has already dealt with. Errors of
//! syntax point at the offending byte, errors of size at the marker of the element.

use memchr::memchr2;

use crate::error::{FramingError, FramingErrorKind as Wrong};
use crate::scan::levels::{Misplaced, Opening};
use crate::scan::{SMALLEST_FRAME, Scanner, Seen};

/// 2^64 has twenty digits: no more can mean anything but leading zeros.
const MOST_DIGITS: u8 = 20;

/// What the next byte must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum State {
    /// The first byte of an element.
    #[default]
    Marker,
    /// A length's next digit or CR.
    Length,
    /// An integer's next digit or CR.
    Integer,
    /// A simple string's or error's next byte.
    Text,
    /// A double's next byte.
    Double(Double),
    /// A big number's next digit or CR.
    BigNumber,
    /// `t` or `f`.
    Boolean,
    /// The CR of a body that has no more bytes.
    CarriageReturn,
    /// The LF of a header or line.
    LineFeed,
    /// A verbatim string's format and colon.
    Format,
    /// A payload, then CR.
    Payload,
    /// The LF behind a payload.
    PayloadLineFeed,
    /// The marker of a streamed string's next chunk.
    Chunk,
    /// Nothing: the connection is lost.
    Failed,
}

/// How far a double has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Double {
    Start,
    Sign,
    Whole,
    Point,
    Fraction,
    E,
    ESign,
    Exponent,
    /// Within `inf`: the letters seen.
    Inf(u8),
    /// Within `nan`: the letters seen.
    Nan(u8),
}

/// The element under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub(super) state: State,
    marker: u8,
    /// Where the marker stands.
    start: usize,
    number: u64,
    digits: u8,
    sign: Option<u8>,
    /// The length is `?`.
    streamed: bool,
    /// Where the payload ends.
    end: usize,
}

impl Line {
    /// Bytes that must arrive before anything new can be decided.
    pub(super) fn missing(&self, here: usize) -> usize {
        match self.state {
            State::Format | State::Payload => self.end.saturating_add(2).saturating_sub(here).max(1),
            _ => 1,
        }
    }

    /// Moves the payload under way, which is that of the frame's only bulk string, to the frame's start; says by how
    /// much. 0 when it is anything else.
    pub(super) fn take_header(&mut self) -> usize {
        if self.state != State::Payload || self.marker != b'$' || self.start != 0 {
            return 0;
        }
        let length = usize::try_from(self.number).unwrap_or(usize::MAX);
        let header = self.end.saturating_sub(length);
        self.end = self.end.saturating_sub(header);
        header
    }
}

/// How the machine left the element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The input ends within it.
    Cut,
    /// It is whole.
    Element,
    /// It opened a level, or was an attribute: another element follows.
    Opened,
}

impl Scanner {
    /// Begins the element whose marker stands at `self.pos`. What was seen is already known to be fine: digits of a
    /// length, clean bytes of a text.
    pub(super) fn begin(&mut self, marker: u8, seen: Seen) -> Result<(), FramingError> {
        let start = self.pos;
        let state = match marker {
            b'$' | b'*' | b'%' | b'~' | b'|' | b'!' | b'=' => State::Length,
            b'>' if self.levels.depth() == 0 => State::Length,
            b'>' => return self.fail(Wrong::NestedPush, start),
            b':' => State::Integer,
            b'+' | b'-' => State::Text,
            b',' => State::Double(Double::Start),
            b'(' => State::BigNumber,
            b'#' => State::Boolean,
            b'_' => State::CarriageReturn,
            b'.' => {
                if let Err(misplaced) = self.levels.end_streamed() {
                    let wrong = match misplaced {
                        Misplaced::Outside => Wrong::Streamed,
                        Misplaced::AfterKey => Wrong::OddMap,
                        Misplaced::AfterAttribute => Wrong::DanglingAttribute,
                    };
                    return self.fail(wrong, start);
                }
                State::CarriageReturn
            }
            b';' => return self.fail(Wrong::Streamed, start),
            other => return self.fail(Wrong::Marker(other), start),
        };
        // More digits than fit are read again, up to the one too many.
        let seen = if state == State::Length && !seen.fit() { Seen::default() } else { seen };
        self.begin_line(marker, state, seen);
        Ok(())
    }

    fn begin_line(&mut self, marker: u8, state: State, seen: Seen) {
        let start = self.pos;
        self.line = Line {
            state,
            marker,
            start,
            number: seen.number,
            digits: u8::try_from(seen.count).unwrap_or(MOST_DIGITS),
            sign: None,
            streamed: false,
            end: 0,
        };
        self.pos = start.saturating_add(1).saturating_add(seen.count);
    }

    /// Goes on with the element under way.
    pub(super) fn resume(&mut self, input: &[u8]) -> Result<Progress, FramingError> {
        loop {
            match self.line.state {
                State::Failed => {
                    let nothing = FramingError { kind: Wrong::Terminator, offset: 0 };
                    return Err(self.failed.unwrap_or(nothing));
                }
                State::Text => {
                    if !self.text(input)? {
                        return Ok(Progress::Cut);
                    }
                    continue;
                }
                State::Format => {
                    if !self.format(input)? {
                        return Ok(Progress::Cut);
                    }
                    continue;
                }
                State::Payload => self.pos = self.line.end,
                _ => {}
            }
            let at = self.pos;
            let Some(&byte) = input.get(at) else { return Ok(Progress::Cut) };
            self.work = self.work.wrapping_add(1);
            self.pos = at.wrapping_add(1);
            match self.line.state {
                State::Length => self.length(byte, at)?,
                State::Integer => self.integer(byte, at)?,
                State::Double(double) => self.double(double, byte, at)?,
                State::BigNumber => self.big_number(byte, at)?,
                State::Boolean => match byte {
                    b't' | b'f' => self.line.state = State::CarriageReturn,
                    b'\n' => return self.fail(Wrong::Terminator, at),
                    _ => return self.fail(Wrong::Boolean, at),
                },
                State::CarriageReturn => self.carriage_return(byte, at)?,
                State::LineFeed if byte == b'\n' => {
                    if let Some(progress) = self.line_end()? {
                        return Ok(progress);
                    }
                }
                State::Payload if byte == b'\r' => self.line.state = State::PayloadLineFeed,
                State::PayloadLineFeed if byte == b'\n' => {
                    if self.line.marker != b';' {
                        self.line.state = State::Marker;
                        return Ok(Progress::Element);
                    }
                    self.line.state = State::Chunk;
                }
                State::Chunk if byte == b';' => {
                    self.pos = at;
                    self.begin_line(b';', State::Length, Seen::default());
                }
                State::Chunk => return self.fail(Wrong::Streamed, at),
                _ => return self.fail(Wrong::Terminator, at),
            }
        }
    }

    fn length(&mut self, byte: u8, at: usize) -> Result<(), FramingError> {
        let line = &mut self.line;
        let fresh = line.digits == 0 && line.sign.is_none() && !line.streamed;
        match byte {
            b'0'..=b'9' if line.sign.is_none() && !line.streamed && line.digits < MOST_DIGITS => {
                push_digit(line, byte);
            }
            // Exactly `-1`, and only where RESP2 has a null.
            b'-' if fresh && matches!(line.marker, b'$' | b'*') => line.sign = Some(b'-'),
            b'1' if line.sign.is_some() && line.digits == 0 => push_digit(line, byte),
            b'?' if fresh && matches!(line.marker, b'$' | b'*' | b'%' | b'~') => line.streamed = true,
            b'?' if fresh => return self.fail(Wrong::Streamed, at),
            b'\r' if line.digits > 0 || line.streamed => line.state = State::LineFeed,
            b'\n' => return self.fail(Wrong::Terminator, at),
            _ => return self.fail(Wrong::Length, at),
        }
        Ok(())
    }

    fn integer(&mut self, byte: u8, at: usize) -> Result<(), FramingError> {
        let line = &mut self.line;
        match byte {
            b'0'..=b'9' if line.digits < MOST_DIGITS => push_digit(line, byte),
            b'0'..=b'9' => return self.fail(Wrong::IntegerRange, self.line.start),
            b'+' | b'-' if line.digits == 0 && line.sign.is_none() => line.sign = Some(byte),
            b'\r' if line.digits > 0 => {
                let most = i64::MAX.unsigned_abs().wrapping_add(u64::from(line.sign == Some(b'-')));
                if line.number > most {
                    return self.fail(Wrong::IntegerRange, self.line.start);
                }
                line.state = State::LineFeed;
            }
            b'\n' => return self.fail(Wrong::Terminator, at),
            _ => return self.fail(Wrong::Integer, at),
        }
        Ok(())
    }

    /// The grammar of RESP3: `[+-] digits [. digits] [e [+-] digits]`, `[-]inf`, `nan`; and `-nan`, which servers
    /// before 7.2 print where their C library does.
    fn double(&mut self, double: Double, byte: u8, at: usize) -> Result<(), FramingError> {
        use Double::{E, ESign, Exponent, Fraction, Inf, Nan, Point, Sign, Start, Whole};
        self.check_line(at)?;
        self.line.state = State::Double(match (double, byte) {
            (_, b'\n') => return self.fail(Wrong::Terminator, at),
            (Start, b'+' | b'-') => {
                self.line.sign = Some(byte);
                Sign
            }
            (Start | Sign | Whole, b'0'..=b'9') => Whole,
            (Start | Sign, b'i') if self.line.sign != Some(b'+') => Inf(1),
            (Start | Sign, b'n') if self.line.sign != Some(b'+') => Nan(1),
            (Whole, b'.') => Point,
            (Point | Fraction, b'0'..=b'9') => Fraction,
            (Whole | Fraction, b'e' | b'E') => E,
            (E, b'+' | b'-') => ESign,
            (E | ESign | Exponent, b'0'..=b'9') => Exponent,
            (Inf(1), b'n') => Inf(2),
            (Inf(2), b'f') => Inf(3),
            (Nan(1), b'a') => Nan(2),
            (Nan(2), b'n') => Nan(3),
            (Whole | Fraction | Exponent | Inf(3) | Nan(3), b'\r') => {
                self.line.state = State::LineFeed;
                return Ok(());
            }
            _ => return self.fail(Wrong::Double, at),
        });
        Ok(())
    }

    fn big_number(&mut self, byte: u8, at: usize) -> Result<(), FramingError> {
        self.check_line(at)?;
        let line = &mut self.line;
        match byte {
            b'0'..=b'9' => line.digits = 1,
            b'+' | b'-' if line.digits == 0 && line.sign.is_none() => line.sign = Some(byte),
            b'\r' if line.digits > 0 => line.state = State::LineFeed,
            b'\n' => return self.fail(Wrong::Terminator, at),
            _ => return self.fail(Wrong::BigNumber, at),
        }
        Ok(())
    }

    fn carriage_return(&mut self, byte: u8, at: usize) -> Result<(), FramingError> {
        match (byte, self.line.marker) {
            (b'\r', _) => self.line.state = State::LineFeed,
            (b'\n', _) | (_, b'.') => return self.fail(Wrong::Terminator, at),
            (_, b'#') => return self.fail(Wrong::Boolean, at),
            _ => return self.fail(Wrong::Null, at),
        }
        Ok(())
    }

    /// Goes on through a simple string or error to its CR; `false` when the input ends before.
    fn text(&mut self, input: &[u8]) -> Result<bool, FramingError> {
        let body = self.line.start.saturating_add(1);
        // One byte over the limit is looked at, so that a line of just the limit may still end.
        let window = body.saturating_add(self.line_limit().0).saturating_add(1);
        let clean = input.get(self.pos..window.min(input.len())).unwrap_or_default();
        let Some(found) = memchr2(b'\r', b'\n', clean) else {
            self.work = self.work.wrapping_add(clean.len() as u64);
            self.pos = self.pos.saturating_add(clean.len());
            return if self.pos >= window { self.line_too_long() } else { Ok(false) };
        };
        self.work = self.work.wrapping_add(found as u64).wrapping_add(1);
        let at = self.pos.saturating_add(found);
        if clean.get(found) == Some(&b'\n') {
            return self.fail(Wrong::Terminator, at);
        }
        self.pos = at.saturating_add(1);
        self.line.state = State::LineFeed;
        Ok(true)
    }

    /// Checks the three letters and colon that open a verbatim string; `false` when they have not arrived.
    fn format(&mut self, input: &[u8]) -> Result<bool, FramingError> {
        let colon = self.pos.saturating_add(3);
        match input.get(colon) {
            None => Ok(false),
            Some(b':') => {
                self.work = self.work.wrapping_add(1);
                self.line.state = State::Payload;
                Ok(true)
            }
            Some(_) => self.fail(Wrong::Verbatim, colon),
        }
    }

    /// The LF of a header or line was read. `None` when a payload or chunk follows.
    fn line_end(&mut self) -> Result<Option<Progress>, FramingError> {
        let line = self.line;
        if line.streamed {
            self.cap = self.cap.min(self.limits.streamed_bytes);
        }
        self.check_frame(self.pos)?;
        self.line.state = State::Marker;
        if line.sign == Some(b'-') && matches!(line.marker, b'$' | b'*') {
            return Ok(Some(Progress::Element));
        }
        match line.marker {
            b'$' if line.streamed => {
                self.line.state = State::Chunk;
                Ok(None)
            }
            b';' if line.number == 0 => Ok(Some(Progress::Element)),
            b'$' | b'!' | b'=' | b';' => self.payload().map(|()| None),
            b'*' | b'~' | b'>' | b'%' | b'|' => self.aggregate().map(Some),
            _ => Ok(Some(Progress::Element)),
        }
    }

    /// A payload of known length follows.
    fn payload(&mut self) -> Result<(), FramingError> {
        let limit = self.limits.bulk_bytes;
        let Some(length) = usize::try_from(self.line.number).ok().filter(|length| *length <= limit) else {
            return self.fail(Wrong::BulkBytes { limit }, self.line.start);
        };
        if self.line.marker == b'=' && length < 4 {
            return self.fail(Wrong::Verbatim, self.line.start);
        }
        let end = self.pos.saturating_add(length);
        self.check_frame(end.saturating_add(2))?;
        self.work = self.work.wrapping_add(1);
        self.line.end = end;
        self.line.state = if self.line.marker == b'=' { State::Format } else { State::Payload };
        Ok(())
    }

    /// An aggregate's header is read: opens its level.
    fn aggregate(&mut self) -> Result<Progress, FramingError> {
        let Line { marker, number, streamed, start, .. } = self.line;
        if self.levels.depth() >= self.limits.depth {
            return self.fail(Wrong::Depth { limit: self.limits.depth }, start);
        }
        let frames = number.saturating_mul(if matches!(marker, b'%' | b'|') { 2 } else { 1 });
        let Some(frames) = u32::try_from(frames).ok().filter(|frames| self.levels.allows(*frames)) else {
            return self.fail(Wrong::Elements { limit: self.limits.elements }, start);
        };
        if marker == b'|' && self.levels.attributed() {
            // Attributes of the same frame again: how many are to come is not announced.
            self.cap = self.cap.min(self.limits.streamed_bytes);
        }
        self.check_frame(self.pos.saturating_add((frames as usize).saturating_mul(SMALLEST_FRAME)))?;
        let opening = match marker {
            b'%' if streamed => Opening::StreamedMap,
            _ if streamed => Opening::Streamed,
            b'|' => Opening::Attribute(frames),
            _ => Opening::Counted(frames),
        };
        self.push |= marker == b'>';
        // Both limits were checked above.
        let opened = self.levels.open(opening, &self.limits);
        debug_assert!(opened, "a level within all limits did not open");
        let empty = frames == 0 && !streamed && marker != b'|';
        Ok(if empty { Progress::Element } else { Progress::Opened })
    }

    /// Fails when the frame would end past its limit.
    fn check_frame(&mut self, end: usize) -> Result<(), FramingError> {
        if end > self.cap {
            return self.fail(self.frame_limit(), self.line.start);
        }
        Ok(())
    }

    /// Fails when the byte at `at` makes the line too long. CR is let pass, as the line's length does not count it.
    fn check_line(&mut self, at: usize) -> Result<(), FramingError> {
        if at.saturating_sub(self.line.start) > self.line_limit().0.saturating_add(1) {
            return self.line_too_long();
        }
        Ok(())
    }

    fn line_too_long<T>(&mut self) -> Result<T, FramingError> {
        let wrong = self.line_limit().1;
        self.fail(wrong, self.line.start)
    }

    /// How long the line may become, and what it breaks beyond that: its own limit or the frame's.
    fn line_limit(&self) -> (usize, Wrong) {
        let limit = self.limits.line_bytes;
        let room = self.cap.saturating_sub(self.line.start).saturating_sub(SMALLEST_FRAME);
        if room < limit { (room, self.frame_limit()) } else { (limit, Wrong::LineBytes { limit }) }
    }

    fn frame_limit(&self) -> Wrong {
        if self.cap < self.limits.frame_bytes {
            Wrong::StreamedBytes { limit: self.cap }
        } else {
            Wrong::FrameBytes { limit: self.cap }
        }
    }
}

/// Takes a digit; a number beyond 64 bits stays at their maximum, which every limit forbids.
fn push_digit(line: &mut Line, byte: u8) {
    let digit = u64::from(byte.wrapping_sub(b'0'));
    line.number = line.number.checked_mul(10).and_then(|n| n.checked_add(digit)).unwrap_or(u64::MAX);
    line.digits = line.digits.saturating_add(1);
}
