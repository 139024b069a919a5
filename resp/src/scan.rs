//! Where does the frame under way end, and is it sound? The scanner answers both in one pass and keeps its place
//! between reads, so that every byte is looked at once however the input is cut.
//!
//! It neither builds nor allocates anything: levels live in a fixed-size stack (`levels`), payloads are jumped by
//! their length. The loop below knows the whole, well-formed forms of the frequent types only. Whatever it does not
//! like (a cut, a rare type, a limit, an error) it hands, with its place, to the byte-wise machine in `line`, which
//! alone decides what is wrong; so the two can never disagree.

mod levels;
mod line;
#[cfg(test)]
mod tests;

use crate::digits::Digits;
use crate::error::{FramingError, FramingErrorKind};
use crate::limits::Limits;
use crate::scan::levels::{Levels, Opening};
use crate::scan::line::{Line, Progress, State};

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
    /// What the frame may still weigh: `frame_bytes`, or `streamed_bytes` once it has a part whose end is not announced.
    cap: usize,
    line: Line,
    levels: Levels,
    /// The frame under way is a push.
    push: bool,
    /// Bytes of the frame under way that its reader no longer has: a header it was told to drop.
    dropped: usize,
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
            dropped: 0,
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
            return self.go_on(input);
        }
        if self.pos != 0 {
            return self.run(input, None);
        }
        // A reply that is one scalar, which most are, needs no levels.
        let (marker, whole) = match input.split_first() {
            Some((b'$', body)) => (b'$', self.whole_bulk(body)),
            Some((b'+', body)) => (b'+', self.whole_text(body).map(|rest| (0, rest))),
            Some((b':', body)) => (b':', whole_integer(body).map(|rest| (0, rest))),
            _ => return self.run(input, None),
        };
        let seen = match whole {
            Ok((jumped, rest)) => {
                let len = input.len().wrapping_sub(rest.len());
                if len <= self.limits.frame_bytes {
                    self.work = self.work.wrapping_add(len.wrapping_sub(jumped) as u64).wrapping_add(1);
                    return Ok(Scan::Whole { len, push: false });
                }
                Seen::default()
            }
            Err(seen) => seen,
        };
        self.run(input, Some(Stop::Element(marker, seen)))
    }

    /// The frame under way is one bulk string whose header has been read: forgets the header, and says how many bytes
    /// it has, which the reader takes off its input before the next call. From then on the frame is its payload and
    /// CRLF, and [`Scan::Whole`] counts those; errors keep the offsets that they have in the stream. Else 0.
    ///
    /// A payload that stands at the start of its memory can become a `Vec` where it is.
    pub fn drop_header(&mut self) -> usize {
        if self.levels.depth() != 0 {
            return 0;
        }
        let header = self.line.take_header();
        self.pos = self.pos.saturating_sub(header);
        self.dropped = self.dropped.saturating_add(header);
        header
    }

    /// Goes on within the element under way.
    #[inline(never)]
    fn go_on(&mut self, input: &[u8]) -> Result<Scan, FramingError> {
        match self.resume(input)? {
            Progress::Cut => Ok(self.partial(input)),
            Progress::Opened => self.run(input, None),
            Progress::Element if self.close()? => Ok(self.whole()),
            Progress::Element => self.run(input, None),
        }
    }

    /// `self.pos` stands at a marker: runs through whole elements, and hands the others to the machine. `stop` is
    /// what came of the element there when it was tried before.
    #[inline(never)]
    fn run(&mut self, input: &[u8], mut stop: Option<Stop>) -> Result<Scan, FramingError> {
        loop {
            let stop = match stop.take() {
                Some(stop) => stop,
                None => self.whole_elements(input),
            };
            let closing = match stop {
                Stop::End => return Ok(Scan::Partial { missing: 1 }),
                Stop::Level => true,
                Stop::Element(marker, seen) => match self.machine(input, marker, seen)? {
                    Progress::Cut => return Ok(self.partial(input)),
                    Progress::Opened => false,
                    Progress::Element => self.levels.close(),
                },
            };
            if closing && self.close_levels()? {
                return Ok(self.whole());
            }
        }
    }

    /// The hot loop. It keeps what is left of the input, not a position: so a bound is checked once per part of an
    /// element, and no sum can overflow.
    #[inline(always)]
    fn whole_elements(&mut self, input: &[u8]) -> Stop {
        let mut rest = input.get(self.pos..).unwrap_or_default();
        let (from, mut jumped) = (rest.len(), 0usize);
        // Within such bounds no short bulk string can break a limit.
        let unlimited = input.len() <= self.cap && self.limits.bulk_bytes > LONGEST_SHORT;
        let stop = loop {
            let Some((&marker, body)) = rest.split_first() else { break Stop::End };
            let next = if marker == b'$' {
                // Most elements are short, and stand together.
                if unlimited {
                    let mut left = self.levels.left();
                    while left != 0
                        && let Some((length, next)) = short_bulk(rest)
                    {
                        rest = next;
                        jumped = jumped.wrapping_add(length);
                        left = left.wrapping_sub(1);
                    }
                    if left != self.levels.left() {
                        if self.levels.leave(left) {
                            break Stop::Level;
                        }
                        continue;
                    }
                }
                self.whole_bulk(body).map(|(length, next)| {
                    jumped = jumped.wrapping_add(length);
                    next
                })
            } else if marker == b'*' {
                match self.open_array(body, input.len()) {
                    Ok(next) => {
                        rest = next;
                        continue;
                    }
                    Err(seen) => Err(seen),
                }
            } else if marker == b':' {
                whole_integer(body)
            } else if marker == b'+' || marker == b'-' {
                self.whole_text(body)
            } else {
                self.whole_other(marker, body)
            };
            match next {
                Ok(next) if input.len().wrapping_sub(next.len()) <= self.cap => rest = next,
                Ok(_) => break Stop::Element(marker, Seen::default()),
                Err(seen) => break Stop::Element(marker, seen),
            }
            if self.levels.close() {
                break Stop::Level;
            }
        };
        self.pos = input.len().wrapping_sub(rest.len());
        // What was passed and not jumped was looked at.
        let looked = from.wrapping_sub(rest.len()).wrapping_sub(jumped);
        self.work = self.work.wrapping_add(looked as u64).wrapping_add(1);
        stop
    }

    /// Hands the element at `self.pos` to the byte-wise machine, which goes on behind the bytes already seen.
    #[inline(never)]
    fn machine(&mut self, input: &[u8], marker: u8, seen: Seen) -> Result<Progress, FramingError> {
        self.work = self.work.wrapping_add(seen.count as u64);
        self.begin(marker, seen)?;
        self.resume(input)
    }

    /// A bulk string that is all here: the length of its payload, and what follows it.
    #[inline(always)]
    fn whole_bulk<'a>(&self, body: &'a [u8]) -> Result<(usize, &'a [u8]), Seen> {
        let (seen, rest) = Digits::read(body);
        let Some((b"\r\n", payload)) = rest.split_first_chunk() else { return Err(seen) };
        let Ok(length) = usize::try_from(seen.number) else { return Err(seen) };
        if !seen.fit() || length > self.limits.bulk_bytes {
            return Err(seen);
        }
        match payload.get(length..).and_then(<[u8]>::split_first_chunk) {
            Some((b"\r\n", rest)) => Ok((length, rest)),
            _ => Err(seen),
        }
    }

    /// Opens the level of an array whose header is here and within all limits. An empty one is left to the machine.
    #[inline(always)]
    fn open_array<'a>(&mut self, body: &'a [u8], arrived: usize) -> Result<&'a [u8], Seen> {
        let (seen, rest) = Digits::read(body);
        let Some((b"\r\n", rest)) = rest.split_first_chunk() else { return Err(seen) };
        let Ok(length) = u32::try_from(seen.number) else { return Err(seen) };
        let owed = (length as usize).saturating_mul(SMALLEST_FRAME);
        let fits = owed.saturating_add(arrived.wrapping_sub(rest.len())) <= self.cap;
        if seen.fit() && length != 0 && fits && self.levels.open(Opening::Counted(length), &self.limits) {
            return Ok(rest);
        }
        Err(seen)
    }

    /// A short simple string or error that is all here: what follows it; else how many of its bytes are clean.
    #[inline(always)]
    fn whole_text<'a>(&self, body: &'a [u8]) -> Result<&'a [u8], Seen> {
        let window = body.get(..self.short_line()).unwrap_or(body);
        let clean = window.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let count = clean.unwrap_or(window.len());
        match body.get(count..).and_then(<[u8]>::split_first_chunk) {
            Some((b"\r\n", rest)) => Ok(rest),
            _ => Err(Seen { number: 0, count }),
        }
    }

    /// The rarer scalars of RESP3, in their plain forms: what follows them.
    #[inline]
    fn whole_other<'a>(&self, marker: u8, body: &'a [u8]) -> Result<&'a [u8], Seen> {
        let rest = match (marker, body) {
            (b'_', rest) | (b'#', [b't' | b'f', rest @ ..]) => rest,
            (b',', body) => {
                let (whole, rest) = Digits::read(body.strip_prefix(b"-").unwrap_or(body));
                match rest.split_first() {
                    _ if whole.count == 0 => return Err(Seen::default()),
                    Some((b'.', fraction)) => match Digits::read(fraction) {
                        (Seen { count: 0, .. }, _) => return Err(Seen::default()),
                        (_, rest) => rest,
                    },
                    _ => rest,
                }
            }
            _ => return Err(Seen::default()),
        };
        match rest.split_first_chunk() {
            Some((b"\r\n", next)) if body.len().wrapping_sub(rest.len()) <= self.short_line() => Ok(next),
            _ => Err(Seen::default()),
        }
    }

    /// How long a line the hot loop takes: a limit must not be passed there.
    #[inline(always)]
    fn short_line(&self) -> usize {
        SHORT_LINE.min(self.limits.line_bytes)
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
        self.dropped = 0;
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
        let error = FramingError { kind, offset: self.dropped.saturating_add(offset) as u64 };
        self.failed = Some(error);
        self.line.state = State::Failed;
        Err(error)
    }
}

/// The longest length of two digits.
const LONGEST_SHORT: usize = 99;

/// A bulk string of such a length, which most are, that is all here: its length, and what follows it.
#[inline(always)]
fn short_bulk(input: &[u8]) -> Option<(usize, &[u8])> {
    let (b'$', body) = input.split_first()? else { return None };
    let (length, payload) = short_length(body)?;
    match payload.get(length..)?.split_first_chunk() {
        Some((b"\r\n", rest)) => Some((length, rest)),
        _ => None,
    }
}

/// A length of one digit or two, and what follows its CRLF.
///
/// The next element waits for this sum: it is kept short, and checked aside.
#[inline(always)]
fn short_length(body: &[u8]) -> Option<(usize, &[u8])> {
    let ([first, second, third, fourth], _) = body.split_first_chunk()?;
    if !first.is_ascii_digit() {
        return None;
    }
    let tens = usize::from(*first).wrapping_sub(b'0'.into());
    if (*second, *third) == (b'\r', b'\n') {
        return Some((tens, body.get(3..)?));
    }
    if !second.is_ascii_digit() || (*third, *fourth) != (b'\r', b'\n') {
        return None;
    }
    let ones = usize::from(*second).wrapping_sub(b'0'.into());
    Some((tens.wrapping_mul(10).wrapping_add(ones), body.get(4..)?))
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

/// Why the hot loop ended.
enum Stop {
    /// The input ends at a marker.
    End,
    /// The last element of a level ended.
    Level,
    /// The machine has to look at the element of this marker.
    Element(u8, Seen),
}

/// What the hot loop has seen of an element that it left to the machine: digits of a length, or as many clean bytes
/// of a text.
type Seen = Digits;

/// An integer that is all here and short enough to fit for certain: what follows it.
#[inline(always)]
fn whole_integer(body: &[u8]) -> Result<&[u8], Seen> {
    let (seen, rest) = Digits::read(body.strip_prefix(b"-").unwrap_or(body));
    match rest.split_first_chunk() {
        Some((b"\r\n", rest)) if seen.fit() => Ok(rest),
        _ => Err(Seen::default()),
    }
}
