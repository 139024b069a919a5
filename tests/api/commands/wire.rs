//! A connection as an executor: a call is a future of its reply, which panics where there is none.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use redlane::commands::command::Command;
use redlane::commands::executor::{ExclusiveExecutor, Executor};
use redlane::config::{Config, Protocol};
use redlane::handshake::Handshake;
use redlane_pool::link::Link;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_test_support::{Keys, Server};

/// One connection of its own.
pub(super) struct Wire(Link);

impl Wire {
    pub(super) async fn connect(server: &Server, protocol: Protocol) -> Self {
        let config = Config::builder().unix_socket_path(server.socket()).protocol(protocol).build().unwrap();
        Self(Link::connect(Arc::new(Handshake::new(&config)), config.link(), None).await.unwrap())
    }
}

/// Runs a test in RESP3 and in RESP2, each time with its own keys.
pub(super) async fn both(server: &Server, test: impl AsyncFn(&Wire, &Keys)) {
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        test(&Wire::connect(server, protocol).await, &Keys::new()).await;
    }
}

impl<'a> Executor for &'a Wire {
    type Output<R: FromReply> = Sent<'a, R>;

    fn run<R: FromReply>(self, command: Command) -> Sent<'a, R> {
        Sent { wire: self, command, reply: PhantomData }
    }
}

impl ExclusiveExecutor for &Wire {}

/// A command whose reply is an `R`.
#[must_use = "nothing is sent before it is awaited"]
pub(super) struct Sent<'a, R> {
    wire: &'a Wire,
    command: Command,
    reply: PhantomData<R>,
}

impl<'a, R: FromReply> Sent<'a, R> {
    pub(super) fn read_as<T: FromReply>(self) -> Sent<'a, T> {
        Sent { wire: self.wire, command: self.command, reply: PhantomData }
    }

    /// The reply, or why there is none: the server's error.
    pub(super) async fn attempt(self) -> Result<R, ConversionError> {
        let replies = self.wire.0.call(self.command.wire()).await.expect("the connection works");
        let reply = replies.into_single().expect("one command has one reply");
        // A `Value` holds errors too.
        reply.error().map_or_else(|| reply.read(), |error| Err(error.into()))
    }

    /// The code of the server's error.
    pub(super) async fn code(self) -> String {
        let name = self.command.name().into_owned();
        match self.attempt().await {
            Err(ConversionError::Server(error)) => error.code().to_owned(),
            Err(error) => panic!("{name}: {error}"),
            Ok(_) => panic!("{name} succeeded"),
        }
    }
}

impl<'a, R: FromReply + 'static> IntoFuture for Sent<'a, R> {
    type Output = R;
    type IntoFuture = Pin<Box<dyn Future<Output = R> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let name = self.command.name().into_owned();
        Box::pin(async move { self.attempt().await.unwrap_or_else(|error| panic!("{name}: {error}")) })
    }
}
