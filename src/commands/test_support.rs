//! What the tests of the command tables share.

use bytes::Bytes;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;
use redlane_resp::to_args::ToRedisArgs;

use super::command::Command;

/// The arguments that a value writes, with a blank between them.
pub(crate) fn written(value: impl ToRedisArgs) -> String {
    value.to_redis_args().iter().map(|arg| String::from_utf8_lossy(arg)).collect::<Vec<_>>().join(" ")
}

/// The words of a command, with a blank between them.
pub(crate) fn words(command: &Command) -> String {
    command.words().map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// Reads a reply as servers send it.
pub(crate) fn read<T: FromReply>(frame: &str) -> Result<T, ConversionError> {
    Reply::from_frame(Bytes::copy_from_slice(frame.as_bytes())).read()
}

/// A bulk string as servers send it.
pub(crate) fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}
