//! An open socket and its two halves.
//!
//! The halves hide what kind of socket it is, without a box. Only the kernel's own sockets can be written from any task
//! without waiting ([`WriteHalf::writes_directly`]); TLS and an in-memory pipe are written by their driver alone.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{self as tio, AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpStream, tcp};
#[cfg(unix)]
use tokio::net::{UnixStream, unix};

#[cfg(feature = "tls")]
use super::tls::TlsSocket;
#[cfg(test)]
use crate::simulated::socket::ClientEnd;

/// An open connection, before anything was said.
#[derive(Debug)]
#[non_exhaustive]
pub enum Socket {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
    /// Over TLS, the two sides having proved who they are.
    #[cfg(feature = "tls")]
    Tls(TlsSocket),
    /// Over a pipe inside this process.
    Pipe(DuplexStream),
    /// Simulated.
    #[cfg(test)]
    Simulated(ClientEnd),
}

impl Socket {
    /// The reading and the writing half; the connection closes when both are gone.
    #[must_use]
    pub fn split(self) -> (ReadHalf, WriteHalf) {
        match self {
            Socket::Tcp(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf(Reader::Tcp(read)), WriteHalf(Writer::Tcp(write)))
            }
            #[cfg(unix)]
            Socket::Unix(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf(Reader::Unix(read)), WriteHalf(Writer::Unix(write)))
            }
            #[cfg(feature = "tls")]
            Socket::Tls(socket) => (ReadHalf(Reader::Tls(socket.clone())), WriteHalf(Writer::Tls(socket))),
            Socket::Pipe(stream) => {
                let (read, write) = tio::split(stream);
                (ReadHalf(Reader::Pipe(read)), WriteHalf(Writer::Pipe(write)))
            }
            #[cfg(test)]
            Socket::Simulated(end) => {
                (ReadHalf(Reader::Simulated(end.clone())), WriteHalf(Writer::Simulated(end)))
            }
        }
    }
}

/// The half that replies are read from.
#[derive(Debug)]
pub struct ReadHalf(Reader);

#[derive(Debug)]
enum Reader {
    Tcp(tcp::OwnedReadHalf),
    #[cfg(unix)]
    Unix(unix::OwnedReadHalf),
    #[cfg(feature = "tls")]
    Tls(TlsSocket),
    Pipe(tio::ReadHalf<DuplexStream>),
    #[cfg(test)]
    Simulated(ClientEnd),
}

impl ReadHalf {
    /// Ready when a read may bring something; cheaper than a read that brings nothing. TLS and a pipe are always ready,
    /// since only reading tells.
    pub(crate) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            Reader::Tcp(half) => half.as_ref().poll_read_ready(cx),
            #[cfg(unix)]
            Reader::Unix(half) => half.as_ref().poll_read_ready(cx),
            #[cfg(feature = "tls")]
            Reader::Tls(_) => Poll::Ready(Ok(())),
            Reader::Pipe(_) => Poll::Ready(Ok(())),
            #[cfg(test)]
            Reader::Simulated(end) => end.poll_read_ready(cx),
        }
    }
}

impl AsyncRead for ReadHalf {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Reader::Tcp(half) => Pin::new(half).poll_read(cx, into),
            #[cfg(unix)]
            Reader::Unix(half) => Pin::new(half).poll_read(cx, into),
            #[cfg(feature = "tls")]
            Reader::Tls(half) => Pin::new(half).poll_read(cx, into),
            Reader::Pipe(half) => Pin::new(half).poll_read(cx, into),
            #[cfg(test)]
            Reader::Simulated(end) => Pin::new(end).poll_read(cx, into),
        }
    }
}

/// The half that commands are written to. As `AsyncWrite` it works for every kind of socket; that way is the driver's.
#[derive(Debug)]
pub struct WriteHalf(Writer);

#[derive(Debug)]
enum Writer {
    Tcp(tcp::OwnedWriteHalf),
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
    #[cfg(feature = "tls")]
    Tls(TlsSocket),
    Pipe(tio::WriteHalf<DuplexStream>),
    #[cfg(test)]
    Simulated(ClientEnd),
}

impl WriteHalf {
    /// Whether [`try_write`](Self::try_write) can work: yes for TCP and Unix sockets, no for TLS and pipes.
    #[must_use]
    pub fn writes_directly(&self) -> bool {
        match &self.0 {
            Writer::Tcp(_) => true,
            #[cfg(unix)]
            Writer::Unix(_) => true,
            #[cfg(feature = "tls")]
            Writer::Tls(_) => false,
            Writer::Pipe(_) => false,
            #[cfg(test)]
            Writer::Simulated(end) => end.writes_directly(),
        }
    }

    /// Writes what the kernel takes right now and says how many bytes that were.
    ///
    /// # Errors
    /// `WouldBlock` when it takes none, always so for TLS and a pipe; any other error is the end of the connection.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0 {
            Writer::Tcp(half) => half.try_write(bytes),
            #[cfg(unix)]
            Writer::Unix(half) => half.try_write(bytes),
            #[cfg(feature = "tls")]
            Writer::Tls(_) => Err(io::ErrorKind::WouldBlock.into()),
            #[cfg(test)]
            Writer::Simulated(end) => end.try_write(bytes),
            Writer::Pipe(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// [`try_write`](Self::try_write) of several slices in one system call.
    ///
    /// # Errors
    /// As [`try_write`](Self::try_write).
    pub fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match &self.0 {
            Writer::Tcp(half) => half.try_write_vectored(slices),
            #[cfg(unix)]
            Writer::Unix(half) => half.try_write_vectored(slices),
            #[cfg(feature = "tls")]
            Writer::Tls(_) => Err(io::ErrorKind::WouldBlock.into()),
            #[cfg(test)]
            Writer::Simulated(end) => end.try_write_vectored(slices),
            Writer::Pipe(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Whether there is nothing to read: neither bytes, nor the end of the stream, nor an error. One system call; a pipe,
    /// which cannot be asked, counts as quiet.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let mut byte = [MaybeUninit::uninit()];
        let peeked = match &self.0 {
            Writer::Tcp(half) => SockRef::from(half.as_ref()).peek(&mut byte),
            #[cfg(unix)]
            Writer::Unix(half) => SockRef::from(half.as_ref()).peek(&mut byte),
            #[cfg(feature = "tls")]
            Writer::Tls(half) => return half.is_quiet(),
            Writer::Pipe(_) => return true,
            #[cfg(test)]
            Writer::Simulated(end) => return end.is_quiet(),
        };
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// A second handle on the connection, where it can have one without writing directly.
    pub(crate) fn watch(&self) -> Option<WriteHalf> {
        match &self.0 {
            #[cfg(feature = "tls")]
            Writer::Tls(half) => Some(WriteHalf(Writer::Tls(half.clone()))),
            _ => None,
        }
    }

    /// Ready when a direct write may find room; at most one task can wait here. TLS and a pipe are always ready, since
    /// only writing tells.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            Writer::Tcp(half) => half.as_ref().poll_write_ready(cx),
            #[cfg(unix)]
            Writer::Unix(half) => half.as_ref().poll_write_ready(cx),
            #[cfg(feature = "tls")]
            Writer::Tls(_) => Poll::Ready(Ok(())),
            #[cfg(test)]
            Writer::Simulated(end) => end.poll_write_ready(cx),
            Writer::Pipe(_) => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Writer::Tcp(half) => Pin::new(half).poll_write(cx, bytes),
            #[cfg(unix)]
            Writer::Unix(half) => Pin::new(half).poll_write(cx, bytes),
            #[cfg(feature = "tls")]
            Writer::Tls(half) => Pin::new(half).poll_write(cx, bytes),
            Writer::Pipe(half) => Pin::new(half).poll_write(cx, bytes),
            #[cfg(test)]
            Writer::Simulated(end) => Pin::new(end).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Writer::Tcp(half) => Pin::new(half).poll_write_vectored(cx, slices),
            #[cfg(unix)]
            Writer::Unix(half) => Pin::new(half).poll_write_vectored(cx, slices),
            #[cfg(feature = "tls")]
            Writer::Tls(half) => Pin::new(half).poll_write_vectored(cx, slices),
            Writer::Pipe(half) => Pin::new(half).poll_write_vectored(cx, slices),
            #[cfg(test)]
            Writer::Simulated(end) => Pin::new(end).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Writer::Tcp(half) => Pin::new(half).poll_flush(cx),
            #[cfg(unix)]
            Writer::Unix(half) => Pin::new(half).poll_flush(cx),
            #[cfg(feature = "tls")]
            Writer::Tls(half) => Pin::new(half).poll_flush(cx),
            Writer::Pipe(half) => Pin::new(half).poll_flush(cx),
            #[cfg(test)]
            Writer::Simulated(end) => Pin::new(end).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        match &mut self.0 {
            Writer::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            #[cfg(unix)]
            Writer::Unix(half) => Pin::new(half).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Writer::Tls(half) => Pin::new(half).poll_shutdown(cx),
            Writer::Pipe(half) => Pin::new(half).poll_shutdown(cx),
            #[cfg(test)]
            Writer::Simulated(end) => Pin::new(end).poll_shutdown(cx),
        }
    }
}
