//! What the layer above tells a link: where to dial, how to greet, how to ask "are you there".
//!
//! The pool carries bytes and knows no command. Whatever it must say by itself comes from here, ready encoded.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::ops::{BitOr, BitOrAssign};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use tokio::io::AsyncWriteExt;

use crate::block::ReadBlock;
use crate::error::CloseReason;
use crate::transport::{ConnectError, ReadHalf, Target, WriteHalf};

/// Supplies targets, greetings and the pool's own few words.
pub trait Connector: Send + Sync + 'static {
    /// Where to connect. Asked before every attempt, so that a name that moved is followed.
    fn target(&self) -> impl Future<Output = Result<Target, ConnectError>> + Send;

    /// Speaks the greeting on a new socket. Nothing else is sent before it is complete.
    ///
    /// The time it may take is bounded by the caller.
    fn greet(&self, exchange: &mut Exchange<'_>) -> impl Future<Output = Result<(), ConnectError>> + Send;

    /// One encoded command that any healthy server answers at once.
    fn probe(&self) -> Bytes;

    /// The bytes that make a leased connection with this dirt clean again; `None`: it must be closed.
    fn cleanse(&self, dirt: Dirt) -> Option<Bytes>;
}

impl<C: Connector> Connector for Arc<C> {
    fn target(&self) -> impl Future<Output = Result<Target, ConnectError>> + Send {
        C::target(self)
    }

    fn greet(&self, exchange: &mut Exchange<'_>) -> impl Future<Output = Result<(), ConnectError>> + Send {
        C::greet(self, exchange)
    }

    fn probe(&self) -> Bytes {
        C::probe(self)
    }

    fn cleanse(&self, dirt: Dirt) -> Option<Bytes> {
        C::cleanse(self, dirt)
    }
}

/// Receives server pushes in wire order, called by the driver between replies, and hears what becomes of the socket
/// that they come from.
///
/// It must not block and must not call back into the link: it marks, counts or queues within a bound.
pub trait PushSink: Send + Sync + 'static {
    /// One whole push frame.
    fn push(&self, frame: Reply);

    /// Whether this push, a whole frame, is the answer to a submission that is
    /// [answered by pushes](crate::payload::Payload::answered_by_pushes). Asked only while the next answer is for one; then
    /// the frame goes to [`push`](Self::push) and to the submission.
    fn is_answer(&self, frame: &[u8]) -> bool {
        let _ = frame;
        false
    }

    /// A new socket has greeted. Nothing was sent on it yet, and what comes from here on comes from it.
    fn up(&self) {}

    /// The socket is given up, or the link has ended; whatever was bound to it is void. May be told twice.
    fn down(&self, reason: CloseReason) {
        let _ = reason;
    }

    /// An attempt to connect has failed.
    fn failed(&self, error: &ConnectError) {
        let _ = error;
    }
}

/// What a lease's commands left behind on its connection; a set of bits that means nothing to the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dirt(u8);

impl Dirt {
    /// Nothing to clean.
    pub const NONE: Self = Self(0);
    /// Keys are watched.
    pub const WATCH: Self = Self(1);
    /// A transaction is open.
    pub const MULTI: Self = Self(2);
    /// Some other state changed; the connection cannot be used again.
    pub const OTHER: Self = Self(4);
    /// A reply is still awaited; the connection cannot be used again.
    pub const BUSY: Self = Self(8);

    /// Whether nothing has to be cleaned.
    #[must_use]
    pub const fn is_clean(self) -> bool {
        self.0 == 0
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Dirt {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Dirt {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The greeting's view of a new socket: send bytes, read one reply at a time.
pub struct Exchange<'a> {
    pub(crate) reader: &'a mut ReadHalf,
    pub(crate) writer: &'a mut WriteHalf,
    pub(crate) scanner: &'a mut Scanner,
    pub(crate) block: &'a mut ReadBlock,
    /// Whether the server has sent anything yet: an early end without a word counts as refused.
    pub(crate) heard: bool,
}

impl Exchange<'_> {
    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`ConnectError`] when the socket fails.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), ConnectError> {
        let written = async {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await
        };
        match written.await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.last_word().await.unwrap_or_else(|| ConnectError::io(error))),
        }
    }

    /// Why the server of a TLS connection that can no longer be written to has hung up, if it has said so.
    async fn last_word(&mut self) -> Option<ConnectError> {
        loop {
            let read = poll_fn(|cx| Poll::Ready(self.block.poll_fill(cx, self.reader))).await;
            match read {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Err(error)) => {
                    let error = ConnectError::io(error);
                    return matches!(error, ConnectError::Tls(_)).then_some(error);
                }
                Poll::Ready(Ok(0)) | Poll::Pending => return None,
            }
        }
    }

    /// Reads the next reply; pushes that come between are dropped.
    ///
    /// # Errors
    /// [`ConnectError`] when the socket fails or ends, or the bytes are not RESP.
    pub async fn read(&mut self) -> Result<Reply, ConnectError> {
        loop {
            if !self.block.bytes().is_empty() {
                match self.scanner.scan(self.block.bytes()).map_err(ConnectError::from)? {
                    Scan::Whole { len, push } => {
                        let frame = self.block.take(len);
                        if push {
                            continue;
                        }
                        return Ok(Reply::from_frame(frame));
                    }
                    Scan::Partial { missing } => self.block.expect(missing),
                }
            }
            let read = poll_fn(|cx| self.block.poll_fill(cx, self.reader)).await;
            match read {
                Ok(0) if self.heard => return Err(ConnectError::io(io::ErrorKind::UnexpectedEof.into())),
                Ok(0) => return Err(ConnectError::closed_at_once()),
                Ok(_) => self.heard = true,
                Err(error) => return Err(ConnectError::io(error)),
            }
        }
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}
