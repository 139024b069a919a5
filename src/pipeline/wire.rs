//! The commands of a pipeline as they go over the wire: encoded once, when they are added.
//!
//! So a pipeline of 100,000 commands is one buffer and not 100,000 boxes, a link is locked for one copy instead of as
//! many encodings, and a repetition costs no encoding at all. Big arguments stay the caller's `Bytes`.

use bytes::{Bytes, BytesMut};
use redlane_resp::command::WireSink;
use redlane_resp::cursor::{Cursor, Token};

/// From this size in bytes on a piece goes to the link by reference; the same bound as for arguments of commands.
const SHARE_FROM: usize = redlane_resp::command::SEGMENT_BYTES;

/// Room for about 25 small commands, made with the first one.
const FIRST_ROOM: usize = 1024;

/// Encoded commands, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    /// What was closed by a big argument or by [`seal`](Wire::seal).
    pieces: Vec<Bytes>,
    tail: BytesMut,
    len: usize,
}

impl Wire {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Closes the buffer, so that its bytes can be shared with a link.
    pub(super) fn seal(&mut self) {
        if !self.tail.is_empty() {
            self.pieces.push(self.tail.split().freeze());
        }
    }

    /// Writes the bytes in `from..to` of a sealed wire.
    pub(super) fn put(&self, from: usize, to: usize, out: &mut impl WireSink) {
        for part in self.range(from, to) {
            if part.len() < SHARE_FROM {
                out.put_slice(&part);
            } else {
                out.put_segment(part);
            }
        }
    }

    /// The name of the command in `from..to` of a sealed wire, as its caller spelt it.
    pub(super) fn name(&self, from: usize, to: usize) -> Option<String> {
        let first = self.range(from, to).next()?;
        let mut cursor = Cursor::new(&first);
        let Ok(Token::Array(_)) = cursor.read() else { return None };
        cursor.payload().ok().map(|name| String::from_utf8_lossy(&name).into_owned())
    }

    fn range(&self, from: usize, to: usize) -> impl Iterator<Item = Bytes> {
        let mut at = 0usize;
        self.pieces.iter().filter_map(move |piece| {
            let start = from.saturating_sub(at).min(piece.len());
            let end = to.saturating_sub(at).min(piece.len());
            at = at.saturating_add(piece.len());
            (start < end).then(|| piece.slice(start..end))
        })
    }
}

impl WireSink for Wire {
    fn put_slice(&mut self, bytes: &[u8]) {
        if self.len == 0 {
            self.tail.reserve(FIRST_ROOM);
        }
        self.tail.extend_from_slice(bytes);
        self.len = self.len.saturating_add(bytes.len());
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.seal();
        self.len = self.len.saturating_add(segment.len());
        self.pieces.push(segment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_comes_out_as_it_was_put_in() {
        let mut wire = Wire::default();
        wire.put_slice(b"*2\r\n$3\r\nGET\r\n");
        wire.put_slice(b"$1\r\nk\r\n");
        wire.put_segment(Bytes::from(vec![b'x'; 5]));
        wire.put_segment(Bytes::from(vec![b'y'; SHARE_FROM]));
        wire.put_slice(b"end");
        wire.seal();
        let mut whole = Vec::new();
        wire.put(0, wire.len(), &mut whole);

        assert_eq!(whole.len(), wire.len());
        assert!(whole.starts_with(b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\nxxxxxyy") && whole.ends_with(b"yyend"));
        for (from, to) in [(0, 4), (3, 22), (20, 27), (25, wire.len()), (wire.len() - 2, wire.len()), (7, 7)]
        {
            let mut part = Vec::new();
            wire.put(from, to, &mut part);
            assert_eq!(part, &whole[from..to], "{from}..{to}");
        }
        assert_eq!(wire.name(0, 20).as_deref(), Some("GET"));
        assert_eq!(wire.name(20, 25), None);
    }

    #[test]
    fn a_large_piece_is_shared_and_a_small_one_is_copied() {
        #[derive(Default)]
        struct Parts(Vec<(bool, usize)>);
        impl WireSink for Parts {
            fn put_slice(&mut self, bytes: &[u8]) {
                self.0.push((false, bytes.len()));
            }
            fn put_segment(&mut self, segment: Bytes) {
                self.0.push((true, segment.len()));
            }
        }
        let mut wire = Wire::default();
        wire.put_slice(&[b'a'; 10]);
        wire.put_segment(Bytes::from(vec![b'b'; SHARE_FROM]));
        wire.put_slice(&vec![b'c'; SHARE_FROM]);
        wire.seal();

        let mut parts = Parts::default();
        wire.put(0, wire.len(), &mut parts);

        assert_eq!(parts.0, [(false, 10), (true, SHARE_FROM), (true, SHARE_FROM)]);
    }
}
