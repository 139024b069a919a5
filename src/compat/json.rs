//! JSON documents: their commands and options.

pub use crate::commands::types::{FphaType, JsonSetOptions};
pub use crate::compat::commands::{JsonAsyncCommands, JsonCommands};
