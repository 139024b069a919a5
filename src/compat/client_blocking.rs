//! What a client does by the blocking connection, and as one.

use std::time::Duration;

use crate::compat::client::Client;
use crate::compat::connection::{Connection, connect};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::value::Value;

impl Client {
    /// Connects, and blocks as long as that takes.
    ///
    /// # Errors
    /// Why there is no connection.
    pub fn get_connection(&self) -> RedisResult<Connection> {
        connect(self.get_connection_info(), None)
    }

    /// Connects within `timeout`, greeting included. It bounds nothing that comes later.
    ///
    /// # Errors
    /// Why there is no connection.
    pub fn get_connection_with_timeout(&self, timeout: Duration) -> RedisResult<Connection> {
        connect(self.get_connection_info(), Some(timeout))
    }
}

/// A client is a connection that is made anew for every call.
impl ConnectionLike for Client {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.get_connection()?.req_packed_command(cmd)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.get_connection()?.req_packed_commands(cmd, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.get_connection_info().redis_settings().db()
    }

    fn check_connection(&mut self) -> bool {
        self.get_connection().is_ok_and(|mut connection| connection.check_connection())
    }

    fn is_open(&self) -> bool {
        self.get_connection().is_ok_and(|connection| connection.is_open())
    }
}
