//! `INFO` off the wire: a bulk string in RESP2, a verbatim string in RESP3, whose `txt:` is no part of the text.

use bytes::Bytes;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

use super::text::Info;

impl FromReply for Info {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        Bytes::from_reply(cursor).map(Self::parse)
    }

    fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
        Bytes::from_frame(frame).map(Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use redlane_resp::reply::Reply;

    use super::*;

    fn read(frame: impl Into<Bytes>) -> Result<Info, ConversionError> {
        Reply::from_frame(frame.into()).read()
    }

    #[test]
    fn bulk_and_verbatim_give_the_same_text() {
        let text = include_str!("samples/valkey-9.1.txt");

        let bulk = read(format!("${}\r\n{text}\r\n", text.len())).unwrap();
        let verbatim = read(format!("={}\r\ntxt:{text}\r\n", text.len() + 4)).unwrap();

        assert_eq!(bulk.as_bytes(), text.as_bytes());
        assert_eq!(bulk, verbatim);
    }

    #[test]
    fn an_unknown_section_is_an_empty_reply() {
        assert!(read("$0\r\n\r\n").unwrap().is_empty());
        assert!(read("=4\r\ntxt:\r\n").unwrap().is_empty());
    }

    #[test]
    fn an_error_stays_an_error() {
        let refused = read("-NOPERM this user has no permissions to run the 'info' command\r\n");

        assert!(matches!(refused, Err(ConversionError::Server(error)) if error.code() == "NOPERM"));
        assert!(read("$-1\r\n").is_err());
    }
}
