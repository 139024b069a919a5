//! What the demo shows, and the place where it finds out that something is wrong.
//!
//! A chapter never prints a value that it expects without looking: [`Screen::check`] compares first, and what
//! differs ends the demo with exit code 1. Colours are for a terminal only, and never with `NO_COLOR`.

use std::env;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io::{self, IsTerminal, Write};

/// Whatever ends the demo early.
pub(crate) type Checked<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Where the facts begin, so that they stand below each other.
const COLUMN: usize = 46;

/// Standard output.
#[derive(Debug)]
pub(crate) struct Screen {
    coloured: bool,
    chapters: usize,
    checks: usize,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let silenced = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: io::stdout().is_terminal() && !silenced, chapters: 0, checks: 0 }
    }

    /// How many comparisons held so far.
    pub(crate) fn checks(&self) -> usize {
        self.checks
    }

    /// Begins a chapter.
    pub(crate) fn chapter(&mut self, title: &str) {
        self.chapters = self.chapters.saturating_add(1);
        let heading = format!("{}. {title}", self.chapters);
        self.line("");
        self.line(&self.paint(&heading, "1;36"));
    }

    /// Shows something measured or told by the server.
    pub(crate) fn fact(&self, what: &str, shown: impl Display) {
        self.line(&format!("     {what:<COLUMN$}{shown}"));
    }

    /// Shows a value, which must be the expected one.
    pub(crate) fn check<T: Debug + PartialEq>(&mut self, what: &str, found: T, expected: T) -> Checked {
        self.require(what, format!("{found:?}"), found == expected, &format!("expected {expected:?}"))
    }

    /// Shows something of which `holds` must be true; `wanted` says what was hoped for if it is not.
    pub(crate) fn require(&mut self, what: &str, shown: impl Display, holds: bool, wanted: &str) -> Checked {
        let (mark, code) = if holds { ("ok", "32") } else { ("!!", "1;31") };
        self.line(&format!("  {} {what:<COLUMN$}{shown}", self.paint(mark, code)));
        if !holds {
            return Err(format!("{what}: {wanted}, found {shown}").into());
        }
        self.checks = self.checks.saturating_add(1);
        Ok(())
    }

    /// Shows rows below each other, the first of them a heading; all columns but the first are flush right.
    pub(crate) fn table<const N: usize>(&self, rows: &[[String; N]]) {
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for (at, row) in rows.iter().enumerate() {
            let mut line = String::from("   ");
            for (column, cell) in row.iter().enumerate() {
                let width = width(column);
                line.push_str("  ");
                line.push_str(&match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                });
            }
            self.line(&if at == 0 { self.paint(&line, "2") } else { line });
        }
    }

    /// Shows how it all ended, well or not.
    pub(crate) fn verdict(&self, well: bool, text: &str) {
        self.line("");
        self.line(&self.paint(text, if well { "1;32" } else { "1;31" }));
    }

    /// Shows a line as it is. Whoever closed the pipe has seen enough: that is no error.
    pub(crate) fn line(&self, text: &str) {
        let _ = writeln!(io::stdout(), "{text}");
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A number with its thousands apart: 1234567 is `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An error with all its causes in one line.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
