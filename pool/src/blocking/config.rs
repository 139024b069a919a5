//! Settings of a blocking connection.

use std::time::Duration;

use redlane_resp::limits::Limits;

use crate::transport::SocketOptions;

/// How a [`BlockingConnection`](super::BlockingConnection) connects and how long it waits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlockingConfig {
    /// Time for name, socket and TLS together. Default 5 s; `None` waits as long as the system does.
    pub connect_timeout: Option<Duration>,
    /// Time without a byte after which a read gives up. Default `None`: for ever. Zero is refused.
    pub read_timeout: Option<Duration>,
    /// Time without room for a byte after which a write gives up. Default `None`: for ever. Zero is refused.
    pub write_timeout: Option<Duration>,
    /// Time since the first byte of a reply after which a read that gives up gives up the connection too. Default 5 s:
    /// below it the rest of the reply may still come, and be read or dropped by whoever reads next.
    pub frame_timeout: Duration,
    /// Bytes of the block that replies are read into. Default 64 KiB, as for a link.
    pub read_block: usize,
    /// Bounds on what the server may send.
    pub limits: Limits,
    /// How the socket is set up.
    pub socket: SocketOptions,
}

impl Default for BlockingConfig {
    fn default() -> Self {
        BlockingConfig {
            connect_timeout: Some(Duration::from_secs(5)),
            read_timeout: None,
            write_timeout: None,
            frame_timeout: Duration::from_secs(5),
            read_block: 64 * 1024,
            limits: Limits::default(),
            socket: SocketOptions::default(),
        }
    }
}
