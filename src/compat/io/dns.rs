//! Looking up names.

use std::net::SocketAddr;

use crate::compat::aio::RedisFuture;

/// Looks up the addresses of a host, in the place of the system's resolver.
pub trait AsyncDNSResolver: Send + Sync + 'static {
    /// The addresses of `host`, each with `port`.
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>>;
}
