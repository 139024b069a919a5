//! Key patterns: keys named alike, from parts that cannot be forgotten, swapped for nothing or left empty.
//!
//! A pattern is written like a format string, because that is what its reader knows: `{}` or `{name}` is a part,
//! `{{` and `}}` are the braces of a hash tag. What surprises: the number of parts belongs to the type, and is
//! checked against the text when the pattern is made.

use std::fmt::{self, Display, Write};

/// A checked pattern with `N` parts, such as `user:{}:profile` with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPattern<const N: usize> {
    /// The literal text before each part, and behind the last one.
    literals: Vec<String>,
}

/// Why a pattern is none, or a key cannot be made from one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// The text has another number of parts than the type.
    #[error("the pattern has {found} parts, not {expected}")]
    PartCount {
        /// As the type has it.
        expected: usize,
        /// As the text has it.
        found: usize,
    },
    /// There is nothing before, between or behind two colons.
    #[error("part {index} of the key is empty")]
    EmptyPart {
        /// Which one, counted from 0: of the text between colons in a pattern, of the values given to `key`.
        index: usize,
    },
    /// A brace that neither opens nor closes a part; a brace of the key itself is written twice.
    #[error("unmatched brace at byte {position} of the pattern")]
    Brace {
        /// Offset of the brace.
        position: usize,
    },
}

/// Checks a key pattern: `user:{}:profile`, or with names for the reader, `cache:{type}:{id}`.
///
/// # Errors
///
/// [`PatternError`] where the number of parts is not `N`, a piece between colons is empty, or a brace is unmatched.
///
/// ```
/// use redlane::keys;
///
/// let profile = keys::pattern("user:{user_id}:profile")?;
/// assert_eq!(profile.key([&42])?, "user:42:profile");
///
/// let cached = keys::pattern("{{cache}}:{}:{}")?;
/// assert_eq!(cached.key([&"page", &7])?, "{cache}:page:7");
///
/// assert!(keys::pattern::<2>("user:{}:profile").is_err());
/// # Ok::<(), keys::PatternError>(())
/// ```
pub fn pattern<const N: usize>(text: &str) -> Result<KeyPattern<N>, PatternError> {
    if let Some(index) = text.split(':').position(str::is_empty) {
        return Err(PatternError::EmptyPart { index });
    }
    let literals = literals(text)?;
    let found = literals.len().saturating_sub(1);
    if found != N {
        return Err(PatternError::PartCount { expected: N, found });
    }
    Ok(KeyPattern { literals })
}

impl<const N: usize> KeyPattern<N> {
    /// The key with these parts, in the order of the pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError::EmptyPart`] for a part that is displayed as nothing: `user::profile` would be everybody's key.
    pub fn key(&self, parts: [&dyn Display; N]) -> Result<String, PatternError> {
        let mut key = String::new();
        let mut literals = self.literals.iter();
        key.push_str(literals.next().map_or("", String::as_str));
        for (index, (part, literal)) in parts.iter().zip(literals).enumerate() {
            let before = key.len();
            // A `String` takes everything; only a part's own `Display` can fail, and then it gave nothing usable.
            if write!(key, "{part}").is_err() || key.len() == before {
                return Err(PatternError::EmptyPart { index });
            }
            key.push_str(literal);
        }
        Ok(key)
    }
}

impl<const N: usize> Display for KeyPattern<N> {
    /// The pattern, its parts as `{}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, literal) in self.literals.iter().enumerate() {
            let part = if index == 0 { "" } else { "{}" };
            write!(f, "{part}{}", literal.replace('{', "{{").replace('}', "}}"))?;
        }
        Ok(())
    }
}

/// The literal texts around the parts, one more than there are parts.
fn literals(text: &str) -> Result<Vec<String>, PatternError> {
    let mut literals = Vec::new();
    let mut literal = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((position, c)) = chars.next() {
        let is_brace = matches!(c, '{' | '}');
        if !is_brace || chars.next_if(|&(_, next)| next == c).is_some() {
            literal.push(c);
        } else if c == '{' && chars.by_ref().find(|&(_, c)| !is_of_name(c)).is_some_and(|(_, c)| c == '}') {
            literals.push(std::mem::take(&mut literal));
        } else {
            return Err(PatternError::Brace { position });
        }
    }
    literals.push(literal);
    Ok(literals)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_stand_where_the_pattern_has_them() {
        let one = |text: &str| pattern::<1>(text).unwrap().key([&42]).unwrap();

        assert_eq!(one("user:{}:profile"), "user:42:profile");
        assert_eq!(one("task:{task_id}:status"), "task:42:status");
        assert_eq!(one("{}"), "42");
        assert_eq!(one("{{user:{}}}:profile"), "{user:42}:profile");
        assert_eq!(one("prefix{}suffix"), "prefix42suffix");
        assert_eq!(pattern("cache:{type}:{id}").unwrap().key([&"page", &7]).unwrap(), "cache:page:7");
        assert_eq!(pattern("config").unwrap().key([]).unwrap(), "config");
    }

    #[test]
    fn a_pattern_is_checked_when_it_is_made() {
        for (text, error) in [
            ("", PatternError::EmptyPart { index: 0 }),
            (":{}", PatternError::EmptyPart { index: 0 }),
            ("user::{}", PatternError::EmptyPart { index: 1 }),
            ("user:{}:", PatternError::EmptyPart { index: 2 }),
            ("user", PatternError::PartCount { expected: 1, found: 0 }),
            ("user:{}:{}", PatternError::PartCount { expected: 1, found: 2 }),
            ("user:{{}}", PatternError::PartCount { expected: 1, found: 0 }),
            ("user:{", PatternError::Brace { position: 5 }),
            ("user:}", PatternError::Brace { position: 5 }),
            ("user:{id", PatternError::Brace { position: 5 }),
            ("user:{a b}", PatternError::Brace { position: 5 }),
            ("{}}", PatternError::Brace { position: 2 }),
        ] {
            assert_eq!(pattern::<1>(text), Err(error), "{text}");
        }
    }

    #[test]
    fn an_empty_value_makes_no_key() {
        let pattern = pattern("cache:{}:{}").unwrap();

        assert_eq!(pattern.key([&"page", &""]), Err(PatternError::EmptyPart { index: 1 }));
    }

    #[test]
    fn a_displayed_pattern_is_the_pattern() {
        for text in ["user:{}:profile", "{{tag}}:{}", "a{}b"] {
            assert_eq!(pattern::<1>(text).unwrap().to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a:{}é]{0,12}") {
            let _ = pattern::<0>(&text);
            if let Ok(pattern) = pattern::<1>(&text) {
                prop_assert!(pattern.key([&7]).unwrap().contains('7'));
            }
        }
    }
}
