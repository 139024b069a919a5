//! Reads the arguments of a command back from their encoded form.

use std::iter::FusedIterator;

use super::Segment;

/// Iterates over the arguments of a command, the name first.
#[derive(Clone)]
pub struct Args<'a> {
    /// The words ahead of `encoded` that are still to come.
    prefix: &'a [u8],
    encoded: &'a [u8],
    position: usize,
    segments: std::slice::Iter<'a, Segment>,
}

impl<'a> Args<'a> {
    pub(super) fn new(prefix: &'a [u8], encoded: &'a [u8], segments: &'a [Segment]) -> Self {
        Args { prefix, encoded, position: 0, segments: segments.iter() }
    }

    /// `None` at the end; the command wrote these bytes itself, so nothing else can be the reason.
    fn step(&mut self) -> Option<&'a [u8]> {
        if let Some((word, rest)) = split_word(self.prefix) {
            self.prefix = rest;
            return Some(word);
        }
        let digits = self.encoded.get(self.position.checked_add(1)?..)?;
        let line = memchr::memchr(b'\r', digits)?;
        let length = number(digits.get(..line)?)?;
        let start = self.position.checked_add(line)?.checked_add(3)?;
        if let Some(segment) = self.segments.as_slice().first()
            && segment.at == start
        {
            self.segments.next();
            self.position = start.checked_add(2)?;
            return Some(&segment.payload);
        }
        let end = start.checked_add(length)?;
        let arg = self.encoded.get(start..end)?;
        self.position = end.checked_add(2)?;
        Some(arg)
    }
}

/// The first of some encoded words.
fn split_word(words: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = memchr::memchr(b'\r', words)?;
    let length = number(words.get(1..line)?)?;
    let (word, rest) = words.get(line.checked_add(2)?..)?.split_at_checked(length)?;
    Some((word, rest.get(2..)?))
}

fn number(digits: &[u8]) -> Option<usize> {
    digits.iter().try_fold(0_usize, |length, digit| {
        length.checked_mul(10)?.checked_add(usize::from(digit.checked_sub(b'0')?))
    })
}

impl<'a> Iterator for Args<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.step()
    }
}

impl FusedIterator for Args<'_> {}

/// Where the iteration stands, and no argument: arguments may be secrets.
impl std::fmt::Debug for Args<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Args").field("position", &self.position).finish_non_exhaustive()
    }
}
