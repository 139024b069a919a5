//! Opens sockets: the one place that resolves names, dials and sets socket options.
//!
//! What a socket is once it is open lives in `transport/socket.rs`, how it is encrypted in `transport/tls.rs`, why there is
//! none in `transport/error.rs`. Nothing here knows what is said over it. A name is resolved anew at every dial, since it
//! may have moved, and the time that is left is shared out over the addresses that are left, so that one black hole does
//! not use up what a healthy address needs.

mod error;
mod socket;
#[cfg(feature = "tls")]
pub mod tls;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::DuplexStream;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout};
use tracing::debug;

#[cfg(feature = "tls")]
use self::tls::Tls;

pub use self::error::{ConnectError, Step, TlsFailure};
pub use self::socket::{ReadHalf, Socket, WriteHalf};

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A host, by name or by address, and its port.
    Tcp {
        /// A name, an IPv4 address, or an IPv6 address without brackets.
        host: String,
        /// The port, usually 6379.
        port: u16,
    },
    /// A host as before, spoken to over TLS and never without.
    #[cfg(feature = "tls")]
    Tls {
        /// A name or an address; the server's certificate must be for it, unless `tls` names another.
        host: String,
        /// The port.
        port: u16,
        /// Whom to trust, and who we are.
        tls: Tls,
    },
    /// A Unix socket on this machine.
    Unix {
        /// The socket's path.
        path: PathBuf,
    },
    /// A pipe inside this process: a scripted or simulated server.
    Pipe(PipeDialer),
}

impl Target {
    /// A target at `host` and `port`.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Target::Tcp { host: host.into(), port }
    }

    /// A target at `host` and `port`, over TLS.
    #[cfg(feature = "tls")]
    pub fn tls(host: impl Into<String>, port: u16, tls: Tls) -> Self {
        Target::Tls { host: host.into(), port, tls }
    }

    /// A target at the Unix socket `path`.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Target::Unix { path: path.into() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host_and_port = |f: &mut fmt::Formatter<'_>, host: &str, port: u16| {
            if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
        };
        match self {
            Target::Tcp { host, port } => host_and_port(f, host, *port),
            #[cfg(feature = "tls")]
            Target::Tls { host, port, .. } => host_and_port(f, host, *port),
            Target::Unix { path } => write!(f, "{}", path.display()),
            Target::Pipe(_) => f.write_str("in-memory pipe"),
        }
    }
}

type PipeFuture = Pin<Box<dyn Future<Output = io::Result<Socket>> + Send>>;

/// Opens in-memory pipes to a peer that lives in the same process, or sockets in a way of the caller's own; each dial asks
/// it for a new one.
///
/// Two dialers are equal when they are clones of one.
#[derive(Clone)]
pub struct PipeDialer(Arc<dyn Fn() -> PipeFuture + Send + Sync>);

impl PipeDialer {
    /// A dialer that calls `open` at every dial; an error counts as a refused connection.
    pub fn new<F, Fut>(open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<DuplexStream>> + Send + 'static,
    {
        PipeDialer(Arc::new(move || {
            let opened = open();
            Box::pin(async move { opened.await.map(Socket::Pipe) })
        }))
    }

    /// A dialer of sockets that the caller opens and sets up by itself.
    pub fn sockets<F, Fut>(open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<Socket>> + Send + 'static,
    {
        PipeDialer(Arc::new(move || Box::pin(open())))
    }
}

impl fmt::Debug for PipeDialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PipeDialer")
    }
}

impl PartialEq for PipeDialer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for PipeDialer {}

/// When the kernel asks a silent peer whether it is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keepalive {
    /// The first question after `idle` of silence, the next ones `interval` apart, dead after `count` without an answer.
    Tuned {
        /// Silence before the first question.
        idle: Duration,
        /// Time between questions. Left to the system where it cannot be set.
        interval: Duration,
        /// Unanswered questions until the connection counts as dead. Left to the system where it cannot be set.
        count: u32,
    },
    /// Only switched on; the system's own times hold (two hours of silence on most).
    SystemDefault,
}

impl Default for Keepalive {
    /// 30 s of silence, then three questions 5 s apart.
    fn default() -> Self {
        Keepalive::Tuned { idle: Duration::from_secs(30), interval: Duration::from_secs(5), count: 3 }
    }
}

/// How a TCP socket is set up before it connects. Unix sockets and pipes have none of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketOptions {
    /// Sends small segments at once. On by default: a request is flushed whole, so waiting for more only adds latency.
    pub nodelay: bool,
    /// Keepalive, by default 30 s, 5 s and 3; `None` switches it off.
    pub keepalive: Option<Keepalive>,
    /// Time that sent bytes may stay unacknowledged until the kernel drops the connection (`TCP_USER_TIMEOUT`, Linux and
    /// Android; elsewhere without effect). By default 45 s: as long as the default keepalive takes, which it also bounds.
    pub user_timeout: Option<Duration>,
}

impl Default for SocketOptions {
    fn default() -> Self {
        SocketOptions {
            nodelay: true,
            keepalive: Some(Keepalive::default()),
            user_timeout: Some(Duration::from_secs(45)),
        }
    }
}

/// Opens a socket to `target` within `limit`, name resolution included.
///
/// Every address of a name is tried, in the order in which the resolver gave them, until one accepts.
///
/// # Errors
/// [`ConnectError::Resolve`], [`ConnectError::Dial`] (of the last address that answered), [`ConnectError::Timeout`],
/// [`ConnectError::Tls`], or [`ConnectError::Unsupported`] for a kind of target which this system does not have.
///
/// # Cancel safety
/// Dropping the future closes the socket under way.
pub async fn dial(target: &Target, options: &SocketOptions, limit: Duration) -> Result<Socket, ConnectError> {
    match target {
        Target::Tcp { host, port } => dial_tcp(host, *port, options, limit).await,
        #[cfg(feature = "tls")]
        Target::Tls { host, port, tls } => {
            let started = Instant::now();
            let socket = dial_tcp(host, *port, options, limit).await?;
            let left = limit.saturating_sub(started.elapsed());
            let encrypted = timeout(left, tls.encrypt(host, socket, left)).await;
            encrypted.map_err(|_| ConnectError::Timeout { step: Step::Tls, limit })?
        }
        Target::Unix { path } => dial_unix(path, limit).await,
        Target::Pipe(dialer) => {
            let opened = timeout(limit, (dialer.0)()).await;
            let opened = opened.map_err(|_| ConnectError::Timeout { step: Step::Dial, limit })?;
            opened.map_err(|source| ConnectError::dial(target, source))
        }
    }
}

async fn dial_tcp(
    host: &str,
    port: u16,
    options: &SocketOptions,
    limit: Duration,
) -> Result<Socket, ConnectError> {
    let started = Instant::now();
    let found = resolve(host, port, limit).await?;
    dial_any(found, options, started, limit).await
}

/// Looks up the addresses of `host`, in the order in which the resolver gives them; there is at least one.
pub(crate) async fn resolve(host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, ConnectError> {
    let found = match timeout(limit, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(source)) => return Err(ConnectError::resolve(host, source)),
        Err(_) => return Err(ConnectError::Timeout { step: Step::Resolve, limit }),
    };
    if found.is_empty() {
        return Err(ConnectError::resolve(host, io::Error::new(io::ErrorKind::NotFound, "no address")));
    }
    Ok(found)
}

/// Dials one address after the other until one accepts, within what is left of a `limit` that began at `started`.
pub(crate) async fn dial_any(
    found: Vec<SocketAddr>,
    options: &SocketOptions,
    started: Instant,
    limit: Duration,
) -> Result<Socket, ConnectError> {
    first_to_accept(found, started, limit, |address| connect(address, options)).await.map(Socket::Tcp)
}

/// What `dial_any` does, with any way to dial an address.
async fn first_to_accept<T, F: Future<Output = io::Result<T>>>(
    found: Vec<SocketAddr>,
    started: Instant,
    limit: Duration,
    dial: impl Fn(SocketAddr) -> F,
) -> Result<T, ConnectError> {
    let mut untried = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let mut last = ConnectError::Timeout { step: Step::Dial, limit };
    for address in found {
        let left = limit.saturating_sub(started.elapsed());
        let share = left.checked_div(untried).unwrap_or(left);
        untried = untried.saturating_sub(1);
        match timeout(share, dial(address)).await {
            Ok(Ok(opened)) => return Ok(opened),
            Ok(Err(source)) => last = ConnectError::dial(&address, source),
            Err(_) => debug!(%address, ?share, "no connection in this address's share of the limit"),
        }
    }
    Err(last)
}

async fn connect(address: SocketAddr, options: &SocketOptions) -> io::Result<TcpStream> {
    connect_prepared(address, &|socket| {
        socket.set_tcp_nodelay(options.nodelay)?;
        // A sandbox or an old kernel may refuse these two; the link's own liveness rule does not depend on them.
        if let Err(error) = watch_peer(socket, options) {
            debug!(%address, %error, "keepalive or user timeout could not be set");
        }
        Ok(())
    })
    .await
}

async fn connect_prepared(
    address: SocketAddr,
    prepare: &impl Fn(&SockRef<'_>) -> io::Result<()>,
) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    prepare(&SockRef::from(&socket))?;
    socket.connect(address).await
}

/// Looks up the addresses of `host` by the system's resolver, for those who dial them by [`dial_prepared`].
///
/// # Errors
/// What the resolver says.
pub async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    lookup_host((host, port)).await.map(Iterator::collect)
}

/// Dials one address after the other until one accepts, over sockets that `prepare` sets up; for a [`PipeDialer`] of
/// sockets, which keeps the limit.
///
/// # Errors
/// That of the last address, when none accepts; `NotFound` when there is none.
///
/// # Cancel safety
/// Dropping the future closes the socket under way.
pub async fn dial_prepared(
    addresses: impl IntoIterator<Item = SocketAddr, IntoIter: Send> + Send,
    prepare: impl Fn(&SockRef<'_>) -> io::Result<()> + Send + Sync,
) -> io::Result<Socket> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "No address found for host");
    for address in addresses {
        match connect_prepared(address, &prepare).await {
            Ok(stream) => return Ok(Socket::Tcp(stream)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Sets what tells a peer that is gone from one that is silent.
pub(crate) fn watch_peer(socket: &SockRef<'_>, options: &SocketOptions) -> io::Result<()> {
    match options.keepalive {
        None => {}
        Some(Keepalive::SystemDefault) => socket.set_keepalive(true)?,
        Some(Keepalive::Tuned { idle, interval, count }) => {
            let keepalive = TcpKeepalive::new().with_time(idle);
            #[cfg(any(target_vendor = "apple", target_os = "android", target_os = "linux", windows))]
            let keepalive = keepalive.with_interval(interval).with_retries(count);
            #[cfg(not(any(target_vendor = "apple", target_os = "android", target_os = "linux", windows)))]
            let _ = (interval, count);
            socket.set_tcp_keepalive(&keepalive)?;
        }
    }
    #[cfg(any(target_os = "android", target_os = "linux"))]
    if options.user_timeout.is_some() {
        socket.set_tcp_user_timeout(options.user_timeout)?;
    }
    Ok(())
}

#[cfg(unix)]
async fn dial_unix(path: &Path, limit: Duration) -> Result<Socket, ConnectError> {
    match timeout(limit, tokio::net::UnixStream::connect(path)).await {
        Ok(Ok(stream)) => Ok(Socket::Unix(stream)),
        Ok(Err(source)) => Err(ConnectError::dial(&path.display(), source)),
        Err(_) => Err(ConnectError::Timeout { step: Step::Dial, limit }),
    }
}

#[cfg(not(unix))]
async fn dial_unix(_path: &Path, _limit: Duration) -> Result<Socket, ConnectError> {
    Err(ConnectError::Unsupported("Unix sockets do not exist on this system".to_owned()))
}

#[cfg(test)]
mod tests;
