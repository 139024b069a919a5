//! The scenarios with redis-rs.

pub use theirs as redis;

#[path = "../scenarios/mod.rs"]
pub mod scenarios;
