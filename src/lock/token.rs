//! The token that tells one acquisition from all others. It is a secret: whoever knows it can release the lock.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::LockError;

/// 16 random bytes of the operating system, in hex.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token([u8; 32]);

impl Token {
    /// A fresh one, for one acquisition; never used again.
    pub(crate) fn new() -> Result<Self, LockError> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| LockError::NoToken)?;
        let mut hex = [0; 32];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(random) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
            }
        }
        Ok(Self(hex))
    }

    /// As it stands on the server.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// So that a map of tokens can be asked for what stands in a message.
impl Borrow<[u8]> for Token {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Hashed as the bytes that it is borrowed as.
impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_hex_and_differ() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());

        assert!(one.as_bytes().iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Token(..)");
    }
}
