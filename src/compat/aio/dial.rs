//! Dials and greets for async connections, and keeps the exact error when that fails.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use redlane_pool::connector::{Connector, Dirt, Exchange};
#[cfg(feature = "tls")]
use redlane_pool::transport::tls::{Tls, TlsOptions};
use redlane_pool::transport::{ConnectError, PipeDialer, Socket, Target, dial_prepared, look_up};
use socket2::SockRef;

use crate::compat::caching::CacheConfig;
use crate::compat::cmd::cmd;
use crate::compat::connection_info::{
    ConnectionAddr, ConnectionInfo, RedisConnectionInfo, WILDCARD, is_wildcard,
};
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
use crate::compat::greeting::{Greeting, Verdict};
use crate::compat::io::AsyncDNSResolver;
use crate::compat::io::tcp::TcpSettings;
use crate::compat::value::read_reply;

/// Makes the connections of one [`MultiplexedConnection`](super::MultiplexedConnection).
pub(crate) struct Dialer {
    target: Target,
    redis: RedisConnectionInfo,
    cache: Option<CacheConfig>,
    /// Why the last greeting failed, in the words of this surface.
    failure: Mutex<Option<RedisError>>,
}

impl Dialer {
    /// Connections to `info`.
    ///
    /// # Errors
    /// `InvalidClientConfig` for an address that no connection can have.
    pub(crate) fn new(
        info: &ConnectionInfo,
        redis: RedisConnectionInfo,
        resolver: Option<Arc<dyn AsyncDNSResolver>>,
        limit: Duration,
    ) -> RedisResult<Self> {
        let target = target(info, resolver, limit)?;
        Ok(Self { target, redis, cache: None, failure: Mutex::new(None) })
    }

    /// Connections to whatever `dialer` opens.
    pub(crate) fn over(dialer: PipeDialer, redis: RedisConnectionInfo) -> Self {
        Self { target: Target::Pipe(dialer), redis, cache: None, failure: Mutex::new(None) }
    }

    /// The same, with the server telling what changes.
    pub(crate) fn with_cache(self, cache: Option<CacheConfig>) -> Self {
        Self { cache, ..self }
    }

    /// Why there is no connection, in the words of this surface.
    pub(crate) fn explain(&self, error: ConnectError) -> RedisError {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.unwrap_or_else(|| RedisError::from_connect(error))
    }

    async fn greet_as(&self, exchange: &mut Exchange<'_>, with_user: bool) -> Result<Verdict, ConnectError> {
        let greeting = Greeting::new(&self.redis, with_user, self.cache.as_ref());
        if greeting.len() == 0 {
            return Ok(Verdict::Greeted);
        }
        exchange.send(&greeting.bytes()).await?;
        let mut answers = Vec::with_capacity(greeting.len());
        for _ in 0..greeting.len() {
            let reply = exchange.read().await?;
            answers.push(read_reply(&reply).map_err(|error| self.fail(error.into()))?);
        }
        greeting.judge(&answers).map_err(|error| self.fail(error))
    }

    /// Keeps the error for whoever asks, and gives one that the engine understands.
    fn fail(&self, error: RedisError) -> ConnectError {
        let told = ConnectError::Unsupported(error.to_string());
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        told
    }
}

impl Connector for Dialer {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.target.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        if self.greet_as(exchange, true).await? == Verdict::WithoutUser {
            // Refused again it is not asked a third time: the connection goes on as it is, as in redis-rs.
            self.greet_as(exchange, false).await?;
        }
        Ok(())
    }

    fn probe(&self) -> Bytes {
        cmd("PING").get_packed_command().into()
    }

    /// `DISCARD` also forgets watched keys.
    fn cleanse(&self, dirt: Dirt) -> Option<Bytes> {
        if dirt.contains(Dirt::OTHER) || dirt.contains(Dirt::BUSY) {
            return None;
        }
        let word = if dirt.contains(Dirt::MULTI) { "DISCARD" } else { "UNWATCH" };
        Some(cmd(word).get_packed_command().into())
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").field("target", &self.target).finish_non_exhaustive()
    }
}

fn target(
    info: &ConnectionInfo,
    resolver: Option<Arc<dyn AsyncDNSResolver>>,
    limit: Duration,
) -> RedisResult<Target> {
    let (host, port) = match info.addr() {
        ConnectionAddr::Unix(path) => return Ok(Target::unix(path)),
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => (host.clone(), *port),
    };
    if is_wildcard(&host) {
        return Err((ErrorKind::InvalidClientConfig, WILDCARD).into());
    }
    let encryption = encryption(info.addr())?;
    let settings = info.tcp_settings().clone();
    Ok(Target::Pipe(PipeDialer::sockets(move || {
        let (host, settings, resolver) = (host.clone(), settings.clone(), resolver.clone());
        let encryption = encryption.clone();
        async move {
            let socket = connect(&host, port, &settings, resolver.as_deref()).await?;
            encryption.wrap(&host, socket, limit).await
        }
    })))
}

/// How a connection is encrypted, if it is.
#[derive(Clone)]
struct Encryption {
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

#[cfg(feature = "tls")]
fn encryption(addr: &ConnectionAddr) -> RedisResult<Encryption> {
    let ConnectionAddr::TcpTls { insecure, tls_params, .. } = addr else {
        return Ok(Encryption { tls: None });
    };
    let mut options = tls_params.clone().map_or_else(TlsOptions::default, |params| params.options);
    options.dangerous_accept_any_certificate = *insecure;
    Ok(Encryption { tls: Some(Tls::new(options)) })
}

#[cfg(not(feature = "tls"))]
fn encryption(addr: &ConnectionAddr) -> RedisResult<Encryption> {
    match addr {
        ConnectionAddr::TcpTls { .. } => {
            Err((ErrorKind::InvalidClientConfig, "Cannot connect to TCP with TLS without the tls feature")
                .into())
        }
        _ => Ok(Encryption {}),
    }
}

impl Encryption {
    #[cfg(feature = "tls")]
    async fn wrap(&self, host: &str, socket: Socket, limit: Duration) -> io::Result<Socket> {
        match &self.tls {
            None => Ok(socket),
            Some(tls) => tls.encrypt(host, socket, limit).await.map_err(io::Error::other),
        }
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_async, reason = "with TLS there is something to wait for")]
    async fn wrap(&self, _host: &str, socket: Socket, _limit: Duration) -> io::Result<Socket> {
        Ok(socket)
    }
}

/// Connects to the first address that accepts.
async fn connect(
    host: &str,
    port: u16,
    settings: &TcpSettings,
    resolver: Option<&dyn AsyncDNSResolver>,
) -> io::Result<Socket> {
    let prepare = |socket: &SockRef<'_>| settings.apply(socket);
    match resolver {
        Some(resolver) => {
            let found = resolver.resolve(host, port).await.map_err(io::Error::other)?;
            dial_prepared(found, prepare).await
        }
        None => dial_prepared(look_up(host, port).await?, prepare).await,
    }
}
