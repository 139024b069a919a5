//! Tells a server without TLS from one that is merely slow.
//!
//! A Redis server without TLS takes a handshake for the beginning of a command and waits for the rest: it says nothing,
//! and the only news would be a timeout. So when a handshake stays without an end for a while, a second connection says
//! four bytes which are no command in any version of the protocol. A server that speaks it in the clear answers with an
//! error at once; one that speaks TLS hangs up, or is as slow as before. Nothing else is ever said in the clear.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// A handshake takes a few round trips; a server that is busy with a script may take longer, and then this does no harm.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// An array of no number of elements.
pub(crate) const NONSENSE: &[u8] = b"*x\r\n";

/// Waits for a quarter of `limit` and a second at most; then whether a server without TLS listens at `address`.
pub(super) async fn suspect(address: io::Result<SocketAddr>, limit: Duration) -> bool {
    let Ok(address) = address else { return false };
    sleep(limit.checked_div(4).unwrap_or(limit).min(PATIENCE)).await;
    answers_in_the_clear(address).await.unwrap_or(false)
}

async fn answers_in_the_clear(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(NONSENSE).await?;
    let mut first = [0];
    stream.read_exact(&mut first).await?;
    Ok(first == *b"-")
}
