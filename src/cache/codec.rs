//! How values become bytes and back.

use std::fmt;

use bytes::Bytes;

/// What went wrong in a codec.
pub type CodecError = Box<dyn std::error::Error + Send + Sync>;

/// Turns values of one type into bytes and back.
///
/// ```
/// use bytes::Bytes;
/// use redlane::cache::codec::{Codec, CodecError};
///
/// /// A point as two numbers.
/// #[derive(Clone, Copy)]
/// struct Pair;
///
/// impl Codec<(u32, u32)> for Pair {
///     fn id(&self) -> u8 {
///         128
///     }
///     fn encode(&self, value: &(u32, u32)) -> Result<Vec<u8>, CodecError> {
///         Ok([value.0.to_be_bytes(), value.1.to_be_bytes()].concat())
///     }
///     fn decode(&self, bytes: Bytes) -> Result<(u32, u32), CodecError> {
///         let [a, b, c, d, e, f, g, h] = <[u8; 8]>::try_from(&bytes[..])?;
///         Ok((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
///     }
/// }
/// ```
pub trait Codec<V>: Send + Sync + 'static {
    /// Stands in each stored value; what another codec wrote counts as not there. Those from 128 on are free for codecs of
    /// one's own.
    fn id(&self) -> u8;

    /// The value as bytes.
    ///
    /// # Errors
    /// When it cannot be written so.
    fn encode(&self, value: &V) -> Result<Vec<u8>, CodecError>;

    /// The value that the bytes stand for. They are a part of the block that was read from the server: who keeps some of
    /// them copies them, or keeps all of the block, up to 64 KiB.
    ///
    /// # Errors
    /// When they stand for none: the value counts as not there.
    fn decode(&self, bytes: Bytes) -> Result<V, CodecError>;
}

/// Bytes and texts as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw;

impl Codec<Bytes> for Raw {
    fn id(&self) -> u8 {
        0
    }

    fn encode(&self, value: &Bytes) -> Result<Vec<u8>, CodecError> {
        Ok(value.to_vec())
    }

    /// A copy of its own size: a slice would keep the whole block alive in which it was read.
    fn decode(&self, bytes: Bytes) -> Result<Bytes, CodecError> {
        Ok(Bytes::copy_from_slice(&bytes))
    }
}

impl Codec<Vec<u8>> for Raw {
    fn id(&self) -> u8 {
        0
    }

    fn encode(&self, value: &Vec<u8>) -> Result<Vec<u8>, CodecError> {
        Ok(value.clone())
    }

    fn decode(&self, bytes: Bytes) -> Result<Vec<u8>, CodecError> {
        Ok(bytes.to_vec())
    }
}

impl Codec<String> for Raw {
    fn id(&self) -> u8 {
        0
    }

    fn encode(&self, value: &String) -> Result<Vec<u8>, CodecError> {
        Ok(value.clone().into_bytes())
    }

    fn decode(&self, bytes: Bytes) -> Result<String, CodecError> {
        Ok(String::from_utf8(bytes.to_vec())?)
    }
}

/// One codec by serde.
#[cfg(feature = "serde")]
macro_rules! serde_codec {
    ($(#[$doc:meta])* $name:ident, $id:literal, $feature:literal, |$value:ident| $encode:expr, |$bytes:ident| $decode:expr) => {
        $(#[$doc])*
        #[cfg(feature = $feature)]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        #[cfg(feature = $feature)]
        impl<V: serde::Serialize + serde::de::DeserializeOwned> Codec<V> for $name {
            fn id(&self) -> u8 {
                $id
            }

            fn encode(&self, $value: &V) -> Result<Vec<u8>, CodecError> {
                $encode
            }

            fn decode(&self, $bytes: Bytes) -> Result<V, CodecError> {
                $decode
            }
        }
    };
}

#[cfg(feature = "serde")]
serde_codec! {
    /// JSON, for all that serde can write. Feature `json`.
    Json, 1, "json",
    |value| Ok(serde_json::to_vec(value)?),
    |bytes| Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(feature = "serde")]
serde_codec! {
    /// MessagePack with the names of fields, so that fields may come and go. Feature `msgpack`.
    MessagePack, 2, "msgpack",
    |value| Ok(rmp_serde::to_vec_named(value)?),
    |bytes| Ok(rmp_serde::from_slice(&bytes)?)
}

#[cfg(feature = "serde")]
serde_codec! {
    /// CBOR. Feature `cbor`.
    Cbor, 3, "cbor",
    |value| {
        let mut out = Vec::new();
        ciborium::into_writer(value, &mut out)?;
        Ok(out)
    },
    |bytes| Ok(ciborium::from_reader(&*bytes)?)
}

#[cfg(feature = "serde")]
serde_codec! {
    /// Postcard: the smallest and fastest, and without names of fields, so that a changed type needs a new schema
    /// number. Feature `postcard`.
    Postcard, 4, "postcard",
    |value| Ok(postcard::to_allocvec(value)?),
    |bytes| Ok(postcard::from_bytes(&bytes)?)
}

/// The codec that a cache was built with.
pub(super) struct Chosen<V>(Box<dyn Codec<V>>);

impl<V> Chosen<V> {
    pub(super) fn new(codec: impl Codec<V>) -> Self {
        Chosen(Box::new(codec))
    }
}

impl<V> std::ops::Deref for Chosen<V> {
    type Target = dyn Codec<V>;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<V> fmt::Debug for Chosen<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<Self>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_are_their_own_bytes() {
        let text = "é".to_owned();

        let bytes = Codec::<String>::encode(&Raw, &text).unwrap();

        assert_eq!(bytes, text.as_bytes());
        assert_eq!(Codec::<String>::decode(&Raw, bytes.into()).unwrap(), text);
        assert!(Codec::<String>::decode(&Raw, Bytes::from_static(b"\xff")).is_err());
    }

    #[cfg(all(feature = "json", feature = "msgpack", feature = "cbor", feature = "postcard"))]
    #[test]
    fn each_codec_reads_what_it_wrote_and_refuses_nonsense() {
        type Value = (String, Option<i64>, Vec<f64>);
        let value: Value = ("name".into(), Some(-7), vec![0.5, 1e300]);
        let codecs: [Box<dyn Codec<Value>>; 4] =
            [Box::new(Json), Box::new(MessagePack), Box::new(Cbor), Box::new(Postcard)];
        let mut ids = Vec::new();

        for codec in codecs {
            let bytes = codec.encode(&value).unwrap();
            assert_eq!(codec.decode(bytes.into()).unwrap(), value);
            assert!(codec.decode(Bytes::from_static(b"\xff\xff")).is_err());
            ids.push(codec.id());
        }

        assert_eq!(ids, [1, 2, 3, 4]);
    }
}
