//! A reply that is not what the caller's type reads.

use std::error::Error;
use std::ffi::NulError;
use std::fmt;
use std::str::Utf8Error;
use std::string::FromUtf8Error;

use arcstr::ArcStr;

/// A reply that is not what the caller's type reads. Its text says which; there is nothing else to learn from it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsingError {
    description: ArcStr,
}

impl ParsingError {
    pub(super) fn description(&self) -> &str {
        &self.description
    }
}

impl fmt::Display for ParsingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Incompatible type - {}", self.description)
    }
}

impl Error for ParsingError {}

impl From<ArcStr> for ParsingError {
    fn from(description: ArcStr) -> Self {
        Self { description }
    }
}

impl From<String> for ParsingError {
    fn from(description: String) -> Self {
        Self { description: description.into() }
    }
}

impl From<&str> for ParsingError {
    fn from(description: &str) -> Self {
        Self { description: description.into() }
    }
}

impl From<NulError> for ParsingError {
    fn from(error: NulError) -> Self {
        format!("Value contains interior nul terminator: {error}").into()
    }
}

impl From<Utf8Error> for ParsingError {
    fn from(_: Utf8Error) -> Self {
        "Invalid UTF-8".into()
    }
}

impl From<FromUtf8Error> for ParsingError {
    fn from(error: FromUtf8Error) -> Self {
        format!("Cannot convert from UTF-8: {error}").into()
    }
}

#[cfg(feature = "uuid")]
impl From<uuid::Error> for ParsingError {
    fn from(error: uuid::Error) -> Self {
        format!("Value is not a valid UUID: {error}").into()
    }
}
