//! Nested values: `keys=355,expires=50`, with lists in brackets (`options=[a|b]`).
//!
//! A view over the text: nothing is copied, unknown names stay, a name that comes twice (`bind`) keeps both
//! values.

use std::fmt;
use std::time::Duration;

use super::number;

/// The `name=value` pairs inside one field, in the order they were sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pairs<'a> {
    text: &'a str,
}

impl<'a> Pairs<'a> {
    /// Reads `text` as pairs split at commas, except for commas inside brackets.
    pub fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The text as it was sent.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// All pairs in order; a piece without `=` is a name whose value is empty.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        Pieces { rest: Some(self.text).filter(|text| !text.is_empty()), separator: b',' }
            .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
    }

    /// The value of `name`, `None` when it is not there; of several the last.
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.all(name).last()
    }

    /// Every value of `name`, in order: a listener may have several `bind`.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of `name` as an unsigned integer, `None` when it is absent or anything else.
    pub fn u64(self, name: &str) -> Option<u64> {
        number::u64(self.get(name)?)
    }

    /// The value of `name` as a signed integer, `None` when it is absent or anything else.
    pub fn i64(self, name: &str) -> Option<i64> {
        number::i64(self.get(name)?)
    }

    /// The value of `name` as a number, `None` when it is absent or anything else.
    pub fn f64(self, name: &str) -> Option<f64> {
        number::f64(self.get(name)?)
    }

    /// The value of `name` as a list in brackets, split at `|`: `[]` and an absent name give an empty list.
    pub fn list(self, name: &str) -> Vec<&'a str> {
        let inner = self.get(name).and_then(|value| value.strip_prefix('[')?.strip_suffix(']'));
        Pieces { rest: inner.filter(|inner| !inner.is_empty()), separator: b'|' }.collect()
    }

    /// The value of `name`, a number of microseconds.
    pub(crate) fn micros(self, name: &str) -> Option<Duration> {
        number::micros(self.get(name)?)
    }

    /// The value of `name`, a whole number of milliseconds.
    pub(crate) fn millis(self, name: &str) -> Option<Duration> {
        self.u64(name).map(Duration::from_millis)
    }
}

impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

/// Pieces between separators that stand outside all brackets.
struct Pieces<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let mut depth = 0_usize;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'[' => depth = depth.saturating_add(1),
                b']' => depth = depth.saturating_sub(1),
                // The separator is ASCII, so both cuts stand between characters.
                _ if byte == self.separator && depth == 0 => {
                    self.rest = text.get(at.saturating_add(1)..);
                    return text.get(..at);
                }
                _ => {}
            }
        }
        self.rest = None;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_brackets_do_not_split() {
        let pairs = Pairs::new("name=a,usedby=[x,y|z],using=[],ver=1");

        let names: Vec<_> = pairs.iter().map(|(name, _)| name).collect();

        assert_eq!(names, ["name", "usedby", "using", "ver"]);
        assert_eq!(pairs.list("usedby"), ["x,y", "z"]);
        assert!(pairs.list("using").is_empty() && pairs.list("absent").is_empty());
        assert_eq!(pairs.u64("ver"), Some(1));
    }

    #[test]
    fn a_repeated_name_keeps_every_value() {
        let pairs = Pairs::new("name=tcp,bind=127.0.0.1,bind=-::1,port=6379");

        assert_eq!(pairs.all("bind").collect::<Vec<_>>(), ["127.0.0.1", "-::1"]);
        assert_eq!(pairs.get("bind"), Some("-::1"));
    }

    #[test]
    fn odd_pieces_are_kept() {
        let pairs = Pairs::new("a=b=c,lone,,=x,]]=,[open,to=the end");

        let all: Vec<_> = pairs.iter().collect();

        assert_eq!(
            all,
            [("a", "b=c"), ("lone", ""), ("", ""), ("", "x"), ("]]", ""), ("[open,to", "the end")]
        );
        assert_eq!(Pairs::new("").iter().count(), 0);
    }
}
