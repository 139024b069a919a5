//! What the rows are called on: a client, or one bare connection. A call is a future of its reply, which panics
//! where there is none.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use redlane::client::Client;
use redlane::commands::command::Command;
use redlane::commands::executor::{ExclusiveExecutor, Executor};
use redlane::config::{Config, Protocol};
use redlane::error::{Error, Result};
use redlane::handshake::Handshake;
use redlane_pool::connector::{Connector, Dirt, Exchange};
use redlane_pool::link::Link;
use redlane_pool::transport::ConnectError;
use redlane_pool::transport::Target;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_test_support::{Keys, Server};

pub(super) enum Wire {
    /// As programs send commands: those that wait leave by a connection of their own.
    Client(Client),
    /// For commands that change their connection, which a client refuses.
    Link(Link),
}

fn config(server: &Server, protocol: Protocol) -> Config {
    Config::builder().unix_socket_path(server.socket()).protocol(protocol).build().unwrap()
}

/// Runs a test in RESP3 and in RESP2, each time with a client and keys of its own.
pub(super) async fn both(server: &Server, test: impl AsyncFn(&Wire, &Keys)) {
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        let client = Client::connect(config(server, protocol)).await.unwrap();
        test(&Wire::Client(client), &Keys::new()).await;
    }
}

/// Runs a test in RESP3 and in RESP2, each time with one bare connection and keys of its own.
pub(super) async fn held(server: &Server, test: impl AsyncFn(&Wire, &Keys)) {
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        let config = config(server, protocol);
        let link = Link::connect(Arc::new(Handshake::new(&config)), config.link(), None).await.unwrap();
        test(&Wire::Link(link), &Keys::new()).await;
    }
}

/// Runs a test in RESP3 and in RESP2, each time with one bare connection to a server of any mode.
pub(super) async fn bare(server: &Server, test: impl AsyncFn(&Wire)) {
    for resp3 in [true, false] {
        let link = config(server, Protocol::Resp2).link();
        let plain = Plain { socket: server.socket(), resp3 };
        let link = Link::connect(Arc::new(plain), link, None).await.unwrap();
        test(&Wire::Link(link)).await;
    }
}

/// Greets whatever is there, a node of a cluster too.
struct Plain {
    socket: PathBuf,
    resp3: bool,
}

impl Connector for Plain {
    async fn target(&self) -> std::result::Result<Target, ConnectError> {
        Ok(Target::Unix { path: self.socket.clone() })
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> std::result::Result<(), ConnectError> {
        let hello: &[u8] =
            if self.resp3 { b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n" } else { b"*1\r\n$4\r\nPING\r\n" };
        exchange.send(hello).await?;
        assert!(!exchange.read().await?.is_error());
        Ok(())
    }

    fn probe(&self) -> Bytes {
        Bytes::from_static(b"*1\r\n$4\r\nPING\r\n")
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

impl Wire {
    /// How many times the shared connection was made.
    pub(super) fn connects(&self) -> u64 {
        match self {
            Self::Client(client) => client.link_stats().connects,
            Self::Link(link) => link.stats().connects,
        }
    }

    async fn send<R: FromReply>(&self, command: Command) -> Result<R> {
        let link = match self {
            Self::Client(client) => return client.execute(command).await,
            Self::Link(link) => link,
        };
        let replies = link.call(command.wire()).await.expect("the connection works");
        let reply = replies.into_single().expect("one command has one reply");
        // A `Value` holds errors too.
        reply
            .error()
            .map_or_else(|| Ok(reply.read()?), |error| Err(Error::from(ConversionError::from(error))))
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

    /// Why there is no reply.
    pub(super) async fn error(self) -> Error {
        let name = self.command.name().into_owned();
        match self.wire.send::<R>(self.command).await {
            Err(error) => error,
            Ok(_) => panic!("{name} succeeded"),
        }
    }

    /// The code of the server's error.
    pub(super) async fn code(self) -> String {
        let error = self.error().await;
        error.code().unwrap_or_else(|| panic!("{error}")).to_owned()
    }
}

impl<'a, R: FromReply + 'static> IntoFuture for Sent<'a, R> {
    type Output = R;
    type IntoFuture = Pin<Box<dyn Future<Output = R> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let name = self.command.name().into_owned();
        Box::pin(async move {
            let result = self.wire.send(self.command).await;
            result.unwrap_or_else(|error| panic!("{name}: {error}: {:?}", error.failure()))
        })
    }
}
