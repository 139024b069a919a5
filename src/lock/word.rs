//! What is said on a lock's channel, as bytes.
//!
//! A plain lock's words name the holding that has begun or ended. Not by its token, which is a secret, nor by its fence,
//! which some have not and a flushed server counts anew: by a digest of the token. An empty word names nothing: older
//! versions say that, fair locks with an empty queue, semaphores, and whoever wants everybody to ask.

use std::time::Duration;

use sha1_smol::Sha1;

use super::token::Token;
use super::ttl::Ttl;

/// One holding, from the question that won it to its end: the first 64 bits of SHA-1 over its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HoldingId(u64);

impl HoldingId {
    pub(crate) fn of(token: &Token) -> Self {
        let digest = Sha1::from(token.as_bytes()).digest().bytes();
        Self(digest.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte)))
    }

    #[cfg(test)]
    pub(crate) fn numbered(number: u64) -> Self {
        Self(number)
    }
}

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// This holding has begun, and lasts for so long if it is not renewed.
    Held(HoldingId, Duration),
    /// This holding was given back.
    Free(HoldingId),
    /// It is the turn of the one who stands in the server's queue with this token.
    Turn(&'a [u8]),
    /// It may be free: it names nothing, or nothing that we know.
    Try,
}

/// What a token looks like, as [`Token::new`] makes it.
const TOKEN_LENGTH: usize = 32;

const HELD: &str = "held:";
const FREE: &str = "free:";

impl<'a> Word<'a> {
    pub(crate) fn read(payload: &'a [u8]) -> Self {
        if payload.len() == TOKEN_LENGTH && payload.iter().all(u8::is_ascii_hexdigit) {
            return Self::Turn(payload);
        }
        let text = std::str::from_utf8(payload).unwrap_or_default();
        let free = || text.strip_prefix(FREE)?.parse().ok().map(|id| Self::Free(HoldingId(id)));
        let held = || {
            let (id, ttl) = text.strip_prefix(HELD)?.split_once(':')?;
            Some(Self::Held(HoldingId(id.parse().ok()?), Duration::from_millis(ttl.parse().ok()?)))
        };
        free().or_else(held).unwrap_or(Self::Try)
    }

    /// That the holding of `token` has begun.
    pub(crate) fn held(token: &Token, ttl: Ttl) -> String {
        format!("{HELD}{}:{}", HoldingId::of(token).0, ttl.millis())
    }

    /// That the holding of `token` has ended.
    pub(crate) fn free(token: &Token) -> String {
        format!("{FREE}{}", HoldingId::of(token).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_was_said() {
        let (token, ttl) = (Token::new().unwrap(), Ttl::new(Duration::from_millis(1_500)).unwrap());
        let id = HoldingId::of(&token);

        assert_eq!(Word::read(Word::free(&token).as_bytes()), Word::Free(id));
        assert_eq!(Word::read(Word::held(&token, ttl).as_bytes()), Word::Held(id, ttl.duration()));
        assert_eq!(Word::read(token.as_bytes()), Word::Turn(token.as_bytes()));
    }

    #[test]
    fn whatever_cannot_be_read_means_try() {
        for payload in [
            "",
            "free",
            "free:",
            "free:x",
            "free:-1",
            "free:1:2",
            "held:1",
            "held:1:",
            "held:x:1",
            "held:1:-1",
            "unlocked",
            "0",
            "\u{fffd}",
        ] {
            assert_eq!(Word::read(payload.as_bytes()), Word::Try, "{payload}");
        }
        assert_eq!(Word::read(b"\xff\xfe"), Word::Try);
    }

    #[test]
    fn a_holding_is_named_by_a_digest_that_keeps_the_token_to_itself() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        let digest = Sha1::from(one.as_bytes()).digest().to_string();

        assert_eq!(HoldingId::of(&one).0, u64::from_str_radix(&digest[..16], 16).unwrap());
        assert_ne!(HoldingId::of(&one), HoldingId::of(&other));
    }
}
