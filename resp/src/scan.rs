//! Where does the frame under way end, and is it sound? The scanner answers both in one pass and keeps its place
//! between reads, so that every byte is looked at once however the input is cut.
//!
//! It neither builds nor allocates anything: levels live in a fixed-size stack ([`levels`]), payloads are jumped by
//! their length. The loop below knows the whole, well-formed forms of the frequent types only. Whatever it does not
//! like (a cut, a rare type, a limit, an error) it hands, with its place, to the byte-wise machine in [`line`], which
//! alone decides what is wrong; so the two can never disagree.

mod levels;
mod line;
#[cfg(test)]
mod tests;

use crate::error::{FramingError, FramingErrorKind};
use crate::limits::Limits;
use crate::scan::levels::{Levels, Opening};
use crate::scan::line::{Line, Progress, State};

/// Digits that fit a `u64` whatever they are.
const SAFE_DIGITS: usize = 19;

/// A line longer than this is searched by memchr; below it a plain loop wins, because `+OK` ends before memchr has
/// set up its vectors.
const SHORT_LINE: usize = 24;

/// The smallest frame is `_\r\n`; so this many bytes are still owed for each announced element.
const SMALLEST_FRAME: usize = 3;

/// What [`Scanner::scan`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// The input begins with a whole frame. The scanner is ready for the next.
    Whole {
        /// Bytes of the frame, with its attributes.
        len: usize,
        /// Whether it is a push, which answers no command.
        push: bool,
    },
    /// The input ends within the frame.
    Partial {
        /// Bytes needed before anything new can be decided, at least 1: the rest of the bulk string under way with
        /// its CRLF, so that a reader can make room for it at once.
        missing: usize,
    },
}

/// Finds the ends of frames in a byte stream, and checks all of their syntax and size.
///
/// ```
/// use redlane_resp::limits::Limits;
/// use redlane_resp::scan::{Scan, Scanner};
///
/// let mut scanner = Scanner::new(Limits::default());
/// let mut input = b"$5\r\nhel".to_vec();
/// assert_eq!(scanner.scan(&input)?, Scan::Partial { missing: 4 });
///
/// input.extend_from_slice(b"lo\r\n+OK\r\n");
/// assert_eq!(scanner.scan(&input)?, Scan::Whole { len: 11, push: false });
/// assert_eq!(scanner.scan(&input[11..])?, Scan::Whole { len: 5, push: false });
/// # Ok::<(), redlane_resp::error::FramingError>(())
/// ```
#[derive(Clone)]
pub struct Scanner {
    limits: Limits,
    /// Bytes of the frame under way that are dealt with.
    pos: usize,
    /// What the frame may still weigh: `frame_bytes`, or `streamed_bytes` once it has a streamed part.
    cap: usize,
    line: Line,
    levels: Levels,
    /// The frame under way is a push.
    push: bool,
    failed: Option<FramingError>,
    work: u64,
}

impl Scanner {
    /// A scanner before the first byte of a frame. A depth over
    /// [`MAX_DEPTH`](crate::limits::MAX_DEPTH) counts as that.
    pub fn new(limits: Limits) -> Self {
        let limits = limits.with_depth(limits.depth);
        Self {
            limits,
            pos: 0,
            cap: limits.frame_bytes,
            line: Line::default(),
            levels: Levels::new(limits.elements),
            push: false,
            failed: None,
            work: 0,
        }
    }

    /// Goes on with the frame under way.
    ///
    /// `input` begins at that frame's first byte at every call and holds whatever has arrived since: the scanner
    /// goes on where it stopped. After [`Scan::Whole`] the next call begins the next frame.
    ///
    /// # Errors
    /// [`FramingError`] when the bytes are no RESP or break a limit. The same bytes give the same error at the same
    /// offset however they are cut; the scanner repeats it until it is [`reset`](Self::reset).
    #[inline]
    pub fn scan(&mut self, input: &[u8]) -> Result<Scan, FramingError> {
        if self.line.state != State::Marker {
            match self.resume(input)? {
                Progress::Cut => return Ok(self.partial(input)),
                Progress::Opened => {}
                Progress::Element => {
                    if self.close()? {
                        return Ok(self.whole());
                    }
                }
            }
        }
        self.run(input)
    }

    /// The hot loop: `self.pos` stands at a marker.
    fn run(&mut self, input: &[u8]) -> Result<Scan, FramingError> {
        let mut pos = self.pos;
        loop {
            let Some(&marker) = input.get(pos) else {
                self.pos = pos;
                return Ok(Scan::Partial { missing: 1 });
            };
            let body = pos.wrapping_add(1);
            let end = match marker {
                b'$' => {
                    let (length, at) = digits(input, body);
                    self.whole_bulk(input, body, length, at).ok_or((length, at))
                }
                b'*' => {
                    let (length, at) = digits(input, body);
                    match self.open_array(input, body, length, at) {
                        Some(0) => {
                            pos = at.wrapping_add(2);
                            continue;
                        }
                        Some(end) => Ok(end),
                        None => Err((length, at)),
                    }
                }
                b':' => self.whole_integer(input, body).ok_or((0, body)),
                b'+' | b'-' => self.whole_text(input, body),
                _ => Err((0, body)),
            };
            match end {
                Ok(end) => pos = end,
                Err((number, at)) => {
                    self.work = self.work.wrapping_add(1);
                    self.pos = pos;
                    self.begin(marker, number, at)?;
                    match self.resume(input)? {
                        Progress::Cut => return Ok(self.partial(input)),
                        Progress::Opened => {
                            pos = self.pos;
                            continue;
                        }
                        Progress::Element => pos = self.pos,
                    }
                }
            }
            if self.levels.close() {
                self.pos = pos;
                if self.close_levels()? {
                    return Ok(self.whole());
                }
            }
        }
    }

    /// A bulk string whose header and payload are all here: its end.
    #[inline(always)]
    fn whole_bulk(&mut self, input: &[u8], body: usize, length: u64, at: usize) -> Option<usize> {
        let length = usize::try_from(length).ok().filter(|length| *length <= self.limits.bulk_bytes)?;
        let payload = at.wrapping_add(2);
        let end = payload.checked_add(length)?;
        let whole = at != body && crlf(input, at) && crlf(input, end) && end.wrapping_add(2) <= self.cap;
        if whole {
            // Marker, digits, both CRLFs, and the jump.
            self.work = self.work.wrapping_add(at.wrapping_sub(body) as u64).wrapping_add(6);
        }
        whole.then_some(end.wrapping_add(2))
    }

    /// An array whose header is here and within all limits. `Some(0)` when it opens a level, `Some(end)` when it is
    /// empty, which makes it a whole element.
    #[inline(always)]
    fn open_array(&mut self, input: &[u8], body: usize, length: u64, at: usize) -> Option<usize> {
        if at == body || !crlf(input, at) {
            return None;
        }
        let end = at.wrapping_add(2);
        let length = u32::try_from(length).ok()?;
        let owed = (length as usize).checked_mul(SMALLEST_FRAME)?.checked_add(end)?;
        if owed > self.cap || !self.levels.open(Opening::Counted(length), &self.limits) {
            return None;
        }
        self.work = self.work.wrapping_add(at.wrapping_sub(body) as u64).wrapping_add(3);
        Some(if length == 0 { end } else { 0 })
    }

    /// An integer that is all here and short enough to fit for certain: its end.
    #[inline(always)]
    fn whole_integer(&mut self, input: &[u8], body: usize) -> Option<usize> {
        let first = if input.get(body) == Some(&b'-') { body.wrapping_add(1) } else { body };
        let (_, at) = digits(input, first);
        let count = at.wrapping_sub(first);
        let end = at.wrapping_add(2);
        let whole = count != 0 && count < SAFE_DIGITS && crlf(input, at) && end <= self.cap;
        if whole {
            self.work = self.work.wrapping_add(end.wrapping_sub(body) as u64).wrapping_add(1);
        }
        whole.then_some(end)
    }

    /// A short simple string or error that is all here: its end. Else the number of clean bytes it begins with.
    #[inline(always)]
    fn whole_text(&mut self, input: &[u8], body: usize) -> Result<usize, (u64, usize)> {
        let most = SHORT_LINE.min(self.limits.line_bytes);
        let mut at = body;
        while at.wrapping_sub(body) < most && input.get(at).is_some_and(|byte| !matches!(byte, b'\r' | b'\n'))
        {
            at = at.wrapping_add(1);
        }
        let end = at.wrapping_add(2);
        self.work = self.work.wrapping_add(end.wrapping_sub(body) as u64).wrapping_add(1);
        if crlf(input, at) && end <= self.cap { Ok(end) } else { Err((0, at)) }
    }

    /// An element ended at `self.pos`; `true` when the frame did with it.
    fn close(&mut self) -> Result<bool, FramingError> {
        Ok(self.levels.close() && self.close_levels()?)
    }

    /// The last element of a level ended at `self.pos`; `true` when the frame did with it.
    fn close_levels(&mut self) -> Result<bool, FramingError> {
        match self.levels.close_level() {
            Some(whole) => Ok(whole),
            None => self.fail(FramingErrorKind::Elements { limit: self.limits.elements }, self.pos),
        }
    }

    /// Reports the frame and makes ready for the next.
    fn whole(&mut self) -> Scan {
        let whole = Scan::Whole { len: self.pos, push: self.push };
        self.begin_frame();
        whole
    }

    fn begin_frame(&mut self) {
        self.pos = 0;
        self.cap = self.limits.frame_bytes;
        self.push = false;
        self.levels.reset(self.limits.elements);
    }

    /// Tells what is missing: a payload's rest is known, anything else may end with the next byte.
    fn partial(&self, input: &[u8]) -> Scan {
        Scan::Partial { missing: self.line.missing(input.len()) }
    }

    /// Whether the scanner stands between two frames, no byte of the next one seen.
    pub fn is_idle(&self) -> bool {
        self.pos == 0 && self.line.state == State::Marker
    }

    /// Forgets the frame under way, and an error.
    pub fn reset(&mut self) {
        self.line = Line::default();
        self.failed = None;
        self.begin_frame();
    }

    /// Bytes examined and payloads jumped since the scanner was made: the proof that its cost is linear.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// The limits that replies are held to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Notes an error, to be repeated at every further call.
    #[cold]
    fn fail<T>(&mut self, kind: FramingErrorKind, offset: usize) -> Result<T, FramingError> {
        let error = FramingError { kind, offset: offset as u64 };
        self.failed = Some(error);
        self.line.state = State::Failed;
        Err(error)
    }
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner")
            .field("pos", &self.pos)
            .field("depth", &self.levels.depth())
            .field("state", &self.line.state)
            .finish_non_exhaustive()
    }
}

/// Reads digits from `from` on: their value, and where they stop. It stops after [`SAFE_DIGITS`] in any case.
#[inline(always)]
fn digits(input: &[u8], from: usize) -> (u64, usize) {
    let (mut value, mut at) = (0u64, from);
    while at.wrapping_sub(from) < SAFE_DIGITS {
        match input.get(at).map(|byte| byte.wrapping_sub(b'0')) {
            Some(digit) if digit < 10 => value = value.wrapping_mul(10).wrapping_add(digit.into()),
            _ => break,
        }
        at = at.wrapping_add(1);
    }
    (value, at)
}

/// Whether CR and LF stand at `at`.
#[inline(always)]
fn crlf(input: &[u8], at: usize) -> bool {
    input.get(at..at.wrapping_add(2)) == Some(b"\r\n")
}
