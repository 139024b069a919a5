//! The configuration itself: every setting with one value, checked, never changed again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
#[cfg(feature = "tls")]
use redlane_pool::transport::tls::Tls;

use crate::config::credentials::CredentialsProvider;
use crate::config::error::ConfigError;
use crate::config::explain::{ExplainedSetting, Explanation};
use crate::config::layer::{Layer, Said};
use crate::config::options::{Endpoint, KeepaliveOptions, OnExhausted, Protocol};
use crate::config::rules::{
    LIMIT, always, is_client_name, is_host, is_limit, is_limit_if_any, is_limit_or_zero, is_path,
    is_server_name,
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
            dangerous_accept_any_certificate: bool,
            /// Shared by all connections that this configuration and its clones make.
            #[cfg(feature = "tls")]
            pub(super) encryption: Option<Tls>,
        }

        impl Config {
            /// Takes what `layer` says, and the defaults for the rest.
            fn fill(layer: Layer) -> Config {
                Config {
                    $($name: layer.$name.unwrap_or_else(|| Said { value: $default, source: Source::Default }),)*
                    credentials_provider: None,
                    dangerous_accept_any_certificate: false,
                    #[cfg(feature = "tls")]
                    encryption: None,
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
        dangerous_accept_any_certificate: bool,
    ) -> Result<Config, ConfigError> {
        #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "only TLS is made here"))]
        let mut config =
            Config { credentials_provider, dangerous_accept_any_certificate, ..Config::fill(layer) };
        config.check_each()?;
        config.check_together()?;
        #[cfg(feature = "tls")]
        {
            config.encryption = config.tls_options().map(Tls::new);
        }
        Ok(config)
    }

    /// Rules that concern more than one setting.
    fn check_together(&self) -> Result<(), ConfigError> {
        if self.tls.value {
            self.check_tls()?;
        } else if self.tls.source == Source::Default
            && let Some((setting, from)) = self.detail_of_tls()
        {
            // Whoever names a certificate expects encryption, and would not notice that there is none.
            let expected = "`tls` or a rediss URL beside it, or `tls` to be false";
            return Err(ConfigError::Invalid { setting, from, expected });
        }
        if self.min_idle.value > self.max_connections.value {
            let expected = "a number that is no larger than `max_connections`";
            return Err(ConfigError::Invalid { setting: "min_idle", from: self.min_idle.source, expected });
        }
        Ok(())
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        if !cfg!(feature = "tls") {
            return Err(ConfigError::WithoutFeature { what: "TLS", feature: "tls", from: self.tls.source });
        }
        if self.unix_socket_path.value.is_some() {
            let (first, second) = ("tls", "unix_socket_path");
            return Err(ConfigError::Conflict { first, second, from: self.tls.source });
        }
        let [_, certificate, key, _] = self.details_of_tls();
        match (certificate, key) {
            (Some((setting, from)), None) => {
                let expected = "a key beside it, `tls_key_file` or `tls_key_pem`";
                Err(ConfigError::Invalid { setting, from, expected })
            }
            (None, Some((setting, from))) => {
                let expected = "a certificate beside it, `tls_cert_file` or `tls_cert_pem`";
                Err(ConfigError::Invalid { setting, from, expected })
            }
            _ => Ok(()),
        }
    }

    /// Who vouches for the server, our certificate, its key and the server's name: which setting says it, if one does.
    fn details_of_tls(&self) -> [Option<(&'static str, Source)>; 4] {
        macro_rules! said {
            ($($name:ident),*) => {
                None$(.or(self.$name.value.is_some().then_some((stringify!($name), self.$name.source))))*
            };
        }
        [
            said!(tls_ca_file, tls_ca_pem),
            said!(tls_cert_file, tls_cert_pem),
            said!(tls_key_file, tls_key_pem),
            said!(tls_server_name),
        ]
    }

    fn detail_of_tls(&self) -> Option<(&'static str, Source)> {
        self.details_of_tls().into_iter().flatten().next()
    }

    /// Whether connections accept any certificate, which only code can say, and never should.
    pub fn accepts_any_certificate(&self) -> bool {
        self.dangerous_accept_any_certificate
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
        let dangerous = self.dangerous_accept_any_certificate;
        settings.push(ExplainedSetting {
            name: "dangerous_accept_any_certificate",
            value: dangerous.to_string(),
            source: if dangerous { Source::Code } else { Source::Default },
        });
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
            tcp => {
                let scheme = if self.tls.value { "rediss" } else { "redis" };
                write!(f, "{scheme}://{user}{password}{at}{tcp}/{}", self.db.value)
            }
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Config ")?;
        f.debug_map().entries(self.explain().iter().map(|setting| (setting.name, &setting.value))).finish()
    }
}
