//! An error that the server sent.

use std::error::Error;
use std::fmt;

use arcstr::ArcStr;

use super::ServerErrorKind;

/// An error that the server sent: its code and its text.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerError(Repr);

#[derive(Clone, Debug, PartialEq)]
enum Repr {
    Extension { code: ArcStr, detail: Option<ArcStr> },
    Known { kind: ServerErrorKind, detail: Option<ArcStr> },
}

impl ServerError {
    /// Which error it is; `None` when the library does not know the code.
    pub fn kind(&self) -> Option<ServerErrorKind> {
        match &self.0 {
            Repr::Extension { .. } => None,
            Repr::Known { kind, .. } => Some(*kind),
        }
    }

    /// The code, such as `WRONGTYPE`: the first word of what was sent.
    pub fn code(&self) -> &str {
        match &self.0 {
            Repr::Extension { code, .. } => code,
            Repr::Known { kind, .. } => kind.code(),
        }
    }

    /// What followed the code.
    pub fn details(&self) -> Option<&str> {
        match &self.0 {
            Repr::Extension { detail, .. } | Repr::Known { detail, .. } => detail.as_deref(),
        }
    }

    /// Reads an error reply's text, without its marker and line end.
    pub(crate) fn from_line(line: &str) -> Self {
        let (code, detail) = match line.split_once(' ') {
            Some((code, detail)) => (code, Some(ArcStr::from(detail))),
            None => (line, None),
        };
        Self(match ServerErrorKind::from_code(code) {
            Some(kind) => Repr::Known { kind, detail },
            None => Repr::Extension { code: code.into(), detail },
        })
    }

    pub(super) fn extension(code: String, detail: Option<String>) -> Self {
        Self(Repr::Extension { code: code.into(), detail: detail.map(ArcStr::from) })
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Extension { code, .. } => write!(f, "{:?}", code.as_str())?,
            Repr::Known { kind, .. } => write!(f, "{kind:?}")?,
        }
        match self.details() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl Error for ServerError {}
