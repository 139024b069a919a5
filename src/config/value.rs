//! How each kind of setting is read from a word and shown again.
//!
//! A word comes from an environment variable, a URL parameter or a deserialized document; the rules are the same
//! for all three, so that a setting cannot mean two things.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::duration;
use crate::config::options::{KeepaliveOptions, OnExhausted, Protocol};
use crate::config::secret::{MASK, Secret};

/// One word, before its setting says what it means.
#[derive(Clone)]
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "variables and URLs say nothing but text"))]
pub(super) enum Word {
    /// Explicitly nothing.
    Null,
    /// Text.
    Text(String),
    /// A number or a truth value, in the spelling that it has as text. A text setting does not take it.
    Plain(String),
    /// A mapping, for the one setting that takes one.
    Map(Vec<(String, Word)>),
}

/// A type that settings have.
pub(super) trait Setting: Sized {
    /// Reads a word; the error says what was expected.
    fn read(word: Word) -> Result<Self, &'static str>;

    /// The value as `explain` shows it.
    fn show(&self) -> String;
}

impl Word {
    /// The spelling of a word that is no text setting's.
    fn spelling(self) -> Option<String> {
        match self {
            Word::Text(text) | Word::Plain(text) => Some(text),
            Word::Null | Word::Map(_) => None,
        }
    }
}

/// What is expected where a number is and its setting has no better words.
pub(super) const NUMBER: &str = "a whole number in range";

/// Digits only, perhaps after a minus: neither `+5`, nor ` 5`, nor `1_000`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

macro_rules! number {
    ($($type:ty),*) => { $(
        impl Setting for $type {
            fn read(word: Word) -> Result<Self, &'static str> {
                let text = word.spelling().filter(|text| is_number(text));
                text.and_then(|text| text.parse().ok()).ok_or(NUMBER)
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )* };
}

number!(u8, u16, u32, i64, usize);

impl Setting for bool {
    fn read(word: Word) -> Result<Self, &'static str> {
        let text = word.spelling().map(|text| text.to_ascii_lowercase());
        match text.as_deref() {
            Some("true" | "yes" | "1") => Ok(true),
            Some("false" | "no" | "0") => Ok(false),
            _ => Err("true, false, yes, no, 1 or 0"),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for Duration {
    fn read(word: Word) -> Result<Self, &'static str> {
        word.spelling().and_then(|text| duration::parse(&text)).ok_or(duration::EXPECTED)
    }

    fn show(&self) -> String {
        format!("{self:?}")
    }
}

impl Setting for Option<Duration> {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word {
            Word::Null => Ok(None),
            Word::Text(text) if text.eq_ignore_ascii_case("none") => Ok(None),
            word => Duration::read(word).map(Some),
        }
    }

    fn show(&self) -> String {
        self.map_or_else(none, |time| time.show())
    }
}

impl Setting for String {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word {
            Word::Text(text) => Ok(text),
            _ => Err("text"),
        }
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Setting for Option<String> {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word {
            Word::Null => Ok(None),
            word => String::read(word).map(text_or_none),
        }
    }

    fn show(&self) -> String {
        self.clone().unwrap_or_else(none)
    }
}

impl Setting for Option<PathBuf> {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word {
            Word::Null => Ok(None),
            word => String::read(word).map(|path| Some(PathBuf::from(path))),
        }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(none, |path| path.display().to_string())
    }
}

impl Setting for Option<Secret> {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word {
            Word::Null => Ok(None),
            word => String::read(word).map(secret_or_none),
        }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(none, |_| MASK.to_owned())
    }
}

impl Setting for OnExhausted {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word.spelling().as_deref() {
            Some("wait") => Ok(OnExhausted::Wait),
            Some("fail") => Ok(OnExhausted::Fail),
            _ => Err("wait or fail"),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for Protocol {
    fn read(word: Word) -> Result<Self, &'static str> {
        match word.spelling().as_deref() {
            Some("2" | "resp2") => Ok(Protocol::Resp2),
            Some("3" | "resp3") => Ok(Protocol::Resp3),
            _ => Err("2, 3, resp2 or resp3"),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for KeepaliveOptions {
    /// An empty mapping is the operating system's pace; what a mapping leaves out stays tuned.
    fn read(word: Word) -> Result<Self, &'static str> {
        const EXPECTED: &str =
            "a mapping of TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT (or idle, interval, count)";
        let entries = match word {
            Word::Null => Vec::new(),
            Word::Map(entries) => entries,
            Word::Text(_) | Word::Plain(_) => return Err(EXPECTED),
        };
        if entries.is_empty() {
            return Ok(KeepaliveOptions::System);
        }
        let mut tuned = KeepaliveOptions::TUNED;
        for (name, word) in entries {
            let KeepaliveOptions::Tuned { idle, interval, count } = &mut tuned else { break };
            match name.as_str() {
                "TCP_KEEPIDLE" | "idle" => *idle = Duration::read(word)?,
                "TCP_KEEPINTVL" | "interval" => *interval = Duration::read(word)?,
                "TCP_KEEPCNT" | "count" => *count = u32::read(word)?,
                _ => return Err(EXPECTED),
            }
        }
        Ok(tuned)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// An empty text means that there is none.
pub(super) fn text_or_none(text: impl Into<String>) -> Option<String> {
    Some(text.into()).filter(|text| !text.is_empty())
}

/// An empty password means that there is none: `AUTH` with nothing is an error on a server without passwords.
pub(super) fn secret_or_none(secret: impl Into<Secret>) -> Option<Secret> {
    Some(secret.into()).filter(|secret| !secret.is_empty())
}

fn none() -> String {
    "none".to_owned()
}
