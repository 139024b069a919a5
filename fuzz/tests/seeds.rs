//! Replays the committed seeds on stable Rust, so that what a fuzzer found once stays found.

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= 10, "{} holds too few seeds", folder.display());
    for seed in seeds {
        println!("{}", seed.display());
        check(&fs::read(seed).unwrap());
    }
}

#[test]
fn the_seeds_of_scan_hold() {
    replay("scan", redlane_fuzz::scan);
}

#[test]
fn the_seeds_of_scan_in_pieces_hold() {
    replay("scan_in_pieces", redlane_fuzz::scan_in_pieces);
}

#[test]
fn the_seeds_of_round_trip_hold() {
    replay("round_trip", redlane_fuzz::round_trip);
}

#[test]
fn the_seeds_of_typed_decode_hold() {
    replay("typed_decode", redlane_fuzz::typed_decode);
}

#[test]
fn the_seeds_of_info_hold() {
    replay("info", redlane_fuzz::info);
}

#[test]
fn the_seeds_of_url_hold() {
    replay("url", redlane_fuzz::url);
}
