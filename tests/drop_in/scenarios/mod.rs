//! Compiled twice, with `redis` as one crate and as the other.

pub use super::redis;

pub mod arguments;
pub mod call_sites;
pub mod commands;
pub mod decoding;
pub mod errors;
pub mod own_types;
pub mod packed;
pub mod pipelines;
pub mod urls;
