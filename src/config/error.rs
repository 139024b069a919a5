//! What can be wrong with a configuration.
//!
//! No variant holds a value: a password pasted into the wrong variable must not end up in a log. An error says
//! which variable, parameter, setting or position is wrong, and what was expected there.

use crate::config::source::Source;
use crate::error::Error;

/// A configuration that cannot be used. Retrying does not help; the setting named in the text must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting has a value that it cannot have.
    #[error("{}: expected {expected}", place(setting, *from))]
    Invalid {
        /// Name of the setting.
        setting: &'static str,
        /// Who said so.
        from: Source,
        /// What the setting can be.
        expected: &'static str,
    },
    /// A URL parameter or a key of a document that is no setting.
    #[error("no setting is called `{name}` ({from})")]
    UnknownSetting {
        /// The name as it was written; left out where it might be a piece of a password.
        name: String,
        /// Where it was found.
        from: Source,
    },
    /// One place says the same thing twice.
    #[error("`{setting}` is given twice ({from})")]
    Repeated {
        /// Name of the setting.
        setting: &'static str,
        /// Where both were found.
        from: Source,
    },
    /// Two settings that cannot both hold.
    #[error("{first} and {second} exclude each other ({from})")]
    Conflict {
        /// One of the two settings.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// Where both were found.
        from: Source,
    },
    /// A URL that does not follow the grammar.
    #[error("malformed URL at byte {position} ({from}): {problem}")]
    Url {
        /// Offset of the first byte that is wrong.
        position: usize,
        /// What is wrong there.
        problem: &'static str,
        /// Where the URL was found.
        from: Source,
    },
    /// A URL fragment asks for connections whose certificate is not checked.
    #[error("`#insecure` in a URL is refused: certificate checks can be switched off by code only ({from})")]
    Insecure {
        /// Where the URL was found.
        from: Source,
    },
    /// An environment variable holds bytes that are not UTF-8.
    #[error("{variable} is not valid UTF-8")]
    NotUnicode {
        /// Name of the variable.
        variable: &'static str,
    },
    /// A setting that asks for a part of this library which was left out when it was built.
    #[error("built without {what}: enable the feature `{feature}` (asked for by {from})")]
    WithoutFeature {
        /// What is missing.
        what: &'static str,
        /// The cargo feature that adds it.
        feature: &'static str,
        /// Who asked for it.
        from: Source,
    },
    /// A setting that is understood and does nothing yet.
    #[error("{what} is not built yet (asked for by {from})")]
    NotBuilt {
        /// The missing feature.
        what: &'static str,
        /// Who asked for it.
        from: Source,
    },
}

impl ConfigError {
    /// Shows the name only if it is made like one: it could be a piece of a password.
    pub(super) fn unknown(name: &str, from: Source) -> Self {
        let made_like_one = |byte: u8| byte.is_ascii_lowercase() || b"_-".contains(&byte);
        let is_plain = name.len() <= 40 && name.bytes().all(made_like_one);
        ConfigError::UnknownSetting { name: if is_plain { name.to_owned() } else { "…".to_owned() }, from }
    }
}

/// A variable is known by its own name; whatever else by the name of the setting.
fn place(setting: &str, from: Source) -> String {
    match from {
        Source::Env(variable) if variable != "REDIS_URL" => variable.to_owned(),
        Source::Env(_) | Source::Url => format!("`{setting}` ({from})"),
        Source::Code | Source::Document | Source::Default => format!("setting `{setting}`"),
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::config(error.to_string())
    }
}
