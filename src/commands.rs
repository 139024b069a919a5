//! Commands: what is known about them, how they are built, and one row for each.

pub mod facts;
