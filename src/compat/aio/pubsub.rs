//! Subscriptions over a connection of their own.
//!
//! The connection is a feed of the pool's: nothing on it is a reply, and every frame goes to one listener
//! (`pubsub/listener.rs`). It ends when the stream is dropped, and never connects again. What surprises: messages that nobody
//! reads pile up without a bound, as in redis-rs. A bound could only stop the reading, and with it the confirmation that a
//! caller of `subscribe` waits for.

mod listener;

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use ::tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional, duplex};
use ::tokio::sync::mpsc::UnboundedReceiver;
use futures_core::Stream;
use redlane_pool::config::{LinkConfig, Timekeeper};
use redlane_pool::feed::{Feed, Listener};
use redlane_pool::transport::PipeDialer;
use redlane_resp::to_args::ToRedisArgs;

use self::listener::{Asked, Listening};
use crate::compat::aio::dial::Dialer;
use crate::compat::client::Client;
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::connection_info::{ConnectionInfo, RedisConnectionInfo};
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value};
use crate::compat::msg::Msg;
use crate::compat::subscriptions::Kind;
use crate::compat::value::{Value, limits};

/// For ever, to an engine that wants a limit: redis-rs has none here, neither for connecting nor for silence.
pub(super) const PATIENCE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Bytes between a stream that was handed in and the engine.
const BRIDGE: usize = 64 * 1024;

/// A connection of a subscriber.
///
/// ```no_run
/// # async fn example() -> redlane::compat::RedisResult<()> {
/// let client = redlane::compat::Client::open("redis://127.0.0.1/")?;
/// let mut pubsub = client.get_async_pubsub().await?;
/// pubsub.subscribe("news").await?;
/// let (mut sink, stream) = pubsub.split();
/// sink.psubscribe("weather.*").await?;
/// # let _ = stream;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PubSub {
    sink: PubSubSink,
    stream: PubSubStream,
}

/// The half of a [`PubSub`] that begins and ends subscriptions. It fails when the other half is gone.
#[derive(Clone, Debug)]
pub struct PubSubSink {
    listening: Arc<Listening>,
    feed: Weak<Feed>,
}

/// The half of a [`PubSub`] that messages come from; it ends with the connection.
pub struct PubSubStream {
    messages: UnboundedReceiver<Msg>,
    /// The connection, which ends when this is dropped.
    _feed: Arc<Feed>,
}

/// Connects and greets, for a listener that hears all that comes.
///
/// # Errors
/// Why there is no connection.
pub(super) async fn connect_feed(dialer: Dialer, listener: Arc<dyn Listener>) -> RedisResult<Feed> {
    let dialer = Arc::new(dialer);
    let mut config = LinkConfig::default();
    config.timekeeper = Timekeeper::Process;
    config.connect_timeout = PATIENCE;
    config.limits = limits();
    let feed = Feed::connect(Arc::clone(&dialer), config, listener, PATIENCE).await;
    feed.map_err(|error| dialer.explain(error))
}

impl PubSub {
    /// Greets over a stream that is connected already.
    ///
    /// # Errors
    /// The server refused the greeting, or that of the stream.
    pub async fn new<C>(connection_info: &RedisConnectionInfo, stream: C) -> RedisResult<Self>
    where
        C: Unpin + AsyncRead + AsyncWrite + Send + 'static,
    {
        let (near, mut far) = duplex(BRIDGE);
        let near = Mutex::new(Some(near));
        let pipe = PipeDialer::new(move || {
            let near = near.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move { near.ok_or_else(|| io::ErrorKind::NotConnected.into()) }
        });
        let mut stream = stream;
        // It ends with either end of it, so it needs no owner.
        ::tokio::spawn(async move {
            // The end is told by what is read, or not read, over the pipe.
            let _ = copy_bidirectional(&mut stream, &mut far).await;
        });
        Self::over(Dialer::over(pipe, connection_info.clone())).await
    }

    /// Connects and greets.
    async fn connect(info: &ConnectionInfo) -> RedisResult<Self> {
        Self::over(Dialer::new(info, info.redis_settings().clone(), None, PATIENCE)?).await
    }

    async fn over(dialer: Dialer) -> RedisResult<Self> {
        let (listening, messages) = Listening::new();
        let feed = connect_feed(dialer, Arc::clone(&listening) as Arc<dyn Listener>).await?;
        let feed = Arc::new(feed);
        let sink = PubSubSink { listening, feed: Arc::downgrade(&feed) };
        Ok(Self { sink, stream: PubSubStream { messages, _feed: feed } })
    }

    /// Subscribes to channels, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// The server's error, or that of the connection.
    pub async fn subscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.sink.subscribe(channel_name).await
    }

    /// Ends subscriptions to channels; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn unsubscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.sink.unsubscribe(channel_name).await
    }

    /// Subscribes to patterns, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn psubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.sink.psubscribe(channel_pattern).await
    }

    /// Ends subscriptions to patterns; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn punsubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.sink.punsubscribe(channel_pattern).await
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// The reply is no `T`, or that of the connection.
    pub async fn ping<T: FromRedisValue>(&mut self) -> RedisResult<T> {
        self.sink.ping().await
    }

    /// Asks the server to send `message` back.
    ///
    /// # Errors
    /// As for [`ping`](Self::ping).
    pub async fn ping_message<T: FromRedisValue>(&mut self, message: impl ToRedisArgs) -> RedisResult<T> {
        self.sink.ping_message(message).await
    }

    /// The messages, as long as this lives.
    pub fn on_message(&mut self) -> impl Stream<Item = Msg> + '_ {
        &mut self.stream
    }

    /// The messages, without a way to change the subscriptions.
    pub fn into_on_message(self) -> PubSubStream {
        self.stream
    }

    /// The two halves, so that subscriptions can be changed while messages are awaited.
    pub fn split(self) -> (PubSubSink, PubSubStream) {
        (self.sink, self.stream)
    }
}

impl Client {
    /// Connects for subscriptions.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn get_async_pubsub(&self) -> RedisResult<PubSub> {
        PubSub::connect(self.get_connection_info()).await
    }
}

impl PubSubSink {
    /// Subscribes to channels, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// The server's error, or that of the connection.
    pub async fn subscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.tell(Kind::Channel, true, channel_name).await
    }

    /// Ends subscriptions to channels; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn unsubscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.tell(Kind::Channel, false, channel_name).await
    }

    /// Subscribes to patterns, and waits until the server has confirmed all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn psubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.tell(Kind::Pattern, true, channel_pattern).await
    }

    /// Ends subscriptions to patterns; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn punsubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.tell(Kind::Pattern, false, channel_pattern).await
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// The reply is no `T`, or that of the connection.
    pub async fn ping<T: FromRedisValue>(&mut self) -> RedisResult<T> {
        Ok(from_redis_value(self.ask(&cmd("PING"), Asked::Reply).await?)?)
    }

    /// Asks the server to send `message` back.
    ///
    /// # Errors
    /// As for [`ping`](Self::ping).
    pub async fn ping_message<T: FromRedisValue>(&mut self, message: impl ToRedisArgs) -> RedisResult<T> {
        Ok(from_redis_value(self.ask(cmd("PING").arg(message), Asked::Reply).await?)?)
    }

    async fn tell(&self, kind: Kind, on: bool, names: impl ToRedisArgs) -> RedisResult<()> {
        let mut command = cmd(kind.word(on));
        command.arg(names);
        let names = command.args_iter().count().saturating_sub(1);
        self.ask(&command, Asked::Change { kind, on, names }).await?.extract_error()?;
        Ok(())
    }

    /// # Cancel safety
    /// Once polled, the command is said; its answers are read and dropped when nobody waits for them.
    async fn ask(&self, command: &Cmd, asked: Asked) -> RedisResult<Value> {
        let answer = self.listening.ask(command, asked)?;
        match self.feed.upgrade() {
            Some(feed) => feed.wake(),
            None => return Err(RedisError::closed()),
        }
        // Whoever listened is gone when nobody answers.
        answer.await.unwrap_or_else(|_| Err(RedisError::closed()))
    }
}

impl Stream for PubSubStream {
    type Item = Msg;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Msg>> {
        self.messages.poll_recv(cx)
    }
}

impl fmt::Debug for PubSubStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PubSubStream").field("waiting", &self.messages.len()).finish_non_exhaustive()
    }
}
