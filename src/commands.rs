//! Commands: what is known about them, how they are built, and one row for each.

pub mod build;
pub mod command;
pub mod executor;
pub mod facts;
pub mod native;
pub mod types;

mod bitmaps;
mod bloom;
mod connection;
pub(crate) mod duration;
mod fields;
mod geo;
mod hashes;
mod hotkeys;
mod hyperloglogs;
#[cfg(feature = "json")]
mod json;
mod keys;
mod lists;
mod publishing;
mod scripting;
mod server;
mod sets;
mod sorted_sets;
mod strings;
mod surface;
#[cfg(test)]
mod test_support;
mod vector_sets;
