//! The cluster's hash slots: which of the 16384 a key belongs to, and keys that share a slot with another.

use std::sync::OnceLock;

#[cfg(test)]
mod tests;

/// Number of hash slots of a cluster.
pub const SLOTS: u16 = 16384;

/// CRC16/XMODEM: polynomial 0x1021, initial value 0, nothing reflected.
const CRC16: [u16; 256] = crc16_table();

/// Returns the hash slot of a key: CRC16 of its [hash tag](hash_tag) modulo 16384.
///
/// ```
/// use redlane_resp::slot::slot;
///
/// assert_eq!(slot(b"foo"), 12182);
/// assert_eq!(slot(b"{user}.cart"), slot(b"{user}.name"));
/// ```
pub fn slot(key: &[u8]) -> u16 {
    slot_of_tag(hash_tag(key))
}

/// Returns the part of a key that decides its slot: what stands between the first `{` and the next `}`, or the whole
/// key when there is no such pair or nothing between them.
pub fn hash_tag(key: &[u8]) -> &[u8] {
    marked_tag(key).unwrap_or(key)
}

/// Returns the hash slot of bytes that are known to hold no hash tag, such as a tag itself; runs at compile time.
pub const fn slot_of_tag(tag: &[u8]) -> u16 {
    crc16(tag) % SLOTS
}

/// Returns a key that belongs to `key` and lies in the same slot; `suffix` names what it is for.
///
/// A key with a hash tag gets the suffix appended (`{user}.a` → `{user}.a:q`), one without becomes the tag
/// (`jobs` → `{jobs}:q`). A key that cannot be a tag, being empty or holding a `}`, follows a short tag of its own
/// slot (`a}b` → `{…}:q:a}b`). `jobs` and `{jobs}` have the same companions: keep to one way of naming.
pub fn companion(key: &[u8], suffix: &str) -> Vec<u8> {
    let suffix = suffix.as_bytes();
    if marked_tag(key).is_some() {
        [key, b":", suffix].concat()
    } else if !key.is_empty() && memchr::memchr(b'}', key).is_none() {
        [b"{", key, b"}:", suffix].concat()
    } else {
        [b"{", tag_of(slot_of_tag(key)).as_slice(), b"}:", suffix, b":", key].concat()
    }
}

/// The tag between braces, if there is a valid one.
fn marked_tag(key: &[u8]) -> Option<&[u8]> {
    let open = memchr::memchr(b'{', key)?;
    let after = key.get(open.checked_add(1)?..)?;
    let close = memchr::memchr(b'}', after)?;
    after.get(..close).filter(|tag| !tag.is_empty())
}

#[expect(clippy::indexing_slicing, reason = "a `u8` cannot leave a table of 256")]
const fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0_u16;
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        crc = (crc << 8) ^ CRC16[((crc >> 8) as u8 ^ *byte) as usize];
        rest = after;
    }
    crc
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, bounded by 256"
)]
const fn crc16_table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u16;
    while byte < 256 {
        let mut crc = byte << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
}

/// A short string of the slot. The table is part of what other programs see: companion keys live on the server.
fn tag_of(slot: u16) -> [u8; 3] {
    static TAGS: OnceLock<Vec<[u8; 3]>> = OnceLock::new();
    TAGS.get_or_init(find_tags).get(usize::from(slot)).copied().unwrap_or_default()
}

/// For every slot the first string of three digits and letters, in the order of their bytes. Three are the fewest
/// that reach all slots.
fn find_tags() -> Vec<[u8; 3]> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut tags = vec![[0; 3]; usize::from(SLOTS)];
    for first in ALPHABET {
        for second in ALPHABET {
            for third in ALPHABET {
                let candidate = [*first, *second, *third];
                if let Some(tag) = tags.get_mut(usize::from(slot_of_tag(&candidate)))
                    && *tag == [0; 3]
                {
                    *tag = candidate;
                }
            }
        }
    }
    tags
}
