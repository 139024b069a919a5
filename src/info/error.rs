//! Why a typed getter of [`Info`](super::Info) has no answer. The field's text is not repeated: ask `raw` for
//! it.

/// A field of `INFO` that cannot be read as the type asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// The reply does not hold the field: another version, another section, or a server that never had it.
    #[error("INFO has no field {key}")]
    Absent {
        /// The name asked for.
        key: Box<str>,
    },
    /// The field is there, and its text is something else.
    #[error("INFO field {key} is not {expected}")]
    Type {
        /// The name asked for.
        key: Box<str>,
        /// What its text should have been.
        expected: &'static str,
    },
}

impl FieldError {
    /// The name of the field that was asked for.
    pub fn key(&self) -> &str {
        match self {
            Self::Absent { key } | Self::Type { key, .. } => key,
        }
    }

    /// Whether the reply lacks the field altogether.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent { .. })
    }
}
