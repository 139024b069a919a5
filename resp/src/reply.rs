//! A reply is the `Bytes` it arrived in, whole frames and nothing else: no tree, no copy. What it means is decided in
//! the caller's task, by [`FromReply`].
//!
//! A pipeline's replies come as [`Replies`]: blocks of whole frames, cut into single replies only when asked for.
//!
//! One kind of reply comes without its header: a long bulk string, of which the payload stands at the start of its
//! memory, so that a `Vec` or a `String` takes that over as it is. Whoever wants the frame of such a reply has it
//! built, once.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::cursor::{Cursor, Token};
use crate::error::{ConversionError, Kind, ServerError};
use crate::from_reply::FromReply;

/// One whole frame with its attributes, as the scanner passed it.
///
/// ```
/// use redlane_resp::reply::Reply;
///
/// let reply = Reply::from_frame("%1\r\n$3\r\nage\r\n:42\r\n".into());
/// let ages: Vec<(String, u8)> = reply.read()?;
/// assert_eq!(ages, [("age".to_owned(), 42)]);
/// # Ok::<(), redlane_resp::error::ConversionError>(())
/// ```
#[derive(Clone)]
pub struct Reply {
    /// The frame, or the payload of a bulk string.
    bytes: Bytes,
    /// Present when `bytes` is a payload: its frame, once somebody has asked for it.
    framed: Option<Box<OnceLock<Bytes>>>,
}

impl Reply {
    /// Takes the bytes of exactly one frame, which a [`Scanner`](crate::scan::Scanner) has found whole. Other bytes
    /// do no harm: reading them ends in [`ConversionError::Malformed`].
    pub fn from_frame(frame: Bytes) -> Self {
        Self { bytes: frame, framed: None }
    }

    /// Takes the payload of a bulk string, which came without attributes.
    pub fn from_payload(payload: Bytes) -> Self {
        Self { bytes: payload, framed: Some(Box::default()) }
    }

    /// The frame as it was sent.
    #[inline]
    pub fn as_bytes(&self) -> &Bytes {
        match &self.framed {
            None => &self.bytes,
            Some(framed) => framed.get_or_init(|| framed_bulk(&self.bytes)),
        }
    }

    /// The frame as it was sent, given away.
    pub fn into_bytes(self) -> Bytes {
        match self.framed {
            None => self.bytes,
            Some(framed) => framed.into_inner().unwrap_or_else(|| framed_bulk(&self.bytes)),
        }
    }

    /// The payload of a bulk string that came without its header, which is a long one.
    #[inline]
    pub fn payload(&self) -> Option<&Bytes> {
        self.framed.as_ref().map(|_| &self.bytes)
    }

    /// A cursor before the reply's first frame.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self.as_bytes())
    }

    /// Reads the reply into the caller's type.
    ///
    /// # Errors
    /// [`ConversionError`] when the reply is an error, holds one, or is not what `T` reads.
    pub fn read<T: FromReply>(&self) -> Result<T, ConversionError> {
        match &self.framed {
            None => T::from_reply(&mut Cursor::new(&self.bytes)),
            Some(_) => T::from_payload(self.bytes.clone()),
        }
    }

    /// Reads the reply and gives it up: a `Vec<u8>` or `String` of 64 KiB or more takes over the memory it arrived
    /// in when nothing else holds on to it.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    #[inline]
    pub fn into_read<T: FromReply>(self) -> Result<T, ConversionError> {
        match self.framed {
            None => T::from_frame(self.bytes),
            Some(_) => T::from_payload(self.bytes),
        }
    }

    /// The reply's type; `None` only for bytes that no scanner has passed.
    pub fn kind(&self) -> Option<Kind> {
        match &self.framed {
            None => Cursor::new(&self.bytes).kind().ok(),
            Some(_) => Some(Kind::Bulk),
        }
    }

    /// Whether the reply is null, in either protocol.
    pub fn is_null(&self) -> bool {
        self.kind() == Some(Kind::Null)
    }

    /// Whether the server answered an error.
    #[inline]
    pub fn is_error(&self) -> bool {
        match self.bytes.first() {
            _ if self.framed.is_some() => false,
            Some(b'-' | b'!') => true,
            Some(b'|') => self.kind() == Some(Kind::Error),
            _ => false,
        }
    }

    /// The server's error, when the reply is one.
    pub fn error(&self) -> Option<ServerError> {
        if !self.is_error() {
            return None;
        }
        match self.cursor().read() {
            Ok(Token::Error(error)) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("kind", &self.kind()).field("len", &self.bytes.len()).finish()
    }
}

/// By the frames, however they are held.
impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Reply {}

/// A payload with its header and CRLF, as it was sent.
#[cold]
fn framed_bulk(payload: &Bytes) -> Bytes {
    let mut frame = Vec::with_capacity(payload.len().saturating_add(LONGEST_HEADER));
    frame.push(b'$');
    frame.extend_from_slice(itoa::Buffer::new().format(payload.len()).as_bytes());
    frame.extend_from_slice(b"\r\n");
    frame.extend_from_slice(payload);
    frame.extend_from_slice(b"\r\n");
    frame.into()
}

/// Marker, twenty digits, and twice CRLF.
const LONGEST_HEADER: usize = 25;

/// Whole frames under one handle.
#[derive(Clone, PartialEq, Eq)]
struct Block {
    /// More frames than one when there are so many.
    reply: Reply,
    frames: usize,
}

/// The replies of a pipeline in their order: blocks of whole frames as they were read.
///
/// An empty one allocates nothing, and neither does one of a single block.
///
/// ```
/// use redlane_resp::reply::Replies;
///
/// let mut replies = Replies::default();
/// replies.push_block("+OK\r\n:1\r\n".into(), 2);
/// assert_eq!(replies.len(), 2);
/// assert_eq!(replies.next_reply().map(|reply| reply.read()), Some(Ok("OK".to_owned())));
/// assert_eq!(replies.next_reply().map(|reply| reply.read()), Some(Ok(1)));
/// assert_eq!(replies.next_reply().map(|reply| reply.read::<()>()), None);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Replies {
    first: Option<Block>,
    /// Boxed, since almost every reply is of one block and is moved and dropped often.
    #[expect(
        clippy::box_collection,
        reason = "a pointer is cheaper to move and to drop than an empty deque"
    )]
    others: Option<Box<VecDeque<Block>>>,
    frames: usize,
}

impl Replies {
    /// Adds a block that holds exactly `frames` whole frames, no push among them.
    #[inline]
    pub fn push_block(&mut self, bytes: Bytes, frames: usize) {
        if frames == 0 {
            return;
        }
        if self.first.is_some() {
            return self.push(Reply::from_frame(bytes), frames);
        }
        // Straight to its place, see `take_single`.
        self.first = Some(Block { reply: Reply { bytes, framed: None }, frames });
        self.frames = frames;
    }

    /// Adds `reply`, which holds exactly `frames` whole frames.
    #[inline(never)]
    pub fn push(&mut self, reply: Reply, frames: usize) {
        if frames == 0 {
            return;
        }
        self.frames = self.frames.saturating_add(frames);
        let block = Block { reply, frames };
        if self.first.is_none() {
            self.first = Some(block);
        } else {
            self.others.get_or_insert_default().push_back(block);
        }
    }

    /// How many replies are left.
    pub fn len(&self) -> usize {
        self.frames
    }

    /// Whether no reply is left.
    pub fn is_empty(&self) -> bool {
        self.frames == 0
    }

    /// Takes the next reply off the front.
    pub fn next_reply(&mut self) -> Option<Reply> {
        let block = self.first.as_mut()?;
        self.frames = self.frames.saturating_sub(1);
        if block.frames > 1
            && let Some(end) = frame_end(&block.reply.bytes)
        {
            block.frames = block.frames.saturating_sub(1);
            return Some(Reply::from_frame(block.reply.bytes.split_to(end)));
        }
        // The last frame of its block, or bytes that no scanner has passed: those fail when they are read.
        self.frames = self.frames.saturating_sub(block.frames.saturating_sub(1));
        let last = self.first.take();
        self.first = self.others.as_mut().and_then(|others| others.pop_front());
        last.map(|block| block.reply)
    }

    /// Takes the next block off the front: whole frames one after the other, and how many.
    pub fn next_block(&mut self) -> Option<(Bytes, usize)> {
        let block = self.first.take()?;
        self.first = self.others.as_mut().and_then(|others| others.pop_front());
        self.frames = self.frames.saturating_sub(block.frames);
        Some((block.reply.into_bytes(), block.frames))
    }

    /// Moves the one reply to `slot`, when there is exactly one; whether there was. Nothing is put together on the
    /// way, which is why a caller in haste prefers it to [`into_single`](Self::into_single).
    #[inline]
    pub fn take_single(&mut self, slot: &mut Option<Reply>) -> bool {
        if self.frames != 1 {
            return false;
        }
        self.frames = 0;
        *slot = self.first.take().map(|block| block.reply);
        true
    }

    /// The one reply, when there is exactly one.
    #[inline]
    pub fn into_single(self) -> Option<Reply> {
        if self.frames == 1 { self.first.map(|block| block.reply) } else { None }
    }

    /// The replies in their order, without taking them.
    pub fn iter(&self) -> impl Iterator<Item = Reply> + use<> {
        self.clone().into_iter()
    }

    /// Bytes of all replies, but for headers that they came without.
    pub fn byte_len(&self) -> usize {
        self.first
            .iter()
            .chain(self.others.iter().flat_map(|others| others.iter()))
            .map(|block| block.reply.bytes.len())
            .fold(0, usize::saturating_add)
    }
}

/// Where the first frame of a block ends.
fn frame_end(bytes: &Bytes) -> Option<usize> {
    let mut cursor = Cursor::new(bytes);
    cursor.skip().ok()?;
    Some(cursor.position()).filter(|end| *end <= bytes.len())
}

impl IntoIterator for Replies {
    type Item = Reply;
    type IntoIter = IntoReplies;

    fn into_iter(self) -> IntoReplies {
        IntoReplies(self)
    }
}

/// Iterator over the replies of a pipeline.
#[derive(Clone, Debug)]
pub struct IntoReplies(Replies);

impl Iterator for IntoReplies {
    type Item = Reply;

    fn next(&mut self) -> Option<Reply> {
        self.0.next_reply()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl From<Reply> for Replies {
    fn from(reply: Reply) -> Self {
        let mut replies = Self::default();
        replies.push(reply, 1);
        replies
    }
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("frames", &self.frames).field("len", &self.byte_len()).finish()
    }
}
