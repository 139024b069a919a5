//! The keys and arguments of a call, in whatever order they come.

use redlane_resp::to_args::ToRedisArgs;

use crate::commands::command::Command;
use crate::commands::facts::Facts;

/// Keys and arguments, each encoded as it comes.
#[derive(Clone)]
pub(crate) struct Operands {
    keys: redlane_resp::command::Command,
    args: redlane_resp::command::Command,
}

impl Operands {
    pub(crate) fn new() -> Self {
        Self { keys: words(), args: words() }
    }

    pub(crate) fn key<K: ToRedisArgs>(&mut self, key: K) {
        self.keys.push_arg(key);
    }

    pub(crate) fn arg<A: ToRedisArgs>(&mut self, arg: A) {
        self.args.push_arg(arg);
    }

    /// How many keys there are.
    pub(crate) fn key_count(&self) -> usize {
        count(&self.keys)
    }

    /// How many arguments there are.
    pub(crate) fn arg_count(&self) -> usize {
        count(&self.args)
    }

    /// A command that names `what` it calls, and then tells how many keys there are, the keys, and the arguments.
    pub(crate) fn command(&self, facts: &'static Facts, what: &str) -> Command {
        let mut command = Command::known(facts).arg(what).arg(self.key_count());
        for word in self.keys.args().skip(1).chain(self.args.args().skip(1)) {
            command.push_arg(word);
        }
        command
    }
}

/// A list of arguments: a command whose name is not sent.
fn words() -> redlane_resp::command::Command {
    redlane_resp::command::Command::new("")
}

/// The place-holder for the name is none.
fn count(words: &redlane_resp::command::Command) -> usize {
    words.arg_count().saturating_sub(1)
}
