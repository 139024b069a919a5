//! Which server a binary is: Redis or Valkey, and its version.

use std::fmt;
use std::path::Path;
use std::process::Command;

/// A server's name and version, as `redis-server --version` tells them.
///
/// Not what INFO says: Valkey answers `redis_version:7.2.4` there, whatever its own version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Valkey, else Redis.
    pub valkey: bool,
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// Asks `binary`.
    ///
    /// # Panics
    ///
    /// When it does not run or says something else.
    #[must_use]
    pub fn of(binary: &Path) -> Self {
        let output = Command::new(binary)
            .arg("--version")
            .output()
            .unwrap_or_else(|error| panic!("{} does not run: {error}", binary.display()));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Self::parse(&text).unwrap_or_else(|| panic!("{} has no version in {text:?}", binary.display()))
    }

    /// Reads a line such as `Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64`.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let numbers = line.split_whitespace().find_map(|word| word.strip_prefix("v="))?;
        let mut numbers = numbers.split('.').map(|number| number.parse().ok());
        let mut next = || numbers.next().flatten();
        Some(Self { valkey: line.starts_with("Valkey"), major: next()?, minor: next()?, patch: next()? })
    }

    /// Whether this is at least `redis` (for a Redis) or `valkey` (for a Valkey); `None` means never.
    #[must_use]
    pub fn at_least(&self, redis: Option<(u32, u32)>, valkey: Option<(u32, u32)>) -> bool {
        let least = if self.valkey { valkey } else { redis };
        least.is_some_and(|least| (self.major, self.minor) >= least)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.valkey { "Valkey" } else { "Redis" };
        write!(f, "{name} {}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_line_is_read_and_compared() {
        let redis = Version::parse("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0").unwrap();
        let valkey = Version::parse("Valkey server v=9.1.2 sha=00000000:1 malloc=libc").unwrap();

        assert_eq!(redis.to_string(), "Redis 7.0.15");
        assert_eq!(valkey.to_string(), "Valkey 9.1.2");
        assert!(redis.at_least(Some((7, 0)), None) && !redis.at_least(Some((7, 4)), Some((1, 0))));
        assert!(valkey.at_least(None, Some((8, 1))) && !valkey.at_least(Some((7, 4)), None));
        assert_eq!(Version::parse("something else"), None);
    }
}
