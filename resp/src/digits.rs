//! Decimal digits, as the scanner and the cursor read them from headers and integers.

/// So many digits fit an `i64` whatever they are.
pub(crate) const SAFE_DIGITS: usize = 18;

/// Digits at the front of some bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digits {
    /// Their value; meaningless when [`fit`](Self::fit) denies.
    pub(crate) number: u64,
    /// How many they are.
    pub(crate) count: usize,
}

impl Digits {
    /// Reads digits, and tells what follows them.
    #[inline(always)]
    pub(crate) fn read(body: &[u8]) -> (Self, &[u8]) {
        let (mut number, mut rest) = (0u64, body);
        while let Some((byte, next)) = rest.split_first() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            number = number.wrapping_mul(10).wrapping_add(digit.into());
            rest = next;
        }
        (Self { number, count: body.len().wrapping_sub(rest.len()) }, rest)
    }

    /// Whether there are any, and few enough to be sure of their value.
    #[inline(always)]
    pub(crate) fn fit(&self) -> bool {
        self.count.wrapping_sub(1) < SAFE_DIGITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_end_at_the_first_other_byte() {
        let (digits, rest) = Digits::read(b"1024\r\n");

        assert_eq!(digits, Digits { number: 1024, count: 4 });
        assert!(digits.fit());
        assert_eq!(rest, b"\r\n");
    }

    #[test]
    fn none_and_too_many_do_not_fit() {
        assert!(!Digits::read(b"").0.fit());
        assert!(!Digits::read(b"-1").0.fit());
        assert!(Digits::read(b"999999999999999999").0.fit());
        assert!(!Digits::read(b"1000000000000000000").0.fit());
        assert!(!Digits::read(b"0000000000000000001").0.fit());
    }
}
