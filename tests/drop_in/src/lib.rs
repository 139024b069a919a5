//! The same source against two crates: Redlane's `redis` and redis-rs 1.8.1.
//!
//! Everything in `scenarios/` is compiled twice, once with `redis` meaning one crate and once the other; that it
//! compiles is half of the proof. Each scenario writes what it sees into a [`Transcript`], and the transcripts must be
//! the same, but for the lines that [`Transcript::differs`] marked, with the reason.

#![allow(clippy::duplicate_mod, reason = "that is the point")]

pub mod transcript;
pub mod with_redis_rs;
pub mod with_redlane;

pub use transcript::{Transcript, compare};
