//! What the fuzz targets check. Each takes any bytes and panics when a promise of the library does not hold.
//!
//! The checks live here and not in the targets so that stable Rust can replay the seeds (`tests/seeds.rs`).

mod frames;
mod info;
mod reference;
mod round_trip;
mod scan;
mod source;
mod typed;
mod url;

pub use self::info::info;
pub use self::round_trip::round_trip;
pub use self::scan::{scan, scan_in_pieces};
pub use self::typed::typed_decode;
pub use self::url::url;

/// Runs a check over the files named as arguments, as a fuzz target does with a file to reproduce.
pub fn replay(check: fn(&[u8])) {
    for path in std::env::args().skip(1) {
        check(&std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
    }
}
