//! What the options of the string commands write.

use std::time::UNIX_EPOCH;

use super::*;
use crate::commands::test_support::written;

#[test]
fn set_options_write_condition_get_and_expiry_in_that_order() {
    let none = SetOptions::default();
    let all = SetOptions::default()
        .with_expiration(SetExpiry::EX(60))
        .get(true)
        .conditional_set(ExistenceCheck::NX);

    assert_eq!(written(none), "");
    assert_eq!(written(all), "NX GET EX 60");
    assert_eq!(written(SetOptions::default().conditional_set(ExistenceCheck::XX)), "XX");
}

#[test]
fn the_last_condition_replaces_the_one_before() {
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .value_comparison(ValueComparison::ifeq("old"));

    assert_eq!(written(options), "IFEQ old");
}

#[test]
fn value_comparisons_write_their_word() {
    assert_eq!(written(ValueComparison::ifne(7)), "IFNE 7");
    assert_eq!(written(ValueComparison::ifdeq("00")), "IFDEQ 00");
    assert_eq!(written(ValueComparison::IFDNE("11".to_owned())), "IFDNE 11");
    assert_eq!(ValueComparison::ifeq(&b"\xff"[..]).to_redis_args(), [b"IFEQ".to_vec(), vec![0xff]]);
}

#[test]
fn a_value_comparison_shows_no_value() {
    assert_eq!(format!("{:?}", ValueComparison::ifeq("secret")), "IFEQ(..)");
}

#[test]
fn set_expiry_writes_every_form() {
    assert_eq!(written(SetExpiry::EX(1)), "EX 1");
    assert_eq!(written(SetExpiry::PX(2)), "PX 2");
    assert_eq!(written(SetExpiry::EXAT(3)), "EXAT 3");
    assert_eq!(written(SetExpiry::PXAT(4)), "PXAT 4");
    assert_eq!(written(SetExpiry::KEEPTTL), "KEEPTTL");
}

#[test]
fn expiry_writes_every_form() {
    assert_eq!(written(Expiry::EX(1)), "EX 1");
    assert_eq!(written(Expiry::PX(2)), "PX 2");
    assert_eq!(written(Expiry::EXAT(3)), "EXAT 3");
    assert_eq!(written(Expiry::PXAT(4)), "PXAT 4");
    assert_eq!(written(Expiry::PERSIST), "PERSIST");
}

#[test]
fn a_duration_below_a_second_is_never_none() {
    assert_eq!(SetExpiry::after(Duration::from_secs(2)), SetExpiry::EX(2));
    assert_eq!(SetExpiry::after(Duration::from_millis(500)), SetExpiry::PX(500));
    assert_eq!(SetExpiry::after(Duration::from_micros(3)), SetExpiry::PX(1));
    assert_eq!(Expiry::after(Duration::from_millis(2_500)), Expiry::PX(2_500));
    assert_eq!(Expiry::at(UNIX_EPOCH + Duration::from_millis(7)), Expiry::PXAT(7));
    assert_eq!(SetExpiry::at(UNIX_EPOCH + Duration::from_micros(7)), SetExpiry::PXAT(1));
}

#[test]
fn mset_options_write_condition_and_expiry() {
    let options =
        MSetOptions::default().with_expiration(SetExpiry::KEEPTTL).conditional_set(ExistenceCheck::XX);

    assert_eq!(written(options), "XX KEEPTTL");
    assert_eq!(written(MSetOptions::default()), "");
}

#[test]
fn lcs_options_write_the_shortest_match() {
    assert_eq!(written(LcsOptions::default().min_match_len(4)), "MINMATCHLEN 4");
    assert_eq!(written(LcsOptions::default()), "");
}

#[test]
fn increx_options_write_what_was_given() {
    let whole = IncrexOptions::default()
        .enx()
        .with_expiration(Expiry::EX(5))
        .upper_bound(9)
        .lower_bound(-9)
        .saturate();

    assert_eq!(written(IncrexOptions::<i64>::default()), "");
    assert!(!format!("{whole:?}").contains('9'));
    assert_eq!(written(whole), "SATURATE LBOUND -9 UBOUND 9 EX 5 ENX");
}
