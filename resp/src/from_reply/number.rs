//! Numbers and truth values. Integers never wrap and never lose a fraction: what does not fit is an error.

use std::borrow::Cow;

use bytes::Bytes;

use crate::cursor::{Cursor, parse_double};
use crate::error::ConversionError;
use crate::from_reply::FromReply;
use crate::from_reply::text::{TAKE_OVER_FROM, only_bulk};

/// An integer that may be anything a reply can spell in 128 bits.
#[derive(Clone, Copy)]
struct Whole {
    negative: bool,
    magnitude: u128,
}

impl Whole {
    /// Reads sign and digits.
    fn parse(text: &[u8], target: &'static str) -> Result<Self, ConversionError> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(ConversionError::Text { expected: "an integer" });
        }
        let magnitude = digits.iter().try_fold(0u128, |sum, byte| {
            sum.checked_mul(10)?.checked_add(u128::from(byte.wrapping_sub(b'0')))
        });
        let magnitude = magnitude.ok_or(ConversionError::OutOfRange { target })?;
        Ok(Self { negative, magnitude })
    }

    fn fit<T: TryFrom<i128> + TryFrom<u128>>(self, target: &'static str) -> Result<T, ConversionError> {
        let fitted = if self.negative {
            0i128.checked_sub_unsigned(self.magnitude).and_then(|number| T::try_from(number).ok())
        } else {
            T::try_from(self.magnitude).ok()
        };
        fitted.ok_or(ConversionError::OutOfRange { target })
    }
}

/// Reads an integer that is no integer reply: text, a big number, or a double of integral value.
#[cold]
fn other_integer<T: TryFrom<i128> + TryFrom<u128>>(
    cursor: &mut Cursor<'_>,
    target: &'static str,
) -> Result<T, ConversionError> {
    const EXPECTED: &str = "an integer";
    match cursor.marker()? {
        b'$' | b'+' | b'=' if !cursor.clone().take_null()? => {
            Whole::parse(&cursor.payload()?, target)?.fit(target)
        }
        b'(' => Whole::parse(cursor.line()?, target)?.fit(target),
        b',' => {
            let mismatch = cursor.clone().mismatch(EXPECTED);
            let number = parse_double(cursor.line()?).ok_or(ConversionError::Malformed)?;
            if number.fract() != 0.0 {
                // Not a number and the infinities have no integral part either.
                return Err(mismatch);
            }
            // Exact below 2^127, and `as` stops at the bounds.
            let whole = number as i128;
            if whole as f64 != number || whole == i128::MAX {
                return Err(ConversionError::OutOfRange { target });
            }
            T::try_from(whole).map_err(|_| ConversionError::OutOfRange { target })
        }
        _ => Err(cursor.mismatch(EXPECTED)),
    }
}

#[inline]
fn integer<T>(cursor: &mut Cursor<'_>, target: &'static str) -> Result<T, ConversionError>
where
    T: TryFrom<i64> + TryFrom<i128> + TryFrom<u128>,
{
    if cursor.marker()? != b':' {
        return other_integer(cursor, target);
    }
    T::try_from(cursor.integer()?).map_err(|_| ConversionError::OutOfRange { target })
}

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl FromReply for $integer {
            #[inline]
            fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
                integer(cursor, stringify!($integer))
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 i128 isize u16 u32 u64 u128 usize }

/// A list of `u8` is a string of bytes; one that comes as an array of integers is read too.
impl FromReply for u8 {
    #[inline]
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        integer(cursor, "u8")
    }

    #[inline]
    fn vec_from_reply(cursor: &mut Cursor<'_>) -> Result<Vec<Self>, ConversionError> {
        if let Some(payload) = cursor.whole_bulk() {
            return Ok(payload.to_vec());
        }
        match cursor.marker()? {
            b'*' if !cursor.clone().take_null()? => Self::gather(cursor),
            _ => cursor.payload().map(Cow::into_owned),
        }
    }

    fn vec_from_frame(frame: Bytes) -> Result<Vec<Self>, ConversionError> {
        if frame.len() < TAKE_OVER_FROM {
            return Self::vec_from_reply(&mut Cursor::new(&frame));
        }
        match only_bulk(frame, TAKE_OVER_FROM) {
            Ok(payload) => Ok(payload.into()),
            Err(frame) => Self::vec_from_reply(&mut Cursor::new(&frame)),
        }
    }

    fn vec_from_payload(payload: Bytes) -> Result<Vec<Self>, ConversionError> {
        Ok(payload.into())
    }
}

impl FromReply for f64 {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match cursor.marker()? {
            b',' => parse_double(cursor.line()?).ok_or(ConversionError::Malformed),
            b':' => cursor.integer().map(|number| number as Self),
            b'$' | b'+' | b'=' if !cursor.clone().take_null()? => {
                parse_double(&cursor.payload()?).ok_or(ConversionError::Text { expected: "a number" })
            }
            b'(' => parse_double(cursor.line()?).ok_or(ConversionError::Malformed),
            _ => Err(cursor.mismatch("a number")),
        }
    }
}

/// Rounded to single precision; a finite number beyond it is an error.
impl FromReply for f32 {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let number = f64::from_reply(cursor)?;
        let single = number as Self;
        if single.is_infinite() && number.is_finite() {
            return Err(ConversionError::OutOfRange { target: "f32" });
        }
        Ok(single)
    }
}

/// Booleans; `0` and `1` as integer or text; `+OK`; and null, which is what Lua's `false` becomes.
impl FromReply for bool {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match cursor.marker()? {
            b':' => match cursor.integer()? {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(ConversionError::OutOfRange { target: "bool" }),
            },
            b'#' => Ok(cursor.line()? == b"t"),
            _ if cursor.take_null()? => Ok(false),
            b'$' | b'+' | b'=' => match &*cursor.payload()? {
                b"0" => Ok(false),
                b"1" | b"OK" => Ok(true),
                _ => Err(ConversionError::Text { expected: "0 or 1" }),
            },
            _ => Err(cursor.mismatch("a boolean")),
        }
    }
}
