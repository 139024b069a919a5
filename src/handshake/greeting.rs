//! What a server says of itself when it greets.

use redlane_resp::reply::Reply;
use redlane_resp::value::Value;

use crate::config::Protocol;

/// The server's side of a greeting, as `HELLO` tells it, or `INFO` where there is no `HELLO`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Greeting {
    /// Version of the protocol that is spoken from now on.
    pub protocol: Protocol,
    /// Which server this is: `redis`, `valkey`, or what another one calls itself. Absent if it does not say.
    pub server: Option<String>,
    /// The server's version, such as `7.0.15`. Absent if it does not say.
    pub version: Option<String>,
    /// How the server runs; standalone if it does not say.
    pub mode: Mode,
    /// The connection's number, as in `CLIENT LIST`; known from `HELLO` only.
    pub id: Option<i64>,
    /// `master` or `replica`, as the server says it; known from `HELLO` only.
    pub role: Option<String>,
    /// Where the server says it stands (Valkey 8.1 and later, if it is told).
    pub availability_zone: Option<String>,
}

/// How a server runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// On its own, or as a replica.
    #[default]
    Standalone,
    /// As a node of a cluster.
    Cluster,
    /// As a Sentinel.
    Sentinel,
}

impl Mode {
    fn from_word(word: &str) -> Self {
        match word {
            "cluster" => Mode::Cluster,
            "sentinel" => Mode::Sentinel,
            _ => Mode::Standalone,
        }
    }
}

impl Greeting {
    /// Of a server that has said nothing yet: RESP2 is what every connection begins with.
    pub(super) fn of_resp2() -> Self {
        Greeting {
            protocol: Protocol::Resp2,
            server: None,
            version: None,
            mode: Mode::Standalone,
            id: None,
            role: None,
            availability_zone: None,
        }
    }

    /// Reads the reply to `HELLO`. A field that is missing or of another type is one that the server does not say.
    pub(super) fn of_hello(reply: &Reply) -> Self {
        let mut greeting = Greeting { protocol: Protocol::Resp3, ..Greeting::of_resp2() };
        let Ok(Value::Map(fields)) = reply.read::<Value>() else { return greeting };
        for (field, value) in fields {
            let text = value.as_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            match (field.as_bytes(), value) {
                (Some(b"proto"), Value::Integer(2)) => greeting.protocol = Protocol::Resp2,
                (Some(b"id"), Value::Integer(id)) => greeting.id = Some(id),
                (Some(b"server"), _) => greeting.server = text,
                (Some(b"version"), _) => greeting.version = text,
                (Some(b"mode"), _) => {
                    greeting.mode = text.as_deref().map(Mode::from_word).unwrap_or_default()
                }
                (Some(b"role"), _) => greeting.role = text,
                (Some(b"availability_zone"), _) => {
                    greeting.availability_zone = text.filter(|zone| !zone.is_empty());
                }
                _ => {}
            }
        }
        greeting
    }

    /// Takes from `INFO server` what `HELLO` would have told.
    pub(super) fn learn_from_info(&mut self, reply: &Reply) {
        let Ok(text) = reply.read::<String>() else { return };
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.map(|value| value.trim_end().to_owned())
        };
        // Valkey says `redis_version` as well, the one it is compatible with; its own name goes first.
        let valkey = field("valkey_version");
        self.server = Some(field("server_name").unwrap_or_else(|| "redis".to_owned()));
        self.version = valkey.or_else(|| field("redis_version"));
        let mode = field("server_mode").or_else(|| field("redis_mode"));
        self.mode = mode.as_deref().map(Mode::from_word).unwrap_or_default();
    }
}
