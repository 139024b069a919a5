//! A server's version: three numbers that compare as numbers, so that 7.10 comes after 7.4 and `8.0` is no
//! fraction.

use std::fmt;
use std::str::FromStr;

use super::number;

/// The version of a server, as in `7.4.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes what a client must know.
    pub major: u32,
    /// Adds commands.
    pub minor: u32,
    /// Mends.
    pub patch: u32,
}

impl Version {
    /// A version from its three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that does not begin with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version such as 7.4.0")]
pub struct VersionError;

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `8`, `8.0`, `7.4.0`, and with a stage behind it `8.0-rc1`; a letter before it (`v1.2`,
    /// `df-v1.2`) is skipped.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let text = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '-');
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let mut parts = text.get(..end).unwrap_or_default().split('.');
        let major = part(parts.next()).ok_or(VersionError)?;
        let mut next = || parts.next().map_or(Ok(0), |text| part(Some(text)).ok_or(VersionError));
        Ok(Self { major, minor: next()?, patch: next()? })
    }
}

fn part(text: Option<&str>) -> Option<u32> {
    u32::try_from(number::u64(text?)?).ok()
}

#[cfg(feature = "serde")]
impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let read = |text: &str| text.parse::<Version>().unwrap();

        assert_eq!(read("7.4.0"), Version::new(7, 4, 0));
        assert_eq!(read("8.0"), Version::new(8, 0, 0));
        assert_eq!(read("8"), Version::new(8, 0, 0));
        assert_eq!(read("8.0-rc1"), Version::new(8, 0, 0));
        assert_eq!(read("df-v1.21.2"), Version::new(1, 21, 2));
        assert_eq!(read("255.255.255"), Version::new(255, 255, 255));
        assert!(read("7.10.1") > read("7.4.9"));
        assert_eq!(read("7.0.15").to_string(), "7.0.15");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "redis", "1..2", "4294967296.0.0", ".1"] {
            assert_eq!(text.parse::<Version>(), Err(VersionError), "{text}");
        }
    }
}
