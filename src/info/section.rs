//! One section of the reply, or all of it, and the typed getters of its fields.
//!
//! A section that the reply lacks answers like an empty one, so that `info.section("Keyspace").db(0)` needs
//! no question in between; [`Section::is_present`] tells the two apart.

use std::time::Duration;

use super::error::FieldError;
use super::lines::{Line, Span};
use super::number;
use super::pairs::Pairs;

/// The fields under one `# Header`.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    text: &'a [u8],
    name: Option<&'a [u8]>,
    spans: &'a [Span],
}

impl<'a> Section<'a> {
    pub(super) fn new(text: &'a [u8], name: Option<&'a [u8]>, spans: &'a [Span]) -> Self {
        Self { text, name, spans }
    }

    /// The name in its header, such as `Cluster Info`; empty for lines before any header.
    pub fn name(self) -> &'a str {
        self.name.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default().trim()
    }

    /// Whether the reply has this section, be it empty.
    pub fn is_present(self) -> bool {
        self.name.is_some()
    }

    /// Every line of the section as it was sent, its header left out.
    pub fn lines(self) -> impl Iterator<Item = Line<'a>> {
        self.spans.iter().map(move |span| span.line(self.text))
    }

    /// Keys and values in order; a line that is not UTF-8 is only in [`lines`](Self::lines).
    pub fn fields(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.spans.iter().filter_map(move |span| {
            let (key, value) = span.field(self.text)?;
            Some((std::str::from_utf8(key).ok()?, std::str::from_utf8(value).ok()?))
        })
    }

    /// The value of `key` in the bytes that were sent; of several the last, as redis-py has it.
    pub fn raw_bytes(self, key: &str) -> Option<&'a [u8]> {
        let mut fields = self.spans.iter().rev().filter_map(|span| span.field(self.text));
        fields.find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value)
    }

    /// The value of `key` as text, `None` when it is absent or not UTF-8.
    pub fn raw(self, key: &str) -> Option<&'a str> {
        self.try_raw(key).ok()
    }

    /// The value of `key` as text.
    ///
    /// # Errors
    ///
    /// [`FieldError`] when the field is absent or not UTF-8.
    pub fn try_raw(self, key: &str) -> Result<&'a str, FieldError> {
        let bytes = self.raw_bytes(key).ok_or_else(|| FieldError::Absent { key: key.into() })?;
        std::str::from_utf8(bytes).map_err(|_| FieldError::Type { key: key.into(), expected: "UTF-8 text" })
    }

    /// Every value of `key` in order, for the names that repeat, such as `module`.
    pub fn all(self, key: &str) -> impl Iterator<Item = &'a str> {
        self.fields().filter(move |(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The value of `key` read as `name=value` pairs, `None` when it is absent.
    pub fn pairs(self, key: &str) -> Option<Pairs<'a>> {
        self.raw(key).map(Pairs::new)
    }

    fn read<T>(
        self,
        key: &str,
        expected: &'static str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<T, FieldError> {
        parse(self.try_raw(key)?).ok_or_else(|| FieldError::Type { key: key.into(), expected })
    }
}

/// Writes each typed getter twice: `name`, which gives `None`, and `try_name`, which gives the reason.
macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident, $try_name:ident -> $value:ty, $expected:literal, $parse:path;)*) => {
        impl Section<'_> {
            $(
                $(#[$doc])*
                ///
                /// `None` when the field is absent or anything else.
                pub fn $name(self, key: &str) -> Option<$value> {
                    self.$try_name(key).ok()
                }

                $(#[$doc])*
                ///
                /// # Errors
                ///
                /// [`FieldError`] says whether the field is absent or anything else.
                pub fn $try_name(self, key: &str) -> Result<$value, FieldError> {
                    self.read(key, $expected, $parse)
                }
            )*
        }
    };
}

getters! {
    /// The value of `key` as an unsigned integer.
    u64, try_u64 -> u64, "an unsigned integer", number::u64;
    /// The value of `key` as a signed integer; `-1` often says "never" or "none".
    i64, try_i64 -> i64, "an integer", number::i64;
    /// The value of `key` as a number with or without a fraction.
    f64, try_f64 -> f64, "a number", number::f64;
    /// The value of `key` as a switch, `1` or `0`.
    bool, try_bool -> bool, "0 or 1", number::bool;
    /// The value of `key` as a verdict: `ok` and `up` are `true`, `err`, `fail` and `down` are `false`.
    status, try_status -> bool, "ok, up, err, fail or down", number::status;
    /// The value of `key` as bytes: a plain number, or in units of 1024 such as `1.81M` (then rounded, as it
    /// was sent).
    bytes, try_bytes -> u64, "an amount of memory", number::bytes;
    /// The value of `key` in percent: 83.34 for `83.34%`.
    percent, try_percent -> f64, "a percentage", number::percent;
}

impl Section<'_> {
    /// The value of `key`, a whole number of seconds; `None` when it is absent, no number, or negative
    /// ("never").
    pub fn seconds(self, key: &str) -> Option<Duration> {
        self.try_seconds(key).ok().flatten()
    }

    /// The value of `key`, a whole number of seconds; a negative number says "never" and gives `None`.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    pub fn try_seconds(self, key: &str) -> Result<Option<Duration>, FieldError> {
        self.read(key, "whole seconds", number::seconds)
    }

    /// The value of `key` as a String of its own, for the views.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.raw(key).map(str::to_owned)
    }

    /// The value of `key` unless it is negative, as `second_repl_offset:-1` is.
    pub(super) fn offset(self, key: &str) -> Option<u64> {
        self.i64(key).and_then(|offset| u64::try_from(offset).ok())
    }

    /// The value of `key`, seconds with a fraction.
    pub(super) fn fraction(self, key: &str) -> Option<Duration> {
        Duration::try_from_secs_f64(self.f64(key)?).ok()
    }
}
