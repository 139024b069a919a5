//! What the commands on Bloom filters answer.

use std::ops::Deref;

use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::{ConversionError, Kind};
use redlane_resp::from_reply::FromReply;

use crate::commands::fields::missing;

/// A number that describes a filter; it is read as `f64` through `*`. 0 stands for a null, which Valkey gives for the
/// growth of a filter that does not grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BloomFilterInfoTypeResponse {
    value: f64,
}

#[cfg(feature = "redis-rs")]
impl BloomFilterInfoTypeResponse {
    /// A number that was read by other rules.
    pub(crate) fn new(value: f64) -> Self {
        Self { value }
    }
}

impl Deref for BloomFilterInfoTypeResponse {
    type Target = f64;

    fn deref(&self) -> &f64 {
        &self.value
    }
}

impl PartialEq<f64> for BloomFilterInfoTypeResponse {
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}

/// A number alone (Valkey), in an array of one (RESP2), or with its name (RESP3).
impl FromReply for BloomFilterInfoTypeResponse {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let value = match cursor.kind()? {
            Kind::Array => {
                let [value] = FromReply::from_reply(cursor)?;
                value
            }
            Kind::Map => named(cursor)?,
            _ => Option::from_reply(cursor)?.unwrap_or(0.0),
        };
        Ok(Self { value })
    }
}

/// The only value of a map.
fn named(cursor: &mut Cursor<'_>) -> Result<f64, ConversionError> {
    let Token::Map(mut elements) = cursor.read()? else { return Err(ConversionError::Malformed) };
    if !elements.more(cursor)? {
        return Err(missing("number"));
    }
    cursor.skip()?;
    if !elements.more(cursor)? {
        return Err(ConversionError::OddMap);
    }
    let value = f64::from_reply(cursor)?;
    if elements.more(cursor)? { Err(ConversionError::other("more than one number")) } else { Ok(value) }
}

/// A part of a filter, as BF.SCANDUMP gives it and BF.LOADCHUNK takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct BloomFilterDumpChunk {
    /// Where to go on; 0 after the last part.
    pub iterator: i64,
    /// The bytes of this part.
    pub data: Vec<u8>,
}

impl FromReply for BloomFilterDumpChunk {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let (iterator, data) = FromReply::from_reply(cursor)?;
        Ok(Self { iterator, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::read;

    #[test]
    fn a_number_is_read_alone_in_an_array_and_by_name() {
        for frame in [":42\r\n", "+42\r\n", ",42\r\n", "*1\r\n:42\r\n", "%1\r\n+Capacity\r\n:42\r\n"] {
            let number: BloomFilterInfoTypeResponse = read(frame).unwrap();
            assert!(number == 42.0 && *number == 42.0, "{frame}");
        }
        assert!(read::<BloomFilterInfoTypeResponse>("$-1\r\n").unwrap() == 0.0);
        assert!(read::<BloomFilterInfoTypeResponse>("_\r\n").unwrap() == 0.0);
    }

    #[test]
    fn more_or_less_than_one_number_is_an_error() {
        for frame in ["*0\r\n", "*2\r\n:1\r\n:2\r\n", "%0\r\n", "%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", "+OK\r\n"] {
            assert!(read::<BloomFilterInfoTypeResponse>(frame).is_err(), "{frame}");
        }
        assert!(matches!(
            read::<BloomFilterInfoTypeResponse>("-ERR no\r\n"),
            Err(ConversionError::Server(_))
        ));
    }

    #[test]
    fn a_part_has_its_iterator_and_its_bytes() {
        let part: BloomFilterDumpChunk = read("*2\r\n:7\r\n$2\r\nab\r\n").unwrap();

        assert_eq!(part, BloomFilterDumpChunk { iterator: 7, data: b"ab".to_vec() });
        assert!(read::<BloomFilterDumpChunk>("*1\r\n:7\r\n").is_err());
    }
}
