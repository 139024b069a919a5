//! Settings from a deserialized document: a mapping whose keys are the names of settings.
//!
//! Every value is read as the word that it would be elsewhere (`5`, `"5s"`, `true`, `"yes"`), so one set of rules holds
//! for all sources, and no error repeats a value, which serde's own would.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::config::builder::ConfigBuilder;
use crate::config::error::ConfigError;
use crate::config::resolved::Config;
use crate::config::source::Source;
use crate::config::url;
use crate::config::value::Word;

/// A mapping of settings by name, with `url` for a whole URL below them. Unknown keys are refused.
///
/// Times are numbers of seconds or texts such as `"250ms"`. `ssl` is another name of `tls`.
impl<'de> Deserialize<'de> for ConfigBuilder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SettingsVisitor)
    }
}

/// As [`ConfigBuilder`], and built.
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ConfigBuilder::deserialize(deserializer)?.build().map_err(D::Error::custom)
    }
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = ConfigBuilder;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ConfigBuilder, A::Error> {
        let mut builder = Config::builder();
        while let Some(name) = map.next_key::<String>()? {
            let word = map.next_value::<Word>()?;
            match name.as_str() {
                "url" => set_url(&mut builder, word),
                "ssl" => builder.code.set("tls", word, Source::Document),
                name => builder.code.set(name, word, Source::Document),
            }
            .map_err(A::Error::custom)?;
        }
        Ok(builder)
    }
}

fn set_url(builder: &mut ConfigBuilder, word: Word) -> Result<(), ConfigError> {
    let from = Source::Document;
    match word {
        Word::Null => {}
        Word::Text(_) if builder.url.is_some() => return Err(ConfigError::Repeated { setting: "url", from }),
        Word::Text(text) => builder.url = Some(Ok(url::parse(&text, Source::Url)?)),
        Word::Plain(_) | Word::Map(_) => {
            return Err(ConfigError::Invalid { setting: "url", from, expected: "text" });
        }
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

/// Methods for values that become the text which they would be elsewhere.
macro_rules! visit_plain {
    ($($method:ident: $type:ty),*) => { $(
        fn $method<E: Error>(self, value: $type) -> Result<Word, E> {
            Ok(Word::Plain(value.to_string()))
        }
    )* };
}

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true, false, null or a mapping")
    }

    visit_plain! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128, visit_f64: f64
    }

    fn visit_char<E: Error>(self, value: char) -> Result<Word, E> {
        Ok(Word::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Word, E> {
        Ok(Word::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Word, E> {
        Ok(Word::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Word, E> {
        Ok(Word::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Word, E> {
        Ok(Word::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Word, D::Error> {
        Word::deserialize(deserializer)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Word::Map(entries))
    }
}

#[cfg(test)]
mod tests;
