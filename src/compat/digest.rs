//! Digests of values, as the server's `DIGEST` makes them.

use xxhash_rust::xxh3::xxh3_64;

use redlane_resp::to_args::ToRedisArgs;

/// The digest of a value in 16 hexadecimal digits: XXH3 of its bytes.
///
/// ```
/// assert_eq!(redlane::compat::calculate_value_digest("my_value").len(), 16);
/// ```
pub fn calculate_value_digest<T: ToRedisArgs>(value: T) -> String {
    format!("{:016x}", xxh3_64(&value.to_redis_args().concat()))
}

/// Whether a text is such a digest.
pub fn is_valid_16_bytes_hex_digest(s: &str) -> bool {
    s.len() == 16 && s.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_the_bytes() {
        // XXH3 of the empty input, as its specification gives it.
        assert_eq!(calculate_value_digest(""), "2d06800538d394c2");
        assert!(is_valid_16_bytes_hex_digest(&calculate_value_digest("value")));
        assert!(!is_valid_16_bytes_hex_digest("2d06800538d394c"));
        assert!(!is_valid_16_bytes_hex_digest("2d06800538d394cz"));
    }
}
