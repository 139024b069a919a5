//! Bytes waiting to be written: small commands back to back in one buffer, large arguments by reference.

use std::io::IoSlice;

use bytes::Bytes;
use redlane_resp::command::WireSink;

/// How many slices one vectored write takes; more wait for the next.
pub(crate) const SLICES: usize = 64;

/// An ordered run of bytes, part copied, part shared.
#[derive(Debug, Default)]
pub struct Outbox {
    /// A plain vector: what is swapped is the box around all of this, and a vector appends in half the instructions.
    small: Vec<u8>,
    /// Shared segments, each with its place in `small`; places never fall.
    segments: Vec<(usize, Bytes)>,
    segment_bytes: usize,
}

impl WireSink for Outbox {
    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) {
        self.small.extend_from_slice(bytes);
    }

    fn put_segment(&mut self, segment: Bytes) {
        self.segment_bytes = self.segment_bytes.wrapping_add(segment.len());
        self.segments.push((self.small.len(), segment));
    }
}

impl Outbox {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.small.len().wrapping_add(self.segment_bytes)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Empties it and keeps a buffer of moderate size for the next batch.
    pub(crate) fn clear(&mut self) {
        /// What a batch of some hundred commands needs; more is given back to the system.
        const KEEP: usize = 256 * 1024;
        if self.small.capacity() > KEEP {
            self.small = Vec::new();
        } else {
            self.small.clear();
        }
        self.segments.clear();
        self.segments.shrink_to(SLICES);
        self.segment_bytes = 0;
    }

    /// All of it as one slice after the first `skip` bytes, when no segment is shared.
    #[inline]
    pub(crate) fn as_slice(&self, skip: usize) -> Option<&[u8]> {
        if self.segments.is_empty() { self.small.get(skip..) } else { None }
    }

    /// The parts after the first `skip` bytes, as many as fit.
    pub(crate) fn slices<'a>(&'a self, skip: usize, out: &mut [IoSlice<'a>; SLICES]) -> usize {
        let mut filled = 0;
        let mut skip = skip;
        for part in self.parts() {
            if skip >= part.len() {
                skip = skip.saturating_sub(part.len());
                continue;
            }
            let (Some(slot), Some(rest)) = (out.get_mut(filled), part.get(skip..)) else { break };
            *slot = IoSlice::new(rest);
            skip = 0;
            filled = filled.saturating_add(1);
        }
        filled
    }

    /// The parts in order.
    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = 0;
        let mut segments = self.segments.iter().peekable();
        let mut pending: Option<&[u8]> = None;
        let mut ended = false;
        std::iter::from_fn(move || {
            loop {
                if let Some(segment) = pending.take() {
                    return Some(segment);
                }
                if ended {
                    return None;
                }
                let (end, segment) = match segments.next() {
                    Some((place, segment)) => (*place, Some(&segment[..])),
                    None => {
                        ended = true;
                        (self.small.len(), None)
                    }
                };
                let small = self.small.get(at..end).unwrap_or_default();
                at = end;
                pending = segment;
                if !small.is_empty() {
                    return Some(small);
                }
            }
        })
    }

    /// Copies ranges out of it, each behind the one before, in one walk over all.
    pub(crate) fn ranges(&self) -> Ranges<'_> {
        Ranges { outbox: self, segment: 0, place: 0, at: 0 }
    }

    /// Appends to `out` the bytes in `start..end` of this outbox; segments stay shared.
    #[cfg(test)]
    pub(crate) fn copy_range(&self, start: usize, end: usize, out: &mut Self) {
        self.ranges().copy(start, end, out);
    }

    /// Bytes of memory held, shared segments not counted.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.small.capacity().saturating_add(self.segments.capacity())
    }
}

/// A place in an outbox that only moves forward.
pub(crate) struct Ranges<'a> {
    outbox: &'a Outbox,
    /// The next segment; the part under way is what is small before it, and it.
    segment: usize,
    /// Where the part begins in `small`.
    place: usize,
    /// Where the part begins in the whole.
    at: usize,
}

impl Ranges<'_> {
    /// Appends to `out` the bytes in `start..end`; segments stay shared. `start` is not before the last `end`.
    pub(crate) fn copy(&mut self, start: usize, end: usize, out: &mut Outbox) {
        loop {
            let next = self.outbox.segments.get(self.segment);
            let until = next.map_or(self.outbox.small.len(), |(place, _)| *place);
            let small = self.outbox.small.get(self.place..until).unwrap_or_default();
            if let Some((from, to)) = clip(self.at, small.len(), start, end) {
                out.put_slice(small.get(from..to).unwrap_or_default());
            }
            let Some((_, segment)) = next else { return };
            let middle = self.at.saturating_add(small.len());
            if let Some((from, to)) = clip(middle, segment.len(), start, end) {
                out.put_segment(segment.slice(from..to));
            }
            let after = middle.saturating_add(segment.len());
            if end < after {
                return;
            }
            self.segment = self.segment.saturating_add(1);
            self.place = until;
            self.at = after;
        }
    }
}

/// The part of `at..at + len` that lies in `start..end`, relative to `at`.
fn clip(at: usize, len: usize, start: usize, end: usize) -> Option<(usize, usize)> {
    let from = start.saturating_sub(at).min(len);
    let to = end.saturating_sub(at).min(len);
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Outbox, Vec<u8>) {
        let mut outbox = Outbox::default();
        outbox.put_segment(Bytes::from_static(b"AAAA"));
        outbox.put_slice(b"bb");
        outbox.put_slice(b"cc");
        outbox.put_segment(Bytes::from_static(b"DDDDD"));
        outbox.put_segment(Bytes::from_static(b"E"));
        outbox.put_slice(b"ff");
        (outbox, b"AAAAbbccDDDDDEff".to_vec())
    }

    fn bytes(outbox: &Outbox, skip: usize) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let n = outbox.slices(skip, &mut slices);
        slices[..n].iter().flat_map(|slice| slice.to_vec()).collect()
    }

    #[test]
    fn slices_keep_the_order_from_any_place() {
        let (outbox, whole) = sample();

        assert_eq!(outbox.len(), whole.len());
        for skip in 0..=whole.len() {
            assert_eq!(bytes(&outbox, skip), &whole[skip..], "from {skip}");
        }
    }

    #[test]
    fn ranges_are_copied_out_in_one_walk() {
        let (outbox, whole) = sample();

        for first in 0..=whole.len() {
            for second in first..=whole.len() {
                let (mut ranges, mut out) = (outbox.ranges(), Outbox::default());
                ranges.copy(0, first, &mut out);
                ranges.copy(second, whole.len(), &mut out);
                assert_eq!(bytes(&out, 0), [&whole[..first], &whole[second..]].concat(), "{first}, {second}");
            }
        }
    }

    #[test]
    fn any_range_can_be_copied_out() {
        let (outbox, whole) = sample();

        for start in 0..=whole.len() {
            for end in start..=whole.len() {
                let mut out = Outbox::default();
                outbox.copy_range(start, end, &mut out);
                assert_eq!(bytes(&out, 0), &whole[start..end], "{start}..{end}");
                assert_eq!(out.len(), end.saturating_sub(start));
            }
        }
    }
}
