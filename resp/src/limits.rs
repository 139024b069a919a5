//! The bounds that a reply must keep. They are the one defence against a peer that announces or sends without end;
//! the scanner checks them before anything is allocated, and a reply that passes them all is bounded in memory.
//!
//! What may surprise: `elements` counts over the whole frame, not per aggregate, because a reply's cost in memory is
//! the sum of all its levels.

/// The deepest nesting that any reply may have, whatever [`Limits::depth`] says.
///
/// Real replies nest up to ten levels or so (`COMMAND DOCS`, `XINFO STREAM FULL`); 128 keeps the scanner's stack in
/// one KiB and lets a [`Value`](crate::value::Value) be cloned, compared and dropped on the smallest thread's stack.
pub const MAX_DEPTH: usize = 128;

/// Bounds on one reply. A reply that breaks one ends in a
/// [`FramingError`](crate::error::FramingError), and its connection must be given up.
///
/// ```
/// use redlane_resp::limits::Limits;
///
/// let limits = Limits::default().with_bulk_bytes(1024 * 1024).with_depth(8);
/// assert_eq!(limits.depth, 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many aggregates may enclose each other; at most [`MAX_DEPTH`]. Default 128.
    pub depth: usize,
    /// Bytes of one bulk string, bulk error, verbatim string or chunk. Default 512 MiB, which is Redis's own
    /// `proto-max-bulk-len`.
    pub bulk_bytes: usize,
    /// Elements of all aggregates of one frame together; a map counts keys and values. Default 2^27: as a
    /// [`Value`](crate::value::Value) that is 4 GiB, and no `KEYS` of a sane server is longer.
    pub elements: usize,
    /// Bytes of one frame with all its levels and attributes. Default 1 GiB.
    pub frame_bytes: usize,
    /// Bytes of one line (simple strings and errors, numbers) without marker and CRLF. Default 16 MiB.
    pub line_bytes: usize,
    /// Bytes of a frame that has a streamed part anywhere, or attributes on attributes: its end is not announced, so it
    /// is kept smaller. Default 16 MiB.
    pub streamed_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: MAX_DEPTH,
            bulk_bytes: 512 << 20,
            elements: 1 << 27,
            frame_bytes: 1 << 30,
            line_bytes: 16 << 20,
            streamed_bytes: 16 << 20,
        }
    }
}

impl Limits {
    /// Replaces the depth; more than [`MAX_DEPTH`] counts as [`MAX_DEPTH`].
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth.min(MAX_DEPTH);
        self
    }

    /// Replaces the size of one bulk payload, in bytes.
    #[must_use]
    pub fn with_bulk_bytes(mut self, bytes: usize) -> Self {
        self.bulk_bytes = bytes;
        self
    }

    /// Replaces the number of elements of one frame.
    #[must_use]
    pub fn with_elements(mut self, elements: usize) -> Self {
        self.elements = elements;
        self
    }

    /// Replaces the size of one frame, in bytes.
    #[must_use]
    pub fn with_frame_bytes(mut self, bytes: usize) -> Self {
        self.frame_bytes = bytes;
        self
    }

    /// Replaces the size of one line, in bytes.
    #[must_use]
    pub fn with_line_bytes(mut self, bytes: usize) -> Self {
        self.line_bytes = bytes;
        self
    }

    /// Replaces the size of a frame with a streamed part, in bytes.
    #[must_use]
    pub fn with_streamed_bytes(mut self, bytes: usize) -> Self {
        self.streamed_bytes = bytes;
        self
    }
}
