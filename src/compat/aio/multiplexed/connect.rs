//! Makes the connection.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use ::tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional, duplex};
use ::tokio::time::timeout;
use futures_core::Stream;
use redlane_pool::config::{LinkConfig, Timekeeper};
use redlane_pool::link::Link;
use redlane_pool::transport::PipeDialer;
use tracing::{debug, warn};

use super::side::Side;
use super::{MultiplexedConnection, Shared};
use crate::compat::aio::ConnectionLike;
use crate::compat::aio::cache::Cache;
use crate::compat::aio::dial::Dialer;
use crate::compat::aio::sink::Sink;
use crate::compat::async_config::AsyncConnectionConfig;
use crate::compat::auth::{BasicAuth, StreamingCredentialsProvider};
use crate::compat::connection_info::{ConnectionInfo, RedisConnectionInfo};
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
use crate::compat::greeting::authenticate;
use crate::compat::value::limits;

/// Waits as long as this when no limit is set: the engine wants one, and nobody waits for a year.
const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// Bytes between a stream that was handed in and the engine.
const BRIDGE: usize = 64 * 1024;

type Credentials = Pin<Box<dyn Stream<Item = RedisResult<BasicAuth>> + Send>>;

impl MultiplexedConnection {
    /// Connects and greets.
    ///
    /// # Errors
    /// Why there is no connection within the time.
    pub(in crate::compat) async fn connect(
        info: &ConnectionInfo,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<Self> {
        let limit = config.connection_timeout.unwrap_or(NO_LIMIT);
        let connected = timeout(limit, async {
            let redis = prepare(info.redis_settings(), config).await?;
            let dialer = Dialer::new(info, redis.clone(), config.dns_resolver.clone(), limit)?;
            let dialer = dialer.with_cache(config.cache);
            Self::over(Arc::new(dialer), &redis, config, true).await
        });
        connected.await.map_err(|_| RedisError::timed_out())?
    }

    /// Greets over a stream that is open already. The future given with the connection carries its bytes and has to be
    /// polled for as long as the connection is used.
    ///
    /// # Errors
    /// Why the server does not want the connection.
    pub async fn new<C>(
        connection_info: &RedisConnectionInfo,
        stream: C,
    ) -> RedisResult<(Self, impl Future<Output = ()> + use<C>)>
    where
        C: Unpin + AsyncRead + AsyncWrite + Send + 'static,
    {
        Self::new_with_config(connection_info, stream, AsyncConnectionConfig::default()).await
    }

    /// As [`new`](Self::new), with settings.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub async fn new_with_config<C>(
        connection_info: &RedisConnectionInfo,
        stream: C,
        config: AsyncConnectionConfig,
    ) -> RedisResult<(Self, impl Future<Output = ()> + use<C> + 'static)>
    where
        C: Unpin + AsyncRead + AsyncWrite + Send + 'static,
    {
        let redis = prepare(connection_info, &config).await?;
        let (near, mut far) = duplex(BRIDGE);
        let near = Mutex::new(Some(near));
        let dialer = PipeDialer::new(move || {
            let stream = near.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move { stream.ok_or_else(|| io::ErrorKind::NotConnected.into()) }
        });
        let mut stream = stream;
        let mut bridge = Box::pin(async move {
            if let Err(error) = copy_bidirectional(&mut stream, &mut far).await {
                debug!(%error, "the stream of a connection failed");
            }
        });
        let dialer = Arc::new(Dialer::over(dialer, redis.clone()).with_cache(config.cache));
        let mut greeted = pin!(Self::over(dialer, &redis, &config, false));
        let mut ended = false;
        let connection = poll_fn(|cx| {
            // The bytes first: a server that hangs up has mostly said why.
            ended = ended || bridge.as_mut().poll(cx).is_ready();
            match greeted.as_mut().poll(cx) {
                Poll::Pending if ended => Poll::Ready(Err(RedisError::closed())),
                polled => polled,
            }
        });
        let connection = connection.await?;
        Ok((connection, async move {
            if !ended {
                bridge.await;
            }
        }))
    }

    async fn over(
        dialer: Arc<Dialer>,
        redis: &RedisConnectionInfo,
        config: &AsyncConnectionConfig,
        with_side: bool,
    ) -> RedisResult<Self> {
        if config.concurrency_limit == Some(0) {
            return Err((ErrorKind::InvalidClientConfig, "concurrency limit must be greater than 0").into());
        }
        let link_config = link_config(config);
        let cache = config.cache.map(|config| Arc::new(Cache::new(config)));
        let sink = Arc::new(Sink::new(config.push_sender.clone(), cache.clone()));
        let link = Link::connect(Arc::clone(&dialer), link_config.clone(), Some(sink as _)).await;
        let link = link.map_err(|error| dialer.explain(error))?;
        let side = with_side.then(|| Side::new(dialer, &link_config));
        let shared = Shared::new(link, cache, (redis.db(), redis.protocol()), side, config.concurrency_limit);
        let connection = Self { shared: Arc::new(shared), response_timeout: config.response_timeout };
        if let Some(provider) = &config.credentials_provider {
            connection.renew(provider.subscribe());
        }
        Ok(connection)
    }

    /// Authenticates anew as credentials come, for as long as a clone of the connection lives.
    fn renew(&self, mut credentials: Credentials) {
        let shared = Arc::downgrade(&self.shared);
        let task = ::tokio::spawn(async move {
            while let Some(next) = poll_fn(|cx| credentials.as_mut().poll_next(cx)).await {
                let Some(shared) = shared.upgrade() else { return };
                let auth = match next {
                    Ok(auth) => authenticate(Some(auth.username()), auth.password()),
                    Err(error) => {
                        warn!(%error, "no new credentials for a connection");
                        continue;
                    }
                };
                // A side connection greets with the first credentials, which may have expired.
                shared.change();
                let mut connection = Self { shared, response_timeout: None };
                if let Err(error) = auth_over(&mut connection, &auth).await {
                    warn!(%error, "a connection could not be authenticated anew");
                    return;
                }
            }
        });
        *self.shared.renewal.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
    }
}

async fn auth_over(
    connection: &mut MultiplexedConnection,
    auth: &crate::compat::cmd::Cmd,
) -> RedisResult<()> {
    connection.req_reply(auth).await?.read()
}

/// Checks the settings and takes the first credentials.
async fn prepare(
    info: &RedisConnectionInfo,
    config: &AsyncConnectionConfig,
) -> RedisResult<RedisConnectionInfo> {
    if config.push_sender.is_some() {
        info.protocol().require_resp3("Can only pass push sender to a connection using RESP3")?;
    }
    if config.cache.is_some() {
        info.protocol().require_resp3("Can only enable client side caching in a connection using RESP3")?;
    }
    match &config.credentials_provider {
        None => Ok(info.clone()),
        Some(provider) => first_credentials(info, &**provider).await,
    }
}

async fn first_credentials(
    info: &RedisConnectionInfo,
    provider: &dyn StreamingCredentialsProvider,
) -> RedisResult<RedisConnectionInfo> {
    let mut credentials = provider.subscribe();
    match poll_fn(|cx| credentials.as_mut().poll_next(cx)).await {
        Some(Ok(auth)) => Ok(info.clone().set_username(auth.username()).set_password(auth.password())),
        Some(Err(error)) => Err(error),
        None => Err((
            ErrorKind::AuthenticationFailed,
            "Credentials stream closed unexpectedly before yielding credentials!",
        )
            .into()),
    }
}

/// The link's own times are off: redis-rs never gives a socket up because a reply is late, and each clone has a time of its
/// own.
fn link_config(config: &AsyncConnectionConfig) -> LinkConfig {
    let mut link = LinkConfig::default();
    link.timekeeper = Timekeeper::Process;
    link.attempt_timeout = None;
    link.health_check_interval = None;
    link.connect_timeout = config.connection_timeout.unwrap_or(NO_LIMIT);
    link.limits = limits();
    if let Some(size) = config.pipeline_buffer_size {
        link.in_flight = size.max(1);
    }
    if let Some(boundary) = config.write_backpressure_boundary {
        link.in_flight_bytes = boundary.max(1);
    }
    link
}
