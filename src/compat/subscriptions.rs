//! Which subscriptions a connection holds, by what the server confirmed.
//!
//! The server answers a subscribing command once for every name in it, so whoever sends one has to know how many answers
//! belong to it. Without names, which ends all subscriptions of a kind, that takes the knowledge of how many there are.
//! RESP3 marks an answer as a push and RESP2 does not; here they are the same.

use std::collections::BTreeSet;

use crate::compat::value::{PushKind, Value};
pub(crate) use crate::pubsub::topic::Kind;

/// The kinds in the order in which their subscriptions are renewed.
pub(crate) const RENEWED: [Kind; 3] = [Kind::Channel, Kind::Shard, Kind::Pattern];

/// One subscription began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    pub(crate) on: bool,
    /// None is named when there was none to end.
    name: Option<Vec<u8>>,
    /// How many subscriptions the connection has left; the server counts those of shards apart.
    pub(crate) left: i64,
}

impl Change {
    /// What the server has confirmed, if this is a confirmation.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let (word, rest) = match value {
            Value::Push { kind, data } => (kind.clone(), data.as_slice()),
            Value::Array(elements) => match elements.split_first() {
                Some((Value::BulkString(word), rest)) => {
                    (PushKind::from_word(String::from_utf8_lossy(word).into_owned()), rest)
                }
                _ => return None,
            },
            _ => return None,
        };
        Self::read(&word, rest)
    }

    /// [`of`](Self::of) a push.
    pub(crate) fn read(word: &PushKind, rest: &[Value]) -> Option<Self> {
        let (kind, on) = match word {
            PushKind::Subscribe => (Kind::Channel, true),
            PushKind::Unsubscribe => (Kind::Channel, false),
            PushKind::PSubscribe => (Kind::Pattern, true),
            PushKind::PUnsubscribe => (Kind::Pattern, false),
            PushKind::SSubscribe => (Kind::Shard, true),
            PushKind::SUnsubscribe => (Kind::Shard, false),
            _ => return None,
        };
        let name = match rest.first() {
            Some(Value::BulkString(name)) => Some(name.clone()),
            _ => None,
        };
        let left = match rest.get(1) {
            Some(Value::Int(left)) => *left,
            _ => 0,
        };
        Some(Self { kind, on, name, left })
    }
}

/// The subscriptions of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscriptions {
    channels: BTreeSet<Vec<u8>>,
    patterns: BTreeSet<Vec<u8>>,
    shard_channels: BTreeSet<Vec<u8>>,
}

impl Subscriptions {
    /// Notes what the server has confirmed.
    pub(crate) fn apply(&mut self, change: Change) {
        let Change { kind, on, name: Some(name), .. } = change else { return };
        let names = match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        };
        if on {
            names.insert(name);
        } else {
            names.remove(&name);
        }
    }

    /// How many answers the server gives to a command with so many names, when all that was said before it is answered.
    pub(crate) fn answers(&self, kind: Kind, on: bool, names: usize) -> usize {
        // Without a name to subscribe to there is one answer, an error; without a subscription to end there is one too.
        let all = if on { 0 } else { self.names(kind).len() };
        if names == 0 { all.max(1) } else { names }
    }

    /// What is subscribed.
    pub(crate) fn names(&self, kind: Kind) -> &BTreeSet<Vec<u8>> {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn confirmed(word: &str, name: &str) -> Change {
        Change::of(&Value::Array(vec![bulk(word), bulk(name), Value::Int(1)])).unwrap()
    }

    #[test]
    fn both_protocols_confirm_the_same() {
        for word in ["subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe"] {
            let data = vec![bulk("name"), Value::Int(1)];
            let push = Value::Push { kind: PushKind::from_word(word.to_owned()), data };

            assert_eq!(Change::of(&push), Some(confirmed(word, "name")), "{word}");
            let change = confirmed(word, "name");
            assert_eq!(change.kind.word(change.on), word.to_uppercase());
        }
    }

    #[test]
    fn messages_and_replies_confirm_nothing() {
        let message = Value::Array(vec![bulk("message"), bulk("news"), bulk("hello")]);
        let pong = Value::Array(vec![bulk("pong"), bulk("")]);
        let push = Value::Push { kind: PushKind::Invalidate, data: vec![Value::Nil] };

        for value in [message, pong, push, Value::Okay, Value::Array(Vec::new())] {
            assert_eq!(Change::of(&value), None, "{value:?}");
        }
    }

    #[test]
    fn a_command_has_an_answer_for_each_name_and_one_at_least() {
        let mut held = Subscriptions::default();
        for name in ["a", "b", "c"] {
            held.apply(confirmed("subscribe", name));
        }

        assert_eq!(held.answers(Kind::Channel, true, 2), 2);
        assert_eq!(held.answers(Kind::Channel, false, 1), 1);
        assert_eq!(held.answers(Kind::Channel, false, 0), 3, "one for each that ends");
        assert_eq!(held.answers(Kind::Pattern, false, 0), 1, "there is none to end");
        assert_eq!(held.answers(Kind::Channel, true, 0), 1, "an error");
    }

    #[test]
    fn what_ended_is_not_held() {
        let mut held = Subscriptions::default();
        for (word, name) in [
            ("psubscribe", "n*"),
            ("subscribe", "b"),
            ("subscribe", "a"),
            ("ssubscribe", "s"),
            ("subscribe", "c"),
            ("subscribe", "a"),
            ("unsubscribe", "c"),
        ] {
            held.apply(confirmed(word, name));
        }
        held.apply(Change { kind: Kind::Channel, on: false, name: None, left: 0 });

        let names = RENEWED.map(|kind| held.names(kind).iter().cloned().collect::<Vec<_>>());
        assert_eq!(names, [vec![b"a".to_vec(), b"b".to_vec()], vec![b"s".to_vec()], vec![b"n*".to_vec()]]);
    }
}
