//! What FT.CREATE says about an index as a whole.

use std::fmt;

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::words::words;

words! {
    /// What an index is over.
    IndexDataType {
        /// Hashes.
        Hash = "HASH",
        /// JSON documents.
        Json = "JSON",
    }
}

macro_rules! languages {
    ($($name:ident)*) => {
        /// A language, by whose rules words are reduced to their stems.
        #[allow(missing_docs, reason = "their names say it")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum SearchLanguage {
            $($name,)*
        }

        /// The server's word: the name in upper case.
        impl fmt::Display for SearchLanguage {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let name = match self {
                    $(Self::$name => stringify!($name),)*
                };
                f.write_str(&name.to_ascii_uppercase())
            }
        }
    };
}

languages! {
    Arabic Armenian Basque Catalan Chinese Danish Dutch English Finnish French German Greek Hindi Hungarian Indonesian
    Irish Italian Lithuanian Malay Nepali Norwegian Portuguese Romanian Russian Serbian Spanish Swedish Tagalog Tamil
    Turkish Yiddish
}

impl ToRedisArgs for SearchLanguage {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg_fmt(self);
    }
}

/// Options of FT.CREATE.
#[must_use = "options do nothing by themselves"]
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateOptions {
    on: Option<IndexDataType>,
    prefixes: Vec<String>,
    filter: Option<String>,
    language: Option<SearchLanguage>,
    language_field: Option<String>,
    score: Option<f64>,
    score_field: Option<String>,
    max_text_fields: bool,
    no_offsets: bool,
    temporary: Option<u64>,
    no_highlight: bool,
    no_fields: bool,
    no_freqs: bool,
    stopwords: Vec<String>,
    skip_initial_scan: bool,
}

impl CreateOptions {
    /// Those of the server.
    pub fn new() -> Self {
        Self::default()
    }

    /// Indexes documents of that kind; hashes otherwise.
    pub fn on(mut self, index_type: IndexDataType) -> Self {
        self.on = Some(index_type);
        self
    }

    /// Indexes keys that begin so. Each call adds one; without any, all keys are indexed.
    pub fn prefix<S: Into<String>>(mut self, prefix: S) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    /// Indexes documents for which the expression is true. It goes out between single quotes, as redis-rs sends it.
    pub fn filter<S: Into<String>>(mut self, filter: S) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Takes documents to be in that language, unless they say otherwise.
    pub fn language(mut self, language: SearchLanguage) -> Self {
        self.language = Some(language);
        self
    }

    /// Names the field in which a document says its language.
    pub fn language_field<S: Into<String>>(mut self, language_field: S) -> Self {
        self.language_field = Some(language_field.into());
        self
    }

    /// Gives documents that score, from 0 to 1, unless they say otherwise.
    pub fn score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// Names the field in which a document says its score.
    pub fn score_field<S: Into<String>>(mut self, score_field: S) -> Self {
        self.score_field = Some(score_field.into());
        self
    }

    /// Leaves room for more than 32 text fields, to be added later.
    pub fn max_text_fields(mut self) -> Self {
        self.max_text_fields = true;
        self
    }

    /// Keeps no places of words: smaller, and without exact phrases and highlights.
    pub fn no_offsets(mut self) -> Self {
        self.no_offsets = true;
        self
    }

    /// Deletes the index after so many seconds without a search.
    pub fn temporary(mut self, secs: u64) -> Self {
        self.temporary = Some(secs);
        self
    }

    /// Keeps nothing for highlights.
    pub fn no_highlight(mut self) -> Self {
        self.no_highlight = true;
        self
    }

    /// Keeps no fields of words: a search cannot be limited to one.
    pub fn no_fields(mut self) -> Self {
        self.no_fields = true;
        self
    }

    /// Keeps no numbers of how often a word stands in a document.
    pub fn no_freqs(mut self) -> Self {
        self.no_freqs = true;
        self
    }

    /// Leaves a word out of the index. Each call adds one, and they take the place of the server's own.
    pub fn stopword<S: Into<String>>(mut self, stopword: S) -> Self {
        self.stopwords.push(stopword.into());
        self
    }

    /// Leaves documents alone that are there already.
    pub fn skip_initial_scan(mut self) -> Self {
        self.skip_initial_scan = true;
        self
    }
}

impl ToRedisArgs for CreateOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        let list = |word, values: &Vec<String>, out: &mut W| {
            if !values.is_empty() {
                (word, values.len(), values).write_redis_args(out);
            }
        };
        let flag = |word: &str, on, out: &mut W| {
            if on {
                out.write_arg(word.as_bytes());
            }
        };
        self.on.map(|kind| ("ON", kind)).write_redis_args(out);
        list("PREFIX", &self.prefixes, out);
        self.filter.as_ref().map(|filter| ("FILTER", format!("'{filter}'"))).write_redis_args(out);
        self.language.map(|language| ("LANGUAGE", language)).write_redis_args(out);
        self.language_field.as_ref().map(|field| ("LANGUAGE_FIELD", field)).write_redis_args(out);
        self.score.map(|score| ("SCORE", score)).write_redis_args(out);
        self.score_field.as_ref().map(|field| ("SCORE_FIELD", field)).write_redis_args(out);
        flag("MAXTEXTFIELDS", self.max_text_fields, out);
        flag("NOOFFSETS", self.no_offsets, out);
        self.temporary.map(|seconds| ("TEMPORARY", seconds)).write_redis_args(out);
        flag("NOHL", self.no_highlight, out);
        flag("NOFIELDS", self.no_fields, out);
        flag("NOFREQS", self.no_freqs, out);
        list("STOPWORDS", &self.stopwords, out);
        flag("SKIPINITIALSCAN", self.skip_initial_scan, out);
    }
}
