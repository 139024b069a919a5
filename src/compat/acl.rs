//! The rules of access control lists.

pub use crate::commands::types::{AclInfo, Rule};
