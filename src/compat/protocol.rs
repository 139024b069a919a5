//! The two versions of the protocol.

use crate::compat::error::{ErrorKind, RedisResult};

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// The old one, which every server speaks.
    #[default]
    RESP2,
    /// The one with maps, pushes and the rest; since Redis 6.
    RESP3,
}

impl ProtocolVersion {
    /// Whether what RESP3 brought can be used.
    pub fn supports_resp3(&self) -> bool {
        *self != Self::RESP2
    }

    /// # Errors
    /// `InvalidClientConfig` with `reason` in RESP2.
    pub(crate) fn require_resp3(self, reason: &'static str) -> RedisResult<()> {
        if self.supports_resp3() { Ok(()) } else { Err((ErrorKind::InvalidClientConfig, reason).into()) }
    }
}
