//! Reads one reply from an asynchronous reader.

use std::io::ErrorKind;

use ::combine::parser::combinator::AnySendSyncPartialState;
use ::combine::stream::{Decoder, PointerOffset};
use ::tokio::io::{AsyncRead, AsyncReadExt};
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};

use super::Value;
use super::read::{limits, read_reply};
use crate::compat::error::{ParsingError, RedisResult};

/// Room for the bytes that are certain to come; more is made as they do.
const STEP: usize = 64 * 1024;

/// Reads one reply, and not a byte more: the decoder, which stands in the signature for its buffer, is not needed.
///
/// # Errors
/// A parse error for bytes that are no reply, or that of the reader; `UnexpectedEof` at its end.
pub async fn parse_redis_value_async<R>(
    decoder: &mut Decoder<AnySendSyncPartialState, PointerOffset<[u8]>>,
    read: &mut R,
) -> RedisResult<Value>
where
    R: AsyncRead + Unpin,
{
    let _ = decoder;
    let mut scanner = Scanner::new(limits());
    let mut frame = Vec::new();
    let mut missing = 1_usize;
    loop {
        let before = frame.len();
        let wanted = u64::try_from(missing.clamp(1, STEP)).unwrap_or(1);
        read.take(wanted).read_to_end(&mut frame).await?;
        if frame.len() == before {
            return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        match scanner.scan(&frame).map_err(|error| ParsingError::from(error.to_string()))? {
            Scan::Whole { .. } => return Ok(read_reply(&Reply::from_frame(frame.into()))?),
            Scan::Partial { missing: least } => missing = least,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_reply_is_read_and_not_a_byte_more() {
        let mut decoder = Decoder::new();
        let mut bytes = &b"*2\r\n$3\r\nabc\r\n:7\r\n+OK\r\n$5"[..];

        let first = parse_redis_value_async(&mut decoder, &mut bytes).await.unwrap();
        let second = parse_redis_value_async(&mut decoder, &mut bytes).await.unwrap();
        let third = parse_redis_value_async(&mut decoder, &mut bytes).await.unwrap_err();

        assert_eq!(first, Value::Array(vec![Value::BulkString(b"abc".to_vec()), Value::Int(7)]));
        assert_eq!(second, Value::Okay);
        assert_eq!(third.to_string(), "unexpected end of file");
    }
}
