//! redis-rs 1.8 by name, Redlane inside: everything here is [`redlane::compat`].
//!
//! Put this package in the place of the real one and the whole dependency graph uses Redlane:
//!
//! ```toml
//! [patch.crates-io]
//! redis = { path = "…/redlane/compat" }
//! ```
//!
//! Cargo falls back to the real redis-rs, with a mere warning, when a version or a feature does not fit; the lock file
//! shows whether it did: a `redis` without a `source` line is this one.
#![forbid(unsafe_code)]

pub use redlane::compat::*;
