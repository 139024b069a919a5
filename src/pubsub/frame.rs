//! Reads what comes on a subscriber's connection. RESP3 marks it as pushes, RESP2 sends the same as arrays.

use std::borrow::Cow;

use bytes::Bytes;
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::{ConversionError, ServerError};
use redlane_resp::reply::Reply;

use super::topic::Kind;

/// One frame.
#[derive(Debug, PartialEq)]
pub(super) enum Frame<'a> {
    /// A message; `topic` is what was subscribed to, and `channel` stands apart when that is a pattern.
    Message { kind: Kind, topic: Cow<'a, [u8]>, channel: Option<Bytes>, payload: Bytes },
    /// The server has begun or ended a subscription; it names none when there was none to end.
    Settled { kind: Kind, on: bool, name: Option<Cow<'a, [u8]>> },
    /// The answer to a PING, in whatever form.
    Pong,
    /// The answer to what the server did not like.
    Error(ServerError),
    /// Something that nobody here knows. Newer servers may send more than we were told of.
    Unknown,
}

impl<'a> Frame<'a> {
    pub(super) fn of(reply: &'a Reply) -> Self {
        Self::read(&mut reply.cursor()).unwrap_or(Frame::Unknown)
    }

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ConversionError> {
        match cursor.read()? {
            Token::Push(_) | Token::Array(_) => {}
            Token::Error(error) => return Ok(Frame::Error(error)),
            Token::Simple(_) | Token::Bulk(_) => return Ok(Frame::Pong),
            _ => return Ok(Frame::Unknown),
        }
        let word = cursor.payload()?;
        let message = |kind| Some((kind, None));
        let settled = |kind, on| Some((kind, Some(on)));
        let known = match &*word {
            b"message" => message(Kind::Channel),
            b"pmessage" => message(Kind::Pattern),
            b"smessage" => message(Kind::Shard),
            b"subscribe" => settled(Kind::Channel, true),
            b"psubscribe" => settled(Kind::Pattern, true),
            b"ssubscribe" => settled(Kind::Shard, true),
            b"unsubscribe" => settled(Kind::Channel, false),
            b"punsubscribe" => settled(Kind::Pattern, false),
            b"sunsubscribe" => settled(Kind::Shard, false),
            b"pong" => return Ok(Frame::Pong),
            _ => None,
        };
        match known {
            None => Ok(Frame::Unknown),
            Some((kind, Some(on))) => {
                let name = if cursor.take_null()? { None } else { Some(cursor.payload()?) };
                Ok(Frame::Settled { kind, on, name })
            }
            Some((kind, None)) => {
                let topic = cursor.payload()?;
                let channel = match kind {
                    Kind::Pattern => {
                        let channel = cursor.payload()?;
                        Some(cursor.share(channel))
                    }
                    Kind::Channel | Kind::Shard => None,
                };
                let payload = cursor.payload()?;
                let payload = cursor.share(payload);
                Ok(Frame::Message { kind, topic, channel, payload })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(bytes: &'static str) -> Reply {
        Reply::from_frame(Bytes::from_static(bytes.as_bytes()))
    }

    #[test]
    fn both_protocols_say_the_same() {
        for mark in ['*', '>'] {
            let message =
                Reply::from_frame(format!("{mark}3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n").into());
            let by_pattern = format!("{mark}4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$2\r\nab\r\n$2\r\nhi\r\n");
            let by_pattern = Reply::from_frame(by_pattern.into());

            assert_eq!(
                Frame::of(&message),
                Frame::Message {
                    kind: Kind::Channel,
                    topic: b"a".into(),
                    channel: None,
                    payload: Bytes::from_static(b"hi"),
                }
            );
            assert_eq!(
                Frame::of(&by_pattern),
                Frame::Message {
                    kind: Kind::Pattern,
                    topic: b"a*".into(),
                    channel: Some(Bytes::from_static(b"ab")),
                    payload: Bytes::from_static(b"hi"),
                }
            );
        }
    }

    #[test]
    fn the_end_of_a_subscription_may_name_none() {
        let named = reply(">3\r\n$12\r\nsunsubscribe\r\n$1\r\na\r\n:0\r\n");
        let unnamed = reply("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");

        let name = Some(b"a".into());
        assert_eq!(Frame::of(&named), Frame::Settled { kind: Kind::Shard, on: false, name });
        assert_eq!(Frame::of(&unnamed), Frame::Settled { kind: Kind::Channel, on: false, name: None });
    }

    #[test]
    fn a_pong_has_many_forms() {
        for pong in ["+PONG\r\n", "*2\r\n$4\r\npong\r\n$0\r\n\r\n", "$0\r\n\r\n"] {
            assert_eq!(Frame::of(&reply(pong)), Frame::Pong, "{pong:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_no_error() {
        for odd in [
            ">2\r\n$10\r\ninvalidate\r\n_\r\n",
            ">1\r\n$7\r\nmessage\r\n",
            ":1\r\n",
            "*0\r\n",
            "*1\r\n:1\r\n",
        ] {
            assert_eq!(Frame::of(&reply(odd)), Frame::Unknown, "{odd:?}");
        }
    }
}
