//! How a TCP socket is set up.

use std::io;
use std::time::Duration;

pub use socket2;
use socket2::{SockRef, TcpKeepalive};

/// How a TCP socket is set up. Nothing is set by default.
///
/// What surprises: `TCP_NODELAY` is on whatever is said here, since requests are written in whole batches and waiting for
/// more would only cost time; [`nodelay`](Self::nodelay) says what was asked for.
#[derive(Clone, Debug, Default)]
pub struct TcpSettings {
    nodelay: bool,
    keepalive: Option<TcpKeepalive>,
    linger: Option<Duration>,
    user_timeout: Option<Duration>,
}

impl TcpSettings {
    /// Whether small segments are to be sent at once.
    pub fn nodelay(&self) -> bool {
        self.nodelay
    }

    /// When a silent peer is asked whether it is still there.
    pub fn keepalive(&self) -> Option<&TcpKeepalive> {
        self.keepalive.as_ref()
    }

    /// How long sent bytes may stay unacknowledged.
    pub fn user_timeout(&self) -> Option<Duration> {
        self.user_timeout
    }

    /// Whether small segments are to be sent at once.
    pub fn set_nodelay(self, nodelay: bool) -> Self {
        Self { nodelay, ..self }
    }

    /// When a silent peer is asked whether it is still there.
    pub fn set_keepalive(self, keepalive: TcpKeepalive) -> Self {
        Self { keepalive: Some(keepalive), ..self }
    }

    /// How long closing waits for what was not sent yet.
    pub fn set_linger_time(self, linger: Duration) -> Self {
        Self { linger: Some(linger), ..self }
    }

    /// How long sent bytes may stay unacknowledged. Where the system cannot do that, it has no effect.
    pub fn set_user_timeout(self, user_timeout: Duration) -> Self {
        Self { user_timeout: Some(user_timeout), ..self }
    }

    /// Sets a socket up.
    pub(crate) fn apply(&self, socket: &SockRef<'_>) -> io::Result<()> {
        socket.set_tcp_nodelay(true)?;
        if let Some(keepalive) = &self.keepalive {
            socket.set_tcp_keepalive(keepalive)?;
        }
        if let Some(linger) = self.linger {
            socket.set_linger(Some(linger))?;
        }
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        Ok(())
    }
}
