#![allow(clippy::arithmetic_side_effects)]
use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

#[test]
fn slots_are_those_a_server_computes() {
    let keys: [(&[u8], u16); 9] = [
        (b"123456789", 12739),
        (b"foo", 12182),
        (b"bar", 5061),
        (b"{user}.a", 5474),
        (b"foo{}{bar}", 8363),
        (b"foo{{bar}}zap", 4015),
        (b"foo{bar}{zap}", 5061),
        (b"{}x", 10595),
        (b"", 0),
    ];

    for (key, expected) in keys {
        assert_eq!(slot(key), expected, "{}", key.escape_ascii());
    }
}

#[test]
fn the_check_value_of_crc16_xmodem_holds() {
    assert_eq!(crc16(b"123456789"), 0x31c3);
}

#[test]
fn the_hash_tag_is_the_first_pair_of_braces_with_something_inside() {
    let keys: [(&[u8], &[u8]); 8] = [
        (b"{a}b", b"a"),
        (b"x{a}b{c}", b"a"),
        (b"{}{a}", b"{}{a}"),
        (b"}{a", b"}{a"),
        (b"}{a}", b"a"),
        (b"{a", b"{a"),
        (b"{{a}}", b"{a"),
        (b"", b""),
    ];

    for (key, expected) in keys {
        assert_eq!(hash_tag(key), expected, "{}", key.escape_ascii());
    }
}

#[test]
fn a_tag_is_hashed_at_compile_time() {
    const SLOT: u16 = slot_of_tag(b"foo");

    assert_eq!(SLOT, slot(b"{foo}.bar"));
}

#[test]
fn every_slot_has_a_short_tag_of_its_own() {
    let mut seen = HashSet::new();

    for number in 0..SLOTS {
        let tag = tag_of(number);
        assert!(tag.iter().all(u8::is_ascii_alphanumeric), "slot {number}: {tag:?}");
        assert_eq!(slot(&tag), number);
        assert!(seen.insert(tag));
    }
}

/// Companion keys live on servers: a later version must find those of an earlier one.
#[test]
fn the_table_of_tags_never_changes() {
    let all: Vec<u8> = (0..SLOTS).flat_map(tag_of).collect();

    assert_eq!(&all[..12], b"06S2Gx5L54Iu");
    assert_eq!(crc16(&all), 0x8c5a);
}

#[test]
fn companions_take_the_form_that_keeps_the_slot() {
    assert_eq!(companion(b"{user}.a", "q"), b"{user}.a:q");
    assert_eq!(companion(b"jobs", "q"), b"{jobs}:q");
    assert_eq!(companion(b"jobs{x", "q"), b"{jobs{x}:q");
    assert_eq!(companion(b"a}b", "q"), [b"{", &tag_of(slot(b"a}b"))[..], b"}:q:a}b"].concat());
    assert_eq!(companion(b"foo{}{bar}", "q"), [b"{", &tag_of(8363)[..], b"}:q:foo{}{bar}"].concat());
    assert_eq!(companion(b"", "q"), [b"{", &tag_of(0)[..], b"}:q:"].concat());
}

proptest! {
    #[test]
    fn a_companion_shares_the_slot_of_its_key(key in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "[a{}:]{0,12}".prop_map(String::into_bytes),
    ], suffix in "[a-z]{1,4}") {
        let companion = companion(&key, &suffix);

        prop_assert_eq!(slot(&companion), slot(&key));
        prop_assert_ne!(companion, key);
    }
}
