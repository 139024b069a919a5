//! The small types that settings are made of.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// A TCP port.
    Tcp {
        /// Host name or address; an IPv6 address stands without brackets.
        host: String,
        /// Port number.
        port: u16,
    },
    /// A Unix domain socket.
    Unix {
        /// Path of the socket.
        path: PathBuf,
    },
}

impl fmt::Display for Endpoint {
    /// As in a URL: `localhost:6379`, `[::1]:6379`, `/run/redis.sock`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Endpoint::Tcp { host, port } => write!(f, "{host}:{port}"),
            Endpoint::Unix { path } => write!(f, "{}", path.display()),
        }
    }
}

/// What a call does that needs a connection of its own while all of them are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnExhausted {
    /// It waits its turn, at most `acquire_timeout`.
    #[default]
    Wait,
    /// It fails at once.
    Fail,
}

impl fmt::Display for OnExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OnExhausted::Wait => "wait",
            OnExhausted::Fail => "fail",
        })
    }
}

/// A version of the protocol spoken with the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// The protocol of all versions.
    Resp2,
    /// The protocol of Redis 6 and later, with maps, doubles and pushes. A server that does not know it is spoken
    /// to in RESP2.
    #[default]
    Resp3,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Resp2 => "resp2",
            Protocol::Resp3 => "resp3",
        })
    }
}

/// The pace of TCP keepalive probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeepaliveOptions {
    /// This pace, in whole seconds.
    Tuned {
        /// Silence before the first probe.
        idle: Duration,
        /// Time between two probes.
        interval: Duration,
        /// Unanswered probes after which the connection is given up.
        count: u32,
    },
    /// As the operating system has it (on Linux the first probe goes out after two hours).
    System,
}

impl KeepaliveOptions {
    /// First probe after 30 s, then every 5 s, given up after 3: a dead peer is found in 45 s.
    pub const TUNED: KeepaliveOptions =
        KeepaliveOptions::Tuned { idle: Duration::from_secs(30), interval: Duration::from_secs(5), count: 3 };

    /// The kernel counts whole seconds; the upper bounds are those of Linux, the strictest of the large systems.
    pub(super) fn is_valid(&self) -> bool {
        let KeepaliveOptions::Tuned { idle, interval, count } = self else { return true };
        let time = |time: &Duration| time.subsec_nanos() == 0 && (1..=32_767).contains(&time.as_secs());
        time(idle) && time(interval) && (1..=127).contains(count)
    }
}

impl Default for KeepaliveOptions {
    /// [`KeepaliveOptions::TUNED`].
    fn default() -> Self {
        KeepaliveOptions::TUNED
    }
}

impl fmt::Display for KeepaliveOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeepaliveOptions::System => f.write_str("system"),
            KeepaliveOptions::Tuned { idle, interval, count } => {
                write!(f, "idle {idle:?}, interval {interval:?}, count {count}")
            }
        }
    }
}
