//! A standard socket, with TLS over it or not.

use std::io::{self, IoSlice, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::block::Block;
#[cfg(feature = "tls")]
use super::tls::TlsStream;

/// An open connection, before anything was said.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream>),
}

/// The kernel's own socket below.
pub(super) enum Below<'a> {
    Tcp(&'a TcpStream),
    #[cfg(unix)]
    Unix(&'a UnixStream),
}

impl Socket {
    pub(super) fn below(&self) -> Below<'_> {
        match self {
            Socket::Tcp(stream) => Below::Tcp(stream),
            #[cfg(unix)]
            Socket::Unix(stream) => Below::Unix(stream),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => Below::Tcp(stream.below()),
        }
    }

    /// Reads into the block. Each kind of socket by its own type: only those of the standard library can read into memory
    /// that is not initialised.
    pub(super) fn fill(&mut self, block: &mut Block) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => block.fill(stream),
            #[cfg(unix)]
            Socket::Unix(stream) => block.fill(stream),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => block.fill(&mut **stream),
        }
    }

    /// Whether it takes bytes that the kernel has not taken yet.
    pub(super) fn keeps_bytes(&self) -> bool {
        match self {
            Socket::Tcp(_) => false,
            #[cfg(unix)]
            Socket::Unix(_) => false,
            #[cfg(feature = "tls")]
            Socket::Tls(_) => true,
        }
    }
}

impl Below<'_> {
    pub(super) fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Below::Tcp(stream) => stream.set_read_timeout(limit),
            #[cfg(unix)]
            Below::Unix(stream) => stream.set_read_timeout(limit),
        }
    }

    pub(super) fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Below::Tcp(stream) => stream.set_write_timeout(limit),
            #[cfg(unix)]
            Below::Unix(stream) => stream.set_write_timeout(limit),
        }
    }

    /// The limit in force; `None` too when the system does not say.
    pub(super) fn read_timeout(&self) -> Option<Duration> {
        let limit = match self {
            Below::Tcp(stream) => stream.read_timeout(),
            #[cfg(unix)]
            Below::Unix(stream) => stream.read_timeout(),
        };
        limit.unwrap_or_default()
    }

    /// The limit in force; `None` too when the system does not say.
    pub(super) fn write_timeout(&self) -> Option<Duration> {
        let limit = match self {
            Below::Tcp(stream) => stream.write_timeout(),
            #[cfg(unix)]
            Below::Unix(stream) => stream.write_timeout(),
        };
        limit.unwrap_or_default()
    }

    /// Ends both ways at once. A socket that is broken already cannot be ended, and need not.
    pub(super) fn shutdown(&self) {
        let _ = match self {
            Below::Tcp(stream) => stream.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Below::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.write(bytes),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => stream.write(bytes),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.write_vectored(slices),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.write_vectored(slices),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => stream.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Tcp(_) => Ok(()),
            #[cfg(unix)]
            Socket::Unix(_) => Ok(()),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => stream.flush(),
        }
    }
}
