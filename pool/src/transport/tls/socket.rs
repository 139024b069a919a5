//! An encrypted socket, read and written by its driver.
//!
//! Both halves are handles on one stream behind a lock, because encryption has one state for both ways. The driver polls
//! them in one task, so nobody ever waits for that lock.

use std::fmt;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// An encrypted connection to a server that has proved who it is. Clones are handles on the same connection, which
/// closes, saying so, when the last one is dropped.
#[derive(Clone)]
pub struct TlsSocket(Arc<Mutex<Encrypted>>);

// rustls reads 4 KiB at a time. A larger buffer below it was tried: fewer system calls, and no less time for 16 MiB.
struct Encrypted(TlsStream<TcpStream>);

impl TlsSocket {
    pub(super) fn new(stream: TlsStream<TcpStream>) -> Self {
        TlsSocket(Arc::new(Mutex::new(Encrypted(stream))))
    }

    /// Whether nothing has come that was not read yet, nor the end of the stream.
    pub(in crate::transport) fn is_quiet(&self) -> bool {
        let stream = self.lock();
        let (below, session) = stream.0.get_ref();
        let mut byte = [MaybeUninit::uninit()];
        let peeked = SockRef::from(below).peek(&mut byte);
        session.wants_read() && peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    fn lock(&self) -> MutexGuard<'_, Encrypted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for TlsSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.lock().0).poll_read(cx, into) {
            // A server that dies says no farewell. Where a reply ends its own length tells, so this is an end like others.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl AsyncWrite for TlsSocket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.lock().0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.lock().0).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().0).poll_shutdown(cx)
    }
}

impl fmt::Debug for TlsSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TlsSocket").field(self.lock().0.get_ref().0).finish()
    }
}

impl Drop for Encrypted {
    /// Says farewell, if the kernel takes it at once: a server counts a connection without one as broken.
    fn drop(&mut self) {
        let (below, session) = self.0.get_mut();
        session.send_close_notify();
        let _ = session.write_tls(&mut AtOnce(below));
    }
}

/// Writes what can be written without waiting.
struct AtOnce<'a>(&'a TcpStream);

impl io::Write for AtOnce<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
