//! The greeting of a new connection: protocol, credentials, database and name, all in one write.
//!
//! What is said stands in `handshake/opening.rs`, what the server says of itself in `handshake/greeting.rs`. Here the
//! replies are judged. All of them are read before a verdict, because one wrong password makes every later command of
//! the same write fail as well: the first failure that matters is the one that is told. What surprises: a server that
//! does not know `HELLO` repeats its arguments in the error, so no error of a command that carried a password leaves
//! this file as it came.

mod greeting;
mod opening;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use redlane_pool::connector::{Connector, Dirt, Exchange};
use redlane_pool::transport::{ConnectError, Target};
use redlane_resp::command::Command;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Reply;
use tracing::debug;

use crate::config::{Config, Credentials, CredentialsProvider, Protocol};
use crate::handshake::opening::{Opening, Step, Wishes};

pub use self::greeting::{Greeting, Mode};

/// Greets the connections of one client, and keeps what the server last said of itself.
pub struct Handshake {
    target: Target,
    wishes: Wishes,
    credentials: Source,
    greeting: Mutex<Option<Greeting>>,
}

/// Where credentials come from.
enum Source {
    Settings(Option<Credentials>),
    Provider(Arc<dyn CredentialsProvider>),
}

impl Handshake {
    /// The handshake that `config` describes.
    pub fn new(config: &Config) -> Self {
        let credentials = match config.credentials_provider() {
            Some(provider) => Source::Provider(Arc::clone(provider)),
            None => Source::Settings(settings(config)),
        };
        let target = config.target();
        Handshake { target, wishes: Wishes::new(config), credentials, greeting: Mutex::new(None) }
    }

    /// What the server said of itself when it last greeted; `None` before the first time.
    pub fn greeting(&self) -> Option<Greeting> {
        self.greeting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn credentials(&self) -> Result<Option<Credentials>, ConnectError> {
        match &self.credentials {
            Source::Settings(credentials) => Ok(credentials.clone()),
            Source::Provider(provider) => {
                let given = provider.credentials().await.map_err(ConnectError::credentials)?;
                Ok(Some(given).filter(|credentials| !credentials.is_empty()))
            }
        }
    }

    /// Greets over `wire`; a server without `HELLO` is greeted a second time, in RESP2.
    async fn greet_over<W: Wire>(&self, wire: &mut W) -> Result<Greeting, ConnectError> {
        let credentials = self.credentials().await?;
        if self.wishes.protocol == Protocol::Resp3 {
            let opening = Opening::resp3(&self.wishes, credentials.as_ref());
            if let Verdict::Greeted(greeting) = converse(wire, &opening, credentials.as_ref()).await? {
                return Ok(greeting);
            }
            debug!("the server knows no HELLO; greeting it in RESP2");
        }
        let opening = Opening::resp2(&self.wishes, credentials.as_ref());
        match converse(wire, &opening, credentials.as_ref()).await? {
            Verdict::Greeted(greeting) => Ok(greeting),
            // Only HELLO leads here, and this opening has none.
            Verdict::NoHello => Err(ConnectError::Unsupported("the server knows no greeting".to_owned())),
        }
    }
}

fn settings(config: &Config) -> Option<Credentials> {
    let password = config.password().cloned().unwrap_or_else(|| "".into());
    let credentials = match config.username() {
        Some(username) => Credentials::new(username, password),
        None => Credentials::password_only(password),
    };
    Some(credentials).filter(|credentials| !credentials.is_empty())
}

impl Connector for Handshake {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.target.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        let greeting = self.greet_over(exchange).await?;
        *self.greeting.lock().unwrap_or_else(PoisonError::into_inner) = Some(greeting);
        Ok(())
    }

    fn probe(&self) -> Bytes {
        Command::new("PING").to_bytes()
    }

    /// `DISCARD` also forgets watched keys, so one command always does.
    fn cleanse(&self, dirt: Dirt) -> Option<Bytes> {
        if dirt.contains(Dirt::OTHER) || dirt.contains(Dirt::BUSY) {
            return None;
        }
        let word = if dirt.contains(Dirt::MULTI) { "DISCARD" } else { "UNWATCH" };
        Some(Command::new(word).to_bytes())
    }
}

/// The other side of a greeting: a socket, or a script in tests.
trait Wire {
    fn send(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), ConnectError>> + Send;
    fn read(&mut self) -> impl Future<Output = Result<Reply, ConnectError>> + Send;
}

impl Wire for Exchange<'_> {
    fn send(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), ConnectError>> + Send {
        Exchange::send(self, bytes)
    }

    fn read(&mut self) -> impl Future<Output = Result<Reply, ConnectError>> + Send {
        Exchange::read(self)
    }
}

enum Verdict {
    Greeted(Greeting),
    NoHello,
}

/// Sends an opening, reads a reply to each of its commands and judges them together.
async fn converse<W: Wire>(
    wire: &mut W,
    opening: &Opening,
    credentials: Option<&Credentials>,
) -> Result<Verdict, ConnectError> {
    wire.send(opening.bytes()).await?;
    let authenticates = credentials.is_some();
    let mut judge = Judge { authenticates, greeting: Greeting::of_resp2(), knows_hello: true, failure: None };
    for &step in opening.steps() {
        let reply = match wire.read().await {
            Ok(reply) => reply,
            // A server that refuses may close at once; why it refused is the better news.
            Err(error) => return Err(judge.failure.unwrap_or(error)),
        };
        match reply.error() {
            None => judge.accept(step, &reply),
            Some(error) => judge.object(step, without_arguments(step, error, credentials)),
        }
        if let Some(busy @ ConnectError::Busy(_)) = judge.failure {
            return Err(busy);
        }
    }
    judge.verdict()
}

/// Collects what the replies to one opening amount to.
struct Judge {
    /// Whether the opening carries credentials.
    authenticates: bool,
    greeting: Greeting,
    knows_hello: bool,
    failure: Option<ConnectError>,
}

impl Judge {
    fn accept(&mut self, step: Step, reply: &Reply) {
        match step {
            Step::Hello => self.greeting = Greeting::of_hello(reply),
            Step::Info => self.greeting.learn_from_info(reply),
            _ => {}
        }
    }

    fn object(&mut self, step: Step, error: ServerError) {
        match step {
            // Whatever HELLO itself may dislike besides its protocol (a name, a syntax) is told by the commands that
            // say the same in RESP2, so there is no need to compare texts.
            Step::Hello if is_unknown(&error) => self.knows_hello = false,
            // Valkey 9 tells the unauthenticated nothing about commands; a HELLO that it knew had authenticated them.
            Step::Hello if self.authenticates && error.code() == "NOAUTH" => self.knows_hello = false,
            // Without HELLO and without a password to send, a nicety is what tells that one is missing.
            _ if error.code() == "NOAUTH" => self.fail(error),
            Step::Hello | Step::Auth | Step::Select => self.fail(error),
            // Niceties: a server that is too old for one, or a user who may not, is no reason to have no connection.
            Step::SetName | Step::SetInfo | Step::NoEvict | Step::NoTouch | Step::Info => {
                debug!(?step, code = error.code(), "the server refused a part of the greeting");
            }
        }
    }

    fn fail(&mut self, error: ServerError) {
        let _ = self.failure.get_or_insert(ConnectError::from_reply(error));
    }

    /// The mode comes first: in a cluster SELECT fails, Sentinel has none, and neither is what is wrong then.
    fn verdict(self) -> Result<Verdict, ConnectError> {
        if !self.knows_hello {
            return Ok(Verdict::NoHello);
        }
        let not_built = |what: &str, mode: &str| {
            Err(ConnectError::Unsupported(format!(
                "the server runs in {mode} mode, and {what} is not built yet"
            )))
        };
        match (self.greeting.mode, self.failure) {
            (Mode::Cluster, _) => not_built("Redis Cluster", "cluster"),
            (Mode::Sentinel, _) => not_built("Sentinel", "sentinel"),
            (Mode::Standalone, Some(failure)) => Err(failure),
            (Mode::Standalone, None) => Ok(Verdict::Greeted(self.greeting)),
        }
    }
}

/// An unknown command has no code of its own, a known HELLO without RESP3 has one; a full server has none either.
fn is_unknown(error: &ServerError) -> bool {
    let is_full = matches!(ConnectError::from_reply(error.clone()), ConnectError::Busy(_));
    matches!(error.code(), "ERR" | "NOPROTO" | "") && !is_full
}

/// The error without the arguments that a server quotes: of HELLO and AUTH these are the password.
fn without_arguments(step: Step, error: ServerError, credentials: Option<&Credentials>) -> ServerError {
    if !matches!(step, Step::Hello | Step::Auth) {
        return error;
    }
    let line = error.line().split(", with args").next().unwrap_or_default();
    let password = credentials.map(|credentials| credentials.password().expose()).unwrap_or_default();
    let quotes_it = !password.is_empty() && memchr::memmem::find(line.as_bytes(), password).is_some();
    if quotes_it {
        let code = if error.code().is_empty() { "ERR" } else { error.code() };
        return ServerError::from_line(format!("{code} (the text quotes the password)").as_bytes());
    }
    ServerError::from_line(line.as_bytes())
}

#[cfg(test)]
mod tests;
