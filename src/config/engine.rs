//! The settings as the layers below name them.

#[cfg(feature = "tls")]
use std::path::Path;
use std::sync::Arc;

use redlane_pool::config::{LinkConfig, OnExhausted as WhenExhausted, PoolConfig, Timekeeper};
use redlane_pool::retry::{Budget, Retry};
#[cfg(feature = "tls")]
use redlane_pool::transport::tls::{Pem, TlsOptions};
use redlane_pool::transport::{Keepalive, SocketOptions, Target};
use redlane_resp::limits::Limits;

use crate::config::options::{Endpoint, KeepaliveOptions, OnExhausted};
use crate::config::resolved::Config;
#[cfg(feature = "tls")]
use crate::config::secret::Secret;

impl Config {
    /// The server, to connect to.
    pub fn target(&self) -> Target {
        match self.endpoint() {
            Endpoint::Tcp { host, port } => self.target_at(host, port),
            Endpoint::Unix { path } => Target::unix(path),
        }
    }

    /// A server at another host and port, spoken to as this one is: encrypted if this one is.
    pub fn target_at(&self, host: impl Into<String>, port: u16) -> Target {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.encryption {
            return Target::tls(host, port, tls.clone());
        }
        Target::tcp(host, port)
    }

    /// Settings of TLS; `None` where it is not spoken.
    #[cfg(feature = "tls")]
    pub(super) fn tls_options(&self) -> Option<TlsOptions> {
        let pem = |file: Option<&Path>, text: Option<&Secret>| {
            file.map(Pem::file).or_else(|| text.map(|text| Pem::text(text.clone())))
        };
        self.tls().then(|| {
            let mut options = TlsOptions::default();
            options.authorities = pem(self.tls_ca_file(), self.tls_ca_pem());
            options.certificate = pem(self.tls_cert_file(), self.tls_cert_pem());
            options.key = pem(self.tls_key_file(), self.tls_key_pem());
            options.server_name = self.tls_server_name().map(ToOwned::to_owned);
            options.dangerous_accept_any_certificate = self.accepts_any_certificate();
            options
        })
    }

    /// Settings of a shared connection.
    pub fn link(&self) -> LinkConfig {
        let mut link = LinkConfig::default();
        link.timekeeper = Timekeeper::Process;
        link.in_flight = self.max_in_flight();
        link.in_flight_bytes = self.max_in_flight_bytes();
        link.room_waiters = self.max_room_waiters();
        link.attempt_timeout = Some(self.socket_timeout());
        link.connect_timeout = self.connect_timeout();
        link.frame_timeout = self.socket_timeout();
        link.health_check_interval =
            Some(self.health_check_interval()).filter(|interval| !interval.is_zero());
        link.limits = self.limits();
        link.socket = self.socket();
        link
    }

    /// Settings of the pool beside it.
    pub fn pool(&self) -> PoolConfig {
        let mut pool = PoolConfig::default();
        pool.max_connections = self.max_connections();
        pool.min_idle = self.min_idle();
        pool.max_connecting = self.max_connecting();
        pool.acquire_timeout = self.acquire_timeout();
        pool.connect_timeout = self.connect_timeout();
        pool.recycle_timeout = self.recycle_timeout();
        pool.max_waiters = self.max_waiters();
        pool.on_exhausted = match self.on_exhausted() {
            OnExhausted::Wait => WhenExhausted::Wait,
            OnExhausted::Fail => WhenExhausted::Fail,
        };
        pool.idle_timeout = self.max_idle_time();
        pool.max_lifetime = self.max_lifetime();
        pool.check_after = Some(self.health_check_interval()).filter(|interval| !interval.is_zero());
        pool
    }

    /// The policy for calls that were certainly not executed, with a budget of its own.
    pub fn retry(&self) -> Retry {
        Retry::default()
            .with_max_attempts(self.retry_attempts().saturating_add(1))
            .with_waits(self.retry_base(), self.retry_cap())
            .with_budget(Arc::new(Budget::new(self.retry_budget(), self.retry_budget_successes())))
    }

    fn limits(&self) -> Limits {
        Limits::default()
            .with_depth(self.limit_depth())
            .with_bulk_bytes(self.limit_bulk_bytes())
            .with_elements(self.limit_elements())
            .with_frame_bytes(self.limit_frame_bytes())
            .with_line_bytes(self.limit_line_bytes())
            .with_streamed_bytes(self.limit_streamed_bytes())
    }

    fn socket(&self) -> SocketOptions {
        let mut socket = SocketOptions::default();
        socket.keepalive = self.socket_keepalive().then(|| match self.socket_keepalive_options() {
            KeepaliveOptions::Tuned { idle, interval, count } => Keepalive::Tuned { idle, interval, count },
            KeepaliveOptions::System => Keepalive::SystemDefault,
        });
        socket.user_timeout = self.tcp_user_timeout();
        socket
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The defaults of the layers are written down twice, once for each kind of reader.
    #[test]
    fn defaults_are_the_layers_own() {
        let config = Config::default();

        let mut link = LinkConfig::default();
        // In-memory sockets go by the runtime's time; real ones do not.
        link.timekeeper = Timekeeper::Process;
        assert_eq!(format!("{:?}", config.link()), format!("{link:?}"));
        assert_eq!(format!("{:?}", config.pool()), format!("{:?}", PoolConfig::default()));
        let retry = Retry::default().with_budget(Arc::new(Budget::default()));
        assert_eq!(format!("{:?}", config.retry()), format!("{retry:?}"));
    }

    #[test]
    fn settings_reach_the_layers() {
        let second = Duration::from_secs(1);
        let config = Config::builder()
            .socket_timeout(second)
            .socket_connect_timeout(None)
            .health_check_interval(Duration::ZERO)
            .socket_keepalive_options(KeepaliveOptions::System)
            .tcp_user_timeout(None)
            .limit_depth(7)
            .max_connections(3)
            .on_exhausted(OnExhausted::Fail)
            .retry_attempts(0)
            .build()
            .unwrap();

        let (link, pool, retry) = (config.link(), config.pool(), config.retry());

        assert_eq!((link.attempt_timeout, link.connect_timeout), (Some(second), second));
        assert_eq!((link.health_check_interval, pool.check_after), (None, None));
        assert_eq!(link.socket.keepalive, Some(Keepalive::SystemDefault));
        assert_eq!(link.socket.user_timeout, None);
        assert_eq!(link.limits.depth, 7);
        assert_eq!((pool.max_connections, pool.on_exhausted), (3, WhenExhausted::Fail));
        assert_eq!(retry.max_attempts, 1);
    }

    #[test]
    fn keepalive_can_be_off() {
        let config = Config::builder().socket_keepalive(false).build().unwrap();

        assert_eq!(config.link().socket.keepalive, None);
    }
}
