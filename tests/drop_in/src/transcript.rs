//! What a scenario saw, line by line, and how two of them are compared.

use std::fmt::{Debug, Write};

/// The lines that a scenario wrote.
#[derive(Default)]
pub struct Transcript {
    lines: Vec<Line>,
}

struct Line {
    what: String,
    seen: String,
    /// Why the two crates may differ here.
    differs: Option<&'static str>,
}

impl Transcript {
    /// Notes what was seen.
    pub fn note(&mut self, what: impl Into<String>, seen: impl Debug) {
        self.push(what.into(), format!("{seen:?}"), None);
    }

    /// Notes a text.
    pub fn text(&mut self, what: impl Into<String>, seen: impl Into<String>) {
        self.push(what.into(), seen.into(), None);
    }

    /// Notes what both crates may see differently, with the reason; it still has to be there in both.
    pub fn differs(&mut self, what: impl Into<String>, seen: impl Debug, why: &'static str) {
        self.push(what.into(), format!("{seen:?}"), Some(why));
    }

    fn push(&mut self, what: String, seen: String, differs: Option<&'static str>) {
        self.lines.push(Line { what, seen, differs });
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Panics with all lines that differ, unless both transcripts are the same.
pub fn compare(redlane: &Transcript, redis_rs: &Transcript) {
    assert!(!redis_rs.is_empty(), "the scenario saw nothing");
    let (mut report, mut count) = (String::new(), 0);
    for (ours, theirs) in redlane.lines.iter().zip(&redis_rs.lines) {
        assert_eq!(ours.what, theirs.what, "the scenarios took different ways");
        if ours.seen != theirs.seen && ours.differs.is_none() {
            count += 1;
            let _ =
                writeln!(report, "{}\n  redis-rs: {}\n  Redlane:  {}", theirs.what, theirs.seen, ours.seen);
        }
    }
    assert_eq!(redlane.len(), redis_rs.len(), "one scenario went further than the other");
    assert!(count == 0, "{count} of {} lines differ:\n{report}", redis_rs.len());
}
