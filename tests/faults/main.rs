//! Faults of the network and of the server, and the right behaviour for each.

#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a failed step is a failed test"
)]

mod client;
mod crowd;
mod deadlines;
mod leases;
mod limiter;
mod lock;
mod once;
mod outage;
mod pipelines;
mod poison;
mod pubsub;
mod refusals;
mod runtimes;
mod scripted;
mod secrets;
mod spans;
mod support_proxy;
mod waiters;

/// Prints a figure for `tests/faults/README.md`; nothing is asserted of it.
fn measured(what: &str, figure: &str) {
    eprintln!("measured: {what}: {figure}");
}
