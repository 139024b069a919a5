//! Settings: what they are called, where they come from and what each of them is worth.
//!
//! A [`Config`] is immutable. It is put together by a [`ConfigBuilder`] from four places, each stronger than the
//! next: code, a URL, environment variables, defaults. Every setting remembers who said it ([`Source`]), and
//! [`Config::explain`] prints the whole list. Passwords are [`Secret`]s: no text made here contains one.
//!
//! All settings stand once, in `table.rs`; setters, getters, the names of URL parameters and of the keys of a
//! deserialized document grow from there.

#[macro_use]
mod table;

mod builder;
mod credentials;
#[cfg(feature = "serde")]
mod document;
mod duration;
mod engine;
mod env;
mod error;
mod explain;
mod layer;
mod options;
mod resolved;
mod rules;
pub(crate) mod secret;
mod source;
mod url;
mod value;

pub use self::builder::ConfigBuilder;
pub use self::credentials::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
pub use self::error::ConfigError;
pub use self::explain::{ExplainedSetting, Explanation};
pub use self::options::{Endpoint, KeepaliveOptions, OnExhausted, Protocol};
pub use self::resolved::Config;
pub use self::secret::Secret;
pub use self::source::Source;

#[cfg(test)]
mod tests;
