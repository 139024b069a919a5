//! Opens standard sockets, by the rules of `crate::transport`: every address of a name in turn, the time that is left
//! shared out over the addresses that are left.
//!
//! The system's resolver knows no limit, so with a limit a name is looked up in a thread of its own. When the answer comes
//! too late nobody hears it, and the thread ends by itself.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Type};
use tracing::debug;

use super::socket::Socket;
#[cfg(feature = "tls")]
use super::tls;
use crate::transport::{ConnectError, SocketOptions, Step, Target, watch_peer};

/// Opens a socket to `target` within `limit`.
pub(super) fn dial(
    target: &Target,
    options: &SocketOptions,
    limit: Option<Duration>,
) -> Result<Socket, ConnectError> {
    let clock = Clock { started: Instant::now(), limit };
    match target {
        Target::Tcp { host, port } => dial_tcp(host, *port, options, clock).map(Socket::Tcp),
        #[cfg(feature = "tls")]
        Target::Tls { host, port, tls } => {
            let stream = dial_tcp(host, *port, options, clock)?;
            let encrypted = tls::encrypt(tls, host, stream, clock)?;
            Ok(Socket::Tls(Box::new(encrypted)))
        }
        Target::Unix { path } => dial_unix(path, clock),
        Target::Pipe(_) => {
            Err(ConnectError::Unsupported("a pipe in this process needs a runtime".to_owned()))
        }
    }
}

/// A limit that began some time ago.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    started: Instant,
    pub(super) limit: Option<Duration>,
}

impl Clock {
    /// What is left, never zero; `None` without a limit.
    pub(super) fn left(self, step: Step) -> Result<Option<Duration>, ConnectError> {
        let Some(limit) = self.limit else { return Ok(None) };
        match limit.checked_sub(self.started.elapsed()).filter(|left| !left.is_zero()) {
            Some(left) => Ok(Some(left)),
            None => Err(self.over(step)),
        }
    }

    pub(super) fn over(self, step: Step) -> ConnectError {
        ConnectError::Timeout { step, limit: self.limit.unwrap_or_else(|| self.started.elapsed()) }
    }
}

fn dial_tcp(host: &str, port: u16, options: &SocketOptions, clock: Clock) -> Result<TcpStream, ConnectError> {
    let found = resolve(host, port, clock)?;
    let mut untried = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let mut last = None;
    for address in found {
        let left = match clock.left(Step::Dial) {
            Ok(left) => left,
            Err(over) => return Err(last.unwrap_or(over)),
        };
        let share = left.map(|left| left.checked_div(untried).unwrap_or(left));
        untried = untried.saturating_sub(1);
        match connect(address, options, share) {
            Ok(stream) => return Ok(stream),
            Err(error) if share.is_some() && error.kind() == io::ErrorKind::TimedOut => {
                debug!(%address, ?share, "no connection in this address's share of the limit");
            }
            Err(source) => last = Some(ConnectError::dial(&address, source)),
        }
    }
    Err(last.unwrap_or_else(|| clock.over(Step::Dial)))
}

/// Looks up the addresses of `host`, in the order in which the resolver gives them; there is at least one.
fn resolve(host: &str, port: u16, clock: Clock) -> Result<Vec<SocketAddr>, ConnectError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let looked_up = match clock.left(Step::Resolve)? {
        None => look_up(host, port),
        Some(left) => {
            let (sender, receiver) = channel();
            let name = host.to_owned();
            // Without the receiver, the answer is dropped.
            let look_up = move || drop(sender.send(look_up(&name, port)));
            let started = thread::Builder::new().name("redlane-resolve".to_owned()).spawn(look_up);
            match started.map(|_| receiver.recv_timeout(left)) {
                Ok(Ok(found)) => found,
                Ok(Err(RecvTimeoutError::Timeout)) => return Err(clock.over(Step::Resolve)),
                Ok(Err(RecvTimeoutError::Disconnected)) => Err(io::ErrorKind::Other.into()),
                Err(error) => Err(error),
            }
        }
    };
    match looked_up {
        Ok(found) if found.is_empty() => {
            Err(ConnectError::resolve(host, io::Error::new(io::ErrorKind::NotFound, "no address")))
        }
        Ok(found) => Ok(found),
        Err(source) => Err(ConnectError::resolve(host, source)),
    }
}

fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

fn connect(address: SocketAddr, options: &SocketOptions, limit: Option<Duration>) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_tcp_nodelay(options.nodelay)?;
    // As for a link: a sandbox or an old kernel may refuse these two.
    if let Err(error) = watch_peer(&SockRef::from(&socket), options) {
        debug!(%address, %error, "keepalive or user timeout could not be set");
    }
    match limit {
        None => socket.connect(&address.into())?,
        Some(limit) => socket.connect_timeout(&address.into(), limit)?,
    }
    Ok(socket.into())
}

/// A connect to a Unix socket waits only when the server's queue is full, and then as long as a write may.
#[cfg(unix)]
fn dial_unix(path: &Path, clock: Clock) -> Result<Socket, ConnectError> {
    let connected = || {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_write_timeout(clock.limit.filter(|limit| !limit.is_zero()))?;
        socket.connect(&socket2::SockAddr::unix(path)?)?;
        socket.set_write_timeout(None)?;
        Ok(socket)
    };
    match connected() {
        Ok(socket) => Ok(Socket::Unix(socket.into())),
        Err(error) if super::is_late(&error) => Err(clock.over(Step::Dial)),
        Err(source) => Err(ConnectError::dial(&path.display(), source)),
    }
}

#[cfg(not(unix))]
fn dial_unix(_path: &Path, _clock: Clock) -> Result<Socket, ConnectError> {
    Err(ConnectError::Unsupported("Unix sockets do not exist on this system".to_owned()))
}
