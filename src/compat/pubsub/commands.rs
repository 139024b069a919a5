//! Subscriptions by a closure.

use redlane_resp::to_args::ToRedisArgs;

use super::PubSub;
use crate::compat::connection::Connection;
use crate::compat::error::RedisResult;
use crate::compat::msg::Msg;

/// Whether a subscription goes on after a message.
#[derive(Debug)]
#[non_exhaustive]
pub enum ControlFlow<U> {
    /// It goes on.
    Continue,
    /// It ends, with this.
    Break(U),
}

/// A subscription as one call, which hands every message to a closure until that has enough.
///
/// ```no_run
/// use redlane::compat::{Client, ControlFlow, PubSubCommands};
///
/// # fn main() -> redlane::compat::RedisResult<()> {
/// let mut con = Client::open("redis://127.0.0.1/")?.get_connection()?;
/// let first: String = con.subscribe("news", |message| match message.get_payload() {
///     Ok(text) => ControlFlow::Break(text),
///     Err(_) => ControlFlow::Continue,
/// })?;
/// # Ok(())
/// # }
/// ```
pub trait PubSubCommands: Sized {
    /// Subscribes to channels and hands each message to the closure.
    ///
    /// # Errors
    /// The server's error, or that of the connection.
    fn subscribe<C, F, U>(&mut self, _: C, _: F) -> RedisResult<U>
    where
        F: FnMut(Msg) -> ControlFlow<U>,
        C: ToRedisArgs;

    /// Subscribes to patterns and hands each message to the closure.
    ///
    /// # Errors
    /// The server's error, or that of the connection.
    fn psubscribe<P, F, U>(&mut self, _: P, _: F) -> RedisResult<U>
    where
        F: FnMut(Msg) -> ControlFlow<U>,
        P: ToRedisArgs;
}

impl PubSubCommands for Connection {
    fn subscribe<C, F, U>(&mut self, channels: C, func: F) -> RedisResult<U>
    where
        F: FnMut(Msg) -> ControlFlow<U>,
        C: ToRedisArgs,
    {
        let mut pubsub = self.as_pubsub();
        pubsub.subscribe(channels)?;
        listen(pubsub, func)
    }

    fn psubscribe<P, F, U>(&mut self, patterns: P, func: F) -> RedisResult<U>
    where
        F: FnMut(Msg) -> ControlFlow<U>,
        P: ToRedisArgs,
    {
        let mut pubsub = self.as_pubsub();
        pubsub.psubscribe(patterns)?;
        listen(pubsub, func)
    }
}

fn listen<U>(mut pubsub: PubSub<'_>, mut func: impl FnMut(Msg) -> ControlFlow<U>) -> RedisResult<U> {
    loop {
        if let ControlFlow::Break(value) = func(pubsub.get_message()?) {
            return Ok(value);
        }
    }
}
