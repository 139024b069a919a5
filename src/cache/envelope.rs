//! The 24 bytes before every value in Redis: what it is, how it was made, and how long it is fresh.
//!
//! | bytes | |
//! |---|---|
//! | 0 | magic, [`MAGIC`] |
//! | 1 | version of this layout in the lower half; the upper half is 1 when versions of tags follow |
//! | 2 | kind: `V` value, `N` nothing, known to be nothing, `L` somebody is loading |
//! | 3 | codec |
//! | 4..8 | how long the load took, in ms |
//! | 8..12 | for how long the value may be served after it is no longer fresh, in ms |
//! | 12..16 | the schema of the cache that wrote it |
//! | 16..24 | a random number, so that no two headers are the same |
//!
//! Numbers are big endian. Because no two headers are the same, comparing the header tells whether anybody has written in
//! between: one script serves the first load and every refresh. What is fresh is told by the server's own clock
//! alone, as what is left of the key's time less the stale time: no writer's clock is ever read.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};

/// A byte that neither text nor JSON nor any common format begins with.
const MAGIC: u8 = 0xc1;
const VERSION: u8 = 1;
const TAGGED: u8 = 0x10;

/// Length of a header in bytes.
pub(super) const HEADER: usize = 24;

/// What stands in Redis under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Nothing,
    Lease,
}

/// What is known of a stored value before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) codec: u8,
    /// How long the load took.
    pub(super) delta: u32,
    /// The stale window.
    pub(super) stale: u32,
    pub(super) schema: u32,
    pub(super) nonce: u64,
    pub(super) tagged: bool,
}

/// What a stored value begins with, which also names one version of it: a header, or as much of a foreign value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    first: [u8; HEADER],
    len: u8,
}

impl Seen {
    /// Of a value that is not there.
    pub(super) const NOTHING: Seen = Seen { first: [0; HEADER], len: 0 };

    pub(super) fn of(stored: &[u8]) -> Self {
        let mut seen = Seen::NOTHING;
        for (here, byte) in seen.first.iter_mut().zip(stored) {
            *here = *byte;
            seen.len = seen.len.saturating_add(1);
        }
        seen
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.first.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl Header {
    pub(super) fn new(kind: Kind, codec: u8, schema: u32) -> Self {
        Header { kind, codec, delta: 0, stale: 0, schema, nonce: fastrand::u64(..), tagged: false }
    }

    pub(super) fn taking(mut self, delta: Duration) -> Self {
        self.delta = millis(delta);
        self
    }

    pub(super) fn stale_for(mut self, window: Duration) -> Self {
        self.stale = millis(window);
        self
    }

    /// Header, versions of tags, and payload as one.
    pub(super) fn seal(mut self, tags: &[Tag], payload: &[u8]) -> Bytes {
        self.tagged = !tags.is_empty();
        let names: usize = tags.iter().map(|tag| tag.name.len().saturating_add(10)).sum();
        let mut out =
            Vec::with_capacity(HEADER.saturating_add(2).saturating_add(names).saturating_add(payload.len()));
        out.put_u8(MAGIC);
        out.put_u8(VERSION | if self.tagged { TAGGED } else { 0 });
        out.put_u8(match self.kind {
            Kind::Value => b'V',
            Kind::Nothing => b'N',
            Kind::Lease => b'L',
        });
        out.put_u8(self.codec);
        out.put_u32(self.delta);
        out.put_u32(self.stale);
        out.put_u32(self.schema);
        out.put_u64(self.nonce);
        if self.tagged {
            out.put_u16(u16::try_from(tags.len()).unwrap_or(u16::MAX));
            for tag in tags.iter().take(usize::from(u16::MAX)) {
                let name = tag.name.as_bytes();
                out.put_u16(u16::try_from(name.len()).unwrap_or(u16::MAX));
                out.put_slice(name.get(..usize::from(u16::MAX)).unwrap_or(name));
                out.put_u64(tag.version);
            }
        }
        out.put_slice(payload);
        out.into()
    }

    /// Reads a stored value; `None` for what no cache wrote.
    pub(super) fn open(stored: &Bytes) -> Option<Sealed> {
        let mut rest = &stored[..];
        if rest.len() < HEADER || rest.get_u8() != MAGIC {
            return None;
        }
        let version = rest.get_u8();
        if version & 0x0f != VERSION {
            return None;
        }
        let kind = match rest.get_u8() {
            b'V' => Kind::Value,
            b'N' => Kind::Nothing,
            b'L' => Kind::Lease,
            _ => return None,
        };
        let header = Header {
            kind,
            codec: rest.get_u8(),
            delta: rest.get_u32(),
            stale: rest.get_u32(),
            schema: rest.get_u32(),
            nonce: rest.get_u64(),
            tagged: version & TAGGED != 0,
        };
        let (whole, tags) = if header.tagged { read_tags(&mut rest)? } else { (None, Vec::new()) };
        let payload = stored.slice(stored.len().saturating_sub(rest.len())..);
        Some(Sealed { header, seen: Seen::of(stored), whole, tags, payload })
    }
}

/// A stored value, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    pub(super) header: Header,
    pub(super) seen: Seen,
    /// The version of the namespace.
    pub(super) whole: Option<u64>,
    pub(super) tags: Vec<Tag>,
    /// A part of what it was read from.
    pub(super) payload: Bytes,
}

/// A tag of a value, and the version that it had when the value was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: Box<str>,
    pub(super) version: u64,
}

/// The version of the namespace, which is the tag without a name, and those of the other tags.
fn read_tags(rest: &mut &[u8]) -> Option<(Option<u64>, Vec<Tag>)> {
    let (mut whole, mut tags) = (None, Vec::new());
    for _ in 0..rest.try_get_u16().ok()? {
        let len = usize::from(rest.try_get_u16().ok()?);
        let (name, after) = rest.split_at_checked(len)?;
        *rest = after;
        let name = std::str::from_utf8(name).ok()?;
        let version = rest.try_get_u64().ok()?;
        match whole {
            None if name.is_empty() => whole = Some(version),
            _ => tags.push(Tag { name: name.into(), version }),
        }
    }
    Some((whole, tags))
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> Vec<Tag> {
        vec![Tag { name: "".into(), version: u64::MAX }, Tag { name: "team:9".into(), version: 3 }]
    }

    #[test]
    fn what_is_sealed_opens_again() {
        let header = Header::new(Kind::Value, 2, 7)
            .taking(Duration::from_millis(15))
            .stale_for(Duration::from_secs(60));
        for tags in [Vec::new(), tags()] {
            let stored = header.seal(&tags, b"payload");

            let opened = Header::open(&stored).unwrap();

            assert_eq!(opened.header, Header { tagged: !tags.is_empty(), ..header });
            assert_eq!(opened.whole, tags.first().map(|whole| whole.version));
            assert_eq!(
                (&opened.tags[..], &opened.payload[..]),
                (tags.get(1..).unwrap_or_default(), &b"payload"[..])
            );
            assert_eq!(opened.seen.as_bytes(), &stored[..HEADER]);
        }
    }

    #[test]
    fn no_two_headers_are_the_same() {
        let header = || Header::new(Kind::Lease, 0, 0).seal(&[], b"");

        assert_ne!(header(), header());
    }

    #[test]
    fn foreign_and_cut_values_are_no_sealed_ones() {
        let stored = Header::new(Kind::Value, 0, 0).seal(&tags(), b"");
        for foreign in [&b""[..], b"plain text that is longer than any header", b"{\"json\":1}", &[MAGIC; 40]]
        {
            assert!(Header::open(&Bytes::copy_from_slice(foreign)).is_none(), "{foreign:?}");
        }
        for cut in 0..stored.len() {
            assert!(Header::open(&stored.slice(..cut)).is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn of_a_short_value_all_of_it_was_seen() {
        assert_eq!(Seen::of(b"short").as_bytes(), b"short");
        assert_eq!(Seen::of(&[7; 40]).as_bytes(), [7; HEADER]);
        assert_eq!(Seen::of(b""), Seen::NOTHING);
    }

    #[test]
    fn any_bytes_do_no_harm() {
        proptest::proptest!(|(bytes: Vec<u8>)| {
            let mut stored = vec![MAGIC, VERSION | TAGGED, b'V'];
            stored.extend(bytes);
            let _ = Header::open(&stored.into());
        });
    }
}
