//! Puts a configuration together: code over URL over environment over defaults.

use std::convert::identity;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::credentials::CredentialsProvider;
use crate::config::env::{self, Environment};
use crate::config::error::ConfigError;
use crate::config::layer::{Layer, Said};
use crate::config::options::{KeepaliveOptions, OnExhausted, Protocol};
use crate::config::resolved::Config;
use crate::config::secret::Secret;
use crate::config::source::Source;
use crate::config::url;
use crate::config::value::{secret_or_none, text_or_none};

/// Collects settings for a [`Config`].
///
/// A setting said in code is stronger than the same setting in a URL, that is stronger than its environment variable,
/// and that is stronger than the default; each setting is decided by itself. Mistakes are told by
/// [`build`](ConfigBuilder::build), all rules being the same for every source.
///
/// ```
/// use redlane::config::{Config, Source};
///
/// let environment = |name: &str| (name == "REDIS_PORT").then(|| "7000".to_owned());
/// let config = Config::builder()
///     .environment_from(environment)
///     .host("cache.internal")
///     .password("swordfish")
///     .max_connections(50)
///     .build()?;
///
/// assert_eq!(config.to_string(), "redis://:********@cache.internal:7000/0");
/// # Ok::<(), redlane::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ConfigBuilder {
    pub(super) code: Layer,
    pub(super) url: Option<Result<Layer, ConfigError>>,
    environment: Option<Result<Environment, ConfigError>>,
    credentials_provider: Option<Arc<dyn CredentialsProvider>>,
    dangerous_accept_any_certificate: bool,
}

macro_rules! grow_setters {
    ($(
        $(#[$doc:meta])*
        $name:ident: $type:ty, takes $arg:ty = $put:path, gives $ret:ty = $get:expr,
            default $default:expr, rule $rule:expr, $words:expr;
    )*) => {
        impl ConfigBuilder {
            $(
                $(#[$doc])*
                pub fn $name(mut self, value: $arg) -> Self {
                    let value: $type = $put(value);
                    self.code.$name = Some(Said { value, source: Source::Code });
                    self
                }
            )*
        }
    };
}

each_setting!(grow_setters);

impl ConfigBuilder {
    /// Takes the settings of a URL, `redis://[user[:password]@]host[:port][/db][?setting=value&…]` or
    /// `unix://[user[:password]@]/path[?setting=value&…]`; replaces a URL given before, and the one of `REDIS_URL`.
    ///
    /// Schemes are `redis` and `valkey` (TCP), `rediss` and `valkeys` (TLS, with the feature `tls`), `unix`, `redis+unix`
    /// and `valkey+unix`. A `redis` URL says nothing about encryption; a `rediss` URL is never spoken to without. User, password, socket path and parameters are percent-decoded, once. The parameters are the
    /// settings of this builder by name, and `user` and `pass` as short forms; an unknown one is an error.
    pub fn url(mut self, url: &str) -> Self {
        self.url = Some(url::parse(url, Source::Url));
        self
    }

    /// Takes the settings of this process's environment variables.
    ///
    /// These are `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_DB`, `REDIS_USERNAME`, `REDIS_PASSWORD`, `REDIS_TLS`,
    /// `REDIS_TLS_CA_FILE`, `REDIS_TLS_CERT_FILE` and `REDIS_TLS_KEY_FILE` (and the same with `_PEM` for the text itself),
    /// `REDIS_TLS_SERVER_NAME`, `REDIS_MAX_CONNECTIONS`, `REDIS_RETRY_ON_TIMEOUT`, `REDIS_DECODE_RESPONSES`, `REDIS_SOCKET_TIMEOUT`,
    /// `REDIS_SOCKET_CONNECT_TIMEOUT`, `REDIS_HEALTH_CHECK_INTERVAL`, `REDIS_SOCKET_KEEPALIVE` and `REDIS_PROTOCOL`.
    /// What `REDIS_URL` says is stronger than the others. `REDIS_CLUSTER_NODES`, `REDIS_SENTINELS` and
    /// `REDIS_SENTINEL_SERVICE` are understood and not built yet.
    pub fn environment(mut self) -> Self {
        self.environment = Some(env::of_process());
        self
    }

    /// Like [`environment`](ConfigBuilder::environment), with variables looked up by `lookup`.
    pub fn environment_from(mut self, lookup: impl Fn(&str) -> Option<String>) -> Self {
        self.environment = Some(env::read(|name| Ok(lookup(name))));
        self
    }

    /// Asks `provider` for credentials at every connection attempt. `username` and `password` of the URL and the
    /// environment are then left aside; of code they are a conflict.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider) -> Self {
        self.credentials_provider = Some(Arc::new(provider));
        self
    }

    /// Accepts whatever certificate the server shows. Never do this with data that matters: whoever sits between this
    /// process and the server can then read and change all of it, the password first of all. There is no setting, URL
    /// or environment variable for it. A private authority is no reason: name it, by `tls_ca_file`.
    #[cfg(feature = "tls")]
    pub fn dangerous_accept_any_certificate(mut self) -> Self {
        self.dangerous_accept_any_certificate = true;
        self
    }

    /// Makes the configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first thing that is wrong in any of the places, even where a stronger place overrides
    /// it: a broken variable is always told.
    pub fn build(self) -> Result<Config, ConfigError> {
        let environment = self.environment.transpose()?.unwrap_or_default();
        let url = self.url.transpose()?.or(environment.url).unwrap_or_default();
        let mut layers = [self.code, url, environment.parts];
        settle_endpoint(&mut layers)?;
        settle_tls(&mut layers)?;
        if self.credentials_provider.is_some() {
            settle_credentials(&mut layers)?;
        }
        let [code, url, parts] = layers;
        let layer = code.over(url).over(parts);
        Config::resolve(layer, self.credentials_provider, self.dangerous_accept_any_certificate)
    }
}

/// The strongest place that names a host or a socket decides which of the two it is.
fn settle_endpoint(layers: &mut [Layer]) -> Result<(), ConfigError> {
    let mut settled = None;
    for layer in layers.iter_mut() {
        let host = layer.host.as_ref().map(|said| said.source);
        let socket = layer.unix_socket_path.as_ref().is_some_and(|said| said.value.is_some());
        if let (Some(from), true) = (host, socket) {
            return Err(ConfigError::Conflict { first: "host", second: "unix_socket_path", from });
        }
        if settled.is_none() && (host.is_some() || socket) {
            settled = Some(socket);
        }
        match settled {
            Some(true) => (layer.host, layer.port) = (None, None),
            Some(false) => layer.unix_socket_path = None,
            None => {}
        }
    }
    Ok(())
}

/// A URL that wants TLS cannot be overruled, and of two ways to give the same PEM the strongest place decides.
fn settle_tls(layers: &mut [Layer]) -> Result<(), ConfigError> {
    let says = |layer: &Layer| layer.tls.as_ref().map(|said| (said.value, said.source));
    let from_url = layers.iter().filter_map(says).find(|(tls, source)| *tls && source.is_url());
    let overruled = layers.iter().filter_map(says).next().filter(|(tls, _)| !*tls);
    if let (Some(_), Some((_, from))) = (from_url, overruled) {
        return Err(ConfigError::Conflict { first: "tls=false", second: "a URL with TLS", from });
    }
    macro_rules! settle {
        ($file:ident, $pem:ident) => {
            let mut settled = false;
            for layer in layers.iter_mut() {
                if settled {
                    (layer.$file, layer.$pem) = (None, None);
                    continue;
                }
                let file = layer.$file.as_ref().filter(|said| said.value.is_some()).map(|said| said.source);
                let text = layer.$pem.as_ref().is_some_and(|said| said.value.is_some());
                if let (Some(from), true) = (file, text) {
                    let (first, second) = (stringify!($file), stringify!($pem));
                    return Err(ConfigError::Conflict { first, second, from });
                }
                settled = file.is_some() || text;
            }
        };
    }
    settle!(tls_ca_file, tls_ca_pem);
    settle!(tls_cert_file, tls_cert_pem);
    settle!(tls_key_file, tls_key_pem);
    Ok(())
}

fn settle_credentials(layers: &mut [Layer]) -> Result<(), ConfigError> {
    for layer in layers.iter_mut() {
        for (said, second) in [
            (layer.username.as_ref().map(|said| said.source), "username"),
            (layer.password.as_ref().map(|said| said.source), "password"),
        ] {
            if let Some(from @ (Source::Code | Source::Document)) = said {
                return Err(ConfigError::Conflict { first: "credentials_provider", second, from });
            }
        }
        (layer.username, layer.password) = (None, None);
    }
    Ok(())
}

fn some_path(path: impl Into<PathBuf>) -> Option<PathBuf> {
    Some(path.into())
}

impl fmt::Debug for ConfigBuilder {
    /// Shows no setting: it may be wrong in a way that puts a password into the wrong one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigBuilder").finish_non_exhaustive()
    }
}

impl Config {
    /// A builder that knows nothing yet: neither a URL nor the environment.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// The configuration of the process's environment variables; see [`ConfigBuilder::environment`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] naming the variable that is wrong, never its value.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::builder().environment().build()
    }

    /// Like [`from_env`](Config::from_env), with variables looked up by `lookup`.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Config::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        Config::builder().environment_from(lookup).build()
    }

    /// The configuration of a URL, with defaults for the rest; see [`ConfigBuilder::url`]. The environment has no say.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the position or the parameter that is wrong, never a piece of user name or password.
    pub fn from_url(url: &str) -> Result<Config, ConfigError> {
        Config::builder().url(url).build()
    }
}
