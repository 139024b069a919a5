//! Options of the hash commands.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use crate::commands::strings::options::{ExistenceCheck, SetExpiry};

/// Whether a hash's fields must be absent or present for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldExistenceCheck {
    /// Only when none of the fields exists.
    FNX,
    /// Only when all of the fields exist.
    FXX,
}

impl ToRedisArgs for FieldExistenceCheck {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::FNX => b"FNX",
            Self::FXX => b"FXX",
        });
    }
}

/// Options of HSETEX. At most one condition of its kind and one expiry: the last one given counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashFieldExpirationOptions {
    key_condition: Option<ExistenceCheck>,
    condition: Option<FieldExistenceCheck>,
    expiration: Option<SetExpiry>,
}

impl HashFieldExpirationOptions {
    /// Sets the fields only when the hash is absent, or only when it is present. Valkey has it since 9.1, Redis
    /// has not.
    #[must_use]
    pub fn conditional_set(mut self, existence_check: ExistenceCheck) -> Self {
        self.key_condition = Some(existence_check);
        self
    }

    /// Sets the fields only when none, or only when all of them exist.
    #[must_use]
    pub fn set_existence_check(mut self, field_existence_check: FieldExistenceCheck) -> Self {
        self.condition = Some(field_existence_check);
        self
    }

    /// Sets the fields' time to live with their values.
    #[must_use]
    pub fn set_expiration(mut self, expiration: SetExpiry) -> Self {
        self.expiration = Some(expiration);
        self
    }
}

impl ToRedisArgs for HashFieldExpirationOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.key_condition.write_redis_args(out);
        self.condition.write_redis_args(out);
        self.expiration.write_redis_args(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn hash_field_options_write_condition_and_expiry() {
        let options = HashFieldExpirationOptions::default()
            .set_expiration(SetExpiry::PX(5))
            .set_existence_check(FieldExistenceCheck::FNX);

        assert_eq!(written(options), "FNX PX 5");
        assert_eq!(written(FieldExistenceCheck::FXX), "FXX");
        assert_eq!(written(HashFieldExpirationOptions::default()), "");
    }
}
