//! A command that owns its bytes: it outlives a retry and a redirect, and is copied out as often as it is sent.
//!
//! Arguments are stored as they go over the wire (`$3\r\nGET\r\n`): 192 bytes in the command itself, all of them on
//! the heap once they need more. Only the `*N` line is missing; it is written when the command is copied out. An
//! argument of 16 KiB or more is a segment of its own, which is never copied on its way to the socket.
//! What surprises: `Debug` shows neither keys nor values, since one of them may be a password.

mod args;
mod sink;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;

use bytes::{BufMut, Bytes, BytesMut};

use crate::to_args::{NextArg, RedisWrite, ToRedisArgs};

pub use self::args::Args;
pub use self::sink::WireSink;

/// Bytes that a command holds without an allocation: a SET of a 64-byte value under a key of 80.
pub const INLINE_BYTES: usize = 192;

/// From this size in bytes on an argument is a segment of its own: copying 16 KiB costs more than one more part of a
/// vectored write.
pub const SEGMENT_BYTES: usize = 16 * 1024;

/// A command with its arguments, encoded and ready to be sent any number of times.
///
/// ```
/// use redlane_resp::command::Command;
///
/// let command = Command::new("SET").arg("greeting").arg("hello");
/// assert_eq!(command.to_bytes(), "*3\r\n$3\r\nSET\r\n$8\r\ngreeting\r\n$5\r\nhello\r\n");
/// ```
#[derive(Clone)]
pub struct Command {
    /// The encoded arguments, as long as there is no `long`.
    inline: [u8; INLINE_BYTES],
    used: u8,
    count: usize,
    long: Option<Box<Long>>,
}

/// What does not fit into the command itself.
#[derive(Clone, Default)]
struct Long {
    /// All encoded arguments without the payloads of the segments.
    encoded: Vec<u8>,
    /// In the order of their places.
    segments: Vec<Segment>,
    /// Sum of the segments' lengths.
    segment_bytes: usize,
}

/// The payload of one big argument; its length line and its line end stand in `encoded`.
#[derive(Clone)]
struct Segment {
    /// The place in `encoded` where the payload belongs.
    at: usize,
    payload: Bytes,
}

impl Command {
    /// Begins a command with its name, which is its first argument.
    pub fn new(name: &str) -> Self {
        let mut command = Command::empty();
        command.write_arg(name.as_bytes());
        command
    }

    /// Begins a command with words that are encoded already, such as `$6\r\nCLIENT\r\n$2\r\nID\r\n`, two of them.
    ///
    /// `count` is how many words there are; [`count_words`] finds it at compile time. A wrong count would leave the
    /// server waiting for more, so debug builds check it.
    #[inline]
    pub fn with_prefix(words: &'static [u8], count: usize) -> Self {
        debug_assert!(count > 0 && count_words(words) == Some(count), "not {count} encoded words");
        let mut command = Command::empty();
        command.count = count;
        match command.inline.get_mut(..words.len()) {
            Some(room) => {
                room.copy_from_slice(words);
                command.used = words.len() as u8;
            }
            None => command.spill(words.len()).encoded.extend_from_slice(words),
        }
        command
    }

    /// Appends a value as however many arguments it is.
    #[inline]
    #[must_use]
    pub fn arg<T: ToRedisArgs>(mut self, value: T) -> Self {
        value.write_redis_args(&mut self);
        self
    }

    /// Appends a value as however many arguments it is, in place.
    #[inline]
    pub fn push_arg<T: ToRedisArgs>(&mut self, value: T) -> &mut Self {
        value.write_redis_args(self);
        self
    }

    /// Appends one argument; from [`SEGMENT_BYTES`] on it is kept as it is, without a copy.
    pub fn push_bytes(&mut self, arg: Bytes) -> &mut Self {
        if arg.len() < SEGMENT_BYTES {
            self.write_arg(&arg);
        } else {
            self.push_segment(arg);
        }
        self
    }

    /// Returns the first word, as it was given: `SET`, or `CONFIG` of `CONFIG GET`.
    pub fn name(&self) -> &[u8] {
        self.args().next().unwrap_or_default()
    }

    /// Returns the number of arguments, the name included.
    pub fn arg_count(&self) -> usize {
        self.count
    }

    /// Iterates over the arguments, the name first.
    pub fn args(&self) -> Args<'_> {
        match &self.long {
            None => Args::new(self.encoded(), &[]),
            Some(long) => Args::new(&long.encoded, &long.segments),
        }
    }

    /// Returns the exact number of bytes that [`encode`](Self::encode) writes.
    pub fn encoded_len(&self) -> usize {
        let segment_bytes = self.long.as_ref().map_or(0, |long| long.segment_bytes);
        Line::new(b'*', self.count).len().saturating_add(self.encoded().len()).saturating_add(segment_bytes)
    }

    /// Copies the whole command out, as it goes over the wire.
    #[inline]
    pub fn encode<S: WireSink + ?Sized>(&self, out: &mut S) {
        out.put_slice(Line::new(b'*', self.count).as_bytes());
        match &self.long {
            None => out.put_slice(self.encoded()),
            Some(long) => long.encode(out),
        }
    }

    /// Returns the whole command as it goes over the wire, in one piece.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(self.encoded_len());
        self.encode(&mut out);
        out.freeze()
    }

    fn empty() -> Self {
        Command { inline: [0; INLINE_BYTES], used: 0, count: 0, long: None }
    }

    fn encoded(&self) -> &[u8] {
        match &self.long {
            None => self.inline.get(..usize::from(self.used)).unwrap_or_default(),
            Some(long) => &long.encoded,
        }
    }

    /// Moves to the heap, with room for `additional` bytes.
    #[cold]
    fn spill(&mut self, additional: usize) -> &mut Long {
        let used = self.inline.get(..usize::from(self.used)).unwrap_or_default();
        let long = self.long.get_or_insert_with(|| {
            // Twice the inline room at least: whoever needs more than that mostly has more arguments to come.
            let mut encoded = Vec::with_capacity(used.len().saturating_add(additional).max(2 * INLINE_BYTES));
            encoded.extend_from_slice(used);
            Box::new(Long { encoded, ..Long::default() })
        });
        long.encoded.reserve(additional);
        long
    }

    fn push_segment(&mut self, payload: Bytes) {
        self.count = self.count.saturating_add(1);
        let line = Line::new(b'$', payload.len());
        let long = self.spill(line.len().saturating_add(2));
        long.encoded.extend_from_slice(line.as_bytes());
        let at = long.encoded.len();
        long.encoded.extend_from_slice(b"\r\n");
        long.segment_bytes = long.segment_bytes.saturating_add(payload.len());
        long.segments.push(Segment { at, payload });
    }

    #[cold]
    fn write_long(&mut self, line: Line, arg: &[u8]) {
        let encoded = &mut self.spill(line.len().saturating_add(arg.len()).saturating_add(2)).encoded;
        encoded.extend_from_slice(line.as_bytes());
        encoded.extend_from_slice(arg);
        encoded.extend_from_slice(b"\r\n");
    }

    /// Writes the argument into the command itself. `None`: it has no room, nothing was written.
    #[inline]
    fn write_inline(&mut self, line: &Line, arg: &[u8]) -> Option<()> {
        if self.long.is_some() {
            return None;
        }
        let start = usize::from(self.used);
        let payload = start.checked_add(line.len())?;
        let end = payload.checked_add(arg.len())?;
        let next = end.checked_add(2)?;
        let room = self.inline.get_mut(start..next)?;
        let (head, rest) = room.split_at_mut_checked(line.len())?;
        let (body, tail) = rest.split_at_mut_checked(arg.len())?;
        head.copy_from_slice(line.as_bytes());
        body.copy_from_slice(arg);
        tail.copy_from_slice(b"\r\n");
        self.used = next as u8;
        Some(())
    }
}

impl RedisWrite for Command {
    #[inline]
    fn write_arg(&mut self, arg: &[u8]) {
        if arg.len() >= SEGMENT_BYTES {
            return self.push_segment(Bytes::copy_from_slice(arg));
        }
        self.count = self.count.saturating_add(1);
        let line = Line::new(b'$', arg.len());
        if self.write_inline(&line, arg).is_none() {
            self.write_long(line, arg);
        }
    }

    fn writer_for_next_arg(&mut self) -> impl io::Write + '_ {
        NextArg::new(self, 0)
    }

    fn reserve_space_for_args(&mut self, additional: impl IntoIterator<Item = usize>) {
        let room = additional.into_iter().fold(0_usize, |sum, size| {
            let payload = if size < SEGMENT_BYTES { size } else { 0 };
            sum.saturating_add(Line::new(b'$', size).len()).saturating_add(payload).saturating_add(2)
        });
        let free = INLINE_BYTES.saturating_sub(usize::from(self.used));
        if self.long.is_some() || room > free {
            self.spill(room);
        }
    }

    fn bufmut_for_next_arg(&mut self, capacity: usize) -> impl BufMut + '_ {
        NextArg::new(self, capacity)
    }

    #[inline]
    fn write_shared_arg(&mut self, arg: &Bytes) {
        if arg.len() < SEGMENT_BYTES {
            self.write_arg(arg);
        } else {
            self.push_segment(arg.clone());
        }
    }
}

impl Long {
    fn encode<S: WireSink + ?Sized>(&self, out: &mut S) {
        let mut from = 0;
        for segment in &self.segments {
            out.put_slice(self.encoded.get(from..segment.at).unwrap_or_default());
            out.put_segment(segment.payload.clone());
            from = segment.at;
        }
        out.put_slice(self.encoded.get(from..).unwrap_or_default());
    }
}

/// The name and the number of arguments, nothing else: arguments may be secrets.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("name", &self.name().escape_ascii().to_string())
            .field("args", &self.count)
            .finish_non_exhaustive()
    }
}

/// A length line: `*3\r\n`, `$64\r\n`.
struct Line {
    bytes: [u8; Line::CAPACITY],
    length: usize,
}

impl Line {
    /// The type byte, the 20 digits of the longest `usize`, the line end; rounded up.
    const CAPACITY: usize = 24;

    #[inline]
    fn new(kind: u8, number: usize) -> Self {
        let mut bytes = [0; Line::CAPACITY];
        // Nearly every line has one digit or two; `b'0' | d` is `b'0' + d` for a digit.
        let length = if let [place_0, place_1, place_2, place_3, place_4, ..] = &mut bytes
            && number < 100
        {
            *place_0 = kind;
            if number < 10 {
                (*place_1, *place_2, *place_3) = (b'0' | number as u8, b'\r', b'\n');
                4
            } else {
                (*place_1, *place_2) = (b'0' | (number / 10) as u8, b'0' | (number % 10) as u8);
                (*place_3, *place_4) = (b'\r', b'\n');
                5
            }
        } else {
            Line::put_long(&mut bytes, kind, number)
        };
        Line { bytes, length }
    }

    #[cold]
    fn put_long(bytes: &mut [u8; Line::CAPACITY], kind: u8, number: usize) -> usize {
        let mut digits = itoa::Buffer::new();
        let parts = [&[kind], digits.format(number).as_bytes(), b"\r\n"];
        let mut length = 0_usize;
        for (place, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *place = *byte;
            length = length.saturating_add(1);
        }
        length
    }

    #[inline]
    fn len(&self) -> usize {
        self.length
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Counts the encoded words in `words`. `None`: they are not whole `$length\r\nbytes\r\n` words.
///
/// It runs at compile time, so that a table of commands proves its own prefixes.
pub const fn count_words(words: &[u8]) -> Option<usize> {
    let mut rest = words;
    let mut count = 0_usize;
    while !rest.is_empty() {
        let [b'$', digits @ ..] = rest else { return None };
        let mut length = 0_usize;
        rest = digits;
        loop {
            match rest {
                [digit @ b'0'..=b'9', after @ ..] => {
                    let Some(tens) = length.checked_mul(10) else { return None };
                    let Some(sum) = tens.checked_add((*digit & 0x0f) as usize) else { return None };
                    length = sum;
                    rest = after;
                }
                [b'\r', b'\n', after @ ..] => {
                    rest = after;
                    break;
                }
                _ => return None,
            }
        }
        let Some((_, after)) = rest.split_at_checked(length) else { return None };
        let [b'\r', b'\n', after @ ..] = after else { return None };
        rest = after;
        let Some(more) = count.checked_add(1) else { return None };
        count = more;
    }
    Some(count)
}
