//! Options of the commands on JSON documents.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use crate::commands::strings::options::ExistenceCheck;

/// How an array of floating point numbers is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FphaType {
    /// With 16 bits, 8 of them the exponent's.
    Bf16,
    /// With 16 bits.
    Fp16,
    /// With 32 bits.
    Fp32,
    /// With 64 bits.
    Fp64,
}

impl ToRedisArgs for FphaType {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Bf16 => b"BF16",
            Self::Fp16 => b"FP16",
            Self::Fp32 => b"FP32",
            Self::Fp64 => b"FP64",
        });
    }
}

/// Options of JSON.SET.
#[derive(Clone, Debug, Default)]
pub struct JsonSetOptions {
    condition: Option<ExistenceCheck>,
    fpha: Option<FphaType>,
}

impl JsonSetOptions {
    /// Sets the value only when the path finds nothing, or only when it finds something.
    #[must_use]
    pub fn conditional_set(mut self, existence_check: ExistenceCheck) -> Self {
        self.condition = Some(existence_check);
        self
    }

    /// Says how arrays of floating point numbers are stored.
    #[must_use]
    pub fn fpha(mut self, fpha_type: FphaType) -> Self {
        self.fpha = Some(fpha_type);
        self
    }
}

impl ToRedisArgs for JsonSetOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.condition.write_redis_args(out);
        self.fpha.map(|fpha| ("FPHA", fpha)).write_redis_args(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn options_write_what_was_given() {
        let options = JsonSetOptions::default().fpha(FphaType::Bf16).conditional_set(ExistenceCheck::XX);

        assert_eq!(written(options), "XX FPHA BF16");
        assert_eq!(written(JsonSetOptions::default()), "");
        assert_eq!(written((FphaType::Fp16, FphaType::Fp32, FphaType::Fp64)), "FP16 FP32 FP64");
    }
}
