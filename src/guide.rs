//! The guide: how Redlane is built, and what to do when something is wrong. Only documentation lives here.
//!
//! - [`architecture`]: the crates and what each of them knows.
//! - [`connections`]: how a command finds a connection, and what becomes of it when that is lost.
//! - [`caching`]: where a value is looked for, who loads it, how a change gets around.
//! - [`troubleshooting`]: problem, typed error, and the call that shows the cause.
//!
//! Programs that run stand in the folder `examples`, one for each chapter; `./x demo` shows all of them at work.

pub mod architecture;
pub mod caching;
pub mod connections;
pub mod troubleshooting;
