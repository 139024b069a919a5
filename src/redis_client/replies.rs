//! What the documented client answers where a plain type would not do.

use bytes::Bytes;
use redlane_resp::error::ServerError;
use redlane_resp::value::{Payload, Value};

use crate::commands::types::SetOptions;

/// What became of a [`set_with`](super::RedisClient::set_with).
///
/// `old` is the value that was there before, if the options asked for it with [`SetOptions::get`] and there was one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SetOutcome {
    /// The value is in place.
    Set {
        /// The value that it replaced.
        old: Option<String>,
    },
    /// A condition prevented it, and nothing has changed.
    NotSet {
        /// The value that stays.
        old: Option<String>,
    },
    /// The server answered with the old value alone, and it depends on its digest whether the new one is in place.
    Unknown {
        /// The value before.
        old: Option<String>,
    },
}

impl SetOutcome {
    /// Reads the reply to SET with `options`: `OK` or null, with `GET` the old value or null.
    pub(super) fn of(reply: Option<String>, options: &SetOptions) -> Self {
        let (set, old) = match (options.is_get(), reply) {
            (true, old) => (options.let_pass(old.as_deref()), old),
            (false, reply) => (Some(reply.is_some()), None),
        };
        match set {
            Some(true) => Self::Set { old },
            Some(false) => Self::NotSet { old },
            None => Self::Unknown { old },
        }
    }

    /// Whether the value is certainly in place.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set { .. })
    }

    /// The value that was there before, if the options asked for it and there was one.
    #[must_use]
    pub fn old(&self) -> Option<&str> {
        match self {
            Self::Set { old } | Self::NotSet { old } | Self::Unknown { old } => old.as_deref(),
        }
    }
}

/// A reply of any type, as [`execute`](super::RedisClient::execute) gives it.
///
/// With the setting `decode_responses` a string is [`Text`](Self::Text) where it is UTF-8, without it always
/// [`Bytes`](Self::Bytes). The many types of RESP are few here: simple, bulk and verbatim strings and big numbers are
/// strings, a push is an array, and attributes are left out.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Untyped {
    /// No value.
    #[default]
    Null,
    /// An integer.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// A floating point number.
    Double(f64),
    /// A string that is text.
    Text(String),
    /// A string that is no text, or was not to be read as such.
    Bytes(Bytes),
    /// An error inside of the reply.
    Error(ServerError),
    /// An array.
    Array(Vec<Untyped>),
    /// A map, in the order of the wire.
    Map(Vec<(Untyped, Untyped)>),
    /// A set, in the order of the wire.
    Set(Vec<Untyped>),
}

impl Untyped {
    /// Reads a reply, whose nesting its scanner has bounded.
    pub(super) fn of(value: Value, decode: bool) -> Self {
        let each = |values: Vec<Value>| values.into_iter().map(|value| Self::of(value, decode)).collect();
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Boolean(truth) => Self::Boolean(truth),
            Value::Double(number) => Self::Double(number),
            Value::Bulk(string)
            | Value::Simple(string)
            | Value::BigNumber(string)
            | Value::Verbatim { text: string, .. } => Self::string(string, decode),
            Value::Error(error) => Self::Error(error),
            Value::Array(values) | Value::Push(values) => Self::Array(each(values)),
            Value::Set(values) => Self::Set(each(values)),
            Value::Map(pairs) => {
                let pair = |(key, value)| (Self::of(key, decode), Self::of(value, decode));
                Self::Map(pairs.into_iter().map(pair).collect())
            }
            Value::Attributed(attributed) => Self::of(attributed.value, decode),
            // A type that a later version of the codec knows.
            _ => Self::Null,
        }
    }

    fn string(string: Payload, decode: bool) -> Self {
        match string.to_str() {
            Ok(text) if decode => Self::Text(text.to_owned()),
            _ => Self::Bytes(string.into_bytes()),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The integer, if it is one.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is some: a string in UTF-8, read as text or not.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The bytes of a string.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The elements of an array or a set.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use redlane_resp::reply::Reply;

    use super::*;
    use crate::commands::types::{ExistenceCheck, ValueComparison};

    fn outcome(options: SetOptions, reply: Option<&str>) -> SetOutcome {
        SetOutcome::of(reply.map(Into::into), &options)
    }

    #[test]
    fn without_get_ok_is_set_and_null_is_not() {
        let nx = SetOptions::default().conditional_set(ExistenceCheck::NX);

        assert_eq!(outcome(nx.clone(), Some("OK")), SetOutcome::Set { old: None });
        assert_eq!(outcome(nx, None), SetOutcome::NotSet { old: None });
    }

    #[test]
    fn with_get_the_condition_and_the_old_value_tell() {
        let get = SetOptions::default().get(true);
        let existence = |check| get.clone().conditional_set(check);
        let value = |comparison| get.clone().value_comparison(comparison);
        let old = || Some("old".to_owned());

        for (options, reply, expected) in [
            (get.clone(), Some("old"), SetOutcome::Set { old: old() }),
            (get.clone(), None, SetOutcome::Set { old: None }),
            (existence(ExistenceCheck::NX), Some("old"), SetOutcome::NotSet { old: old() }),
            (existence(ExistenceCheck::NX), None, SetOutcome::Set { old: None }),
            (existence(ExistenceCheck::XX), Some("old"), SetOutcome::Set { old: old() }),
            (existence(ExistenceCheck::XX), None, SetOutcome::NotSet { old: None }),
            (value(ValueComparison::ifeq("old")), Some("old"), SetOutcome::Set { old: old() }),
            (value(ValueComparison::ifeq("new")), Some("old"), SetOutcome::NotSet { old: old() }),
            (value(ValueComparison::ifeq("old")), None, SetOutcome::NotSet { old: None }),
            (value(ValueComparison::ifne("old")), Some("old"), SetOutcome::NotSet { old: old() }),
            (value(ValueComparison::ifne("new")), Some("old"), SetOutcome::Set { old: old() }),
            (value(ValueComparison::ifne("old")), None, SetOutcome::Set { old: None }),
            (value(ValueComparison::ifne(b"\xFF")), Some("old"), SetOutcome::Set { old: old() }),
            (value(ValueComparison::ifdeq("0123")), Some("old"), SetOutcome::Unknown { old: old() }),
            (value(ValueComparison::ifdeq("0123")), None, SetOutcome::NotSet { old: None }),
            (value(ValueComparison::ifdne("0123")), None, SetOutcome::Set { old: None }),
        ] {
            assert_eq!(outcome(options.clone(), reply), expected, "{options:?} {reply:?}");
        }
    }

    fn untyped(frame: &'static str, decode: bool) -> Untyped {
        Untyped::of(Reply::from_frame(frame.into()).read().unwrap(), decode)
    }

    #[test]
    fn strings_are_text_or_bytes_as_the_setting_says() {
        for frame in ["$2\r\nhi\r\n", "+hi\r\n", "=6\r\ntxt:hi\r\n"] {
            assert_eq!(untyped(frame, true), Untyped::Text("hi".into()), "{frame:?}");
            assert_eq!(untyped(frame, false), Untyped::Bytes("hi".into()), "{frame:?}");
        }
    }

    #[test]
    fn a_string_that_is_no_text_stays_bytes() {
        let value = || Value::Bulk(Payload::from(&b"\xFF"[..]));

        assert_eq!(Untyped::of(value(), true), Untyped::Bytes(Bytes::from_static(b"\xFF")));
        assert_eq!(Untyped::of(value(), true).as_text(), None);
    }

    #[test]
    fn aggregates_are_read_whole() {
        let map = untyped("%1\r\n+k\r\n*4\r\n:1\r\n_\r\n#t\r\n-ERR no\r\n", true);

        let elements = vec![
            Untyped::Integer(1),
            Untyped::Null,
            Untyped::Boolean(true),
            Untyped::Error(ServerError::from_line(b"ERR no")),
        ];
        assert_eq!(map, Untyped::Map(vec![(Untyped::Text("k".into()), Untyped::Array(elements))]));
        assert_eq!(untyped("~1\r\n,1.5\r\n", true), Untyped::Set(vec![Untyped::Double(1.5)]));
    }
}
