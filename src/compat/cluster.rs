//! Clusters, as far as their types: what is here compiles and carries settings, and connecting says that it is not built yet.

mod client;
mod connection;
mod node_address;
mod pipeline;

use crate::compat::error::{ErrorKind, RedisError};

pub use self::client::{ClusterClient, ClusterClientBuilder, ClusterConfig};
pub use self::connection::{ClusterConnection, Connect};
pub use self::node_address::NodeAddress;
pub use self::pipeline::{ClusterPipeline, cluster_pipe};
pub use crate::compat::connection_info::TlsMode;

/// The answer of everything that would need a cluster.
pub(crate) fn not_built() -> RedisError {
    (ErrorKind::InvalidClientConfig, "Redis Cluster is not built yet").into()
}
