//! The configuration itself: every setting with one value, checked, never changed again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::credentials::CredentialsProvider;
use crate::config::error::ConfigError;
use crate::config::explain::{ExplainedSetting, Explanation};
use crate::config::layer::{Layer, Said};
use crate::config::options::{Endpoint, KeepaliveOptions, OnExhausted, Protocol};
use crate::config::rules::{
    LIMIT, always, is_client_name, is_host, is_limit, is_limit_if_any, is_limit_or_zero, is_socket_path,
};
use crate::config::secret::{MASK, Secret};
use crate::config::source::Source;
use crate::config::value::Setting;

const MIB: usize = 1024 * 1024;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

macro_rules! grow_config {
    ($(
        $(#[$doc:meta])*
        $name:ident: $type:ty, takes $arg:ty = $put:path, gives $ret:ty = $get:expr,
            default $default:expr, rule $rule:expr, $words:expr;
    )*) => {
        /// All settings of a client. Immutable; made by [`Config::builder`], [`Config::from_env`] or
        /// [`Config::from_url`].
        ///
        /// Neither its `Debug` nor its `Display` nor [`explain`](Config::explain) shows a password.
        #[derive(Clone)]
        pub struct Config {
            $($name: Said<$type>,)*
            credentials_provider: Option<Arc<dyn CredentialsProvider>>,
        }

        impl Config {
            /// Takes what `layer` says, and the defaults for the rest.
            fn fill(layer: Layer) -> Config {
                Config {
                    $($name: layer.$name.unwrap_or_else(|| Said { value: $default, source: Source::Default }),)*
                    credentials_provider: None,
                }
            }

            /// Checks each setting by its rule.
            fn check_each(&self) -> Result<(), ConfigError> {
                $(
                    let rule: fn(&$type) -> bool = $rule;
                    if !rule(&self.$name.value) {
                        let from = self.$name.source;
                        return Err(ConfigError::Invalid { setting: stringify!($name), from, expected: $words });
                    }
                )*
                Ok(())
            }

            fn explained(&self) -> Vec<ExplainedSetting> {
                vec![$(ExplainedSetting {
                    name: stringify!($name),
                    value: Setting::show(&self.$name.value),
                    source: self.$name.source,
                },)*]
            }

            $(
                $(#[$doc])*
                pub fn $name(&self) -> $ret {
                    let get: fn(&$type) -> $ret = $get;
                    get(&self.$name.value)
                }
            )*
        }
    };
}

each_setting!(grow_config);

impl Config {
    /// The configuration that `layer` makes, if every rule holds.
    pub(super) fn resolve(
        layer: Layer,
        credentials_provider: Option<Arc<dyn CredentialsProvider>>,
    ) -> Result<Config, ConfigError> {
        let config = Config { credentials_provider, ..Config::fill(layer) };
        config.check_each()?;
        config.check_together()?;
        Ok(config)
    }

    /// Rules that concern more than one setting, and settings that are not built yet.
    fn check_together(&self) -> Result<(), ConfigError> {
        if self.tls.value {
            return Err(ConfigError::NotBuilt { what: "TLS", from: self.tls.source });
        }
        if self.min_idle.value > self.max_connections.value {
            let expected = "a number that is no larger than `max_connections`";
            return Err(ConfigError::Invalid { setting: "min_idle", from: self.min_idle.source, expected });
        }
        Ok(())
    }

    /// Where the server is.
    pub fn endpoint(&self) -> Endpoint {
        match &self.unix_socket_path.value {
            Some(path) => Endpoint::Unix { path: path.clone() },
            None => Endpoint::Tcp { host: self.host.value.clone(), port: self.port.value },
        }
    }

    /// Time that connecting may take: `socket_connect_timeout`, or `socket_timeout` if that is none.
    pub fn connect_timeout(&self) -> Duration {
        self.socket_connect_timeout.value.unwrap_or(self.socket_timeout.value)
    }

    /// The provider that is asked for credentials at every connection attempt; it takes the place of `username` and
    /// `password`.
    pub fn credentials_provider(&self) -> Option<&Arc<dyn CredentialsProvider>> {
        self.credentials_provider.as_ref()
    }

    /// All settings, each with its value (secrets masked) and its source.
    ///
    /// ```
    /// use redlane::config::{Config, Source};
    ///
    /// let config = Config::builder().url("redis://:swordfish@cache:7000").db(2).build()?;
    /// let list = config.explain();
    /// assert_eq!(list.setting("port").map(|port| port.source), Some(Source::Url));
    /// assert_eq!(list.setting("db").map(|db| db.source), Some(Source::Code));
    /// assert!(!list.to_string().contains("swordfish"));
    /// # Ok::<(), redlane::config::ConfigError>(())
    /// ```
    pub fn explain(&self) -> Explanation {
        let mut settings = self.explained();
        let (value, source) = match self.credentials_provider {
            Some(_) => ("set", Source::Code),
            None => ("none", Source::Default),
        };
        settings.push(ExplainedSetting { name: "credentials_provider", value: value.to_owned(), source });
        Explanation::new(settings)
    }
}

impl Default for Config {
    /// Every setting at its default: `localhost:6379`, database 0, no password.
    fn default() -> Self {
        Config::fill(Layer::default())
    }
}

impl fmt::Display for Config {
    /// As a URL, with the password masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.username.value.as_deref().unwrap_or_default();
        let user = utf8_percent_encode(user, NON_ALPHANUMERIC);
        let password = if self.password.value.is_some() { format!(":{MASK}") } else { String::new() };
        let at = if self.username.value.is_none() && password.is_empty() { "" } else { "@" };
        match self.endpoint() {
            Endpoint::Unix { path } => {
                write!(f, "unix://{user}{password}{at}{}?db={}", path.display(), self.db.value)
            }
            tcp => write!(f, "redis://{user}{password}{at}{tcp}/{}", self.db.value),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Config ")?;
        f.debug_map().entries(self.explain().iter().map(|setting| (setting.name, &setting.value))).finish()
    }
}
