//! Where a command is copied out to: small parts by copy, big arguments as segments that may be kept as they are.

use bytes::{Bytes, BytesMut};

/// Takes the bytes of commands, in the order in which they go over the wire.
pub trait WireSink {
    /// Appends a copy of `bytes`.
    fn put_slice(&mut self, bytes: &[u8]);

    /// Appends a big argument, which a sink with vectored writes keeps without a copy.
    fn put_segment(&mut self, segment: Bytes);
}

impl WireSink for BytesMut {
    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.extend_from_slice(&segment);
    }
}

impl WireSink for Vec<u8> {
    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.extend_from_slice(&segment);
    }
}
