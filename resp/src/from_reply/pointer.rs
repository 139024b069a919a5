//! Owning pointers, which read what they point to.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use crate::cursor::Cursor;
use crate::error::ConversionError;
use crate::from_reply::FromReply;

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: FromReply> FromReply for $pointer<T> {
            fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
                T::from_reply(cursor).map(Self::new)
            }

            fn from_frame(frame: Bytes) -> Result<Self, ConversionError> {
                T::from_frame(frame).map(Self::new)
            }

            fn from_payload(payload: Bytes) -> Result<Self, ConversionError> {
                T::from_payload(payload).map(Self::new)
            }
        }
    )*};
}

pointers! { Box Rc Arc }
