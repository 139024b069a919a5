//! `INFO` asked by a client and read whole; as a row of a pipeline it is
//! [`info_sections`](crate::commands::native::ServerCommands::info_sections).

use redlane_resp::to_args::ToRedisArgs;

use super::text::Info;
use crate::client::Client;
use crate::client::pending::Pending;
use crate::commands::command::Command;
use crate::commands::facts;

impl Client {
    /// What the server says about itself: its default sections, which leave out `commandstats` and
    /// `latencystats`.
    ///
    /// [`INFO`](https://redis.io/docs/latest/commands/info/), since 1.0.0, O(1).
    ///
    /// ```no_run
    /// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::error::Error> {
    /// let info = client.info().await?;
    /// println!("{}", info.summary());
    /// # Ok(()) }
    /// ```
    pub fn info(&self) -> Pending<'_, Info> {
        self.execute(Command::known(const { facts::of("INFO") }))
    }

    /// What the server says about itself, of these sections: one name, or several of them from Redis 7.0 on.
    /// `all` and `everything` are names too.
    ///
    /// A section that the server does not know gives an empty [`Info`].
    ///
    /// ```no_run
    /// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::error::Error> {
    /// let info = client.info_of("commandstats").await?;
    /// let gets = info.cmdstat("get").and_then(|stat| stat.calls).unwrap_or(0);
    /// # let _ = gets;
    /// # Ok(()) }
    /// ```
    pub fn info_of(&self, sections: impl ToRedisArgs) -> Pending<'_, Info> {
        self.execute(Command::known(const { facts::of("INFO") }).arg(sections))
    }
}
