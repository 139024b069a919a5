//! URLs: `redis://user:password@host:port/db?protocol=resp3` and their kin.
//!
//! Schemes `redis`, `rediss`, `valkey`, `valkeys`, `unix`, `redis+unix` and `valkey+unix`. TLS knows one fragment,
//! `#insecure`; a Unix socket takes `db`, `user` and `pass` as parameters.

use std::borrow::Cow;
use std::collections::HashMap;

use ::url::{Host, Url};
use percent_encoding::percent_decode_str;

use super::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, WILDCARD, is_wildcard};
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
use crate::compat::io::tcp::TcpSettings;
use crate::compat::protocol::ProtocolVersion;

const DEFAULT_PORT: u16 = 6379;

/// Parses a URL, if it is one of a Redis server by its scheme.
pub fn parse_redis_url(input: &str) -> Option<Url> {
    Url::parse(input).ok().filter(|url| {
        matches!(
            url.scheme(),
            "redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix" | "valkey+unix"
        )
    })
}

impl IntoConnectionInfo for &str {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        parse_redis_url(self).ok_or_else(|| unusable("Redis URL did not parse"))?.into_connection_info()
    }
}

impl IntoConnectionInfo for String {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        self.as_str().into_connection_info()
    }
}

impl IntoConnectionInfo for Url {
    fn into_connection_info(self) -> RedisResult<ConnectionInfo> {
        match self.scheme() {
            "redis" | "rediss" | "valkey" | "valkeys" => over_tcp(&self),
            "unix" | "redis+unix" | "valkey+unix" => over_unix(&self),
            _ => Err(unusable("URL provided is not a redis URL")),
        }
    }
}

fn unusable(reason: &'static str) -> RedisError {
    (ErrorKind::InvalidClientConfig, reason).into()
}

fn over_tcp(url: &Url) -> RedisResult<ConnectionInfo> {
    // Without the brackets of IPv6, which no resolver wants.
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => return Err(unusable("Missing hostname")),
    };
    if is_wildcard(&host) {
        return Err(unusable(WILDCARD));
    }
    let port = url.port().unwrap_or(DEFAULT_PORT);
    let addr = match url.scheme() {
        "rediss" | "valkeys" => over_tls(url, host, port)?,
        _ => ConnectionAddr::Tcp(host, port),
    };
    let mut redis = RedisConnectionInfo::default();
    let path = url.path().trim_matches('/');
    if !path.is_empty() {
        redis = redis.set_db(database(path)?);
    }
    if !url.username().is_empty() {
        redis = redis.set_username(decoded(url.username(), "Username is not valid UTF-8 string")?);
    }
    if let Some(password) = url.password() {
        redis = redis.set_password(decoded(password, "Password is not valid UTF-8 string")?);
    }
    let redis = redis.set_protocol(protocol(&parameters(url))?);
    Ok(ConnectionInfo { addr, tcp: TcpSettings::default(), redis })
}

#[cfg(feature = "tls")]
fn over_tls(url: &Url, host: String, port: u16) -> RedisResult<ConnectionAddr> {
    let insecure = match url.fragment() {
        None => false,
        Some("insecure") => true,
        Some(_) => return Err(unusable("only #insecure is supported as URL fragment")),
    };
    Ok(ConnectionAddr::TcpTls { host, port, insecure, tls_params: None })
}

#[cfg(not(feature = "tls"))]
fn over_tls(_url: &Url, _host: String, _port: u16) -> RedisResult<ConnectionAddr> {
    Err(unusable("can't connect with TLS, the feature is not enabled"))
}

#[cfg(unix)]
fn over_unix(url: &Url) -> RedisResult<ConnectionInfo> {
    let path = url.to_file_path().map_err(|()| unusable("Missing path"))?;
    let parameters = parameters(url);
    let mut redis = RedisConnectionInfo::default();
    if let Some(db) = parameters.get("db") {
        redis = redis.set_db(database(db)?);
    }
    if let Some(user) = parameters.get("user") {
        redis = redis.set_username(user);
    }
    if let Some(password) = parameters.get("pass") {
        redis = redis.set_password(password);
    }
    let redis = redis.set_protocol(protocol(&parameters)?);
    Ok(ConnectionInfo { addr: ConnectionAddr::Unix(path), tcp: TcpSettings::default(), redis })
}

#[cfg(not(unix))]
fn over_unix(_url: &Url) -> RedisResult<ConnectionInfo> {
    Err(unusable("Unix sockets are not available on this platform."))
}

/// Of a parameter given twice, the last.
fn parameters(url: &Url) -> HashMap<Cow<'_, str>, Cow<'_, str>> {
    url.query_pairs().collect()
}

fn database(number: &str) -> RedisResult<i64> {
    number.parse().map_err(|_| unusable("Invalid database number"))
}

fn decoded<'a>(text: &'a str, wrong: &'static str) -> RedisResult<Cow<'a, str>> {
    percent_decode_str(text).decode_utf8().map_err(|_| unusable(wrong))
}

fn protocol(parameters: &HashMap<Cow<'_, str>, Cow<'_, str>>) -> RedisResult<ProtocolVersion> {
    match parameters.get("protocol").map(AsRef::as_ref) {
        None | Some("2" | "resp2") => Ok(ProtocolVersion::RESP2),
        Some("3" | "resp3") => Ok(ProtocolVersion::RESP3),
        Some(other) => {
            Err((ErrorKind::InvalidClientConfig, "Invalid protocol version", other.to_owned()).into())
        }
    }
}
