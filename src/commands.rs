//! Commands: what is known about them, how they are built, and one row for each.

pub mod build;
pub mod command;
pub mod executor;
pub mod facts;
pub mod native;
pub mod search;
pub mod types;

pub(crate) mod bitmaps;
pub(crate) mod bloom;
pub(crate) mod cluster;
pub(crate) mod connection;
pub(crate) mod duration;
mod fields;
pub(crate) mod geo;
pub(crate) mod hashes;
pub(crate) mod hotkeys;
pub(crate) mod hyperloglogs;
#[cfg(feature = "json")]
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod lists;
pub(crate) mod publishing;
pub(crate) mod scripting;
pub(crate) mod server;
pub(crate) mod sets;
pub(crate) mod sorted_sets;
pub(crate) mod streams;
pub(crate) mod strings;
pub(crate) mod surface;
#[cfg(feature = "redis-rs")]
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod test_support;
pub(crate) mod vector_sets;
