//! The clients under test, each behind the same small adapter.
//!
//! A step gives its reply the type that its client's users would take, and looks at its length, so that nobody wins
//! by not reading.

mod compat;
mod deadpool;
mod fred;
#[cfg(feature = "glide")]
mod glide;
mod raw;
mod redis_bb8;
mod redis_rs;
mod redlane;
mod redlane_blocking;
mod rustis;
mod surface;

use std::future::Future;
use std::time::Duration;

use crate::work::Work;

pub use self::compat::RedisRs as Compat;
pub use self::deadpool::Deadpool;
pub use self::fred::Fred;
#[cfg(feature = "glide")]
pub use self::glide::Glide;
pub use self::raw::Raw;
pub use self::redis_bb8::Bb8;
pub use self::redis_rs::{Blocking, RedisRs};
pub use self::redlane::Redlane;
pub use self::redlane_blocking::RedlaneBlocking;
pub use self::rustis::Rustis;

/// How long redis-rs and GLIDE wait for a reply. What they do by default, half and a quarter of a second, is too short for
/// large replies on a busy machine; that there is a limit at all is part of what they do. Redlane has one of five seconds.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A client under test. Clones share its connection, as its users would have it.
pub trait Rival: Clone + Send + Sync + 'static {
    /// Does one step; `nth` counts those of its task.
    fn step(&self, work: Work, nth: usize) -> impl Future<Output = ()> + Send;
}

/// A connection whose one caller waits in its own thread.
pub trait Blocks {
    /// Reads a value of 64 bytes, or writes one.
    fn step(&mut self, work: Work, nth: usize);
}
