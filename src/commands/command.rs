//! A command on its way to a server: its bytes, and what is known about it.
//!
//! The rows of the command tables build most of them; [`cmd`] builds any other by name. The name is looked up
//! once, not at every send. What surprises: a container such as CONFIG learns which subcommand it is from its
//! first argument.

use std::fmt;

use bytes::Bytes;
use redlane_resp::command::Args;
use redlane_resp::to_args::ToRedisArgs;

use super::facts::{self, BlockTime, Blocks, Class, Facts, Lane};

/// A command with its arguments. It sends nothing by itself; hand it to whatever executes.
///
/// ```
/// use redlane::commands::command::cmd;
///
/// let command = cmd("object").arg("freq").arg("greeting");
/// assert_eq!(command.name(), "OBJECT FREQ");
/// ```
#[derive(Clone)]
pub struct Command {
    wire: redlane_resp::command::Command,
    facts: &'static Facts,
}

/// Begins any command by its name; letters of either case are the same. The words of a subcommand are
/// arguments of their own: `cmd("CONFIG").arg("GET")`.
///
/// A command that no table knows is a write that is never repeated, on the shared connection.
#[must_use]
pub fn cmd(name: &str) -> Command {
    let facts = facts::lookup(name.as_bytes(), None).filter(|facts| facts.words == 1);
    Command { wire: redlane_resp::command::Command::new(name), facts: facts.unwrap_or(&facts::UNKNOWN) }
}

impl Command {
    /// Begins a command of the table; its name is encoded already.
    #[inline]
    #[must_use]
    pub fn known(facts: &'static Facts) -> Self {
        let wire = redlane_resp::command::Command::with_prefix(facts.prefix, usize::from(facts.words));
        Self { wire, facts }
    }

    /// Appends a value as however many arguments it is.
    #[inline]
    #[must_use]
    pub fn arg<T: ToRedisArgs>(mut self, value: T) -> Self {
        self.push_arg(value);
        self
    }

    /// Appends a value as however many arguments it is, in place.
    #[inline]
    pub fn push_arg<T: ToRedisArgs>(&mut self, value: T) -> &mut Self {
        self.wire.push_arg(value);
        if self.facts.container {
            self.find_subcommand();
        }
        self
    }

    /// Appends one argument; a big one is kept as it is, without a copy.
    pub fn push_bytes(&mut self, value: Bytes) -> &mut Self {
        self.wire.push_bytes(value);
        if self.facts.container {
            self.find_subcommand();
        }
        self
    }

    /// The command's name in upper case, with that of its subcommand: `CONFIG GET`. An unknown one is as it
    /// was given; bytes that are no UTF-8 are replaced.
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        match self.facts.name {
            "" => String::from_utf8_lossy(self.wire.name()),
            name => name.into(),
        }
    }

    /// What is known about the command, whatever its arguments.
    #[inline]
    #[must_use]
    pub fn facts(&self) -> &'static Facts {
        self.facts
    }

    /// The bytes to send.
    #[inline]
    #[must_use]
    pub fn wire(&self) -> &redlane_resp::command::Command {
        &self.wire
    }

    /// The bytes to send and what is known about them, given away.
    #[cfg(feature = "redis-rs")]
    #[inline]
    pub(crate) fn into_parts(self) -> (redlane_resp::command::Command, &'static Facts) {
        (self.wire, self.facts)
    }

    /// All words as they go out, the name first.
    #[must_use]
    pub fn words(&self) -> Args<'_> {
        self.wire.args()
    }

    /// The words after the name and the subcommand's name.
    pub fn arguments(&self) -> impl Iterator<Item = &[u8]> {
        self.wire.args().skip(usize::from(self.facts.words).max(1))
    }

    /// Whether it may be repeated, with these arguments.
    #[must_use]
    pub fn class(&self) -> Class {
        self.facts.class_with(self.arguments())
    }

    /// The kind of connection it needs, with these arguments.
    #[inline]
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self.facts.blocks {
            Blocks::Option if self.block_time().is_some() => Lane::Lease,
            _ => self.facts.lane,
        }
    }

    /// How long it may block on the server; `None` when it does not.
    #[must_use]
    pub fn block_time(&self) -> Option<BlockTime> {
        match self.facts.blocks {
            Blocks::Never => None,
            _ => self.facts.block_time(self.arguments()),
        }
    }

    #[cold]
    fn find_subcommand(&mut self) {
        let mut words = self.wire.args();
        if let (Some(name), Some(sub)) = (words.next(), words.next()) {
            self.facts = facts::lookup(name, Some(sub)).unwrap_or(self.facts);
        }
    }
}

/// Looks the name up; the words stay as they are.
impl From<redlane_resp::command::Command> for Command {
    fn from(wire: redlane_resp::command::Command) -> Self {
        let mut words = wire.args();
        let found = words.next().and_then(|name| facts::lookup(name, words.next()));
        let facts =
            found.filter(|facts| usize::from(facts.words) <= wire.arg_count()).unwrap_or(&facts::UNKNOWN);
        Self { facts, wire }
    }
}

/// The name and the number of arguments: an argument may be a secret.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("name", &self.name())
            .field("arguments", &self.arguments().count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_known_command_goes_out_as_it_is_spelt() {
        const FACTS: &Facts = facts::of("CONFIG GET");

        let command = Command::known(FACTS).arg("maxmemory");

        assert_eq!(command.wire().to_bytes(), "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$9\r\nmaxmemory\r\n");
        assert_eq!(command.arguments().collect::<Vec<_>>(), [b"maxmemory"]);
    }

    #[test]
    fn cmd_finds_facts_in_any_case_and_keeps_the_bytes() {
        let command = cmd("get").arg("k");

        assert_eq!(command.name(), "GET");
        assert_eq!(command.class(), Class::Read);
        assert_eq!(command.wire().to_bytes(), "*2\r\n$3\r\nget\r\n$1\r\nk\r\n");
    }

    #[test]
    fn cmd_learns_the_subcommand_from_the_first_argument() {
        assert_eq!(cmd("client").arg("reply").arg("off").facts(), facts::of("CLIENT REPLY"));
        assert_eq!(cmd("CONFIG").arg(("get", "maxmemory")).facts(), facts::of("CONFIG GET"));
        assert_eq!(cmd("CONFIG").arg("nonsense").facts(), facts::of("CONFIG"));
        let mut command = cmd("CONFIG");
        command.push_bytes(Bytes::from_static(b"SET"));
        assert_eq!(command.facts(), facts::of("CONFIG SET"));
    }

    #[test]
    fn an_unknown_name_is_an_unrepeatable_write() {
        let command = cmd("MY.COMMAND").arg(1);

        assert_eq!((command.class(), command.lane()), (Class::Write, Lane::Shared));
        assert_eq!(command.name(), "MY.COMMAND");
        assert_eq!(command.arguments().count(), 1);
        // One word with a blank in it is no subcommand to a server.
        assert_eq!(cmd("CONFIG GET").facts(), &facts::UNKNOWN);
    }

    #[test]
    fn encoded_commands_get_their_facts() {
        let wire = redlane_resp::command::Command::new("config").arg("set").arg("a").arg("b");

        assert_eq!(Command::from(wire).facts(), facts::of("CONFIG SET"));
        assert_eq!(Command::from(redlane_resp::command::Command::new("CONFIG GET")).facts(), &facts::UNKNOWN);
    }

    #[test]
    fn xread_takes_a_lease_only_when_it_blocks() {
        let at_once = cmd("XREAD").arg("STREAMS").arg("s").arg(0);
        let blocking = cmd("XREAD").arg("BLOCK").arg(1500).arg("STREAMS").arg("s").arg(0);

        assert_eq!(
            (at_once.lane(), at_once.class(), at_once.block_time()),
            (Lane::Shared, Class::Read, None)
        );
        assert_eq!((blocking.lane(), blocking.class()), (Lane::Lease, Class::Blocking));
        assert_eq!(blocking.block_time(), Some(BlockTime::For(Duration::from_millis(1500))));
    }

    #[test]
    fn debug_shows_no_argument() {
        let text = format!("{:?}", cmd("AUTH").arg("user").arg("hunter2"));

        assert_eq!(text, "Command { name: \"AUTH\", arguments: 2, .. }");
    }
}
