//! One connection for a caller that waits in its own thread: a standard socket and the scanner, no runtime.
//!
//! It works inside and outside of a runtime alike, since it knows of none. One command is under way at a time, so it needs
//! no tickets: the order on the wire is the order of the calls. It is given up for good by the rules of a link (bytes that
//! are not RESP, a reply that nobody asked for, a reply left incomplete, the end of the socket) and never connects again.
//! What surprises: a reply that is late does not break it. Replies come in order, so the connection knows how many it still
//! owes, and drops them when they come.

mod block;
mod config;
mod dial;
mod error;
mod socket;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::io::{self, IoSlice, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use redlane_resp::error::FramingError;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::{Scan, Scanner};
use socket2::SockRef;

use self::block::Block;
use self::socket::{Below, Socket};
use crate::connector::PushSink;
use crate::error::{CloseReason, Outcome};
use crate::outbox::{Outbox, SLICES};
use crate::payload::Payload;
use crate::transport::{ConnectError, Target};

pub use self::config::BlockingConfig;
pub use self::error::BlockingError;

/// What [`BlockingConnection::read_next`] brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A reply, or a message of a connection in the state of a subscriber or a monitor.
    Reply(Reply),
    /// A push.
    Push(Reply),
}

/// A connection whose calls wait for the server in the caller's thread.
///
/// Nothing greets here: credentials, protocol and database are requests like others.
///
/// ```no_run
/// use redlane_pool::blocking::{BlockingConfig, BlockingConnection};
/// use redlane_pool::transport::Target;
/// use redlane_resp::command::Command;
///
/// let target = Target::tcp("localhost", 6379);
/// let mut connection = BlockingConnection::open(&target, &BlockingConfig::default())?;
/// let mut replies = connection.request(&Command::new("PING"))?;
/// assert_eq!(replies.next_reply().map(|reply| reply.read()), Some(Ok("PONG".to_owned())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BlockingConnection {
    socket: Socket,
    scanner: Scanner,
    block: Block,
    outbox: Outbox,
    sink: Option<Arc<dyn PushSink>>,
    frame_timeout: Duration,
    /// A push that the scanner has passed and that stands first in the block.
    push: Option<usize>,
    /// Replies still to come whose callers have gone.
    owed: usize,
    /// Since when the frame under way is incomplete.
    open_since: Option<Instant>,
    /// The caller reads by itself, so nobody here can tell which reply was asked for.
    raw: bool,
    closed: Option<CloseReason>,
}

/// What to write: bytes that are encoded already, or a payload's.
enum Outgoing<'a> {
    Slice(&'a [u8]),
    Outbox(&'a Outbox),
}

/// Why no frame came.
enum Unread {
    Late(io::Error),
    Lost(CloseReason, io::Error),
    Malformed(FramingError),
}

enum Next {
    /// So many whole replies, one after the other.
    Replies(Bytes, usize),
    Push(Reply),
}

impl BlockingConnection {
    /// Connects to `target`; every address of a name is tried in turn.
    ///
    /// With a connect timeout a name is looked up in a thread of its own, since the system's resolver knows no limit.
    ///
    /// # Errors
    /// [`ConnectError`]; [`ConnectError::Unsupported`] for a pipe, which needs a runtime.
    pub fn open(target: &Target, config: &BlockingConfig) -> Result<Self, ConnectError> {
        let socket = dial::dial(target, &config.socket, config.connect_timeout)?;
        let connection = Self::over(socket, config);
        let set = connection.set_read_timeout(config.read_timeout);
        set.and_then(|()| connection.set_write_timeout(config.write_timeout)).map_err(ConnectError::io)?;
        Ok(connection)
    }

    fn over(socket: Socket, config: &BlockingConfig) -> Self {
        BlockingConnection {
            socket,
            scanner: Scanner::new(config.limits),
            block: Block::new(config.read_block),
            outbox: Outbox::default(),
            sink: None,
            frame_timeout: config.frame_timeout,
            push: None,
            owed: 0,
            open_since: None,
            raw: false,
            closed: None,
        }
    }

    /// Where pushes go that come between replies, in wire order; without a sink they are dropped.
    pub fn set_sink(&mut self, sink: Option<Arc<dyn PushSink>>) {
        self.sink = sink;
    }

    /// Bounds the time without a byte that a read waits. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration, and what the system says.
    pub fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.below().set_read_timeout(limit)
    }

    /// Bounds the time that a write waits for room. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration, and what the system says.
    pub fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.below().set_write_timeout(limit)
    }

    /// The kernel's socket, for what [`SocketOptions`](crate::transport::SocketOptions) cannot say. `None` for a Unix socket,
    /// which has none of TCP's options.
    #[must_use]
    pub fn tcp_socket(&self) -> Option<SockRef<'_>> {
        match self.socket.below() {
            Below::Tcp(stream) => Some(SockRef::from(stream)),
            #[cfg(unix)]
            Below::Unix(_) => None,
        }
    }

    /// Whether the connection has not been given up. The server may have closed it without that being known here.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Sends a payload and waits for all its replies.
    ///
    /// # Errors
    /// [`BlockingError`], with the replies of a pipeline that had arrived. After a timeout the connection goes on, and
    /// drops what comes late; after anything else it is closed.
    pub fn request(&mut self, payload: &impl Payload) -> Result<Replies, BlockingError> {
        self.prepare()?;
        let mut outbox = std::mem::take(&mut self.outbox);
        outbox.clear();
        payload.encode(&mut outbox);
        let written = self.write(&Outgoing::Outbox(&outbox), payload.whole());
        outbox.clear();
        self.outbox = outbox;
        written?;
        self.collect(payload.frames())
    }

    /// As [`request`](Self::request), for commands that are encoded already: `frames` replies will come. They are written
    /// from where they stand. `whole` says whether half of the bytes execute nothing, see [`Payload::whole`].
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub fn request_encoded(
        &mut self,
        bytes: &[u8],
        frames: usize,
        whole: bool,
    ) -> Result<Replies, BlockingError> {
        self.prepare()?;
        self.write(&Outgoing::Slice(bytes), whole)?;
        self.collect(frames)
    }

    /// Sends encoded bytes and waits for nothing: the caller reads what comes, as a monitor or a subscriber does.
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), BlockingError> {
        self.check_open()?;
        self.raw = true;
        self.write(&Outgoing::Slice(bytes), true)
    }

    /// Reads the reply to what was [sent](Self::send), or a push before it. After a timeout the reply is owed and dropped
    /// when it comes.
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub fn read_reply(&mut self) -> Result<Frame, BlockingError> {
        let read = self.read_next();
        if let Err(BlockingError::Unanswered { .. }) = read {
            self.owed = self.owed.saturating_add(1);
        }
        read
    }

    /// Reads the next reply, message or push, whatever it is. After a timeout nothing is owed: the next call waits for the
    /// same frame.
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub fn read_next(&mut self) -> Result<Frame, BlockingError> {
        self.check_open()?;
        self.raw = true;
        loop {
            match self.next(1) {
                Ok(Next::Push(push)) => return Ok(Frame::Push(push)),
                Ok(Next::Replies(..)) if self.owed > 0 => self.owed = self.owed.saturating_sub(1),
                Ok(Next::Replies(bytes, _)) => return Ok(Frame::Reply(Reply::from_frame(bytes))),
                Err(unread) => return Err(self.give_up(unread, Replies::default())),
            }
        }
    }

    /// Closes the connection for good.
    pub fn close(&mut self) {
        self.poison(CloseReason::Closed);
    }

    fn check_open(&self) -> Result<(), BlockingError> {
        match self.closed {
            None => Ok(()),
            Some(reason) => Err(BlockingError::Closed { reason }),
        }
    }

    /// Before a request: what was read already is for nobody, unless it is owed, or a push.
    fn prepare(&mut self) -> Result<(), BlockingError> {
        self.check_open()?;
        while !self.raw && self.owed == 0 && (self.push.is_some() || !self.block.bytes().is_empty()) {
            match self.arrived(1) {
                Ok(Some(Next::Push(push))) => self.deliver(push),
                Ok(Some(Next::Replies(..))) => {
                    self.poison(CloseReason::UnaskedReply);
                    return Err(BlockingError::Closed { reason: CloseReason::UnaskedReply });
                }
                Ok(None) => break,
                Err(source) => {
                    self.poison(CloseReason::Framing);
                    let (outcome, replies) = (Outcome::NotSent, Replies::default());
                    return Err(BlockingError::Malformed { outcome, replies, source });
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, out: &Outgoing<'_>, whole: bool) -> Result<(), BlockingError> {
        let len = out.len();
        let mut written = 0;
        while written < len {
            match out.write_to(&mut self.socket, written) {
                Ok(0) => return Err(self.unwritten(io::ErrorKind::WriteZero.into(), written, len, whole)),
                Ok(n) => written = written.saturating_add(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unwritten(error, written, len, whole)),
            }
        }
        self.socket.flush().map_err(|error| self.unwritten(error, written, len, whole))
    }

    /// A write failed after the socket had taken `written` of `len` bytes. Half a command cannot be taken back, so only
    /// a socket that took nothing at all can be used again.
    fn unwritten(&mut self, source: io::Error, written: usize, len: usize, whole: bool) -> BlockingError {
        let sent = if whole { written == len } else { written > 0 };
        let outcome = if sent { Outcome::MaybeExecuted } else { Outcome::NotSent };
        let late = is_late(&source);
        if !late || written > 0 || self.socket.keeps_bytes() {
            self.poison(CloseReason::Io);
        }
        if late {
            let limit = self.socket.below().write_timeout();
            return BlockingError::Unwritten { limit, outcome, written, source };
        }
        BlockingError::Lost { reason: CloseReason::Io, outcome, written, replies: Replies::default(), source }
    }

    /// Waits for so many replies, behind those that are owed.
    fn collect(&mut self, frames: usize) -> Result<Replies, BlockingError> {
        let mut replies = Replies::default();
        loop {
            let missing = frames.saturating_sub(replies.len());
            if missing == 0 {
                return Ok(replies);
            }
            let most = if self.owed > 0 { self.owed } else { missing };
            match self.next(most) {
                Ok(Next::Push(push)) => self.deliver(push),
                Ok(Next::Replies(_, count)) if self.owed > 0 => self.owed = self.owed.saturating_sub(count),
                Ok(Next::Replies(bytes, count)) => replies.push_block(bytes, count),
                Err(unread) => {
                    self.owed = self.owed.saturating_add(missing);
                    return Err(self.give_up(unread, replies));
                }
            }
        }
    }

    /// The next push, or whole replies that have come together, `most` at most. Waits for the first.
    fn next(&mut self, most: usize) -> Result<Next, Unread> {
        loop {
            if let Some(next) = self.arrived(most).map_err(Unread::Malformed)? {
                return Ok(next);
            }
            match self.socket.fill(&mut self.block) {
                Ok(0) => return Err(Unread::Lost(CloseReason::Ended, io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_late(&error) => return Err(Unread::Late(error)),
                Err(error) => return Err(Unread::Lost(CloseReason::Io, error)),
            }
        }
    }

    /// As [`next`](Self::next), out of what was read already.
    fn arrived(&mut self, most: usize) -> Result<Option<Next>, FramingError> {
        if let Some(len) = self.push.take() {
            return Ok(Some(Next::Push(Reply::from_frame(self.block.take(len)))));
        }
        let bytes = self.block.bytes();
        let (mut end, mut count, mut failed) = (0_usize, 0_usize, None);
        let mut missing = None;
        while count < most
            && let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty())
        {
            match self.scanner.scan(rest) {
                Ok(Scan::Whole { len, push: false }) => {
                    end = end.saturating_add(len);
                    count = count.saturating_add(1);
                }
                Ok(Scan::Whole { len, push: true }) => {
                    self.push = Some(len);
                    break;
                }
                Ok(Scan::Partial { missing: least }) => {
                    missing = Some(least);
                    break;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let replies = (count > 0).then(|| Next::Replies(self.block.take(end), count));
        // The scanner repeats an error, so replies that stand before the bad bytes go first.
        match (missing, failed) {
            (_, Some(error)) if replies.is_none() => return Err(error),
            (Some(missing), _) => {
                self.block.expect(missing);
                self.open_since.get_or_insert_with(Instant::now);
            }
            _ => {}
        }
        if replies.is_some() || self.push.is_some() {
            self.open_since = missing.map(|_| Instant::now());
        }
        match replies {
            None if self.push.is_some() => self.arrived(most),
            replies => Ok(replies),
        }
    }

    fn deliver(&mut self, push: Reply) {
        if let Some(sink) = &self.sink {
            sink.push(push);
        }
    }

    /// Everything was written, and no reply came to the end of it.
    fn give_up(&mut self, unread: Unread, replies: Replies) -> BlockingError {
        let outcome = Outcome::MaybeExecuted;
        match unread {
            Unread::Late(source) => {
                if self.open_since.is_some_and(|since| since.elapsed() > self.frame_timeout) {
                    self.poison(CloseReason::FrameOverdue);
                }
                let limit = self.socket.below().read_timeout();
                BlockingError::Unanswered { limit, replies, source }
            }
            Unread::Lost(reason, source) => {
                self.poison(reason);
                BlockingError::Lost { reason, outcome, written: 0, replies, source }
            }
            Unread::Malformed(source) => {
                self.poison(CloseReason::Framing);
                BlockingError::Malformed { outcome, replies, source }
            }
        }
    }

    /// Gives the socket up for good.
    fn poison(&mut self, reason: CloseReason) {
        if self.closed.is_none() {
            self.closed = Some(reason);
            self.socket.below().shutdown();
            self.block = Block::new(0);
        }
    }
}

impl fmt::Debug for BlockingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingConnection")
            .field("socket", &self.socket)
            .field("owed", &self.owed)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Outgoing<'_> {
    fn len(&self) -> usize {
        match self {
            Outgoing::Slice(bytes) => bytes.len(),
            Outgoing::Outbox(outbox) => outbox.len(),
        }
    }

    fn write_to(&self, socket: &mut Socket, written: usize) -> io::Result<usize> {
        let single = match self {
            Outgoing::Slice(bytes) => bytes.get(written..),
            Outgoing::Outbox(outbox) => outbox.as_slice(written),
        };
        match (single, self) {
            (Some(bytes), _) => socket.write(bytes),
            (None, Outgoing::Outbox(outbox)) => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let filled = outbox.slices(written, &mut slices);
                socket.write_vectored(slices.get(..filled).unwrap_or_default())
            }
            (None, Outgoing::Slice(_)) => Ok(0),
        }
    }
}

/// Whether a read or write ended with its time; systems name that differently.
fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests;
