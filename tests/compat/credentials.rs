//! Credentials that change while a connection lives, and names that somebody else looks up.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use futures_core::Stream;
use redlane::compat::io::AsyncDNSResolver;
use redlane::compat::{
    AsyncCommands, AsyncConnectionConfig, BasicAuth, Client, ErrorKind, RedisFuture, RedisResult,
    StreamingCredentialsProvider,
};
use redlane_test_support::{Options, Server, eventually_async};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::LIMIT;

type Given = RedisResult<BasicAuth>;

/// First one pair of credentials, then whatever comes.
struct Provider {
    first: BasicAuth,
    later: Mutex<Option<UnboundedReceiver<Given>>>,
    subscribed: Mutex<usize>,
}

struct Credentials {
    first: Option<Given>,
    later: Option<UnboundedReceiver<Given>>,
}

impl Stream for Credentials {
    type Item = Given;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Given>> {
        match (self.first.take(), &mut self.later) {
            (Some(first), _) => Poll::Ready(Some(first)),
            (None, Some(later)) => later.poll_recv(cx),
            (None, None) => Poll::Ready(None),
        }
    }
}

impl StreamingCredentialsProvider for Provider {
    fn subscribe(&self) -> Pin<Box<dyn Stream<Item = Given> + Send + 'static>> {
        let mut subscribed = self.subscribed.lock().unwrap();
        *subscribed += 1;
        // The first subscription greets, the second one renews.
        let later = if *subscribed == 2 { self.later.lock().unwrap().take() } else { None };
        Box::pin(Credentials { first: Some(Ok(self.first.clone())), later })
    }
}

#[tokio::test]
async fn a_connection_is_authenticated_anew_as_credentials_come() {
    let server = Server::start(Options::new());
    for user in ["ada", "eve"] {
        server.command(&["ACL", "SETUSER", user, "on", &format!(">{user}-secret"), "~*", "&*", "+@all"]);
    }
    server.command(&["ACL", "SETUSER", "default", "off"]);
    let (sender, later) = unbounded_channel();
    let first = BasicAuth::new("ada".to_owned(), "ada-secret".to_owned());
    let provider = Provider { first, later: Mutex::new(Some(later)), subscribed: Mutex::new(0) };
    let client = Client::open(server.url()).unwrap();
    let config = AsyncConnectionConfig::new().set_credentials_provider(provider);

    let con = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();
    let who = |mut con: redlane::compat::aio::MultiplexedConnection| async move {
        con.acl_whoami::<String>().await.unwrap()
    };
    assert_eq!(who(con.clone()).await, "ada");

    sender.send(Ok(BasicAuth::new("eve".to_owned(), "eve-secret".to_owned()))).unwrap();
    let mut now = String::new();
    for _ in 0..5_000 {
        now = who(con.clone()).await;
        if now == "eve" {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(now, "eve");
    drop(con);
    let closed = || sender.is_closed();
    eventually_async("nobody waits for credentials any more", LIMIT, closed).await;
}

#[tokio::test]
async fn without_credentials_there_is_no_connection() {
    struct Nothing;
    impl StreamingCredentialsProvider for Nothing {
        fn subscribe(&self) -> Pin<Box<dyn Stream<Item = Given> + Send + 'static>> {
            Box::pin(Credentials { first: None, later: None })
        }
    }
    let client = Client::open(Server::shared().url()).unwrap();
    let config = AsyncConnectionConfig::new().set_credentials_provider(Nothing);

    let error = client.get_multiplexed_async_connection_with_config(&config).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
    assert_eq!(
        error.to_string(),
        "Credentials stream closed unexpectedly before yielding credentials! - AuthenticationFailed"
    );
}

/// Knows one name.
struct Resolver;

impl AsyncDNSResolver for Resolver {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        Box::pin(async move {
            match host {
                "the.server.invalid" => {
                    let found = std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                    Ok(Box::new(found) as Box<dyn Iterator<Item = SocketAddr> + Send>)
                }
                _ => Ok(Box::new(std::iter::empty()) as Box<dyn Iterator<Item = SocketAddr> + Send>),
            }
        })
    }
}

#[tokio::test]
async fn names_are_looked_up_by_whom_the_settings_say() {
    let server = Server::shared();
    let config = AsyncConnectionConfig::new().set_dns_resolver(Resolver);
    let known = Client::open(("the.server.invalid", server.port())).unwrap();
    let unknown = Client::open(("another.invalid", server.port())).unwrap();

    let mut con = known.get_multiplexed_async_connection_with_config(&config).await.unwrap();
    let error = unknown.get_multiplexed_async_connection_with_config(&config).await.unwrap_err();

    assert_eq!(con.ping::<String>().await.unwrap(), "PONG");
    assert_eq!(error.to_string(), "No address found for host");
}
