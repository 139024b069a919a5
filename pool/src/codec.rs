//! RESP for [`tokio_util::codec`], so that `Framed`, `FramedRead` and `FramedWrite` speak it: proxies, tools, test peers.
//!
//! Links do not come this way: they read into blocks of their own and give every reply to whoever asked for it. Here a
//! reply is just the next one, and pushes are among them. Both sides are served: a client encodes commands and decodes
//! replies, a server decodes commands (which are arrays on the wire) and encodes values or whole replies.

use std::io;

use bytes::{Bytes, BytesMut};
use redlane_resp::command::Command;
use redlane_resp::error::FramingError;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::Value;
use thiserror::Error;
use tokio_util::codec::{Decoder, Encoder};

/// Memory taken ahead of what has arrived, at most, however much is announced.
const AHEAD: usize = 64 * 1024;

/// Decodes replies and encodes commands, values and ready frames.
///
/// ```
/// use bytes::BytesMut;
/// use redlane_pool::codec::RespCodec;
/// use redlane_resp::command::Command;
/// use tokio_util::codec::{Decoder, Encoder};
///
/// let mut codec = RespCodec::default();
/// let mut wire = BytesMut::new();
/// codec.encode(&Command::new("GET").arg("key"), &mut wire)?;
/// assert_eq!(wire, "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
///
/// let mut arrived = BytesMut::from("$5\r\nvalue\r\n");
/// let reply = codec.decode(&mut arrived)?.ok_or("cut short")?;
/// assert_eq!(reply.read::<String>()?, "value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RespCodec {
    scanner: Scanner,
}

impl RespCodec {
    /// A codec that holds what it decodes to `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        RespCodec { scanner: Scanner::new(limits) }
    }
}

impl Default for RespCodec {
    fn default() -> Self {
        RespCodec::new(Limits::default())
    }
}

/// Why nothing more can be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The stream failed, or ended within a frame ([`io::ErrorKind::UnexpectedEof`]).
    #[error("the stream failed")]
    Io(#[from] io::Error),
    /// What was sent is not RESP, or over a limit. The stream is out of step for good.
    #[error("the stream is not RESP")]
    Framing(#[from] FramingError),
}

impl Decoder for RespCodec {
    type Item = Reply;
    type Error = CodecError;

    fn decode(&mut self, arrived: &mut BytesMut) -> Result<Option<Reply>, CodecError> {
        if arrived.is_empty() {
            return Ok(None);
        }
        match self.scanner.scan(arrived)? {
            Scan::Whole { len, .. } => Ok(Some(Reply::from_frame(arrived.split_to(len).freeze()))),
            Scan::Partial { missing } => {
                // Room for what is announced, but never for more than arrived, so that a lie costs its teller as much.
                arrived.reserve(missing.min(arrived.len().saturating_add(AHEAD)));
                Ok(None)
            }
        }
    }

    fn decode_eof(&mut self, arrived: &mut BytesMut) -> Result<Option<Reply>, CodecError> {
        match self.decode(arrived)? {
            None if !arrived.is_empty() => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            decoded => Ok(decoded),
        }
    }
}

impl Encoder<&Command> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, command: &Command, out: &mut BytesMut) -> Result<(), CodecError> {
        out.reserve(command.encoded_len());
        command.encode(out);
        Ok(())
    }
}

impl Encoder<Command> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, command: Command, out: &mut BytesMut) -> Result<(), CodecError> {
        self.encode(&command, out)
    }
}

impl Encoder<&Value> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, value: &Value, out: &mut BytesMut) -> Result<(), CodecError> {
        value.encode(out);
        Ok(())
    }
}

impl Encoder<Value> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, value: Value, out: &mut BytesMut) -> Result<(), CodecError> {
        self.encode(&value, out)
    }
}

impl Encoder<Reply> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, reply: Reply, out: &mut BytesMut) -> Result<(), CodecError> {
        out.extend_from_slice(reply.as_bytes());
        Ok(())
    }
}

/// Bytes as they are: a frame encoded elsewhere, or, in a test, half of one.
impl Encoder<Bytes> for RespCodec {
    type Error = CodecError;

    fn encode(&mut self, bytes: Bytes, out: &mut BytesMut) -> Result<(), CodecError> {
        out.extend_from_slice(&bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
