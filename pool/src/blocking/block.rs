//! The block that a blocking socket is read into: the same rules as for a link's (`crate::block`), by another way to read.
//!
//! A standard read wants memory that is initialised. Zeroing it for every read would cost more than the read of a small
//! reply, so all of the block is initialised, once for every time it was used up, and `filled` says how much of it was read.
//! A large frame is read into the spare room of its own vector, which `Read::read_to_end` can without any zeroing.

use std::io::{self, Read};

use bytes::{Bytes, BytesMut};

use crate::block::{LARGE, LEAST_ROOM, room_for};

/// Bytes read and not yet handed out; the frame under way stands first.
#[derive(Debug)]
pub(super) struct Block {
    /// Initialised as a whole, read as far as `filled`.
    block: BytesMut,
    filled: usize,
    /// The frame under way, once it is too large for the block; then nothing of the block is filled.
    large: Option<Vec<u8>>,
    size: usize,
    missing: usize,
}

impl Block {
    /// An empty block; memory is taken at the first read.
    pub(super) fn new(size: usize) -> Self {
        Self { block: BytesMut::new(), filled: 0, large: None, size: size.max(512), missing: 1 }
    }

    /// Everything read and not taken.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.large {
            Some(large) => large,
            None => self.block.get(..self.filled).unwrap_or_default(),
        }
    }

    /// Tells that the frame under way lacks at least `missing` bytes.
    pub(super) fn expect(&mut self, missing: usize) {
        self.missing = missing.max(1);
        let have = self.bytes().len();
        if self.large.is_none() && have.saturating_add(self.missing) >= LARGE {
            let mut large = Vec::new();
            large.reserve_exact(room_for(have, self.missing).saturating_add(have));
            large.extend_from_slice(self.bytes());
            self.filled = 0;
            self.large = Some(large);
        }
    }

    /// Reads what there is; of a large bulk string all that is missing and fits. `Ok(0)` is the end of the stream.
    ///
    /// An error loses nothing: what was read before it is kept.
    pub(super) fn fill(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        let Some(large) = &mut self.large else { return self.fill_block(reader) };
        if large.capacity() == large.len() {
            large.reserve_exact(room_for(large.len(), self.missing));
        }
        let room = large.capacity().saturating_sub(large.len());
        if self.missing >= LEAST_ROOM {
            // So many bytes are sure to come, so waiting for all of them waits for nothing else.
            return reader.take(self.missing.min(room) as u64).read_to_end(large);
        }
        let have = large.len();
        large.resize(have.saturating_add(room.min(LARGE)), 0);
        let read = reader.read(large.get_mut(have..).unwrap_or_default());
        large.truncate(have.saturating_add(*read.as_ref().unwrap_or(&0)));
        read
    }

    fn fill_block(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        if self.block.len().saturating_sub(self.filled) < LEAST_ROOM.min(self.size / 2) {
            self.block.truncate(self.filled);
            self.block.reserve(self.size);
            self.block.resize(self.block.capacity(), 0);
        }
        let read = reader.read(self.block.get_mut(self.filled..).unwrap_or_default())?;
        self.filled = self.filled.saturating_add(read);
        Ok(read)
    }

    /// Hands out the first `len` bytes, which hold whole frames.
    pub(super) fn take(&mut self, len: usize) -> Bytes {
        self.missing = 1;
        let Some(mut large) = self.large.take() else {
            let len = len.min(self.filled);
            self.filled = self.filled.saturating_sub(len);
            return self.block.split_to(len).freeze();
        };
        let len = len.min(large.len());
        if let Some(rest) = large.get(len..)
            && !rest.is_empty()
        {
            self.block.truncate(0);
            self.block.extend_from_slice(rest);
            self.filled = rest.len();
            large.truncate(len);
        }
        Bytes::from(large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::TRUSTED;

    /// Yields its bytes in reads of `step`, then an error, once.
    struct Source {
        bytes: Vec<u8>,
        at: usize,
        step: usize,
        failing: bool,
    }

    impl Source {
        fn new(bytes: Vec<u8>, step: usize) -> Self {
            Source { bytes, at: 0, step, failing: false }
        }
    }

    impl Read for Source {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.at == self.bytes.len() && std::mem::take(&mut self.failing) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let rest = &self.bytes[self.at..];
            let n = self.step.min(into.len()).min(rest.len());
            into[..n].copy_from_slice(&rest[..n]);
            self.at = self.at.saturating_add(n);
            Ok(n)
        }
    }

    fn pattern(len: usize) -> Vec<u8> {
        (0..=255_u8).cycle().take(len).collect()
    }

    #[test]
    fn small_frames_come_out_as_they_came_in_however_the_block_is_used_up() {
        let expected = pattern(1_000_000);
        for step in [1_000, 4_096, 100_000] {
            let mut source = Source::new(expected.clone(), step);
            let mut block = Block::new(16 * 1024);
            let mut seen = Vec::new();
            let mut kept = Vec::new();
            while block.fill(&mut source).unwrap() > 0 {
                let frame = block.take(700);
                seen.extend_from_slice(&frame);
                kept.push(frame);
                while block.bytes().len() > 5_000 {
                    seen.extend_from_slice(&block.take(3_000));
                }
            }
            seen.extend_from_slice(block.bytes());
            assert_eq!(seen, expected, "in reads of {step}");
        }
    }

    #[test]
    fn a_large_frame_never_takes_more_than_a_mebibyte_or_four_times_what_arrived() {
        let total = 5_000_000;
        let mut source = Source::new(pattern(total + 10), 10_000);
        let mut block = Block::new(64 * 1024);
        block.fill(&mut source).unwrap();
        while block.bytes().len() < total {
            let have = block.bytes().len();
            block.expect(total - have);
            let capacity = block.large.as_ref().map_or(0, Vec::capacity);
            assert!(capacity <= (4 * have).max(TRUSTED).min(total), "{capacity} for {have}");
            assert_ne!(block.fill(&mut source).unwrap(), 0);
        }

        let frame = block.take(total);

        assert_eq!(frame, pattern(total));
        while block.fill(&mut source).unwrap() > 0 {}
        assert_eq!(block.bytes(), &pattern(total + 10)[total..]);
    }

    #[test]
    fn what_came_before_an_error_is_kept() {
        let mut source = Source::new(pattern(150_000), 10_000);
        source.failing = true;
        let mut block = Block::new(64 * 1024);
        block.fill(&mut source).unwrap();
        let failed = loop {
            block.expect(200_000 - block.bytes().len());
            if let Err(error) = block.fill(&mut source) {
                break error;
            }
        };

        assert_eq!(failed.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(block.bytes(), pattern(150_000));
    }

    #[test]
    fn a_length_bomb_is_given_no_more_than_any_large_value() {
        let mut source = Source::new(b"$536870912\r\n".to_vec(), 100);
        let mut block = Block::new(64 * 1024);
        block.fill(&mut source).unwrap();

        block.expect(536_870_914);

        assert!(block.large.as_ref().unwrap().capacity() <= TRUSTED);
    }

    #[test]
    fn a_frame_of_many_small_parts_is_moved_a_few_times_only() {
        let mut source = Source::new(pattern(8_000_000), 10_000);
        let mut block = Block::new(64 * 1024);
        let mut capacities = std::collections::BTreeSet::new();
        while block.fill(&mut source).unwrap() > 0 {
            block.expect(1);
            capacities.insert(block.large.as_ref().map_or(0, Vec::capacity));
        }

        assert!(capacities.len() < 12, "{capacities:?}");
        assert_eq!(block.bytes(), pattern(8_000_000));
    }
}
