//! A command: its name and its arguments, built in place.
//!
//! It holds the bytes that go out, so sending it copies them once. What surprises: arguments marked as a cursor are
//! written anew when a scan goes on, and so the command is rebuilt then.

mod args;
mod cache;
mod iter;
mod query;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;

use bytes::{BufMut, Bytes};
use redlane_resp::command::Command as Wire;
use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use crate::commands::command::Command;
use crate::commands::facts::{self, Facts};

pub use self::args::Arg;
pub use self::cache::CommandCacheConfig;
pub use self::iter::{AsyncIter, Iter};

/// A command. The methods change it in place and give it back, so that calls can be chained on a temporary.
///
/// ```
/// let packed = redlane::compat::cmd("SET").arg("greeting").arg("hello").get_packed_command();
/// assert_eq!(packed, b"*3\r\n$3\r\nSET\r\n$8\r\ngreeting\r\n$5\r\nhello\r\n");
/// ```
#[derive(Clone)]
pub struct Cmd {
    wire: Wire,
    /// Known for a command that a row of the tables built; else it is looked up when it is sent.
    facts: Option<&'static Facts>,
    no_response: bool,
    /// What few commands have.
    rare: Option<Box<Rare>>,
}

#[derive(Clone, Default)]
struct Rare {
    cursor: Option<u64>,
    /// The arguments that are the cursor, in order.
    cursor_places: Vec<usize>,
    cache: Option<CommandCacheConfig>,
}

/// Begins a command by its name. The words of a subcommand are arguments of their own.
pub fn cmd(name: &str) -> Cmd {
    Cmd { wire: Wire::new(name), ..Cmd::new() }
}

/// A command of these arguments as it goes over the wire.
pub fn pack_command(args: &[Vec<u8>]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut wire = Wire::empty();
    wire.push_arg(args);
    wire.encode(&mut packed);
    packed
}

impl Cmd {
    /// A command without a name; its first argument will be it.
    pub fn new() -> Self {
        Self { wire: Wire::empty(), facts: None, no_response: false, rare: None }
    }

    /// The same, with room for `size_of_data` bytes of arguments.
    pub fn with_capacity(arg_count: usize, size_of_data: usize) -> Self {
        let mut command = Self::new();
        // Each argument brings a line with its length.
        let each = size_of_data.checked_div(arg_count).unwrap_or(size_of_data);
        command.wire.reserve_space_for_args(std::iter::repeat_n(each, arg_count));
        command
    }

    /// Takes everything out of it, the name included.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Appends a value as however many arguments it is.
    #[inline]
    pub fn arg<T: ToRedisArgs>(&mut self, arg: T) -> &mut Self {
        arg.write_redis_args(self);
        self
    }

    /// Takes the command out and leaves an empty one.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Appends the cursor of a scan, which begins at `cursor`.
    #[inline]
    pub fn cursor_arg(&mut self, cursor: u64) -> &mut Self {
        let place = self.wire.arg_count();
        self.wire.push_arg(cursor);
        let rare = self.rare();
        rare.cursor_places.push(place);
        let before = rare.cursor.replace(cursor);
        if before.is_some_and(|before| before != cursor) {
            self.rewrite(cursor);
        }
        self
    }

    /// The command as it goes over the wire; nothing of an empty one.
    #[inline]
    pub fn get_packed_command(&self) -> Vec<u8> {
        let mut packed = Vec::new();
        if !self.is_empty() {
            self.write_packed_command(&mut packed);
        }
        packed
    }

    /// Appends the command as it goes over the wire.
    #[inline]
    pub fn write_packed_command(&self, dst: &mut Vec<u8>) {
        dst.reserve(self.wire.encoded_len());
        self.wire.encode(dst);
    }

    /// Whether it has a cursor.
    #[inline]
    pub fn in_scan_mode(&self) -> bool {
        self.cursor().is_some()
    }

    /// Says whether the reply is to be awaited. The servers answer every command all the same, but for those that are
    /// told not to.
    #[inline]
    pub fn set_no_response(&mut self, nr: bool) -> &mut Self {
        self.no_response = nr;
        self
    }

    /// Whether the reply is not awaited.
    #[inline]
    pub fn is_no_response(&self) -> bool {
        self.no_response
    }

    /// How this command uses the cache of its connection.
    pub fn set_cache_config(&mut self, command_cache_config: CommandCacheConfig) -> &mut Self {
        self.rare().cache = Some(command_cache_config);
        self
    }

    /// How this command uses the cache of its connection, where that was said.
    pub(crate) fn cache_config(&self) -> Option<&CommandCacheConfig> {
        self.rare.as_ref().and_then(|rare| rare.cache.as_ref())
    }

    /// The cursor, when there is one.
    pub(crate) fn cursor(&self) -> Option<u64> {
        self.rare.as_ref().and_then(|rare| rare.cursor)
    }

    /// Goes on from `cursor`.
    pub(crate) fn set_cursor(&mut self, cursor: u64) {
        if self.rare().cursor.replace(cursor) != Some(cursor) {
            self.rewrite(cursor);
        }
    }

    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        self.wire.arg_count() == 0
    }

    /// The bytes to send.
    #[inline]
    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// What is known about the command.
    #[inline]
    pub(crate) fn facts(&self) -> &'static Facts {
        match self.facts {
            Some(facts) => facts,
            None => self.look_up(),
        }
    }

    fn look_up(&self) -> &'static Facts {
        let mut words = self.wire.args();
        let found = words.next().and_then(|name| facts::lookup(name, words.next()));
        found.unwrap_or(&facts::UNKNOWN)
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Writes all arguments anew, with another cursor.
    fn rewrite(&mut self, cursor: u64) {
        let mut wire = Wire::empty();
        for arg in self.args_iter() {
            if let Arg::Simple(bytes) = arg {
                wire.write_arg(bytes);
            } else {
                wire.push_arg(cursor);
            }
        }
        self.wire = wire;
    }
}

impl Default for Cmd {
    fn default() -> Self {
        Self::new()
    }
}

/// A command of the tables, without a copy.
impl From<Command> for Cmd {
    #[inline]
    fn from(command: Command) -> Self {
        let (wire, facts) = command.into_parts();
        Self { wire, facts: Some(facts), no_response: false, rare: None }
    }
}

impl RedisWrite for Cmd {
    #[inline]
    fn write_arg(&mut self, arg: &[u8]) {
        self.wire.write_arg(arg);
    }

    fn write_arg_fmt(&mut self, arg: impl fmt::Display) {
        self.wire.write_arg_fmt(arg);
    }

    fn writer_for_next_arg(&mut self) -> impl io::Write + '_ {
        self.wire.writer_for_next_arg()
    }

    fn reserve_space_for_args(&mut self, additional: impl IntoIterator<Item = usize>) {
        self.wire.reserve_space_for_args(additional);
    }

    fn bufmut_for_next_arg(&mut self, capacity: usize) -> impl BufMut + '_ {
        self.wire.bufmut_for_next_arg(capacity)
    }

    #[inline]
    fn write_shared_arg(&mut self, arg: &Bytes) {
        self.wire.write_shared_arg(arg);
    }
}

/// The name and the number of arguments: one of them may be a secret.
impl fmt::Debug for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cmd")
            .field("name", &self.wire.name().escape_ascii().to_string())
            .field("args", &self.wire.arg_count())
            .field("cursor", &self.cursor())
            .field("no_response", &self.no_response)
            .finish_non_exhaustive()
    }
}
