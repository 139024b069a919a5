//! What the options of the key commands write.

use std::time::UNIX_EPOCH;

use super::*;
use crate::commands::test_support::written;

#[test]
fn expire_options_write_a_word_or_nothing() {
    assert_eq!(written(ExpireOption::default()), "");
    assert_eq!(
        written([ExpireOption::NX, ExpireOption::XX, ExpireOption::GT, ExpireOption::LT].as_slice()),
        "NX XX GT LT"
    );
}

#[test]
fn copy_options_write_database_and_replace() {
    assert_eq!(written(CopyOptions::default()), "");
    assert_eq!(written(CopyOptions::default().replace(true).db(3)), "DB 3 REPLACE");
    assert_eq!(written(CopyOptions::default().db("4")), "DB 4");
}

#[test]
fn sort_options_write_every_part_in_the_servers_order() {
    let options =
        SortOptions::default().alpha().descending().get("#").get("name_*").limit(5, -1).by("weight_*");

    assert_eq!(written(options), "BY weight_* LIMIT 5 -1 GET # GET name_* DESC ALPHA");
    assert_eq!(written(SortOptions::default()), "");
}

#[test]
fn restore_options_keep_one_usage_and_one_end() {
    let options = RestoreOptions::default().replace().idle_time(Duration::from_secs(9)).frequency(7);

    assert_eq!(options.ttl(), 0);
    assert_eq!(written(options), "REPLACE FREQ 7");
    assert_eq!(written(RestoreOptions::default().idle_time(Duration::from_secs(9))), "IDLETIME 9");
}

#[test]
fn restore_options_never_round_a_short_life_to_none() {
    let short = RestoreOptions::default().expire_after(Duration::ZERO);
    let dated = RestoreOptions::default().expire_at(UNIX_EPOCH + Duration::from_millis(1_234));

    assert_eq!((short.ttl(), written(short)), (1, String::new()));
    assert_eq!((dated.ttl(), written(dated)), (1_234, "ABSTTL".to_owned()));
}

#[test]
fn migrate_options_write_one_form_of_auth() {
    let options = MigrateOptions::default().copy().replace().password("p").user("u", "q");

    assert_eq!(written(options), "COPY REPLACE AUTH2 u q");
    assert_eq!(written(MigrateOptions::default().password("p")), "AUTH p");
}

#[test]
fn migrate_options_show_no_password() {
    let text = format!("{:?}", MigrateOptions::default().user("u", "hunter2"));

    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn scan_options_write_what_was_given() {
    let options = ScanOptions::default().with_type("zset").with_count(100).with_pattern("a*");

    assert_eq!(written(options), "MATCH a* COUNT 100 TYPE zset");
    assert_eq!(written(ScanOptions::default()), "");
}
