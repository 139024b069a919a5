//! The scenarios with Redlane's crate.

pub use ours as redis;

#[path = "../scenarios/mod.rs"]
pub mod scenarios;
