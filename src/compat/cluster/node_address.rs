//! The address of a node.

use std::fmt;
use std::str::FromStr;

use arcstr::ArcStr;

use crate::compat::connection_info::ConnectionAddr;
use crate::compat::error::{ErrorKind, RedisError};

/// A host and a port.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeAddress {
    host: ArcStr,
    port: u16,
}

impl NodeAddress {
    /// A host and a port.
    pub fn new(host: impl Into<ArcStr>, port: u16) -> Self {
        Self::from_parts(host.into(), port)
    }

    /// A host and a port.
    pub const fn from_parts(host: ArcStr, port: u16) -> Self {
        Self { host, port }
    }

    /// The host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for NodeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `host:port`, the host of IPv6 with or without brackets.
impl TryFrom<&str> for NodeAddress {
    type Error = RedisError;

    fn try_from(text: &str) -> Result<Self, RedisError> {
        let parts = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Some((host, port.parse().ok()?)).filter(|(host, _)| !host.is_empty())
        });
        match parts {
            Some((host, port)) => Ok(Self::new(host, port)),
            None => Err((ErrorKind::InvalidClientConfig, "Invalid node string").into()),
        }
    }
}

impl FromStr for NodeAddress {
    type Err = RedisError;

    fn from_str(text: &str) -> Result<Self, RedisError> {
        Self::try_from(text)
    }
}

impl TryFrom<&ConnectionAddr> for NodeAddress {
    type Error = RedisError;

    fn try_from(addr: &ConnectionAddr) -> Result<Self, RedisError> {
        match addr {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                Ok(Self::new(host.as_str(), *port))
            }
            ConnectionAddr::Unix(_) => {
                Err((ErrorKind::InvalidClientConfig, "Unix sockets are not supported in cluster mode").into())
            }
        }
    }
}

impl PartialEq<str> for NodeAddress {
    fn eq(&self, other: &str) -> bool {
        Self::try_from(other).is_ok_and(|other| *self == other)
    }
}

impl PartialEq<&str> for NodeAddress {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        assert_eq!("[::1]:7000".parse::<NodeAddress>().unwrap(), NodeAddress::new("::1", 7000));
        assert_eq!(NodeAddress::new("h", 1), *"h:1");
        assert_eq!(format!("{:?}", NodeAddress::new("h", 1)), "h:1");
        for wrong in ["h", ":1", "h:x", "h:99999"] {
            let error = NodeAddress::try_from(wrong).unwrap_err();
            assert_eq!(error.to_string(), "Invalid node string - InvalidClientConfig", "{wrong}");
        }
    }
}
