//! The list of all settings with their values and where they came from.

use std::fmt;

use crate::config::source::Source;

/// One setting as [`Explanation`] lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedSetting {
    /// Name of the setting.
    pub name: &'static str,
    /// Its value as text; a secret is masked.
    pub value: String,
    /// Who said so.
    pub source: Source,
}

/// All settings of a [`Config`](crate::config::Config) in a fixed order. Its `Display` is a table, one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation(Vec<ExplainedSetting>);

impl Explanation {
    pub(super) fn new(settings: Vec<ExplainedSetting>) -> Self {
        Explanation(settings)
    }

    /// The settings in order.
    pub fn iter(&self) -> std::slice::Iter<'_, ExplainedSetting> {
        self.0.iter()
    }

    /// The setting called `name`.
    pub fn setting(&self, name: &str) -> Option<&ExplainedSetting> {
        self.0.iter().find(|setting| setting.name == name)
    }
}

impl<'a> IntoIterator for &'a Explanation {
    type Item = &'a ExplainedSetting;
    type IntoIter = std::slice::Iter<'a, ExplainedSetting>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|setting| setting.name.len()).max().unwrap_or(0);
        let values = self.0.iter().map(|setting| setting.value.chars().count()).max().unwrap_or(0);
        for ExplainedSetting { name, value, source } in self {
            writeln!(f, "{name:names$}  {value:values$}  {source}")?;
        }
        Ok(())
    }
}
