//! A command that owns its bytes: it outlives a retry and a redirect, and is copied out as often as it is sent.
//!
//! Arguments are stored as they go over the wire (`$3\r\nGET\r\n`): 192 bytes in the command itself, all of them on
//! the heap once they need more. Only the `*N` line is missing; it is written when the command is copied out, and ahead
//! of the arguments the ready words that it began with, which stay where the program has them. An argument of 16 KiB or more is a segment of its own, which is never copied on its way to the socket.
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

/// Bytes of encoded arguments that a command holds without an allocation, ready words not counted: a SET of a 64-byte
/// value under a key of 100.
pub const INLINE_BYTES: usize = 192;

/// From this size in bytes on an argument is a segment of its own: copying 16 KiB costs more than one more part of a
/// vectored write.
pub const SEGMENT_BYTES: usize = 16 * 1024;

/// `used` of a command that went to the heap.
const FULL: u8 = INLINE_BYTES as u8;

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
    /// The first words, encoded once and for all. Not copied into `inline`: a move right behind so small a write
    /// would wait for it (17 ns a command instead of 36, measured in `benches/`).
    prefix: &'static [u8],
    /// The encoded arguments behind them, as long as there is no `long`.
    inline: [u8; INLINE_BYTES],
    /// Bytes used of `inline`; all of them, once there is a `long`, so that nothing more is written there.
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

    /// Begins a command without a name: the first argument will be it. No server takes it before that.
    #[inline]
    pub fn empty() -> Self {
        Command { prefix: b"", inline: [0; INLINE_BYTES], used: 0, count: 0, long: None }
    }

    /// Begins a command with words that are encoded already, such as `$6\r\nCLIENT\r\n$2\r\nID\r\n`, two of them.
    ///
    /// `count` is how many words there are; [`count_words`] finds it at compile time. A wrong count would leave the
    /// server waiting for more, so debug builds check it.
    #[inline]
    pub fn with_prefix(words: &'static [u8], count: usize) -> Self {
        debug_assert!(count > 0 && count_words(words) == Some(count), "not {count} encoded words");
        Command { prefix: words, inline: [0; INLINE_BYTES], used: 0, count, long: None }
    }

    /// Appends a value as however many arguments it is.
    ///
    /// Each call moves the command, some 8 ns; where that counts, [`push_arg`](Self::push_arg) does not.
    #[inline(always)]
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
            None => Args::new(self.prefix, self.encoded(), &[]),
            Some(long) => Args::new(self.prefix, &long.encoded, &long.segments),
        }
    }

    /// Returns the exact number of bytes that [`encode`](Self::encode) writes.
    #[inline]
    pub fn encoded_len(&self) -> usize {
        let segment_bytes = self.long.as_ref().map_or(0, |long| long.segment_bytes);
        line_len(self.count)
            .saturating_add(self.prefix.len())
            .saturating_add(self.encoded().len())
            .saturating_add(segment_bytes)
    }

    /// Copies the whole command out, as it goes over the wire.
    #[inline]
    pub fn encode<S: WireSink + ?Sized>(&self, out: &mut S) {
        if self.count < 10 {
            out.put_slice(&[b'*', b'0' | self.count as u8, b'\r', b'\n']);
        } else {
            put_line(b'*', self.count, |part| out.put_slice(part));
        }
        out.put_slice(self.prefix);
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

    #[inline]
    fn encoded(&self) -> &[u8] {
        match &self.long {
            None => self.inline.get(..usize::from(self.used)).unwrap_or_default(),
            Some(long) => &long.encoded,
        }
    }

    /// Moves to the heap, with room for `additional` bytes.
    fn spill(&mut self, additional: usize) -> &mut Long {
        let used = self.inline.get(..usize::from(self.used)).unwrap_or_default();
        let long = self.long.get_or_insert_with(|| {
            // Twice the inline room at least: whoever needs more than that mostly has more arguments to come.
            let mut encoded = Vec::with_capacity(used.len().saturating_add(additional).max(2 * INLINE_BYTES));
            encoded.extend_from_slice(used);
            Box::new(Long { encoded, ..Long::default() })
        });
        self.used = FULL;
        long.encoded.reserve(additional);
        long
    }

    fn push_segment(&mut self, payload: Bytes) {
        self.count = self.count.saturating_add(1);
        let long = self.spill(line_len(payload.len()).saturating_add(2));
        put_line(b'$', payload.len(), |part| long.encoded.extend_from_slice(part));
        let at = long.encoded.len();
        long.encoded.extend_from_slice(b"\r\n");
        long.segment_bytes = long.segment_bytes.saturating_add(payload.len());
        long.segments.push(Segment { at, payload });
    }

    /// Writes a short argument into the command itself. `None`: nothing was written, the long way has to be taken.
    ///
    /// The length line goes out as eight bytes at once, the payload overwrites what was too much of them: a copy of
    /// a length known only at run time costs four times as much.
    #[inline]
    fn write_short(&mut self, arg: &[u8]) -> Option<()> {
        let (line, line_length) = short_line(b'$', arg.len())?;
        let room = self.inline.get_mut(usize::from(self.used)..)?;
        *room.first_chunk_mut()? = line;
        let (payload, rest) = room.get_mut(line_length..)?.split_at_mut_checked(arg.len())?;
        *rest.first_chunk_mut()? = *b"\r\n";
        payload.copy_from_slice(arg);
        // All of it lies within `inline`, so the sum is at most 192; a command on the heap has `used` at the end.
        self.used = self.used.wrapping_add(line_length as u8).wrapping_add(arg.len() as u8).wrapping_add(2);
        Some(())
    }

    #[cold]
    #[inline(never)]
    fn write_long(&mut self, arg: &[u8]) {
        let length = line_len(arg.len()).saturating_add(arg.len()).saturating_add(2);
        let encoded = &mut self.spill(length).encoded;
        put_line(b'$', arg.len(), |part| encoded.extend_from_slice(part));
        encoded.extend_from_slice(arg);
        encoded.extend_from_slice(b"\r\n");
    }
}

impl RedisWrite for Command {
    #[inline]
    fn write_arg(&mut self, arg: &[u8]) {
        if arg.len() >= SEGMENT_BYTES {
            return self.push_segment(Bytes::copy_from_slice(arg));
        }
        self.count = self.count.saturating_add(1);
        if self.write_short(arg).is_none() {
            self.write_long(arg);
        }
    }

    fn writer_for_next_arg(&mut self) -> impl io::Write + '_ {
        NextArg::new(self, 0)
    }

    fn reserve_space_for_args(&mut self, additional: impl IntoIterator<Item = usize>) {
        let room = additional.into_iter().fold(0_usize, |sum, size| {
            let payload = if size < SEGMENT_BYTES { size } else { 0 };
            sum.saturating_add(line_len(size)).saturating_add(payload).saturating_add(2)
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

/// Builds a length line such as `$64\r\n` of at most three digits, with its own length.
///
/// Nearly every line is that short; `b'0' | d` is `b'0' + d` for a digit.
#[inline]
fn short_line(kind: u8, number: usize) -> Option<([u8; 8], usize)> {
    let digit = |tens: usize| b'0' | (tens % 10) as u8;
    match number {
        0..10 => Some(([kind, digit(number), b'\r', b'\n', 0, 0, 0, 0], 4)),
        10..100 => Some(([kind, digit(number / 10), digit(number), b'\r', b'\n', 0, 0, 0], 5)),
        100..1000 => {
            let line = [kind, digit(number / 100), digit(number / 10), digit(number), b'\r', b'\n', 0, 0];
            Some((line, 6))
        }
        _ => None,
    }
}

/// Passes a length line of any length on in its parts.
fn put_line(kind: u8, number: usize, mut put: impl FnMut(&[u8])) {
    put(&[kind]);
    put(itoa::Buffer::new().format(number).as_bytes());
    put(b"\r\n");
}

/// Bytes of a length line: type byte, digits, line end.
#[inline]
fn line_len(number: usize) -> usize {
    if number < 10 {
        return 4;
    }
    (number.checked_ilog10().unwrap_or(0) as usize).saturating_add(4)
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
