//! The harness of all benchmarks: contestants take turns in one process, medians are compared.
//!
//! Two things it does so that a ratio means something: every round runs each contestant once, in an order of its own, so
//! that a machine that slows down slows all of them; and a contestant's result is the median of its rounds. Absolute figures are of the machine they were taken on, ratios travel better.

mod alloc;
mod contest;
pub mod cores;
pub mod load;
pub mod rivals;
pub mod work;

pub use self::alloc::{Counting, Heap, allocations, heap};
pub use self::contest::{Contest, Outcome, Settings, thread_time};
