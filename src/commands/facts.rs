//! What is known about each command before it is sent: its class for retries, its lane, its keys, how long it
//! may block.
//!
//! The table itself is in `facts/table.rs`, written by `facts/generate.py` from the `COMMAND` replies of
//! three servers. A row carries its name ready encoded, so nothing is formatted at run time. What surprises:
//! facts belong to the name alone. What depends on the arguments (`SET … NX`, `XREAD BLOCK`) is asked of the
//! [`Command`](super::command::Command).

mod table;

use std::iter::once;
use std::time::Duration;

use table::TABLE;

/// May a command be sent a second time when the fate of the first is unknown?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Changes nothing: may always be repeated.
    Read,
    /// Leaves the same state when it is applied twice: may be repeated by a caller who says so.
    IdempotentWrite,
    /// Must not be applied twice. Unknown commands are of this class.
    Write,
    /// Waits on the server and takes something from it: never repeated.
    Blocking,
    /// Changes its connection, or speaks about it: never repeated on another one.
    ConnState,
}

/// The kind of connection a command travels on. The text names the interface that does the same job on a
/// client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The link that all callers share.
    Shared,
    /// A connection of its own for as long as it runs, since it blocks those behind it.
    Lease,
    /// Only a connection that the caller holds: on a shared one it would change what others see.
    Held(&'static str),
    /// A subscriber's connection: the answers are pushes.
    Subscription(&'static str),
    /// No connection of this library: it would end the pairing of requests and replies, or undo its own
    /// handshake.
    Refused(&'static str),
}

/// What a command leaves behind on the connection that ran it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leaves {
    /// Nothing.
    Nothing,
    /// Watched keys (WATCH).
    Watch,
    /// An open transaction (MULTI).
    Transaction,
    /// No transaction and no watched keys (EXEC, DISCARD, UNWATCH).
    Clean,
    /// Something that only closing the connection takes away.
    State,
}

/// Where a blocking command says how long it may block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocks {
    /// It does not block.
    Never,
    /// The first argument, in seconds with a fraction.
    FirstSeconds,
    /// The last argument, in seconds with a fraction.
    LastSeconds,
    /// The last argument, in milliseconds.
    LastMillis,
    /// The option `BLOCK`, in milliseconds; without it the command does not block.
    Option,
}

/// How long a command may keep its connection busy on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockTime {
    /// At most this long. Zero: the argument is none that a server takes, the answer is an error at once.
    For(Duration),
    /// Until something happens.
    Forever,
}

/// Words among a command's arguments that make an idempotent write depend on what was there before. A field
/// or member of the same spelling is mistaken for one, which errs on the safe side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// What stands before the first word that may be an option.
    pub skip: Skip,
    /// The words, in upper case.
    pub words: &'static [&'static [u8]],
}

/// What stands between a command's name and its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// That many arguments.
    Arguments(u8),
    /// A number, and that many pairs of key and value.
    Pairs,
}

/// First version of each vendor's server that has the command; `None` when no known one has, or a module
/// brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Redis.
    pub redis: Option<&'static str>,
    /// Valkey. Numbers up to 7.2 are those of the Redis it grew from.
    pub valkey: Option<&'static str>,
}

/// Where some of a command's keys are, and what it does to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// What the command does to them.
    pub access: Access,
    /// Where to begin.
    pub begin: Begin,
    /// How to go on from there.
    pub find: Find,
    /// Whether this finds all keys of its kind, whatever the arguments.
    pub whole: bool,
}

/// What a command does to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reads it.
    Read,
    /// Reads and changes it, or changes a part of it.
    Update,
    /// Replaces it.
    Overwrite,
    /// Deletes it.
    Remove,
    /// Nothing: it is a name that only says which node is meant, such as a channel.
    NotAKey,
}

/// Where the search for keys begins. Words are counted from the command's name, which is number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At this word.
    Index(u8),
    /// Behind this keyword, looked for from this word on; from the end when negative.
    Keyword(&'static str, i8),
    /// The server does not say.
    Nowhere,
}

/// How keys follow from where the search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// A run of words.
    Range {
        /// The last key: relative to the first, or from the end of the command when negative.
        last: i8,
        /// Words from key to key.
        step: u8,
        /// With a negative `last`: the run ends after this fraction of what is left (0 and 1: all of it).
        limit: u8,
    },
    /// A number of keys that one word tells.
    KeyNum {
        /// The word with the number, relative to the beginning.
        at: u8,
        /// The first key, relative to the beginning.
        first: u8,
        /// Words from key to key.
        step: u8,
    },
    /// The server does not say.
    Unknown,
}

/// To which nodes of a cluster a command is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestPolicy {
    /// The node of its key, or any.
    Default,
    /// All of them.
    AllNodes,
    /// All primaries.
    AllShards,
    /// The nodes of its keys, each with its share of them.
    MultiShard,
    /// It has rules of its own.
    Special,
}

/// How the answers of several nodes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponsePolicy {
    /// Together, in the order of the keys or in any order.
    Default,
    /// The first success.
    OneSucceeded,
    /// The success of all, or the first error.
    AllSucceeded,
    /// The logical and, element by element.
    AggLogicalAnd,
    /// The logical or, element by element.
    AggLogicalOr,
    /// The least.
    AggMin,
    /// The greatest.
    AggMax,
    /// The sum.
    AggSum,
    /// It has rules of its own.
    Special,
}

/// What is known about one command or subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// Its name in upper case, a subcommand after a blank: `CONFIG GET`. Empty for an unknown command.
    pub name: &'static str,
    /// The words of the name as they go out: `$6\r\nCONFIG\r\n$3\r\nGET\r\n`.
    pub prefix: &'static [u8],
    /// How many words those are.
    pub words: u8,
    /// The group of the server's documentation: `string`, `sorted-set`, …; `module` for commands of modules.
    pub group: &'static str,
    /// Whether it may be repeated.
    pub class: Class,
    /// The kind of connection it needs.
    pub lane: Lane,
    /// What it leaves behind on that connection.
    pub leaves: Leaves,
    /// Where it says how long it blocks.
    pub blocks: Blocks,
    /// Whether it may have changed something although it answered with an error (EVAL, FCALL, EXEC, MIGRATE).
    pub late_errors: bool,
    /// Whether its first argument is a subcommand.
    pub container: bool,
    /// What makes an [`IdempotentWrite`](Class::IdempotentWrite) a plain one.
    pub conditions: Conditions,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// To which nodes of a cluster it is sent.
    pub request: RequestPolicy,
    /// How their answers become one.
    pub response: ResponsePolicy,
    /// Since when servers have it.
    pub since: Since,
}

/// What every row of the table begins with.
const BASE: Facts = Facts {
    name: "",
    prefix: b"",
    words: 0,
    group: "",
    class: Class::Write,
    lane: Lane::Shared,
    leaves: Leaves::Nothing,
    blocks: Blocks::Never,
    late_errors: false,
    container: false,
    conditions: Conditions { skip: Skip::Arguments(0), words: &[] },
    keys: &[],
    request: RequestPolicy::Default,
    response: ResponsePolicy::Default,
    since: Since { redis: None, valkey: None },
};

/// Facts about a command that is in no table: a write that may not be repeated, on the shared link.
pub static UNKNOWN: Facts = BASE;

/// Facts about the command `name`, written as in the table: `GET`, `CONFIG GET`. Meant for constants:
/// `const { facts::of("GET") }`; an unknown name then ends the build.
///
/// # Panics
///
/// When the table has no such command.
#[must_use]
pub const fn of(name: &str) -> &'static Facts {
    let mut rows = TABLE;
    while let [row, rest @ ..] = rows {
        if same(row.name.as_bytes(), name.as_bytes()) {
            return row;
        }
        rows = rest;
    }
    #[expect(clippy::panic, reason = "meant to end the build")]
    {
        panic!("no such command in the table of facts")
    }
}

/// `==` of byte strings, which is no `const` function yet.
const fn same(mut left: &[u8], mut right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    true
}

/// Facts about the command `name`, or its subcommand `sub` when it has one of that name; `None` for an
/// unknown command. Letters of either case are the same.
#[must_use]
pub fn lookup(name: &[u8], sub: Option<&[u8]>) -> Option<&'static Facts> {
    let facts = search(name.iter().map(u8::to_ascii_uppercase))?;
    match sub {
        Some(sub) if facts.container => {
            let joined = name.iter().chain(once(&b' ')).chain(sub).map(u8::to_ascii_uppercase);
            search(joined).or(Some(facts))
        }
        _ => Some(facts),
    }
}

fn search(name: impl Iterator<Item = u8> + Clone) -> Option<&'static Facts> {
    let found = TABLE.binary_search_by(|row| row.name.bytes().cmp(name.clone()));
    TABLE.get(found.ok()?)
}

/// All commands and subcommands, by name.
pub fn all() -> impl Iterator<Item = &'static Facts> {
    TABLE.iter()
}

impl Facts {
    /// How long a command with these `arguments` (all that follow the [`words`](Facts::words) of its name)
    /// may block; `None` when it does not.
    pub fn block_time<A: AsRef<[u8]>>(&self, arguments: impl IntoIterator<Item = A>) -> Option<BlockTime> {
        let mut arguments = arguments.into_iter();
        let (limit, unit) = match self.blocks {
            Blocks::Never => return None,
            Blocks::FirstSeconds => (arguments.next(), Duration::from_secs(1)),
            Blocks::LastSeconds => (arguments.last(), Duration::from_secs(1)),
            Blocks::LastMillis => (arguments.last(), Duration::from_millis(1)),
            Blocks::Option => (Some(block_option(arguments)?), Duration::from_millis(1)),
        };
        Some(limit.map_or(BlockTime::For(Duration::ZERO), |text| BlockTime::read(text.as_ref(), unit)))
    }

    /// The class of this command when it is sent with these `arguments` (all that follow the
    /// [`words`](Facts::words)).
    pub fn class_with<A: AsRef<[u8]>>(&self, arguments: impl IntoIterator<Item = A>) -> Class {
        let arguments = arguments.into_iter();
        if self.blocks == Blocks::Option {
            return if block_option(arguments).is_some() { Class::Blocking } else { self.class };
        }
        if self.class == Class::IdempotentWrite && self.conditions.met_by(arguments) {
            return Class::Write;
        }
        self.class
    }

    /// The page that documents the command.
    #[must_use]
    pub fn page(&self) -> String {
        let page = self.name.to_ascii_lowercase().replace(' ', "-");
        match self.since {
            Since { redis: None, valkey: Some(_) } => format!("https://valkey.io/commands/{page}/"),
            _ => format!("https://redis.io/docs/latest/commands/{page}/"),
        }
    }
}

/// The operand of `BLOCK` in the arguments of XREAD or XREADGROUP.
fn block_option<A: AsRef<[u8]>>(mut arguments: impl Iterator<Item = A>) -> Option<A> {
    while let Some(word) = arguments.next() {
        let word = word.as_ref();
        if word.eq_ignore_ascii_case(b"BLOCK") {
            return arguments.next();
        } else if word.eq_ignore_ascii_case(b"STREAMS") {
            return None;
        } else if word.eq_ignore_ascii_case(b"COUNT") {
            arguments.next();
        } else if word.eq_ignore_ascii_case(b"GROUP") {
            // A group or a consumer may be named BLOCK.
            arguments.next();
            arguments.next();
        }
    }
    None
}

impl BlockTime {
    fn read(text: &[u8], unit: Duration) -> Self {
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(0.0) => Self::Forever,
            Some(number) => {
                let seconds = number * unit.as_secs_f64();
                // Longer than a `Duration` can say is for ever; less than zero is refused by the server.
                let never = if seconds > 0.0 { Self::Forever } else { Self::For(Duration::ZERO) };
                Duration::try_from_secs_f64(seconds).map_or(never, Self::For)
            }
            None => Self::For(Duration::ZERO),
        }
    }
}

impl Conditions {
    fn met_by<A: AsRef<[u8]>>(&self, mut arguments: impl Iterator<Item = A>) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let before = match self.skip {
            Skip::Arguments(count) => usize::from(count),
            Skip::Pairs => {
                let pairs =
                    arguments.next().and_then(|count| std::str::from_utf8(count.as_ref()).ok()?.parse().ok());
                usize::saturating_mul(pairs.unwrap_or(0), 2)
            }
        };
        arguments.skip(before).any(|argument| {
            let argument = argument.as_ref();
            self.words.iter().any(|word| word.eq_ignore_ascii_case(argument))
        })
    }
}

#[cfg(test)]
mod tests;
