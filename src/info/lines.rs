//! Where the lines of an `INFO` reply are: one pass, no copy, and no line that cannot be read.
//!
//! A line ends at LF, a CR before it belongs to the ending. `# ` opens a section, the first `:` parts key and
//! value, all else is kept as text. The surprise is `host:`, the one command whose name holds a colon.

use memchr::memchr;

/// One line of the reply, as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What the line holds.
    pub content: Content<'a>,
    /// The bytes that end it: CRLF, LF, or nothing at the very end.
    pub ending: &'a [u8],
}

/// What one line of the reply holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// `# Memory`: all that stands behind the `#`.
    Header(&'a [u8]),
    /// `key:value`, parted at the first colon.
    Field {
        /// What stands before the colon.
        key: &'a [u8],
        /// What stands behind it; may be empty and may hold more colons.
        value: &'a [u8],
    },
    /// Anything without a colon, empty lines too.
    Text(&'a [u8]),
}

impl Line<'_> {
    /// Appends the line's bytes, ending included, to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self.content {
            Content::Header(name) => {
                out.push(b'#');
                out.extend_from_slice(name);
            }
            Content::Field { key, value } => {
                out.extend_from_slice(key);
                out.push(b':');
                out.extend_from_slice(value);
            }
            Content::Text(text) => out.extend_from_slice(text),
        }
        out.extend_from_slice(self.ending);
    }
}

/// The place of one line in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    start: usize,
    /// Where the colon between key and value stands.
    colon: Option<usize>,
    end: usize,
    /// Where the next line starts: the ending lies between.
    next: usize,
}

impl Span {
    /// The line itself, in the `text` that was scanned.
    pub(crate) fn line<'a>(&self, text: &'a [u8]) -> Line<'a> {
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let content = match (self.colon, part(self.start, self.end)) {
            (_, [b'#', name @ ..]) => Content::Header(name),
            (Some(colon), _) => Content::Field {
                key: part(self.start, colon),
                value: part(colon.saturating_add(1), self.end),
            },
            (None, text) => Content::Text(text),
        };
        Line { content, ending: part(self.end, self.next) }
    }

    /// Key and value, when the line has them.
    pub(crate) fn field<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        match self.line(text).content {
            Content::Field { key, value } => Some((key, value)),
            _ => None,
        }
    }

    /// What stands behind the `#`, when the line is a header.
    pub(crate) fn header<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        match self.line(text).content {
            Content::Header(name) => Some(name),
            _ => None,
        }
    }
}

/// Finds the lines of `text`; together they cover every byte of it.
pub(crate) fn scan(text: &[u8]) -> Vec<Span> {
    // A line has 32 bytes on average over `info/samples`.
    let mut spans = Vec::with_capacity(text.len() / 32);
    let mut start = 0_usize;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let feed = memchr(b'\n', rest);
        let content = rest.get(..feed.unwrap_or(rest.len())).unwrap_or_default();
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let length = feed.map_or(rest.len(), |feed| feed.saturating_add(1));
        spans.push(Span {
            start,
            colon: colon(content).map(|at| start.saturating_add(at)),
            end: start.saturating_add(content.len()),
            next: start.saturating_add(length),
        });
        start = start.saturating_add(length);
    }
    spans
}

/// Where a line's key ends.
fn colon(content: &[u8]) -> Option<usize> {
    let first = memchr(b':', content)?;
    let second = first.saturating_add(1);
    // Older servers count the pseudo command `host:`, which traps HTTP, under its own name:
    // `cmdstat_host::calls=1`.
    let is_statistic = content.starts_with(b"cmdstat_") || content.starts_with(b"latency_percentiles_usec_");
    if is_statistic && content.get(second) == Some(&b':') { Some(second) } else { Some(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &[u8]) -> Vec<Content<'_>> {
        scan(text).iter().map(|span| span.line(text).content).collect()
    }

    #[test]
    fn the_first_colon_parts_key_and_value() {
        let text = b"clock:X86: 2445.66 ticks/us\r\nempty:\n:no key\ncmdstat_host::calls=1\ncmdstat_x:a::b";

        let fields: Vec<_> = scan(text).iter().filter_map(|span| span.field(text)).collect();

        assert_eq!(
            fields,
            [
                (&b"clock"[..], &b"X86: 2445.66 ticks/us"[..]),
                (b"empty", b""),
                (b"", b"no key"),
                (b"cmdstat_host:", b"calls=1"),
                (b"cmdstat_x", b"a::b"),
            ]
        );
    }

    #[test]
    fn headers_and_lines_without_a_colon_are_told_apart() {
        let text = b"# Cluster Info\r\n\r\nstray\n#x:y";

        assert_eq!(
            contents(text),
            [
                Content::Header(b" Cluster Info"),
                Content::Text(b""),
                Content::Text(b"stray"),
                Content::Header(b"x:y")
            ]
        );
    }

    #[test]
    fn every_kind_of_ending_comes_back() {
        for text in [&b"a:1\r\nb\n\r\n\n# c\r\rd\re:f\r"[..], b"", b"\n", b"\r", b":", b"a:1"] {
            let mut again = Vec::new();

            scan(text).iter().for_each(|span| span.line(text).encode(&mut again));

            assert_eq!(again, text);
        }
    }
}
