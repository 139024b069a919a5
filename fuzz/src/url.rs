//! URLs: any text gives settings or a typed error, and no password is ever repeated.

use std::fmt::Write as _;

use redlane::config::{Config, ConfigError};

use crate::source::Source;

/// Stands where a password is; no name or value of a setting holds it.
const SECRET: &str = "xyzzyplugh";

/// Reads the input as a URL, or as the pieces of one.
pub fn url(data: &[u8]) {
    let mut source = Source::new(data);
    match source.below(4) {
        0 => round_trip(source),
        1 => redaction(source),
        2 => raw(&format!("redis://{}", String::from_utf8_lossy(source.rest()))),
        _ => raw(&String::from_utf8_lossy(source.rest())),
    }
}

fn raw(url: &str) {
    match Config::from_url(url) {
        Ok(config) => drop(show(&config)),
        Err(error) => {
            if let ConfigError::Url { position, .. } = error {
                assert!(position <= url.len(), "an error beyond the text");
            }
            let _ = format!("{error} {error:?}");
        }
    }
}

fn show(config: &Config) -> String {
    let mut text = format!("{config:?} {:?} {}", config.endpoint(), config.explain());
    let _ = write!(text, "{:?}", config.explain());
    text
}

/// User and password, escaped, come back to the byte whatever they are.
fn round_trip(mut source: Source<'_>) {
    let db = source.byte();
    let user = String::from_utf8_lossy(source.bytes(20)).into_owned();
    let password = source.rest();
    let url = format!("redis://{}:{}@host:7000/{db}", escaped(user.as_bytes()), escaped(password));

    // A name with control characters may be refused, the password never is.
    let Ok(config) = Config::from_url(&url) else {
        assert!(
            user.chars().any(|letter| letter.is_control() || letter.is_whitespace()),
            "{url} was refused"
        );
        return;
    };

    assert_eq!(config.db(), i64::from(db));
    assert_eq!(config.username().unwrap_or_default(), user);
    assert_eq!(config.password().map(|secret| secret.expose()).unwrap_or_default(), password);
}

/// Whatever else is in a password, and however badly it was escaped, no error and no view shows a piece of it.
fn redaction(mut source: Source<'_>) {
    let before = String::from_utf8_lossy(source.bytes(30)).into_owned();
    let after = String::from_utf8_lossy(source.rest()).into_owned();
    let url = format!("redis://user:{before}{SECRET}{after}@host");

    let text = match Config::from_url(&url) {
        Ok(config) => show(&config),
        Err(error) => format!("{error} {error:?}"),
    };

    assert!(!text.to_lowercase().contains(SECRET), "{text}");
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02x}");
        text
    })
}
