//! The bytes of a string in a [`Value`](crate::value::Value): 24 bytes in all, where `Bytes` would take 32 and make
//! every node of a tree larger. Short ones live in place, large ones share the block they arrived in.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use bytes::Bytes;

use crate::cursor::{Cursor, SHARE_FROM};

/// What fits in place: 24 bytes less the length and the tag.
const INLINE: usize = 22;

/// Bytes of a string, cheap to make and at most 24 bytes large in place.
///
/// It reads as `&[u8]` and becomes [`Bytes`] without another copy unless it is short.
///
/// ```
/// use redlane_resp::value::Payload;
///
/// let payload = Payload::from("hello");
/// assert_eq!(&payload[..2], b"he");
/// assert_eq!(payload.to_str(), Ok("hello"));
/// assert_eq!(payload.into_bytes(), "hello");
/// ```
#[derive(Clone)]
pub struct Payload(Form);

#[derive(Clone)]
enum Form {
    Inline { len: u8, bytes: [u8; INLINE] },
    Own(Box<[u8]>),
    Shared(Box<Bytes>),
}

impl Payload {
    /// Takes what a cursor handed out: by reference to its block from 8 KiB up, as a copy below.
    pub(super) fn take(cursor: &Cursor<'_>, payload: Cow<'_, [u8]>) -> Self {
        match payload {
            Cow::Borrowed(bytes) if bytes.len() < SHARE_FROM => bytes.into(),
            Cow::Borrowed(bytes) => Self(Form::Shared(Box::new(cursor.share_slice(bytes)))),
            Cow::Owned(bytes) => bytes.into(),
        }
    }

    /// The bytes, given away. Short ones are copied to the heap.
    pub fn into_bytes(self) -> Bytes {
        match self.0 {
            Form::Inline { .. } => Bytes::copy_from_slice(&self),
            Form::Own(bytes) => Bytes::from(bytes),
            Form::Shared(bytes) => *bytes,
        }
    }

    /// The text.
    ///
    /// # Errors
    /// `Utf8Error` when it is none.
    pub fn to_str(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(self)
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Form::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Form::Own(bytes) => bytes,
            Form::Shared(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self(Form::Inline { len: 0, bytes: [0; INLINE] })
    }
}

impl From<&[u8]> for Payload {
    fn from(source: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..source.len()), u8::try_from(source.len())) {
            (Some(room), Ok(len)) => {
                room.copy_from_slice(source);
                Self(Form::Inline { len, bytes })
            }
            _ => Self(Form::Own(source.into())),
        }
    }
}

impl From<&str> for Payload {
    fn from(source: &str) -> Self {
        source.as_bytes().into()
    }
}

impl From<Vec<u8>> for Payload {
    fn from(source: Vec<u8>) -> Self {
        if source.len() <= INLINE { source.as_slice().into() } else { Self(Form::Own(source.into())) }
    }
}

impl From<String> for Payload {
    fn from(source: String) -> Self {
        source.into_bytes().into()
    }
}

impl From<Bytes> for Payload {
    fn from(source: Bytes) -> Self {
        if source.len() <= INLINE { source.as_ref().into() } else { Self(Form::Shared(Box::new(source))) }
    }
}

impl From<Payload> for Bytes {
    fn from(payload: Payload) -> Self {
        payload.into_bytes()
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Payload {}

impl PartialEq<[u8]> for Payload {
    fn eq(&self, other: &[u8]) -> bool {
        **self == *other
    }
}

impl PartialEq<&[u8]> for Payload {
    fn eq(&self, other: &&[u8]) -> bool {
        **self == **other
    }
}

impl PartialEq<str> for Payload {
    fn eq(&self, other: &str) -> bool {
        **self == *other.as_bytes()
    }
}

impl PartialEq<&str> for Payload {
    fn eq(&self, other: &&str) -> bool {
        **self == *other.as_bytes()
    }
}

impl Hash for Payload {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// The caller's own contents, escaped like a byte string.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}
