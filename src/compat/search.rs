//! Search indexes: how one is made.

pub mod create;

pub use self::create::*;
