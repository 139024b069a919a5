//! Why there is no connection, or why it is of no use: name, port, TLS, greeting, answer and role, one after the
//! other.
//!
//! For whoever has to mend it: each step with its time, and the first that failed with what kind of trouble
//! it is. The surprise: an error reply to PING is the answer of a server that was reached, so the role is
//! still looked at.

use std::fmt;
use std::time::Duration;

use bytes::BytesMut;
use redlane_pool::transport::{self, ConnectError, TlsFailure};
use redlane_pool::trial::{Stage, Trial};
use redlane_resp::command::Command;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Reply;
use redlane_resp::value::Value;

use crate::config::Config;
use crate::handshake::{Greeting, Handshake};
use crate::info::Role;

/// A step on the way to a connection that is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum StepName {
    /// The host's addresses are looked up.
    Resolve,
    /// A socket is opened.
    Connect,
    /// Keys are agreed, and the server proves who it is; for encrypted connections only.
    Tls,
    /// Protocol, credentials and settings are agreed.
    Greet,
    /// PING is answered.
    Ready,
    /// The server says what it is for the others.
    Role,
}

impl fmt::Display for StepName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greet => "greet",
            Self::Ready => "ready",
            Self::Role => "role",
        })
    }
}

/// One step and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// Which step it was.
    pub name: StepName,
    /// How long it took.
    pub took: Duration,
    /// What is wrong there.
    pub result: Result<(), Trouble>,
}

/// What keeps a server from being of use, cut by what somebody has to do about it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The name has no address: mend the name, or the resolver.
    #[error("the name has no address")]
    Name(#[source] ConnectError),
    /// Nobody listens there, or a firewall says so: mend host and port, or start the server.
    #[error("nobody accepts connections there")]
    Port(#[source] ConnectError),
    /// Nothing came back in time: a firewall, a stopped process, a server that is far too busy.
    #[error("silence")]
    Silence(#[source] ConnectError),
    /// Something listens there that hangs up, or speaks another protocol, as a server does that wants TLS.
    #[error("whoever listens there does not speak RESP")]
    Protocol(#[source] ConnectError),
    /// One side does not trust the other, or has no TLS: mend the certificate, the settings or the port, as it says.
    #[error("no encrypted connection: {0}")]
    Tls(TlsFailure),
    /// Wrong or missing credentials.
    #[error("the credentials are refused: {0}")]
    Credentials(ServerError),
    /// The server has as many clients as it may have.
    #[error("the server is full: {0}")]
    Full(ServerError),
    /// The server reads its data set: wait.
    #[error("the server is loading")]
    Loading,
    /// A script has been running for long: wait, or stop it.
    #[error("the server is busy with a script")]
    Busy,
    /// The server cannot save its data and takes no writes: look at its disk.
    #[error("the server cannot save and takes no writes")]
    CannotSave,
    /// The server runs in a mode, or wants something, that this client has not.
    #[error("not supported")]
    Unsupported(#[source] ConnectError),
    /// The server is another one than was wanted.
    #[error("the server is a {found}, and a {wanted} is wanted")]
    WrongRole {
        /// What it is.
        found: Role,
        /// What was wanted.
        wanted: Role,
    },
    /// The server refuses something else.
    #[error("the server refuses: {0}")]
    Refused(ServerError),
    /// The connection broke for another reason.
    #[error("no connection")]
    Other(#[source] ConnectError),
}

/// What became of a connection that was made to see where it goes wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProbeReport {
    /// Where it went: `localhost:6379`.
    pub target: String,
    /// The steps taken, in order; those after a failed one are missing, unless the server was reached.
    pub steps: Vec<Step>,
    /// What the server is for the others, if it said so.
    pub role: Option<Role>,
    /// What the server said of itself when it greeted.
    pub greeting: Option<Greeting>,
}

impl ProbeReport {
    /// Whether every step succeeded.
    pub fn is_ready(&self) -> bool {
        self.trouble().is_none()
    }

    /// The first trouble, and where it was met.
    pub fn trouble(&self) -> Option<(StepName, &Trouble)> {
        self.steps.iter().find_map(|step| step.result.as_ref().err().map(|trouble| (step.name, trouble)))
    }

    /// How long a step took; `None` when it was not reached.
    pub fn took(&self, name: StepName) -> Option<Duration> {
        self.steps.iter().find(|step| step.name == name).map(|step| step.took)
    }
}

/// Makes one connection by `config`, asks PING and ROLE, and hangs up.
///
/// The whole takes at most the configuration's connect timeout. With a `wanted` role another one is
/// [`Trouble::WrongRole`].
///
/// # Cancel safety
/// Dropping the future closes the connection.
pub async fn probe(config: &Config, wanted: Option<Role>) -> ProbeReport {
    let handshake = Handshake::new(config);
    let questions = ["PING", "ROLE"].map(|name| {
        let mut encoded = BytesMut::new();
        Command::new(name).encode(&mut encoded);
        encoded.freeze()
    });
    let trial = Trial::run(&handshake, &config.link(), &questions).await;
    report(config.endpoint().to_string(), &trial, handshake.greeting(), wanted)
}

fn report(target: String, trial: &Trial, greeting: Option<Greeting>, wanted: Option<Role>) -> ProbeReport {
    // HELLO has told the role already, for whoever may not ask ROLE.
    let mut role = greeting.as_ref().and_then(|greeting| role_named(greeting.role.as_deref()?.as_bytes()));
    let mut questions = [StepName::Ready, StepName::Role].into_iter();
    let mut steps = Vec::with_capacity(trial.stages.len());
    for Stage { step, took, result } in &trial.stages {
        let name = match step {
            transport::Step::Resolve => StepName::Resolve,
            transport::Step::Dial => StepName::Connect,
            transport::Step::Tls => StepName::Tls,
            transport::Step::Greet => StepName::Greet,
            _ => questions.next().unwrap_or(StepName::Role),
        };
        let result = match (name, result) {
            (_, Err(error)) => Err(trouble(error)),
            (StepName::Ready, Ok(Some(reply))) => ready(reply),
            (StepName::Role, Ok(Some(reply))) => {
                role = role_in(reply).or(role);
                is_wanted(role, wanted, reply)
            }
            (_, Ok(_)) => Ok(()),
        };
        steps.push(Step { name, took: *took, result });
    }
    ProbeReport { target, steps, role, greeting }
}

/// Sorts what ended a trial by what can be done about it.
fn trouble(error: &ConnectError) -> Trouble {
    let error = error.clone();
    match error {
        ConnectError::Resolve { .. } => Trouble::Name(error),
        ConnectError::Dial { .. } => Trouble::Port(error),
        ConnectError::Timeout { .. } => Trouble::Silence(error),
        ConnectError::Framing(_) | ConnectError::Closed => Trouble::Protocol(error),
        ConnectError::Tls(failure) => Trouble::Tls(failure),
        ConnectError::Unsupported(_) => Trouble::Unsupported(error),
        ConnectError::Refused(ref reply) if error.is_auth() => Trouble::Credentials(reply.clone()),
        ConnectError::Refused(reply) => said(reply),
        // The one without a code: as many clients as there may be.
        ConnectError::Busy(reply) if reply.code() == "ERR" => Trouble::Full(reply),
        ConnectError::Busy(reply) => said(reply),
        _ => Trouble::Other(error),
    }
}

/// Sorts an error reply.
fn said(reply: ServerError) -> Trouble {
    match reply.code() {
        "LOADING" => Trouble::Loading,
        "BUSY" => Trouble::Busy,
        "MISCONF" => Trouble::CannotSave,
        "NOAUTH" | "WRONGPASS" => Trouble::Credentials(reply),
        _ => Trouble::Refused(reply),
    }
}

/// What the answer to PING means. A user who may not PING has a server that answers all the same.
fn ready(reply: &Reply) -> Result<(), Trouble> {
    match reply.error() {
        Some(error) if error.code() != "NOPERM" => Err(said(error)),
        _ => Ok(()),
    }
}

fn is_wanted(role: Option<Role>, wanted: Option<Role>, reply: &Reply) -> Result<(), Trouble> {
    match (role, wanted) {
        (Some(found), Some(wanted)) if found != wanted => Err(Trouble::WrongRole { found, wanted }),
        // Nobody told the role, and somebody has to know it.
        (None, Some(_)) => reply.error().map_or(Ok(()), |error| Err(Trouble::Refused(error))),
        _ => Ok(()),
    }
}

/// The role in the reply to ROLE: its first element.
fn role_in(reply: &Reply) -> Option<Role> {
    let Value::Array(elements) = reply.read::<Value>().ok()? else { return None };
    role_named(elements.first()?.as_bytes()?)
}

/// Redis's words for roles: HELLO says `replica` where ROLE says `slave`.
fn role_named(word: &[u8]) -> Option<Role> {
    match word {
        b"master" => Some(Role::Primary),
        b"slave" | b"replica" => Some(Role::Replica),
        b"sentinel" => Some(Role::Sentinel),
        _ => None,
    }
}

impl fmt::Display for ProbeReport {
    /// `localhost:6379 is ready (a primary): resolve 0.1ms, connect 0.2ms, …`, or what is wrong, with every
    /// cause.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.target)?;
        match self.trouble() {
            None => out.write_str(" is ready")?,
            Some((step, trouble)) => {
                write!(out, " fails at {step}, {trouble}")?;
                let mut cause = std::error::Error::source(trouble);
                while let Some(error) = cause {
                    write!(out, ": {error}")?;
                    cause = error.source();
                }
            }
        }
        if let Some(role) = self.role {
            write!(out, " (a {role})")?;
        }
        for (at, step) in self.steps.iter().enumerate() {
            let separator = if at == 0 { ": " } else { ", " };
            write!(out, "{separator}{} {:.1?}", step.name, step.took)?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Step {
    /// `{"name": "connect", "seconds": 0.0002}`, with an `error` where there is one.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("seconds", &self.took.as_secs_f64())?;
        if let Err(trouble) = &self.result {
            map.serialize_entry("error", &trouble.to_string())?;
        }
        map.end()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ProbeReport {
    /// Target, whether it is ready, its role, and the steps.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut map = serializer.serialize_struct("ProbeReport", 4)?;
        map.serialize_field("target", &self.target)?;
        map.serialize_field("ready", &self.is_ready())?;
        map.serialize_field("role", &self.role)?;
        map.serialize_field("steps", &self.steps)?;
        map.end()
    }
}

#[cfg(test)]
mod tests;
