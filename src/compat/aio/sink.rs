//! Where the pushes of an async connection go.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redlane_pool::connector::PushSink;
use redlane_pool::error::CloseReason;
use redlane_resp::reply::Reply;

use super::AsyncPushSender;
use super::cache::Cache;
use crate::compat::value::{PushInfo, PushKind, Value, read_reply};

/// Hands pushes to the caller's sender, and says which of them answer a command.
pub(crate) struct Sink {
    sender: Option<Arc<dyn AsyncPushSender>>,
    /// The end of the connection has been told, which is told once.
    ended: AtomicBool,
    cache: Option<Arc<Cache>>,
}

impl Sink {
    pub(crate) fn new(sender: Option<Arc<dyn AsyncPushSender>>, cache: Option<Arc<Cache>>) -> Self {
        Self { sender, ended: AtomicBool::new(false), cache }
    }

    /// Tells the sender that the connection is gone.
    fn disconnected(&self) {
        if let Some(sender) = &self.sender
            && !self.ended.swap(true, Ordering::Relaxed)
        {
            // Nobody takes it: then nobody wants to know.
            let _ = sender.send(PushInfo::disconnection());
        }
    }
}

impl PushSink for Sink {
    fn push(&self, frame: Reply) {
        if self.sender.is_none() && self.cache.is_none() {
            return;
        }
        let Ok(Value::Push { kind, data }) = read_reply(&frame) else { return };
        if let Some(cache) = self.cache.as_ref().filter(|_| kind == PushKind::Invalidate) {
            cache.invalidate(&data);
        }
        if let Some(sender) = &self.sender {
            let _ = sender.send(PushInfo { kind, data });
        }
    }

    /// Whoever drops the connection knows that it is gone.
    fn down(&self, reason: CloseReason) {
        if let Some(cache) = &self.cache {
            cache.close();
        }
        if reason != CloseReason::Closed {
            self.disconnected();
        }
    }

    fn is_answer(&self, frame: &[u8]) -> bool {
        let reply = Reply::from_frame(bytes::Bytes::copy_from_slice(frame));
        matches!(read_reply(&reply), Ok(Value::Push { kind, .. }) if kind.is_answer())
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("sender", &self.sender.is_some()).finish_non_exhaustive()
    }
}
