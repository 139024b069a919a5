//! Where a server is and how to greet it.

mod addr;
mod redis;
#[cfg(test)]
mod tests;
mod url;

use std::str::FromStr;

use crate::compat::error::{RedisError, RedisResult};
use crate::compat::io::tcp::TcpSettings;

#[cfg(feature = "tls")]
pub(crate) use self::addr::TlsConnParams;
pub use self::addr::{ConnectionAddr, TlsMode};
pub(crate) use self::addr::{WILDCARD, is_wildcard};
pub use self::redis::RedisConnectionInfo;
pub use self::url::parse_redis_url;

/// Where a server is and how to greet it.
///
/// ```
/// use redlane::compat::IntoConnectionInfo;
///
/// let info = "redis://:secret@localhost/2".into_connection_info()?;
/// assert_eq!(info.addr().to_string(), "localhost:6379");
/// assert_eq!(info.redis_settings().db(), 2);
/// # Ok::<(), redlane::compat::RedisError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConnectionInfo {
    addr: ConnectionAddr,
    tcp: TcpSettings,
    redis: RedisConnectionInfo,
}

impl ConnectionInfo {
    /// Where the server is.
    pub fn addr(&self) -> &ConnectionAddr {
        &self.addr
    }

    /// How the socket is set up.
    pub fn tcp_settings(&self) -> &TcpSettings {
        &self.tcp
    }

    /// How the server is greeted.
    pub fn redis_settings(&self) -> &RedisConnectionInfo {
        &self.redis
    }

    /// Where the server is.
    pub fn set_addr(self, addr: ConnectionAddr) -> Self {
        Self { addr, ..self }
    }

    /// How the socket is set up.
    pub fn set_tcp_settings(self, tcp_settings: TcpSettings) -> Self {
        Self { tcp: tcp_settings, ..self }
    }

    /// How the server is greeted.
    pub fn set_redis_settings(self, redis: RedisConnectionInfo) -> Self {
        Self { redis, ..self }
    }
}

impl FromStr for ConnectionInfo {
    type Err = RedisError;

    fn from_str(s: &str) -> RedisResult<Self> {
        s.into_connection_info()
    }
}

/// What says where a server is: a URL, a host and a port, an address, or the whole.
pub trait IntoConnectionInfo {
    /// Where the server is and how to greet it.
    ///
    /// # Errors
    /// `InvalidClientConfig` for a URL that cannot be used.
    fn into_connection_info(self) -> RedisResult<ConnectionInfo>;
}

impl IntoConnectionInfo for ConnectionInfo {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        Ok(self)
    }
}

impl IntoConnectionInfo for ConnectionAddr {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        Ok(ConnectionInfo { addr: self, tcp: TcpSettings::default(), redis: RedisConnectionInfo::default() })
    }
}

impl<T: Into<String>> IntoConnectionInfo for (T, u16) {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        ConnectionAddr::Tcp(self.0.into(), self.1).into_connection_info()
    }
}
