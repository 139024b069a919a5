//! What a server is told by all of its clients.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use ::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use futures_core::Stream;
use redlane_pool::connector::PushSink;
use redlane_pool::error::CloseReason;
use redlane_pool::feed::{Feed, Listener};
use redlane_resp::reply::Reply;

use super::dial::Dialer;
use super::pubsub::{PATIENCE, connect_feed};
use crate::compat::client::Client;
use crate::compat::cmd::cmd;
use crate::compat::connection_info::ConnectionInfo;
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::value::{Value, read_reply};

/// A connection in the state of a monitor, which reads every command that the server runs.
///
/// ```no_run
/// # async fn example() -> redlane::compat::RedisResult<()> {
/// let client = redlane::compat::Client::open("redis://127.0.0.1/")?;
/// let mut monitor = client.get_async_monitor().await?;
/// let lines = monitor.on_message::<String>();
/// # let _ = lines;
/// # Ok(())
/// # }
/// ```
pub struct Monitor {
    lines: Lines,
}

/// What comes, until the connection ends.
struct Lines {
    values: UnboundedReceiver<Value>,
    /// The connection, which ends when this is dropped.
    _feed: Feed,
}

impl Monitor {
    /// Connects, greets and begins to listen.
    async fn connect(info: &ConnectionInfo) -> RedisResult<Self> {
        let (sender, mut values) = unbounded_channel();
        let listener = Arc::new(Ear { values: Mutex::new(Some(sender)), said: AtomicBool::new(false) });
        let dialer = Dialer::new(info, info.redis_settings().clone(), None, PATIENCE)?;
        let feed = connect_feed(dialer, listener).await?;
        feed.wake();
        values.recv().await.ok_or_else(RedisError::closed)?.extract_error()?;
        Ok(Self { lines: Lines { values, _feed: feed } })
    }

    /// The lines, as long as this lives. A line that is no `T` ends them.
    pub fn on_message<'a, T: FromRedisValue + 'a>(&'a mut self) -> impl Stream<Item = T> + 'a {
        Converted { lines: &mut self.lines, target: PhantomData }
    }

    /// The lines. One that is no `T` ends them.
    pub fn into_on_message<T: FromRedisValue>(self) -> impl Stream<Item = T> {
        Converted { lines: self.lines, target: PhantomData }
    }
}

impl Client {
    /// Connects as a monitor.
    ///
    /// # Errors
    /// Why there is no connection, or the server's error.
    pub async fn get_async_monitor(&self) -> RedisResult<Monitor> {
        Monitor::connect(self.get_connection_info()).await
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").field("waiting", &self.lines.values.len()).finish_non_exhaustive()
    }
}

impl AsMut<Lines> for Lines {
    fn as_mut(&mut self) -> &mut Lines {
        self
    }
}

/// Lines as the caller's type.
struct Converted<L, T> {
    lines: L,
    target: PhantomData<fn() -> T>,
}

impl<L: AsMut<Lines> + Unpin, T: FromRedisValue> Stream for Converted<L, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let value = ready!(self.lines.as_mut().values.poll_recv(cx));
        Poll::Ready(value.and_then(|value| T::from_redis_value(value).ok()))
    }
}

/// Says MONITOR once, and hands on what comes.
struct Ear {
    values: Mutex<Option<UnboundedSender<Value>>>,
    said: AtomicBool,
}

impl PushSink for Ear {
    fn push(&self, frame: Reply) {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Ok(value), Some(values)) = (read_reply(&frame), &*values) {
            // The reader is gone, and the connection is about to.
            let _ = values.send(value);
        }
    }

    fn down(&self, _: CloseReason) {
        *self.values.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Listener for Ear {
    fn words(&self, _silent: bool, out: &mut Vec<u8>) {
        if !self.said.swap(true, Ordering::Relaxed) {
            cmd("MONITOR").write_packed_command(out);
        }
    }
}
