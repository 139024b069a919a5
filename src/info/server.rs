//! Who answers: vendor, version and mode, whichever names the server has for them.
//!
//! The trap: Valkey 9.1 says `redis_version:7.2.4` beside its own `valkey_version`, and `server_mode` where
//! Redis says `redis_mode`. The compatible version is kept apart from the real one.

use std::fmt;
use std::time::Duration;

use super::section::Section;
use super::version::Version;

/// Whose server it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Vendor {
    /// Redis.
    Redis,
    /// Valkey.
    Valkey,
    /// Dragonfly.
    Dragonfly,
    /// Another one, by the name it gives itself.
    Other(String),
}

impl fmt::Display for Vendor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Redis => "Redis",
            Self::Valkey => "Valkey",
            Self::Dragonfly => "Dragonfly",
            Self::Other(name) => name,
        })
    }
}

/// What the server runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Mode {
    /// One server for all keys.
    Standalone,
    /// A node of a cluster: it has some of the hash slots.
    Cluster,
    /// A Sentinel: it watches servers and holds no keys.
    Sentinel,
}

impl Mode {
    fn read(text: &str) -> Option<Self> {
        match text {
            "standalone" => Some(Self::Standalone),
            "cluster" => Some(Self::Cluster),
            "sentinel" => Some(Self::Sentinel),
            _ => None,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Standalone => "standalone",
            Self::Cluster => "cluster",
            Self::Sentinel => "sentinel",
        })
    }
}

/// What a server is for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Role {
    /// Takes writes; `master` on the wire.
    Primary,
    /// Follows a primary; `slave` on the wire.
    Replica,
    /// Watches the others.
    Sentinel,
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::Sentinel => "sentinel",
        })
    }
}

/// What `# Server` says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Server {
    /// Whose server it is; Redis unless it says otherwise.
    pub vendor: Vendor,
    /// The vendor's own version.
    pub version: Option<Version>,
    /// The version of Redis it says it is compatible with; for Redis itself the same as `version`.
    pub redis_version: Option<Version>,
    /// What it runs as.
    pub mode: Option<Mode>,
    /// What it is for the others: a Sentinel has no `role` line.
    pub role: Option<Role>,
    /// A random name, new at every start.
    pub run_id: Option<String>,
    /// Since its start.
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::json::seconds"))]
    pub uptime: Option<Duration>,
    /// The system it runs on.
    pub os: Option<String>,
    /// Its process number.
    pub process_id: Option<u64>,
    /// The port it listens on, zero when it does not listen on TCP.
    pub tcp_port: Option<u64>,
    /// The configuration file it read, `None` when there is none.
    pub config_file: Option<String>,
    /// Where it runs, when it was told (Valkey since 8.0).
    pub availability_zone: Option<String>,
}

impl<'a> Section<'a> {
    /// Who answers, from any text that holds `# Server`.
    pub fn server(self) -> Server {
        let (vendor, version) = self.vendor();
        let redis_version = self.version("redis_version");
        Server {
            version: version.or(redis_version),
            redis_version,
            vendor,
            mode: self.mode(),
            role: self.role(),
            run_id: self.text("run_id"),
            uptime: self.seconds("uptime_in_seconds"),
            os: self.text("os"),
            process_id: self.u64("process_id"),
            tcp_port: self.u64("tcp_port"),
            config_file: self.text("config_file").filter(|path| !path.is_empty()),
            availability_zone: self.text("availability_zone").filter(|zone| !zone.is_empty()),
        }
    }

    /// What the server runs as.
    pub fn mode(self) -> Option<Mode> {
        Mode::read(self.raw("server_mode").or_else(|| self.raw("redis_mode"))?)
    }

    /// What the server is for the others.
    pub fn role(self) -> Option<Role> {
        match self.raw("role") {
            Some("master") => Some(Role::Primary),
            Some("slave") => Some(Role::Replica),
            Some("sentinel") => Some(Role::Sentinel),
            Some(_) => None,
            None => (self.mode() == Some(Mode::Sentinel)).then_some(Role::Sentinel),
        }
    }

    fn vendor(self) -> (Vendor, Option<Version>) {
        if let version @ Some(_) = self.raw("dragonfly_version") {
            return (Vendor::Dragonfly, version.and_then(|text| text.parse().ok()));
        }
        match self.raw("server_name") {
            Some("valkey") => (Vendor::Valkey, self.version("valkey_version")),
            Some("redis") => (Vendor::Redis, None),
            // A name nobody here knows: its version is under that name when it follows the custom.
            Some(name) if !name.is_empty() => {
                (Vendor::Other(name.to_owned()), self.version(&format!("{name}_version")))
            }
            _ => match self.raw("valkey_version") {
                Some(version) => (Vendor::Valkey, version.parse().ok()),
                None => (Vendor::Redis, None),
            },
        }
    }

    fn version(self, key: &str) -> Option<Version> {
        self.raw(key)?.parse().ok()
    }
}
