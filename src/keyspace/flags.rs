//! Whether the server tells what is listened for: `notify-keyspace-events` and its letters.
//!
//! What surprises: the server writes `g$lshzxetd` as `A`, and then it does not show `n`, `o` and `c` although they may be
//! active. With `A` there they are unknown, not missing.

use std::fmt;

use super::event::EventKind;
use crate::client::Client;
use crate::commands::native::ServerCommands;
use crate::error::{Error, Result};

const SETTING: &str = "notify-keyspace-events";
/// What `A` stands for.
const ALL: &str = "g$lshzxetd";
/// What the server does not show beside `A`.
const HIDDEN: &str = "noc";

/// Something that may keep events from coming.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FlagWarning {
    /// The server's `notify-keyspace-events` lacks these letters: such events do not come.
    Missing(String),
    /// Whether these letters are set the server does not tell.
    Unknown(String),
    /// The setting could not be read or set, since `CONFIG` is forbidden or unknown here; as many services have it.
    Forbidden(Error),
    /// After a gap the setting could not be looked at, since the server was lost again. The next gap looks again.
    Unchecked(Error),
}

impl fmt::Display for FlagWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(letters) => write!(f, "{SETTING} lacks {letters}: these events do not come"),
            Self::Unknown(letters) => write!(f, "the server does not tell whether {SETTING} holds {letters}"),
            Self::Forbidden(error) | Self::Unchecked(error) => {
                write!(f, "{SETTING} could not be checked: {error}")
            }
        }
    }
}

/// Letters needed, compared with those that are set.
#[derive(Debug, Default, PartialEq, Eq)]
struct Compared {
    missing: String,
    unknown: String,
}

/// What of the needed letters is set. Without `events` any class will do.
fn compare(set: &str, carrier: char, events: &[EventKind]) -> Compared {
    let all = set.contains('A');
    let mut compared = Compared::default();
    let classes = events.iter().filter_map(EventKind::class);
    for letter in std::iter::once(carrier).chain(classes) {
        if set.contains(letter) || (all && ALL.contains(letter)) {
            continue;
        }
        let list = if all && HIDDEN.contains(letter) { &mut compared.unknown } else { &mut compared.missing };
        if !list.contains(letter) {
            list.push(letter);
        }
    }
    if events.is_empty() && !set.contains(|letter: char| !"KE".contains(letter)) {
        compared.missing.push('A');
    }
    compared
}

/// What a stream needs of the setting.
#[derive(Clone, Debug)]
pub(super) struct Flags {
    pub(super) client: Client,
    /// The letter for the kind of channel that is listened to.
    pub(super) carrier: char,
    pub(super) events: Vec<EventKind>,
    /// Set what is missing.
    pub(super) ensure: bool,
}

impl Flags {
    /// Looks whether the events will come, and sees to it if it shall.
    pub(super) async fn check(self) -> Result<Vec<FlagWarning>> {
        let Self { client, carrier, events, ensure } = self;
        let set = match get(&client).await {
            Ok(set) => set,
            Err(error) if error.server_error().is_some() => return Ok(vec![FlagWarning::Forbidden(error)]),
            Err(error) => return Err(error),
        };
        let mut warnings = Vec::new();
        let Compared { missing, unknown } = compare(&set, carrier, &events);
        if ensure && !(missing.is_empty() && unknown.is_empty()) {
            match add(&client, &set, &missing, &unknown).await {
                Ok(()) => return Ok(warnings),
                Err(error) if error.server_error().is_some() => warnings.push(FlagWarning::Forbidden(error)),
                Err(error) => return Err(error),
            }
        }
        if !missing.is_empty() {
            warnings.push(FlagWarning::Missing(missing));
        }
        if !unknown.is_empty() {
            warnings.push(FlagWarning::Unknown(unknown));
        }
        Ok(warnings)
    }
}

async fn get(client: &Client) -> Result<String> {
    let mut settings = client.config_get(SETTING).await?;
    Ok(settings.remove(SETTING).unwrap_or_default())
}

/// Adds letters and takes none away: beside `A` also those that the server hides, as far as it knows them.
async fn add(client: &Client, set: &str, missing: &str, unknown: &str) -> Result<()> {
    let wanted = format!("{set}{missing}{unknown}");
    let hidden = if set.contains('A') { HIDDEN } else { "" };
    let mut kept = hidden.len();
    loop {
        let more = hidden.get(..kept).unwrap_or_default();
        match client.config_set((SETTING, format!("{wanted}{more}"))).await {
            Ok(()) => return Ok(()),
            // An older server knows fewer of them, and cannot hide what it does not know.
            Err(error) if kept > 0 && error.code() == Some("ERR") => kept = kept.saturating_sub(1),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(set: &str, carrier: char, events: &[EventKind]) -> (String, String) {
        let Compared { missing, unknown } = compare(set, carrier, events);
        (missing, unknown)
    }

    #[test]
    fn letters_are_found_alone_and_in_a() {
        let events = [EventKind::Expired, EventKind::Del, EventKind::Del];

        assert_eq!(compared("", 'E', &events), ("Exg".to_owned(), String::new()));
        assert_eq!(compared("xE", 'E', &events), ("g".to_owned(), String::new()));
        assert_eq!(compared("AK", 'E', &events), ("E".to_owned(), String::new()));
        assert_eq!(compared("AE", 'E', &events), (String::new(), String::new()));
    }

    #[test]
    fn what_a_does_not_hold_is_missing_and_what_hides_behind_it_is_unknown() {
        let events = [EventKind::KeyMiss, EventKind::New, EventKind::Overwritten];

        assert_eq!(compared("AE", 'E', &events), ("m".to_owned(), "no".to_owned()));
        assert_eq!(compared("xE", 'E', &events), ("mno".to_owned(), String::new()));
    }

    #[test]
    fn without_events_any_class_will_do() {
        assert_eq!(compared("KE", 'K', &[]), ("A".to_owned(), String::new()));
        assert_eq!(compared("xE", 'K', &[]), ("K".to_owned(), String::new()));
        assert_eq!(compared("xK", 'K', &[]), (String::new(), String::new()));
    }
}
