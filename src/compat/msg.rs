//! A message that somebody published.

use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value_ref};
use crate::compat::value::{PushInfo, PushKind, Value};

/// A message of a subscription, with the channel that it came by.
#[derive(Clone, Debug)]
pub struct Msg {
    payload: Value,
    channel: Value,
    pattern: Option<Value>,
}

impl Msg {
    /// Reads a message out of a value that is kept. `None`: it is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        Self::from_owned_value(value.clone())
    }

    /// Reads a message out of what a subscriber's connection gave. `None`: it is none.
    pub fn from_owned_value(value: Value) -> Option<Self> {
        match value {
            Value::Push { kind, data } => Self::from_push_info(PushInfo { kind, data }),
            Value::Array(elements) => {
                let mut elements = elements.into_iter();
                let Some(Value::BulkString(word)) = elements.next() else { return None };
                Self::read(
                    elements,
                    match word.as_slice() {
                        b"message" => false,
                        b"pmessage" => true,
                        _ => return None,
                    },
                )
            }
            _ => None,
        }
    }

    /// Reads a message out of a push. `None`: it is none.
    pub fn from_push_info(push_info: PushInfo) -> Option<Self> {
        Self::read(
            push_info.data.into_iter(),
            match push_info.kind {
                PushKind::Message | PushKind::SMessage => false,
                PushKind::PMessage => true,
                _ => return None,
            },
        )
    }

    fn read(mut elements: impl Iterator<Item = Value>, by_pattern: bool) -> Option<Self> {
        let pattern = if by_pattern { Some(elements.next()?) } else { None };
        let (channel, payload) = (elements.next()?, elements.next()?);
        Some(Self { payload, channel, pattern })
    }

    /// The channel that it was published to.
    ///
    /// # Errors
    /// When the name is no `T`.
    pub fn get_channel<T: FromRedisValue>(&self) -> RedisResult<T> {
        Ok(from_redis_value_ref(&self.channel)?)
    }

    /// The name of the channel, `?` when it is no UTF-8.
    pub fn get_channel_name(&self) -> &str {
        match &self.channel {
            Value::BulkString(bytes) => std::str::from_utf8(bytes).unwrap_or("?"),
            _ => "?",
        }
    }

    /// What was published.
    ///
    /// # Errors
    /// When it is no `T`.
    pub fn get_payload<T: FromRedisValue>(&self) -> RedisResult<T> {
        Ok(from_redis_value_ref(&self.payload)?)
    }

    /// The bytes that were published.
    pub fn get_payload_bytes(&self) -> &[u8] {
        match &self.payload {
            Value::BulkString(bytes) => bytes,
            _ => b"",
        }
    }

    /// Whether it came by a pattern.
    pub fn from_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    /// The pattern that it came by; null for none, so an `Option` can always be read.
    ///
    /// # Errors
    /// When the pattern, or the lack of one, is no `T`.
    pub fn get_pattern<T: FromRedisValue>(&self) -> RedisResult<T> {
        Ok(from_redis_value_ref(self.pattern.as_ref().unwrap_or(&Value::Nil))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn a_message_is_the_same_in_both_protocols() {
        let data = || vec![bulk("news"), bulk("hello")];
        let push = Msg::from_push_info(PushInfo { kind: PushKind::Message, data: data() }).unwrap();
        let array = Msg::from_owned_value(Value::Array([vec![bulk("message")], data()].concat())).unwrap();

        for message in [push, array] {
            assert_eq!(message.get_channel_name(), "news");
            assert_eq!(message.get_payload(), Ok("hello".to_owned()));
            assert_eq!(message.get_payload_bytes(), b"hello");
            assert!(!message.from_pattern());
            assert_eq!(message.get_pattern::<Option<String>>(), Ok(None));
        }
    }

    #[test]
    fn a_message_by_a_pattern_knows_it() {
        let data = vec![bulk("n*"), bulk("news"), bulk("hello")];

        let message = Msg::from_value(&Value::Push { kind: PushKind::PMessage, data }).unwrap();

        assert!(message.from_pattern());
        assert_eq!(message.get_pattern::<Option<String>>(), Ok(Some("n*".to_owned())));
        assert_eq!(message.get_channel(), Ok("news".to_owned()));
    }

    #[test]
    fn what_is_no_message_is_none() {
        let confirmation = Value::Array(vec![bulk("subscribe"), bulk("news"), Value::Int(1)]);
        let short = Value::Array(vec![bulk("message"), bulk("news")]);
        let invalidate = Value::Push { kind: PushKind::Invalidate, data: vec![bulk("a"), bulk("b")] };

        for value in [confirmation, short, invalidate, Value::Okay, Value::Array(Vec::new())] {
            assert!(Msg::from_value(&value).is_none(), "{value:?}");
        }
    }

    #[test]
    fn odd_names_and_payloads_have_stand_ins() {
        let odd = Value::Array(vec![bulk("message"), Value::BulkString(vec![0xff]), Value::Nil]);

        let message = Msg::from_owned_value(odd).unwrap();

        assert_eq!((message.get_channel_name(), message.get_payload_bytes()), ("?", &b""[..]));
    }
}
