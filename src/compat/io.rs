//! How sockets are set up and names looked up.

mod dns;
pub mod tcp;

pub use self::dns::AsyncDNSResolver;
