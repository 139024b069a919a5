//! The reply itself: the text once, the places of its lines, and where its sections begin.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::lines::{Line, Span, scan};
use super::section::Section;

/// The reply of [`INFO`](https://redis.io/docs/latest/commands/info/), kept as it was sent.
///
/// Typed views are computed when they are asked for, so a clone is cheap and a field that nobody asks for
/// costs nothing.
///
/// ```
/// use redlane::info::{Info, Vendor, Version};
///
/// let text = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\n";
/// let info = Info::parse(format!("{text}# Keyspace\r\ndb0:keys=355,expires=50,avg_ttl=621371\r\n"));
///
/// assert_eq!(info.server().vendor, Vendor::Valkey);
/// assert_eq!(info.server().version, Some(Version::new(9, 1, 2)));
/// assert_eq!(info.section("Keyspace").db(0).and_then(|db| db.keys), Some(355));
/// assert_eq!(info.u64("connected_clients"), None); // absent is not zero
/// ```
#[derive(Clone, Default)]
pub struct Info {
    text: Bytes,
    spans: Arc<[Span]>,
    sections: Arc<[Place]>,
}

/// Where a section's header and its lines are among the spans.
#[derive(Clone, Copy, Debug)]
struct Place {
    header: Option<usize>,
    first: usize,
    end: usize,
}

impl Info {
    /// Reads a reply; any text and any bytes are taken, CRLF and LF alike, and nothing is lost.
    pub fn parse(text: impl Into<Bytes>) -> Self {
        let text = text.into();
        let spans = scan(&text);
        let sections = places(&text, &spans).into();
        Self { text, spans: spans.into(), sections }
    }

    /// The text as it was sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Every line as it was sent, headers and empty lines too.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.spans.iter().map(|span| span.line(&self.text))
    }

    /// Writes the reply anew from its lines; the same bytes as were read.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len());
        self.lines().for_each(|line| line.encode(&mut out));
        out
    }

    /// Whether the server had nothing to say, as for a section it does not know.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// All fields, whatever their section.
    pub fn whole(&self) -> Section<'_> {
        Section::new(&self.text, Some(b""), &self.spans)
    }

    /// The section `name`, in any case, its blanks optional (`Cluster Info`, `cluster_info`); `""` is what
    /// stands before the first header.
    ///
    /// A section that the reply lacks is empty, and [`Section::is_present`] is `false`.
    pub fn section(&self, name: &str) -> Section<'_> {
        let found = self.sections().filter(|section| is_same_name(section.name(), name)).last();
        found.unwrap_or_else(|| Section::new(&self.text, None, &[]))
    }

    /// The sections in the order they were sent; lines before the first header come first, with an empty
    /// name.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        self.sections.iter().map(|place| {
            let name = place.header.and_then(|at| self.spans.get(at)?.header(&self.text));
            let spans = self.spans.get(place.first..place.end).unwrap_or_default();
            Section::new(&self.text, Some(name.unwrap_or_default()), spans)
        })
    }
}

impl fmt::Debug for Info {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections: Vec<_> = self.sections().map(Section::name).collect();
        out.debug_struct("Info").field("bytes", &self.text.len()).field("sections", &sections).finish()
    }
}

impl PartialEq for Info {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Info {}

fn places(text: &[u8], spans: &[Span]) -> Vec<Place> {
    let mut places = Vec::new();
    let mut open = Place { header: None, first: 0, end: 0 };
    for (at, span) in spans.iter().enumerate() {
        if span.header(text).is_some() {
            close(&mut places, open, at);
            open = Place { header: Some(at), first: at.saturating_add(1), end: at };
        }
    }
    close(&mut places, open, spans.len());
    places
}

/// Keeps a section once its end is known; without a header only if it has lines.
fn close(places: &mut Vec<Place>, open: Place, end: usize) {
    if open.header.is_some() || open.first < end {
        places.push(Place { end, ..open });
    }
}

fn is_same_name(name: &str, wanted: &str) -> bool {
    letters(name).eq(letters(wanted))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    let letters = name.bytes().filter(|byte| !matches!(byte, b' ' | b'_' | b'-'));
    letters.map(|byte| byte.to_ascii_lowercase())
}
