//! TLS over a standard socket, by rustls, with the settings of `crate::transport::tls`.
//!
//! Every read of the handshake is bounded by what is left of the limit. As for a link, a server that says nothing to a
//! handshake is asked whether it speaks in the clear.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio_rustls::rustls::{ClientConnection, StreamOwned};

use super::dial::Clock;
use super::is_late;
use crate::transport::tls::{NONSENSE, PATIENCE, Tls};
use crate::transport::{ConnectError, Step, TlsFailure};

/// An encrypted connection to a server that has proved who it is.
pub(super) struct TlsStream(StreamOwned<ClientConnection, TcpStream>);

/// Shakes hands over a TCP connection to `host`.
pub(super) fn encrypt(
    tls: &Tls,
    host: &str,
    mut stream: TcpStream,
    clock: Clock,
) -> Result<TlsStream, ConnectError> {
    let name = tls.name_to_check(host).map_err(ConnectError::Tls)?;
    let config = tls.config_now().map_err(ConnectError::Tls)?;
    let mut session = ClientConnection::new(config, name).map_err(broken)?;
    let mut trusted = false;
    while session.is_handshaking() {
        let left = clock.left(Step::Tls)?;
        let patience = left.map_or(PATIENCE, |left| left.checked_div(4).unwrap_or(left).min(PATIENCE));
        let limit = if trusted { left } else { Some(patience.max(Duration::from_millis(1))) };
        let set = stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(left));
        set.map_err(ConnectError::io)?;
        match step(&mut session, &mut stream) {
            Ok(()) => {}
            Err(ConnectError::Io { source }) if is_late(&source) => {
                if trusted {
                    return Err(clock.over(Step::Tls));
                }
                trusted = true;
                let address = stream.peer_addr().map_err(ConnectError::io)?;
                if answers_in_the_clear(address, patience).unwrap_or(false) {
                    return Err(ConnectError::Tls(TlsFailure::NotTls));
                }
            }
            Err(error) => return Err(error),
        }
    }
    write_out(&mut session, &mut stream).map_err(ConnectError::io)?;
    let reset = stream.set_read_timeout(None).and_then(|()| stream.set_write_timeout(None));
    reset.map_err(ConnectError::io)?;
    Ok(TlsStream(StreamOwned::new(session, stream)))
}

/// One turn of the handshake: says what there is to say, then reads once.
fn step(session: &mut ClientConnection, stream: &mut TcpStream) -> Result<(), ConnectError> {
    write_out(session, stream).map_err(ConnectError::io)?;
    if !session.is_handshaking() {
        return Ok(());
    }
    if session.read_tls(stream).map_err(ConnectError::io)? == 0 {
        return Err(ConnectError::closed_at_once());
    }
    let processed = session.process_new_packets();
    processed.map(drop).map_err(|error| {
        // The server should hear why, if it still listens.
        let _ = write_out(session, stream);
        broken(error)
    })
}

fn write_out(session: &mut ClientConnection, stream: &mut TcpStream) -> io::Result<()> {
    while session.wants_write() {
        session.write_tls(stream)?;
    }
    Ok(())
}

fn broken(error: tokio_rustls::rustls::Error) -> ConnectError {
    ConnectError::io(io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Whether a server without TLS listens at `address`.
fn answers_in_the_clear(address: SocketAddr, patience: Duration) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(NONSENSE)?;
    let mut first = [0];
    stream.read_exact(&mut first)?;
    Ok(first == *b"-")
}

impl TlsStream {
    pub(super) fn below(&self) -> &TcpStream {
        self.0.get_ref()
    }
}

impl Read for TlsStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into) {
            // A server that dies says no farewell. Where a reply ends its own length tells, so this is an end like others.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            read => read,
        }
    }
}

impl Write for TlsStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TlsStream").field(self.below()).finish()
    }
}

impl Drop for TlsStream {
    /// Says farewell, if the kernel takes it at once: a server counts a connection without one as broken.
    fn drop(&mut self) {
        let (session, below) = (&mut self.0.conn, &mut self.0.sock);
        session.send_close_notify();
        if below.set_nonblocking(true).is_ok() {
            let _ = session.write_tls(below);
        }
    }
}
