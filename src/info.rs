//! What a server says about itself: the reply of `INFO`, kept as it was sent and read through typed views.
//!
//! [`Info`] owns the text once, with the places of its lines; every view borrows from it or is computed on
//! demand. Reading never fails on a line: what nobody understands is kept, and a field that is absent or of
//! another type is `None`, with the reason behind the `try_` name of each getter. The surprise: a missing
//! field is not zero, anywhere.

mod ask;
mod error;
mod families;
mod lines;
mod number;
mod pairs;
mod reply;
mod section;
mod server;
mod shortcuts;
mod stats;
mod summary;
mod text;
mod version;
mod views;

#[cfg(feature = "serde")]
mod json;

pub use error::FieldError;
pub use families::{Distribution, Engine, IoThread, Keyspace, Listener, Module, ReplicaLink, SentinelMaster};
pub use lines::{Content, Line};
pub use pairs::Pairs;
pub use section::Section;
pub use server::{Mode, Role, Server, Vendor};
pub use stats::{CommandStat, Percentiles};
pub use summary::Summary;
pub(crate) use summary::hit_rate;
pub use text::Info;
pub use version::Version;
pub use views::{Clients, Cluster, Cpu, Memory, Persistence, Replication, Sentinel, Stats};

#[cfg(test)]
mod tests;
