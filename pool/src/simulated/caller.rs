//! A sink that calls on its link while it hears of the socket's end: as somebody on another thread may, before the next
//! socket is there for callers.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use redlane_resp::command::Command;
use redlane_resp::reply::{Replies, Reply};

use crate::connector::PushSink;
use crate::error::{CloseReason, LinkError};
use crate::link::Link;

/// Its call, made once.
pub(crate) type Called = Pin<Box<dyn Future<Output = Result<Replies, LinkError>> + Send>>;

/// Calls `GET a` on `link`, once it has one.
#[derive(Default)]
pub(crate) struct Caller {
    pub(crate) link: Mutex<Option<Arc<Link>>>,
    pub(crate) call: Mutex<Option<Called>>,
}

impl PushSink for Caller {
    fn push(&self, _: Reply) {}

    fn down(&self, _: CloseReason) {
        let Some(link) = self.link.lock().unwrap().take() else { return };
        let mut call: Called = Box::pin(async move { link.call(&Command::new("GET").arg("a")).await });
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        *self.call.lock().unwrap() = Some(call);
    }
}
