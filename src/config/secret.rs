//! Passwords, and what keeps them out of texts.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;

/// A password or a key. It has no `Display`, its `Debug` shows nothing of it, and its bytes are overwritten when the last
/// clone is dropped.
///
/// Redis passwords are bytes, so this one need not be UTF-8. Clones share one copy.
///
/// ```
/// let secret = redlane::config::Secret::from("swordfish");
/// assert_eq!(format!("{secret:?}"), "Secret(********)");
/// assert_eq!(secret.expose(), b"swordfish");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Wiped>);

/// What is shown in the place of a secret; its length says nothing about the secret's.
pub(crate) const MASK: &str = "********";

#[derive(PartialEq, Eq)]
struct Wiped(Vec<u8>);

impl Secret {
    /// The bytes themselves. Every caller of this function must keep them out of errors and logs.
    pub fn expose(&self) -> &[u8] {
        &self.0.0
    }

    /// Whether it holds no byte at all, which everywhere means "no password".
    pub fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }
}

/// As [`expose`](Secret::expose), for the layers below, which keep the one copy that there is.
impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.expose()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({MASK})")
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Secret(Arc::new(Wiped(bytes)))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret::from(text.into_bytes())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret::from(text.as_bytes())
    }
}

impl From<&[u8]> for Secret {
    fn from(bytes: &[u8]) -> Self {
        Secret::from(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Secret {
    /// What `include_bytes!` gives.
    fn from(bytes: &[u8; N]) -> Self {
        Secret::from(bytes.as_slice())
    }
}

impl Drop for Wiped {
    /// Without `unsafe` there is no volatile write; `black_box` is what keeps the optimiser from leaving this out.
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites bytes that held a secret before their memory is given back.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    black_box(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_made_of_a_secret_shows_it_or_its_length() {
        let short = Secret::from("x");
        let long = Secret::from("a much longer password");

        assert_eq!(format!("{short:?}"), format!("{long:?}"));
        assert!(!format!("{long:#?}").contains("password"));
    }

    #[test]
    fn clones_share_one_copy_and_outlive_each_other() {
        let first = Secret::from(vec![0xff, 0x00]);
        let second = first.clone();

        drop(first);

        assert_eq!(second.expose(), [0xff, 0x00]);
        assert!(!second.is_empty());
    }

    #[test]
    fn wiped_bytes_are_zero() {
        let mut bytes = *b"swordfish";

        wipe(&mut bytes);

        assert_eq!(bytes, [0; 9]);
    }
}
