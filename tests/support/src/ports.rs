//! Free ports on the loopback address that stay free.
//!
//! A port asked of the kernel (`bind(0)`) comes from the range of outgoing connections, so once released, for a
//! restart say, anybody's next connection may take it. These come from below that range and from a random
//! place, so that parallel test processes seldom meet.

use std::net::{Ipv4Addr, TcpListener};

/// Below Linux's and macOS's ephemeral ranges (32768 and 49152 up), above the well-known ports.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// A port on 127.0.0.1 that nobody listens on now.
///
/// # Panics
///
/// When a thousand tries find none.
#[must_use]
pub fn free_port() -> u16 {
    for _ in 0..1_000 {
        let port = fastrand::u16(RANGE);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {} and {}", RANGE.start, RANGE.end);
}
