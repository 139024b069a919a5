//! What the tests need around Redlane: real servers of their own, a faulty network before them, and a plain
//! socket that speaks to a server without Redlane. Nothing here knows Redlane, so nothing here can hide its
//! faults. Whatever goes wrong panics with the reason: a failed step is a failed test.

#![cfg(unix)]
#![forbid(unsafe_code)]

pub mod certificates;
pub mod keys;
pub mod log;
pub mod ports;
pub mod proxy;
pub mod raw;
pub mod server;
pub mod version;
pub mod wait;

pub use certificates::{Authority, Identity};
pub use keys::Keys;
pub use log::Log;
pub use proxy::{Accept, Cut, FaultProxy, Flow, Plan, Way};
pub use raw::{Raw, RawReply};
pub use server::{Options, Server, Tls};
pub use version::Version;
pub use wait::{eventually, eventually_async};
