//! The types that stand in the signatures of the commands: their options and what they answer.

pub use super::bitmaps::options::*;
pub use super::bloom::options::*;
pub use super::bloom::replies::*;
pub use super::cluster::options::*;
pub use super::cluster::replies::*;
pub use super::connection::options::*;
pub use super::geo::options::*;
pub use super::geo::replies::*;
pub use super::hashes::options::*;
pub use super::hotkeys::options::*;
pub use super::hotkeys::replies::*;
#[cfg(feature = "json")]
pub use super::json::options::*;
pub use super::keys::options::*;
pub use super::keys::replies::*;
pub use super::lists::options::*;
pub use super::scripting::options::*;
pub use super::server::acl::*;
pub use super::server::options::*;
pub use super::server::replies::*;
pub use super::sorted_sets::options::*;
pub use super::streams::options::*;
pub use super::streams::replies::*;
pub use super::strings::options::*;
pub use super::strings::replies::*;
pub use super::vector_sets::options::*;
