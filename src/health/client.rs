//! A client asked how its server is.
//!
//! PING and INFO take the way of every command, so that what they find is what other commands find; they are
//! tried once, since the first answer is the one that counts. [`probe`](Client::probe) goes a way of its own.

use std::time::Duration;

use super::monitor::{Examine, RedisMonitor};
use super::probe::{ProbeReport, probe};
use super::status::{Expectations, Health, check};
use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::Error;
use crate::info::{Info, Role};

impl Examine for Client {
    async fn ping(&self) -> Result<bool, Error> {
        let pong = self.execute::<String>(Command::known(const { facts::of("PING") })).no_retry().await?;
        Ok(pong == "PONG")
    }

    async fn info(&self, sections: &[&str]) -> Result<Info, Error> {
        self.info_of(sections).no_retry().await
    }
}

impl Client {
    /// Asks the server how it is: PING, and if that is answered INFO, both within `limit`.
    ///
    /// A server that answers is up, also where INFO is forbidden; one that is loading or busy is degraded.
    ///
    /// ```no_run
    /// # async fn example(client: &redlane::client::Client) {
    /// use std::time::Duration;
    ///
    /// let health = client.health(Duration::from_secs(2)).await;
    /// println!("{health}");
    /// assert!(health.is_alive());
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future drops the question under way; nothing else is held.
    pub async fn health(&self, limit: Duration) -> Health {
        let ping = async { Examine::ping(self).await.map(|_| ()) };
        check(limit, &Expectations::default(), ping, Examine::info(self, &[])).await
    }

    /// A monitor of the server, which keeps this client.
    pub fn monitor(&self) -> RedisMonitor<Client> {
        RedisMonitor::new(self.clone())
    }

    /// Makes one more connection, to see where connecting goes wrong; see [`probe()`](super::probe()).
    pub async fn probe(&self, wanted: Option<Role>) -> ProbeReport {
        probe(self.config(), wanted).await
    }
}
