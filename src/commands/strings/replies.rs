//! What the commands on strings answer.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

use crate::commands::fields::{each_element, each_field};

/// What two values share, and where: the answer of LCS with places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LcsMatches {
    /// The shared parts, the last one first.
    pub matches: Vec<LcsMatch>,
    /// The length of all shared parts together, in bytes, those too short to be listed included.
    pub length: u64,
}

/// One part that two values share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcsMatch {
    /// Its first and last byte in the first value.
    pub first: (u64, u64),
    /// Its first and last byte in the second value.
    pub second: (u64, u64),
    /// Its length in bytes.
    pub length: u64,
}

impl FromReply for LcsMatches {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut found = Self::default();
        each_field(cursor, |name, cursor| {
            match name {
                b"matches" => found.matches = FromReply::from_reply(cursor)?,
                b"len" => found.length = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(found)
    }
}

impl FromReply for LcsMatch {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut found = Self::default();
        each_element(cursor, |place, cursor| {
            match place {
                0 => found.first = FromReply::from_reply(cursor)?,
                1 => found.second = FromReply::from_reply(cursor)?,
                2 => found.length = FromReply::from_reply(cursor)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::read;

    const MATCHES: &str = "*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n:4\r\n";

    #[test]
    fn matches_are_read_from_both_protocols() {
        let expected =
            LcsMatches { matches: vec![LcsMatch { first: (4, 7), second: (5, 8), length: 4 }], length: 6 };

        let map: LcsMatches = read(&format!("%2\r\n$7\r\nmatches\r\n{MATCHES}$3\r\nlen\r\n:6\r\n")).unwrap();
        let flat: LcsMatches = read(&format!("*4\r\n$7\r\nmatches\r\n{MATCHES}$3\r\nlen\r\n:6\r\n")).unwrap();

        assert_eq!(map, expected);
        assert_eq!(flat, expected);
    }

    #[test]
    fn fields_of_a_newer_server_are_skipped() {
        let found: LcsMatches = read("%2\r\n$3\r\nnew\r\n*1\r\n:1\r\n$3\r\nlen\r\n:6\r\n").unwrap();

        assert_eq!(found, LcsMatches { matches: Vec::new(), length: 6 });
    }

    #[test]
    fn an_error_is_the_servers() {
        assert!(matches!(read::<LcsMatches>("-ERR no\r\n"), Err(ConversionError::Server(_))));
    }
}
