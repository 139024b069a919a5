//! The rules of a user, as ACL GETUSER tells them.
//!
//! What surprises: the rules of all selectors stand in one list, since redis-rs reads them so.

use crate::commands::types::{AclInfo, Rule};
use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::value::Value;

impl FromRedisValue for AclInfo {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let mut user = Self::default();
        if let Some(fields) = v.as_map_iter() {
            for (name, value) in fields {
                read_field(&mut user, name, value)?;
            }
        } else if let Some(elements) = v.as_sequence() {
            let (pairs, []) = elements.as_chunks::<2>() else { return Err(mismatch(&v, "")) };
            for [name, value] in pairs {
                read_field(&mut user, name, value)?;
            }
        } else {
            return Err(mismatch(&v, ""));
        }
        Ok(user)
    }
}

fn read_field(user: &mut AclInfo, name: &Value, value: &Value) -> Result<(), ParsingError> {
    let Value::BulkString(name) = name else { return Err(mismatch(name, "Expect a bulk string key name")) };
    match unquoted(std::str::from_utf8(name)?) {
        "flags" => user.flags = list(value, "Expect an array response of ACL flags", flag)?,
        "passwords" => {
            user.passwords = list(value, "Expect an array response of ACL passwords", |hash| {
                String::from_redis_value_ref(hash).map(Rule::AddHashedPass)
            })?;
        }
        "commands" => user.commands = commands(value)?,
        "keys" => user.keys = patterns(value, '~', "Expect an array or bulk-string of keys", key)?,
        "channels" => {
            user.channels =
                patterns(value, '&', "Expect an array or bulk-string of channels", Rule::Channel)?;
        }
        "selectors" => {
            let (Value::Array(selectors) | Value::Set(selectors)) = value else {
                return Err(mismatch(value, "Expect an array or bulk-string of selectors"));
            };
            user.selectors.clear();
            for selector in selectors {
                let AclInfo { flags, commands, channels, keys, .. } =
                    AclInfo::from_redis_value_ref(selector)?;
                user.selectors.extend(flags.into_iter().chain(commands).chain(channels).chain(keys));
            }
        }
        _ => {}
    }
    Ok(())
}

fn list(
    value: &Value,
    wrong: &str,
    read: impl Fn(&Value) -> Result<Rule, ParsingError>,
) -> Result<Vec<Rule>, ParsingError> {
    value.as_sequence().ok_or_else(|| mismatch(value, wrong))?.iter().map(read).collect()
}

fn flag(flag: &Value) -> Result<Rule, ParsingError> {
    let Value::BulkString(flag) = flag else { return Err(mismatch(flag, "Expect an arbitrary binary data")) };
    Ok(match flag.as_slice() {
        b"on" => Rule::On,
        b"off" => Rule::Off,
        b"allkeys" => Rule::AllKeys,
        b"allcommands" => Rule::AllCommands,
        b"nopass" => Rule::NoPass,
        other => Rule::Other(String::from_utf8_lossy(other).into_owned()),
    })
}

fn commands(value: &Value) -> Result<Vec<Rule>, ParsingError> {
    let Value::BulkString(text) = value else {
        return Err(mismatch(value, "Expect a valid UTF8 string for commands"));
    };
    let rule = |word: &str| {
        let after = |sign: &str| word.strip_prefix(sign).map(str::to_owned);
        after("+@")
            .map(Rule::AddCategory)
            .or_else(|| after("-@").map(Rule::RemoveCategory))
            .or_else(|| after("+").map(Rule::AddCommand))
            .or_else(|| after("-").map(Rule::RemoveCommand))
            .ok_or_else(|| {
                let wrong = "Expect a command addition/removal";
                ParsingError::from(format!("{wrong:?} (response was {word:?})"))
            })
    };
    std::str::from_utf8(text)?.split_terminator(' ').map(rule).collect()
}

/// Patterns in an array, each with its sign or without (Redis 6), or in one text (Redis 7).
fn patterns(
    value: &Value,
    sign: char,
    wrong: &str,
    rule: fn(String) -> Rule,
) -> Result<Vec<Rule>, ParsingError> {
    let plain = |pattern: &str| pattern.strip_prefix(sign).unwrap_or(pattern).to_owned();
    match value {
        Value::Array(patterns) | Value::Set(patterns) => patterns
            .iter()
            .map(|pattern| {
                let pattern = String::from_redis_value_ref(pattern)?;
                // Of keys, redis-rs takes those in arrays as they are.
                Ok(rule(if sign == '~' { pattern } else { plain(&pattern) }))
            })
            .collect(),
        Value::BulkString(text) => {
            let text = unquoted(std::str::from_utf8(text)?);
            Ok(text.split_whitespace().map(|pattern| rule(plain(pattern))).collect())
        }
        other => Err(mismatch(other, wrong)),
    }
}

fn key(pattern: String) -> Rule {
    if pattern == "*" { Rule::AllKeys } else { Rule::Pattern(pattern) }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// What is wrong, and with what: of these replies redis-rs says it in other words than of others.
#[cold]
fn mismatch(value: &Value, wrong: &str) -> ParsingError {
    format!("{wrong:?} (response was {value:?})").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::value::parse_redis_value;

    fn read(bytes: &str) -> Result<AclInfo, ParsingError> {
        AclInfo::from_redis_value(parse_redis_value(bytes.as_bytes()).unwrap())
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn a_user_is_read_from_both_protocols() {
        let fields = "$5\r\nflags\r\n*2\r\n$2\r\non\r\n$3\r\nnew\r\n$9\r\npasswords\r\n*1\r\n$2\r\n00\r\n\
             $8\r\ncommands\r\n$20\r\n-@all +get +@read -x\r\n$4\r\nkeys\r\n$5\r\n~* ~a\r\n\
             $8\r\nchannels\r\n$3\r\n&c*\r\n$9\r\nselectors\r\n*1\r\n*4\r\n$8\r\ncommands\r\n$4\r\n+set\r\n\
             $4\r\nkeys\r\n$2\r\n~b\r\n";
        for head in ["*12\r\n", "%6\r\n"] {
            let user = read(&format!("{head}{fields}")).unwrap();

            assert_eq!(user.flags, [Rule::On, Rule::Other(text("new"))]);
            assert_eq!(user.passwords, [Rule::AddHashedPass(text("00"))]);
            let commands = [
                Rule::RemoveCategory(text("all")),
                Rule::AddCommand(text("get")),
                Rule::AddCategory(text("read")),
                Rule::RemoveCommand(text("x")),
            ];
            assert_eq!(user.commands, commands);
            assert_eq!(user.keys, [Rule::AllKeys, Rule::Pattern(text("a"))]);
            assert_eq!(user.channels, [Rule::Channel(text("c*"))]);
            assert_eq!(user.selectors, [Rule::AddCommand(text("set")), Rule::Pattern(text("b"))]);
        }
    }

    #[test]
    fn patterns_of_older_servers_stand_in_arrays() {
        let user =
            read("*4\r\n$4\r\nkeys\r\n*2\r\n$1\r\n*\r\n$2\r\n~a\r\n$8\r\nchannels\r\n*1\r\n$2\r\n&c\r\n");

        let user = user.unwrap();
        assert_eq!(user.keys, [Rule::AllKeys, Rule::Pattern(text("~a"))]);
        assert_eq!(user.channels, [Rule::Channel(text("c"))]);
    }

    #[test]
    fn what_is_no_user_says_so() {
        for (frame, wrong) in [
            (":1\r\n", "\"\" (response was int(1))"),
            ("*1\r\n:1\r\n", "\"\" (response was array([int(1)]))"),
            ("*2\r\n:1\r\n:2\r\n", "\"Expect a bulk string key name\" (response was int(1))"),
            (
                "*2\r\n$4\r\nkeys\r\n:2\r\n",
                "\"Expect an array or bulk-string of keys\" (response was int(2))",
            ),
            (
                "*2\r\n$8\r\ncommands\r\n$3\r\nget\r\n",
                "\"Expect a command addition/removal\" (response was \"get\")",
            ),
        ] {
            assert_eq!(read(frame).unwrap_err().to_string(), format!("Incompatible type - {wrong}"));
        }
    }
}
