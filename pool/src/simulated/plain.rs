//! A connector with the least to say.

use bytes::Bytes;
use redlane_resp::command::Command;

use crate::connector::{Connector, Dirt, Exchange};
use crate::transport::{ConnectError, Target};

/// Connects to where it is told to, without a greeting.
pub(crate) struct Plain(pub(crate) Target);

impl Connector for Plain {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.0.clone())
    }

    async fn greet(&self, _: &mut Exchange<'_>) -> Result<(), ConnectError> {
        Ok(())
    }

    fn probe(&self) -> Bytes {
        Command::new("PING").to_bytes()
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}
