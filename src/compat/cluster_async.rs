//! Asynchronous connections to a cluster: the types, whose every command says that it is not built yet.

use std::fmt;
use std::marker::PhantomData;

use redlane_resp::to_args::ToRedisArgs;

use crate::compat::aio::{self, MultiplexedConnection, RedisFuture};
use crate::compat::async_config::AsyncConnectionConfig;
use crate::compat::caching::CacheStatistics;
use crate::compat::client::Client;
use crate::compat::cluster::not_built;
use crate::compat::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use crate::compat::cmd::Cmd;
use crate::compat::connection_info::IntoConnectionInfo;
use crate::compat::error::RedisResult;
use crate::compat::pipeline::Pipeline;
use crate::compat::value::Value;

/// A connection to one node of a cluster.
pub trait Connect: Sized {
    /// Connects.
    fn connect_with_config<'a, T>(info: T, config: AsyncConnectionConfig) -> RedisFuture<'a, Self>
    where
        T: IntoConnectionInfo + Send + 'a;
}

impl Connect for MultiplexedConnection {
    fn connect_with_config<'a, T>(info: T, config: AsyncConnectionConfig) -> RedisFuture<'a, Self>
    where
        T: IntoConnectionInfo + Send + 'a,
    {
        Box::pin(
            async move { Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await },
        )
    }
}

/// A connection to a cluster, which its clones share.
pub struct ClusterConnection<C = MultiplexedConnection> {
    nodes: PhantomData<fn() -> C>,
}

impl<C> ClusterConnection<C> {
    /// A connection that would connect by itself.
    pub(in crate::compat) fn pending() -> Self {
        Self { nodes: PhantomData }
    }

    /// Sends a command where `routing` says.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[expect(clippy::unused_async, reason = "redis-rs's signature")]
    pub async fn route_command(&mut self, cmd: Cmd, routing: RoutingInfo) -> RedisResult<Value> {
        let _ = (cmd, routing);
        Err(not_built())
    }

    /// Sends a pipeline where `route` says.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[expect(clippy::unused_async, reason = "redis-rs's signature")]
    pub async fn route_pipeline(
        &mut self,
        pipeline: Pipeline,
        offset: usize,
        count: usize,
        route: SingleNodeRoutingInfo,
    ) -> RedisResult<Vec<Value>> {
        let _ = (pipeline, offset, count, route);
        Err(not_built())
    }

    /// How the cache has done; `None`: there is none.
    pub fn get_cache_statistics(&self) -> Option<CacheStatistics> {
        None
    }
}

macro_rules! subscriptions {
    ($($(#[$doc:meta])* $name:ident($what:ident);)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// `InvalidClientConfig`: not built yet.
        pub async fn $name(&mut self, $what: impl ToRedisArgs) -> RedisResult<()> {
            let _ = $what;
            Err(not_built())
        }
    )*};
}

impl<C> ClusterConnection<C> {
    subscriptions! {
        /// Subscribes to channels.
        subscribe(channel_name);
        /// Leaves channels.
        unsubscribe(channel_name);
        /// Subscribes to all channels that match patterns.
        psubscribe(channel_pattern);
        /// Leaves patterns.
        punsubscribe(channel_pattern);
        /// Subscribes to sharded channels.
        ssubscribe(channel_name);
        /// Leaves sharded channels.
        sunsubscribe(channel_name);
    }
}

impl<C> aio::ConnectionLike for ClusterConnection<C>
where
    C: aio::ConnectionLike + Send + Clone + Unpin + Sync + Connect + 'static,
{
    fn req_packed_command<'a>(&'a mut self, _cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async { Err(not_built()) })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _pipeline: &'a Pipeline,
        _offset: usize,
        _count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async { Err(not_built()) })
    }

    fn get_db(&self) -> i64 {
        0
    }
}

impl<C> Clone for ClusterConnection<C> {
    fn clone(&self) -> Self {
        Self::pending()
    }
}

impl<C> fmt::Debug for ClusterConnection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConnection").finish_non_exhaustive()
    }
}
