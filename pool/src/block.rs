//! The block that a socket is read into, and out of which replies are handed as slices.
//!
//! Small frames share one block: it is larger than what a read usually brings, so that a short read tells
//! that the socket is drained (one `read` less per batch), and `BytesMut` takes the same memory again once
//! nobody holds a reply of it. A frame that outgrows the block moves into a vector of its own, which beyond a MiB
//! grows with what has *arrived*, never with what was announced alone: a length bomb costs the address space of a
//! MiB, and no memory, since nothing is written there.
//!
//! A frame that is one long bulk string loses its header when it moves: its payload then stands at the start of the
//! vector, and the caller's `Vec` or `String` is that vector. With the header in front the payload was moved once
//! more, a fifth of the processor time of a GET of 16 MiB.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use redlane_resp::reply::Reply;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// Frames from this size on get memory of their own.
pub(crate) const LARGE: usize = 64 * 1024;
/// What a frame is given on its word. A value of 1 MiB is then moved once, 64 KiB of it, on its way to the caller; by
/// doubling alone it was moved as a whole, and took twice the processor time (`benches/`, GET 1 MiB).
pub(crate) const TRUSTED: usize = 1024 * 1024 + LARGE;
/// Beyond that a frame may take so many times what has arrived of it.
const GROWTH: usize = 4;
/// With less room than this a new read would be too short to be worth its system call.
pub(crate) const LEAST_ROOM: usize = 16 * 1024;

/// Bytes read and not yet handed out; the frame under way stands first.
#[derive(Debug)]
pub(crate) struct ReadBlock {
    block: BytesMut,
    /// The frame under way, once it is too large for the block; then `block` is empty.
    large: Option<Vec<u8>>,
    /// The frame under way stands there without its header: the payload of a bulk string and CRLF.
    headless: bool,
    size: usize,
    missing: usize,
}

impl ReadBlock {
    /// An empty block; memory is taken at the first read.
    pub(crate) fn new(size: usize) -> Self {
        Self { block: BytesMut::new(), large: None, headless: false, size: size.max(512), missing: 1 }
    }

    /// Everything read and not taken.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.large {
            Some(large) => large,
            None => &self.block,
        }
    }

    /// Whether the byte at `at` is the marker of an error; a payload without header begins with any byte.
    pub(crate) fn is_error_at(&self, at: usize) -> bool {
        !self.headless && matches!(self.bytes().get(at), Some(b'-' | b'!'))
    }

    /// Tells that the frame under way lacks at least `missing` bytes.
    pub(crate) fn expect(&mut self, missing: usize) {
        self.expect_without(missing, || 0);
    }

    /// As [`expect`](Self::expect); when the frame moves to memory of its own, the bytes that `header` counts stay
    /// behind. They must be those before the payload of a bulk string that is the whole frame.
    pub(crate) fn expect_without(&mut self, missing: usize, header: impl FnOnce() -> usize) {
        self.missing = missing.max(1);
        let have = self.bytes().len();
        if self.large.is_none() && have.saturating_add(self.missing) >= LARGE {
            let header = header();
            let arrived = self.block.get(header..).unwrap_or_default();
            let mut large = Vec::new();
            large.reserve_exact(room_for(have, self.missing).saturating_add(have).saturating_sub(header));
            large.extend_from_slice(arrived);
            self.headless = header > 0;
            self.block.clear();
            self.large = Some(large);
        }
    }

    /// Reads once. `Ready(Ok(0))` is the end of the stream.
    pub(crate) fn poll_fill<R: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut R,
    ) -> Poll<io::Result<usize>> {
        match &mut self.large {
            Some(large) => {
                let room = large.capacity().saturating_sub(large.len());
                if room == 0 {
                    large.reserve_exact(room_for(large.len(), self.missing));
                }
                // Never far beyond the frame: what follows it has to be copied out.
                let limit = self.missing.max(LEAST_ROOM).min(large.capacity().saturating_sub(large.len()));
                let mut target = large.limit(limit);
                poll_read_buf(Pin::new(reader), cx, &mut target)
            }
            None => {
                let room = self.block.capacity().saturating_sub(self.block.len());
                if room < LEAST_ROOM.min(self.size / 2) {
                    self.block.reserve(self.size);
                }
                poll_read_buf(Pin::new(reader), cx, &mut self.block)
            }
        }
    }

    /// Gives back the memory of an empty block while nothing is expected.
    pub(crate) fn rest(&mut self) {
        if self.bytes().is_empty() {
            self.block = BytesMut::new();
        }
    }

    /// Hands out the first `len` bytes, which hold whole frames.
    pub(crate) fn take(&mut self, len: usize) -> Bytes {
        if self.is_large() { self.take_large(len).into_bytes() } else { self.take_small(len) }
    }

    /// Whether the first frame has memory of its own.
    #[inline]
    pub(crate) fn is_large(&self) -> bool {
        self.large.is_some()
    }

    /// [`take`](Self::take) while the first frame has no memory of its own.
    #[inline]
    pub(crate) fn take_small(&mut self, len: usize) -> Bytes {
        self.missing = 1;
        self.block.split_to(len.min(self.block.len())).freeze()
    }

    /// [`take`](Self::take) when the first frame has memory of its own, perhaps without its header.
    #[cold]
    pub(crate) fn take_large(&mut self, len: usize) -> Reply {
        self.missing = 1;
        let mut large = self.large.take().unwrap_or_default();
        let len = len.min(large.len());
        if let Some(rest) = large.get(len..)
            && !rest.is_empty()
        {
            self.block.reserve(self.size.max(rest.len()));
            self.block.extend_from_slice(rest);
            large.truncate(len);
        }
        if std::mem::take(&mut self.headless) {
            large.truncate(len.saturating_sub(2));
            return Reply::from_payload(large.into());
        }
        Reply::from_frame(large.into())
    }
}

/// How much to add to `have` bytes of a large frame: all that is missing, but not more than makes them a MiB, or four
/// times as many.
pub(crate) fn room_for(have: usize, missing: usize) -> usize {
    // When little is known to be missing the frame is made of many small parts, and nobody knows how many: doubling
    // keeps the cost of moving it linear.
    let wanted = if missing < LEAST_ROOM { have.max(LARGE) } else { missing };
    let bound = have.saturating_mul(GROWTH).max(TRUSTED);
    wanted.min(bound.saturating_sub(have))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields its bytes in reads of `step`.
    struct Source {
        bytes: Vec<u8>,
        at: usize,
        step: usize,
    }

    impl AsyncRead for Source {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut tokio::io::ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let n = self.step.min(buf.remaining()).min(self.bytes.len().saturating_sub(self.at));
            let end = self.at.saturating_add(n);
            buf.put_slice(&self.bytes[self.at..end]);
            self.at = end;
            Poll::Ready(Ok(()))
        }
    }

    fn fill(block: &mut ReadBlock, source: &mut Source) -> usize {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match block.poll_fill(&mut cx, source) {
            Poll::Ready(Ok(n)) => n,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_large_frame_never_takes_more_than_a_mebibyte_or_four_times_what_arrived() {
        let total = 5_000_000;
        let mut source = Source { bytes: vec![7; total], at: 0, step: 10_000 };
        let mut block = ReadBlock::new(64 * 1024);
        fill(&mut block, &mut source);
        loop {
            let have = block.bytes().len();
            if have >= total {
                break;
            }
            block.expect(total.saturating_sub(have));
            let capacity = block.large.as_ref().map_or(0, Vec::capacity);
            assert!(capacity <= (4 * have).max(TRUSTED).min(total), "{capacity} for {have}");
            assert_ne!(fill(&mut block, &mut source), 0);
        }

        let frame = block.take(total);

        assert_eq!(frame.len(), total);
        assert!(block.bytes().is_empty());
    }

    #[test]
    fn a_frame_of_many_small_parts_is_moved_a_few_times_only() {
        let mut source = Source { bytes: vec![7; 8_000_000], at: 0, step: 10_000 };
        let mut block = ReadBlock::new(64 * 1024);
        let mut capacities = std::collections::BTreeSet::new();
        while fill(&mut block, &mut source) > 0 {
            block.expect(1);
            let capacity = block.large.as_ref().map_or(0, Vec::capacity);
            assert!(capacity <= 2 * block.bytes().len() + LARGE, "{capacity}");
            capacities.insert(capacity);
        }

        assert!(capacities.len() < 12, "{capacities:?}");
    }

    #[test]
    fn a_block_at_rest_keeps_no_memory_but_all_bytes() {
        let mut source = Source { bytes: b"half".to_vec(), at: 0, step: 100 };
        let mut block = ReadBlock::new(64 * 1024);
        fill(&mut block, &mut source);

        block.rest();
        assert_eq!(block.bytes(), b"half");

        drop(block.take(4));
        block.rest();
        assert_eq!(block.block.capacity(), 0);
    }

    #[test]
    fn a_value_of_a_mebibyte_is_moved_once() {
        let total = 1024 * 1024 + 12;
        let mut source = Source { bytes: vec![7; total], at: 0, step: 100_000 };
        let mut block = ReadBlock::new(64 * 1024);
        let mut places = std::collections::BTreeSet::new();
        while fill(&mut block, &mut source) > 0 {
            block.expect(total.saturating_sub(block.bytes().len()));
            places.extend(block.large.as_ref().map(Vec::capacity));
        }

        assert_eq!(places.len(), 1, "{places:?}");
        assert_eq!(block.take(total).len(), total);
    }

    #[test]
    fn a_length_bomb_is_given_no_more_than_any_large_value() {
        let mut source = Source { bytes: b"$536870912\r\n".to_vec(), at: 0, step: 100 };
        let mut block = ReadBlock::new(64 * 1024);
        fill(&mut block, &mut source);

        block.expect(536_870_914);

        assert!(block.large.as_ref().unwrap().capacity() <= TRUSTED);
    }

    #[test]
    fn bytes_after_a_large_frame_stay_for_the_next_one() {
        let mut source =
            Source { bytes: (0..=255u8).cycle().take(200_000).collect(), at: 0, step: 64 * 1024 };
        let expected = source.bytes.clone();
        let mut block = ReadBlock::new(64 * 1024);
        while block.bytes().len() < 150_000 {
            let have = block.bytes().len();
            block.expect(150_000usize.saturating_sub(have));
            fill(&mut block, &mut source);
        }

        let frame = block.take(150_000);
        let mut rest = block.bytes().to_vec();
        while fill(&mut block, &mut source) > 0 {
            rest = block.bytes().to_vec();
        }

        assert_eq!(frame, &expected[..150_000]);
        assert_eq!(rest, &expected[150_000..]);
    }

    #[test]
    fn a_payload_whose_header_stayed_behind_stands_first_in_its_memory() {
        let total = 200_000;
        let payload: Vec<u8> = b"-!".iter().copied().cycle().take(total).collect();
        let bytes = [b"$200000\r\n", &payload[..], b"\r\n+OK\r\n"].concat();
        let mut source = Source { bytes, at: 0, step: 30_000 };
        let mut block = ReadBlock::new(64 * 1024);
        fill(&mut block, &mut source);
        assert!(block.is_error_at(9));

        block.expect_without(total + 11 - block.bytes().len(), || 9);
        assert!(!block.is_error_at(0), "a payload's byte was taken for a marker");
        while block.bytes().len() < total + 2 {
            block.expect(total + 2 - block.bytes().len());
            fill(&mut block, &mut source);
        }
        let reply = block.take_large(total + 2);

        assert_eq!(reply.payload().map(|bytes| &bytes[..]), Some(&payload[..]));
        fill(&mut block, &mut source);
        assert_eq!(block.bytes(), b"+OK\r\n");
        assert_eq!(block.take(5), "+OK\r\n");
    }

    #[test]
    fn a_header_stays_where_the_frame_does() {
        let mut source = Source { bytes: b"$9\r\nabc".to_vec(), at: 0, step: 100 };
        let mut block = ReadBlock::new(64 * 1024);
        fill(&mut block, &mut source);

        block.expect_without(8, || panic!("it does not move"));

        assert_eq!(block.bytes(), b"$9\r\nabc");
    }
}
