//! Who said what a setting is worth.

use std::fmt;

/// Where the value of a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A call of a [`ConfigBuilder`](crate::config::ConfigBuilder) method.
    Code,
    /// A key of a deserialized document (feature `serde`); as strong as code.
    Document,
    /// A part of a URL given in code.
    Url,
    /// The environment variable of this name; for a part of a URL found in the environment, `REDIS_URL`.
    Env(&'static str),
    /// Nobody said anything: the documented default.
    Default,
}

impl Source {
    /// Whether it is a URL, wherever that was found.
    pub(super) fn is_url(self) -> bool {
        matches!(self, Source::Url | Source::Env("REDIS_URL"))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Code => f.write_str("code"),
            Source::Document => f.write_str("document"),
            Source::Url => f.write_str("URL"),
            Source::Env(variable) => f.write_str(variable),
            Source::Default => f.write_str("default"),
        }
    }
}
