//! Types of other crates, each behind the feature that bears the crate's name.
//!
//! They sit here because the trait does. A decimal or a big number is its digits; a UUID is its sixteen bytes, as
//! redis-rs writes it, not its text.
#![allow(unused_imports, unused_macros, reason = "which of them are used depends on the features")]

use super::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

macro_rules! displayed {
    ($($type:ty)*) => {$(
        impl ToRedisArgs for $type {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                out.write_arg_fmt(self);
            }
        }

        impl ToSingleRedisArg for $type {}
    )*};
}

#[cfg(feature = "bigdecimal")]
displayed!(bigdecimal::BigDecimal);
#[cfg(feature = "num-bigint")]
displayed!(num_bigint::BigInt num_bigint::BigUint);
#[cfg(feature = "rust_decimal")]
displayed!(rust_decimal::Decimal);

#[cfg(feature = "uuid")]
impl ToRedisArgs for uuid::Uuid {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(self.as_bytes());
    }
}

#[cfg(feature = "uuid")]
impl ToSingleRedisArg for uuid::Uuid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "num-bigint")]
    #[test]
    fn a_big_number_is_its_digits() {
        let number = num_bigint::BigInt::from(-7) * num_bigint::BigInt::from(u128::MAX);

        assert_eq!(number.to_redis_args(), [b"-2381976568446569244243622252022377480185"]);
    }

    #[cfg(feature = "rust_decimal")]
    #[test]
    fn a_decimal_keeps_its_zeros() {
        assert_eq!(rust_decimal::Decimal::new(1_50, 2).to_redis_args(), [b"1.50"]);
    }

    #[cfg(feature = "bigdecimal")]
    #[test]
    fn a_big_decimal_is_its_digits() {
        let number: bigdecimal::BigDecimal = "12.340".parse().unwrap();

        assert_eq!(number.to_redis_args(), [b"12.340"]);
    }

    #[cfg(feature = "uuid")]
    #[test]
    fn a_uuid_is_its_bytes() {
        let id = uuid::Uuid::from_u128(0x00112233445566778899aabbccddeeff);

        assert_eq!(id.to_redis_args(), [id.as_bytes().to_vec()]);
    }
}
