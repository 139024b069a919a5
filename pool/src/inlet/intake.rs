//! What was read from the socket, handed out: replies to their tickets, pushes to the sink, in wire order.

use std::io;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};

use crate::block::ReadBlock;
use crate::error::CloseReason;
use crate::shared::Shared;
use crate::tickets::Tick;
use crate::transport::ReadHalf;
use crate::wakers::WakeAll;

/// Who reads, and so what may be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The driver: everything.
    Driver,
    /// The inlet, within the runtime's own round of its sockets: replies, while nothing else is going on.
    Inlet,
}

/// What came of handing out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// Replies went to their tickets.
    pub(crate) answered: bool,
    /// The listener of a feed takes nothing more at the moment.
    pub(crate) stalled: bool,
    /// There is something for the driver to see.
    pub(crate) left: bool,
}

/// The reading half of a socket, and what was read and not yet handed out.
pub(crate) struct Intake {
    reader: ReadHalf,
    scanner: Scanner,
    block: ReadBlock,
    frames: Vec<usize>,
    wakers: Vec<Waker>,
    /// Since when the frame that stands first is not whole.
    pub(crate) open_since: Option<Tick>,
    /// How the socket ended, found where only the driver can give it up.
    pub(super) fault: Option<CloseReason>,
    /// The block holds something that was left to the driver.
    pub(super) left: bool,
}

impl Intake {
    pub(crate) fn new(reader: ReadHalf, scanner: Scanner, block: ReadBlock) -> Self {
        Self {
            reader,
            scanner,
            block,
            frames: Vec::new(),
            wakers: Vec::new(),
            open_since: None,
            fault: None,
            // What the server sent right behind its greeting is already here.
            left: true,
        }
    }

    /// What the inlet found and left to the driver; asked once, before anything more is read.
    pub(crate) fn take_left(&mut self) -> Result<bool, CloseReason> {
        match self.fault {
            Some(reason) => Err(reason),
            None => Ok(std::mem::take(&mut self.left)),
        }
    }

    /// Whether a frame is under way that has outgrown the block: then reading is copying, and takes its time.
    pub(crate) fn is_large(&self) -> bool {
        self.block.is_large()
    }

    /// Gives back the memory that a burst had needed.
    pub(crate) fn rest(&mut self) {
        self.block.rest();
        (self.frames, self.wakers) = (Vec::new(), Vec::new());
    }

    /// Whether a read may bring something.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // An error is met again by the read.
        self.reader.poll_ready(cx).map(drop)
    }

    /// Reads once.
    pub(crate) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        match ready!(self.block.poll_fill(cx, &mut self.reader)) {
            Ok(0) => Poll::Ready(Err(CloseReason::Ended)),
            Ok(_) => Poll::Ready(Ok(())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Err(error) => {
                tracing::debug!(%error, "reading failed");
                Poll::Ready(Err(CloseReason::Io))
            }
        }
    }

    /// Scans what was read: replies to their tickets, pushes to the sink, in wire order.
    pub(crate) fn take_in(&mut self, shared: &Shared, by: By) -> Result<Taken, CloseReason> {
        let mut taken = Taken::default();
        if by == By::Inlet && shared.lock().core.is_busy_otherwise() {
            // Before a look at it: the scanner keeps its place, and the driver begins at the first byte.
            taken.left = true;
            return Ok(taken);
        }
        let mut first = true;
        loop {
            let fed = shared.feed.as_ref();
            if fed.is_some_and(|fed| !fed.listener.is_ready()) {
                self.open_since = None;
                taken.stalled = true;
                return Ok(taken);
            }
            let bytes = self.block.bytes();
            let mut at = 0usize;
            let mut push = None;
            let mut missing = None;
            let mut malformed = false;
            while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
                match self.scanner.scan(rest) {
                    // On a feed everything goes to the listener.
                    Ok(Scan::Whole { len, push: false }) if fed.is_none() => {
                        self.frames.push(len);
                        at = at.saturating_add(len);
                    }
                    Ok(Scan::Whole { len, .. }) => {
                        push = Some(len);
                        break;
                    }
                    Ok(Scan::Partial { missing: least }) => {
                        missing = Some(least);
                        break;
                    }
                    Err(error) => {
                        tracing::debug!(%error, "malformed reply");
                        malformed = true;
                        break;
                    }
                }
            }
            if push.is_some() && by == By::Inlet {
                // The replies before it too: their owners are to find done what the push asks for.
                self.frames.clear();
                taken.left = true;
                return Ok(taken);
            }
            if !self.frames.is_empty() {
                self.deliver(shared, first, &mut taken)?;
                first = false;
            }
            if malformed {
                return Err(CloseReason::Framing);
            }
            if let Some(len) = push {
                if let Some(frame) = self.copy_of_answer(shared, len) {
                    hand_out(shared, frame);
                    self.frames.push(len);
                    self.deliver(shared, first, &mut taken)?;
                    first = false;
                    continue;
                }
                let frame = self.block.take(len);
                self.open_since = None;
                hand_out(shared, frame);
                continue;
            }
            match missing {
                Some(missing) => {
                    // Replies of a pipeline are read as frames, one after the other.
                    let plain = || fed.is_none() && shared.lock().core.awaits_one();
                    let Self { block, scanner, .. } = self;
                    block.expect_without(missing, || if plain() { scanner.drop_header() } else { 0 });
                    let mut inner = shared.lock();
                    shared.heard(&mut inner);
                    if self.open_since.is_none() {
                        // Only the driver can set a timer of the runtime going.
                        taken.left |= shared.rouse(&mut inner);
                        // By the clock itself, since the time may have been told long ago: the runtime stood still.
                        self.open_since = Some(shared.clock());
                    }
                }
                None => self.open_since = None,
            }
            return Ok(taken);
        }
    }

    /// Fills tickets under one lock and wakes their owners after it; `first` of a read.
    fn deliver(&mut self, shared: &Shared, first: bool, taken: &mut Taken) -> Result<(), CloseReason> {
        taken.answered = true;
        self.open_since = None;
        let mut inner = shared.lock();
        if first {
            inner.core.begin_read();
        }
        // The clock rests while a blocking command waits.
        taken.left |= shared.rouse(&mut inner);
        let result = inner.core.deliver(&mut self.block, &self.frames, &mut self.wakers);
        taken.left |= inner.core.is_busy_otherwise();
        let answered = WakeAll::of(self.wakers.drain(..));
        shared.unlock(inner, false);
        self.frames.clear();
        answered.wake();
        result
    }

    /// The push of `len` bytes that stands first in the block, if it answers the oldest submission.
    fn copy_of_answer(&self, shared: &Shared, len: usize) -> Option<Bytes> {
        let sink = shared.sink.as_ref()?;
        if !shared.lock().core.awaits_push() {
            return None;
        }
        let frame = self.block.bytes().get(..len)?;
        sink.is_answer(frame).then(|| Bytes::copy_from_slice(frame))
    }
}

/// Gives a push to the sink.
fn hand_out(shared: &Shared, frame: Bytes) {
    {
        let mut inner = shared.lock();
        inner.pushes = inner.pushes.wrapping_add(1);
        shared.heard(&mut inner);
    }
    if let Some(sink) = &shared.sink {
        sink.push(Reply::from_frame(frame));
    }
}
