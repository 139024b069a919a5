//! Places, and how they are searched.

pub use crate::commands::types::{Coord, RadiusOptions, RadiusOrder, RadiusSearchResult, Unit};
