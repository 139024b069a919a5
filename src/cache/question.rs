//! GET and PTTL of one key as one submission: what a read asks, written from the parts of the key without putting them
//! together, and what the server answers.
//!
//! Nothing comes between the two: they are in one write, and are answered in one read. What is read is a slice of the
//! block that it came in, so whoever keeps any of it copies it.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use redlane_pool::outbox::Outbox;
use redlane_pool::payload::Payload;
use redlane_resp::command::WireSink;
use redlane_resp::cursor::Cursor;
use redlane_resp::reply::{Replies, Reply};

use crate::commands::facts;
use crate::error::{Error, Result};

/// A key by its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'n> {
    /// Empty when the id is the key.
    pub(super) namespace: &'n str,
    pub(super) id: &'n str,
}

/// A value as it stands in Redis.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) bytes: Bytes,
    /// What is left of its time; `None`: it has no end.
    pub(super) left: Option<Duration>,
}

impl Stored {
    /// By the answers of GET and PTTL; `None`: there is nothing.
    pub(super) fn new(bytes: Option<Bytes>, left: i64) -> Option<Self> {
        // Between the two it may have ended.
        let bytes = bytes.filter(|_| left != -2)?;
        Some(Stored { bytes, left: u64::try_from(left).ok().map(Duration::from_millis) })
    }
}

/// What stands under a key, and how long it will.
pub(super) struct Question<'n>(pub(super) Name<'n>);

impl Name<'_> {
    fn parts(&self) -> [&str; 3] {
        [self.namespace, if self.namespace.is_empty() { "" } else { ":" }, self.id]
    }

    /// The parts put together.
    pub(super) fn key(&self) -> String {
        self.parts().concat()
    }

    fn len(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }
}

const GET: &facts::Facts = facts::of("GET");
const PTTL: &facts::Facts = facts::of("PTTL");

impl Payload for Question<'_> {
    fn frames(&self) -> usize {
        2
    }

    fn encoded_len(&self) -> usize {
        /// `*2`, `$`, and the ends of these two lines and of the key's.
        const FRAME: usize = 9;
        let len = self.0.len();
        let digits = itoa::Buffer::new().format(len).len();
        let each = FRAME.saturating_add(digits).saturating_add(len);
        each.saturating_mul(2).saturating_add(GET.prefix.len()).saturating_add(PTTL.prefix.len())
    }

    fn encode(&self, out: &mut Outbox) {
        self.write(out);
    }
}

impl Question<'_> {
    fn write(&self, out: &mut impl WireSink) {
        let mut digits = itoa::Buffer::new();
        let len = digits.format(self.0.len());
        for words in [GET.prefix, PTTL.prefix] {
            out.put_slice(b"*2\r\n");
            out.put_slice(words);
            out.put_slice(b"$");
            out.put_slice(len.as_bytes());
            out.put_slice(b"\r\n");
            for part in self.0.parts() {
                out.put_slice(part.as_bytes());
            }
            out.put_slice(b"\r\n");
        }
    }
}

/// Reads the two answers; `None`: there is nothing.
pub(super) fn answer(mut replies: Replies) -> Result<Option<Stored>> {
    let bytes = payload(taken(replies.next_reply())?)?;
    let left = taken(replies.next_reply())?.into_read()?;
    Ok(Stored::new(bytes, left))
}

/// A reply that is no error.
pub(super) fn taken(reply: Option<Reply>) -> Result<Reply> {
    let reply = reply.ok_or_else(Error::closed)?;
    match reply.error() {
        Some(error) => Err(Error::server(error, false)),
        None => Ok(reply),
    }
}

/// What a bulk string holds, as a part of it.
fn payload(reply: Reply) -> Result<Option<Bytes>> {
    let frame = reply.into_bytes();
    let mut cursor = Cursor::new(&frame);
    if cursor.take_null()? {
        return Ok(None);
    }
    Ok(Some(match cursor.payload()? {
        Cow::Borrowed(payload) => frame.slice_ref(payload),
        Cow::Owned(payload) => payload.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_commands_name_the_same_key() {
        for (namespace, id, key) in [
            ("n", "id", "$4\r\nn:id"),
            ("", "id", "$2\r\nid"),
            ("", "", "$0\r\n"),
            ("long", "er than ten", "$16\r\nlong:er than ten"),
        ] {
            let mut out = bytes::BytesMut::new();
            let question = Question(Name { namespace, id });

            question.write(&mut out);

            let expected = format!("*2\r\n$3\r\nGET\r\n{key}\r\n*2\r\n$4\r\nPTTL\r\n{key}\r\n");
            assert_eq!(out, expected.as_bytes());
            assert_eq!(question.encoded_len(), expected.len());
        }
    }

    fn answered(frames: &'static str) -> Result<Option<(Vec<u8>, Option<u64>)>> {
        let mut replies = Replies::default();
        replies.push_block(Bytes::from_static(frames.as_bytes()), 2);
        let stored = answer(replies)?;
        Ok(stored.map(|stored| (stored.bytes.to_vec(), stored.left.map(|left| left.as_millis() as u64))))
    }

    #[test]
    fn a_value_has_what_is_left_of_its_time_or_no_end() {
        assert_eq!(answered("$1\r\nx\r\n:12\r\n").unwrap(), Some((b"x".to_vec(), Some(12))));
        assert_eq!(answered("$0\r\n\r\n:-1\r\n").unwrap(), Some((Vec::new(), None)));
    }

    #[test]
    fn what_is_not_there_or_has_just_ended_is_nothing() {
        assert_eq!(answered("$-1\r\n:-2\r\n").unwrap(), None);
        assert_eq!(answered("_\r\n:-2\r\n").unwrap(), None);
        assert_eq!(answered("$1\r\nx\r\n:-2\r\n").unwrap(), None);
    }

    #[test]
    fn errors_are_errors() {
        assert!(answered("-WRONGTYPE of another kind\r\n:-1\r\n").is_err());
        assert!(answered("$1\r\nx\r\n-LOADING\r\n").is_err());
        assert!(answered("$1\r\nx\r\n").is_err(), "there is no second answer");
    }
}
