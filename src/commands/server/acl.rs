//! The rules of access control lists: what ACL SETUSER takes and ACL GETUSER gives.

use std::fmt;

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// One rule about a user.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The user may log in.
    On,
    /// The user may not log in; who is logged in already stays so.
    Off,
    /// Allows a command, or a subcommand as `config|get`.
    AddCommand(String),
    /// Forbids a command, or a subcommand.
    RemoveCommand(String),
    /// Allows the commands of a category, named without the `@`.
    AddCategory(String),
    /// Forbids the commands of a category, named without the `@`.
    RemoveCategory(String),
    /// Allows all commands, those of modules loaded later too.
    AllCommands,
    /// Forbids all commands.
    NoCommands,
    /// Adds a password.
    AddPass(String),
    /// Removes a password.
    RemovePass(String),
    /// Adds a password by its SHA-256 in hex.
    AddHashedPass(String),
    /// Removes a password by its SHA-256 in hex.
    RemoveHashedPass(String),
    /// Lets the user in without a password, and removes those there are.
    NoPass,
    /// Removes all passwords, and the permission to go without.
    ResetPass,
    /// Allows the keys that match a glob pattern.
    Pattern(String),
    /// Allows all keys.
    AllKeys,
    /// Forgets the patterns of keys.
    ResetKeys,
    /// Allows the channels that match a glob pattern.
    Channel(String),
    /// Forgets the patterns of channels.
    ResetChannels,
    /// Adds a set of rules that allow something by themselves.
    Selector(Vec<Self>),
    /// Takes everything away and turns the user off.
    Reset,
    /// Any other rule, as the server writes it.
    Other(String),
}

impl Rule {
    /// The rule as the server writes it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (sign, name) = match self {
            Self::On => ("on", ""),
            Self::Off => ("off", ""),
            Self::AddCommand(name) => ("+", name.as_str()),
            Self::RemoveCommand(name) => ("-", name.as_str()),
            Self::AddCategory(name) => ("+@", name.as_str()),
            Self::RemoveCategory(name) => ("-@", name.as_str()),
            Self::AllCommands => ("allcommands", ""),
            Self::NoCommands => ("nocommands", ""),
            Self::AddPass(password) => (">", password.as_str()),
            Self::RemovePass(password) => ("<", password.as_str()),
            Self::AddHashedPass(hash) => ("#", hash.as_str()),
            Self::RemoveHashedPass(hash) => ("!", hash.as_str()),
            Self::NoPass => ("nopass", ""),
            Self::ResetPass => ("resetpass", ""),
            Self::Pattern(pattern) => ("~", pattern.as_str()),
            Self::AllKeys => ("allkeys", ""),
            Self::ResetKeys => ("resetkeys", ""),
            Self::Channel(pattern) => ("&", pattern.as_str()),
            Self::ResetChannels => ("resetchannels", ""),
            Self::Selector(rules) => {
                let rules: Vec<String> = rules.iter().map(Rule::to_text).collect();
                return format!("({})", rules.join(" "));
            }
            Self::Reset => ("reset", ""),
            Self::Other(text) => ("", text.as_str()),
        };
        [sign, name].concat()
    }

    /// Reads one rule as the server writes it. What is no known rule is [`Other`](Self::Other).
    pub(crate) fn read(text: &str) -> Self {
        let after = |sign: &str| text.strip_prefix(sign).map(str::to_owned);
        match text {
            "on" => Self::On,
            "off" => Self::Off,
            "allcommands" | "+@all" => Self::AllCommands,
            "nocommands" | "-@all" => Self::NoCommands,
            "nopass" => Self::NoPass,
            "resetpass" => Self::ResetPass,
            "allkeys" | "~*" => Self::AllKeys,
            "resetkeys" => Self::ResetKeys,
            "resetchannels" => Self::ResetChannels,
            "reset" => Self::Reset,
            _ => after("+@")
                .map(Self::AddCategory)
                .or_else(|| after("-@").map(Self::RemoveCategory))
                .or_else(|| after("+").map(Self::AddCommand))
                .or_else(|| after("-").map(Self::RemoveCommand))
                .or_else(|| after("~").map(Self::Pattern))
                .or_else(|| after("&").map(Self::Channel))
                .or_else(|| after("#").map(Self::AddHashedPass))
                .unwrap_or_else(|| Self::Other(text.to_owned())),
        }
    }
}

impl ToRedisArgs for Rule {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(self.to_text().as_bytes());
    }
}

/// Passwords and their hashes are left out.
impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddPass(_) => f.write_str("AddPass(..)"),
            Self::RemovePass(_) => f.write_str("RemovePass(..)"),
            Self::AddHashedPass(_) => f.write_str("AddHashedPass(..)"),
            Self::RemoveHashedPass(_) => f.write_str("RemoveHashedPass(..)"),
            // It may be a password that was written by hand.
            Self::Other(_) => f.write_str("Other(..)"),
            Self::Selector(rules) => f.debug_tuple("Selector").field(rules).finish(),
            rule => f.write_str(&rule.to_text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn every_rule_writes_its_sign() {
        let rules = [
            (Rule::On, "on"),
            (Rule::Off, "off"),
            (Rule::AddCommand(text("get")), "+get"),
            (Rule::RemoveCommand(text("set")), "-set"),
            (Rule::AddCategory(text("read")), "+@read"),
            (Rule::RemoveCategory(text("write")), "-@write"),
            (Rule::AllCommands, "allcommands"),
            (Rule::NoCommands, "nocommands"),
            (Rule::AddPass(text("p")), ">p"),
            (Rule::RemovePass(text("p")), "<p"),
            (Rule::AddHashedPass(text("h")), "#h"),
            (Rule::RemoveHashedPass(text("h")), "!h"),
            (Rule::NoPass, "nopass"),
            (Rule::ResetPass, "resetpass"),
            (Rule::Pattern(text("a*")), "~a*"),
            (Rule::AllKeys, "allkeys"),
            (Rule::ResetKeys, "resetkeys"),
            (Rule::Channel(text("c*")), "&c*"),
            (Rule::ResetChannels, "resetchannels"),
            (Rule::Selector(vec![Rule::AddCommand(text("get")), Rule::AllKeys]), "(+get allkeys)"),
            (Rule::Reset, "reset"),
            (Rule::Other(text("%R~x")), "%R~x"),
        ];

        for (rule, expected) in rules {
            assert_eq!(written(rule), expected);
        }
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        for rule in [
            Rule::On,
            Rule::AllCommands,
            Rule::NoCommands,
            Rule::AddCategory(text("read")),
            Rule::RemoveCommand(text("config|set")),
            Rule::Pattern(text("a*")),
            Rule::Channel(text("*")),
            Rule::AddHashedPass(text("00")),
            Rule::Other(text("sanitize-payload")),
        ] {
            assert_eq!(Rule::read(&rule.to_text()), rule);
        }
    }

    #[test]
    fn debug_shows_no_password() {
        let rules =
            [Rule::AddPass(text("hunter2")), Rule::Other(text(">hunter2")), Rule::Pattern(text("k*"))];

        let shown = format!("{rules:?}");

        assert_eq!(shown, "[AddPass(..), Other(..), ~k*]");
    }
}
