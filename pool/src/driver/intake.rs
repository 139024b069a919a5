//! What was read from the socket, handed out: replies to their tickets, pushes to the sink, in wire order.

use bytes::Bytes;
use redlane_resp::reply::Reply;
use redlane_resp::scan::Scan;

use super::Driver;
use crate::connection::Connection;
use crate::connector::Connector;
use crate::error::CloseReason;

impl<C: Connector> Driver<'_, C> {
    /// Scans what was read: replies to their tickets, pushes to the sink, in wire order.
    pub(super) fn take_in(&mut self) -> Result<(), CloseReason> {
        let mut first = true;
        loop {
            let fed = self.shared.feed.as_ref();
            if fed.is_some_and(|fed| !fed.listener.is_ready()) {
                self.stalled = true;
                self.frame_open_since = None;
                return Ok(());
            }
            let Connection { block, scanner, .. } = &mut self.connection;
            let bytes = block.bytes();
            let mut at = 0usize;
            let mut push = None;
            let mut missing = None;
            let mut malformed = false;
            while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
                match scanner.scan(rest) {
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
            first &= !self.deliver(first)?;
            if malformed {
                return Err(CloseReason::Framing);
            }
            if let Some(len) = push {
                if let Some(frame) = self.copy_of_answer(len) {
                    self.hand_out(frame);
                    self.frames.push(len);
                    first &= !self.deliver(first)?;
                    continue;
                }
                let frame = self.connection.block.take(len);
                self.frame_open_since = None;
                self.hand_out(frame);
                continue;
            }
            match missing {
                Some(missing) => {
                    let Connection { block, scanner, .. } = &mut self.connection;
                    // Replies of a pipeline are read as frames, one after the other.
                    let plain = || fed.is_none() && self.shared.lock().core.awaits_one();
                    block.expect_without(missing, || if plain() { scanner.drop_header() } else { 0 });
                    let mut inner = self.shared.lock();
                    self.shared.heard(&mut inner);
                    if self.frame_open_since.is_none() {
                        inner.core.ticking = true;
                        self.frame_open_since = Some(inner.core.now);
                    }
                }
                None => self.frame_open_since = None,
            }
            return Ok(());
        }
    }

    /// The push of `len` bytes that stands first in the block, if it answers the oldest submission.
    fn copy_of_answer(&self, len: usize) -> Option<Bytes> {
        let sink = self.shared.sink.as_ref()?;
        if !self.shared.lock().core.awaits_push() {
            return None;
        }
        let frame = self.connection.block.bytes().get(..len)?;
        sink.is_answer(frame).then(|| Bytes::copy_from_slice(frame))
    }

    /// Gives a push to the sink.
    fn hand_out(&self, frame: Bytes) {
        {
            let mut inner = self.shared.lock();
            inner.pushes = inner.pushes.wrapping_add(1);
            self.shared.heard(&mut inner);
        }
        if let Some(sink) = &self.shared.sink {
            sink.push(Reply::from_frame(frame));
        }
    }

    /// Fills tickets under one lock and wakes their owners after it; `first` of a read. Whether there was anything.
    fn deliver(&mut self, first: bool) -> Result<bool, CloseReason> {
        if self.frames.is_empty() {
            return Ok(false);
        }
        self.frame_open_since = None;
        let mut inner = self.shared.lock();
        if first {
            inner.core.last_read = 0;
        }
        let result = inner.core.deliver(&mut self.connection.block, &self.frames, &mut self.wakers);
        if self.check_since.is_some() && self.check.is_none() && result.is_ok() {
            // The check was the only thing awaited: this was its answer.
            self.check_since = None;
            inner.core.checking = false;
            inner.core.flush_wanted = true;
        }
        self.shared.unlock(inner, false);
        self.frames.clear();
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
        result.map(|()| true)
    }
}
