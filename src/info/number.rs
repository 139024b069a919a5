//! The ways `INFO` writes a number, each read strictly: `None` is anything else, never a guess.
//!
//! `1_000`, `+1` and a blank before a digit are texts, not numbers: no server writes them.

use std::time::Duration;

/// An unsigned integer: digits and nothing else.
pub(crate) fn u64(text: &str) -> Option<u64> {
    is_digits(text).then(|| text.parse().ok()).flatten()
}

/// A signed integer: digits, and perhaps a minus before them.
pub(crate) fn i64(text: &str) -> Option<i64> {
    is_digits(text.strip_prefix('-').unwrap_or(text)).then(|| text.parse().ok()).flatten()
}

/// A number with or without a fraction or exponent; `nan` and `inf` are what C prints for them.
pub(crate) fn f64(text: &str) -> Option<f64> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// A switch: `1` or `0`.
pub(crate) fn bool(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// A verdict: `ok` or `up` against `err`, `fail` or `down`.
pub(crate) fn status(text: &str) -> Option<bool> {
    match text {
        "ok" | "up" => Some(true),
        "err" | "fail" | "down" => Some(false),
        _ => None,
    }
}

/// A share in percent, with its sign (`83.34%`) or without (`0.34`).
pub(crate) fn percent(text: &str) -> Option<f64> {
    f64(text.strip_suffix('%').unwrap_or(text)).filter(|share| share.is_finite())
}

/// An amount of memory: plain bytes, or in units of 1024 as the `_human` fields have it (`1.81M`, `87.00K`,
/// `320B`).
pub(crate) fn bytes(text: &str) -> Option<u64> {
    if let Some(exact) = u64(text) {
        return Some(exact);
    }
    // Dragonfly spells the units out: `1.81MiB`.
    let text = text.strip_suffix("iB").or_else(|| text.strip_suffix('B')).unwrap_or(text);
    let (number, unit) = match text.char_indices().next_back()? {
        (at, letter) if letter.is_ascii_alphabetic() => (text.get(..at)?, unit(letter)?),
        _ => (text, 1.0),
    };
    let amount = f64(number)? * unit;
    // The largest u64 is not a f64; the cast saturates, but a text beyond it is no amount of memory.
    (amount.is_finite() && amount >= 0.0 && amount < u64::MAX as f64).then_some(amount.round() as u64)
}

/// The lower bound of a histogram's bucket: `512`, `1K`, `4M`.
pub(crate) fn bucket(text: &str) -> Option<u64> {
    let (number, shift) = match text.char_indices().next_back()? {
        (_, digit) if digit.is_ascii_digit() => (text, 0_u32),
        (at, letter) => (text.get(..at)?, shift(letter)?),
    };
    u64(number)?.checked_mul(1_u64.checked_shl(shift)?)
}

/// Whole seconds; the outer `None` is a text that is no number, the inner one a negative number, which says
/// "never".
pub(crate) fn seconds(text: &str) -> Option<Option<Duration>> {
    i64(text).map(|seconds| u64::try_from(seconds).ok().map(Duration::from_secs))
}

/// Microseconds with or without a fraction.
pub(crate) fn micros(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(f64(text)? / 1e6).ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn unit(letter: char) -> Option<f64> {
    Some((1_u64.checked_shl(shift(letter)?)?) as f64)
}

fn shift(letter: char) -> Option<u32> {
    match letter.to_ascii_uppercase() {
        'K' => Some(10),
        'M' => Some(20),
        'G' => Some(30),
        'T' => Some(40),
        'P' => Some(50),
        'E' => Some(60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_digits_and_nothing_else() {
        for text in ["", "1_000", "+1", " 1", "1 ", "1.0", "0x1", "-", "--1", "18446744073709551616"] {
            assert_eq!(u64(text), None, "{text}");
            assert_eq!(i64(text), None, "{text}");
        }

        assert_eq!(u64("18446744073709551615"), Some(u64::MAX));
        assert_eq!(u64("-1"), None);
        assert_eq!(i64("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(u64("00000000"), Some(0));
    }

    #[test]
    fn fractions_and_what_c_prints_for_no_number_are_read() {
        assert_eq!(f64("1.05"), Some(1.05));
        assert_eq!(f64("1e5"), Some(100_000.0));
        assert!(f64("-nan").is_some_and(f64::is_nan));
        assert_eq!(f64("inf"), Some(f64::INFINITY));

        assert_eq!(f64("1_0"), None);
        assert_eq!(f64("83.34%"), None);
        assert_eq!(percent("83.34%"), Some(83.34));
        assert_eq!(percent("0.34"), Some(0.34));
        assert_eq!(percent("nan%"), None);
        assert_eq!(percent("%"), None);
    }

    #[test]
    fn human_sizes_count_in_units_of_1024() {
        assert_eq!(bytes("1637320"), Some(1_637_320));
        assert_eq!(bytes("0B"), Some(0));
        assert_eq!(bytes("320B"), Some(320));
        assert_eq!(bytes("87.00K"), Some(87 * 1024));
        assert_eq!(bytes("1.50M"), Some(1_572_864));
        assert_eq!(bytes("1.50MiB"), Some(1_572_864));
        assert_eq!(bytes("23.50G"), Some(25_232_932_864));

        for text in ["", "B", "K", "-1K", "1.5X", "nanK", "infK", "99E", "1é", "é"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn buckets_are_whole_numbers() {
        assert_eq!(bucket("0"), Some(0));
        assert_eq!(bucket("512"), Some(512));
        assert_eq!(bucket("64K"), Some(65_536));
        assert_eq!(bucket("1M"), Some(1_048_576));

        for text in ["", "K", "1.5K", "-1", "16E", "1é"] {
            assert_eq!(bucket(text), None, "{text}");
        }
    }

    #[test]
    fn minus_one_is_never_and_a_word_is_no_time() {
        assert_eq!(seconds("110"), Some(Some(Duration::from_secs(110))));
        assert_eq!(seconds("-1"), Some(None));
        assert_eq!(seconds("soon"), None);
        assert_eq!(micros("1.003"), Some(Duration::from_nanos(1003)));
        assert_eq!(micros("-1"), None);
        assert_eq!(micros("nan"), None);
    }
}
