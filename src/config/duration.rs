//! Times as people write them: `5`, `0.5`, `250ms`, `1m30s`.

use std::time::Duration;

/// What is expected where a time is.
pub(super) const EXPECTED: &str = "a time such as 5, 0.5, 250ms or 1m30s (a bare number counts seconds)";

/// Units by name, in nanoseconds.
const UNITS: [(&str, u128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

const SECOND: u128 = 1_000_000_000;

/// Reads a time. A bare number counts seconds; otherwise each number carries its unit, largest first or not.
/// `None` for anything else, for what no `Duration` can hold, and for parts below a nanosecond.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total: u128 = 0;
    loop {
        let (number, after) = split(rest, |byte| byte.is_ascii_digit() || byte == b'.');
        let (unit, after) = split(after, |byte| byte.is_ascii_alphabetic());
        let scale = match unit {
            "" if after.is_empty() && number.len() == text.len() => SECOND,
            _ => UNITS.iter().find(|(name, _)| *name == unit)?.1,
        };
        total = total.checked_add(scaled(number, scale)?)?;
        rest = after.trim_start_matches(' ');
        if rest.is_empty() {
            break;
        }
    }
    let seconds = u64::try_from(total.checked_div(SECOND)?).ok()?;
    let nanos = u32::try_from(total.checked_rem(SECOND)?).ok()?;
    Some(Duration::new(seconds, nanos))
}

/// `number` (digits, at most one point) times `scale`; `None` where that is no whole number.
fn scaled(number: &str, scale: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    // Nine digits of fraction are all that a nanosecond clock can use, and keep the arithmetic small.
    if whole.is_empty() || fraction.is_empty() || fraction.len() > 9 || fraction.contains('.') {
        return None;
    }
    let parts = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = fraction.parse::<u128>().ok()?.checked_mul(scale)?;
    if fraction.checked_rem(parts)? != 0 {
        return None;
    }
    whole.parse::<u128>().ok()?.checked_mul(scale)?.checked_add(fraction.checked_div(parts)?)
}

/// The longest start of `text` whose bytes all satisfy `belongs`, and the rest.
fn split(text: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, millis) in [
            ("5", 5_000),
            ("0", 0),
            ("0.5", 500),
            ("2.250", 2_250),
            ("5s", 5_000),
            ("250ms", 250),
            ("1.5s", 1_500),
            ("1m30s", 90_000),
            ("1m 30s", 90_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
            ("1000us", 1),
            ("1000000ns", 1),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "5.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "5 ",
            " 5",
            "5 s",
            "5x",
            "s",
            "ms",
            "1.2.3",
            "1,5",
            "5S",
            "nan",
            "inf",
            "0.0000000001",
            "1m30",
            "30 1m",
            "5µs",
            "99999999999999999999999999999999999999999",
            "0.5ns",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = parse(&text);
        }

        #[test]
        fn milliseconds_come_back(millis in 0..u64::MAX) {
            prop_assert_eq!(parse(&format!("{millis}ms")), Some(Duration::from_millis(millis)));
        }
    }
}
