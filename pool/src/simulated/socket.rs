//! A socket in memory whose kernel is as moody as a real one: it takes and brings any number of bytes at a time, it can
//! be written to by any task at once, and it dies in all the ways that sockets die.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use fastrand::Rng;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How a socket ended, as the client finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// What was sent can still be read, then comes the end; what is written is taken and lost.
    Finished,
    /// The same, and writing fails.
    Closed,
    /// Reading and writing fail at once.
    Reset,
}

/// Both directions of one connection.
struct Wire {
    rng: Rng,
    direct: bool,
    capacity: usize,
    to_server: VecDeque<u8>,
    to_client: VecDeque<u8>,
    /// Bytes that the client has read, ever.
    read: usize,
    end: Option<End>,
    client_gone: bool,
    client: [Option<Waker>; 2],
    server: Option<Waker>,
    /// Who is woken after unlocking.
    due: Vec<Waker>,
}

impl Wire {
    fn wake_client(&mut self) {
        self.due.extend(self.client.iter_mut().filter_map(Option::take));
    }

    fn wake_server(&mut self) {
        self.due.extend(self.server.take());
    }

    /// Takes a part of `bytes`, as much as there is room for or less.
    fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.end {
            Some(End::Finished) => return Ok(bytes.len()),
            Some(End::Closed) => return Err(io::ErrorKind::BrokenPipe.into()),
            Some(End::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
            None => {}
        }
        let room = self.capacity - self.to_server.len();
        let n = bytes.len().min(room);
        let n = if n > 1 && self.rng.u8(0..4) == 0 { self.rng.usize(1..=n) } else { n };
        if n == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.to_server.extend(&bytes[..n]);
        self.wake_server();
        Ok(n)
    }
}

#[derive(Clone)]
struct Handle(Arc<Mutex<Wire>>);

impl Handle {
    /// Looks at the connection, or changes it, and wakes whoever has to know.
    fn with<T>(&self, work: impl FnOnce(&mut Wire) -> T) -> T {
        let mut wire = self.0.lock().unwrap();
        let result = work(&mut wire);
        let due = mem::take(&mut wire.due);
        drop(wire);
        due.into_iter().for_each(Waker::wake);
        result
    }
}

/// The client's end, or half of it.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "a variant of `Socket` holds it")]
pub struct ClientEnd(Arc<Gone>);

struct Gone(Handle);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.with(|wire| {
            wire.client_gone = true;
            wire.wake_server();
        });
    }
}

/// The server's end.
pub(crate) struct ServerEnd(Handle);

/// A new connection; `direct`: any task may write to it.
pub(crate) fn connect(rng: &mut Rng, capacity: usize, direct: bool) -> (ClientEnd, ServerEnd) {
    let handle = Handle(Arc::new(Mutex::new(Wire {
        rng: rng.fork(),
        direct,
        capacity,
        to_server: VecDeque::new(),
        to_client: VecDeque::new(),
        read: 0,
        end: None,
        client_gone: false,
        client: [None, None],
        server: None,
        due: Vec::new(),
    })));
    (ClientEnd(Arc::new(Gone(handle.clone()))), ServerEnd(handle))
}

impl ClientEnd {
    fn with<T>(&self, work: impl FnOnce(&mut Wire) -> T) -> T {
        self.0.0.with(work)
    }

    pub(crate) fn writes_directly(&self) -> bool {
        self.with(|wire| wire.direct)
    }

    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|wire| wire.take(bytes))
    }

    pub(crate) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.try_write(&slices.iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<_>>())
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.with(|wire| wire.end.is_none() && wire.to_client.is_empty())
    }

    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|wire| {
            if wire.end.is_some() || !wire.to_client.is_empty() {
                return Poll::Ready(Ok(()));
            }
            wire.client[0] = Some(cx.waker().clone());
            Poll::Pending
        })
    }

    pub(crate) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|wire| {
            if wire.end.is_some() || wire.to_server.len() < wire.capacity {
                return Poll::Ready(Ok(()));
            }
            wire.client[1] = Some(cx.waker().clone());
            Poll::Pending
        })
    }
}

impl AsyncRead for ClientEnd {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|wire| {
            if wire.end == Some(End::Reset) {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            let n = wire.to_client.len().min(into.remaining());
            if n == 0 && wire.end.is_none() {
                wire.client[0] = Some(cx.waker().clone());
                return Poll::Pending;
            }
            let n = if n > 1 && wire.rng.u8(0..4) == 0 { wire.rng.usize(1..=n) } else { n };
            wire.read += n;
            for byte in wire.to_client.drain(..n) {
                into.put_slice(&[byte]);
            }
            wire.wake_server();
            Poll::Ready(Ok(()))
        })
    }
}

impl AsyncWrite for ClientEnd {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match self.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    std::task::ready!(self.poll_write_ready(cx))?;
                }
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all = slices.iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<_>>();
        self.poll_write(cx, &all)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientEnd")
    }
}

impl ServerEnd {
    /// Reads up to `most` bytes; none when the client has gone.
    pub(crate) async fn read(&self, most: usize) -> Vec<u8> {
        std::future::poll_fn(|cx| {
            self.0.with(|wire| {
                let n = wire.to_server.len().min(most);
                if n == 0 && !wire.client_gone {
                    wire.server = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                let bytes = wire.to_server.drain(..n).collect();
                wire.wake_client();
                Poll::Ready(bytes)
            })
        })
        .await
    }

    /// Sends `bytes`; never waits, as a server with a large output buffer does not. `false`: it had ended.
    pub(crate) fn send(&self, bytes: &[u8]) -> bool {
        self.0.with(|wire| {
            let open = wire.end.is_none();
            if open {
                wire.to_client.extend(bytes);
                wire.wake_client();
            }
            open
        })
    }

    /// Ends the connection; what was not read is lost, and after a reset what was not delivered too.
    pub(crate) fn end(&self, end: End) {
        self.0.with(|wire| {
            wire.end = Some(end);
            wire.to_server.clear();
            if end == End::Reset {
                wire.to_client.clear();
            }
            wire.wake_client();
        });
    }

    pub(crate) fn client_is_gone(&self) -> bool {
        self.0.with(|wire| wire.client_gone)
    }

    /// How many bytes the client has read, ever.
    pub(crate) fn delivered(&self) -> usize {
        self.0.with(|wire| wire.read)
    }

    /// Resolves when the client has gone.
    pub(crate) async fn until_gone(&self) {
        std::future::poll_fn(|cx| {
            self.0.with(|wire| {
                if wire.client_gone {
                    return Poll::Ready(());
                }
                wire.server = Some(cx.waker().clone());
                Poll::Pending
            })
        })
        .await;
    }
}
