//! Settings from environment variables.

use std::env::{self, VarError};

use crate::config::error::ConfigError;
use crate::config::layer::Layer;
use crate::config::source::Source;
use crate::config::url;
use crate::config::value::Word;

/// Which variable says which setting. `REDIS_URL` is apart: it says many.
const VARIABLES: [(&str, &str); 21] = [
    ("REDIS_HOST", "host"),
    ("REDIS_PORT", "port"),
    ("REDIS_DB", "db"),
    ("REDIS_USERNAME", "username"),
    ("REDIS_PASSWORD", "password"),
    ("REDIS_TLS", "tls"),
    ("REDIS_TLS_CA_FILE", "tls_ca_file"),
    ("REDIS_TLS_CA_PEM", "tls_ca_pem"),
    ("REDIS_TLS_CERT_FILE", "tls_cert_file"),
    ("REDIS_TLS_CERT_PEM", "tls_cert_pem"),
    ("REDIS_TLS_KEY_FILE", "tls_key_file"),
    ("REDIS_TLS_KEY_PEM", "tls_key_pem"),
    ("REDIS_TLS_SERVER_NAME", "tls_server_name"),
    ("REDIS_MAX_CONNECTIONS", "max_connections"),
    ("REDIS_RETRY_ON_TIMEOUT", "retry_on_timeout"),
    ("REDIS_DECODE_RESPONSES", "decode_responses"),
    ("REDIS_SOCKET_TIMEOUT", "socket_timeout"),
    ("REDIS_SOCKET_CONNECT_TIMEOUT", "socket_connect_timeout"),
    ("REDIS_HEALTH_CHECK_INTERVAL", "health_check_interval"),
    ("REDIS_SOCKET_KEEPALIVE", "socket_keepalive"),
    ("REDIS_PROTOCOL", "protocol"),
];

/// Variables that ask for what does not exist yet. An empty one asks for nothing.
const NOT_BUILT: [(&str, &str); 3] = [
    ("REDIS_CLUSTER_NODES", "Redis Cluster"),
    ("REDIS_SENTINELS", "Sentinel"),
    ("REDIS_SENTINEL_SERVICE", "Sentinel"),
];

/// What the environment says: a whole URL, and single settings below it.
#[derive(Clone, Default)]
pub(super) struct Environment {
    pub(super) url: Option<Layer>,
    pub(super) parts: Layer,
}

/// The environment of this process.
pub(super) fn of_process() -> Result<Environment, ConfigError> {
    read(|variable| match env::var(variable) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(ConfigError::NotUnicode { variable }),
    })
}

/// An environment whose variables `lookup` knows. Nothing is trimmed: white space can belong to a password.
pub(super) fn read(
    lookup: impl Fn(&'static str) -> Result<Option<String>, ConfigError>,
) -> Result<Environment, ConfigError> {
    for (variable, what) in NOT_BUILT {
        if lookup(variable)?.is_some_and(|value| !value.is_empty()) {
            return Err(ConfigError::NotBuilt { what, from: Source::Env(variable) });
        }
    }
    let mut parts = Layer::default();
    for (variable, setting) in VARIABLES {
        if let Some(value) = lookup(variable)? {
            parts.set(setting, Word::Text(value), Source::Env(variable))?;
        }
    }
    let url = lookup("REDIS_URL")?.map(|url| url::parse(&url, Source::Env("REDIS_URL"))).transpose()?;
    Ok(Environment { url, parts })
}
