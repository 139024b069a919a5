//! Zero-copy RESP2 and RESP3 codec: bytes into replies, commands into bytes. It never waits.
#![deny(unsafe_code)]

pub mod command;
pub mod cursor;
mod digits;
pub mod error;
pub mod from_reply;
pub mod limits;
pub mod reply;
pub mod scan;
pub mod slot;
pub mod to_args;
pub mod value;
