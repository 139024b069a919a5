//! A blocking connection to a cluster. None can exist yet, and the compiler knows it.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::compat::cluster_routing::RoutingInfo;
use crate::compat::cmd::Cmd;
use crate::compat::connection::Connection;
use crate::compat::connection_info::{ConnectionInfo, IntoConnectionInfo};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::value::Value;

/// A connection to one node of a cluster.
pub trait Connect: Sized {
    /// Connects.
    ///
    /// # Errors
    /// Why there is no connection.
    fn connect<T>(info: T, timeout: Option<Duration>) -> RedisResult<Self>
    where
        T: IntoConnectionInfo;

    /// Sends a packed command and awaits nothing.
    ///
    /// # Errors
    /// That of the connection.
    fn send_packed_command(&mut self, cmd: &[u8]) -> RedisResult<()>;

    /// Bounds the time that a write waits for room. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration.
    fn set_write_timeout(&self, dur: Option<Duration>) -> RedisResult<()>;

    /// Bounds the time that a read waits. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration.
    fn set_read_timeout(&self, dur: Option<Duration>) -> RedisResult<()>;

    /// Reads a reply.
    ///
    /// # Errors
    /// That of the connection.
    fn recv_response(&mut self) -> RedisResult<Value>;
}

impl Connect for Connection {
    fn connect<T>(info: T, timeout: Option<Duration>) -> RedisResult<Self>
    where
        T: IntoConnectionInfo,
    {
        let info: ConnectionInfo = info.into_connection_info()?;
        let client = crate::compat::client::Client::open(info)?;
        match timeout {
            Some(timeout) => client.get_connection_with_timeout(timeout),
            None => client.get_connection(),
        }
    }

    fn send_packed_command(&mut self, cmd: &[u8]) -> RedisResult<()> {
        Self::send_packed_command(self, cmd)
    }

    fn set_write_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        Self::set_write_timeout(self, dur)
    }

    fn set_read_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        Self::set_read_timeout(self, dur)
    }

    fn recv_response(&mut self) -> RedisResult<Value> {
        Self::recv_response(self)
    }
}

/// A blocking connection to a cluster.
pub struct ClusterConnection<C = Connection> {
    never: Infallible,
    nodes: PhantomData<C>,
}

impl<C: ConnectionLike + Connect> ClusterConnection<C> {
    /// Whether lost connections are made anew.
    pub fn set_auto_reconnect(&self, value: bool) {
        let _ = value;
        match self.never {}
    }

    /// Bounds the time that a write waits for room. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration.
    pub fn set_write_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        let _ = dur;
        match self.never {}
    }

    /// Bounds the time that a read waits. `None` waits for ever.
    ///
    /// # Errors
    /// For a zero duration.
    pub fn set_read_timeout(&self, dur: Option<Duration>) -> RedisResult<()> {
        let _ = dur;
        match self.never {}
    }

    /// Sends a command where `routing` says.
    ///
    /// # Errors
    /// That of the connection.
    pub fn route_command(&mut self, cmd: &Cmd, routing: RoutingInfo) -> RedisResult<Value> {
        let _ = (cmd, routing);
        match self.never {}
    }
}

impl<C: Connect + ConnectionLike> ConnectionLike for ClusterConnection<C> {
    fn req_packed_command(&mut self, _cmd: &[u8]) -> RedisResult<Value> {
        match self.never {}
    }

    fn req_packed_commands(&mut self, _cmd: &[u8], _offset: usize, _count: usize) -> RedisResult<Vec<Value>> {
        match self.never {}
    }

    fn get_db(&self) -> i64 {
        match self.never {}
    }

    fn supports_pipelining(&self) -> bool {
        match self.never {}
    }

    fn check_connection(&mut self) -> bool {
        match self.never {}
    }

    fn is_open(&self) -> bool {
        match self.never {}
    }
}

impl<C> fmt::Debug for ClusterConnection<C> {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}
